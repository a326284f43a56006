"""What a notebook shows."""

from collections.abc import Sequence
from typing import Any

from indinb import display
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.property import Property
from indinb.images.frame import Frame
from indinb.instruments.cameras.live import Live
from indinb.instruments.cameras.watching import Watch
from indinb.widgets.imaging.gallery import shown, viewer
from indinb.widgets.imaging.liveviewer import live_viewer
from indinb.widgets.imaging.viewer import Viewer
from indinb.widgets.line import Widget
from indinb.widgets.panel import Panel, Shown, connection_of
from indinb.widgets.part import Part
from indinb.widgets.progress import ProgressBar

__all__ = ["Panel", "ProgressBar", "Viewer", "panel", "viewer"]

_panels: dict[tuple[Shown, Part], Panel] = {}


def panel(
    thing: Shown,
    groups: Sequence[str] | str | None = None,
    properties: Sequence[str] | str | None = None,
) -> Panel:
    """Return the control panel of a device, of all devices of a client, or of one property.

    Like any widget of ipywidgets, it can stand in a ``VBox``, ``HBox`` or ``Tab``.

    Parameters
    ----------
    thing : Device, Client or Property
        What to control.
    groups : sequence of str, or str, optional
        Of a device, show only these groups, such as ``"Main Control"``.
    properties : sequence of str, or str, optional
        Show only these properties, in this order, without tabs.

    Returns
    -------
    Panel
        A widget, the same one for the same thing until it is closed: shown twice, it is one panel
        seen twice. What is not there yet appears as soon as the driver defines it.

    Raises
    ------
    TypeError
        If it is something else, or names are no text.
    """
    if not isinstance(thing, Shown):
        raise TypeError(
            "a panel shows a device, a client or a property, "
            f"not {thing!r}: give one of client.devices"
        )
    key = thing, Part.of(groups, properties)
    found = _panels.get(key)
    if found is None or found.comm is None:  # it was closed
        found = Panel(*key)
        _keep(key, found)
    return found


def render(thing: Any) -> display.MimeBundle:
    """Show a thing as its widget, with a static table for pages where no widget lives."""
    if isinstance(thing, Frame):
        return _frame(thing)
    bundle = display.static(thing)
    match thing:
        case Device() | Connection() | Property():
            return bundle | _view(panel(thing))
        case Live() | Watch():
            return bundle | _view(live_viewer(thing))
        case Operation():
            return bundle | _view(ProgressBar(thing))
    return bundle


def follow(operation: Operation[Any]) -> None:
    """Show the progress of an operation for which a cell waits.

    Without words, so that a notebook holds the same in each run: what is quick has no bar.
    """
    from IPython.display import display as show

    show(_view(ProgressBar(operation)), raw=True)  # type: ignore[no-untyped-call]


def _frame(frame: Frame) -> display.MimeBundle:
    return {"text/plain": repr(frame), **_view(shown(frame))}


def _view(widget: Widget) -> display.MimeBundle:
    view = widget._repr_mimebundle_()
    bundle: display.MimeBundle = view[0] if isinstance(view, tuple) else view or {}
    return {kind: data for kind, data in bundle.items() if kind != "text/plain"}


def _keep(key: tuple[Shown, Part], panel: Panel) -> None:
    """Remember a panel until its client is closed, which it is told once for all of its kind."""
    connection = connection_of(key[0])
    if connection.status == "closed":
        return
    known = key in _panels
    _panels[key] = panel
    if known:
        return

    def forget(change: Change) -> None:
        if change.type == "status" and change.new == "closed":
            _panels.pop(key, None)

    connection.observe(forget)
