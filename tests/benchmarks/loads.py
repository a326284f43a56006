"""What the load server sends, written as indiserver writes it."""

import base64
import functools
import io
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

DEVICE = "Load"
_TIMESTAMP = "2026-11-22T10:31:{:02}"  # libindi's have a resolution of 1 s
_UPDATES_A_SECOND = 1000
_LINE = 72  # characters, after which drivers break the base64 text that they write themselves


@dataclass(frozen=True)
class Load:
    """What is sent when a client asks for properties, and what at each "go".

    Parameters
    ----------
    definitions, data : bytes
        As they go over the wire.
    facts : dict
        What the client is told, to check what it gets.
    block : int, optional
        Descriptor of shared memory that goes along with the data, over a unix socket.
    """

    definitions: bytes
    data: bytes
    facts: dict[str, Any] = field(default_factory=dict)
    block: int | None = None


@functools.cache
def updates(count: int, properties: int, changing: int, others: int = 0) -> Load:
    """Make updates of numbers, three at a time, of some of the properties in turn.

    The client is asked to observe the other properties, too, this many times.
    """
    names = [f"NUMBERS_{i}" for i in range(properties)]
    rows = np.random.default_rng(0).uniform(-360, 360, (count, 3)).tolist()
    data = "".join(
        _set_numbers(names[i % changing], i // _UPDATES_A_SECOND, row) for i, row in enumerate(rows)
    )
    facts = {
        "names": names,
        "changing": names[:changing],
        "others": others,
        "count": count,
        "sum": sum(row[0] for row in rows),  # of the first members, in the order of the wire
    }
    return Load("".join(map(_define_numbers, names)).encode(), data.encode(), facts)


@functools.cache
def blobs(width: int, height: int, wrapped: bool = False, shared: bool = False) -> Load:
    """Make one FITS file: as one long line of base64, as many short ones, or in shared memory."""
    image = _noise(width, height)
    file = _fits_file(image)
    facts = {
        "names": ["IMAGE"],
        "bytes": len(file),
        "crc": zlib.crc32(file),
        "crc of pixels": zlib.crc32(image),
    }
    if shared:
        return Load(_DEFINE_BLOB, _set_blob(file, ' attached="true"'), facts, _block(file))
    text = base64.b64encode(file)
    attributes = ""
    if wrapped:
        attributes = f' enclen="{len(text)}"'
        text = b"\n".join(text[i : i + _LINE] for i in range(0, len(text), _LINE))
    data = _set_blob(file, attributes, text)
    facts |= {"crc of text": zlib.crc32(text), "crc of data": zlib.crc32(data)}
    return Load(_DEFINE_BLOB, data, facts)


LOADS: dict[str, Callable[..., Load]] = {"updates": updates, "blobs": blobs}


def _define_numbers(name: str) -> str:
    members = "".join(
        f'    <defNumber name="{member}" label="{member}" format="%10.6m"'
        ' min="-360" max="360" step="0">\n0\n    </defNumber>\n'
        for member in "XYZ"
    )
    return (
        f'<defNumberVector device="{DEVICE}" name="{name}" label="{name}" group="Main Control"'
        f' state="Idle" perm="rw" timeout="60" timestamp="{_TIMESTAMP.format(0)}">\n'
        f"{members}</defNumberVector>\n"
    )


def _set_numbers(name: str, second: int, values: list[float]) -> str:
    members = "".join(
        f'    <oneNumber name="{member}">\n{value:.20g}\n    </oneNumber>\n'
        for member, value in zip("XYZ", values, strict=True)
    )
    return (
        f'<setNumberVector device="{DEVICE}" name="{name}" state="Ok" timeout="60"'
        f' timestamp="{_TIMESTAMP.format(second % 60)}">\n{members}</setNumberVector>\n'
    )


_DEFINE_BLOB = (
    f'<defBLOBVector device="{DEVICE}" name="IMAGE" label="Image" group="Main Control"'
    f' state="Idle" perm="ro" timeout="60" timestamp="{_TIMESTAMP.format(0)}">\n'
    '    <defBLOB name="IMAGE" label="Image"/>\n</defBLOBVector>\n'
).encode()


def _set_blob(file: bytes, attributes: str = "", text: bytes = b"") -> bytes:
    size = len(file)
    begin = (
        f'<setBLOBVector device="{DEVICE}" name="IMAGE" state="Ok" timeout="60"'
        f' timestamp="{_TIMESTAMP.format(0)}">\n'
        f'    <oneBLOB name="IMAGE" size="{size}" format=".fits" len="{size}"{attributes}>\n'
    ).encode()
    return b"%s%s\n    </oneBLOB>\n</setBLOBVector>\n" % (begin, text)


def _block(file: bytes) -> int:
    block = os.memfd_create("load")
    with open(block, "wb", closefd=False) as memory:
        memory.write(file)
    return block


def _noise(width: int, height: int) -> NDArray[np.uint16]:
    return np.random.default_rng(0).integers(0, 1 << 16, (height, width), np.uint16)


def _fits_file(image: NDArray[np.uint16]) -> bytes:
    """Return a file with about as many cards as cameras' drivers write."""
    hdu = fits.PrimaryHDU(image)
    hdu.header.update({f"CARD{i}": (i / 8, "one of the many that drivers add") for i in range(52)})
    file = io.BytesIO()
    hdu.writeto(file)
    return file.getvalue()
