"""Where directions point: ICRS, the equator of date, the horizon.

Times are timezone-aware `datetime.datetime`; UT1 is taken as UTC, which turns the Earth by 13.5
arcsec at most. TT is UTC + 69.184 s, as it has been since 2017: the seconds before (and those to
come) move no star by a milliarcsecond. So nothing needs a table from the network.
"""

from datetime import datetime
from typing import Any, NamedTuple

import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

Vectors = NDArray[np.float64]
"""Directions or other vectors: three numbers along the last axis."""

_UNIX_EPOCH = 2440587.5  # as a Julian date
_TT_MINUS_UTC = 69.184  # seconds
_ASTRONOMICAL_UNIT = 149_597_870_700.0  # metres
_WGS84 = 1  # erfa's number of the ellipsoid


class Site(NamedTuple):
    """A place on Earth, on the WGS84 ellipsoid.

    Parameters
    ----------
    latitude, longitude : float
        Degrees, north and east are positive.
    elevation : float
        Metres.
    """

    latitude: float
    longitude: float
    elevation: float = 0.0


def utc(when: datetime) -> tuple[float, float]:
    """UTC as a Julian date in two parts, whose sum it is.

    Raises
    ------
    ValueError
        If the time has no time zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> sum(utc(datetime(2000, 1, 1, 12, tzinfo=UTC)))
    2451545.0
    """
    if when.tzinfo is None:
        raise ValueError(f"{when} could be any time zone: give it one, as tzinfo=datetime.UTC")
    return _UNIX_EPOCH, when.timestamp() / 86400


def tt(when: datetime) -> tuple[float, float]:
    """Terrestrial Time, as `utc`; good for TDB too, which stays within 2 ms.

    Examples
    --------
    >>> from datetime import UTC
    >>> when = datetime(2026, 1, 1, tzinfo=UTC)
    >>> round((sum(tt(when)) - sum(utc(when))) * 86400)
    69
    """
    day, fraction = utc(when)
    return day, fraction + _TT_MINUS_UTC / 86400


def unit_vectors(ra: ArrayLike, dec: ArrayLike) -> Vectors:
    """Directions as unit vectors, shape (..., 3), from degrees.

    Examples
    --------
    >>> unit_vectors([0, 90], 0).round(3) + 0.0
    array([[1., 0., 0.],
           [0., 1., 0.]])
    """
    vectors: Vectors = erfa.s2c(np.radians(ra), np.radians(dec))
    return vectors


def spherical(vectors: ArrayLike) -> tuple[Any, Any]:
    """Right ascension (0 to 360) and declination of vectors, in degrees.

    Examples
    --------
    >>> ra, dec = spherical([0.0, -1.0, 0.0])
    >>> float(ra), float(dec)
    (270.0, 0.0)
    """
    ra, dec = erfa.c2s(vectors)
    return _circle(ra), np.degrees(dec)


def tangents(directions: Vectors) -> tuple[Vectors, Vectors]:
    """Find the unit vectors to the east and to the north at each direction.

    At a pole itself, east is where it is at right ascension 0.

    Examples
    --------
    >>> east, north = tangents(unit_vectors(0, 0))
    >>> float(east @ unit_vectors(90, 0)), float(north @ unit_vectors(0, 90))
    (1.0, 1.0)
    """
    ra = np.arctan2(directions[..., 1], directions[..., 0])
    east: Vectors = np.stack([-np.sin(ra), np.cos(ra), np.zeros_like(ra)], axis=-1)
    return east, np.cross(directions, east)


def cone(directions: Vectors, center: Vectors, radius: ArrayLike) -> NDArray[np.bool_]:
    """Tell which directions are within a radius (degrees, one or one of each) around a centre.

    Examples
    --------
    >>> cone(unit_vectors([1, 3, 359], 0), unit_vectors(0, 0), radius=2)
    array([ True, False,  True])
    """
    cosines = directions @ center
    return np.asarray(cosines >= np.cos(np.radians(np.minimum(radius, 180))))


def separation(ra: ArrayLike, dec: ArrayLike, other_ra: ArrayLike, other_dec: ArrayLike) -> Any:
    """Angle between directions; all in degrees.

    Examples
    --------
    >>> round(float(separation(359, 0, 1, 0)), 6)
    2.0
    """
    return np.degrees(erfa.seps(*map(np.radians, (ra, dec, other_ra, other_dec))))


