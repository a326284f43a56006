"""Properties as PyIndi-Client's scripts handle them: by getters, and by the index of members.

A handle looks its property up by name and shows what is now, also when it is defined again later,
or by another server. It is false until the property is there for the first time.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from indinb.client.model import Vector
from indinb.printable import printable
from indinb.protocol.vocabulary import Kind, State
from indinb.pyindi.constants import INDI_UNKNOWN, IP_RO
from indinb.pyindi.sheet import Sheet
from indinb.pyindi.widgets import (
    WidgetView,
    WidgetViewBlob,
    WidgetViewLight,
    WidgetViewNumber,
    WidgetViewSwitch,
    WidgetViewText,
    checked_state,
)
from indinb.pyindi.words import KINDS, PERMISSIONS, RULES, STATES

if TYPE_CHECKING:
    from indinb.pyindi.device import BaseDevice

W = TypeVar("W", bound=WidgetView)


class Property:
    """A property of any kind.

    Parameters
    ----------
    other : Property, optional
        What it is a handle on, too; without it, it stays false.

    Attributes
    ----------
    name, device, label, group : str
        As in INDI 1.x.
    s, p : int
        State and permission, as in INDI 1.x.
    timeout : float
    timestamp : str
    """

    __slots__ = ("__dict__", "_seen", "_sheet")  # scripts may add names

    _KIND: ClassVar[Kind | None] = None
    _NO_NAME: ClassVar[str | None] = None  # of one that is not there

    def __init__(self, other: "Property | None" = None) -> None:
        self._sheet: Sheet | None = None
        self._seen = False  # once it was there, it stays readable
        if other is not None:
            self._sheet, self._seen = other._sheet, other._seen
            self._vector  # noqa: B018  look whether it is there now

    @classmethod
    def of(cls, sheet: Sheet, seen: bool = False) -> Self:
        """Make a handle; one that was seen is true even if the property is gone."""
        handle = cls.__new__(cls)
        handle._sheet = sheet
        handle._seen = seen or sheet.exists
        return handle

    @property
    def sheet(self) -> Sheet | None:
        """What it looks at, or None if that is not there, or of another kind."""
        return None if self._vector is None else self._sheet

    @property
    def _vector(self) -> Vector | None:
        sheet = self._sheet
        if sheet is None:
            return None
        if not self._seen:
            if not sheet.exists:
                return None
            self._seen = True
        vector, kind = sheet.vector, self._KIND
        if vector is None or (kind is not None and vector.definition.kind is not kind):
            return None
        return vector

    def isValid(self) -> bool:
        """Tell whether it is there, or once was; and is of this kind."""
        return self._vector is not None

    def isEmpty(self) -> bool:
        """Tell whether it has no members."""
        return not self._vector

    def getName(self) -> str | None:
        """Return INDI's name of it; of one that is not there, None or nothing."""
        return self._text("name")

    def getLabel(self) -> str | None:
        """Return the driver's name of it for people."""
        return self._text("label")

    def getGroupName(self) -> str | None:
        """Return the tab on which the driver wants it shown."""
        return self._text("group")

    def getDeviceName(self) -> str | None:
        """Return the name of its device."""
        return self._text("device")

    def getTimestamp(self) -> str | None:
        """Return when the driver says that it was so; nothing if it does not say."""
        vector = self._vector
        if vector is None:
            return self._NO_NAME
        return str(self._fact("timestamp") or vector.told_at or "")

    def getState(self) -> int:
        """Return IPS_IDLE, IPS_OK, IPS_BUSY or IPS_ALERT; the last of one that is not there."""
        sheet = self.sheet
        return STATES.index(State.ALERT if sheet is None else sheet.state)

    def getStateAsString(self) -> str:
        """Return "Idle", "Ok", "Busy" or "Alert"."""
        return STATES[self.getState()].value

    def getPermission(self) -> int:
        """Return IP_RO, IP_WO or IP_RW."""
        permission = self._fact("permission")
        return IP_RO if permission is None else PERMISSIONS.index(permission)

    def getPermissionAsString(self) -> str:
        """Return "ro", "wo" or "rw"."""
        return PERMISSIONS[self.getPermission()].value

    def getTimeout(self) -> float:
        """Return the seconds that a change may take, as the driver says."""
        return float(self._fact("timeout") or 0.0)

    def getType(self) -> int:
        """Return INDI_NUMBER, INDI_SWITCH, INDI_TEXT, INDI_LIGHT, INDI_BLOB or INDI_UNKNOWN."""
        vector = self._vector
        return INDI_UNKNOWN if vector is None else KINDS.index(vector.definition.kind)

    def getTypeAsString(self) -> str:
        """Return the name of that constant."""
        vector = self._vector
        return "INDI_UNKNOWN" if vector is None else f"INDI_{vector.definition.kind.upper()}"

    def getBaseDevice(self) -> "BaseDevice | None":
        """Return its device, or None of one that is not there."""
        sheet = self.sheet
        return None if sheet is None else sheet.book.device(sheet.device)

    def getRegistered(self) -> bool:
        """Tell whether a driver has defined it."""
        return self.isValid()

    def isDynamic(self) -> bool:
        """Tell whether it was made at run time, which only drivers know."""
        return False

    def isNameMatch(self, name: str) -> bool:
        """Tell whether this is its name."""
        return self.isValid() and self.getName() == name

    def isLabelMatch(self, label: str) -> bool:
        """Tell whether this is its label."""
        return self.isValid() and self.getLabel() == label

    def isDeviceNameMatch(self, device: str) -> bool:
        """Tell whether this is the name of its device."""
        return self.isValid() and self.getDeviceName() == device

    def isTypeMatch(self, kind: int) -> bool:
        """Tell whether it is INDI_NUMBER, or what is asked for."""
        return self.isValid() and self.getType() == kind

    def setState(self, state: int) -> None:
        """Show another state until the driver tells one; ValueError if it is none."""
        known = checked_state(state)
        if self.sheet is not None:
            self.sheet.mark(known)

    def setName(self, name: str) -> None:
        """Show another name; the driver goes on with its own."""
        self._set_fact("name", name)

    def setLabel(self, label: str) -> None:
        """Show another label."""
        self._set_fact("label", label)

    def setGroupName(self, group: str) -> None:
        """Show another group."""
        self._set_fact("group", group)

    def setDeviceName(self, device: str) -> None:
        """Show another name of the device."""
        self._set_fact("device", device)

    def setTimestamp(self, timestamp: str) -> None:
        """Show another time."""
        self._set_fact("timestamp", timestamp)

    def setPermission(self, permission: int) -> None:
        """Show another permission; the driver keeps its own."""
        self._set_fact("permission", PERMISSIONS[permission])

    def setTimeout(self, timeout: float) -> None:
        """Show another timeout."""
        self._set_fact("timeout", float(timeout))

    def getNumber(self) -> "PropertyNumber | None":
        """Return it with its numbers, or None if it has none."""
        return self._as(PropertyNumber)

    def getText(self) -> "PropertyText | None":
        """Return it with its texts, or None if it has none."""
        return self._as(PropertyText)

    def getSwitch(self) -> "PropertySwitch | None":
        """Return it with its switches, or None if it has none."""
        return self._as(PropertySwitch)

    def getLight(self) -> "PropertyLight | None":
        """Return it with its lights, or None if it has none."""
        return self._as(PropertyLight)

    def getBLOB(self) -> "PropertyBlob | None":
        """Return it with its BLOBs, or None if it has none."""
        return self._as(PropertyBlob)

    name = property(getName, setName)
    label = property(getLabel, setLabel)
    group = property(getGroupName, setGroupName)
    device = property(getDeviceName, setDeviceName)
    timestamp = property(getTimestamp, setTimestamp)
    timeout = property(getTimeout, setTimeout)
    s = property(getState, setState)
    p = property(getPermission, setPermission)

    def _as(self, kind: "type[P]") -> "P | None":
        handle = kind(self)
        return handle if handle else None

    def _fact(self, field: str) -> Any:
        sheet = self.sheet
        return None if sheet is None else sheet.fact(None, field)

    def _text(self, field: str) -> str | None:
        text = self._fact(field)
        return self._NO_NAME if text is None else str(text)

    def _set_fact(self, field: str, value: object) -> None:
        if self.sheet is not None:
            self.sheet.set_fact(None, field, value)

    def __bool__(self) -> bool:
        return self.isValid()

    def __repr__(self) -> str:
        name = "nothing" if self._sheet is None else f"{self._sheet.device}.{self._sheet.name}"
        return printable(f"<{type(self).__name__} {name} {self.getStateAsString()}>")


