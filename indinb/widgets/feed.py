"""The one coalescer: however much changes, a browser hears of it ten times a second at most."""

import threading
import time
from collections.abc import Callable

from indinb.client.clock import Timer, call_later

TICK = 0.1
"""Seconds between two messages to a browser."""


class Feed:
    """Calls `flush` soon after `poke`, but never twice within a tick.

    Parameters
    ----------
    flush : callable
        Called with nothing, on the clock's thread.

    Examples
    --------
    >>> flushed = threading.Event()
    >>> feed = Feed(flushed.set)
    >>> feed.poke()
    >>> flushed.wait(5)
    True
    """

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush
        self._lock = threading.Lock()
        self._timer: Timer | None = None
        self._last = -TICK
        self._closed = False

    def poke(self) -> None:
        """Say that there is something to flush."""
        with self._lock:
            if self._timer is None and not self._closed:
                wait = max(0.0, self._last + TICK - time.monotonic())
                self._timer = call_later(wait, self._tick)

    def close(self) -> None:
        """Flush no more."""
        with self._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()

    def _tick(self) -> None:
        with self._lock:
            self._timer = None
            self._last = time.monotonic()
        self._flush()
