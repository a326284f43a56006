"""What goes on regularly for as long as its object lives."""

import threading
import weakref
from collections.abc import Callable

from indinb.client.clock import Timer, call_later


class Heart:
    """Calls a method again and again, and does not keep its object alive.

    Parameters
    ----------
    beat : callable
        A method. It is called on the clock's thread, so it may send, but not wait.
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
    >>> patient.heart.stop()
    """

    def __init__(self, beat: Callable[[], None], period: float) -> None:
        self.beats = False
        self._beat = weakref.WeakMethod(beat)
        self._period = period
        self._timer: Timer | None = None
        self._timing = threading.Lock()  # so that there is one timer at most
        self._beating = threading.Lock()  # so that the last beat can be waited for

    def start(self) -> None:
        """Begin; the first beat comes after one period."""
        self.beats = True
        self.next(self._period)

    def next(self, seconds: float) -> None:
        """Let the next beat come in so many seconds, unless the heart is stopped."""
        with self._timing:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = call_later(seconds, self._strike) if self.beats else None

    def stop(self) -> None:
        """Stop, though the last beat may be on its way."""
        self.beats = False
        self.next(0)

    def wait(self) -> None:
        """Wait for a beat that is on its way."""
        with self._beating:
            pass

    def _strike(self) -> None:
        beat = self._beat()
        if beat is None:
            return
        try:
            with self._beating:
                if self.beats:
                    beat()
        finally:
            self.next(self._period)
