"""Properties with their members, as PyIndi-Client's scripts handle them: ``p[0].getValue()``."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from indinb.protocol.vocabulary import Kind
from indinb.pyindi.checks import checked_word
from indinb.pyindi.constants import ISR_1OFMANY, ISS_OFF, ISS_ON
from indinb.pyindi.handles import Handle
from indinb.pyindi.widgets import (
    WidgetView,
    WidgetViewBlob,
    WidgetViewLight,
    WidgetViewNumber,
    WidgetViewSwitch,
    WidgetViewText,
)
from indinb.pyindi.words import RULES

W = TypeVar("W", bound=WidgetView)


class Property(Handle):
    """A property of any kind, and the way to its members.

    Examples
    --------
    ::

        class Client(PyIndi.BaseClient):
            def updateProperty(self, prop):
                if prop.isNameMatch("EQUATORIAL_EOD_COORD"):
                    print([widget.getValue() for widget in PyIndi.PropertyNumber(prop)])
    """

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

    def _as(self, kind: "type[P]") -> "P | None":
        handle = kind(self)
        return handle if handle else None


P = TypeVar("P", bound=Property)


class PropertyBasic(Property, Generic[W]):
    """A property with its members: ``len(p)``, ``p[0]``, ``for widget in p``.

    It is false, and without members, if the property is of another kind.

    Examples
    --------
    >>> nothing = PropertyNumber()
    >>> bool(nothing), len(nothing), list(nothing)
    (False, 0, [])
    """

    _NO_NAME = ""
    _WIDGET: type[W]

    def count(self) -> int:
        """Return the number of members."""
        return len(self._members)

    size = __len__ = count

    def at(self, index: int) -> W:
        """Return the member of this index, counted from 0 as the driver has defined them.

        Raises
        ------
        IndexError
            If there is none; -1 is none either.
        TypeError
            If it is no number: `findWidgetByName` finds members by their name.
        """
        if not hasattr(index, "__index__"):
            raise TypeError(f"members count from 0; findWidgetByName({index!r}) finds one by name")
        members = self._members
        if not 0 <= index < len(members):
            raise IndexError(f"there is no [{index}] in {self!r}")
        return self._widget(members[index])

    __getitem__ = at

    def __iter__(self) -> Iterator[W]:
        return map(self._widget, self._members)

    def findWidgetByName(self, name: str) -> W | None:
        """Return the member of this name, or None."""
        return next((widget for widget in self if widget.isNameMatch(name)), None)

    def findWidgetIndexByName(self, name: str) -> int:
        """Return the index of the member of this name, or -1."""
        return next((i for i, widget in enumerate(self) if widget.isNameMatch(name)), -1)

    @property
    def _members(self) -> tuple[str, ...]:
        vector = self._vector
        return () if vector is None else tuple(vector.definition.members)

    def _widget(self, member: str) -> W:
        assert self._sheet is not None
        return self._WIDGET(self, self._sheet, member)


class PropertyText(PropertyBasic[WidgetViewText]):
    """A property of texts.

    Attributes
    ----------
    tp : list
        Its members, as in INDI 1.x.
    ntp : int
        How many.
    """

    _KIND = Kind.TEXT
    _WIDGET = WidgetViewText
    tp = property(list)
    ntp = property(PropertyBasic.count)


class PropertyNumber(PropertyBasic[WidgetViewNumber]):
    """A property of numbers.

    Attributes
    ----------
    np : list
        Its members, as in INDI 1.x.
    nnp : int
        How many.

    Examples
    --------
    ::

        radec = mount.getNumber("EQUATORIAL_EOD_COORD")
        radec[0].setValue(5.5)  # hours
        radec[1].setValue(-12.0)  # degrees
        client.sendNewProperty(radec)
    """

    _KIND = Kind.NUMBER
    _WIDGET = WidgetViewNumber
    np = property(list)
    nnp = property(PropertyBasic.count)

    def updateMinMax(self) -> None:
        """Do nothing: limits are what the driver tells, always."""


class PropertyLight(PropertyBasic[WidgetViewLight]):
    """A property of lights.

    Attributes
    ----------
    lp : list
        Its members, as in INDI 1.x.
    nlp : int
        How many.
    """

    _KIND = Kind.LIGHT
    _WIDGET = WidgetViewLight
    lp = property(list)
    nlp = property(PropertyBasic.count)


class PropertyBlob(PropertyBasic[WidgetViewBlob]):
    """A property of BLOBs.

    Attributes
    ----------
    bp : list
        Its members, as in INDI 1.x.
    nbp : int
        How many.

    Examples
    --------
    ::

        for blob in PyIndi.PropertyBlob(prop):
            hdus = fits.open(io.BytesIO(blob.getblobdata()))
    """

    _KIND = Kind.BLOB
    _WIDGET = WidgetViewBlob
    bp = property(list)
    nbp = property(PropertyBasic.count)


class PropertySwitch(PropertyBasic[WidgetViewSwitch]):
    """A property of switches.

    Attributes
    ----------
    sp : list
        Its members, as in INDI 1.x.
    nsp : int
        How many.
    r : int
        The rule.

    Examples
    --------
    ::

        upload_mode = ccd.getSwitch("UPLOAD_MODE")
        upload_mode.reset()
        upload_mode[0].setState(PyIndi.ISS_ON)
        client.sendNewProperty(upload_mode)
    """

    _KIND = Kind.SWITCH
    _WIDGET = WidgetViewSwitch
    sp = property(list)
    nsp = property(PropertyBasic.count)

    def reset(self) -> None:
        """Write Off on all of them."""
        for widget in self:
            widget.setState(ISS_OFF)

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
        return found is not None and found.getState() == ISS_ON

    def getRule(self) -> int:
        """Return ISR_1OFMANY, ISR_ATMOST1 or ISR_NOFMANY: how many may be On at once."""
        rule = self._fact("rule")
        return ISR_1OFMANY if rule is None else RULES.index(rule)

    def getRuleAsString(self) -> str:
        """Return "OneOfMany", "AtMostOne" or "AnyOfMany"."""
        return RULES[self.getRule()].value

    def setRule(self, rule: int | str) -> None:
        """Show another rule, and send by it; ValueError if it is none."""
        self._set_fact("rule", checked_word(RULES, rule))

    r = property(getRule, setRule)
