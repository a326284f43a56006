"""The progress bar of an operation, with Abort; of several that are gathered, a bar each."""

from functools import partial
from typing import Any

import traitlets

from indinb.client.blocking import blocking
from indinb.client.clock import call_later
from indinb.client.gathering import Gathering
from indinb.client.operation import Operation
from indinb.client.pace import words
from indinb.printable import printable
from indinb.widgets.feed import TICK
from indinb.widgets.line import Widget
from indinb.widgets.module import module, style

Line = dict[str, Any]


class ProgressBar(Widget):
    """Shows how far an operation is, and stops it.

    Of several that are gathered it shows a bar each, and stops them all.

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
    parts = traitlets.List[Line]().tag(sync=True)  # the four above of each that is gathered
    blocking = traitlets.Bool().tag(sync=True)  # whether an interrupt ends a wait

    def __init__(self, operation: Operation[Any]) -> None:
        parts = _parts(operation, [])
        super().__init__(blocking=blocking.now, parts=parts, **_line(operation, None))
        self._operation: Operation[Any] | None = operation
        self._tick(operation)

    def __repr__(self) -> str:
        return printable(f"<ProgressBar {self.label}>")

    def _tick(self, operation: Operation[Any]) -> None:
        if operation.done():
            self._operation = None  # a widget stays as long as the kernel; a picture need not
            self._show(operation)
        elif self.comm is not None:  # else this bar was closed
            self._show(operation)
            call_later(TICK, partial(self._tick, operation))

    def _show(self, operation: Operation[Any]) -> None:
        with self.hold_sync():
            for name, value in _line(operation, self.fraction).items():
                setattr(self, name, value)
            self.parts = _parts(operation, self.parts)
            if self.state == "running":
                self.blocking = blocking.now

    def _abort(self, content: dict[str, Any]) -> None:
        if self._operation is not None:
            self._operation.abort()


def _parts(operation: Operation[Any], before: list[Line]) -> list[Line]:
    if not isinstance(operation, Gathering):
        return []
    fractions = [line["fraction"] for line in before] or [None] * len(operation.parts)
    return list(map(_line, operation.parts, fractions))


def _line(operation: Operation[Any], before: float | None) -> Line:
    """Tell how an operation is; one that ended early stays as far as it was before."""
    state = operation.state
    if state == "running":
        progress = operation.progress
        fraction, detail = progress.fraction, words(progress)
    else:
        fraction, detail = (1.0 if state == "done" else before), operation.trouble
    return {"label": operation.label, "detail": detail, "fraction": fraction, "state": state}
