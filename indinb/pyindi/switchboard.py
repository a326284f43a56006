"""Between the connections of a script and its handles on what is there."""

import logging
import os
import sys
import threading
import weakref
from typing import Any

from indinb.client.clock import may_wait
from indinb.client.connection import Connection
from indinb.client.model import Model
from indinb.client.transport import UNIX_PATH, Transport, open_tcp, open_unix
from indinb.errors import IndiError
from indinb.printable import printable
from indinb.protocol.messages import EnableBlob, Message
from indinb.pyindi import sending
from indinb.pyindi.blobmodes import BlobModes
from indinb.pyindi.calling import Caller
from indinb.pyindi.device import BaseDevice
from indinb.pyindi.hearing import Hearing
from indinb.pyindi.lines import Lines
from indinb.pyindi.sheet import Sheet
from indinb.pyindi.uploads import Upload
from indinb.pyindi.words import BLOB_MODES

logger = logging.getLogger("indinb.pyindi")

boards: "weakref.WeakSet[Switchboard]" = weakref.WeakSet()
"""Of all clients of this program."""

_UNIX_HOST = "localhost:"  # before the path of the server's socket


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
    caller : Caller
        Who calls the client's methods.
    blob_modes : BlobModes
        Which BLOBs the server was asked for.
    upload : Upload or None
        What was begun of BLOBs that go to a driver.
    is_verbose : bool
        Whether to print what comes and goes, to stderr.
    model : Model
        What is known now, or was in the end.
    """

    def __init__(self, client: Any) -> None:
        self.host, self.port, self.timeout = "localhost", 7624, 3.0
        self.watched: dict[str, list[str]] = {}
        self.caller = Caller(client)
        self.blob_modes = BlobModes()
        self.upload: Upload | None = None
        self.is_verbose = False
        self.model = Model()
        self._hearing = Hearing(self, self.caller)
        self._connection: Connection | None = None
        self._begun: set[Connection] = set()  # of whose end the script was not told
        self._sheets: dict[tuple[str, str], Sheet] = {}
        self._lines: dict[str, Lines] = {}
        self._lock = threading.Lock()  # while one connection takes the place of another
        boards.add(self)

    @property
    def connection(self) -> Connection | None:
        """The present one, or the last."""
        return self._connection

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

    def lines(self, device: str) -> Lines:
        """Return what a device has said."""
        return self._lines.get(device) or self._lines.setdefault(device, Lines())

    def add_line(self, device: str, line: str) -> None:
        """Add a line to what a device has said, and tell of it."""
        number = self.lines(device).add(line)
        self.caller.call("newMessage", BaseDevice(self, device, seen=True), number)

    # Connecting

    def connect(self) -> bool:
        """Connect, unless that is so already; return whether there is a server that was not before.

        It returns when all definitions have come; in a callback at once, as nothing comes there.
        """
        if self.linked:
            logger.warning("not connected: there is a connection already")
            return False
        if self._connection is not None:
            self._connection.close()  # so that its end is told first
        connection = self._take_up()
        if connection is not None:
            self._begin(connection)
        return self.linked

    def _take_up(self) -> Connection | None:
        """Put another connection in the place of the last, unless another thread just has."""
        with self._lock:
            if self.linked:
                return None
            try:
                address, transport = _link(self.host, self.port, self.timeout)
            except (IndiError, OSError) as error:
                logger.warning("not connected: %s", error)
                return None
            for sheet in self.sheets():
                sheet.keep(sheet.vector)  # for handles, until it is defined again
            connection = Connection(transport, address, self._scope(), pings=False)
            self._connection, self.model = connection, connection.model
            return connection

    def _scope(self) -> list[str | tuple[str, str]]:
        """Tell what is watched: of each device its properties, or all where none was named."""
        scope: list[str | tuple[str, str]] = []
        for device, names in self.watched.items():
            scope += [(device, name) for name in names] or [device]
        return scope

    def _begin(self, connection: Connection) -> None:
        connection.observe(self._hearing)
        discovered = connection.quiet(only_after_first=True)
        self._begun.add(connection)
        try:
            connection.start(self._greeted)
        except IndiError as error:
            logger.warning("not connected: %s", error)
            self._begun.discard(connection)
            connection.close()
            return
        if may_wait():
            discovered.exception()

    def _greeted(self) -> None:
        """Ask for the same BLOBs as before, and tell the script first of all that it is linked."""
        for device, name, mode in self.blob_modes.all():
            self.put(EnableBlob(device, name, BLOB_MODES[mode]))
        self.caller.call("serverConnected")

    def disconnect(self, code: int) -> bool:
        """Disconnect, and tell the script; return whether there was a connection."""
        connection = self._connection
        if connection is None or not self._ends(connection):
            logger.warning("not disconnected: there is no connection")
            return False
        connection.close()
        self.caller.call("serverDisconnected", code)
        return True

    def lost(self, connection: Connection) -> None:
        """Tell the script that a connection is lost, which need not be the present one any more."""
        if self._ends(connection):
            self.caller.call("serverDisconnected", -1)

    def _ends(self, connection: Connection) -> bool:
        """Return whether its end is still to be told, which is True for one thread alone."""
        try:
            self._begun.remove(connection)
        except KeyError:
            return False
        return True

    def disown(self) -> None:
        """Have no connection, in a forked child; other threads of the parent may hold the locks."""
        self._begun = set()
        self._lock = threading.Lock()
        for sheet in self.sheets():
            sheet.lock = threading.RLock()

    # Sending

    def put(self, message: Message) -> bool:
        """Put a message on the wire; return whether there is a server to take it."""
        if self._connection is None or not self.linked:
            logger.warning("not sent, as there is no server: %r", message)
            return False
        try:
            self._connection.send(message)
        except IndiError as error:
            logger.warning("not sent: %s", error)
            return False
        if self.is_verbose:
            self.say(f"> {message!r}")
        return True

    def ask(self, sheet: Sheet) -> None:
        """Ask a property for what is written on its sheet, and show it Busy until it answers."""
        try:
            with sheet.lock:
                request = sending.request(sheet)
                sheet.ask()
        except ValueError as error:
            logger.warning("%s of %s was not sent: %s", sheet.name, sheet.device, error)
            return
        if not self.put(request):
            sheet.was_not_asked()

    def say(self, line: str) -> None:
        """Print a line for who wants to see what comes and goes."""
        print(printable(line), file=sys.stderr)


def _link(host: str, port: int, timeout: float) -> tuple[str, Transport]:
    """Connect, and return what to call the server as well."""
    if host.startswith(_UNIX_HOST):
        path = host.removeprefix(_UNIX_HOST) or UNIX_PATH
        return f"unix:{path}", open_unix(path)
    return f"{host}:{port}", open_tcp(host, port, timeout)


def _disown_all() -> None:
    for board in tuple(boards):
        board.disown()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_all)
