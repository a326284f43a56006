"""Colour from sensors whose pixels have filters in Bayer's order."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indinb.errors import ImageError

PATTERNS = ("RGGB", "BGGR", "GRBG", "GBRG")
"""The first two columns of the first two rows, row by row."""

_COLORS = "RGB"
_SITES = ((0, 0), (0, 1), (1, 0), (1, 1))  # rows and columns of the pattern


def pattern(header: Any, rows: int | None = None) -> str | None:
    """Tell which colours the first pixels of an image have, row by row.

    Parameters
    ----------
    header : mapping
        BAYERPAT is the order from the top, as the sensor has it. If ROWORDER is BOTTOM-UP, the rows
        of the image come the other way round, and those of the pattern with them; without a
        ROWORDER, they are taken as they come, as INDI's drivers mean it. XBAYROFF and YBAYROFF are
        the columns and rows of the pattern before the first ones of the image. Siril, ASTAP and
        others read these cards like this.
    rows : int, optional
        Of the image, by default NAXIS2; an odd number of rows, turned round, begins as before.

    Returns
    -------
    str or None
        One of `PATTERNS`; None if there is no pattern of two by two.

    Examples
    --------
    >>> pattern({"BAYERPAT": "RGGB", "XBAYROFF": 1})
    'GRBG'
    >>> pattern({"BAYERPAT": "RGGB", "ROWORDER": "BOTTOM-UP", "NAXIS2": 1024})
    'GBRG'
    """
    told = str(header.get("BAYERPAT", header.get("COLORTYP"))).strip().upper()
    if told not in PATTERNS:
        return None
    down, across = offset(header, "YBAYROFF"), offset(header, "XBAYROFF")
    if is_bottom_up(header):
        down += 1 + (header.get("NAXIS2", 0) if rows is None else rows)
    return shifted(told, down, across)


def offset(header: Any, keyword: str) -> int:
    """Return an offset that a header tells, or 0."""
    told = header.get(keyword)
    return int(told) if isinstance(told, int | float) and abs(told) < 1 << 30 else 0


def is_bottom_up(header: Any) -> bool:
    """Whether a header says that the first row is at the bottom, which it is in FITS anyway."""
    return str(header.get("ROWORDER")).strip().upper() == "BOTTOM-UP"


def shifted(pattern: str, down: int, across: int) -> str:
    """Return the pattern as it begins some rows and columns further on.

    Examples
    --------
    >>> shifted("RGGB", 1, 0)
    'GBRG'
    """
    return "".join(pattern[(y + down) % 2 * 2 + (x + across) % 2] for y, x in _SITES)


def debayer(data: NDArray[Any], pattern: str) -> NDArray[Any]:
    """Make red, green and blue of each pixel: its own, and the means of its neighbours' others.

    Parameters
    ----------
    data : numpy.ndarray
        Rows by columns, two of each at least.
    pattern : str
        One of `PATTERNS`.

    Returns
    -------
    numpy.ndarray
        Three planes of the same size; float32, or float64 for wide numbers.

    Raises
    ------
    ImageError
        If the data have planes already, or less than two rows or columns.

    Examples
    --------
    >>> mosaic = np.tile(np.array([[9, 5], [5, 2]], np.uint16), (2, 2))
    >>> debayer(mosaic, "RGGB")[:, 1, 2]
    array([9., 5., 2.], dtype=float32)
    """
    _check(data)
    around = np.pad(data.astype(np.result_type(data, np.float32)), 1, "reflect")  # keeps the order
    planes = np.empty((3, *data.shape), around.dtype)
    for y, x in _SITES:
        for color, values in _site(around, pattern, y, x).items():
            planes[_COLORS.index(color), y::2, x::2] = values
    return planes


def _site(around: NDArray[Any], pattern: str, y: int, x: int) -> dict[str, NDArray[Any]]:
    """Return the three colours of all pixels at one place of the pattern."""
    height, width = around.shape

    def mean(*steps: tuple[int, int]) -> NDArray[Any]:
        views = [
            around[1 + y + dy : height - 1 + dy : 2, 1 + x + dx : width - 1 + dx : 2]
            for dy, dx in steps
        ]
        total: NDArray[Any] = sum(views[1:], views[0])
        return total / len(views)

    own = pattern[2 * y + x]
    vertical, horizontal = ((-1, 0), (1, 0)), ((0, -1), (0, 1))
    colors = {own: mean((0, 0))}
    if own == "G":
        colors[pattern[2 * y + 1 - x]] = mean(*horizontal)
        colors[pattern[2 * (1 - y) + x]] = mean(*vertical)
    else:
        colors["G"] = mean(*vertical, *horizontal)
        colors["B" if own == "R" else "R"] = mean((-1, -1), (-1, 1), (1, -1), (1, 1))
    return colors


def binned_colors(data: NDArray[Any], pattern: str, factor: int | tuple[int, int]) -> NDArray[Any]:
    """Bin a picture, each colour by itself: faster than `debayer`, and nothing is invented.

    Parameters
    ----------
    data : numpy.ndarray
        Rows by columns, two of each at least.
    pattern : str
        One of `PATTERNS`.
    factor : int or (int, int)
        Rows and columns of a bin; those left over are dropped. With 1, it is debayered before.

    Returns
    -------
    numpy.ndarray
        Three planes of means; float32, or float64 for wide numbers.

    Raises
    ------
    ImageError
        As from `debayer`.

    Examples
    --------
    >>> mosaic = np.tile(np.array([[9, 4], [6, 2]], np.uint16), (2, 2))
    >>> binned_colors(mosaic, "RGGB", 4).ravel()
    array([9., 5., 2.], dtype=float32)
    """
    _check(data)
    height, width = (factor, factor) if isinstance(factor, int) else factor
    if min(height, width) == 1:
        return _binned(debayer(data, pattern), height, width)
    return _means_of_colors(data, pattern, height, width)


def _means_of_colors(data: NDArray[Any], pattern: str, height: int, width: int) -> NDArray[Any]:
    wide = np.uint32 if data.dtype.kind == "u" and data.dtype.itemsize <= 2 else np.float64
    shape = data.shape[0] // height, data.shape[1] // width
    sums, counts = np.zeros((3, *shape), wide), np.zeros((3, *shape), np.uint32)
    ends = shape[0] * height, shape[1] * width
    down, across = 1 + height % 2, 1 + width % 2  # every other bin of odd size begins differently
    for row, column in itertools.product(range(down), range(across)):
        bins = slice(row, None, down), slice(column, None, across)
        for y in range(row * height, (row + 1) * height):
            for x in range(column * width, (column + 1) * width):
                color = _COLORS.index(pattern[y % 2 * 2 + x % 2])
                sums[color][bins] += data[y : ends[0] : down * height, x : ends[1] : across * width]
                counts[color][bins] += 1
    means: NDArray[Any] = (sums / counts).astype(np.result_type(data, np.float32))
    return means


def _binned(planes: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    rows, columns = planes.shape[1] // height, planes.shape[2] // width
    whole = planes[:, : rows * height, : columns * width]
    means: NDArray[Any] = whole.reshape(3, rows, height, columns, width).mean((2, 4))
    return means


def _check(data: NDArray[Any]) -> None:
    if data.ndim != 2 or min(data.shape) < 2:
        shape = " x ".join(map(str, data.shape[::-1]))
        raise ImageError(f"no colours can be made of {shape} numbers: it takes one plane of pixels")
