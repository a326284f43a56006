"""The ends of a connection that nobody has closed: forgotten, left at exit, forked, made anew."""

import os
import sys
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol


class Closeable(Protocol):
    """What has to end some day."""

    def close(self) -> None:
        """End."""

    def disown(self) -> None:
        """Be no more in a forked child, without a trace in the parent that goes on."""


class Run(NamedTuple):
    """One run of a notebook's cell."""

    cell: str
    request: str


_alive: "weakref.WeakKeyDictionary[Closeable, Run | None]" = weakref.WeakKeyDictionary()


def begin(closeable: Closeable, stop: Callable[[], None]) -> None:
    """See to the end of something.

    Parameters
    ----------
    closeable : Closeable
        Closed when the interpreter exits.
    stop : callable
        Called when nobody knows it any more; so it must not know it either.
    """
    _alive[closeable] = _this_run()
    weakref.finalize(closeable, _end, weakref.ref(closeable), stop)


def end_of_earlier_runs() -> None:
    """Close what earlier runs of this cell have begun: its variables are about to be replaced.

    In a notebook, much more than the variable keeps a client alive: panels that are shown, and
    IPython's memory of results.
    """
    now = _this_run()
    for closeable, run in list(_alive.items()):
        if run and now and run.cell == now.cell and run.request != now.request:
            closeable.close()


def _end(reference: "weakref.ref[Closeable]", stop: Callable[[], None]) -> None:
    closeable = reference()
    if closeable is None:
        stop()
    else:
        closeable.close()  # the interpreter exits


def _this_run() -> Run | None:
    """Tell which cell runs, where a notebook says so."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    try:
        request: dict[str, Any] = getattr(shell, "get_parent", dict)() or {}
    except LookupError:  # as ipykernel 7.0 raises in threads that run no cell
        return None
    cell = request.get("metadata", {}).get("cellId")
    return Run(cell, request["header"]["msg_id"]) if cell else None


def _disown_all() -> None:
    for closeable in list(_alive):
        closeable.disown()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_all)
