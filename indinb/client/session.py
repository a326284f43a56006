"""The side of a connection that faces the wire: one link after another to the same server."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from os import PathLike
from typing import Any, Literal

from indinb.client import lifetime
from indinb.client.keepalive import QUESTION, KeepAlive
from indinb.client.operation import Operation
from indinb.client.reading import ReaderThread
from indinb.client.traffic import LIMIT, Traffic
from indinb.client.transport import Transport
from indinb.errors import ConnectionLost, NotWritable
from indinb.protocol.messages import Message, New, Ping
from indinb.protocol.writer import encode

logger = logging.getLogger(__name__)

Status = Literal["connected", "lost", "closed"]

_CLOSED = (
    "this client was closed: make a new one, as this one was made, and use that in all cells below"
)

END_TIMEOUT = 5.0
"""Seconds that observers, and work that has begun, have to end when the client is closed."""


class Session(ABC):
    """Links to one server, of which there is one at a time, or none.

    Parameters
    ----------
    transport : Transport
        The first, which is open already.
    address : str
        What to call the server.
    read_only : bool
        Look, but ask nothing of any device.
    reopen : callable, optional
        Makes another link when one is lost, or raises OSError. It is asked, less and less often,
        until it succeeds; without it, a lost link stays lost.
    pings : bool
        Ask the server whether it lives when it is silent.
    """

    def __init__(
        self,
        transport: Transport,
        address: str,
        read_only: bool,
        reopen: Callable[[], Transport] | None,
        pings: bool = True,
    ) -> None:
        self.address = address
        self.read_only = read_only
        self.status: Status = "connected"
        self.loss = ""
        self.reconnects = reopen is not None
        self._is_ours = True  # and not that of the process from which this one was forked
        self._transport = transport
        self._lock = threading.RLock()  # of the link: its status, and whole messages on it
        self._pending: set[Operation[Any]] = set()
        self._questions = (QUESTION,) if pings else ()
        self._keepalive = KeepAlive(self.send)
        self._traffic: Traffic | None = None
        self._reader = ReaderThread(self, transport, reopen)
        lifetime.begin(self, self._reader.stop)

    @abstractmethod
    def _greeting(self) -> Iterable[Message]:
        """Tell what every link begins with."""

    @abstractmethod
    def _take(self, message: Message) -> None:
        """Take what the server says of its devices."""

    @abstractmethod
    def _answered(self, uid: str) -> None:
        """Take the server's answer to a ping that somebody else has sent."""

    @abstractmethod
    def _look_after(self) -> None:
        """Do what is due."""

    @abstractmethod
    def _status_changed(self, before: Status, after: Status) -> None:
        """Tell who wants to know."""

    def close(self) -> None:
        """End the last link, for good."""
        self._reader.stop()
        self._leave("closed", _CLOSED)
        self._reader.wait_for_end(END_TIMEOUT)
        self.log_traffic(None)

    def disown(self) -> None:
        """Be closed in a forked child, without a word: all of it is the parent's."""
        self._is_ours = False
        self._lock = threading.RLock()  # another thread of the parent may have held it
        self.status = "closed"
        self.loss = "this client belongs to another process, of which this is a fork: connect anew"
        self._reader.disown()
        for operation in tuple(self._pending):
            operation.disown(self.loss)

    def reconnect(self) -> None:
        """Look for a lost server now, rather than when its turn comes; returns at once.

        Attempts come less and less often, up to 10 s apart. While there is a link, nothing is done.

        Raises
        ------
        ConnectionLost
            If the client was closed, or was told not to look for its server again.
        """
        if self.status == "closed":
            raise ConnectionLost(self.loss)
        if self.status != "lost":
            return
        if not self.reconnects:
            raise ConnectionLost(f"{self.loss} (it was made with reconnect=False)")
        self._reader.hurry()

    def send(self, message: Message) -> None:
        """Put one message on the wire, whole.

        Raises
        ------
        ConnectionLost
            If there is no link, or the server takes nothing for 5 s.
        NotWritable
            If the connection is read-only and the message asks a device for something.
        """
        if self.read_only and isinstance(message, New):
            raise NotWritable(
                f"this client is read-only, so {message.name} of {message.device} was not set: "
                "connect without read_only=True to control devices"
            )
        data = encode(message)
        with self._lock:
            if self.status != "connected":
                raise ConnectionLost(self.loss)
            self._put(self._transport, data)

    def begin(self, operation: Operation[Any]) -> None:
        """Take an operation to fail when the link is lost."""
        self._pending.add(operation)
        operation.add_done_callback(lambda _: self._pending.discard(operation))
        if self.status != "connected":
            operation.fail(ConnectionLost(self.loss))

    def log_traffic(self, path: str | PathLike[str] | None, limit: int = LIMIT) -> None:
        """Write all that is sent and received to a file, but hardly anything of BLOBs.

        Parameters
        ----------
        path : path-like or None
            The file, to which it is appended; None ends the log. When it is half as large as
            `limit`, it becomes ``path.1``, in the place of the one before.
        limit : int
            Bytes of both.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        before = self._traffic
        self._traffic = None if path is None else Traffic(path, self.address, limit)
        if before is not None:
            before.close()

    # What the reader thread calls.

    def _received(self, data: memoryview) -> None:
        """Note that bytes have come: the first of a link show that somebody is there."""
        self._keepalive.heard()
        traffic = self._traffic
        if traffic is not None:
            traffic.received(data)
        if self.status == "lost":
            self._return()

    def _silent(self) -> None:
        """Note that nothing has come for a while; raise OSError if the link is dead."""
        self._keepalive.silent()

    def _pinged(self, ping: Ping) -> None:
        """Take a ping, or the answer to one."""
        if not ping.reply:
            self.send(Ping(ping.uid, reply=True))
        elif ping.uid == QUESTION.uid:
            self._keepalive.answered()
        else:
            self._answered(ping.uid)

    def _linked(self, transport: Transport) -> None:
        """Greet over another link, which counts when something comes; raise OSError if it is none.

        The system takes a connection for a server that hangs, and a tunnel for one that is gone.
        """
        with self._lock:
            self._transport = transport
            self._greet(transport)

    def _lost(self, reason: str) -> None:
        """Do without a link."""
        then = "trying to connect again" if self.reconnects else "connect again when it is back"
        self._leave("lost", f"the link to {self.address} is lost ({reason}): {then}")

    def _return(self) -> None:
        with self._lock:
            if self.status != "lost":  # it was closed meanwhile
                return
            self.status = "connected"
        logger.warning("%s is back", self.address)
        self._tell("lost", "connected")

    def _leave(self, status: Status, reason: str) -> None:
        """Tell everybody who waits or observes, unless it is so already."""
        with self._lock:
            before = self.status
            if before in (status, "closed"):
                return
            self.status, self.loss = status, reason
        for operation in tuple(self._pending):
            operation.fail(ConnectionLost(f"{operation.label}: {reason}"))
        if status == "lost":
            logger.warning(reason)
        self._tell(before, status)

    def _tell(self, before: Status, after: Status) -> None:
        if self.status == after:  # else another thread has more to tell
            self._status_changed(before, after)

    def _greet(self, transport: Transport) -> None:
        """Begin a link: before anything else, as the server judges by it what is wanted."""
        self._keepalive = KeepAlive(self.send, self._keepalive.answers)
        self._put(transport, b"".join(map(encode, (*self._greeting(), *self._questions))))

    def _put(self, transport: Transport, data: bytes) -> None:
        traffic = self._traffic
        if traffic is not None:
            traffic.sent(data)  # before it is, as the answer may come at once
        try:
            transport.send(data)
        except OSError as error:
            transport.close()
            raise ConnectionLost(f"{self.address} does not take any more: {error}") from error
