"""Arrays to shades: bin, choose the values worth showing, stretch.

Binning comes first, so that all the rest works on a picture of screen size.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from astropy import visualization as vis
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.images.noise import sky_noise

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

AUTO = "auto"
"""The name of `auto_shades` where an interval is asked for."""

_SAMPLE = 100_000  # pixels by which `auto_shades` chooses
_SKY = 0.2  # of white
_DARK, _BRIGHT = 3, 6  # sigma from the sky: black, and white at least
_LEAST_MIDTONE = 1e-9  # 1 minus it is still less than 1


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
    image = planes(data)
    return binned(image, *factors(image, longest))


def planes(data: NDArray[Any]) -> NDArray[Any]:
    """Return an image as rows by columns, or as three planes of those.

    Axes of length 1 before them are left out, which images of radio telescopes have for the
    frequency and the polarisation.

    Raises
    ------
    ImageError
        If the array is not an image.

    Examples
    --------
    >>> planes(np.zeros((1, 1, 5, 4))).shape
    (5, 4)
    """
    image = data
    while image.ndim > 2 and len(image) == 1:
        image = image[0]
    if not image.size or image.ndim < 2 or image.shape[:-2] not in ((), (3,)):
        raise ImageError(f"no picture of {_extent(data)}: {_wanted(data)}")
    if image.dtype.kind not in "buif":
        raise ImageError(f"no picture of {image.dtype.name}: it takes real numbers")
    return image


def _extent(data: NDArray[Any]) -> str:
    return f"{'x'.join(map(str, data.shape))} numbers" if data.ndim else "a single number"


def _wanted(data: NDArray[Any]) -> str:
    """Say what an array should be to be an image, and how to make it so."""
    planes = "it takes one plane of pixels, or three"
    if data.ndim not in (3, 4) or not data.size:
        return planes
    if data.ndim == 3 and data.shape[-1] in (3, 4):
        colors = "data" if data.shape[-1] == 3 else "data[..., :3]"
        return f"{planes}, before rows and columns: np.moveaxis({colors}, -1, 0)"
    first = ", ".join("0" * (data.ndim - 2))
    return f"{planes}; to show one plane: viewer(data[{first}])"


def binned(data: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Make so many rows and columns of an image into one, as `shrink` does.

    Examples
    --------
    >>> binned(np.array([[1, 3, 5, 8], [1, 3, 7, 8]], np.uint8), height=1, width=2)
    array([[2. , 6.5],
           [2. , 7.5]], dtype=float32)
    """
    if data.dtype.kind == "u" and data.dtype.itemsize <= 2:
        return _mean(data, height, width)
    return _finite_mean(data, height, width)


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


class Midtone(vis.BaseStretch):  # type: ignore[misc]  # astropy has no types
    """The midtones transfer function, by which image processors brighten what is faint.

    Unlike a gamma, it is as steep as needed at black, and no steeper. Its formula is a rational
    function with f(0) = 0, f(midtone) = 1/2 and f(1) = 1.

    Parameters
    ----------
    midtone : float
        What becomes half of white, between 0 and 1; 0.5 changes nothing.

    Raises
    ------
    ValueError
        If it is not between 0 and 1.

    Examples
    --------
    >>> Midtone(0.25)(np.array([0, 0.25, 1]))
    array([0. , 0.5, 1. ])
    >>> Midtone(0.25).inverse(np.array([0.5]))
    array([0.25])
    """

    def __init__(self, midtone: float = 0.5) -> None:
        super().__init__()
        if not 0 < midtone < 1:
            raise ValueError(f"a midtone is between 0 and 1, not {midtone!r}")
        self.midtone = float(midtone)

    def __call__(self, values: Any, clip: bool = True, out: Any = None) -> Any:
        """Transform values from 0 to 1; others are cut, as the function has a pole beyond."""
        values = np.clip(values, 0, 1, out=out)
        m = self.midtone
        return np.divide((m - 1) * values, (2 * m - 1) * values - m, out=out)

    @property
    def inverse(self) -> "Midtone":
        """The midtone that undoes it."""
        return Midtone(1 - self.midtone)


class Shades(NamedTuple):
    """Which values are black and white, and what between black and white becomes mid-grey.

    Parameters
    ----------
    black, white : float
        In the numbers of the picture.
    midtone : float
        As of `Midtone`, of what the stretch has made of the values.
    """

    black: float
    white: float
    midtone: float = 0.5


