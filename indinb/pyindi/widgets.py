"""The members of properties, which INDI's client library calls widgets.

Each has the getters and setters of its C++ namesake, and the attributes of INDI 1.x. They are
views: they show what is now, and what a script has written on them, until the driver answers.
"""

import logging
import operator
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from indinb.errors import ImageError
from indinb.printable import printable
from indinb.protocol.inflating import inflated
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State
from indinb.pyindi.checks import checked_number, checked_text, checked_word
from indinb.pyindi.copying import copied
from indinb.pyindi.sheet import Sheet
from indinb.pyindi.words import STATES, SWITCHES

logger = logging.getLogger("indinb.pyindi")

V = TypeVar("V")
B = TypeVar("B")


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

    def __init__(self, parent: Any, sheet: Sheet, member: str) -> None:
        self._parent = parent
        self._sheet = sheet
        self._member = member

    def getName(self) -> str:
        """Return INDI's name of it."""
        return self._text("name") or self._member

    def setName(self, name: str) -> None:
        """Show another name; the driver goes on with its own."""
        self._sheet.set_fact(self._member, "name", checked_text(name))

    def getLabel(self) -> str:
        """Return the driver's name of it for people."""
        return self._text("label")

    def setLabel(self, label: str) -> None:
        """Show another label."""
        self._sheet.set_fact(self._member, "label", checked_text(label))

    def isNameMatch(self, name: str) -> bool:
        """Tell whether this is its name."""
        return self.getName() == name

    def isLabelMatch(self, label: str) -> bool:
        """Tell whether this is its label."""
        return self.getLabel() == label

    name = property(getName, setName)
    label = property(getLabel, setLabel)

    def _owner(self) -> Any:
        return self._parent

    def _text(self, field: str) -> str:
        return str(self._sheet.fact(self._member, field) or "")

    def _value(self, kind: type[V], blank: B) -> V | B:
        """Return the value, or the blank if there is none, as of a property of another kind."""
        value = self._sheet.value(self._member)
        return value if isinstance(value, kind) else blank

    def _write(self, value: object) -> None:
        self._sheet.write({self._member: value})

    def __repr__(self) -> str:
        names = f"{self._sheet.device}.{self._sheet.name}.{self._member}"
        return printable(f"<{type(self).__name__} {names}={self._sheet.text(self._member)}>")


class WidgetViewText(WidgetView):
    """A text.

    Attributes
    ----------
    text : str
        As in INDI 1.x; `getText` and `setText` are the same.
    tvp : PropertyText
        The property.
    """

    def getText(self) -> str:
        """Return the text."""
        return self._value(str, "")

    def setText(self, text: str) -> None:
        """Write another, to be sent; TypeError if it is none."""
        self._write(checked_text(text))

    def isEmpty(self) -> bool:
        """Tell whether there is no text."""
        return not self.getText()

    text = property(getText, setText)
    tvp = property(WidgetView._owner)


class WidgetViewNumber(WidgetView):
    """A number, and its limits.

    Attributes
    ----------
    value, min, max, step : float
        As in INDI 1.x; `getValue` and `setValue` and so on are the same.
    format : str
        Of C's ``printf``, or INDI's for sexagesimal numbers.
    nvp : PropertyNumber
        The property.
    """

    def getValue(self) -> float:
        """Return the number."""
        return self._value(float, 0.0)

    def setValue(self, value: float) -> None:
        """Write another, to be sent; TypeError if it is none."""
        self._write(checked_number(value))

    def getFormat(self) -> str:
        """Return how the driver would have it shown."""
        return self._text("format")

    def setFormat(self, format: str) -> None:
        """Have it shown otherwise."""
        self._sheet.set_fact(self._member, "format", checked_text(format))

    def getMin(self) -> float:
        """Return the smallest number that the driver takes."""
        return self._number("min")

    def setMin(self, min: float) -> None:
        """Show another limit; the driver keeps its own."""
        self._set_number("min", min)

    def getMax(self) -> float:
        """Return the largest number that the driver takes."""
        return self._number("max")

    def setMax(self, max: float) -> None:
        """Show another limit; the driver keeps its own."""
        self._set_number("max", max)

    def setMinMax(self, min: float, max: float) -> None:
        """Show other limits."""
        self.setMin(min)
        self.setMax(max)

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
    nvp = property(WidgetView._owner)

    def _number(self, field: str) -> float:
        return self._sheet.fact(self._member, field) or 0.0

    def _set_number(self, field: str, value: float) -> None:
        self._sheet.set_fact(self._member, field, checked_number(value))


