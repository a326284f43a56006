"""Waiting until a server has said all that it has to say: INDI has no word for the end."""

from time import monotonic
from typing import Any

from indinb.client.clock import Timer, call_later
from indinb.client.observers import Change, Observers
from indinb.client.operation import Operation

QUIET = 0.15
"""Seconds without a new definition after which no more are expected."""


class Quiet(Operation[None]):
    """Done when no new definition has come for a while.

    Parameters
    ----------
    observers : Observers
        Of the connection.
    device : str or None
        Listen to the definitions of this device only.
    limit : float
        Seconds after which it is done anyhow.
    only_after_first : bool
        Start to count when the first definition has come.
    """

    def __init__(
        self, observers: Observers, device: str | None, limit: float, only_after_first: bool
    ) -> None:
        super().__init__("wait for the definitions")
        self._limit = call_later(limit, self._finish)
        self._quiet: Timer | None = None
        self._last = monotonic()  # definition, or the begin
        self._subscription = observers.add((device, None), self._hear)
        self.add_done_callback(self._release)
        if not only_after_first:
            self._look()

    def _hear(self, change: Change) -> None:
        if is_definition(change):
            self._last = monotonic()
            if self._quiet is None:  # else it looks by itself: many definitions come at once
                self._look()

    def _look(self) -> None:
        left = self._last + QUIET - monotonic()
        if left > QUIET / 100:
            self._quiet = call_later(left, self._look)
        else:
            self._finish()

    def _finish(self) -> None:
        self.succeed(None)

    def _release(self, _: Any) -> None:
        self._limit.cancel()
        if self._quiet is not None:
            self._quiet.cancel()
        self._subscription.close()


def is_definition(change: Change) -> bool:
    """Whether a property was defined, or was again over a new link."""
    again = change.type == "updated" and change.old.epoch != change.new.epoch
    return again or change.type == "defined"
