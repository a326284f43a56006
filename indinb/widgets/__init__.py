"""What a notebook shows."""

from typing import Any

from indinb.client import display
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.widgets.panel import Panel
from indinb.widgets.progress import ProgressBar

__all__ = ["Panel", "ProgressBar", "panel"]

_panels: dict[Device | Connection, Panel] = {}


def panel(thing: Device | Connection) -> Panel:
    """Return the control panel of a device, or of all devices of a client.

    Parameters
    ----------
    thing : Device or Client
        What to control.

    Returns
    -------
    Panel
        A widget, the same one for the same thing until it is closed: shown twice, it is one panel
        seen twice.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if not isinstance(thing, Device | Connection):
        raise TypeError(
            f"a panel shows a device or a client, not {thing!r}: give one of client.devices"
        )
    found = _panels.get(thing)
    if found is None or found.comm is None:  # it was closed
        found = _panels[thing] = Panel(thing)
        _forget_when_closed(thing)
    return found


def render(thing: Any) -> display.MimeBundle:
    """Show a thing as its widget, with a static table for pages where no widget lives."""
    bundle = display.static(thing)
    match thing:
        case Device() | Connection():
            return bundle | _view(panel(thing))
        case Operation():
            return bundle | _view(ProgressBar(thing))
    return bundle


def follow(operation: Operation[Any]) -> None:
    """Show the progress of an operation for which a cell waits."""
    from IPython.display import display as show

    show(ProgressBar(operation))  # type: ignore[no-untyped-call]


def _view(widget: Panel | ProgressBar) -> display.MimeBundle:
    view = widget._repr_mimebundle_()
    bundle: display.MimeBundle = view[0] if isinstance(view, tuple) else view or {}
    return {kind: data for kind, data in bundle.items() if kind != "text/plain"}


def _forget_when_closed(thing: Device | Connection) -> None:
    connection = thing.connection if isinstance(thing, Device) else thing

    def forget(change: Change) -> None:
        if change.type == "status" and change.new == "closed":
            _panels.pop(thing, None)

    connection.observe(forget)
