"""What the pixels of an image have in common."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indinb.errors import ImageError

_MAD_TO_STD = 1.482602218505602  # of a normal distribution: 1 / Phi^-1(3/4)
_SIGMA, _ROUNDS = 3.0, 5  # as astropy.stats.sigma_clipped_stats clips by default


@dataclass(frozen=True, repr=False)
class Stats:
    """Numbers of an image, in its own unit.

    Parameters
    ----------
    count : int
        Pixels that count: those that are finite and not masked, of all planes.
    min, max, mean, median, std : float
        Of all of them; nothing is sampled.
    mad_std : float
        Standard deviation as the median deviation from the median tells it, which stars hardly
        change.
    sky, sky_std : float
        Median and standard deviation of what three sigma around the median leave, clipped five
        times.
    saturated : float or None
        Share of the pixels that are full, from 0 to 1, if it is known when they are.
    unit : str
        Of the pixels.

    Examples
    --------
    >>> stats(np.array([[1, 2, 3, 4]], np.uint16), unit="adu")
    <4 pixels from 1 to 4 adu, mean 2.5, median 2.5, std 1.118; sky 2.5 with std 1.118>
    """

    count: int
    min: float
    max: float
    mean: float
    median: float
    std: float
    mad_std: float
    sky: float
    sky_std: float
    saturated: float | None = None
    unit: str = ""

    def __repr__(self) -> str:
        full = f"; {self.saturated:.2%} saturated" if self.saturated else ""
        return (
            f"<{self.count} pixels from {self.min:g} to {self.max:g} {self.unit}, "
            f"mean {self.mean:.6g}, median {self.median:.6g}, std {self.std:.4g}; "
            f"sky {self.sky:.6g} with std {self.sky_std:.4g}{full}>"
        )


@dataclass(frozen=True)
class _Sorted:
    """Numbers in ascending order, and how often each comes; None is once."""

    values: NDArray[Any]
    counts: NDArray[np.int64] | None

    @property
    def count(self) -> int:
        return len(self.values) if self.counts is None else int(self.counts.sum())

    def median(self) -> float:
        ranks = np.array([(self.count - 1) // 2, self.count // 2])
        if self.counts is not None:
            ranks = np.searchsorted(np.cumsum(self.counts), ranks, side="right")
        return float(self.values[ranks].astype(np.float64).mean())

    def mean_and_std(self) -> tuple[float, float]:
        if self.counts is None:
            return float(self.values.mean(dtype=float)), float(self.values.std(dtype=float))
        mean = np.average(self.values, weights=self.counts)
        return float(mean), float(np.average((self.values - mean) ** 2, weights=self.counts) ** 0.5)

    def between(self, low: float, high: float) -> Self:
        start = np.searchsorted(self.values, low, side="left")
        stop = np.searchsorted(self.values, high, side="right")
        counts = None if self.counts is None else self.counts[start:stop]
        return type(self)(self.values[start:stop], counts)

    def distances(self, center: float) -> Self:
        away = np.abs(self.values - center)
        if self.counts is None:
            return type(self)(np.sort(away, kind="stable"), None)  # it falls, and then rises
        order = np.argsort(away)
        return type(self)(away[order], self.counts[order])


def stats(
    data: NDArray[Any],
    mask: NDArray[np.bool_] | None = None,
    unit: str = "",
    full: float | None = None,
) -> Stats:
    """Describe the pixels of an image.

    Parameters
    ----------
    data : numpy.ndarray
        Of any shape.
    mask : numpy.ndarray, optional
        True for pixels that do not count.
    unit : str
        Of the numbers.
    full : float, optional
        The number from which on a pixel is saturated.

    Returns
    -------
    Stats
        Exact.

    Raises
    ------
    ImageError
        If no pixel counts, or they are no real numbers.

    Examples
    --------
    >>> stats(np.array([0.5, np.nan, 1.5])).mean
    1.0
    """
    numbers = _sorted(_counting(data, mask))
    if not numbers.count:
        raise ImageError("there is nothing to count: all pixels are masked, or not finite")
    mean, std = numbers.mean_and_std()
    median = numbers.median()
    sky = _clipped(numbers)
    return Stats(
        numbers.count,
        float(numbers.values[0]),
        float(numbers.values[-1]),
        mean,
        median,
        std,
        _MAD_TO_STD * numbers.distances(median).median(),
        sky.median(),
        sky.mean_and_std()[1],
        None if full is None else numbers.between(full, np.inf).count / numbers.count,
        unit,
    )


def _counting(data: NDArray[Any], mask: NDArray[np.bool_] | None) -> NDArray[Any]:
    if data.dtype.kind not in "buif":
        raise ImageError(f"there is nothing to count in numbers of the kind {data.dtype}")
    good = np.isfinite(data) if data.dtype.kind == "f" else None
    if mask is not None:
        good = ~np.broadcast_to(mask, data.shape) & (True if good is None else good)
    return data.reshape(-1) if good is None or good.all() else data[good]


def _sorted(values: NDArray[Any]) -> _Sorted:
    if values.dtype.kind != "u" or values.dtype.itemsize > 2:
        return _Sorted(np.sort(values), None)
    counts = _histogram(values)
    there = np.flatnonzero(counts)
    return _Sorted(there.astype(np.float64), counts[there])


def _histogram(values: NDArray[Any]) -> NDArray[np.int64]:
    """Count piece by piece, as numpy makes eight bytes of each number."""
    counts = np.zeros(1 << 8 * values.dtype.itemsize, np.int64)
    for start in range(0, len(values), 1 << 20):
        counts += np.bincount(values[start : start + (1 << 20)], minlength=len(counts))
    return counts


def _clipped(numbers: _Sorted) -> _Sorted:
    for _ in range(_ROUNDS):
        center, width = numbers.median(), _SIGMA * numbers.mean_and_std()[1]
        closer = numbers.between(center - width, center + width)
        if closer.count in (0, numbers.count):
            break
        numbers = closer
    return numbers
