"""Stars whose brightness changes, and how: some of the best known to Gaia's G = 10.

The light curves are drawn, not modelled: each has the period, the epoch, the depth and the shape
that its kind is known for. Periods and epochs are those of

- the General Catalogue of Variable Stars 5.1 (Samus et al. 2017, Astronomy Reports 61, 80): delta
  Cephei, eta Aquilae and zeta Geminorum, with the part of the period in which they rise;
- the AAVSO's International Variable Star Index (VSX), 2024: Algol. Stebbins (1910) found that its
  eclipses last 9.8 hours, and the depth of the second one;
- Gazeas et al. 2021, MNRAS 501, 2897: W Ursae Majoris;
- Rucinski et al. 2019 (arXiv:1906.04831): beta Lyrae, whose period grows by 19 s in a year;
- Fu and Jiang 1999, A&AS 136: VZ Cancri;
- Margrave et al. 1975, IBVS 1019: RZ Cassiopeiae's minimum of October 1974. Period, range and
  length of its eclipses are those in the guide of the Society for Popular Astronomy.

What is simpler than in nature: periods stay what they are, and the epochs are those of the Earth's
clock, though light is up to 8 minutes late or early by the Earth's way around the Sun. So RZ
Cassiopeiae, W Ursae Majoris and beta Lyrae may be off by an hour and more. Ranges are those in V,
or of the eye, taken for G and for each filter; spots, reflections and second periods (VZ Cancri has
one of 0.143 days) are left out, and the rise of VZ Cancri takes the part of the period that is
usual in its kind.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indinb.simulator.astrometry import Vectors, cone, unit_vectors, utc
from indinb.simulator.sky.stars import Stars

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From the phase, 0 to 1, to the magnitudes that are missing to the brightest."""

_NEAR = 15 / 3600  # degrees from a place to its star: as far as stars have moved since 2000
_STEPS = 4096  # of a period, whose light is added up


def eclipses(phase: ArrayLike, first: float, second: float, width: float) -> NDArray[np.float64]:
    """Light curve of two stars that eclipse each other, and are round.

    Parameters
    ----------
    phase : array_like
        0 in the middle of the deeper eclipse, 0.5 in that of the other.
    first, second : float
        Depths in magnitudes.
    width : float
        Part of the period that one eclipse lasts.

    Returns
    -------
    numpy.ndarray
        Magnitudes that are missing to the brightest.

    Examples
    --------
    >>> eclipses([0.0, 0.025, 0.1, 0.5], first=1.2, second=0.1, width=0.1).round(6)
    array([1.2, 0.6, 0. , 0.1])
    """
    depths = first * _dip(_distance(phase, 0.0) / width)
    return depths + second * _dip(_distance(phase, 0.5) / width)


def contact(phase: ArrayLike, first: float, second: float) -> NDArray[np.float64]:
    """Light curve of two stars that touch, or nearly: it never rests. See `eclipses`.

    Examples
    --------
    >>> contact([0.0, 0.125, 0.25, 0.5], first=0.8, second=0.6).round(6)
    array([0.8, 0.4, 0. , 0.6])
    """
    return eclipses(phase, first, second, width=0.5)


def pulsation(phase: ArrayLike, amplitude: float, rise: float) -> NDArray[np.float64]:
    """Light curve of a star that swells and shrinks: it rises sooner than it falls.

    Parameters
    ----------
    phase : array_like
        0 when it is brightest.
    amplitude : float
        From the brightest to the faintest, in magnitudes.
    rise : float
        Part of the period from the faintest to the brightest.

    Returns
    -------
    numpy.ndarray
        Magnitudes that are missing to the brightest.

    Examples
    --------
    >>> pulsation([0.0, 0.4, 0.8, 0.9], amplitude=0.6, rise=0.2).round(6)
    array([0. , 0.3, 0.6, 0.3])
    """
    turned = np.asarray(phase, float) % 1
    halves = np.interp(turned, [0, 1 - rise, 1], [0, 1, 2])
    missing: NDArray[np.float64] = amplitude * (1 - np.cos(np.pi * halves)) / 2
    return missing


