"""What a client asks of devices; not in its class, where scripts have names of their own."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from indinb.protocol.vocabulary import Kind
from indinb.pyindi.constants import ISS_ON
from indinb.pyindi.properties import Property, PropertyBasic
from indinb.pyindi.switchboard import Switchboard
from indinb.pyindi.widgets import WidgetView, WidgetViewSwitch
from indinb.pyindi.words import KINDS

logger = logging.getLogger("indinb.pyindi")

W = TypeVar("W", bound=WidgetView)


def send(board: Switchboard, prop: Property | None, kind: Kind | None = None) -> None:
    """Send what was written on a property, of a kind if one is given."""
    sheet = None if prop is None else prop.sheet
    if prop is None or sheet is None:
        logger.warning("nothing was sent: %r is no property that is there", prop)
    elif kind is not None and prop.getType() != KINDS.index(kind):
        logger.warning("nothing was sent: %r is no property of kind %s", prop, kind)
    else:
        board.ask(sheet)


def send_member(
    board: Switchboard,
    prop: PropertyBasic[W],
    member: str,
    write: Callable[[W, Any], None],
    value: Any,
) -> None:
    """Write on a member of a property, and send that."""
    widget = prop.findWidgetByName(member)
    if widget is None:
        logger.warning("nothing was sent: there is no %s in %r", member, prop)
    else:
        write(widget, value)
        send(board, prop)


def switch(board: Switchboard, device: str, name: str, member: str) -> None:
    """Turn on a switch, and nothing else that was written on others, unless it is on."""
    prop = board.device(device).getSwitch(name)
    if not prop.isSwitchOn(member):
        prop.reset()
        send_member(board, prop, member, WidgetViewSwitch.setState, ISS_ON)


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
