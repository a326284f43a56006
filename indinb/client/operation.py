"""What an instrument is still carrying out.

An Operation is a `concurrent.futures.Future` that runs from birth: wait for it, await it, stop it,
or show it.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Generator, Iterable
from concurrent import futures
from concurrent.futures import Future, InvalidStateError
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar

from indinb import display
from indinb.client.blocking import blocking
from indinb.client.clock import check_may_wait
from indinb.errors import Aborted, ConnectionLost, OperationError
from indinb.printable import printable

logger = logging.getLogger(__name__)

T = TypeVar("T")

ABORT_PATIENCE = 3.0
"""Seconds that an instrument has to confirm that it has stopped."""

_SLICE = 0.05  # seconds between chances for Ctrl-C, which Windows grants only between waits
_UNNOTICED = 0.3  # seconds that somebody waits gladly without seeing progress


class Progress(NamedTuple):
    """How far an operation is, as far as the driver tells.

    Parameters
    ----------
    fraction : float or None
        From 0 to 1, or None when nobody knows.
    detail : str
        A word for people.
    remaining : float or None
        Seconds that are left, or None when nobody knows.
    """

    fraction: float | None = None
    detail: str = ""
    remaining: float | None = None


class Operation(Future[T], Generic[T]):
    """A request that an instrument is still carrying out.

    It works wherever a `concurrent.futures.Future` does; ``await`` it in async code. In a
    notebook it shows a progress bar with Abort.

    Attributes
    ----------
    label : str
        What is being done.
    """

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label
        self._aborting = False
        self._elsewhere = ""
        self.set_running_or_notify_cancel()

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(1.0 if self.done() else None)

    @property
    def remaining(self) -> float | None:
        """Seconds that are left, as far as somebody knows."""
        return self.progress.remaining

    @property
    def state(self) -> str:
        """One of "running", "done", "aborted" and "failed"."""
        error = self._error()
        if error is not None:
            return "aborted" if isinstance(error, Aborted) else "failed"
        return "done" if self.done() else "running"

    @property
    def trouble(self) -> str:
        """What went wrong, without the label again; empty while nothing did."""
        error = self._error()
        if error is None:
            return ""
        return printable(str(error)).removeprefix(f"{self.label}: ") or type(error).__name__

    def _error(self) -> BaseException | None:
        return self.exception(0) if self.done() else None

    def abort(self) -> None:
        """Stop the instrument; the operation then ends with `Aborted`.

        Exposures, slews and parking are stopped. For what INDI has no word to stop, such as a
        property that was set, only the waiting ends. Does nothing when the operation is over.
        """
        if not self.done():
            self._aborting = True
            self._stop()

    def add_done_callback(self, fn: Callable[[Any], object]) -> None:
        """Call `fn` with this operation at its end, on the thread that ends it, or now.

        What it raises is logged, and keeps nothing from others.
        """
        super().add_done_callback(_Once(fn))

    def disown(self, reason: str) -> None:
        """Go on elsewhere: in a forked child, nobody will ever end what its parent has begun."""
        self._elsewhere = reason

    def cancel(self) -> bool:
        """Abort, as `asyncio.wait_for` does when its time is up."""
        running = not self.done()
        self.abort()
        return running

    def result(self, timeout: float | None = None) -> T:
        """Wait for the end; Ctrl-C aborts.

        Parameters
        ----------
        timeout : float, optional
            Seconds, after which TimeoutError is raised and the operation goes on.

        Raises
        ------
        OperationError, ConnectionLost
            If it did not succeed.
        RuntimeError
            In an observer, which must not wait.
        """
        self._wait(timeout)
        return super().result(0)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the end as `result` does, and return what went wrong, or None."""
        self._wait(timeout)
        return super().exception(0)

    def wait(self) -> T:
        """Wait for the end as the blocking forms do: with progress, and Ctrl-C aborts.

        Returns
        -------
        T
            The result.
        """
        self._wait(None, visibly=True)
        return super().result(0)

    def _wait(self, timeout: float | None, visibly: bool = False) -> None:
        """Wait for the end: the one way in which anybody does."""
        with contextlib.ExitStack() as shown:
            try:
                if self.done():
                    return
                self._check_may_wait()
                with blocking.by(self):
                    if visibly and not self._ends_within(_UNNOTICED):
                        shown.callback(self._show())
                    in_time = self._ends_within(timeout)
            except KeyboardInterrupt:
                self._abort_and_wait()
                raise self._interrupt() from None
        if not in_time:
            raise TimeoutError(f"{self.label}: not done after {timeout:g} s; it goes on")

    def _check_may_wait(self) -> None:
        check_may_wait()
        if self._elsewhere:
            raise ConnectionLost(f"{self.label}: {self._elsewhere}")

    def _abort_and_wait(self) -> None:
        """Stop the instrument for Ctrl-C, and give it a little time to confirm that.

        If Ctrl-C is pressed again in that time, that is not waited for.
        """
        if not self._aborting:  # else Abort was pressed before, and the instrument told
            self.abort()
        self._ends_within(ABORT_PATIENCE)

    def _interrupt(self) -> KeyboardInterrupt:
        """Say what Ctrl-C has done, still as what no ``except Exception`` takes for its own."""
        interrupt = KeyboardInterrupt(f"Aborted: {self.label}")
        error = self._error()
        told = [] if error is None else [str(error), *getattr(error, "__notes__", ())]
        for note in told:
            if note != f"{self.label}: aborted":
                interrupt.add_note(note)
        return interrupt

    def _ends_within(self, seconds: float | None) -> bool:
        """Wait in slices, and return whether it is over."""
        end = math.inf if seconds is None else monotonic() + seconds
        while not self.done() and (left := end - monotonic()) > 0:
            futures.wait([self], min(left, _SLICE))
        return self.done()

    def _show(self) -> Callable[[], object]:
        """Show that somebody waits; what cannot be shown must not keep the instrument waiting."""
        try:
            return display.following(self)
        except Exception:
            logger.exception("the progress of %r cannot be shown", self.label)
            return lambda: None

    def fail(self, error: BaseException) -> None:
        """End it with an error, unless it is over already."""
        if self._aborting and not isinstance(error, Aborted | ConnectionLost):
            error = self._aborted(error.messages if isinstance(error, OperationError) else ())
        if isinstance(error, Aborted):  # where that was noticed is of no interest to who did it
            error = error.with_traceback(None)
        with contextlib.suppress(InvalidStateError):
            self.set_exception(error)

    def succeed(self, result: T) -> None:
        """End it with a result, unless it is over already; after `abort`, it ends as aborted."""
        if self._aborting:
            self.fail(self._aborted())
            return
        with contextlib.suppress(InvalidStateError):
            self.set_result(result)

    def give_up(self, error: BaseException) -> None:
        """End it with an error of one's own, and stop the instrument; not when it is over."""
        if not self.done():
            self.fail(error)
            self._stop()

    def _stop(self) -> None:
        self.fail(self._aborted())

    def _aborted(self, messages: Iterable[str] = ()) -> Aborted:
        return Aborted(f"{self.label}: aborted", messages=messages)

    def __await__(self) -> Generator[Any, None, T]:
        return self._awaited().__await__()

    async def _awaited(self) -> T:
        """Wait in slices as well: an interrupt does not wake the loop, and came much too late."""
        future = asyncio.wrap_future(self)
        try:
            while not future.done():
                await asyncio.wait([future], timeout=_SLICE)
        except asyncio.CancelledError:
            self.cancel()
            raise
        return future.result()

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} {self.label}: {self._condition_word()}>")

    def _condition_word(self) -> str:
        if not self.done():
            return "running"
        error = self.exception()
        return "done" if error is None else f"{type(error).__name__}"

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        return display.Summary(self.label, ["state"], [[self._condition_word()]])

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)


class _Once:
    """Calls back, and forgets whom: what is over must not hold on to who waited for it."""

    def __init__(self, fn: Callable[[Any], object]) -> None:
        self._fn: Callable[[Any], object] | None = fn

    def __call__(self, operation: Future[Any]) -> None:
        fn, self._fn = self._fn, None
        try:
            if fn is not None:
                fn(operation)
        except SystemExit:  # which Future lets through: it would end the thread others wait for
            logger.exception("a callback of %r wants to exit", operation)