P = TypeVar("P", bound=Property)


class PropertyBasic(Property, Generic[W]):
    """A property with its members: ``len(p)``, ``p[0]``, ``for widget in p``."""

    __slots__ = ()

    _NO_NAME = ""
    _WIDGET: type[W]

    def count(self) -> int:
        """Return the number of members."""
        return len(self._vector or ())

    size = __len__ = count

    def at(self, index: int) -> W:
        """Return the member of this index, counted from 0 as the driver has defined them.

        Raises
        ------
        IndexError
            If there is none; -1 is none either.
        """
        vector = self._vector
        if vector is None or not 0 <= index < len(vector):
            raise IndexError(f"{self!r} has {self.count()} members, so there is no [{index}]")
        assert self._sheet is not None
        return self._WIDGET(self, self._sheet, tuple(vector)[index])

    __getitem__ = at

    def __iter__(self) -> Iterator[W]:
        return iter([self.at(index) for index in range(self.count())])

    def findWidgetByName(self, name: str) -> W | None:
        """Return the member of this name, or None."""
        index = self.findWidgetIndexByName(name)
        return None if index < 0 else self.at(index)

    def findWidgetIndexByName(self, name: str) -> int:
        """Return the index of the member of this name, or -1."""
        return next((i for i, widget in enumerate(self) if widget.isNameMatch(name)), -1)


