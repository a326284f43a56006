# ruff: noqa: RUF001, RUF002  arcminutes and minus signs
"""Where a mount points, quickly enough to be told ten times a second.

ERFA does in a tenth of a millisecond what astropy's frames do in ten: the mount tells its
direction in the equator and equinox of date, and refraction is left out, as in `Telescope.altaz`.
"""

import math
from typing import NamedTuple

import erfa
from astropy.time import Time

MINUS = "\N{MINUS SIGN}"


class Horizontal(NamedTuple):
    """A direction over the horizon, in degrees; azimuth from north over east."""

    altitude: float
    azimuth: float


def icrs(ra: float, dec: float, now: Time) -> tuple[float, float]:
    """Turn a direction of date into ICRS.

    Parameters
    ----------
    ra, dec : float
        In hours and degrees, for the true equator and equinox of date.
    now : Time
        The date.

    Returns
    -------
    tuple of float
        Right ascension in hours, and declination in degrees.

    Examples
    --------
    >>> ra, dec = icrs(5.5, -12.0, Time("2026-01-15T20:30"))
    >>> f"{ra:.3f} h, {dec:.2f}°"
    '5.479 h, -12.02°'
    """
    tt = now.tt
    of_origins = erfa.eo06a(tt.jd1, tt.jd2)
    found, height, _ = erfa.atic13(_ra(ra) + of_origins, math.radians(dec), tt.jd1, tt.jd2)
    return math.degrees(found) / 15, math.degrees(height)


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
    utc, tt = now.utc, now.tt  # UT1 is within a second of UTC, and needs tables
    sidereal = erfa.gst06a(utc.jd1, utc.jd2, tt.jd1, tt.jd2)
    hour_angle = sidereal + math.radians(longitude) - _ra(ra)
    azimuth, altitude = erfa.hd2ae(hour_angle, math.radians(dec), math.radians(latitude))
    return Horizontal(math.degrees(altitude), math.degrees(azimuth))


def _ra(hours: float) -> float:
    return math.radians(15 * hours)


def hms(hours: float) -> str:
    """Write a right ascension.

    Examples
    --------
    >>> hms(0.71231), hms(23.99999)
    ('00h 42m 44s', '00h 00m 00s')
    """
    minutes, seconds = divmod(round(hours * 3600) % 86400, 60)
    return f"{minutes // 60:02d}h {minutes % 60:02d}m {seconds:02d}s"


def dms(degrees: float) -> str:
    """Write a declination.

    Examples
    --------
    >>> dms(-0.5), dms(41.269)
    ('−00° 30′ 00″', '+41° 16′ 08″')
    """
    minutes, seconds = divmod(round(abs(degrees) * 3600), 60)
    return f"{_sign(degrees)}{minutes // 60:02d}° {minutes % 60:02d}′ {seconds:02d}″"


def altitude(degrees: float) -> str:
    """Write an altitude.

    Examples
    --------
    >>> altitude(-5.51), altitude(45.2)
    ('−05° 31′', '+45° 12′')
    """
    whole, minutes = divmod(round(abs(degrees) * 60), 60)
    return f"{_sign(degrees)}{whole:02d}° {minutes:02d}′"


def azimuth(degrees: float) -> str:
    """Write an azimuth.

    Examples
    --------
    >>> azimuth(283.07), azimuth(359.999)
    ('283° 04′', '000° 00′')
    """
    whole, minutes = divmod(round(degrees * 60) % 21600, 60)
    return f"{whole:03d}° {minutes:02d}′"


def _sign(value: float) -> str:
    return MINUS if value < 0 else "+"
