"""What a client asks of devices; not in its class, where scripts have names of their own."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from indinb.protocol.vocabulary import Kind
from indinb.pyindi.constants import ISS_ON
from indinb.pyindi.properties import Property, PropertyBasic
from indinb.pyindi.switchboard import Switchboard
from indinb.pyindi.widgets import WidgetView, WidgetViewSwitch

logger = logging.getLogger("indinb.pyindi")

W = TypeVar("W", bound=WidgetView)


def send(board: Switchboard, prop: Property | None, kind: Kind | None = None) -> None:
    """Send what was written on a property, of a kind if one is given."""
    sheet = None if prop is None else prop.sheet
    if sheet is None or sheet.vector is None:
        logger.warning("nothing was sent: there is no such property, or no such member of it")
    elif kind not in (None, sheet.vector.definition.kind):
        logger.warning("nothing was sent: %r is no property of kind %s", prop, kind)
    else:
        board.ask(sheet)


def written(
    property: PropertyBasic[W], member: str, write: Callable[[W, Any], None], value: Any
) -> Property:
    """Write on a member, and return its property; or nothing, if there is no such member."""
    widget = property.findWidgetByName(member)
    if widget is None:
        return Property()
    write(widget, value)
    return property


def switch(board: Switchboard, device: str, name: str, member: str) -> None:
    """Turn on a switch, and nothing else that was written on others, unless it is on."""
    property = board.device(device).getSwitch(name)
    if not property.isSwitchOn(member):
        property.reset()
        send(board, written(property, member, WidgetViewSwitch.setState, ISS_ON))


def add_blob(
    board: Switchboard,
    name: str,
    format: str,
    data: bytes | memoryview,
    size: int | None = None,
) -> None:
    """Add a BLOB to those that are to be sent."""
    if board.upload is None:
        logger.warning("the BLOB %s is not sent: startBlob comes first", name)
    else:
        board.upload.add(name, format, data, size)


def send_blobs(board: Switchboard) -> None:
    """Send those that were added, in one message."""
    upload, board.upload = board.upload, None
    if upload is None:
        logger.warning("nothing was sent: startBlob comes first")
    else:
        board.put(upload.message())
