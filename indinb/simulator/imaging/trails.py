"""What moves in an exposure, or is far out of focus, is spread over the whole picture at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from indinb.simulator.imaging.inputs import Floats, Image
from indinb.simulator.imaging.psf import disc_kernel

_SHORTEST = 0.2  # pixels of movement that are worth a convolution


@dataclass(frozen=True)
class Path:
    """The way of a star over the sensor.

    Parameters
    ----------
    weights : numpy.ndarray
        Time at each place, shape (n,), of any unit.
    steps : numpy.ndarray
        Where it is in pixels x and y from its place on the picture, shape (n, 2).

    Examples
    --------
    >>> path = Path(np.ones(2), np.array([[1.0, 0.0], [3.0, 0.0]]))
    >>> path.mean, path.moves
    (array([2., 0.]), True)
    """

    weights: Floats
    steps: Floats

    @classmethod
    def of(cls, trail: tuple[tuple[float, float, float], ...], matrix: Floats) -> "Path":
        """Make it of where the field was, which is opposite to where its stars were."""
        points = np.array(trail or ((1.0, 0.0, 0.0),), float)
        return cls(points[:, 0], -points[:, 1:] @ matrix.T)

    @cached_property
    def mean(self) -> Floats:
        """Where it is on the average."""
        middle: Floats = np.average(self.steps, axis=0, weights=self.weights)
        return middle

    @property
    def extent(self) -> float:
        """Pixels from the mean to the point that is farthest in x or y."""
        return float(np.abs(self.steps - self.mean).max())

    @property
    def moves(self) -> bool:
        """Whether anything can be seen of it."""
        return self.extent > _SHORTEST

    def kernel(self, shape: tuple[int, int]) -> Image:
        """Draw the way about its mean, around the first pixel, wrapping around; of unit sum.

        What leaves the array is lost.
        """
        places = self._smooth() - self.mean
        lines = np.zeros(shape, np.float32)
        share = 1 / len(places)
        places = places[(np.abs(places) < np.array(shape[::-1]) / 2 - 1).all(axis=1)]
        corner = np.floor(places).astype(int)
        part = places - corner
        for right, x in ((0, 1 - part[:, 0]), (1, part[:, 0])):
            for down, y in ((0, 1 - part[:, 1]), (1, part[:, 1])):
                rows = (corner[:, 1] + down) % shape[0]
                columns = (corner[:, 0] + right) % shape[1]
                np.add.at(lines, (rows, columns), x * y * share)
        return lines

    def _smooth(self) -> Floats:
        """Give places at even times, less than half a pixel apart where it matters."""
        if len(self.steps) == 1:
            return self.steps
        times = np.cumsum(self.weights) - self.weights / 2
        times = (times - times[0]) / (times[-1] - times[0])
        length = np.abs(np.diff(self.steps, axis=0)).sum()
        count = int(min(max(8 * length, 8 * len(times), 64), 50_000))
        moments = (np.arange(count) + 0.5) / count
        return np.stack([np.interp(moments, times, axis) for axis in self.steps.T], axis=1)


def spread(image: Image, path: Path, disc: float, aspect: float = 1.0) -> Image:
    """Move an image along a path while it is exposed, out of focus.

    Parameters
    ----------
    image : numpy.ndarray
        Float32; what leaves it on one side comes back on the other: it needs margins.
    path : Path
        The way, about its mean.
    disc : float
        Diameter of the disc of defocus in columns; 0 for none.
    aspect : float
        Columns that are as long as a row.

    Returns
    -------
    numpy.ndarray
        Of the same shape and sum.

    Examples
    --------
    >>> image = np.zeros((32, 32), np.float32)
    >>> image[16, 16] = 8
    >>> moved = spread(image, Path(np.ones(2), np.array([[-2.0, 0.0], [2.0, 0.0]])), 0.0)
    >>> moved[16, 14:19].round(1)
    array([1., 2., 2., 2., 1.], dtype=float32)
    """
    height, width = (fast_length(size) for size in image.shape)
    spectrum = np.fft.rfft2(image, (height, width))
    if path.moves:
        spectrum *= np.fft.rfft2(path.kernel((height, width)))
    if disc:
        spectrum *= np.fft.rfft2(disc_kernel((height, width), disc, aspect))
    moved: Image = np.fft.irfft2(spectrum, (height, width))
    return moved[: image.shape[0], : image.shape[1]]


def fast_length(size: int) -> int:
    """Give the next length, at least as large, that is quick to transform.

    Examples
    --------
    >>> fast_length(1031)
    1080
    """
    while _without_small_factors(size) > 1:
        size += 1
    return size


def _without_small_factors(number: int) -> int:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number
