"""The operations of a series of frames: all of them as one, and the waiting between them."""

from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Self

from indinb.client.clock import call_later
from indinb.client.device import Device
from indinb.client.operation import Operation, Progress
from indinb.errors import Aborted, ConnectionLost, OperationTimeout
from indinb.images.frame import Frame

RETURN_PATIENCE = 600.0
"""Seconds in which a lost link has to be back."""


class Run(Operation[int]):
    """All frames of a series as one operation; its result is how many were taken.

    Parameters
    ----------
    label : str
        What is being done, for people.
    count : int
        How many frames are to be taken.
    take : callable
        Starts to take one of them, by its number from 0.
    pace : callable
        Returns the seconds that one is expected to take.
    """

    def __init__(
        self,
        label: str,
        count: int,
        take: Callable[[int], Operation[Frame]],
        pace: Callable[[], float],
    ) -> None:
        super().__init__(label)
        self._count = count
        self._take = take
        self._pace = pace
        self._taken = 0
        self._begin = monotonic()
        self._step: Operation[Frame] | None = None

    @property
    def goes_on(self) -> bool:
        """Whether there are more frames to take."""
        return self._taken < self._count

    def next(self) -> Frame:
        """Take the next frame, and wait for it."""
        step = self._start()
        try:
            return step.result()
        finally:
            self._end(step)

    async def soon(self) -> Frame:
        """Take the next frame in async code."""
        step = self._start()
        try:
            return await step
        finally:
            self._end(step)

    @property
    def progress(self) -> Progress:
        """How many are taken, and how far the present one is."""
        step = self._step
        if self.done() or step is None:
            return Progress(self._taken / self._count)
        fraction, detail, left = step.progress
        of = f"{min(self._taken + 1, self._count)} of {self._count}"
        done = (self._taken + (fraction or 0.0)) / self._count
        return Progress(done, f"{of}: {detail}" if detail else of, self._remaining(fraction, left))

    def _remaining(self, fraction: float | None, left: float | None) -> float:
        """Estimate the seconds that are left: frames to come last as long as those before."""
        taken = self._taken
        each = (monotonic() - self._begin) / (taken + (fraction or 0.0)) if taken else self._pace()
        present = each * (1 - (fraction or 0.0)) if left is None else left
        return present + each * max(0, self._count - taken - 1)

    def _start(self) -> Operation[Frame]:
        if self.done():
            self.result()  # which raises: it was stopped between two frames
        self._step = step = self._take(self._taken)
        if self._aborting:  # since it was looked at
            step.abort()
        return step

    def _end(self, step: Operation[Frame]) -> None:
        """Let go of a frame, which is the caller's now."""
        self._step = None
        if step.done() and step.exception() is None:
            self._taken += 1

    def _stop(self) -> None:
        step = self._step
        if step is None:
            super()._stop()
        else:
            step.abort()

    def __enter__(self) -> Self:
        hide = self._show()
        self.add_done_callback(lambda _: hide())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None or isinstance(error, GeneratorExit):  # which is how a loop is left
            self.succeed(self._taken)
        elif isinstance(error, Exception):
            self.fail(error)
        else:
            self.fail(Aborted(f"{self.label}: aborted"))


class Return(Operation[None]):
    """The return of a device after the link was lost."""

    def __init__(self, device: Device) -> None:
        super().__init__(f"wait for {device.name}")
        self._device = device
        timer = call_later(RETURN_PATIENCE, self._give_up)
        self.add_done_callback(lambda _: timer.cancel())
        subscription = device.connection.observe(self._look)
        self.add_done_callback(lambda _: subscription.close())
        self._look()

    @property
    def progress(self) -> Progress:
        """That nobody knows how long it takes."""
        return Progress(None, "waiting for the link")

    def _look(self, _: object = None) -> None:
        connection = self._device.connection
        switch = self._device.get("CONNECTION")
        if connection.status == "closed":
            self.fail(ConnectionLost(connection.loss))
        elif switch is not None and not switch.stale:
            self.succeed(None)

    def _give_up(self) -> None:
        self.fail(
            OperationTimeout(f"{self.label}: the link is not back after {RETURN_PATIENCE:g} s")
        )
