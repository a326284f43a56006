"""Raw pixels to arrays: formats that are nothing but the numbers."""

import itertools
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.images.image import Geometry, Image, Pixels, top_down, unchanging

_KINDS: dict[int, np.dtype[Any]] = {8: np.dtype("u1"), 16: np.dtype("<u2"), 32: np.dtype("<u4")}


def read_raw(
    data: bytes | memoryview,
    geometry: Geometry | None,
    interleaved: bool = False,
    widest: int = 32,
) -> Image:
    """Give raw pixels their shape.

    Parameters
    ----------
    data : bytes-like
        Unsigned little-endian numbers, row by row from the top. The pixels are a read-only view of
        them where that is possible, and else made when somebody first looks at them.
    geometry : Geometry
        The size of the image. The number of bytes tells whether it is grey or in red, green and
        blue, and also the kind of the numbers if `Geometry.bits` leaves it open.
    interleaved : bool
        Whether the colours come pixel by pixel; else plane by plane.
    widest : int
        Bits of the numbers, at most, where `Geometry.bits` leaves them open.

    Returns
    -------
    Image
        Its header only says that the first row is the top one.

    Raises
    ------
    ImageError
        If the bytes do not make an image of this size, or no size is given.

    Examples
    --------
    >>> read_raw(bytes(range(6)), Geometry(3, 2)).data
    array([[0, 1, 2],
           [3, 4, 5]], dtype=uint8)
    """
    if geometry is None:
        raise ImageError("raw pixels do not tell the size of their image: give its Geometry")
    view = unchanging(data)
    planes, kind = _layout(len(view), geometry, widest)
    shape = (geometry.height, geometry.width) if planes == 1 else (planes, *geometry[1::-1])
    make = partial(_by_plane if interleaved and planes > 1 else _as_they_are, view, kind, shape)
    return Image(Pixels(shape, kind.newbyteorder("="), make), top_down())


def _as_they_are(data: memoryview, kind: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    numbers = np.frombuffer(data, kind).reshape(shape)
    return numbers.astype(kind.newbyteorder("="), copy=False)  # on most machines, a view


def _by_plane(data: memoryview, kind: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    planes, height, width = shape
    pixels = np.moveaxis(np.frombuffer(data, kind).reshape(height, width, planes), -1, 0)
    return np.array(pixels, kind.newbyteorder("="), order="C")


def _layout(size: int, geometry: Geometry, widest: int) -> tuple[int, np.dtype[Any]]:
    """Find the number of planes and the kind of numbers that fill the bytes: one fits, or none."""
    width, height, bits = geometry
    if width > 0 and height > 0:
        for planes, kind in itertools.product((1, 3), _kinds(bits, widest)):
            if size == planes * height * width * kind.itemsize:
                return planes, kind
    depth = "" if bits is None else f" of {bits} bits"
    raise ImageError(f"{size} bytes are no raw image of {width} x {height} pixels{depth}")


def _kinds(bits: int | None, widest: int) -> Iterable[np.dtype[Any]]:
    """List the kinds that it may be; a sensor of 12 bits fills 16."""
    if bits is None:
        return [kind for room, kind in _KINDS.items() if room <= widest]
    return [kind for room, kind in _KINDS.items() if bits <= room][:1]
