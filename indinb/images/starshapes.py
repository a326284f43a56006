"""How large and how round stars are."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FWHM = float(np.sqrt(8 * np.log(2)))
"""Full width at half maximum of a Gaussian, in its standard deviations."""

_REACH = 4  # standard deviations of the window to its edge
_WIDEST = 64  # pixels from the middle to the edge of a window, at most
_NARROWEST = 1.2  # standard deviation of a window; less would be too few pixels to sum up

Numbers = NDArray[np.float64]


class Shapes(NamedTuple):
    """The shapes of stars.

    Parameters
    ----------
    fwhm : numpy.ndarray
        Full width at half maximum in pixels, of a Gaussian with the same second moments; NaN where
        there is none.
    eccentricity : numpy.ndarray
        0 is round.
    """

    fwhm: Numbers
    eccentricity: Numbers


def shapes(light: NDArray[Any], x: Numbers, y: Numbers, hfr: Numbers, blur: float = 0.0) -> Shapes:
    """Measure stars by their second moments, seen through a Gaussian window of their own size.

    The window keeps noise and neighbours out. It makes stars smaller than they are, which is
    undone: the inverse of a Gaussian's covariance is the sum of that of star and window.

    Parameters
    ----------
    light : numpy.ndarray
        Rows by columns, without background.
    x, y : numpy.ndarray
        Where they are.
    hfr : numpy.ndarray
        Half flux radii, which set the widths of the windows.
    blur : float
        Variance in each direction by which the picture was smoothed, which is taken off again.

    Examples
    --------
    >>> rows, columns = np.indices((41, 41))
    >>> star = np.exp(-((columns - 20) ** 2 + (rows - 20) ** 2) / 8)
    >>> found = shapes(star, np.array([20.0]), np.array([20.0]), np.array([2.4]))
    >>> float(found.fwhm[0].round(2)), float(found.eccentricity[0].round(2))
    (4.71, 0.0)
    """
    sigmas = np.maximum(2 * hfr / FWHM, _NARROWEST)
    with np.errstate(all="ignore"):  # of windows in which there is no light
        seen = [_seen(light, *star) for star in zip(x, y, sigmas, strict=True)]
    covariances = _unwindowed(np.reshape(seen, (-1, 2, 2)), sigmas) - blur * np.eye(2)
    sound: NDArray[np.bool_] = np.isfinite(covariances[:, 0, 0])
    minor, major = np.full((2, len(sound)), np.nan)
    minor[sound], major[sound] = np.linalg.eigvalsh(covariances[sound]).T
    minor = np.maximum(minor, 0)  # of one column of pixels, less the blur
    with np.errstate(all="ignore"):
        fwhm = FWHM * np.sqrt((minor + major) / 2)
        return Shapes(fwhm, np.sqrt(1 - minor / major))


def _seen(light: NDArray[Any], x: float, y: float, sigma: float) -> Numbers:
    """Return the covariance of a star through its window."""
    reach = min(int(np.ceil(_REACH * sigma)), _WIDEST)
    left, bottom = max(round(x) - reach, 0), max(round(y) - reach, 0)
    stamp = light[bottom : round(y) + reach + 1, left : round(x) + reach + 1]
    across = np.arange(stamp.shape[1]) + left - x
    up = np.arange(stamp.shape[0]) + bottom - y
    window = np.outer(np.exp(-((up / sigma) ** 2) / 2), np.exp(-((across / sigma) ** 2) / 2))
    return _moments(stamp * window, across, up)


def _moments(weights: NDArray[Any], across: NDArray[Any], up: NDArray[Any]) -> Numbers:
    total = weights.sum()
    columns, rows = weights.sum(0), weights.sum(1)
    x, y = columns @ across / total, rows @ up / total
    mixed = up @ weights @ across / total - x * y
    return np.array(
        [
            [columns @ across**2 / total - x**2, mixed],
            [mixed, rows @ up**2 / total - y**2],
        ]
    )


def _unwindowed(seen: Numbers, sigmas: Numbers) -> Numbers:
    """Return the covariances without windows, NaN of what is as flat as its window."""
    covariances = np.full(seen.shape, np.nan)
    places = np.flatnonzero(seen[:, 0, 0] * seen[:, 1, 1] > seen[:, 0, 1] ** 2)
    inverses = np.linalg.inv(seen[places]) - np.eye(2) / sigmas[places, None, None] ** 2
    bounded = np.linalg.eigvalsh(inverses)[:, 0] > 0
    covariances[places[bounded]] = np.linalg.inv(inverses[bounded])
    return covariances
