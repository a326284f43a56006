"""Between a connection and the script that hears of it by callbacks."""

import datetime as dt
import logging
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

from indinb.client.clock import may_wait
from indinb.client.connection import Connection
from indinb.client.model import Model
from indinb.client.observers import Change
from indinb.client.transport import UNIX_PATH, Transport, open_tcp, open_unix
from indinb.errors import ConnectionFailed, IndiError
from indinb.printable import printable
from indinb.protocol.messages import EnableBlob, Message, Notice
from indinb.protocol.vocabulary import Kind
from indinb.pyindi import sending
from indinb.pyindi.blobmodes import BlobModes
from indinb.pyindi.device import BaseDevice
from indinb.pyindi.lines import Lines
from indinb.pyindi.properties import (
    Property,
    PropertyBlob,
    PropertyLight,
    PropertyNumber,
    PropertySwitch,
    PropertyText,
)
from indinb.pyindi.sheet import Sheet
from indinb.pyindi.uploads import Upload
from indinb.pyindi.words import BLOB_MODES

logger = logging.getLogger("indinb.pyindi")

boards: "weakref.WeakSet[Switchboard]" = weakref.WeakSet()
"""Of all clients of this program."""

_UNIX_HOST = "localhost:"  # before the path of the server's socket
_TIME = "%Y-%m-%dT%H:%M:%S"

# What INDI 1.x calls, by the kind of what was updated; `newBLOB` is given each BLOB.
_HOOKS: dict[Kind, tuple[str, type[Property]]] = {
    Kind.NUMBER: ("newNumber", PropertyNumber),
    Kind.SWITCH: ("newSwitch", PropertySwitch),
    Kind.TEXT: ("newText", PropertyText),
    Kind.LIGHT: ("newLight", PropertyLight),
    Kind.BLOB: ("newBLOB", PropertyBlob),
}


