"""The one coalescer: however much changes, a browser hears of it ten times a second at most."""

import threading
import time
from collections.abc import Callable

from indinb.client.clock import Timer, call_later

TICK = 0.1
"""Seconds between two messages to a browser, at least."""

SHARE = 0.2
"""Part of the time that may go into making them: what takes long to tell is told less often."""


class Feed:
    """Calls `flush` soon after `poke`, but never twice within a tick, nor most of the time.

    Parameters
    ----------
    flush : callable
        Called with nothing, on the clock's thread.
    tick : float
        Seconds between two calls, at least.

    Examples
    --------
    >>> flushed = threading.Event()
    >>> feed = Feed(flushed.set)
    >>> feed.poke()
    >>> flushed.wait(5)
    True
    """

    def __init__(self, flush: Callable[[], None], tick: float = TICK) -> None:
        self._flush = flush
        self._tick_seconds = tick
        self._lock = threading.Lock()
        self._timer: Timer | None = None
        self._is_due = False
        self._flushes = False
        self._next = 0.0  # when it may flush again
        self._closed = False

    def poke(self) -> None:
        """Say that there is something to flush."""
        with self._lock:
            self._is_due = True
            self._plan()

    def close(self) -> None:
        """Flush no more."""
        with self._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()

    def _plan(self) -> None:
        waits = self._timer is not None or self._flushes
        if self._is_due and not waits and not self._closed:
            self._timer = call_later(max(0.0, self._next - time.monotonic()), self._tick)

    def _tick(self) -> None:
        with self._lock:
            self._timer, self._is_due, self._flushes = None, False, True
        begin = time.monotonic()
        try:
            self._flush()
        finally:
            with self._lock:
                self._next = begin + max(self._tick_seconds, (time.monotonic() - begin) / SHARE)
                self._flushes = False
                self._plan()
