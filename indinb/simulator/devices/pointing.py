"""Where a telescope on two axes really looks: the small errors of a mount."""

import math
import random
from typing import Any, NamedTuple

import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

_ARCMIN, _ARCSEC = 1 / 60, 1 / 3600
_WORM = 480 * 15.041067 * _ARCSEC  # degrees of the axis in one turn of its worm, of 480 s


class Errors(NamedTuple):
    """Errors of an equatorial mount, all in degrees; the first six have their names from TPOINT.

    They say where the telescope looks beyond what its axes tell.

    Attributes
    ----------
    ih, id : float
        Zero points of hour angle and declination.
    ch : float
        The tube is not square to the declination axis.
    np : float
        The declination axis is not square to the polar axis.
    ma, me : float
        The polar axis is not at the pole: beside it, and above or below it.
    periodic, phase : float
        Of the worm that turns the polar axis: half of the whole swing, and where it begins.
    """

    ih: float = 0.0
    id: float = 0.0
    ch: float = 0.0
    np: float = 0.0
    ma: float = 0.0
    me: float = 0.0
    periodic: float = 0.0
    phase: float = 0.0

    def more(self, ih: float, id: float, ch: float, np: float, ma: float, me: float) -> "Errors":
        """Return these errors with others added.

        Examples
        --------
        >>> Errors(id=1).more(0, 2, 0, 0, 0, 0).id
        3
        """
        added = zip(self, (ih, id, ch, np, ma, me, 0.0, 0.0), strict=True)
        return Errors(*(mine + other for mine, other in added))


PERFECT = Errors()
"""None of them."""


def drawn(seed: int) -> Errors:
    """Draw the errors of a mount that was set up with care, by lot.

    Zero points that are 2 to 5 arcmin off, a pole that is 1 to 2 arcmin off, and a periodic error
    of 3 arcsec to either side, each in any direction.

    Examples
    --------
    >>> errors = drawn(seed=0)
    >>> 2 <= 60 * math.hypot(errors.ih, errors.id) <= 5
    True
    """
    lot = random.Random(f"mount {seed}")
    ih, id = _anywhere(lot, 2 * _ARCMIN, 5 * _ARCMIN)
    ma, me = _anywhere(lot, 1 * _ARCMIN, 2 * _ARCMIN)
    return Errors(ih, id, ma=ma, me=me, periodic=3 * _ARCSEC, phase=lot.uniform(0, 360))


def line_of_sight(
    primary: float, secondary: ArrayLike, errors: Errors = PERFECT
) -> tuple[Any, Any]:
    """Find where a telescope on two axes looks.

    Parameters
    ----------
    primary : float
        Angle of the polar axis in degrees; it is the hour angle while the other is within 90.
    secondary : array_like
        Angles of the declination axis in degrees; beyond 90 the tube has gone over the pole.
    errors : Errors
        What is not as it should be.

    Returns
    -------
    tuple
        Hour angle (-180 to 180) and declination, in degrees.

    Examples
    --------
    >>> hour_angle, dec = line_of_sight(30, [80, 100])
    >>> hour_angle.round(6), dec.round(6)
    (array([  30., -150.]), array([80., 80.]))
    """
    worm = math.sin(math.tau * primary / _WORM + math.radians(errors.phase))
    polar = primary + errors.ih + errors.periodic * worm
    tube = erfa.s2c(math.radians(errors.ch), 0)
    on_axes = _turn(z=polar) @ _turn(x=-errors.np) @ _turn(y=-np.add(secondary, errors.id)) @ tube
    hour_angle, dec = erfa.c2s(on_axes @ _turn(x=errors.ma, y=-errors.me).T)
    return np.degrees(hour_angle), np.degrees(dec)


def _anywhere(lot: random.Random, least: float, most: float) -> tuple[float, float]:
    size, direction = lot.uniform(least, most), lot.uniform(0, math.tau)
    return size * math.cos(direction), size * math.sin(direction)


def _turn(x: ArrayLike = 0.0, y: ArrayLike = 0.0, z: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Return what turns vectors around an axis, or a little around two of them."""
    around = np.stack(np.broadcast_arrays(x, y, z), axis=-1)
    matrices: NDArray[np.float64] = erfa.rv2m(-np.radians(around))  # erfa turns the axes instead
    return matrices
