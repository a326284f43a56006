"""The observatory's clock, which may run faster than ours."""

import asyncio
import datetime as dt
import math
from typing import Self


def check_year(time: dt.datetime) -> None:
    """Raise ValueError for a time at which nobody knows how the Earth turns.

    Examples
    --------
    >>> check_year(dt.datetime(2026, 1, 15))
    """
    if not 1900 <= time.year < 2100:
        raise ValueError(f"{time:%Y} is not from 1900 to 2099")


class Clock:
    """Time at the observatory.

    It needs a running event loop, whose time it scales.

    Parameters
    ----------
    start : datetime
        The time now, in UTC.
    speed : float
        How much faster than ours it runs.
    """

    def __init__(self, start: dt.datetime, speed: float = 1.0) -> None:
        self._loop = asyncio.get_running_loop()
        self._speed = speed
        self._real = self._loop.time()
        self._elapsed = 0.0
        self._start = start
        self._sleepers: set[asyncio.Event] = set()

    @property
    def elapsed(self) -> float:
        """Seconds since the observatory began; no setting of the clock changes them."""
        return self._elapsed + (self._loop.time() - self._real) * self._speed

    @property
    def utc(self) -> dt.datetime:
        """Time of day; assign to set the clock."""
        return self.at(self.elapsed)

    @utc.setter
    def utc(self, now: dt.datetime) -> None:
        self._start = now - dt.timedelta(seconds=self.elapsed)

    def at(self, elapsed: float) -> dt.datetime:
        """Return the time of day when so many seconds have elapsed."""
        return self._start + dt.timedelta(seconds=elapsed)

    @property
    def speed(self) -> float:
        """How much faster than ours the clock runs; whoever sleeps wakes by the new speed."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._elapsed, self._real, self._speed = self.elapsed, self._loop.time(), speed
        for sleeper in self._sleepers:
            sleeper.set()

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of the observatory."""
        await asyncio.sleep(0)  # whoever sleeps again and again, however shortly, lets others run
        await self.until(self.elapsed + seconds)

    async def until(self, moment: float, at_most: float = math.inf) -> None:
        """Wait until `elapsed` reaches a moment, but no longer than some seconds of ours."""
        deadline = self._loop.time() + at_most
        while (left := moment - self.elapsed) > 0 and (real := deadline - self._loop.time()) > 0:
            await self._doze(min(left / self._speed, real))

    async def _doze(self, seconds: float) -> None:
        """Sleep for some seconds of ours, or until the speed changes."""
        sleeper = asyncio.Event()
        self._sleepers.add(sleeper)
        timer = self._loop.call_later(seconds, sleeper.set)
        try:
            await sleeper.wait()
        finally:
            timer.cancel()
            self._sleepers.discard(sleeper)


class Ramp:
    """A number that changes steadily, for some seconds of the observatory.

    Parameters
    ----------
    clock : Clock
        By which it begins to change now.
    begin : float
        What it is now.
    rate : float
        By which it changes each second.
    seconds : float
        After which it stays.

    Examples
    --------
    >>> from unittest.mock import Mock
    >>> clock = Mock(elapsed=100.0)
    >>> ramp = Ramp.between(clock, 10, 30, rate=5)
    >>> clock.elapsed = 103.0
    >>> ramp.now
    25.0
    """

    def __init__(self, clock: Clock, begin: float, rate: float, seconds: float = math.inf) -> None:
        self._clock, self._begin, self.rate, self.seconds = clock, begin, rate, seconds
        self._since = clock.elapsed

    @classmethod
    def between(cls, clock: Clock, begin: float, end: float, rate: float) -> Self:
        """Return one that goes from one number to another at a rate above 0."""
        seconds = abs(end - begin) / rate
        return cls(clock, begin, math.copysign(rate, end - begin), seconds)

    @property
    def now(self) -> float:
        """The number."""
        return self._begin + self.rate * min(self._clock.elapsed - self._since, self.seconds)