class PropertyText(PropertyBasic[WidgetViewText]):
    """A property of texts."""

    __slots__ = ()
    _KIND = Kind.TEXT
    _WIDGET = WidgetViewText
    tp = property(list)
    ntp = property(PropertyBasic.count)


class PropertyNumber(PropertyBasic[WidgetViewNumber]):
    """A property of numbers."""

    __slots__ = ()
    _KIND = Kind.NUMBER
    _WIDGET = WidgetViewNumber
    np = property(list)
    nnp = property(PropertyBasic.count)

    def updateMinMax(self) -> None:
        """Do nothing: limits are what the driver tells, always."""


class PropertyLight(PropertyBasic[WidgetViewLight]):
    """A property of lights."""

    __slots__ = ()
    _KIND = Kind.LIGHT
    _WIDGET = WidgetViewLight
    lp = property(list)
    nlp = property(PropertyBasic.count)


class PropertyBlob(PropertyBasic[WidgetViewBlob]):
    """A property of BLOBs."""

    __slots__ = ()
    _KIND = Kind.BLOB
    _WIDGET = WidgetViewBlob
    bp = property(list)
    nbp = property(PropertyBasic.count)


class PropertySwitch(PropertyBasic[WidgetViewSwitch]):
    """A property of switches.

    Attributes
    ----------
    r : int
        The rule, as in INDI 1.x.
    """

    __slots__ = ()
    _KIND = Kind.SWITCH
    _WIDGET = WidgetViewSwitch
    sp = property(list)
    nsp = property(PropertyBasic.count)

    def reset(self) -> None:
        """Write Off on all of them."""
        for widget in self:
            widget.setState(0)

    def findOnSwitch(self) -> WidgetViewSwitch | None:
        """Return the first that is On, or None."""
        return next((widget for widget in self if widget.getState()), None)

    def findOnSwitchIndex(self) -> int:
        """Return the index of the first that is On, or -1."""
        return next((i for i, widget in enumerate(self) if widget.getState()), -1)

    def findOnSwitchName(self) -> str:
        """Return the name of the first that is On, or nothing."""
        found = self.findOnSwitch()
        return "" if found is None else found.getName()

    def isSwitchOn(self, name: str) -> bool:
        """Tell whether the switch of this name is On."""
        found = self.findWidgetByName(name)
        return found is not None and found.getState() == 1

    def getRule(self) -> int:
        """Return ISR_1OFMANY, ISR_ATMOST1 or ISR_NOFMANY: how many may be On at once."""
        rule = self._fact("rule")
        return 0 if rule is None else RULES.index(rule)

    def getRuleAsString(self) -> str:
        """Return "OneOfMany", "AtMostOne" or "AnyOfMany"."""
        return RULES[self.getRule()].value

    def setRule(self, rule: int) -> None:
        """Show and send by another rule."""
        self._set_fact("rule", RULES[rule])

    r = property(getRule, setRule)
