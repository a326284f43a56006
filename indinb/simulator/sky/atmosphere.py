"""What the air does: it dims what is behind it, and shines itself.

Angles are in degrees, surface brightnesses in V magnitudes per square arcsecond.
"""

import math

EXTINCTION = 0.172
"""Magnitudes per air mass in V on a mountain (Krisciunas and Schaefer 1991: Mauna Kea)."""

DARK = 21.6
"""A moonless sky at the zenith, far from cities."""

# Patat et al. 2006 (A&A 455, 385): V at the zenith against the degrees of the Sun beyond 95 of
# zenith distance. They measured from 0 to 10; the curve then turns into the night, at 13.3. On
# the other side it is followed by its tangent, to the sky of full day.
_TWILIGHT = (11.84, 1.518, -0.057)
_DAY, _NIGHT = -5.5, 13.3


def night(altitude: float, dark: float = DARK, coefficient: float = EXTINCTION) -> float:
    """Moonless sky, from its brightness at the zenith (Krisciunas and Schaefer 1991, eq. 2).

    Examples
    --------
    >>> night(90, dark=21.5), round(night(20, dark=21.5), 1)
    (21.5, 20.7)
    """
    thickness = _thickness(altitude)
    return dark - 2.5 * math.log10(thickness) + coefficient * (thickness - 1)


def twilight(sun_altitude: float) -> float:
    """Sky at the zenith while the Sun is up or not far below; infinite at night.

    Examples
    --------
    >>> twilight(-6) < twilight(-12) < twilight(-18), twilight(-30)
    (True, inf)
    """
    beyond = -sun_altitude - 5
    if beyond > _NIGHT:
        return math.inf
    constant, slope, bend = _TWILIGHT
    return constant + slope * max(beyond, _DAY) + bend * max(beyond, 0) ** 2


def moonlight(
    phase_angle: float,
    moon_altitude: float,
    altitude: float,
    separation: float,
    coefficient: float = EXTINCTION,
) -> float:
    """Sky lit by the Moon alone (Krisciunas and Schaefer 1991, eq. 15 to 21).

    Parameters
    ----------
    phase_angle : float
        0 for a full Moon, 180 for a new one.
    moon_altitude, altitude : float
        Of the Moon and of the place on the sky.
    separation : float
        Between these two.
    coefficient : float
        Extinction in magnitudes per air mass.

    Returns
    -------
    float
        Infinite while the Moon is down.

    Examples
    --------
    >>> round(moonlight(phase_angle=5, moon_altitude=60, altitude=70, separation=60), 1)
    18.7
    """
    if moon_altitude <= 0:
        return math.inf
    moon = 10 ** (-0.4 * (3.84 + 0.026 * phase_angle + 4e-9 * phase_angle**4))
    moon *= 10 ** (-0.4 * coefficient * _thickness(moon_altitude))
    scattering = 1 - 10 ** (-0.4 * coefficient * _thickness(altitude))
    return _magnitudes(_scattered(max(separation, 1.0)) * moon * scattering)


def sky_brightness(
    altitude: float,
    sun_altitude: float,
    moon: float = math.inf,
    dark: float = DARK,
    coefficient: float = EXTINCTION,
) -> float:
    """Sky in a direction: night or twilight, whichever is brighter, and moonlight.

    Parameters
    ----------
    altitude : float
        Of the direction.
    sun_altitude : float
        Of the Sun.
    moon : float
        What the Moon adds: see `moonlight`.
    dark : float
        The moonless night sky at the zenith.
    coefficient : float
        Extinction in magnitudes per air mass.

    Examples
    --------
    >>> round(sky_brightness(90, sun_altitude=-40, dark=21.0), 1)
    21.0
    >>> round(sky_brightness(90, sun_altitude=-40, dark=21.0, moon=18.4), 1)
    18.3
    """
    # The measured twilight holds the night sky behind it: adding would count that twice.
    moonless = min(night(altitude, dark, coefficient), twilight(sun_altitude))
    return -2.5 * math.log10(10 ** (-0.4 * moonless) + 10 ** (-0.4 * moon))


def _thickness(altitude: float) -> float:
    """Path through a shining layer, in units of that at the zenith."""
    return float((1 - 0.96 * math.cos(math.radians(max(altitude, 0))) ** 2) ** -0.5)


def _scattered(separation: float) -> float:
    """Scatter by air and by dust, whose law changes near the Moon: there the two laws meet."""
    air = 10**5.36 * (1.06 + math.cos(math.radians(separation)) ** 2)
    dust = max(10 ** (6.15 - separation / 40), 6.2e7 / separation**2)
    return float(air + dust)


def _magnitudes(nanolamberts: float) -> float:
    return (20.7233 - math.log(nanolamberts / 34.08)) / 0.92104
