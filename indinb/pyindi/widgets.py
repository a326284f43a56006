"""The members of properties, which INDI's client library calls widgets.

Each has the getters and setters of its C++ namesake, and the attributes of INDI 1.x. They are
views: they show what is now, and what a script has written on them, until the driver answers.
"""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from indinb.errors import ImageError
from indinb.printable import printable
from indinb.protocol.inflating import inflated
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State
from indinb.pyindi.sheet import Sheet
from indinb.pyindi.words import STATES, SWITCHES

if TYPE_CHECKING:
    from indinb.pyindi.properties import (
        PropertyBlob,
        PropertyLight,
        PropertyNumber,
        PropertySwitch,
        PropertyText,
    )

logger = logging.getLogger(__name__)


class WidgetView:
    """What all members have.

    Parameters
    ----------
    parent : PropertyBasic
        Its property.
    sheet : Sheet
        Of that.
    member : str
        Which one.
    """

    __slots__ = ("__dict__", "_member", "_parent", "_sheet")  # scripts may add names

    def __init__(self, parent: Any, sheet: Sheet, member: str) -> None:
        self._parent = parent
        self._sheet = sheet
        self._member = member

    def getName(self) -> str:
        """Return INDI's name of it."""
        return self._text("name")

    def setName(self, name: str) -> None:
        """Show another name; the driver goes on with its own."""
        self._sheet.set_fact(self._member, "name", _checked_text(name))

    def getLabel(self) -> str:
        """Return the driver's name of it for people."""
        return self._text("label")

    def setLabel(self, label: str) -> None:
        """Show another label."""
        self._sheet.set_fact(self._member, "label", _checked_text(label))

    def isNameMatch(self, name: str) -> bool:
        """Tell whether this is its name."""
        return self.getName() == name

    def isLabelMatch(self, label: str) -> bool:
        """Tell whether this is its label."""
        return self.getLabel() == label

    name = property(getName, setName)
    label = property(getLabel, setLabel)

    def _text(self, field: str) -> str:
        return str(self._sheet.fact(self._member, field) or "")

    def _write(self, value: object) -> None:
        self._sheet.write({self._member: value})

    def __repr__(self) -> str:
        names = f"{self._sheet.device}.{self._sheet.name}.{self._member}"
        return printable(f"<{type(self).__name__} {names}>")


class WidgetViewText(WidgetView):
    """A text.

    Attributes
    ----------
    text : str
        As in INDI 1.x; `getText` and `setText` are the same.
    """

    __slots__ = ()

    def getText(self) -> str:
        """Return the text."""
        return str(self._sheet.value(self._member) or "")

    def setText(self, text: str) -> None:
        """Write another, to be sent; TypeError if it is none."""
        self._write(_checked_text(text))

    def isEmpty(self) -> bool:
        """Tell whether there is no text."""
        return not self.getText()

    text = property(getText, setText)

    @property
    def tvp(self) -> "PropertyText":
        """The property."""
        return self._parent  # type: ignore[no-any-return]


class WidgetViewNumber(WidgetView):
    """A number, and its limits.

    Attributes
    ----------
    value, min, max, step : float
        As in INDI 1.x; `getValue` and `setValue` and so on are the same.
    format : str
        Of C's ``printf``, or INDI's for sexagesimal numbers.
    """

    __slots__ = ()

    def getValue(self) -> float:
        """Return the number."""
        return self._sheet.value(self._member) or 0.0

    def setValue(self, value: float) -> None:
        """Write another, to be sent; TypeError if it is none."""
        self._write(_checked_number(value))

    def getFormat(self) -> str:
        """Return how the driver would have it shown."""
        return self._text("format")

    def setFormat(self, format: str) -> None:
        """Have it shown otherwise."""
        self._sheet.set_fact(self._member, "format", _checked_text(format))

    def getMin(self) -> float:
        """Return the smallest number that the driver takes."""
        return self._number("min")

    def setMin(self, low: float) -> None:
        """Show another limit; the driver keeps its own."""
        self._set_number("min", low)

    def getMax(self) -> float:
        """Return the largest number that the driver takes."""
        return self._number("max")

    def setMax(self, high: float) -> None:
        """Show another limit; the driver keeps its own."""
        self._set_number("max", high)

    def setMinMax(self, low: float, high: float) -> None:
        """Show other limits."""
        self.setMin(low)
        self.setMax(high)

    def getStep(self) -> float:
        """Return the step of the numbers that the driver takes; 0 for any."""
        return self._number("step")

    def setStep(self, step: float) -> None:
        """Show another step."""
        self._set_number("step", step)

    value = property(getValue, setValue)
    format = property(getFormat, setFormat)
    min = property(getMin, setMin)
    max = property(getMax, setMax)
    step = property(getStep, setStep)

    @property
    def nvp(self) -> "PropertyNumber":
        """The property."""
        return self._parent  # type: ignore[no-any-return]

    def _number(self, field: str) -> float:
        return self._sheet.fact(self._member, field) or 0.0

    def _set_number(self, field: str, value: float) -> None:
        self._sheet.set_fact(self._member, field, _checked_number(value))


