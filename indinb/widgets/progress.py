"""The progress bar of an operation, with Abort."""

from functools import partial
from typing import Any

import traitlets

from indinb.client.blocking import blocking
from indinb.client.clock import call_later
from indinb.client.operation import Operation
from indinb.errors import Aborted
from indinb.printable import printable
from indinb.widgets.feed import TICK
from indinb.widgets.line import Widget
from indinb.widgets.module import module, style


class ProgressBar(Widget):
    """Shows how far an operation is, and stops it.

    Parameters
    ----------
    operation : Operation
        What to follow.
    """

    _esm = module("elements.js", "abort.js", "night.js", "progress.js")
    _css = style("theme.css", "progress.css")
    label = traitlets.Unicode().tag(sync=True)
    detail = traitlets.Unicode().tag(sync=True)
    fraction = traitlets.Float(None, allow_none=True).tag(sync=True)
    state = traitlets.Unicode("running").tag(sync=True)
    blocking = traitlets.Bool().tag(sync=True)  # whether an interrupt ends a wait

    def __init__(self, operation: Operation[Any]) -> None:
        super().__init__(label=operation.label, blocking=blocking.now)
        self._operation: Operation[Any] | None = operation
        self._tick(operation)

    def __repr__(self) -> str:
        return printable(f"<ProgressBar {self.label}>")

    def _tick(self, operation: Operation[Any]) -> None:
        if operation.done():
            self._finish(operation.exception())
        elif self.comm is not None:  # else this bar was closed
            with self.hold_sync():
                self.fraction, self.detail, _ = operation.progress
                self.blocking = blocking.now
            call_later(TICK, partial(self._tick, operation))

    def _finish(self, error: BaseException | None) -> None:
        self._operation = None  # a widget stays as long as the kernel; a picture need not
        with self.hold_sync():
            self.fraction = 1.0 if error is None else self.fraction
            self.detail = "" if error is None else str(error)
            self.state = _state(error)

    def _abort(self, content: dict[str, Any]) -> None:
        if self._operation is not None:
            self._operation.abort()


def _state(error: BaseException | None) -> str:
    if error is None:
        return "done"
    return "aborted" if isinstance(error, Aborted) else "failed"