def auto_shades(values: NDArray[Any], stretch: str | vis.BaseStretch = "linear") -> Shades:
    """Choose shades by which the sky is dark, what is faint in it shows, and cores keep theirs.

    Parameters
    ----------
    values : numpy.ndarray
        Of which one in some pixels is looked at; what is not finite does not count.
    stretch : str or astropy.visualization.BaseStretch
        Before the midtone.

    Returns
    -------
    Shades
        Black is three sigma of the noise (see `indinb.images.noise.sky_noise`) below the median,
        which becomes a fifth of white; a thousandth of the pixels is white, or less if they are
        within six sigma. Both stay within the numbers that there are; only of coarse ones, black
        may be a little below. From minimum to maximum if that makes no sense, as of a picture that
        is the same all over.

    Raises
    ------
    ImageError
        If none of the values is finite.

    Examples
    --------
    >>> sky = np.random.default_rng(0).normal(500, 10, (300, 300))
    >>> sky[0, :200] = 1000
    >>> black, white, midtone = auto_shades(sky)
    >>> f"{black:.0f} to {white:.0f}"
    '470 to 1000'
    >>> float(Midtone(midtone)((500 - black) / (white - black)).round(2))
    0.2
    """
    finite = _finite(values.reshape(-1)[:: max(1, values.size // _SAMPLE)])
    if not finite.size:
        return shades(values, "minmax")
    with np.errstate(all="ignore"):  # of numbers near the largest that there are
        levels = np.percentile(finite, (0, 50, 99.9, 100))
        lowest, sky, white, highest = (float(level) for level in levels)
        sigma, step = sky_noise(finite)
        black = max(sky - _DARK * sigma, lowest - _DARK * step / 2)
        white = min(max(white, sky + _BRIGHT * sigma), highest)
    if not black < sky < white < black + np.finfo(float).max:
        return shades(values, "minmax")
    share = float(_named(stretch, STRETCHES)(np.array([(sky - black) / (white - black)]))[0])
    return Shades(black, white, max(float(Midtone(_SKY)(share)), _LEAST_MIDTONE))


def shades(
    values: NDArray[Any],
    interval: str | vis.BaseInterval = AUTO,
    stretch: str | vis.BaseStretch = "linear",
) -> Shades:
    """Choose the values shown as black and as white.

    Parameters
    ----------
    values : numpy.ndarray
        The picture; what is not finite does not count.
    interval : str or astropy.visualization.BaseInterval
        ``"auto"`` (see `auto_shades`), ``"zscale"``, ``"percentile"`` (99.5 % of the pixels) or
        ``"minmax"``.
    stretch : str or astropy.visualization.BaseStretch
        With which they will be shown; only the midtone depends on it.

    Returns
    -------
    Shades
        The midtone is 0.5 for all intervals but ``"auto"``.

    Raises
    ------
    ImageError
        If none of the values is finite, or white would be less than black.
    ValueError
        If there is no interval of that name.

    Examples
    --------
    >>> shades(np.array([3.0, np.nan, 7.0]), "minmax")
    Shades(black=3.0, white=7.0, midtone=0.5)
    """
    if isinstance(interval, str) and interval == AUTO:
        return auto_shades(values, stretch)
    finite = _finite(values)
    if not finite.size:
        raise ImageError("there is nothing to show: no pixel is finite")
    with np.errstate(all="ignore"):
        black, white = map(float, _named(interval, INTERVALS).get_limits(finite))
    if not black <= white:
        raise ImageError(f"there is nothing to show from {black:g} (black) to {white:g} (white)")
    return Shades(black, white)


def _finite(values: NDArray[Any]) -> NDArray[np.float64]:
    finite: NDArray[np.float64] = values[np.isfinite(values)].astype(float)
    return finite


def normalization(
    values: NDArray[Any],
    interval: str | vis.BaseInterval = AUTO,
    stretch: str | vis.BaseStretch = "linear",
) -> vis.ImageNormalize:
    """Map values to shades, 0 (black) to 1 (white), for matplotlib or to be called.

    Parameters
    ----------
    values : numpy.ndarray
        The picture; what is not finite does not count.
    interval : str or astropy.visualization.BaseInterval
        Black and white: ``"auto"``, ``"zscale"``, ``"percentile"`` or ``"minmax"``, see `shades`.
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
    black, white, midtone = shades(values, interval, stretch)
    curve = _named(stretch, STRETCHES)
    if midtone != 0.5:
        curve = vis.CompositeStretch(curve, Midtone(midtone))
    return vis.ImageNormalize(vmin=black, vmax=white, stretch=curve)


def _named(choice: Any, known: dict[str, Callable[[], Any]]) -> Any:
    if not isinstance(choice, str):
        return choice
    if choice not in known:
        names = ", ".join([AUTO, *known] if known is INTERVALS else known)
        raise ValueError(f"{choice!r} is none of {names}")
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
    # Some stretches leave the way from 0 to 1, and bytes would begin anew.
    return (255 * np.clip(shades, 0, 1, out=shades)).astype(np.uint8)
