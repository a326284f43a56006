"""Times that are given, and pauses between the steps of a procedure."""

import math
from time import monotonic
from typing import Any

from astropy import units as u

from indinb.client.clock import call_later
from indinb.client.connection import Connection
from indinb.client.operation import Operation, Progress
from indinb.errors import OutOfRange


def seconds_of(duration: object, name: str) -> float:
    """Return a duration in seconds.

    Parameters
    ----------
    duration : Quantity
        Of time, zero or more.
    name : str
        What it is for, for the error.

    Raises
    ------
    OutOfRange
        If it is none; a bare number does not tell its unit.

    Examples
    --------
    >>> seconds_of(2 * u.min, "pause")
    120.0
    >>> seconds_of(2, "pause")
    Traceback (most recent call last):
    ...
    indinb.errors.OutOfRange: pause takes a time such as 2 * u.s or 10 * u.min, not 2
    """
    seconds = math.nan
    if isinstance(duration, u.Quantity) and duration.isscalar and duration.unit.is_equivalent(u.s):
        seconds = float(duration.to_value(u.s))
    if not (math.isfinite(seconds) and seconds >= 0):
        raise OutOfRange(f"{name} takes a time such as 2 * u.s or 10 * u.min, not {duration!r}")
    return seconds


class Pause(Operation[None]):
    """Done after some time; ``abort()`` ends it at once.

    Parameters
    ----------
    label : str
        Why nothing is done.
    seconds : float
        How long.
    connection : Connection, optional
        Whose loss ends it, too.
    """

    def __init__(self, label: str, seconds: float, connection: Connection | None = None) -> None:
        super().__init__(label)
        self._seconds = seconds
        self._due = monotonic() + seconds
        self._timer = call_later(seconds, self._end)
        self.add_done_callback(self._release)
        if connection is not None:
            connection.begin(self)

    @property
    def progress(self) -> Progress:
        """How much of it has passed."""
        left = max(0.0, self._due - monotonic())
        if self.done() or not left:
            return super().progress
        return Progress(1 - left / self._seconds, remaining=left)

    def _end(self) -> None:
        self.succeed(None)

    def _release(self, _: Any) -> None:
        self._timer.cancel()
