"""The mechanics of a mount: two axes that turn, and where the telescope on them looks."""

import math
from typing import NamedTuple

import erfa
import numpy as np
from numpy.typing import NDArray

from indinb.simulator.astrometry import horizontal, icrs, separation, sidereal_time
from indinb.simulator.clock import Clock
from indinb.simulator.devices.pointing import PERFECT, drawn, line_of_sight
from indinb.simulator.world import Pointing, World

SIDEREAL, SOLAR, LUNAR = 15.041067178670204, 15.0, 14.511415
"""Rates of tracking, in arcsec per second of time, as INDI has them."""

SLEW_SPEED = 6.0
"""Degrees per second of each axis, as INDI's simulator has it."""

_BY_HAND = 20.0  # degrees; a sync that is farther off says that somebody has turned the tube

_TRACKING, _SLEWING, _GUIDING, _PUSHED = "tracking", "slewing", "guiding", "pushed"

_Angles = NDArray[np.float64]  # of the primary and the secondary axis


class _Motion(NamedTuple):
    speed: float
    begin: float
    end: float

    def angle(self, moment: float) -> float:
        return self.speed * (min(moment, self.end) - self.begin)


class Axis:
    """An axis that turns for several reasons at once, each with a steady speed.

    Parameters
    ----------
    clock : Clock
        Of the observatory.
    angle : float
        Where it stands, in degrees.
    """

    def __init__(self, clock: Clock, angle: float) -> None:
        self._clock = clock
        self._angle = angle
        self._motions: dict[str, _Motion] = {}

    def angle(self, moment: float) -> float:
        """Where it stands when so many seconds of the clock have elapsed, if nothing else comes."""
        return self._angle + sum(motion.angle(moment) for motion in self._motions.values())

    def turn(self, reason: str, speed: float, seconds: float = math.inf) -> None:
        """Turn by some degrees per second from now on, instead of before for the same reason."""
        now = self._clock.elapsed
        self._end(reason, now)
        self._motions[reason] = _Motion(speed, now, now + seconds)

    def close(self, reason: str, gap: float, speed: float) -> float:
        """Turn by some degrees, and return the seconds it takes."""
        seconds = abs(gap) / speed
        self.turn(reason, math.copysign(speed, gap), seconds)
        return seconds

    def halt(self, reason: str) -> None:
        """Turn no longer for this reason."""
        self._end(reason, self._clock.elapsed)

    def turning(self, reason: str) -> bool:
        """Tell whether it turns for this reason now."""
        motion = self._motions.get(reason)
        return motion is not None and self._clock.elapsed < motion.end

    def shift(self, angle: float) -> None:
        """Call the place where it stands another one, by so many degrees."""
        self._angle += angle

    def _end(self, reason: str, now: float) -> None:
        if motion := self._motions.pop(reason, None):
            self._angle += motion.angle(now)


