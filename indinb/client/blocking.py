"""Whether the program's main thread waits for an instrument: only there an interrupt ends it."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

logger = logging.getLogger(__name__)

Handler = Callable[[bool], object]


class Blocking:
    """What the main thread waits for, and who wants to hear whether it waits.

    Only the main thread writes what it waits for, and the lock guards the tuple of handlers
    alone: none of them is called while it is held.

    Examples
    --------
    >>> blocking, exposure = Blocking(), Future()
    >>> stop = blocking.observe(print)
    >>> with blocking.by(exposure):
    ...     blocking.now
    True
    True
    False
    >>> stop()
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handlers: tuple[Handler, ...] = ()
        self._waits: tuple[Future[Any], ...] = ()
        self._told = False

    @property
    def now(self) -> bool:
        """Whether the main thread waits at this moment."""
        return any(not future.done() for future in self._waits)

    def observe(self, handler: Handler) -> Callable[[], None]:
        """Call `handler` with whether the main thread waits, each time that changes.

        Parameters
        ----------
        handler : callable
            Called on the main thread; it returns soon, and may not wait.

        Returns
        -------
        callable
            Call it with nothing to hear no more.
        """
        with self._lock:
            self._handlers = (*self._handlers, handler)
        return lambda: self._forget(handler)

    @contextmanager
    def by(self, future: "Future[Any]") -> Iterator[None]:
        """Say that this thread waits for a future, which counts if it is the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = self._waits
        try:
            self._wait_for((*before, future))
            yield
        finally:
            self._wait_for(before)

    def _forget(self, handler: Handler) -> None:
        with self._lock:
            self._handlers = tuple(one for one in self._handlers if one is not handler)

    def _wait_for(self, waits: "tuple[Future[Any], ...]") -> None:
        self._waits = waits
        if self.now != self._told:
            self._told = self.now
            self._tell(self._told)

    def _tell(self, now: bool) -> None:
        for handler in self._handlers:
            try:
                handler(now)
            except Exception:
                logger.exception("an observer of waiting failed: %r", handler)


blocking = Blocking()
"""Of this program."""
