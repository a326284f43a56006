"""How much the sky varies, by a sample of a picture's pixels."""

from typing import NamedTuple

import numpy as np
from astropy.stats import mad_std
from numpy.typing import NDArray

_COARSE = 2  # steps of the numbers, below which deviations are too few to have a median
_CLIPPED = 3  # sigma
_ROUNDS = 10
_SAMPLE = 10_000  # numbers whose differences tell the step


class Noise(NamedTuple):
    """The noise of the sky, and what one number of the picture is rounded to.

    Parameters
    ----------
    sigma : float
        Standard deviation; 0 if the picture tells of none.
    step : float
        Up to 1, if the noise is hardly more than that; else 0.
    """

    sigma: float
    step: float = 0.0


def sky_noise(sample: NDArray[np.float64]) -> Noise:
    """Measure the noise around the median, which stars and nebulae do not change.

    Parameters
    ----------
    sample : numpy.ndarray
        Finite numbers, one at least.

    Returns
    -------
    Noise
        By the median absolute deviation. That of numbers as coarse as the noise, like those of
        8-bit video, is 0 or 1: of these, it is the sigma-clipped standard deviation, and half a
        step at least. It is 0 if most pixels are the same and the others are many and far.

    Examples
    --------
    >>> video = np.random.default_rng(0).normal(28, 0.9, 10_000).round()
    >>> sigma, step = sky_noise(video)
    >>> round(sigma, 1), step
    (0.9, 1.0)
    """
    sigma, gap = float(mad_std(sample)), _gap(sample)
    if sigma >= _COARSE * gap:
        return Noise(sigma)
    clipped = _clipped_std(sample)
    if clipped >= _COARSE * gap:
        return Noise(sigma)
    step = min(gap, 1.0)  # of numbers far apart, nobody knows what would be between
    return Noise(max(clipped, step / 2), step)


def _gap(sample: NDArray[np.float64]) -> float:
    """Return the least difference of two numbers that are not the same."""
    gaps = np.diff(np.unique(sample[:: max(1, sample.size // _SAMPLE)]))
    return float(gaps.min(initial=np.inf)) if gaps.size else 0.0


def _clipped_std(sample: NDArray[np.float64]) -> float:
    for _ in range(_ROUNDS):
        near = np.abs(sample - np.median(sample)) <= _CLIPPED * sample.std()
        if near.all():
            break
        sample = sample[near]
    return float(sample.std())
