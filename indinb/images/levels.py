"""Pictures in numbers of 16 bits, small enough to travel and fine enough to be stretched far away.

Integers of a camera go as they are. Means of bins and floating-point numbers go as square roots:
their steps grow with the noise of light, so that 16 bits hold the faintest sky and the cores of
stars alike.
"""

import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.images.stretch import Shades

_LAST = 65535  # the highest level
_FINENESS = 48  # steps to one sigma of the sky's noise: the eye sees a sixth of that
_LEAST = 512  # steps from black to white: screens show 256
_DARKER, _BRIGHTER = 1, 1e5  # than black and white, in widths between them, is not told apart
_MANY = 0.9  # of bytes like the one before: otherwise it takes half the time not to count them
_SAMPLE = 50_000  # pixels by which the sky is found


class Levels(NamedTuple):
    """A picture in numbers of 16 bits.

    Parameters
    ----------
    pixels : numpy.ndarray of uint16
        Rows by columns, or three planes of those.
    offset, scale : float
        Level q stands for ``offset + q * scale``, or with `root` for
        ``offset + ((q - 1) * scale)**2``.
    root : bool
        Whether levels are square roots; then level 0 is a pixel without a value.
    """

    pixels: NDArray[np.uint16]
    offset: float = 0.0
    scale: float = 1.0
    root: bool = False

    def values(self) -> NDArray[Any]:
        """Return what the levels stand for, NaN for pixels without a value.

        Examples
        --------
        >>> Levels(np.array([[0, 1, 3]], np.uint16), 10, 2, root=True).values()
        array([[nan, 10., 26.]])
        """
        return self._values(self.pixels.astype(float))

    def table(self) -> NDArray[Any]:
        """Return what each of the 65536 levels stands for.

        Examples
        --------
        >>> Levels(np.empty((0, 0), np.uint16), 10, 2).table()[:3]
        array([10., 12., 14.])
        """
        return self._values(np.arange(_LAST + 1.0))

    def _values(self, steps: NDArray[Any]) -> NDArray[Any]:
        if not self.root:
            return self.offset + steps * self.scale
        return np.where(steps == 0, np.nan, self.offset + ((steps - 1) * self.scale) ** 2)


def levels(values: NDArray[Any], shades: Shades) -> Levels:
    """Put a picture into numbers of 16 bits.

    Parameters
    ----------
    values : numpy.ndarray
        Rows by columns, or three planes of those.
    shades : Shades
        By which it will be shown at first. Far from black and white, at a hundred thousand widths
        beyond, values are cut, as one wild pixel would cost all others their steps.

    Returns
    -------
    Levels
        Exact for integers of 8 and 16 bits.

    Raises
    ------
    ImageError
        If no pixel is finite.

    Examples
    --------
    >>> levels(np.array([[7, 65535]], np.uint16), Shades(0, 1)).pixels
    array([[    7, 65535]], dtype=uint16)
    >>> levels(np.array([[2.0, np.nan, 8.0]]), Shades(2, 8)).values().round(2)
    array([[ 2., nan,  8.]])
    """
    match values.dtype.kind, values.dtype.itemsize:
        case (("u" | "b"), (1 | 2)):
            return Levels(np.ascontiguousarray(values, np.uint16))
        case "i", (1 | 2):
            return Levels((values.astype(np.int32) + 32768).astype(np.uint16), offset=-32768.0)
    return _roots(values.astype(np.float32 if values.dtype.itemsize <= 4 else float), shades)


def _roots(values: NDArray[Any], shades: Shades) -> Levels:
    finite = np.isfinite(values)
    if not finite.any():
        raise ImageError("there is nothing to show: no pixel is finite")
    floor, ceiling = _range(values[finite] if not finite.all() else values, shades)
    low, sky = _noise(values)
    scale = _scale(low, sky, floor, ceiling, shades)
    floor = _aligned(floor, ceiling, scale, sky)
    with np.errstate(invalid="ignore"):
        steps = np.sqrt(np.clip(values, floor, ceiling) - floor)
        steps /= scale
        steps += 1.5  # the half rounds
    if not finite.all():
        steps[~finite] = 0
    return Levels(steps.astype(np.uint16), floor, scale, root=True)


def _range(finite: NDArray[Any], shades: Shades) -> tuple[float, float]:
    width = (shades.white - shades.black) or 1.0
    floor = max(float(finite.min()), shades.black - _DARKER * width)
    ceiling = min(float(finite.max()), shades.white + _BRIGHTER * width)
    return floor, max(floor, ceiling)


def _noise(values: NDArray[Any]) -> tuple[float, float]:
    """Find the sky, and where it is one sigma darker."""
    sample = values.reshape(-1)[:: max(1, values.size // _SAMPLE)]
    finite = sample[np.isfinite(sample)]
    low, sky = np.percentile(finite, (16, 50)) if finite.size else (0.0, 0.0)
    return float(low), float(sky)


def _scale(low: float, sky: float, floor: float, ceiling: float, shades: Shades) -> float:
    """Choose the step: as coarse as the noise allows, as the rest would only be noise to send."""
    finest = float(np.sqrt(ceiling - floor)) / (_LAST - 2)
    allowed = (
        _slope(sky - floor, (sky - low) / _FINENESS),
        _slope(shades.white - floor, (shades.white - shades.black) / _LEAST),
    )
    return max(finest, min(allowed)) or 1.0


def _aligned(floor: float, ceiling: float, scale: float, sky: float) -> float:
    """Lower the floor until the sky stands amid 256 levels: their high bytes pack to nothing."""
    level = np.sqrt(max(sky - floor, 0.0)) / scale
    amid = 256 * np.ceil((level - 127) / 256) + 127
    lower = sky - float(amid * scale) ** 2
    return lower if np.sqrt(ceiling - lower) / scale < _LAST - 2 else floor


def _slope(height: float, step: float) -> float:
    """Return the scale at which levels of that height differ by that step."""
    return step / (2 * float(np.sqrt(height))) if height > 0 else 0.0


def split(pixels: NDArray[np.uint16]) -> tuple[bytes, bytes]:
    """Pack levels for the way: low bytes as they are, and high bytes, of which many are the same.

    Parameters
    ----------
    pixels : numpy.ndarray of uint16
        In any shape.

    Returns
    -------
    low, high : bytes
        One byte for each pixel; the high ones are packed with zlib.

    Examples
    --------
    >>> low, high = split(np.array([[258, 3]], np.uint16))
    >>> list(low), list(zlib.decompress(high))
    ([2, 3], [1, 0])
    """
    high = (pixels >> 8).astype(np.uint8).reshape(-1)
    runs = np.count_nonzero(high[1:] == high[:-1]) > _MANY * high.size
    packer = zlib.compressobj(1, strategy=zlib.Z_RLE if runs else zlib.Z_HUFFMAN_ONLY)
    return pixels.astype(np.uint8).tobytes(), packer.compress(high.tobytes()) + packer.flush()
