"""The one clock of the process: a thread that calls back, alive only while something is due."""

import heapq
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

_FEW = 64  # timers, of which it does not matter how many are cancelled

_this_thread = threading.local()


def forbid_waiting() -> None:
    """Mark this thread as one that brings what others wait for, and so must not wait itself."""
    _this_thread.must_not_wait = True


def may_wait() -> bool:
    """Tell whether this thread may wait: `forbid_waiting` was not called in it."""
    return not getattr(_this_thread, "must_not_wait", False)


def check_may_wait() -> None:
    """Raise RuntimeError where `forbid_waiting` was called."""
    if not may_wait():
        raise RuntimeError(
            "an observer cannot wait: nothing arrives until it returns. "
            "Use operation.add_done_callback(...), or wait in another thread"
        )


class Timer:
    """One call in the future.

    Parameters
    ----------
    due : float
        When, in seconds of `time.monotonic`.
    callback : callable
        Called with nothing, on the clock's thread; it returns soon.
    """

    __slots__ = ("callback", "due")

    def __init__(self, due: float, callback: Callable[[], None]) -> None:
        self.due = due
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Don't call any more; the clock stops when nothing else is due."""
        self.callback = None
        _clock.wake()


class _Clock:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._condition = threading.Condition()
        self._timers: list[tuple[float, int, Timer]] = []
        self._many = _FEW
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def add(self, timer: Timer) -> None:
        with self._condition:
            if len(self._timers) >= self._many:
                self._forget_cancelled()
            heapq.heappush(self._timers, (timer.due, next(self._numbers), timer))
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="indinb-clock", daemon=True)
                thread.start()
                self._thread = thread
            self._condition.notify()

    def wake(self) -> None:
        with self._condition:
            self._condition.notify()

    def _run(self) -> None:
        forbid_waiting()
        while self._call_next():  # and keep nothing of it alive
            pass

    def _call_next(self) -> bool:
        timer = self._next()
        if timer is None:
            return False
        callback = timer.callback
        if callback is not None:
            self._call(callback)
        return True

    def _next(self) -> Timer | None:
        """Wait for the next timer that is due; None when there is none left."""
        with self._condition:
            while self._drop_cancelled():
                due, _, timer = self._timers[0]
                remaining = due - time.monotonic()
                if remaining <= 0:
                    heapq.heappop(self._timers)
                    return timer
                self._condition.wait(min(remaining, threading.TIMEOUT_MAX))
            self._thread = None
            return None

    def _forget_cancelled(self) -> None:
        """Make room: most timers are cancelled long before they are due."""
        self._timers = [each for each in self._timers if each[2].callback is not None]
        heapq.heapify(self._timers)
        self._many = max(_FEW, 2 * len(self._timers))

    def _drop_cancelled(self) -> bool:
        """Forget timers that were cancelled; tell whether any is left."""
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        return bool(self._timers)

    def _call(self, callback: Callable[[], None]) -> None:
        try:
            callback()
        except BaseException:  # even sys.exit() must not end the clock of the process
            logger.exception("a call of the clock failed: %r", callback)


_clock = _Clock()

if hasattr(os, "register_at_fork"):  # a child has neither the thread, nor what was due
    os.register_at_fork(after_in_child=_clock.reset)


def call_later(seconds: float, callback: Callable[[], None]) -> Timer:
    """Call back after some time.

    Parameters
    ----------
    seconds : float
        From now.
    callback : callable
        Called with nothing on the clock's thread; it may send, but not wait.

    Returns
    -------
    Timer
        Whose `cancel` takes it back.

    Examples
    --------
    >>> import threading
    >>> done = threading.Event()
    >>> timer = call_later(0.001, done.set)
    >>> done.wait(5)
    True
    """
    timer = Timer(time.monotonic() + seconds, callback)
    _clock.add(timer)
    return timer
