"""Weather stations, and whether it is safe to open."""

import math
import threading
import time
from collections.abc import Callable
from numbers import Real
from typing import Any, cast

from astropy import units as u

from indinb.client.clock import Timer, call_later
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation, Progress
from indinb.errors import Failed, OperationTimeout
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.durations import seconds_of
from indinb.instruments.readings import state
from indinb.instruments.sensors.refreshing import start_refresh
from indinb.instruments.sensors.weatherrules import (
    PARAMETERS,
    STATUS,
    Vectors,
    age_of,
    fresh_for,
    reasons,
    unit_of,
)
from indinb.protocol.vocabulary import Interface, State

_SOON = 0.05  # seconds after something ends until it is looked for


@instrument(Interface.WEATHER)
class Weather(Instrument):
    """A weather station: what it measures, and whether that is safe.

    Examples
    --------
    ::

        client.weather.parameters["WEATHER_TEMPERATURE"]
        client.weather.is_safe, client.weather.why_unsafe
        client.weather.wait_until_safe(for_=10 * u.min)
    """

    marks = (STATUS, PARAMETERS)

    @property
    def parameters(self) -> dict[str, u.Quantity]:
        """What it measures, by INDI's names, in the units that the driver's labels tell.

        What has no unit there is a plain number; what is not known is nan. The properties of the
        same names are something else: they tell which values are safe.
        """
        return {
            name: _finite(element.value) * unit_of(element.label)
            for name, element in self.device[PARAMETERS].elements.items()
        }

    @property
    def labels(self) -> dict[str, str]:
        """The driver's words for what it measures, by INDI's names."""
        return {name: e.label for name, e in self.device[PARAMETERS].elements.items()}

    @property
    def conditions(self) -> dict[str, State]:
        """How each parameter is that the driver finds critical, by INDI's names.

        Ok is safe, Busy a warning, Alert a danger, and Idle unknown.
        """
        return cast(dict[str, State], dict(self._vectors.get(STATUS, {})))

    @property
    def status(self) -> State:
        """How all of it is as the driver judges; Idle if that is not known.

        It is Ok also while somebody overrides it: ask `is_safe`.
        """
        return state(self.device, STATUS) or State.IDLE

    @property
    def is_safe(self) -> bool:
        """Whether it is known to be safe: see `why_unsafe`."""
        return not self.why_unsafe

    @property
    def why_unsafe(self) -> tuple[str, ...]:
        """Why it is not safe, in words; empty if it is.

        It is safe while the driver is connected, has told its readings within the last three of
        its periods (by this computer's clock), finds all of them Ok, and nobody overrides it.
        Since INDI 2, drivers tell a safety status as well, which has to be Ok too. What is not
        known is not safe.
        """
        return why_unsafe(self.device)

    @property
    def age(self) -> u.Quantity | None:
        """How long ago its last readings came, by this computer's clock; None if none have."""
        age = age_of(self._vectors, time.time())
        return None if age is None else age * u.s

    def start_refresh(self) -> Operation[None]:
        """Ask the station for its readings; see `refresh`."""
        return start_refresh(self.device, "WEATHER_REFRESH", (PARAMETERS,))

    def refresh(self) -> None:
        """Ask the station for its readings now, and wait until they are there.

        Raises
        ------
        OperationError
            If the station cannot be read.
        """
        self.start_refresh().wait()

    def start_wait_until_safe(
        self, timeout: float | u.Quantity | None = None, for_: u.Quantity = 0 * u.s
    ) -> Operation[None]:
        """Start to wait until it is safe; see `wait_until_safe`.

        Returns
        -------
        Operation
            At once; its progress says what is not safe. ``abort()`` ends the waiting.
        """
        given = timeout * u.s if isinstance(timeout, Real) else timeout
        limit = None if given is None else seconds_of(given, "timeout")
        return UntilSafe(self.device, seconds_of(for_, "for_"), limit)

    def wait_until_safe(
        self, timeout: float | u.Quantity | None = None, for_: u.Quantity = 0 * u.s
    ) -> None:
        """Wait until it is safe, and show what is not.

        Parameters
        ----------
        timeout : float or Quantity, optional
            How long to wait at most; a bare number is in seconds.
        for_ : Quantity
            For how long it has to be safe without a break, from now on.

        Raises
        ------
        OperationTimeout
            If it is not safe in time.
        OperationError
            If the driver is gone.
        ConnectionLost
            If the link to the server is.
        """
        self.start_wait_until_safe(timeout, for_).wait()

    @property
    def _vectors(self) -> Vectors:
        return vectors_of(self.device)


