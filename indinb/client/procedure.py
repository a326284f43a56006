"""Several operations one after another, such as setting up a camera and exposing."""

from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import Any, TypeVar

from indinb.client.operation import Operation, Progress
from indinb.errors import Aborted, ConnectionLost

T = TypeVar("T")

Steps = Generator["Future[Any]", Any, T]
"""Yields futures, gets their results sent back, and returns the result of all."""


class Procedure(Operation[T]):
    """Several operations one after another, written as a generator that yields them.

    What goes wrong before the first of them is raised at once.

    Parameters
    ----------
    label : str
        What is being done, for people.
    steps : generator
        Runs on the thread that ends the step before, and so must not wait.

    Examples
    --------
    >>> def steps():
    ...     one = yield instant(1)
    ...     return one + 1
    >>> def instant(result):
    ...     future = Future()
    ...     future.set_result(result)
    ...     return future
    >>> Procedure("count", steps()).result()
    2
    """

    def __init__(self, label: str, steps: Steps[T]) -> None:
        super().__init__(label)
        self._steps = steps
        self._step: Future[Any] | None = None
        self._reached = Progress()
        self._abortion: Aborted | None = None
        try:
            self._follow(lambda: next(steps))
        except BaseException:  # Ctrl-C, when a step may have begun: nobody else could stop it
            self._abort_and_wait()
            raise
        error = self.exception() if self.done() else None
        if error is not None and self._step is None:
            raise error

    @property
    def progress(self) -> Progress:
        """How far the present step is, or the one before, if this one does not tell."""
        step = self._step
        if self.done():
            return super().progress
        return step.progress if isinstance(step, Operation) else self._reached

    def _stop(self) -> None:
        if isinstance(self._step, Operation):
            self._step.abort()

    def _follow(self, advance: Callable[[], "Future[Any]"]) -> None:
        try:
            self._step = step = advance()
        except StopIteration as end:
            self._step = None  # which knows this procedure: pictures would wait for the collector
            self.succeed(end.value)
        except Exception as error:
            self.fail(error)
        except BaseException:  # Ctrl-C, and no step will ever follow
            self.fail(self._aborted())
            raise
        else:
            step.add_done_callback(self._stepped)

    def _stepped(self, step: "Future[Any]") -> None:
        error = self._error_of(step)
        if isinstance(step, Operation):
            self._reached = step.progress
        if error is None:
            self._follow(lambda: self._steps.send(step.result()))
            if self.done():  # something else has taken its place between the two steps
                self._stop()
        else:
            self._follow(lambda: self._steps.throw(error))
        if self._aborting and self._abortion is None:  # it came between the two steps
            self._stop()

    def _error_of(self, step: "Future[Any]") -> BaseException | None:
        if self.done():  # as something else was asked for: only what puts things right may follow
            return self._error()
        if step.cancelled():  # as work that waits is when the client is closed
            return ConnectionLost(f"{self.label}: the client was closed")
        error = step.exception()
        if not self._aborting or isinstance(error, ConnectionLost):
            return error
        if self._abortion is None:  # else this step only puts things right
            self._abortion = self._as_told_by(step, error)
        return self._abortion

    def _as_told_by(self, step: "Future[Any]", error: BaseException | None) -> Aborted:
        """Tell that all is aborted, and in the words of the step if its instrument goes on."""
        if not (isinstance(step, Operation) and isinstance(error, Aborted)):
            return self._aborted()
        if not error.goes_on:
            return self._aborted(error.messages)
        words = str(error.args[0]).removeprefix(f"{step.label}: ")
        return Aborted(f"{self.label}: {words}", messages=error.messages, goes_on=True)
