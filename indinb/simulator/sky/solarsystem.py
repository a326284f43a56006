"""Sun, Moon and planets: where they stand, how large and how bright they are.

The places come from the routines of erfa that are astropy's built-in ephemeris: `epv00` for Earth
and Sun, `moon98` for the Moon (both to 10 arcsec or better), `plan94` for the planets (to an
arcminute at worst). Calling them directly spares the import of astropy's coordinates.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import asin, degrees, exp, log10

import erfa
import numpy as np

from indinb.simulator.astrometry import (
    Site,
    Vectors,
    altaz,
    from_earth_centre,
    tangents,
    tt,
    unit_vectors,
)

_PLANETS = {"Mercury": 1, "Venus": 2, "Mars": 4, "Jupiter": 5, "Saturn": 6, "Uranus": 7}
_PLANETS["Neptune"] = 8  # by plan94's numbers, where 3 is the Earth with its Moon

NAMES = ("Sun", "Moon", *_PLANETS)
"""The bodies there are."""

_RADII = {  # km, at the equator: IAU working group on cartographic coordinates, 2015
    "Sun": 695_700,
    "Moon": 1737.4,
    "Mercury": 2440.5,
    "Venus": 6051.8,
    "Mars": 3396.2,
    "Jupiter": 71_492,
    "Saturn": 60_268,
    "Uranus": 25_559,
    "Neptune": 24_764,
}
# V at 1 au from Sun and observer, as a polynomial in degrees of phase angle. Planets: Mallama and
# Hilton 2018, without rotation and seasons; Moon: Allen 1973, as Krisciunas and Schaefer 1991 have
# it, from its mean distance to 1 au.
_PHASE_CURVES = {
    "Moon": (0.22, 0.026, 0, 0, 4e-9),
    "Mercury": (-0.613, 6.328e-2, -1.6336e-3, 3.3644e-5, -3.4265e-7, 1.6893e-9, -3.0334e-12),
    "Venus": (-4.384, -1.044e-3, 3.687e-4, -2.814e-6, 8.938e-9),
    "Mars": (-1.601, 0.02267, -1.302e-4),
    "Jupiter": (-9.395, -3.7e-4, 6.16e-4),
    "Saturn": (-8.914, 0.026),
    "Uranus": (-7.110, 6.587e-3, 1.045e-4),
    "Neptune": (-7.00,),
}
_VENUS_CRESCENT = (236.05828, -2.81914, 8.39034e-3)  # beyond 163.7 degrees
_SUN_AT_ONE_AU = -26.76  # Willmer 2018
_AU_PER_DAY = 173.144633  # the speed of light
_KM_PER_AU = 149_597_870.7
_SATURNS_POLE = unit_vectors(40.589, 83.537)  # IAU working group, 2015


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The Sun, the Moon or a planet at a time, from a site.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    direction : numpy.ndarray
        ICRS unit vector, shape (3,), of the light that arrives, without aberration: like a star's.
    radius : float
        Of the disc, in arcseconds.
    magnitude : float
        V of all its light, above the air.
    illuminated : float
        Part of the disc that is lit, 0 to 1.
    limb_angle : float
        Position angle of the middle of the bright limb, degrees from ICRS north to east.
    phase_angle : float
        Between Sun and observer as seen from the body, in degrees: a full Moon is near 0.
    """

    name: str
    direction: Vectors
    radius: float
    magnitude: float
    illuminated: float
    limb_angle: float
    phase_angle: float


def bodies(when: datetime, site: Site) -> tuple[Body, ...]:
    """All bodies at a time (with a time zone), as seen from a site.

    They move on once a second, by half an arcsecond at most (the Moon): pictures taken within the
    same second then show the same.

    Examples
    --------
    >>> from datetime import UTC
    >>> sun, moon, *planets = bodies(datetime(2026, 8, 12, 18, tzinfo=UTC), Site(43.3, -4))
    >>> moon.illuminated < 0.01  # the day of an eclipse
    True
    """
    return _bodies(when.replace(microsecond=0), site)


@lru_cache(maxsize=4)
def _bodies(when: datetime, site: Site) -> tuple[Body, ...]:
    observer = _earth(tt(when))[1] + from_earth_centre(when, site)
    return tuple(_body(name, tt(when), observer) for name in NAMES)


def sun_altitude(when: datetime, site: Site) -> float:
    """Altitude of the Sun's centre in degrees, without refraction.

    Examples
    --------
    >>> from datetime import UTC
    >>> round(sun_altitude(datetime(2026, 6, 21, 12, tzinfo=UTC), Site(50, 0)))
    63
    """
    return float(altaz(bodies(when, site)[0].direction, when, site)[0])


def _earth(day: tuple[float, float]) -> tuple[Vectors, Vectors]:
    """Place of the Earth from the Sun, and from the barycentre of the solar system, in au."""
    heliocentric, barycentric = erfa.epv00(*day)
    return np.asarray(heliocentric["p"]), np.asarray(barycentric["p"])


def _sun(day: tuple[float, float]) -> Vectors:
    heliocentric, barycentric = _earth(day)
    return barycentric - heliocentric


def _place(name: str, day: tuple[float, float]) -> Vectors:
    """Place from the barycentre, in au."""
    if name == "Sun":
        return _sun(day)
    if name == "Moon":
        return np.asarray(_earth(day)[1] + erfa.moon98(*day)["p"])
    return np.asarray(_sun(day) + erfa.plan94(*day, _PLANETS[name])["p"])


def _body(name: str, day: tuple[float, float], observer: Vectors) -> Body:
    left = day
    for _ in range(3):  # light that arrives now left earlier
        sight = _place(name, left) - observer
        left = (day[0], day[1] - float(np.linalg.norm(sight)) / _AU_PER_DAY)
    to_sun = _sun(left) - (observer + sight)
    phase = 0.0 if name == "Sun" else degrees(erfa.sepp(to_sun, -sight))
    distance = float(np.linalg.norm(sight))
    return Body(
        name=name,
        direction=sight / distance,
        radius=degrees(asin(_RADII[name] / _KM_PER_AU / distance)) * 3600,
        magnitude=_magnitude(name, sight, float(np.linalg.norm(to_sun)), phase),
        illuminated=float(1 + np.cos(np.radians(phase))) / 2,
        limb_angle=_position_angle(sight / distance, to_sun),
        phase_angle=phase,
    )


def _position_angle(direction: Vectors, towards: Vectors) -> float:
    east, north = tangents(direction)
    return float(np.degrees(np.arctan2(towards @ east, towards @ north)) % 360)


def _magnitude(name: str, sight: Vectors, from_sun: float, phase: float) -> float:
    distance = float(np.linalg.norm(sight))
    if name == "Sun":
        return _SUN_AT_ONE_AU + 5 * log10(distance)
    curve = _VENUS_CRESCENT if name == "Venus" and phase > 163.7 else _PHASE_CURVES[name]
    rings = _rings(sight / distance, phase) if name == "Saturn" else 0.0
    return 5 * log10(from_sun * distance) + float(np.polyval(curve[::-1], phase)) + rings


def _rings(direction: Vectors, phase: float) -> float:
    """Magnitudes that Saturn's rings add: Mallama and Hilton 2018, eq. 10."""
    tilt = abs(float(_SATURNS_POLE @ direction))
    return -tilt * (1.825 + 0.378 * exp(-2.25 * phase))