class Switchboard:
    """All that a client of PyIndi-Client's kind has, but its methods.

    Each `connect` makes a connection of its own; sheets stay, and so do the handles of scripts.

    Parameters
    ----------
    client : BaseClient
        Whose methods are called, on the thread that reads.

    Attributes
    ----------
    host, port, timeout, watched
        What `connect` goes by.
    blob_modes : BlobModes
        Which BLOBs the server was asked for.
    upload : Upload or None
        What was begun of BLOBs that go to a driver.
    is_verbose : bool
        Whether to print what comes and goes, to stderr.
    """

    def __init__(self, client: Any) -> None:
        self.host, self.port, self.timeout = "localhost", 7624, 3.0
        self.watched: dict[str, list[str]] = {}
        self.blob_modes = BlobModes()
        self.upload: Upload | None = None
        self.is_verbose = False
        self._client = client
        boards.add(self)
        self._connection: Connection | None = None
        self._nothing = Model()
        self._sheets: dict[tuple[str, str], Sheet] = {}
        self._lines: dict[str, Lines] = {}
        self._told: set[tuple[str, type[BaseException]]] = set()
        self._lock = threading.Lock()  # while one connection takes the place of another

    @property
    def connection(self) -> Connection | None:
        """The present one, or the last."""
        return self._connection

    @property
    def model(self) -> Model:
        """What is known now, or was in the end."""
        return self._nothing if self._connection is None else self._connection.model

    @property
    def linked(self) -> bool:
        """Whether there is a server."""
        return self._connection is not None and self._connection.status == "connected"

    def sheet(self, device: str, name: str) -> Sheet:
        """Return the one sheet of a property, defined or not."""
        key = (device, name)
        return self._sheets.get(key) or self._sheets.setdefault(key, Sheet(self, device, name))

    def sheets(self) -> list[Sheet]:
        """Return those of all properties that scripts have looked at."""
        return list(self._sheets.values())

    def device(self, name: str) -> BaseDevice:
        """Return a handle of a device, which is false until it is there."""
        return BaseDevice(self, name)

    def interfaces(self, device: str) -> int:
        """Return what a device can be, as a sum of bits."""
        return 0 if self._connection is None else int(self._connection.handle(device).interfaces)

    # Connecting

    def connect(self) -> bool:
        """Connect, unless that is so already; return whether this was done.

        It returns when all definitions have come; in a callback at once, as nothing comes there.
        """
        before = self._connection
        try:
            connection = self._take_up()
        except (IndiError, OSError) as error:
            logger.warning("not connected: %s", error)
            return False
        if before is not None:
            before.close()
        self._begin(connection)
        return self.linked

    def _take_up(self) -> Connection:
        with self._lock:
            if self.linked:
                raise ConnectionFailed("there is a connection already")
            address, transport = _link(self.host, self.port, self.timeout)
            connection = Connection(transport, address, self._scope(), pings=False)
            for sheet in self.sheets():
                sheet.keep(sheet.vector)  # for handles, until it is defined again
            self._connection = connection
            return connection

    def _scope(self) -> list[str | tuple[str, str]]:
        """Tell what is watched: of each device its properties, or all where none was named."""
        scope: list[str | tuple[str, str]] = []
        for device, names in self.watched.items():
            scope += [(device, name) for name in names] or [device]
        return scope

    def _begin(self, connection: Connection) -> None:
        connection.observe(self._hear)
        discovered = connection.quiet(only_after_first=True)
        try:
            connection.start(self._greeted)
        except IndiError as error:
            logger.warning("not connected: %s", error)
            connection.close()
            return
        if may_wait():
            discovered.exception()

    def _greeted(self) -> None:
        """Ask for the same BLOBs as before, and tell the script first of all that it is linked."""
        for device, name, mode in self.blob_modes.all():
            self.put(EnableBlob(device, name, BLOB_MODES[mode]))
        self.call("serverConnected")

    def disconnect(self) -> bool:
        """Disconnect; return whether there was a connection."""
        if self._connection is None or not self.linked:
            logger.warning("not disconnected: there is no connection")
            return False
        self._connection.close()
        return True

    # Sending

    def put(self, message: Message) -> bool:
        """Put a message on the wire; return whether there is a server to take it."""
        if self._connection is None or not self.linked:
            logger.warning("not sent, as there is no server: %s", type(message).__name__)
            return False
        try:
            self._connection.send(message)
        except IndiError as error:
            logger.warning("not sent: %s", error)
            return False
        if self.is_verbose:
            self._say(f"> {message!r}")
        return True

    def ask(self, sheet: Sheet) -> None:
        """Ask a property for what is written on its sheet, and show it Busy until it answers."""
        try:
            request = sending.request(sheet)
        except ValueError as error:
            logger.warning("%s of %s was not sent: %s", sheet.name, sheet.device, error)
            return
        sheet.ask()
        if not self.put(request):
            sheet.was_not_asked()

    # Hearing

    def _hear(self, change: Change) -> None:
        if self.is_verbose:
            self._say(f"< {change.type} {change.name}")
        _HEAR[change.type](self, change)

    def _updated(self, change: Change) -> None:
        sheet = self.sheet(change.owner.device.name, change.owner.name)
        self.call("updateProperty", Property.of(sheet, seen=True))
        kind = change.new.definition.kind
        name, handle = _HOOKS[kind]
        if hasattr(self._client, name):
            self._call_hook(name, handle.of(sheet, seen=True), change)

    def _call_hook(self, name: str, handle: Any, change: Change) -> None:
        if not isinstance(handle, PropertyBlob):
            self.call(name, handle)
            return
        for blob in handle:
            if change.new[blob._member] is not change.old[blob._member]:
                self.call(name, blob)

    def _defined(self, change: Change) -> None:
        if change.new is None:
            self.call("newDevice", BaseDevice(self, change.name, seen=True))
        else:
            sheet = self.sheet(change.owner.device.name, change.owner.name)
            self.call("newProperty", Property.of(sheet, seen=True))

    def _deleted(self, change: Change) -> None:
        if change.old is None:
            self.call("removeDevice", BaseDevice(self, change.name, seen=True))
            return
        device = change.owner.device.name
        sheet = self.sheet(device, change.owner.name)
        sheet.keep(change.old)
        if device in self.model.devices():  # else it goes as a whole, and that is told instead
            sheet.is_leaving = True
            self.call("removeProperty", Property.of(sheet, seen=True))
            sheet.is_leaving = False

    def _said(self, change: Change) -> None:
        line = _line(change.new)
        if isinstance(change.owner, Connection):
            self.call("newUniversalMessage", line)
        else:
            self.add_line(change.name, f"{line} ")

    def _status(self, change: Change) -> None:
        if change.new == "lost":
            self.call("serverDisconnected", -1)

    def _answered(self, change: Change) -> None:
        self.call("newPingReply", change.new)

    def lines(self, device: str) -> Lines:
        """Return what a device has said."""
        return self._lines.get(device) or self._lines.setdefault(device, Lines())

    def add_line(self, device: str, line: str) -> None:
        """Add a line to what a device has said, and tell of it."""
        number = self.lines(device).add(line)
        self.call("newMessage", BaseDevice(self, device, seen=True), number)

    # Calling back

    def call(self, name: str, *arguments: Any) -> None:
        """Call a method of the script's; what it raises goes to its `on_error`, and no further."""
        try:
            getattr(self._client, name)(*arguments)
        except BaseException as error:  # even sys.exit() in a callback must not end the reader
            try:
                self._client.on_error(name, error)
            except Exception:
                logger.exception("on_error of %r failed", self._client)

    def log(self, name: str, error: BaseException) -> None:
        """Log that a callback failed, once for each kind of error: it may do so all the time."""
        if (name, type(error)) not in self._told:
            self._told.add((name, type(error)))
            logger.error(
                "%s failed, and reading goes on (the same error will not be told again)",
                name,
                exc_info=error,
            )

    def _say(self, line: str) -> None:
        print(printable(line), file=sys.stderr)


_HEAR: dict[str, Callable[[Switchboard, Change], None]] = {
    "updated": Switchboard._updated,
    "defined": Switchboard._defined,
    "deleted": Switchboard._deleted,
    "message": Switchboard._said,
    "status": Switchboard._status,
    "ping": Switchboard._answered,
}


def _link(host: str, port: int, timeout: float) -> tuple[str, Transport]:
    """Connect, and return what to call the server as well."""
    if host.startswith(_UNIX_HOST):
        path = host.removeprefix(_UNIX_HOST) or UNIX_PATH
        return f"unix:{path}", open_unix(path)
    return f"{host}:{port}", open_tcp(host, port, timeout)


def _line(notice: Notice) -> str:
    told = notice.timestamp or dt.datetime.now(dt.UTC).strftime(_TIME)
    return f"{told}: {notice.message}"
