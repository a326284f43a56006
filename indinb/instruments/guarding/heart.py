"""What goes on regularly for as long as its object lives."""

import logging
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from indinb.client.clock import Timer, call_later

logger = logging.getLogger(__name__)

_AGAIN = 0.1  # seconds until the next look when a beat is due, but the last is still under way
_SLEEPLESS = getattr(time, "CLOCK_BOOTTIME", None)  # Linux has it


def now() -> float:
    """Tell the time in seconds since some moment; it never jumps, whoever sets the wall clock.

    On Linux it goes on while the computer sleeps; elsewhere it may not.
    """
    return time.monotonic() if _SLEEPLESS is None else time.clock_gettime(_SLEEPLESS)


def beside(act: Callable[[], None]) -> None:
    """Call on a thread of its own, or at once if the system has no more threads."""
    try:
        threading.Thread(target=act, name="indinb-heartbeat", daemon=True).start()
    except (RuntimeError, MemoryError):
        act()


class Heart:
    """Calls a method again and again, and does not keep its object alive.

    Each beat has a thread of its own for the moment that it takes: the clock, on which others
    wait, must not be kept by a server that takes nothing, and the client's worker may write to a
    slow disk for longer than the heart may rest. There is one beat at a time.

    Parameters
    ----------
    beat : callable
        A method.
    period : float
        Seconds between two calls.

    Attributes
    ----------
    beats : bool
        Whether it has been started, and not stopped.

    Examples
    --------
    >>> class Patient:
    ...     def __init__(self):
    ...         self.alive = threading.Event()
    ...         self.heart = Heart(self.beat, period=0.01)
    ...     def beat(self):
    ...         self.alive.set()
    >>> patient = Patient()
    >>> patient.heart.start()
    >>> patient.alive.wait(5)
    True
    >>> patient.heart.stop().result(5)
    """

    def __init__(self, beat: Callable[[], None], period: float) -> None:
        self._beat = weakref.WeakMethod(beat)
        self._period = period
        self.disown()

    def disown(self) -> None:
        """Be at rest in a forked child, whose parent's threads may have been busy with it."""
        self.beats = False
        self._timing = threading.Lock()  # of the next two
        self._timer: Timer | None = None
        self._resting: Future[None] = Future()  # done when no beat is under way
        self._resting.set_result(None)

    def start(self) -> None:
        """Begin; the first beat comes after one period."""
        self.beats = True
        self.next(self._period)

    def next(self, seconds: float) -> None:
        """Let the next beat come in so many seconds, if not sooner, unless the heart is stopped."""
        with self._timing:
            if self.beats:
                self._set(seconds)

    def stop(self) -> Future[None]:
        """Stop.

        Returns
        -------
        concurrent.futures.Future
            Done when the last beat is over, which may be under way.
        """
        with self._timing:
            self.beats = False
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            return self._resting

    def _set(self, seconds: float) -> None:
        """Set the timer, unless it is due sooner already."""
        before, timer = self._timer, call_later(seconds, self._begin_beat)
        if before is not None and before.due <= timer.due:
            timer.cancel()
            return
        if before is not None:
            before.cancel()
        self._timer = timer

    def _begin_beat(self) -> None:
        """Beat, or look again soon if the last beat is still under way; called by the clock."""
        with self._timing:
            self._timer = None
            if not self.beats:
                return
            if not self._resting.done():
                self._set(_AGAIN)
                return
            resting: Future[None] = Future()
            self._resting = resting
        beside(partial(self._beat_once, resting))

    def _beat_once(self, resting: Future[None]) -> None:
        beat = self._beat()
        try:
            if beat is not None and self.beats:
                beat()
        except Exception:
            logger.exception("a heartbeat failed: %r", beat)
        finally:
            resting.set_result(None)
            if beat is not None:
                self.next(self._period)