class UntilSafe(Operation[None]):
    """Done when a station has told for a while that it is safe.

    It looks at each change of the device, and when what was told grows too old.

    Parameters
    ----------
    device : Device
        The station.
    lasting : float
        Seconds for which it has to be safe.
    timeout : float or None
        Seconds after which it fails.
    """

    def __init__(self, device: Device, lasting: float, timeout: float | None) -> None:
        super().__init__(f"wait until {device.name} is safe")
        self._device = device
        self._lasting = lasting
        self._lock = threading.Lock()  # changes and the clock come on threads of their own
        self._since: float | None = None
        self._why: tuple[str, ...] = ()
        self._timers: dict[Callable[[], None], Timer] = {}
        self._subscription = device.observe(self._hear)
        self.add_done_callback(self._release)
        device.connection.begin(self)
        if self.done():  # for lack of a link
            self.result()
        self._look()
        if timeout is not None:
            self._later(timeout, self._expire)

    @property
    def progress(self) -> Progress:
        """What is not safe, or how long it has to be so still."""
        left = self._left()
        if self.done() or left is None:
            detail = "" if self.done() else "; ".join(self._why)
            return super().progress._replace(detail=detail)
        fraction = 1 - left / self._lasting if self._lasting else 1.0
        return Progress(fraction, f"safe, for {left:.0f} s more", left)

    def _hear(self, change: Change) -> None:
        if not self._device.defined:
            self.fail(Failed(f"{self.label}: its driver has died or was stopped"))
        elif change.type != "message":
            self._look()

    def _look(self) -> None:
        with self._lock:
            self._weigh()
            left = self._left()
            if left:
                fresh = fresh_for(vectors_of(self._device), time.time())
                self._later(min(left, max(fresh, 0.0)) + _SOON, self._look)
        if left == 0:
            self.succeed(None)

    def _weigh(self) -> None:
        """Note since when it is safe."""
        self._why = why_unsafe(self._device)
        if self._why:
            self._since = None
        elif self._since is None:
            self._since = time.monotonic()

    def _left(self) -> float | None:
        """Return for how long it has to be safe still, or None while it is not."""
        since = self._since
        return None if since is None else max(0.0, since + self._lasting - time.monotonic())

    def _later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back after some time, instead of when it would have been called."""
        before = self._timers.get(callback)
        self._timers[callback] = timer = call_later(seconds, callback)
        if before is not None:
            before.cancel()
        if self.done():  # it ended just now, so `_release` may not have seen this one
            timer.cancel()

    def _expire(self) -> None:
        why = "; ".join(why_unsafe(self._device)) or "safe now, but not for long enough"
        self.fail(OperationTimeout(f"{self.label}: not in time: {why}"))

    def _release(self, _: Any) -> None:
        self._subscription.close()
        for timer in tuple(self._timers.values()):
            timer.cancel()


def why_unsafe(device: Device) -> tuple[str, ...]:
    """Return why the weather is not safe as far as a device tells; see `Weather.why_unsafe`."""
    connection = device.connection
    if connection.status != "connected":
        return ("the link to the server is gone",)
    return reasons(vectors_of(device), connection.model.epoch, time.time())


def vectors_of(device: Device) -> Vectors:
    """Return all that a device tells now, by name."""
    return device.connection.model.vectors(device.name)


def _finite(value: object) -> float:
    return value if isinstance(value, float) and math.isfinite(value) else math.nan
