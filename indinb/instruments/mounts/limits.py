"""How far a mount may go: a telescope that tracks into its pier, or at the Sun, is broken."""

from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time

from indinb.errors import OutOfRange
from indinb.instruments.mounts import apparent
from indinb.instruments.mounts.apparent import Equatorial

_OFF = "telescope.limits.off() switches all limits off"


class _Limit:
    """An angle from one number to another, or None for no limit."""

    def __init__(self, low: float, high: float, unit: u.UnitBase, example: str) -> None:
        self._range = low, high
        self._unit = unit
        self._example = example

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._key = f"_{name}"

    def __get__(self, limits: object, owner: type | None = None) -> u.Quantity | None:
        return getattr(limits, self._key)

    def __set__(self, limits: object, angle: u.Quantity | None) -> None:
        setattr(limits, self._key, None if angle is None else self._checked(angle))

    def _checked(self, angle: Any) -> u.Quantity:
        low, high = self._range
        is_angle = isinstance(angle, u.Quantity) and angle.unit.is_equivalent(self._unit)
        if not (is_angle and np.ndim(angle) == 0 and low <= angle.to_value(self._unit) <= high):
            raise OutOfRange(
                f"limits.{self._name} is an angle from {low:g} to {high:g} {self._unit}, such as "
                f"{self._example}, or None for no limit: not {angle!r}"
            )
        return u.Quantity(angle).to(self._unit)


class Limits:
    """How far a mount may go; each limit can be set, and None is none.

    They are the client's own, and hold when it slews, and while the mount tracks or is moved by
    hand, whoever asked for it. They need to know where the mount stands.

    Attributes
    ----------
    altitude : Quantity or None
        How high it has to point: 0° by default, the horizon.
    hour_angle : Quantity or None
        How far from the meridian it may point, east or west: no limit by default.
    sun : Quantity or None
        How far from the Sun it has to point while that is up: 15° by default.

    Examples
    --------
    >>> limits = Limits()
    >>> limits
    <Limits: altitude at least 0°, hour_angle off, sun at least 15°>
    >>> limits.altitude = 20 * u.deg
    >>> limits.hour_angle = 5 * u.hourangle
    >>> limits.sun = None
    >>> limits
    <Limits: altitude at least 20°, hour_angle at most 5 h, sun off>
    >>> limits.off()
    >>> limits
    <Limits: altitude off, hour_angle off, sun off>
    """

    altitude = _Limit(-90, 90, u.deg, "20 * u.deg")
    hour_angle = _Limit(0, 12, u.hourangle, "5 * u.hourangle")
    sun = _Limit(0, 180, u.deg, "15 * u.deg")

    def __init__(self) -> None:
        self.on()

    def on(self) -> None:
        """Put the default limits back."""
        self.altitude = 0 * u.deg
        self.hour_angle = None
        self.sun = 15 * u.deg

    def off(self) -> None:
        """Switch all limits off."""
        self.altitude = self.hour_angle = self.sun = None

    @property
    def active(self) -> bool:
        """Whether there is any."""
        return any(limit is not None for limit in (self.altitude, self.hour_angle, self.sun))

    def breach(
        self, direction: Equatorial, now: Time, latitude: float, longitude: float
    ) -> str | None:
        """Tell which limit a direction is beyond.

        Parameters
        ----------
        direction : Equatorial
            Of date.
        now : Time
            The moment.
        latitude, longitude : float
            Of the site, in degrees north and east.

        Returns
        -------
        str or None
            What is wrong, which limit forbids it, and how to switch it off; None if it may go
            there.

        Examples
        --------
        >>> down = Limits().breach(Equatorial(20.0, -30.0), Time("2026-01-15T20:30"), 37.2, -2.5)
        >>> for words in down.split("; "):
        ...     print(words)
        41° below the horizon: telescope.limits.altitude is 0°
        telescope.limits.off() switches all limits off
        """
        place = latitude, longitude
        broken = self._too_low(direction, now, *place) or self._too_far(direction, now, longitude)
        broken = broken or self._too_near(direction, now, *place)
        return f"{broken}; {_OFF}" if broken else None

    def _too_low(self, direction: Equatorial, now: Time, *place: float) -> str | None:
        if self.altitude is None:
            return None
        altitude = apparent.horizontal(*direction, now, *place).altitude
        if altitude >= self.altitude.value:
            return None
        where = f"{altitude:.0f}° high" if altitude >= 0 else f"{-altitude:.0f}° below the horizon"
        return f"{where}: telescope.limits.altitude is {self.altitude.value:g}°"

    def _too_far(self, direction: Equatorial, now: Time, longitude: float) -> str | None:
        if self.hour_angle is None:
            return None
        angle = apparent.hour_angle(direction.ra, now, longitude)
        if abs(angle) <= self.hour_angle.value:
            return None
        side = "west" if angle > 0 else "east"
        limit = f"telescope.limits.hour_angle is {self.hour_angle.value:g} h"
        return f"{abs(angle):.1f} h {side} of the meridian: {limit}"

    def _too_near(self, direction: Equatorial, now: Time, *place: float) -> str | None:
        if self.sun is None:
            return None
        sun = apparent.sun(now)
        distance = apparent.separation(direction, sun)
        if distance >= self.sun.value or apparent.horizontal(*sun, now, *place).altitude < -1:
            return None
        return f"{distance:.0f}° from the Sun: telescope.limits.sun is {self.sun.value:g}°"

    def __repr__(self) -> str:
        told = (
            _told("altitude", "at least", self.altitude, "°"),
            _told("hour_angle", "at most", self.hour_angle, " h"),
            _told("sun", "at least", self.sun, "°"),
        )
        return f"<Limits: {', '.join(told)}>"


def _told(name: str, bound: str, limit: u.Quantity | None, unit: str) -> str:
    return f"{name} off" if limit is None else f"{name} {bound} {limit.value:g}{unit}"