def of_date(ra: ArrayLike, dec: ArrayLike, when: datetime) -> tuple[Any, Any]:
    """Turn ICRS into apparent coordinates of true equator and equinox of date.

    Seen from the centre of the Earth, with aberration and the bending of light at the Sun: what
    astropy calls TETE and INDI ``EQUATORIAL_EOD_COORD`` (there in hours).

    Parameters
    ----------
    ra, dec : array_like
        ICRS, degrees.
    when : datetime
        With a time zone.

    Returns
    -------
    tuple
        Right ascension (0 to 360) and declination, degrees.

    Examples
    --------
    >>> from datetime import UTC
    >>> ra, dec = of_date(0, 0, datetime(2050, 1, 1, tzinfo=UTC))
    >>> round(float(ra), 2), round(float(dec), 2)
    (0.64, 0.28)
    """
    earth, origins = erfa.apci13(*tt(when))
    cirs_ra, cirs_dec = erfa.atciqz(np.radians(ra), np.radians(dec), earth)
    return _circle(cirs_ra - origins), np.degrees(cirs_dec)


def icrs(ra: ArrayLike, dec: ArrayLike, when: datetime) -> tuple[Any, Any]:
    """Turn coordinates of date into ICRS: `of_date` backwards.

    Examples
    --------
    >>> from datetime import UTC
    >>> when = datetime(2050, 1, 1, tzinfo=UTC)
    >>> ra, dec = icrs(*of_date(10, 20, when), when)
    >>> round(float(ra), 6), round(float(dec), 6)
    (10.0, 20.0)
    """
    earth, origins = erfa.apci13(*tt(when))
    there_ra, there_dec = erfa.aticq(np.radians(ra) + origins, np.radians(dec), earth)
    return _circle(there_ra), np.degrees(there_dec)


def sidereal_time(when: datetime, longitude: float) -> float:
    """Apparent sidereal time in degrees, 0 to 360; longitude in degrees, east is positive.

    Examples
    --------
    >>> from datetime import UTC
    >>> round(sidereal_time(datetime(2000, 1, 1, 12, tzinfo=UTC), longitude=0), 2)
    280.46
    """
    return float(_circle(erfa.gst06a(*utc(when), *tt(when)) + np.radians(longitude)))


def horizontal(hour_angle: ArrayLike, dec: ArrayLike, latitude: float) -> tuple[Any, Any]:
    """Altitude and azimuth (north 0, east 90) of hour angle and declination, all in degrees.

    Without refraction.

    Examples
    --------
    >>> altitude, azimuth = horizontal(0, 0, latitude=50)
    >>> round(float(altitude), 6), round(float(azimuth), 6)
    (40.0, 180.0)
    """
    azimuth, altitude = erfa.hd2ae(*map(np.radians, (hour_angle, dec, latitude)))
    return np.degrees(altitude), _circle(azimuth)


def equatorial(altitude: ArrayLike, azimuth: ArrayLike, latitude: float) -> tuple[Any, Any]:
    """Hour angle (-180 to 180) and declination of a place on the sky: `horizontal` backwards.

    Examples
    --------
    >>> hour_angle, dec = equatorial(40, 180, latitude=50)
    >>> abs(round(float(hour_angle), 6)), abs(round(float(dec), 6))
    (0.0, 0.0)
    """
    hour_angle, dec = erfa.ae2hd(*map(np.radians, (azimuth, altitude, latitude)))
    return np.degrees(hour_angle), np.degrees(dec)


def altaz(directions: Vectors, when: datetime, site: Site) -> tuple[Any, Any]:
    """Altitude and azimuth of ICRS directions at a site, in degrees; without refraction.

    Examples
    --------
    >>> from datetime import UTC
    >>> pole = unit_vectors(0, 90)
    >>> altitude, azimuth = altaz(pole, datetime(2026, 1, 1, tzinfo=UTC), Site(50, 10))
    >>> abs(altitude - 50) < 0.2
    np.True_
    """
    ra, dec = of_date(*spherical(directions), when)
    return horizontal(sidereal_time(when, site.longitude) - ra, dec, site.latitude)


def from_earth_centre(when: datetime, site: Site) -> Vectors:
    """Place of a site in the directions of ICRS, as seen from the centre of the Earth, in au.

    Examples
    --------
    >>> from datetime import UTC
    >>> place = from_earth_centre(datetime(2026, 1, 1, tzinfo=UTC), Site(0, 0))
    >>> round(float(np.linalg.norm(place)) * 149597870.7)  # km
    6378
    """
    on_ground = erfa.gd2gc(
        _WGS84, np.radians(site.longitude), np.radians(site.latitude), site.elevation
    )
    turned: Vectors = erfa.c2t06a(*tt(when), *utc(when), 0.0, 0.0).T @ on_ground
    return turned / _ASTRONOMICAL_UNIT


def _circle(radians: Any) -> Any:
    return np.degrees(erfa.anp(radians))


def airmass(altitude: ArrayLike) -> Any:
    """Air passed through, in units of that at the zenith (Pickering 2002).

    For apparent altitudes; below the horizon it stays at the 38.7 of the horizon.

    Examples
    --------
    >>> airmass([90, 30, 0]).round(2)
    array([ 1.  ,  1.99, 38.75])
    """
    up = np.clip(altitude, 0, 90)
    return 1 / np.sin(np.radians(up + 244 / (165 + 47 * up**1.1)))