class WidgetViewSwitch(WidgetView):
    """A switch.

    Attributes
    ----------
    s : int
        ISS_OFF or ISS_ON, as in INDI 1.x; `getState` and `setState` are the same.
    """

    __slots__ = ()

    def getState(self) -> int:
        """Return ISS_OFF or ISS_ON."""
        return int(bool(self._sheet.value(self._member)))

    def setState(self, state: int) -> None:
        """Write another state, to be sent; ValueError if it is neither ISS_OFF nor ISS_ON."""
        if state not in (0, 1):
            raise ValueError(f"{state!r} is no state of a switch: use ISS_OFF or ISS_ON")
        self._write(bool(state))

    def getStateAsString(self) -> str:
        """Return "Off" or "On"."""
        return SWITCHES[self.getState()]

    s = property(getState, setState)

    @property
    def svp(self) -> "PropertySwitch":
        """The property."""
        return self._parent  # type: ignore[no-any-return]


class WidgetViewLight(WidgetView):
    """A light.

    Attributes
    ----------
    s : int
        IPS_IDLE, IPS_OK, IPS_BUSY or IPS_ALERT, as in INDI 1.x.
    """

    __slots__ = ()

    def getState(self) -> int:
        """Return IPS_IDLE, IPS_OK, IPS_BUSY or IPS_ALERT."""
        return STATES.index(self._sheet.value(self._member) or State.IDLE)

    def setState(self, state: int) -> None:
        """Show another state; drivers take none."""
        self._write(checked_state(state))

    def getStateAsString(self) -> str:
        """Return "Idle", "Ok", "Busy" or "Alert"."""
        return STATES[self.getState()].value

    s = property(getState, setState)

    @property
    def lvp(self) -> "PropertyLight":
        """The property."""
        return self._parent  # type: ignore[no-any-return]


class WidgetViewBlob(WidgetView):
    """A BLOB, most often a picture. What a driver has packed with zlib (``.z``) is unpacked.

    One that goes through it finds it alone: what scripts are given as `newBLOB` says is a BLOB, and
    some take it for a property.

    Attributes
    ----------
    blob : memoryview
        The bytes, as in INDI 1.x.
    bloblen, size : int
        How many; both are the same, of what is unpacked.
    format : str
        Written like a file's suffix.
    """

    __slots__ = ()

    def getblobdata(self) -> bytearray:
        """Return a copy of the bytes; empty if none have come."""
        return bytearray(self.getBlob())

    def getblob(self) -> bytes:
        """Return a copy of the bytes, which PyIndi-Client's documentation asks for like this."""
        return bytes(self.getBlob())

    def getBlob(self) -> memoryview:
        """Return the bytes where they are, read-only."""
        blob = self._blob()
        return memoryview(b"") if blob is None else blob.data

    def getBlobAsString(self) -> str:
        """Return the bytes as text; such that are none become surrogates."""
        return self.getblob().decode("utf-8", "surrogateescape")

    def setBlob(self, data: bytes | bytearray | memoryview) -> None:
        """Write other bytes, to be sent."""
        view = memoryview(data).toreadonly().cast("B")
        self._write(Blob(view, self.getFormat(), view.nbytes))

    def getBlobLen(self) -> int:
        """Return the number of bytes."""
        return self.getBlob().nbytes

    def getSize(self) -> int:
        """Return the number of bytes; of what came packed by fpack, before that."""
        blob = self._blob()
        return 0 if blob is None else blob.size

    def setSize(self, size: int) -> None:
        """Tell how large the bytes, to be sent, are once they are unpacked."""
        blob = self._blob() or Blob(memoryview(b""), self.getFormat(), 0)
        self._write(Blob(blob.data, blob.format, int(_checked_number(size))))

    def getFormat(self) -> str:
        """Return what it is, like a file's suffix: ``.fits``."""
        blob = self._blob()
        return self._text("format") if blob is None else blob.format

    def setFormat(self, format: str) -> None:
        """Tell what the bytes, to be sent, are."""
        blob = self._blob() or Blob(memoryview(b""), "", 0)
        self._write(Blob(blob.data, _checked_text(format), blob.size))

    blob = property(getBlob, setBlob)
    bloblen = property(getBlobLen)
    size = property(getSize, setSize)
    format = property(getFormat, setFormat)

    @property
    def bvp(self) -> "PropertyBlob":
        """The property."""
        return self._parent  # type: ignore[no-any-return]

    def _blob(self) -> Blob | None:
        blob = self._sheet.value(self._member)
        if blob is None or not blob.format.lower().endswith(".z"):
            return blob  # type: ignore[no-any-return]
        return self._unpacked(blob)

    def _unpacked(self, blob: Blob) -> Blob:
        """Unpack it once, however often and for whatever it is asked."""
        packed, unpacked = self._sheet.fact(self._member, "unpacked") or (None, blob)
        if packed is not blob:
            try:
                unpacked = inflated(blob)
            except ImageError as error:
                logger.warning("%r stays as it came: %s", self, error)
                unpacked = blob
            self._sheet.set_fact(self._member, "unpacked", (blob, unpacked))
        return unpacked

    def __iter__(self) -> Iterator["WidgetViewBlob"]:
        return iter((self,))


def checked_state(state: int) -> State:
    """Return the state of this number.

    Raises
    ------
    ValueError
        If it is none.
    """
    if state not in range(len(STATES)):
        raise ValueError(f"{state!r} is no state: use IPS_IDLE, IPS_OK, IPS_BUSY or IPS_ALERT")
    return STATES[int(state)]


def _checked_text(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError(f"a text is a str, not {text!r}")
    return text


def _checked_number(value: Any) -> float:
    if not hasattr(type(value), "__float__") and not hasattr(type(value), "__index__"):
        raise TypeError(f"a number is an int or a float, not {value!r}")
    return float(value)
