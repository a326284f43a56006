"""Arrays to pictures: bin, choose the values worth showing, stretch, orient, encode.

Binning comes first, so that all the rest works on a picture of screen size.
"""

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from astropy import visualization as vis
from numpy.typing import NDArray
from PIL import Image

from indinb.errors import ImageError

LONGEST = 1024
"""Pixels on the longer side of a picture, at most."""

INTERVALS: dict[str, Callable[[], vis.BaseInterval]] = {
    "zscale": vis.ZScaleInterval,
    "percentile": partial(vis.PercentileInterval, 99.5),
    "minmax": vis.MinMaxInterval,
}
"""Ways to choose the values shown as black and as white."""

STRETCHES: dict[str, Callable[[], vis.BaseStretch]] = {
    "linear": vis.LinearStretch,
    "sqrt": vis.SqrtStretch,
    "asinh": vis.AsinhStretch,
    "log": vis.LogStretch,
}
"""Ways from black to white."""

_Z_RLE = 3  # this strategy of zlib takes a third less time on noise, and no more room


def shrink(data: NDArray[Any], longest: int = LONGEST) -> NDArray[Any]:
    """Bin an image by the smallest whole number that makes it fit.

    Parameters
    ----------
    data : numpy.ndarray
        Rows by columns, or three planes of those; rows and columns left over are dropped.
    longest : int
        Pixels on the longer side, at most.

    Returns
    -------
    numpy.ndarray
        Means of the finite pixels, NaN where there is none; float32, or float64 for wide numbers.

    Raises
    ------
    ImageError
        If the array is not an image.

    Examples
    --------
    >>> shrink(np.array([[1, 3, 5], [1, 3, 7]], np.uint16), longest=2)
    array([[2.]], dtype=float32)
    """
    planes = data[0] if data.ndim == 3 and len(data) == 1 else data
    if not planes.size or planes.ndim < 2 or planes.shape[:-2] not in ((), (3,)):
        shape = "x".join(map(str, data.shape))
        raise ImageError(f"no picture of {shape} numbers: it takes one plane of pixels, or three")
    if planes.dtype.kind == "u" and planes.dtype.itemsize <= 2:
        return _mean(planes, *factors(planes, longest))
    return _finite_mean(planes, *factors(planes, longest))


def factors(data: NDArray[Any], longest: int = LONGEST) -> tuple[int, int]:
    """Rows and columns that `shrink` makes into one.

    Examples
    --------
    >>> factors(np.zeros((3000, 4096)))
    (4, 4)
    """
    rows, columns = data.shape[-2:]
    factor = -(-max(rows, columns) // longest)
    return min(factor, rows), min(factor, columns)


def _views(data: NDArray[Any], height: int, width: int) -> Iterator[NDArray[Any]]:
    """Yield a strided view of the image for each place within a bin."""
    rows, columns = data.shape[-2] // height * height, data.shape[-1] // width * width
    for y in range(height):
        for x in range(width):
            yield data[..., y:rows:height, x:columns:width]


def _mean(data: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    total, *views = _views(data, height, width)
    total = total.astype(np.uint32)  # has room for 65536 pixels
    for view in views:
        total += view
    means: NDArray[Any] = np.divide(total, height * width, dtype=np.float32)
    return means


def _finite_mean(data: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    total = count = np.zeros((), np.result_type(data.dtype, np.float32))
    with np.errstate(all="ignore"):
        for view in _views(data, height, width):
            finite = np.isfinite(view)
            total = total + np.where(finite, view, total.dtype.type(0))
            count = count + finite
        return np.asarray(total / count)


def normalization(
    values: NDArray[Any],
    interval: str | vis.BaseInterval = "zscale",
    stretch: str | vis.BaseStretch = "linear",
) -> vis.ImageNormalize:
    """Map values to shades, 0 (black) to 1 (white), for matplotlib or to be called.

    Parameters
    ----------
    values : numpy.ndarray
        The picture; what is not finite does not count.
    interval : str or astropy.visualization.BaseInterval
        Black and white: ``"zscale"``, ``"percentile"`` (99.5 % of the pixels) or ``"minmax"``.
    stretch : str or astropy.visualization.BaseStretch
        In between: ``"linear"``, ``"sqrt"``, ``"asinh"`` or ``"log"``.

    Returns
    -------
    astropy.visualization.ImageNormalize
        The map.

    Raises
    ------
    ImageError
        If none of the values is finite, or white would be less than black.
    ValueError
        If there is no interval or stretch of that name.

    Examples
    --------
    >>> normalization(np.array([3.0, np.nan, 7.0]), "minmax", "sqrt")(4.0).item()
    0.5
    """
    finite = values[np.isfinite(values)].astype(float)
    if not finite.size:
        raise ImageError("there is nothing to show: no pixel is finite")
    with np.errstate(all="ignore"):
        black, white = map(float, _named(interval, INTERVALS).get_limits(finite))
    if not black <= white:
        raise ImageError(f"there is nothing to show from {black:g} (black) to {white:g} (white)")
    return vis.ImageNormalize(vmin=black, vmax=white, stretch=_named(stretch, STRETCHES))


def _named(choice: Any, known: dict[str, Callable[[], Any]]) -> Any:
    if not isinstance(choice, str):
        return choice
    if choice not in known:
        raise ValueError(f"{choice!r} is none of {', '.join(known)}")
    return known[choice]()


def to_bytes(values: NDArray[Any], norm: vis.ImageNormalize) -> NDArray[np.uint8]:
    """Turn values into shades of grey, 0 to 255; NaN is black.

    Examples
    --------
    >>> values = np.array([1.0, 2.0, np.nan, 5.0])
    >>> to_bytes(values, normalization(values, "minmax"))
    array([  0,  63,   0, 255], dtype=uint8)
    """
    with np.errstate(all="ignore"):
        shades: NDArray[Any] = np.nan_to_num(norm(values, clip=True).data)
    return (255 * shades).astype(np.uint8)


def encode_png(shades: NDArray[np.uint8], top_down: bool = False) -> bytes:
    r"""Encode a picture.

    Parameters
    ----------
    shades : numpy.ndarray
        Rows by columns, or three planes of those.
    top_down : bool
        Whether the first row is the top one. In FITS it is at the bottom.

    Returns
    -------
    bytes
        A PNG file.

    Examples
    --------
    >>> encode_png(np.zeros((2, 3), np.uint8))[:4]
    b'\x89PNG'
    """
    upright = shades if top_down else shades[..., ::-1, :]
    pixels = upright if upright.ndim == 2 else np.moveaxis(upright, 0, -1)
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(
        file, "PNG", compress_level=1, compress_type=_Z_RLE
    )
    return file.getvalue()
