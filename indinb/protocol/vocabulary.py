"""The words of INDI: enumerations whose values are what stands on the wire."""

from enum import IntFlag, StrEnum
from typing import Self


class _Word(StrEnum):
    """A word of the wire, recognised whatever its case: some drivers write "OK" or "on"."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        folded = str(value).casefold()
        return next((word for word in cls if word.value.casefold() == folded), None)


class Kind(_Word):
    """What the members of a property hold; the value is the word inside its XML tags."""

    TEXT = "Text"
    NUMBER = "Number"
    SWITCH = "Switch"
    LIGHT = "Light"
    BLOB = "BLOB"


class State(_Word):
    """How a property, or a light, is doing."""

    IDLE = "Idle"
    OK = "Ok"
    BUSY = "Busy"
    ALERT = "Alert"


class Permission(_Word):
    """What a client may do with a property."""

    READ_ONLY = "ro"
    WRITE_ONLY = "wo"
    READ_WRITE = "rw"

    @property
    def readable(self) -> bool:
        """Whether the values that the driver shows mean anything."""
        return self is not Permission.WRITE_ONLY

    @property
    def writable(self) -> bool:
        """Whether the driver takes new values."""
        return self is not Permission.READ_ONLY


class SwitchRule(_Word):
    """How many members of a switch property may be on at once."""

    ONE_OF_MANY = "OneOfMany"
    AT_MOST_ONE = "AtMostOne"
    ANY_OF_MANY = "AnyOfMany"


class BlobMode(_Word):
    """Whether the server sends BLOBs to this client."""

    NEVER = "Never"
    ALSO = "Also"
    ONLY = "Only"


class Interface(IntFlag):
    """What a device can be, as the bits of ``DRIVER_INFO.DRIVER_INTERFACE`` tell it.

    Examples
    --------
    >>> Interface(22)
    <Interface.CCD|GUIDER|FILTER: 22>
    """

    GENERAL = 0
    TELESCOPE = 1 << 0
    CCD = 1 << 1
    GUIDER = 1 << 2
    FOCUSER = 1 << 3
    FILTER = 1 << 4
    DOME = 1 << 5
    GPS = 1 << 6
    WEATHER = 1 << 7
    ADAPTIVE_OPTICS = 1 << 8
    DUST_CAP = 1 << 9
    LIGHT_BOX = 1 << 10
    DETECTOR = 1 << 11
    ROTATOR = 1 << 12
    SPECTROGRAPH = 1 << 13
    CORRELATOR = 1 << 14
    AUXILIARY = 1 << 15
    OUTPUT = 1 << 16
    INPUT = 1 << 17
    POWER = 1 << 18
    IMU = 1 << 19
    POLAR_ALIGNMENT = 1 << 20