class Mount:
    """An equatorial mount, and the telescope on it.

    It is German: the tube is on the east side of the pier and looks west, or has gone over the pole
    to the west side and looks east; a slew chooses by the hour angle of where it goes. It stands at
    the pole, on the east side, and does not track. Its right ascensions, hour angles and
    declinations are degrees of date; what it reports is what its axes tell.

    Parameters
    ----------
    world : World
        Where it stands; from its seed come the errors.

    Attributes
    ----------
    primary, secondary : Axis
        The polar axis and the declination axis (see `line_of_sight` for their angles).
    german : bool
        Otherwise a fork, which never goes over the pole.
    flip_at : float
        Hour angle from which on the tube is on the east side.
    rates : tuple of float
        Of tracking: to the west and to the north, in arcsec per second.
    errors : Errors
        What makes the telescope look elsewhere than is reported.
    perfect : bool
        Whether there are none.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.primary = Axis(world.clock, 90.0)
        self.secondary = Axis(world.clock, math.copysign(90.0, world.site.latitude))
        self.german = True
        self.flip_at = 0.0
        self.rates = (SIDEREAL, 0.0)
        self.errors = drawn(world.seed)
        self.perfect = False
        self._synced = np.zeros(2)
        self._tracked_before = False

    @property
    def radec(self) -> tuple[float, float]:
        """Right ascension and declination as reported."""
        return self._radec(self._world.clock.elapsed)

    @property
    def hour_angle(self) -> float:
        """Hour angle as reported."""
        return float(line_of_sight(*self._angles(self._world.clock.elapsed))[0])

    @property
    def axes(self) -> tuple[float, float]:
        """Angles of the axes."""
        primary, secondary = self._angles(self._world.clock.elapsed)
        return float(primary), float(secondary)

    @property
    def over_the_pole(self) -> bool:
        """Whether the tube is on the west side of the pier, or would be."""
        return abs(self.axes[1]) > 90

    @property
    def tracking(self) -> bool:
        """Whether it follows the sky."""
        return self.primary.turning(_TRACKING)

    @property
    def slewing(self) -> bool:
        """Whether it is on its way."""
        return any(axis.turning(_SLEWING) for axis in (self.primary, self.secondary))

    def pointing(self) -> Pointing:
        """Where the telescope looks now."""
        moment = self._world.clock.elapsed
        primary, secondary = self._angles(moment) - self._unreported
        errors = PERFECT if self.perfect else self.errors
        a_bit_up = [secondary, secondary + 0.1]
        hour_angles, decs = line_of_sight(primary, a_bit_up, errors)
        sidereal = self._sidereal_time(moment)
        ra, dec = icrs(sidereal - hour_angles, decs, self._world.clock.at(moment))
        altitude, azimuth = horizontal(hour_angles[0], decs[0], self._world.site.latitude)
        up = erfa.pas(*np.radians([ra[0], dec[0], ra[1], dec[1]]))
        ra_told, dec_told = icrs(*self._radec(moment), self._world.clock.at(moment))
        return Pointing(
            float(ra[0]),
            float(dec[0]),
            float(altitude),
            float(azimuth),
            float(np.degrees(up) % 360),
            reported=(float(ra_told), float(dec_told)),
            pier="WEST" if self.over_the_pole else "EAST",
        )

    def track(self, on: bool) -> None:
        """Follow the sky, or stand still."""
        self._track(on, math.inf, self.over_the_pole)

    def slew(self, ra: float, dec: float, then_track: bool = True) -> None:
        """Go to a place on the sky, and follow it or stand still there."""
        self._leave()
        self.track(True)  # all the way, so that both it and the sky may take their time
        moment = self._world.clock.elapsed
        goal = self._axes_for(self._hour_angle_of(ra, moment), dec)
        seconds = self._go(goal - self._angles(moment))
        self._track(True, math.inf if then_track else seconds, abs(goal[1]) > 90)

    def park(self, hour_angle: float, dec: float) -> None:
        """Go to a place over the ground, and stand still."""
        self._leave()
        self.track(False)
        self._go(self._axes_for(hour_angle, dec) - self._angles(self._world.clock.elapsed))

    def stop(self) -> None:
        """Neither slew nor be pushed any more, and track as before."""
        slewing = self.slewing
        for axis in (self.primary, self.secondary):
            axis.halt(_SLEWING)
            axis.halt(_PUSHED)
        if slewing:
            self.track(self._tracked_before)

    def push(self, direction: str, speed: float) -> None:
        """Move north, south, west or east (N, S, W, E) by degrees per second until told."""
        axis, sign = self._way(direction)
        axis.turn(_PUSHED, sign * speed)

    def release(self, direction: str) -> None:
        """No longer move that way, or its opposite."""
        self._way(direction)[0].halt(_PUSHED)

    def guide(self, direction: str, rate: float, seconds: float) -> None:
        """Move north, south, west or east by a part of the sidereal rate, for some seconds."""
        axis, sign = self._way(direction)
        axis.turn(_GUIDING, sign * rate * SIDEREAL / 3600, seconds)

    def sync(self, ra: float, dec: float) -> None:
        """Be told where the telescope looks, and report that from now on.

        The telescope stays where it is, unless what it is told is far off: then somebody has turned
        the tube by hand.
        """
        moment = self._world.clock.elapsed
        by_hand = separation(*self.radec, ra, dec) > _BY_HAND
        side = None if by_hand else self.over_the_pole
        goal = self._axes_for(self._hour_angle_of(ra, moment), dec, side)
        change = goal - self._angles(moment)
        if not by_hand:
            change[0] = _turned(change[0])
            self._synced = self._synced + change * (not self.perfect)
        self.primary.shift(change[0])
        self.secondary.shift(change[1])

    @property
    def _unreported(self) -> _Angles:
        """What has been synced away."""
        return self._synced * (not self.perfect)

    def _angles(self, moment: float) -> _Angles:
        return np.array([self.primary.angle(moment), self.secondary.angle(moment)])

    def _radec(self, moment: float) -> tuple[float, float]:
        hour_angle, dec = line_of_sight(*self._angles(moment))
        return float(self._sidereal_time(moment) - hour_angle) % 360, float(dec)

    def _sidereal_time(self, moment: float) -> float:
        return sidereal_time(self._world.clock.at(moment), self._world.site.longitude)

    def _hour_angle_of(self, ra: float, moment: float) -> float:
        return _turned(self._sidereal_time(moment) - ra)

    def _axes_for(self, hour_angle: float, dec: float, over: bool | None = None) -> _Angles:
        """Find the axes' angles for a place, on one side of the pier or the one that is right."""
        if not self.german and over is None:
            primary = self.axes[0]
            return np.array([primary + _turned(hour_angle - primary), dec])
        if hour_angle < self.flip_at if over is None else over:
            pole = math.copysign(90, self._world.site.latitude)
            return np.array([hour_angle + 180, 2 * pole - dec])
        return np.array([hour_angle, dec])

    def _leave(self) -> None:
        """Begin to go elsewhere."""
        self.stop()
        self._tracked_before = self.tracking

    def _go(self, gaps: _Angles) -> float:
        """Set both axes off, and return the seconds until both are there."""
        axes = (self.primary, self.secondary)
        return max(
            axis.close(_SLEWING, gap, SLEW_SPEED) for axis, gap in zip(axes, gaps, strict=True)
        )

    def _track(self, on: bool, seconds: float, over_the_pole: bool) -> None:
        west, north = (rate / 3600 * on for rate in self.rates)
        seconds = seconds if on else 0.0
        self.primary.turn(_TRACKING, west, seconds)
        self.secondary.turn(_TRACKING, -north if over_the_pole else north, seconds)

    def _way(self, direction: str) -> tuple[Axis, float]:
        """Return the axis that moves the telescope in a direction, and the sign."""
        if direction in "WE":
            return self.primary, 1.0 if direction == "W" else -1.0
        return self.secondary, 1.0 if (direction == "N") != self.over_the_pole else -1.0


def _turned(angle: float) -> float:
    """Return an angle from -180 to 180."""
    return (angle + 180) % 360 - 180
