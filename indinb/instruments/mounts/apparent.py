"""Where things stand in a mount's sky, quickly enough to be asked ten times a second.

ERFA does in a tenth of a millisecond what astropy's frames do in ten. Directions of date are for
the true equator and equinox, as mounts tell them; refraction is left out, as in `Telescope.altaz`.
Where the Earth's rotation counts, UTC stands for UT1, which is within a second of it (15 arcsec).
"""

import math
from typing import NamedTuple

import erfa
from astropy.time import Time


class Equatorial(NamedTuple):
    """Right ascension in hours, and declination in degrees."""

    ra: float
    dec: float


class Horizontal(NamedTuple):
    """A direction over the horizon, in degrees; azimuth from north over east."""

    altitude: float
    azimuth: float


def icrs(ra: float, dec: float, now: Time) -> Equatorial:
    """Turn a direction of date into ICRS.

    Parameters
    ----------
    ra, dec : float
        In hours and degrees, for the true equator and equinox of date.
    now : Time
        The date.

    Returns
    -------
    Equatorial
        In ICRS.

    Examples
    --------
    >>> ra, dec = icrs(5.5, -12.0, Time("2026-01-15T20:30"))
    >>> f"{ra:.3f} h, {dec:.2f}°"
    '5.479 h, -12.02°'
    """
    tt = now.tt
    of_origins = erfa.eo06a(tt.jd1, tt.jd2)
    found, height, _ = erfa.atic13(_angle(ra) + of_origins, math.radians(dec), tt.jd1, tt.jd2)
    return Equatorial(_hours(found), math.degrees(height))


def of_date(ra: float, dec: float, now: Time) -> Equatorial:
    """Turn a direction in ICRS into one of date: the other way round than `icrs`.

    Examples
    --------
    >>> ra, dec = of_date(5.479, -12.02, Time("2026-01-15T20:30"))
    >>> f"{ra:.3f} h, {dec:.2f}°"
    '5.500 h, -12.00°'
    """
    tt = now.tt
    still = (0.0, 0.0, 0.0, 0.0)  # neither proper motion, nor parallax, nor radial velocity
    found, height, of_origins = erfa.atci13(_angle(ra), math.radians(dec), *still, tt.jd1, tt.jd2)
    return Equatorial(_hours(erfa.anp(found - of_origins)), math.degrees(height))


def sun(now: Time) -> Equatorial:
    """Return where the Sun stands, of date, as seen from the centre of the Earth.

    Examples
    --------
    >>> ra, dec = sun(Time("2026-06-21T08:25"))  # the solstice
    >>> f"{ra:.2f} h, {dec:.1f}°"
    '6.00 h, 23.4°'
    """
    tt = now.tt
    from_sun, _ = erfa.epv00(tt.jd1, tt.jd2)
    ra, dec = erfa.c2s(-from_sun["p"])
    return of_date(_hours(erfa.anp(ra)), math.degrees(dec), now)


def hour_angle(ra: float, now: Time, longitude: float) -> float:
    """Return an hour angle from -12 to 12 hours.

    Parameters
    ----------
    ra : float
        Right ascension of date, in hours.
    now : Time
        The moment.
    longitude : float
        Of the site, in degrees east.

    Examples
    --------
    >>> round(hour_angle(5.5, Time("2026-01-15T20:30"), -2.5), 2)
    -1.48
    """
    return float(_hours(erfa.anpm(_sidereal(now) + math.radians(longitude) - _angle(ra))))


def horizontal(ra: float, dec: float, now: Time, latitude: float, longitude: float) -> Horizontal:
    """Turn a direction of date into one over the horizon.

    Parameters
    ----------
    ra, dec : float
        In hours and degrees, for the true equator and equinox of date.
    now : Time
        The moment.
    latitude, longitude : float
        Of the site, in degrees north and east.

    Returns
    -------
    Horizontal
        Without refraction.

    Examples
    --------
    >>> alt, az = horizontal(5.5, -12.0, Time("2026-01-15T20:30"), 37.2, -2.5)
    >>> f"{alt:.0f}° up, {az:.0f}°"
    '37° up, 153°'
    """
    angle = _angle(hour_angle(ra, now, longitude))
    azimuth, altitude = erfa.hd2ae(angle, math.radians(dec), math.radians(latitude))
    return Horizontal(math.degrees(altitude), math.degrees(azimuth))


def equatorial(
    altitude: float, azimuth: float, now: Time, latitude: float, longitude: float
) -> Equatorial:
    """Turn a direction over the horizon into one of date: the other way round than `horizontal`.

    Examples
    --------
    >>> ra, dec = equatorial(36.9, 153.0, Time("2026-01-15T20:30"), 37.2, -2.5)
    >>> f"{ra:.1f} h, {dec:.0f}°"
    '5.5 h, -12°'
    """
    angle, dec = erfa.ae2hd(*map(math.radians, (azimuth, altitude, latitude)))
    ra = erfa.anp(_sidereal(now) + math.radians(longitude) - angle)
    return Equatorial(_hours(ra), math.degrees(dec))


def separation(one: Equatorial, other: Equatorial) -> float:
    """Return the angle between two directions, in degrees.

    Examples
    --------
    >>> round(separation(Equatorial(23.5, 0.0), Equatorial(0.5, 0.0)), 6)
    15.0
    """
    (a, b), (c, d) = ((_angle(ra), math.radians(dec)) for ra, dec in (one, other))
    return math.degrees(erfa.seps(a, b, c, d))


def _sidereal(now: Time) -> float:
    utc, tt = now.utc, now.tt
    return float(erfa.gst06a(utc.jd1, utc.jd2, tt.jd1, tt.jd2))


def _angle(hours: float) -> float:
    return math.radians(15 * hours)


def _hours(angle: float) -> float:
    return math.degrees(angle) / 15
