"""What real INDI servers sent: indiserver 1.9.9 and 2.2.4 with the simulators of libindi.

In ``data/captures/<version>``:

* ``<driver>.preconnect.xml`` and ``<driver>.xml``: the definitions before and after connecting;
* ``session_<name>.log``: both directions while a client worked, its BLOBs cut short;
* ``exposure_blob.raw.xml``: one exposure from start to end, its image replaced by a tiny one;
* ``sexagesimal_vectors.json``: how libindi itself formats and reads numbers.
"""

import base64
import itertools
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from indinb.protocol.messages import Message
from indinb.protocol.reader import Reader

CAPTURES = Path(__file__).parent / "data" / "captures"

DEFINITIONS = sorted(
    path.relative_to(CAPTURES).as_posix()
    for path in CAPTURES.glob("*/*.xml")
    if not path.name.endswith(".raw.xml")
)
"""Names of the captures that hold definitions, such as ``indi-2.2.4/ccd.xml``."""

SESSIONS = sorted(
    f"{path.parent.name}/{path.stem.removeprefix('session_')}"
    for path in CAPTURES.glob("*/session_*.log")
)
"""Names of the sessions, such as ``indi-2.2.4/slew``."""

EXPOSURE = "indi-1.9.9/exposure_blob.raw.xml"


def _card(text: str) -> bytes:
    return text.ljust(80).encode()


TINY_FITS = b"".join(
    [
        _card("SIMPLE  =                    T"),
        _card("BITPIX  =                   16"),
        _card("NAXIS   =                    2"),
        _card("NAXIS1  =                    3"),
        _card("NAXIS2  =                    2"),
        _card("END"),
    ]
).ljust(2880) + bytes([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]).ljust(2880, b"\0")
"""A FITS image of 3 by 2 pixels, [[1, 2, 3], [4, 5, 6]]; it stands for the images cut out."""

_MARKER = re.compile(r"(?m)^(?:<<< (?P<received>[\d.]+)\n|>>> (?P<sent>[\d.]+) |### .*\(([\d.]+),)")
_BLOB = re.compile(r'size="\d+" format="([^"]*)" len="\d+">(.*?)</oneBLOB>', re.DOTALL)
_BASE64 = re.compile(r"(?m)^([A-Za-z0-9+/=]+)(?:\.{3}\[\d+ b64 chars cut\])?$")


class Step(NamedTuple):
    """What went one way, and how many seconds after the begin; "closed" is the server's end."""

    direction: Literal["sent", "received", "closed"]
    seconds: float
    data: bytes


def capture(name: str) -> bytes:
    """Return a capture of one of `DEFINITIONS`, or `EXPOSURE`."""
    return (CAPTURES / name).read_bytes()


def session(name: str) -> list[Step]:
    """Return a session of `SESSIONS`, piece by piece as the bytes went over the wire.

    BLOBs are shorter than they were: `TINY_FITS`, or the first bytes of any other format, with
    ``size`` and ``len`` made to fit.
    """
    version, name = name.split("/")
    log = (CAPTURES / version / f"session_{name}.log").read_text(encoding="utf-8")
    log = _BLOB.sub(_tiny_blob, log)
    markers = list(_MARKER.finditer(log))
    ends = [marker.start() for marker in markers[1:]] + [len(log)]
    return [
        _step(marker, log[marker.end() : end]) for marker, end in zip(markers, ends, strict=True)
    ]


def received(name: str) -> bytes:
    """Return all that the server sent in a session."""
    return b"".join(step.data for step in session(name) if step.direction == "received")


def sexagesimal_vectors() -> dict[str, list[list]]:
    """Return what libindi makes of numbers: lists under "format" and "scan"."""
    return json.loads((CAPTURES / "sexagesimal_vectors.json").read_text())


def read(data: bytes, pieces: Iterable[int] = (), eof: bool = True) -> list[Message]:
    """Return the messages in `data` when it arrives in pieces of these sizes, then the rest."""
    reader = Reader()
    buffer = reader.get_buffer()
    messages: list[Message] = []
    for size in itertools.chain(pieces, itertools.repeat(len(buffer))):
        if not data:
            break
        piece, data = data[:size], data[size:]
        buffer[: len(piece)] = piece
        messages += reader.buffer_updated(len(piece))
    if eof:
        reader.eof_received()
    return messages


def _step(marker: re.Match[str], text: str) -> Step:
    if seconds := marker["received"]:
        # The log holds every byte received as one character, and a line break after each piece.
        return Step("received", float(seconds), text.removesuffix("\n").encode("latin-1"))
    if seconds := marker["sent"]:
        return Step("sent", float(seconds), text.encode())
    return Step("closed", float(marker[3]), b"")


def _tiny_blob(blob: re.Match[str]) -> str:
    """Replace base64 that was cut, be it in one piece or in many, by a little of it."""
    format, content = blob.groups()
    begin = _BASE64.search(content)[1]
    data = TINY_FITS if format == ".fits" else base64.b64decode(begin)
    payload = iter([base64.b64encode(data).decode()])
    content = _BASE64.sub(lambda _: next(payload, ""), content)
    return f'size="{len(data)}" format="{format}" len="{len(data)}">{content}</oneBLOB>'
