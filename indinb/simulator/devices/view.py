"""What the way of the light lets a camera see, and where a telescope looked in an exposure."""

import math

from indinb.simulator import astrometry
from indinb.simulator.clock import Clock
from indinb.simulator.imaging.scene import Trail
from indinb.simulator.world import Light, Pointing

ANDROMEDA = Pointing(ra=10.6847, dec=41.2687, altitude=60.0, azimuth=270.0)
"""Where a camera without a mount looks, at any time: M31, high in the west."""

PANEL = 20_000.0
"""Electrons per second that the flat panel gives in a pixel, at its brightest, with no filter."""

_SLIT = 10.0  # degrees that a dome may be off
_SAMPLES = 8
_MOST_SAMPLES = 400
_QUICKEST = 0.05  # seconds of ours between two looks at the mount
_UNSEEN = 0.02  # arcsec that nobody sees


def look(light: Light) -> Pointing:
    """Tell where the telescope looks."""
    return light.pointing() if light.pointing else ANDROMEDA


def source(light: Light, pointing: Pointing, shutter: bool, guide: bool) -> str:
    """Tell where the light in a picture comes from: "sky", "panel" or, without any, "dark".

    Below the horizon there is the ground, which is dark.

    Parameters
    ----------
    light : Light
        The way of the light.
    pointing : Pointing
        Where the telescope looks.
    shutter : bool
        Whether the camera lets light in at all.
    guide : bool
        Whether it is at the guide scope, over which no cap and no panel reaches.
    """
    if not shutter:
        return "dark"
    if light.capped and not guide:
        return "panel" if light.panel > 0 else "dark"
    covered = light.shut or behind_dome(light, pointing) or pointing.altitude < 0
    return "dark" if covered else "sky"


def behind_dome(light: Light, pointing: Pointing) -> bool:
    """Tell whether the dome is in the way: its slit is elsewhere, and the field not overhead.

    Examples
    --------
    >>> behind_dome(Light(slit=90.0), Pointing(0, 0, altitude=30, azimuth=95))
    False
    >>> behind_dome(Light(slit=90.0), Pointing(0, 0, altitude=30, azimuth=120))
    True
    >>> behind_dome(Light(slit=90.0), Pointing(0, 0, altitude=88, azimuth=120))
    False
    """
    if light.slit is None:
        return False
    apart = abs((pointing.azimuth - light.slit + 180) % 360 - 180)
    return apart * math.cos(math.radians(pointing.altitude)) > _SLIT


class Track:
    """Where the telescope looks from now on.

    Parameters
    ----------
    light : Light
        Which tells it.
    clock : Clock
        By which it is asked.
    """

    def __init__(self, light: Light, clock: Clock) -> None:
        self._light, self._clock = light, clock
        self._samples = [(clock.elapsed, look(light))]

    @property
    def begin(self) -> Pointing:
        """Where it looked at first."""
        return self._samples[0][1]

    async def follow(self, seconds: float) -> None:
        """Look at it now and then; 8 times at least, and then not more often than 20 a second."""
        pause = max(_QUICKEST * self._clock.speed, seconds / _MOST_SAMPLES)
        pause = min(pause, seconds / _SAMPLES)
        end = self._clock.elapsed + seconds
        while (now := self._clock.elapsed) < end:
            await self._clock.until(min(now + pause, end))
            self.sample()

    def sample(self) -> None:
        """Look at it now."""
        self._samples.append((self._clock.elapsed, look(self._light)))

    def trail(self) -> Trail:
        """Tell where it was, with the part of the time, in arcsec east and north of the begin.

        It is empty if the telescope stood still.
        """
        places = [self._place(pointing) for _, pointing in self._samples]
        if all(math.hypot(*place) < _UNSEEN for place in places):
            return ()
        return tuple(
            (until - since, (east + next_east) / 2, (north + next_north) / 2)
            for (since, _), (until, _), (east, north), (next_east, next_north) in zip(
                self._samples, self._samples[1:], places, places[1:], strict=False
            )
            if until > since
        )

    def _place(self, pointing: Pointing) -> tuple[float, float]:
        begin = astrometry.unit_vectors(self.begin.ra, self.begin.dec)
        there = astrometry.unit_vectors(pointing.ra, pointing.dec)
        east, north = astrometry.tangents(begin)
        return tuple(math.degrees(float(there @ way)) * 3600 for way in (east, north))  # type: ignore[return-value]
