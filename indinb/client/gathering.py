"""Several operations at the same time, such as those of dome, mount and filter wheel."""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import Any

from indinb import display
from indinb.client.clock import Timer, call_later
from indinb.client.operation import ABORT_PATIENCE, Operation, Progress
from indinb.errors import Aborted

logger = logging.getLogger(__name__)


def gather(*operations: "Future[Any]") -> "Gathering":
    """Carry out several operations at the same time, as one.

    The first that fails aborts the others. ``abort()``, and Ctrl-C where it is waited for, abort
    all of them.

    Parameters
    ----------
    *operations : Operation or concurrent.futures.Future
        As all the ``start_…`` methods return them. They run already; some may be over.

    Returns
    -------
    Gathering
        At once: an `Operation`, whose result is the tuple of their results, in the same order.

    Raises
    ------
    TypeError
        If something else is given.

    Notes
    -----
    When one of them fails, its own error is raised, as soon as the others have ended, or after 3 s.
    The notes of the error say which one it was, what else went wrong, and what has not ended.

    Examples
    --------
    ::

        indinb.gather(mount.start_slew("M31"), wheel.start_select("Red")).wait()
        reached, _ = await indinb.gather(mount.start_slew("M31"), wheel.start_select("Red"))

    >>> slew, turn = Operation("slew"), Operation("turn")
    >>> both = gather(slew, turn)
    >>> both
    <Gathering slew and turn: running>
    >>> turn.succeed("Red")
    >>> both.progress.detail
    '1 of 2 done'
    >>> slew.succeed("M 31")
    >>> both.wait()
    ('M 31', 'Red')
    """
    for one in operations:
        if not isinstance(one, Future):
            raise TypeError(f"gather takes operations, as start_… returns them, not {one!r}")
    return Gathering([_as_operation(one, n) for n, one in enumerate(operations, start=1)])


class Gathering(Operation[tuple[Any, ...]]):
    """Several operations at the same time; see `gather`.

    Parameters
    ----------
    parts : sequence of Operation
        Which.

    Attributes
    ----------
    parts : tuple of Operation
        They may be waited for, or aborted, one by one too.
    """

    def __init__(self, parts: Sequence[Operation[Any]]) -> None:
        super().__init__(_enumerated([part.label for part in parts]) or "nothing")
        self.parts = tuple(parts)
        self._lock = Lock()  # of the three below; nothing is called while it is held
        self._running = set(range(len(parts)))
        self._failed: list[int] = []  # the first that failed first
        self._concluded = False
        self._timer: Timer | None = None
        self.add_done_callback(self._release)
        try:
            self._follow()
        except BaseException:  # Ctrl-C: nobody else could stop them together
            self._abort_and_wait()
            raise

    @property
    def progress(self) -> Progress:
        """How far they are on the average, and how long the slowest still takes."""
        if self.done():
            return super().progress
        told = [part.progress for part in self.parts]
        fractions = [each.fraction for each in told]
        known = [each.remaining for each in told if each.remaining is not None]
        over = sum(part.done() for part in self.parts)
        return Progress(
            None if fractions.count(None) == len(told) else _mean(fractions),
            f"{over} of {len(told)} done",
            max(known, default=None),
        )

    def summary(self) -> display.Summary:
        """Describe its parts as a table."""
        rows = [[part.label, part.state, part.trouble] for part in self.parts]
        return display.Summary(self.label, ["operation", "state", "what went wrong"], rows)

    def _follow(self) -> None:
        for number, part in enumerate(self.parts):
            part.add_done_callback(partial(self._ended, number))
        if not self.parts:
            self._conclude()

    def _ended(self, number: int, part: "Future[Any]") -> None:
        failed = part.exception() is not None
        with self._lock:
            self._running.discard(number)
            if failed:
                self._failed.append(number)
            is_first = self._failed == [number]
            is_last = not self._running
        if is_last:
            self._conclude()
        elif is_first and failed and not self._aborting:
            self._stop()

    def _stop(self) -> None:
        for part in self.parts:
            try:
                part.abort()
            except Exception:  # the others are to be stopped all the same
                logger.exception("%r cannot be aborted", part.label)
        self._release()  # of an abort before
        self._timer = timer = call_later(ABORT_PATIENCE, self._conclude)
        if self.done():  # so `_release` may not have seen this one
            timer.cancel()

    def _release(self, _: "Future[Any] | None" = None) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _conclude(self) -> None:
        """End, as all have ended, or those that were aborted have had their time."""
        with self._lock:
            if self._concluded:
                return
            self._concluded = True
            failed = [self.parts[number] for number in self._failed]
            running = [self.parts[number] for number in sorted(self._running)]
        if failed or running:
            self._fail(failed, running)
        else:
            self.succeed(tuple(part.result() for part in self.parts))

    def _fail(self, failed: list[Operation[Any]], running: list[Operation[Any]]) -> None:
        error = None if self._aborting else failed[0].exception()
        if error is None:
            error = self._aborted()
        else:
            which = f"{failed.pop(0).label!r} was the first to fail"
            error.add_note(f"{which}, of {len(self.parts)} operations together")
        for note in (*_troubles(failed), *(f"{part.label}: it goes on" for part in running)):
            error.add_note(note)
        self.fail(error)


class _Adopted(Operation[Any]):
    """A future of somebody else, as an operation."""

    def __init__(self, future: "Future[Any]", label: str) -> None:
        super().__init__(label)
        self._future = future
        future.add_done_callback(self._follow)

    def _stop(self) -> None:
        self._future.cancel()  # which does nothing once it runs

    def _follow(self, future: "Future[Any]") -> None:
        if future.cancelled():
            self.fail(Aborted(f"{self.label}: aborted, before it began"))
        elif error := future.exception():
            self.fail(error)
        else:
            self.succeed(future.result())


def _as_operation(future: "Future[Any]", number: int) -> Operation[Any]:
    return future if isinstance(future, Operation) else _Adopted(future, f"number {number}")


def _enumerated(labels: Sequence[str]) -> str:
    """Join words as people do.

    Examples
    --------
    >>> _enumerated(["slew", "turn", "focus"])
    'slew, turn and focus'
    """
    *most, last = labels or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _mean(fractions: Sequence[float | None]) -> float:
    """Return the mean; what is not known has not begun."""
    return sum(each or 0.0 for each in fractions) / len(fractions)


def _troubles(failed: Iterable[Operation[Any]]) -> list[str]:
    """Tell what went wrong with others, unless they only have stopped as they should."""
    return [f"{part.label}: {part.trouble}" for part in failed if not _has_stopped(part)]


def _has_stopped(part: Operation[Any]) -> bool:
    error = part.exception(0)
    return isinstance(error, Aborted) and not error.goes_on
