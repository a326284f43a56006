"""The messages of INDI 1.7 as plain values: what the reader makes of bytes, and the writer takes.

All are named tuples, cheap enough for tens of thousands a second, and are never changed once made.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from indinb.printable import printable
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State, SwitchRule

VERSION = "1.7"
"""The protocol version that is always sent: libindi's drivers exit on any other."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Blob:
    """A binary large object, most often an image.

    Parameters
    ----------
    data : memoryview
        The bytes, read-only; compression is as the driver left it.
    format : str
        What they are, written like a file's suffix: ``.fits``, ``.fits.fz``, ``.stream``.
    size : int
        Number of bytes before compression, as the driver says.

    Examples
    --------
    >>> blob = Blob(memoryview(b"hello"), ".txt", 5)
    >>> bytes(blob)
    b'hello'
    >>> len(blob)
    5
    """

    data: memoryview
    format: str
    size: int

    def __bytes__(self) -> bytes:
        return self.data.tobytes()

    def __len__(self) -> int:
        return self.data.nbytes

    def __repr__(self) -> str:
        return printable(f"<Blob {self.format} of {len(self)} bytes>")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Blob):
            return NotImplemented
        return (self.format, self.size, self.data) == (other.format, other.size, other.data)

    __hash__ = None  # type: ignore[assignment]

    def save(self, path: str | PathLike[str], overwrite: bool = False) -> Path:
        """Write the bytes to a file, just as they came.

        Parameters
        ----------
        path : path-like
            Where to; ``~`` is the home folder.
        overwrite : bool
            Replace a file that is there already.

        Returns
        -------
        pathlib.Path
            The file written.

        Raises
        ------
        FileExistsError
            If the file is there and `overwrite` is not set.
        """
        target = Path(path).expanduser()
        try:
            with target.open("wb" if overwrite else "xb") as file:
                file.write(self.data)
        except FileExistsError:
            message = f"{target} is there already; overwrite=True replaces it"
            raise FileExistsError(message) from None
        return target


Value = str | float | bool | State | Blob | None
"""What a member holds: text, number, switch, light, or BLOB (None until the first one comes)."""


class Limits(NamedTuple):
    """Smallest and largest number that a driver takes, and its step; ``None`` is "unchanged"."""

    min: float | None
    max: float | None
    step: float | None


class Member(NamedTuple):
    """One member of a definition."""

    name: str
    label: str
    value: Value
    format: str = ""
    min: float = 0.0
    max: float = 0.0
    step: float = 0.0


class GetProperties(NamedTuple):
    """Ask for the definitions of everything, one device, or one property."""

    device: str | None = None
    name: str | None = None
    version: str = VERSION


class EnableBlob(NamedTuple):
    """Tell the server whether to send BLOBs."""

    device: str | None
    name: str | None
    mode: BlobMode


class Define(NamedTuple):
    """A driver announces a property."""

    kind: Kind
    device: str
    name: str
    members: tuple[Member, ...]
    label: str = ""
    group: str = ""
    state: State = State.IDLE
    permission: Permission = Permission.READ_ONLY
    rule: SwitchRule | None = None
    timeout: float = 0.0
    timestamp: str | None = None
    message: str | None = None


class Update(NamedTuple):
    """A driver reports the state and values of a property (``set…Vector`` on the wire)."""

    kind: Kind
    device: str
    name: str
    values: Mapping[str, Value]
    state: State | None = None
    limits: Mapping[str, Limits] | None = None
    timeout: float | None = None
    timestamp: str | None = None
    message: str | None = None


class New(NamedTuple):
    """A client asks a property to take new values."""

    kind: Kind
    device: str
    name: str
    values: Mapping[str, Value]
    timestamp: str | None = None


class Delete(NamedTuple):
    """A driver takes back a property, or (without a name) a whole device."""

    device: str
    name: str | None = None
    timestamp: str | None = None
    message: str | None = None


class Notice(NamedTuple):
    """A line of text from a device, or (without a device) from the server."""

    device: str | None
    message: str
    timestamp: str | None = None


class Ping(NamedTuple):
    """``pingRequest``, or ``pingReply`` when `reply` is set."""

    uid: str
    reply: bool = False


Message = GetProperties | EnableBlob | Define | Update | New | Delete | Notice | Ping
"""Anything that goes over the wire."""


def parse_timestamp(text: str | None) -> dt.datetime | None:
    """Time of a message, in UTC, or ``None`` when there is none that can be read.

    Examples
    --------
    >>> parse_timestamp("2026-11-22T10:18:05").isoformat()
    '2026-11-22T10:18:05+00:00'
    """
    try:
        moment = dt.datetime.fromisoformat(text or "")
        local = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return local.astimezone(dt.UTC)
    except (ValueError, OverflowError):  # the latter for an offset that leaves the calendar
        return None
