"""A widget's line to the browser: any thread may speak, and clicks are heard while a cell runs."""

import logging
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import anywidget

logger = logging.getLogger(__name__)


class Widget(anywidget.AnyWidget):
    """A widget that any thread may change, and that can abort what it shows.

    It must be made in a cell, or in what a cell or a click calls: ipykernel 7.0 keeps in the
    context which cell is answered, and sends nothing where there is no context of a cell.

    Parameters
    ----------
    **traits
        Their first values.
    """

    def __init__(self, **traits: Any) -> None:
        self._context = copy_context()
        self._is_mute = False
        super().__init__(**traits)
        _answer_beside_cells(self.comm)
        self.on_msg(self._receive)

    def close(self) -> None:
        """Show no more."""
        if self.comm is not None:
            self._run(super().close)

    def _run(self, call: Callable[..., None], *args: Any) -> None:
        self._context.copy().run(call, *args)  # a copy: several threads cannot be in one context

    def _send(self, msg: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        """Send: all that a widget sends goes this way. Who cannot be shown disturbs nobody else."""
        try:
            self._run(super()._send, msg, buffers)
        except Exception:
            self._complain()

    def _complain(self) -> None:
        if not self._is_mute:  # else it would be said ten times a second
            self._is_mute = True
            logger.exception("what %r shows does not reach the browser", self)

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        match content:
            case {"type": "abort", "id": number}:
                self._abort(content)
                self.send({"type": "ack", "id": number})
            case _:
                self._heard(content)

    def _abort(self, content: dict[str, Any]) -> None:
        """Stop it: somebody pressed Abort. Soon, as the browser waits for the answer."""

    def _heard(self, content: Any) -> None:
        """Do what somebody wishes with another message."""


def _answer_beside_cells(comm: Any) -> None:
    """Let clicks be handled beside a cell that blocks, where the kernel can do that.

    ipykernel 7.4 sends a widget's messages to the thread that last used it, which may be the one
    of the cell. Other kernels have no such rule, and either need nothing or cannot do it.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default
