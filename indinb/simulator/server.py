"""An INDI server: carries messages between drivers and clients."""

import asyncio
import datetime as dt
import logging
from collections import deque
from collections.abc import Iterable
from typing import cast

from indinb.errors import ProtocolError
from indinb.protocol.messages import (
    Blob,
    Define,
    Delete,
    EnableBlob,
    GetProperties,
    Message,
    New,
    Notice,
    Ping,
    Update,
)
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import BlobMode, Kind
from indinb.protocol.writer import encode
from indinb.simulator.driver import Driver

_MEGABYTE = 1 << 20
_LONGEST_QUEUE = 128 * _MEGABYTE  # as indiserver's, which then gives a client up
_LONGEST_STREAM = 5 * _MEGABYTE  # as indiserver's: a client that lags more misses frames of video
_MOST_NAMES = 10_000  # of properties that a client asks for one by one
_PIECE = 256 * 1024  # bytes written at once

_log = logging.getLogger(__name__)


class Server:
    """Drivers and their clients.

    Examples
    --------
    >>> server = Server()
    >>> server.drivers
    {}
    """

    def __init__(self) -> None:
        self.drivers: dict[str, Driver] = {}
        self._clients: set[Client] = set()

    def add(self, drivers: Iterable[Driver]) -> None:
        """Serve more drivers, which `publish` what they say."""
        self.drivers |= {driver.name: driver for driver in drivers}

    def keep_only(self, device: str) -> None:
        """Serve no other device; the others go on, unseen."""
        self.drivers = {device: self.drivers[device]}

    def publish(self, message: Message) -> None:
        """Send a driver's message to all clients that want it."""
        interested = [client for client in self._clients if client.wants(message)]
        if interested:
            data = _written(message)
            for client in interested:
                client.queue(data, _is_video(message))

    def receive(self, client: "Client", message: Message) -> None:
        """Do what a client asks."""
        match message:
            case GetProperties(device, name):
                self._answer(client, device, name)
            case New(_, device, name, values) if device in self.drivers:
                self.drivers[device].ask(name, values)
            case Ping(uid, False):
                client.queue(_written(Ping(uid, reply=True)))

    def join(self, client: "Client") -> None:
        """Take in a client."""
        self._clients.add(client)

    def part(self, client: "Client") -> None:
        """Let go of a client."""
        self._clients.discard(client)

    def close(self) -> None:
        """Hang up on all clients."""
        for client in tuple(self._clients):
            client.close()

    def _answer(self, client: "Client", device: str | None, name: str | None) -> None:
        for driver in self.drivers.values():
            if device in (None, driver.name):
                for definition in driver.definitions(name):
                    client.queue(_written(definition))


class Client(asyncio.BufferedProtocol):
    """One client's link.

    Parameters
    ----------
    server : Server
        Whose client it is.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._reader = Reader()
        self._interest = Interest()
        self._waiting: deque[memoryview] = deque()
        self._lag = 0
        self._paused = False
        self._due = False
        self._transport: asyncio.WriteTransport | None = None

    def hear(self, message: Message) -> None:
        """Take note of what the client wants to hear."""
        self._interest.learn(message)

    def wants(self, message: Message) -> bool:
        """Tell whether to send a driver's message to this client."""
        return self._transport is not None and self._interest.covers(message)

    def queue(self, data: memoryview, video: bool = False) -> None:
        """Send bytes as soon as the client takes them, in order; it holds up nobody else."""
        if not self._link() or (video and self._lag > _LONGEST_STREAM):
            return
        self._waiting.append(data)
        self._lag += len(data)
        if self._lag > _LONGEST_QUEUE:
            _log.warning("a client is given up: it is %d MB behind", self._lag // _MEGABYTE)
            self._abort()
        elif not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._write)

    def close(self) -> None:
        """Hang up, without a farewell."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.WriteTransport, transport)
        self._server.join(self)

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        self._server.part(self)
        self._transport = None
        self._lag = 0
        self._waiting.clear()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where received bytes go."""
        return self._reader.get_buffer()

    def buffer_updated(self, nbytes: int) -> None:
        """Do what has been received."""
        try:
            for message in self._reader.buffer_updated(nbytes):
                self.hear(message)
                self._server.receive(self, message)
        except ProtocolError as error:
            _log.warning("a client is given up: %s", error)
            self._abort()

    def pause_writing(self) -> None:
        """Wait until the client takes more."""
        self._paused = True

    def resume_writing(self) -> None:
        """Go on."""
        self._paused = False
        self._write()

    def _write(self) -> None:
        """Write what waits, as much as possible at once.

        What a client has sent before it left is read only if nothing is written to it meanwhile:
        piece by piece, an answer would outlast such as indi_setprop, which leave at once.
        """
        self._due = False
        while self._waiting and not self._paused and (link := self._link()):
            data = self._piece()
            self._lag -= len(data)
            link.write(data)

    def _piece(self) -> bytes | memoryview:
        """Take from what waits."""
        first = self._waiting.popleft()
        if len(first) > _PIECE:
            self._waiting.appendleft(first[_PIECE:])
            return first[:_PIECE]
        pieces, size = [first], len(first)
        while self._waiting and size + len(self._waiting[0]) <= _PIECE:
            pieces.append(self._waiting.popleft())
            size += len(pieces[-1])
        return b"".join(pieces)

    def _link(self) -> asyncio.WriteTransport | None:
        """Return what to write to, which a client that has gone no longer is."""
        link = self._transport
        return None if link is None or link.is_closing() else link

    def _abort(self) -> None:
        if link := self._link():
            link.abort()


class Interest:
    """What a client wants to hear of, by the rules of indiserver.

    A client that asks for all devices hears of all; another only of what it has named. BLOBs come
    only by request, of one property or of all.

    Examples
    --------
    >>> interest = Interest()
    >>> interest.covers(Ping("1"))
    False
    >>> interest.learn(GetProperties())
    >>> interest.covers(Ping("1"))
    True
    """

    def __init__(self) -> None:
        self._all = False
        self._named: set[tuple[str, str | None]] = set()
        self._mode = BlobMode.NEVER
        self._modes: dict[tuple[str, str], BlobMode] = {}

    def learn(self, message: Message) -> None:
        """Take note of what a client sends."""
        match message:
            case GetProperties(None):
                self._all = True
            case GetProperties(str(device), name) if len(self._named) < _MOST_NAMES:
                self._named.add((device, name))
            case EnableBlob(str(device), str(name), mode) if len(self._modes) < _MOST_NAMES:
                self._named.add((device, name))
                self._modes[device, name] = mode
            case EnableBlob(_, None, mode):
                self._mode = mode
                self._modes.clear()

    def covers(self, message: Message) -> bool:
        """Tell whether a driver's message is for the client."""
        device = getattr(message, "device", None)
        name = getattr(message, "name", None)
        named = {(device, None), (device, name)} & self._named
        if isinstance(message, Update) and message.kind is Kind.BLOB:
            mode = self._modes.get((message.device, message.name), self._mode)
            return mode is not BlobMode.NEVER and (self._all or bool(named))
        return self._mode is not BlobMode.ONLY and (self._all or bool(named))


def _written(message: Message) -> memoryview:
    """Write a message, with the time by our own clock, as INDI's drivers do."""
    if isinstance(message, Define | Update | Delete | Notice):
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
        message = message._replace(timestamp=now)
    return memoryview(encode(message))


def _is_video(message: Message) -> bool:
    return isinstance(message, Update) and any(
        isinstance(value, Blob) and "stream" in value.format for value in message.values.values()
    )