@dataclass(frozen=True, slots=True)
class Variable:
    """A star whose brightness changes.

    Parameters
    ----------
    name : str
        As in the General Catalogue of Variable Stars.
    ra, dec : float
        ICRS, degrees, to find it in a catalogue.
    period : float
        Days.
    epoch : float
        Julian date of phase 0: a pulsating star is brightest then, one that is eclipsed faintest.
    curve : callable
        Its light curve.

    Examples
    --------
    >>> star = Variable("A", 10.0, 41.0, 0.5, 2450000.0, partial(pulsation, amplitude=1, rise=0.3))
    >>> star.phase([2450000.0, 2450000.125])
    array([0.  , 0.25])
    >>> star.change([2450000.0, 2450000.35]).round(2)
    array([-0.44,  0.56])
    """

    name: str
    ra: float
    dec: float
    period: float
    epoch: float
    curve: Curve

    @property
    def direction(self) -> Vectors:
        """Where it is: an ICRS unit vector."""
        return unit_vectors(self.ra, self.dec)

    def phase(self, dates: ArrayLike) -> NDArray[np.float64]:
        """Part of the period that has passed at Julian dates (UTC), 0 to 1."""
        return np.asarray((np.asarray(dates, float) - self.epoch) / self.period % 1)

    def change(self, dates: ArrayLike) -> NDArray[np.float64]:
        """Magnitudes fainter than its mean light at Julian dates; if brighter, they are negative.

        The light of a whole period has the mean that a catalogue tells, as Gaia's G is one of
        light, not of magnitudes.
        """
        return self.curve(self.phase(dates)) - _mean(self.curve)


VARIABLES = (
    Variable("bet Per", 47.042, 40.956, 2.867323862, 2455565.33243,
             partial(eclipses, first=1.27, second=0.06, width=0.142)),
    Variable("RZ Cas", 42.231, 69.634, 1.195247, 2442339.7265,
             partial(eclipses, first=1.4, second=0.0, width=0.167)),
    Variable("bet Lyr", 282.520, 33.363, 12.94379, 2458347.0119,
             partial(contact, first=1.11, second=0.60)),
    Variable("W UMa", 145.940, 55.952, 0.3336352, 2451952.34017,
             partial(contact, first=0.73, second=0.73)),
    Variable("del Cep", 337.293, 58.415, 5.366208, 2455479.905,
             partial(pulsation, amplitude=0.89, rise=0.25)),
    Variable("eta Aql", 298.118, 1.006, 7.176915, 2450323.31,
             partial(pulsation, amplitude=0.85, rise=0.32)),
    Variable("zet Gem", 106.027, 20.570, 10.15073, 2443805.927,
             partial(pulsation, amplitude=0.56, rise=0.50)),
    Variable("VZ Cnc", 130.217, 9.824, 0.178363665, 2431550.7187,
             partial(pulsation, amplitude=0.73, rise=0.30)),
)  # fmt: skip
"""Those whose brightness is computed."""


def shining(stars: Stars, when: datetime) -> Stars:
    """Give the variables among some stars the magnitudes that they have at a time.

    Parameters
    ----------
    stars : Stars
        With the magnitudes of a catalogue. Where there is no variable, they are returned.
    when : datetime
        With a time zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> algol = Stars(unit_vectors([47.042], [40.956]), np.array([2.1], "f4"),
    ...               np.zeros(1, "f4"), np.zeros(1, bool))
    >>> shining(algol, datetime(2026, 1, 15, 18, 10, tzinfo=UTC)).magnitudes.round(1)
    array([3.3], dtype=float32)
    """
    magnitudes = stars.magnitudes.copy()
    changed = False
    for variable in VARIABLES:
        near = np.flatnonzero(cone(stars.directions, variable.direction, _NEAR))
        if len(near):
            brightest = near[np.argmin(stars.magnitudes[near])]
            magnitudes[brightest] += variable.change(sum(utc(when)))
            changed = True
    return replace(stars, magnitudes=magnitudes) if changed else stars


def _distance(phase: ArrayLike, middle: float) -> NDArray[np.float64]:
    """Part of the period to the nearest time of a phase."""
    return np.abs((np.asarray(phase, float) - middle + 0.5) % 1 - 0.5)


def _dip(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Depth of an eclipse, 1 in its middle, as far from there as a part of its length."""
    return np.cos(np.pi * np.minimum(distance, 0.5)) ** 2


@cache
def _mean(curve: Curve) -> float:
    """Magnitude of the mean light of a period."""
    light = 10 ** (-0.4 * curve(np.arange(_STEPS) / _STEPS))
    return float(-2.5 * np.log10(light.mean()))
