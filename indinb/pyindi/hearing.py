"""What a script hears of the changes on a connection, in the words of its callbacks."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from indinb.client.connection import Connection
from indinb.client.observers import Change
from indinb.protocol.messages import Notice
from indinb.protocol.vocabulary import Kind
from indinb.pyindi.calling import Caller
from indinb.pyindi.device import BaseDevice
from indinb.pyindi.properties import (
    Property,
    PropertyBlob,
    PropertyLight,
    PropertyNumber,
    PropertySwitch,
    PropertyText,
)
from indinb.pyindi.sheet import Sheet

if TYPE_CHECKING:
    from indinb.pyindi.switchboard import Switchboard

_TIME = "%Y-%m-%dT%H:%M:%S"

# What INDI 1.x calls, by the kind of what was updated; `newBLOB` is given each BLOB.
_HOOKS: dict[Kind, tuple[str, type[Property]]] = {
    Kind.NUMBER: ("newNumber", PropertyNumber),
    Kind.SWITCH: ("newSwitch", PropertySwitch),
    Kind.TEXT: ("newText", PropertyText),
    Kind.LIGHT: ("newLight", PropertyLight),
    Kind.BLOB: ("newBLOB", PropertyBlob),
}


class Hearing:
    """Observes connections for a script.

    Parameters
    ----------
    board : Switchboard
        Where handles look things up.
    caller : Caller
        Who calls the script.
    """

    def __init__(self, board: "Switchboard", caller: Caller) -> None:
        self._board = board
        self._caller = caller

    def __call__(self, change: Change) -> None:
        """Tell the script of a change."""
        if self._board.is_verbose:
            self._board.say(f"< {change.type} {change.name}")
        _TELL[change.type](self, change)

    def _updated(self, change: Change) -> None:
        """Tell of values, in the words of INDI 1.x to scripts that have no others.

        Those that have both are for either, and would do everything twice.
        """
        if change.new is change.old:  # defined again, as another client has asked for it
            return
        sheet = self._sheet(change)
        hook, handle = _HOOKS[change.new.definition.kind]
        if self._caller.wants("updateProperty"):
            self._caller.call("updateProperty", Property.of(sheet, seen=True))
        elif self._caller.wants(hook):
            self._call_hook(hook, handle.of(sheet, seen=True), change)

    def _call_hook(self, name: str, handle: Any, change: Change) -> None:
        if not isinstance(handle, PropertyBlob):
            self._caller.call(name, handle)
            return
        for blob in handle:
            if change.new[blob._member] is not change.old[blob._member]:
                self._caller.call(name, blob)

    def _defined(self, change: Change) -> None:
        if change.new is None:
            self._caller.call("newDevice", self._device(change.name))
        else:
            self._caller.call("newProperty", Property.of(self._sheet(change), seen=True))

    def _deleted(self, change: Change) -> None:
        if change.old is None:
            self._caller.call("removeDevice", self._device(change.name))
            return
        sheet = self._sheet(change)
        sheet.keep(change.old)
        if sheet.device in self._board.model.devices():  # else it goes as a whole: that is told
            sheet.is_leaving = True
            self._caller.call("removeProperty", Property.of(sheet, seen=True))
            sheet.is_leaving = False

    def _said(self, change: Change) -> None:
        line = _line(change.new)
        if isinstance(change.owner, Connection):
            self._caller.call("newUniversalMessage", line)
        else:
            self._board.add_line(change.name, f"{line} ")

    def _status(self, change: Change) -> None:
        """Tell of a loss; who closes it may be faster than who reads, and then tells both."""
        if "lost" in (change.old, change.new):
            self._board.lost(change.owner)

    def _answered(self, change: Change) -> None:
        self._caller.call("newPingReply", change.new)

    def _sheet(self, change: Change) -> Sheet:
        return self._board.sheet(change.owner.device.name, change.owner.name)

    def _device(self, name: str) -> BaseDevice:
        return BaseDevice(self._board, name, seen=True)

    def __repr__(self) -> str:
        return repr(self._caller)


_TELL: dict[str, Callable[[Hearing, Change], None]] = {
    "updated": Hearing._updated,
    "defined": Hearing._defined,
    "deleted": Hearing._deleted,
    "message": Hearing._said,
    "status": Hearing._status,
    "ping": Hearing._answered,
}


def _line(notice: Notice) -> str:
    told = notice.timestamp or dt.datetime.now(dt.UTC).strftime(_TIME)
    return f"{told}: {notice.message}"
