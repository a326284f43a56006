"""The progress bar of an operation, with Abort."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from indinb.client.clock import call_later
from indinb.client.operation import Operation
from indinb.errors import Aborted
from indinb.widgets.feed import TICK

_HERE = Path(__file__).parent


class ProgressBar(anywidget.AnyWidget):
    """Shows how far an operation is, and stops it.

    Parameters
    ----------
    operation : Operation
        What to follow.
    """

    _esm = _HERE / "progress.js"
    _css = _HERE / "progress.css"
    label = traitlets.Unicode().tag(sync=True)
    detail = traitlets.Unicode().tag(sync=True)
    fraction = traitlets.Float(None, allow_none=True).tag(sync=True)
    state = traitlets.Unicode("running").tag(sync=True)

    def __init__(self, operation: Operation[Any]) -> None:
        super().__init__(label=operation.label)
        self._operation = operation
        _answer_while_a_cell_runs(self.comm)
        self.on_msg(self._receive)
        self._tick()

    def __repr__(self) -> str:
        return f"<ProgressBar {self.label}>"

    def _tick(self) -> None:
        if self._operation.done():
            self._finish()
            return
        progress = self._operation.progress
        with self.hold_sync():
            self.fraction, self.detail = progress
        call_later(TICK, self._tick)

    def _finish(self) -> None:
        error = self._operation.exception()
        with self.hold_sync():
            self.fraction = 1.0 if error is None else self.fraction
            self.detail = "" if error is None else str(error)
            self.state = _state(error)

    def _receive(self, _: Any, content: dict[str, Any], __: Any) -> None:
        if content.get("type") == "abort":
            self._operation.abort()
            self.send({"type": "ack", "id": content.get("id")})


def _state(error: BaseException | None) -> str:
    if error is None:
        return "done"
    return "aborted" if isinstance(error, Aborted) else "failed"


def _answer_while_a_cell_runs(comm: Any) -> None:
    """Let clicks be handled beside a blocked cell, where the kernel can do that.

    ipykernel 7.4 sends a widget's messages to the thread that last used it, which is the one of
    the blocked cell. Other kernels have no such rule; there the bar's own fallback is used.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default
