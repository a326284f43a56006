"""Live pictures on their way to browsers: one at a time, the newest first.

A browser says when a picture is on its screen; only then the next is developed. Of those that came
in between, the newest wins. So no picture waits in a slow network's queue, and a page that is
closed costs next to nothing.
"""

import contextlib
import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple

from indinb.errors import ImageError
from indinb.instruments.cameras.audience import Picture
from indinb.widgets.snapshot import Json

logger = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds until a picture that no browser has seen is lost; each more in a row doubles it."""

_LONGEST_PATIENCE = 60.0


class Grade(NamedTuple):
    """How fine pictures are sent.

    Parameters
    ----------
    quality : int
        Of JPEG.
    longest : int
        Pixels on the longer side, at most.
    """

    quality: int
    longest: int


GRADES = (Grade(85, 1024), Grade(70, 768), Grade(50, 512))
"""The finest first."""

Message = tuple[Json, list[bytes]]
Develop = Callable[[Picture, Grade], Message]


class Pace:
    """Chooses a grade by the time that pictures are under way.

    Fast links always get the finest.

    Examples
    --------
    >>> pace = Pace()
    >>> for _ in range(3):
    ...     pace.measure(0.8)
    >>> pace.grade
    Grade(quality=70, longest=768)
    """

    _SLOW, _FAST = 0.3, 0.15  # seconds
    _SHARE = 0.3  # of each picture in what is measured
    _FEW = 3  # pictures before it is judged

    def __init__(self) -> None:
        self._level = 0
        self._restart()

    @property
    def grade(self) -> Grade:
        """How fine the next picture is to be."""
        return GRADES[self._level]

    def measure(self, seconds: float) -> None:
        """Take the time from sending a picture to its being seen."""
        self._count += 1
        share = self._SHARE if self._count > 1 else 1.0
        self._seconds += share * (seconds - self._seconds)
        if self._count < self._FEW:
            return
        if self._seconds > self._SLOW and self._level < len(GRADES) - 1:
            self._level += 1
            self._restart()
        elif self._seconds < self._FAST and self._level > 0:
            self._level -= 1
            self._restart()

    def _restart(self) -> None:
        self._seconds, self._count = 0.0, 0


class _Ticket(NamedTuple):
    picture: Picture
    counts: bool = True  # not if it is shown once more


class _Flight(NamedTuple):
    serial: int
    since: float
    counts: bool


class Broadcast:
    """Develops and sends pictures, one at a time.

    Parameters
    ----------
    submit : callable
        Has a function called later, on the worker of the client.
    develop : callable
        Makes a message and its buffers of a picture, in a grade.
    send : callable
        Called with the message and the buffers.
    failed : callable
        Called with the words when a picture cannot be shown, and with nothing when one can.

    Attributes
    ----------
    shown, dropped : int
        How many pictures a browser has seen, and how many it never will.
    """

    def __init__(
        self,
        submit: Callable[[Callable[[], None]], Any],
        develop: Develop,
        send: Callable[[Json, list[bytes]], object],
        failed: Callable[[str], object],
    ) -> None:
        self._submit, self._develop, self._send, self._failed = submit, develop, send, failed
        self._lock = threading.Lock()  # the reader thread takes it, so nothing is done while held
        self._newest: Picture | None = None
        self._waiting: _Ticket | None = None
        self._develops = False
        self._flight: _Flight | None = None
        self._serial = 0
        self._patience = PATIENCE
        self._pace = Pace()
        self._closed = False
        self._is_watched = False
        self.shown = self.dropped = 0

    @property
    def newest(self) -> Picture | None:
        """The picture that came last."""
        return self._newest

    def hear(self, picture: Picture) -> None:
        """Take a picture; on the reader thread."""
        with self._lock:
            self._newest = picture
            self._drop(self._waiting)
            self._waiting = _Ticket(picture)
        self._go_on()

    def seen(self, serial: int) -> None:
        """Hear that a picture is on a screen."""
        with self._lock:
            flight = self._flight
            if flight is None or flight.serial != serial:
                return
            self._flight, self._patience = None, PATIENCE
            self._pace.measure(monotonic() - flight.since)
            self.shown += flight.counts
        self._go_on()

    def begin_anew(self) -> None:
        """Send the newest at once, whatever is under way: a page is there that has seen nothing.

        Until the first is there, nothing is sent.
        """
        with self._lock:
            self._is_watched = True
            self._lose()
            self._patience = PATIENCE
        self.repeat()

    def repeat(self) -> None:
        """Send the newest once more, as it is to be shown in another way."""
        with self._lock:
            if self._waiting is None and self._newest is not None:
                self._waiting = _Ticket(self._newest, counts=False)
        self._go_on()

    def close(self) -> None:
        """Send no more."""
        with self._lock:
            self._closed, self._waiting = True, None

    def _drop(self, ticket: _Ticket | None) -> None:
        if ticket is not None:
            self.dropped += ticket.counts

    def _lose(self) -> None:
        if self._flight is not None:
            self.dropped += self._flight.counts
        self._flight = None

    def _go_on(self) -> None:
        """Have the next picture developed, if it is its turn."""
        with self._lock:
            if not self._is_watched or self._closed or self._develops:
                return
            if self._waiting is None or self._is_in_flight():
                return
            self._develops = True
        with contextlib.suppress(RuntimeError):  # the client is closed
            self._submit(self._show)

    def _is_in_flight(self) -> bool:
        flight = self._flight
        if flight is None:
            return False
        if monotonic() - flight.since < self._patience:
            return True
        self._lose()
        self._patience = min(2 * self._patience, _LONGEST_PATIENCE)
        return False

    def _show(self) -> None:
        with self._lock:
            ticket, self._waiting = self._waiting, None
            closed = self._closed
        message = None if ticket is None or closed else self._developed(ticket)
        with self._lock:
            self._develops = False
            if message is None or self._closed:
                self._drop(ticket)
            elif ticket is not None:
                self._flight = _Flight(self._serial, monotonic(), ticket.counts)
        if message is not None and not self._closed:
            self._send(*message)
        self._go_on()

    def _developed(self, ticket: _Ticket) -> Message | None:
        try:
            facts, buffers = self._develop(ticket.picture, self._pace.grade)
        except ImageError as error:
            self._failed(str(error))
        except Exception as error:
            logger.exception("a picture cannot be shown")
            self._failed(str(error) or type(error).__name__)
        else:
            self._failed("")
            self._serial += 1
            return {"type": "frame", "serial": self._serial, **facts}, buffers
        return None
