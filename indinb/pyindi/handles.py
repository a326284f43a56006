"""What scripts hold of a property, of whatever kind: getters of what is now, and setters."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from indinb.client.model import Vector
from indinb.printable import printable
from indinb.protocol.vocabulary import Kind, State
from indinb.pyindi.checks import checked_number, checked_text, checked_word
from indinb.pyindi.constants import INDI_UNKNOWN, IP_RO
from indinb.pyindi.sheet import Sheet
from indinb.pyindi.words import KINDS, PERMISSIONS, STATES

if TYPE_CHECKING:
    from indinb.pyindi.device import BaseDevice


class Handle:
    """A handle on a property, without its members.

    It looks the property up by name and shows what is now, also when it is defined again later, or
    by another server. It is false until the property is there for the first time.

    Parameters
    ----------
    other : Handle, optional
        On what it shall be a handle, too; without it, it stays false.

    Attributes
    ----------
    name, device, label, group, timestamp : str
        As in INDI 1.x; `getName` and `setName` and so on are the same.
    timeout : float
        Seconds.
    s, p : int
        State and permission.

    Examples
    --------
    >>> nothing = Handle()
    >>> bool(nothing), nothing.getStateAsString(), nothing.getTypeAsString()
    (False, 'Alert', 'INDI_UNKNOWN')
    """

    _KIND: ClassVar[Kind | None] = None
    _NO_NAME: ClassVar[str | None] = None  # of one that is not there

    def __init__(self, other: "Handle | None" = None) -> None:
        self._sheet: Sheet | None = None
        self._seen = False  # once it was there, it stays readable
        if other is not None and other._sheet is not None:
            self._sheet = other._sheet
            self._seen = other._seen or other._sheet.exists

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

    def isTypeMatch(self, otherType: int) -> bool:
        """Tell whether it is INDI_NUMBER, or what is asked for."""
        return self.isValid() and self.getType() == otherType

    def setState(self, state: int | str) -> None:
        """Show another state until the driver tells one; ValueError if it is none."""
        known, sheet = checked_word(STATES, state), self.sheet
        if sheet is not None:
            sheet.mark(known)

    def setName(self, name: str) -> None:
        """Show another name; the driver goes on with its own."""
        self._set_fact("name", checked_text(name))

    def setLabel(self, label: str) -> None:
        """Show another label."""
        self._set_fact("label", checked_text(label))

    def setGroupName(self, groupName: str) -> None:
        """Show another group."""
        self._set_fact("group", checked_text(groupName))

    def setDeviceName(self, deviceName: str) -> None:
        """Show another name of the device."""
        self._set_fact("device", checked_text(deviceName))

    def setTimestamp(self, timestamp: str) -> None:
        """Show another time."""
        self._set_fact("timestamp", checked_text(timestamp))

    def setPermission(self, permission: int | str) -> None:
        """Show another permission; the driver keeps its own."""
        self._set_fact("permission", checked_word(PERMISSIONS, permission))

    def setTimeout(self, timeout: float) -> None:
        """Show another timeout."""
        self._set_fact("timeout", checked_number(timeout))

    name = property(getName, setName)
    label = property(getLabel, setLabel)
    group = property(getGroupName, setGroupName)
    device = property(getDeviceName, setDeviceName)
    timestamp = property(getTimestamp, setTimestamp)
    timeout = property(getTimeout, setTimeout)
    s = property(getState, setState)
    p = property(getPermission, setPermission)

    def _fact(self, field: str) -> Any:
        sheet = self.sheet
        return None if sheet is None else sheet.fact(None, field)

    def _text(self, field: str) -> str | None:
        text = self._fact(field)
        return self._NO_NAME if text is None else str(text)

    def _set_fact(self, field: str, value: object) -> None:
        sheet = self.sheet
        if sheet is not None:
            sheet.set_fact(None, field, value)

    def __dir__(self) -> list[str]:
        plumbing = ("of", "sheet")  # for the modules above, and no one who types at a prompt
        return [name for name in super().__dir__() if name not in plumbing]

    def __bool__(self) -> bool:
        return self.isValid()

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} {self._shown()}>")

    def _shown(self) -> str:
        sheet, vector = self._sheet, self._vector
        if sheet is None:
            return "nothing"
        names = f"{sheet.device}.{sheet.name}"
        if vector is None:
            return f"{names}: of another kind" if sheet.exists else f"{names}: not there"
        values = ", ".join(f"{member}={sheet.text(member)}" for member in vector)
        return f"{names} {self.getStateAsString()}: {values}"