class WidgetViewSwitch(WidgetView):
    """A switch.

    Attributes
    ----------
    s : int
        ISS_OFF or ISS_ON, as in INDI 1.x; `getState` and `setState` are the same.
    svp : PropertySwitch
        The property.
    """

    def getState(self) -> int:
        """Return ISS_OFF or ISS_ON."""
        return int(self._value(bool, False))

    def setState(self, state: int | str) -> None:
        """Write another state, to be sent; ValueError if it is neither ISS_OFF nor ISS_ON.

        "Off" and "On" are those, too.
        """
        self._write(checked_word(SWITCHES, state) == "On")

    def getStateAsString(self) -> str:
        """Return "Off" or "On"."""
        return SWITCHES[self.getState()]

    s = property(getState, setState)
    svp = property(WidgetView._owner)


class WidgetViewLight(WidgetView):
    """A light.

    Attributes
    ----------
    s : int
        IPS_IDLE, IPS_OK, IPS_BUSY or IPS_ALERT, as in INDI 1.x.
    lvp : PropertyLight
        The property.
    """

    def getState(self) -> int:
        """Return IPS_IDLE, IPS_OK, IPS_BUSY or IPS_ALERT."""
        return STATES.index(self._value(State, State.IDLE))

    def setState(self, state: int | str) -> None:
        """Show another state; drivers take none."""
        self._write(checked_word(STATES, state))

    def getStateAsString(self) -> str:
        """Return "Idle", "Ok", "Busy" or "Alert"."""
        return STATES[self.getState()].value

    s = property(getState, setState)
    lvp = property(WidgetView._owner)


class WidgetViewBlob(WidgetView):
    """A BLOB, most often a picture. What a driver has packed with zlib (``.z``) is unpacked.

    One that goes through it finds it alone: what scripts are given as `newBLOB` says is a BLOB, and
    some take it for a property.

    Attributes
    ----------
    blob : memoryview
        The bytes, as in INDI 1.x.
    bloblen : int
        How many.
    size : int
        How many they are in the end: what came packed by fpack is larger once it is unpacked.
    format : str
        Written like a file's suffix.
    bvp : PropertyBlob
        The property.
    """

    def getblobdata(self) -> bytearray:
        """Return a copy of the bytes; empty if none have come."""
        return copied(self.getBlob())

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

    def setBlob(self, blob: bytes | bytearray | memoryview) -> None:
        """Write other bytes, to be sent."""
        view = memoryview(blob).toreadonly().cast("B")
        self._write(Blob(view, self.getFormat(), view.nbytes))

    def getBlobLen(self) -> int:
        """Return the number of bytes."""
        return self.getBlob().nbytes

    def setBlobLen(self, size: int) -> None:
        """Keep no more than so many of the bytes, to be sent."""
        draft = self._draft()
        self._write(replace(draft, data=draft.data[: operator.index(size)]))

    def getSize(self) -> int:
        """Return the number of bytes; of what came packed by fpack, before that."""
        blob = self._blob()
        return 0 if blob is None else blob.size

    def setSize(self, size: int) -> None:
        """Tell how large the bytes, to be sent, are once they are unpacked."""
        self._write(replace(self._draft(), size=int(checked_number(size))))

    def getFormat(self) -> str:
        """Return what it is, like a file's suffix: ``.fits``."""
        blob = self._blob()
        return self._text("format") if blob is None else blob.format

    def setFormat(self, format: str) -> None:
        """Tell what the bytes, to be sent, are."""
        self._write(replace(self._draft(), format=checked_text(format)))

    blob = property(getBlob, setBlob)
    bloblen = property(getBlobLen, setBlobLen)
    size = property(getSize, setSize)
    format = property(getFormat, setFormat)
    bvp = property(WidgetView._owner)

    def _draft(self) -> Blob:
        blob = self._blob()
        return Blob(memoryview(b""), self._text("format"), 0) if blob is None else blob

    def _blob(self) -> Blob | None:
        blob = self._value(Blob, None)
        if blob is None or not blob.format.strip().lower().endswith(".z"):
            return blob
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
