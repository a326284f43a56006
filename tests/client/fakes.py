"""The other side, for tests: what drivers announce, a desk without a wire, and a small server."""

import contextlib
import itertools
import os
import queue
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from indinb.client.clock import Timer
from indinb.client.model import Model, Vector
from indinb.client.observers import Change, Observers
from indinb.client.operation import Operation
from indinb.client.transport import SocketTransport
from indinb.protocol.messages import (
    Define,
    Delete,
    GetProperties,
    Member,
    Message,
    New,
    Notice,
    Ping,
    Update,
    Value,
)
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import Kind, Permission, State, SwitchRule
from indinb.protocol.writer import encode

CCD = "CCD Simulator"
MOUNT = "Telescope Simulator"
SOON = 5.0
"""Seconds within which whatever has to happen has happened, however busy the computer is."""

MEBIBYTE = 1 << 20

M = TypeVar("M", bound=Message)


def define(kind: Kind, name: str, *members: Member, device: str = CCD, **fields: Any) -> Define:
    """Return what a driver announces."""
    rule = SwitchRule.ONE_OF_MANY if kind is Kind.SWITCH else None
    permission = Permission.READ_ONLY if kind is Kind.LIGHT else Permission.READ_WRITE
    fields = {"rule": rule, "permission": permission, "label": name, "timeout": 60.0} | fields
    return Define(kind, device, name, members, **fields)


def _members(values: dict[str, Value], **fields: Any) -> list[Member]:
    return [Member(name, name.title(), value, **fields) for name, value in values.items()]


def numbers(name: str, values: dict[str, float], low=0.0, high=0.0, **fields: Any) -> Define:
    """Return the definition of a number property whose members share their limits."""
    return define(
        Kind.NUMBER, name, *_members(values, format="%g", min=low, max=high, step=1.0), **fields
    )


def switches(name: str, values: dict[str, bool], rule=SwitchRule.ONE_OF_MANY, **fields) -> Define:
    """Return the definition of a switch property."""
    return define(Kind.SWITCH, name, *_members(values), rule=rule, **fields)


def texts(name: str, values: dict[str, str], **fields: Any) -> Define:
    """Return the definition of a text property."""
    return define(Kind.TEXT, name, *_members(values), **fields)


def update(of: Define, state: State | None = None, message=None, **values: Value) -> Update:
    """Return what a driver reports of a property."""
    return Update(of.kind, of.device, of.name, values, state, message=message)


def delete(of: Define) -> Delete:
    """Return the word that takes a property back."""
    return Delete(of.device, of.name)


def vector(of: Define) -> Vector:
    """Return the snapshot that a definition makes."""
    return Model().apply(of)[-1].new


CONNECTION = switches("CONNECTION", {"CONNECT": True, "DISCONNECT": False}, state=State.OK)
DRIVER_INFO = texts(
    "DRIVER_INFO",
    {"DRIVER_NAME": CCD, "DRIVER_INTERFACE": "22"},
    permission=Permission.READ_ONLY,
    group="General Info",
)
TEMPERATURE = numbers("CCD_TEMPERATURE", {"CCD_TEMPERATURE_VALUE": 20.0}, -50.0, 40.0)
FRAME = numbers("CCD_FRAME", {"X": 0.0, "Y": 0.0, "WIDTH": 1280.0, "HEIGHT": 1024.0}, 0.0, 2000.0)
FRAME_TYPE = switches("CCD_FRAME_TYPE", {"FRAME_LIGHT": True, "FRAME_DARK": False})
FILTER_NAME = texts("FILTER_NAME", {"SLOT_1": "Red", "SLOT_2": "Green"}, group="Filter")
ABORT = switches("CCD_ABORT_EXPOSURE", {"ABORT": False}, SwitchRule.AT_MOST_ONE)
MOTION = switches("MOTION_NS", {"NORTH": False, "SOUTH": False}, SwitchRule.AT_MOST_ONE)
OPTIONS = switches("OPTIONS", {"A": True, "B": False, "C": False}, SwitchRule.ANY_OF_MANY)
WEATHER = define(Kind.LIGHT, "WEATHER", *_members({"WIND": State.OK, "RAIN": State.ALERT}))
IMAGE = define(Kind.BLOB, "CCD1", Member("CCD1", "Image", None))
GUIDE_IMAGE = define(Kind.BLOB, "CCD2", Member("CCD2", "Guide image", None))
RADEC = numbers("EQUATORIAL_EOD_COORD", {"RA": 5.5, "DEC": -12.0}, device=MOUNT)

OBSERVATORY = (CONNECTION, DRIVER_INFO, TEMPERATURE, FRAME, FRAME_TYPE, ABORT, IMAGE, RADEC)
"""What `FakeServer` announces when it is told nothing else."""


class ManualClock:
    """Stands in for `clock.call_later`: time goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[Timer] = []

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self.now + seconds, callback)
        self._timers.append(timer)
        return timer

    @property
    def pending(self) -> list[Timer]:
        """What is still due, the next first."""
        due = [timer for timer in self._timers if timer.callback is not None]
        return sorted(due, key=lambda timer: timer.due)

    def advance(self, seconds: float) -> None:
        """Let time go on, and call back whatever falls due."""
        end = self.now + seconds
        while self.pending and self.pending[0].due <= end:
            timer = self.pending[0]
            self._timers.remove(timer)
            self.now = max(self.now, timer.due)  # later, if a test has let time jump
            timer.callback()
        self.now = end


class Desk:
    """A Link without a wire: keeps what is sent, and lets a test speak for the drivers.

    What is said is heard on the thread that says it, before `say` returns.
    """

    def __init__(self, *definitions: Define) -> None:
        self.observers = Observers()
        self.model = Model()
        self.sent: list[Message] = []
        self.begun: list[Operation[Any]] = []
        self.on_send: Callable[[Message], object] = lambda message: None
        self.say(*definitions)

    def send(self, message: Message) -> None:
        self.sent.append(message)
        self.on_send(message)

    def begin(self, operation: Operation[Any]) -> None:
        self.begun.append(operation)

    def say(self, *messages: Message) -> None:
        """Tell what drivers say."""
        for delta in itertools.chain.from_iterable(map(self.model.apply, messages)):
            interested = self.observers.interested(delta.device, delta.name)
            name = delta.name or delta.device or "desk"
            self.observers.notify(interested, Change(delta.type, None, name, delta.old, delta.new))

    def says(self, text: str, device: str = CCD) -> None:
        """Tell a line of text of a driver."""
        self.say(Notice(device, text))


_SHARED = "indinb-test-block"  # the name under which the system lists it


def share(data: bytes, room: int = 1) -> int:
    """Put data into shared memory of a multiple of `room` bytes, and return its descriptor."""
    descriptor = os.memfd_create(_SHARED)
    os.truncate(descriptor, -(-len(data) // room) * room)
    os.pwrite(descriptor, data, 0)
    return descriptor


def maps() -> int:
    """Count the blocks made by `share` that are mapped now."""
    return Path("/proc/self/maps").read_text().count(f"memfd:{_SHARED} ")


def open_files() -> int:
    """Count the descriptors of this program."""
    return len(list(Path("/proc/self/fd").iterdir()))


def send_beside(sock: socket.socket, data: bytes, *descriptors: int) -> None:
    """Send bytes, and beside them descriptors, which then are closed here."""
    socket.send_fds(sock, [data], descriptors)
    for descriptor in descriptors:
        os.close(descriptor)


def attached(of: Define, format: str = ".fits", **blobs: bytes) -> bytes:
    """Return how a server on the same machine reports BLOBs, which then come beside it."""
    members = "\n".join(
        f'    <oneBLOB name="{name}" size="{len(data)}" format="{format}" len="{len(data)}" '
        'attached="true"/>'
        for name, data in blobs.items()
    )
    begin = f'<setBLOBVector device="{of.device}" name="{of.name}" state="Ok" timeout="60">'
    return f"{begin}\n{members}\n</setBLOBVector>\n".encode()


Answer = Callable[[New], Iterable[Message]]


def silence(new: New) -> Iterable[Message]:
    """Answer nothing, as drivers do to nonsense."""
    return ()


def obey(new: New) -> Iterable[Message]:
    """Report at once that what was asked is so."""
    return (Update(new.kind, new.device, new.name, new.values, State.OK),)


class FakeServer:
    """An INDI server at the other end of a socket pair.

    Parameters
    ----------
    *definitions
        What it announces when it is asked.
    answer : callable
        Makes the answers to requests; called on the server's own thread.
    pair : callable
        Makes the two ends of the link.
    transport : callable
        Makes the client's transport of its end.
    """

    def __init__(
        self,
        *definitions: Define,
        answer: Answer = silence,
        pair: Callable[[], tuple[socket.socket, socket.socket]] = socket.socketpair,
        transport: Callable[[socket.socket], SocketTransport] = SocketTransport,
    ) -> None:
        self._socket, theirs = pair()
        self.transport = transport(theirs)
        self.definitions = definitions or OBSERVATORY
        self.answer = answer
        self.received: list[Message] = []
        self.asked = threading.Event()  # for its definitions, and has told them
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._pings: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="indinb-fake-server", daemon=True)
        self._thread.start()

    def send(self, *messages: Message) -> None:
        """Send, and don't wait."""
        self.send_bytes(b"".join(map(encode, messages)))

    def send_bytes(self, data: bytes) -> None:
        """Send any bytes, such as half a message."""
        with self._lock:
            self._socket.sendall(data)

    def send_blobs(self, of: Define, **blobs: bytes) -> None:
        """Report BLOBs that lie in shared memory, and fill only the begin of it as drivers' do."""
        blocks = [share(data, MEBIBYTE) for data in blobs.values()]
        self.send_beside(attached(of, **blobs), *blocks)

    def send_beside(self, data: bytes, *descriptors: int) -> None:
        """Send any bytes, and beside them descriptors, which then are closed here."""
        with self._lock:
            send_beside(self._socket, data, *descriptors)

    def tell(self, *messages: Message) -> None:
        """Send, and wait until the client has taken it in and its observers have returned."""
        uid = str(len(self._pings))
        self._pings[uid] = threading.Event()
        self.send(*messages, Ping(uid))
        assert self._pings[uid].wait(SOON), "the client did not answer the ping"

    def next(self, kind: type[M]) -> M:
        """Wait for the next message of a kind, and pass over others."""
        while True:
            message = self._inbox.get(timeout=SOON)
            if isinstance(message, kind):
                return message

    def heard(self, kind: type[M]) -> list[M]:
        """Return all messages of a kind that the client has sent until now."""
        self.tell()
        return [message for message in self.received if isinstance(message, kind)]

    def cut(self) -> None:
        """End the link without a farewell, as a server that is killed."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the link on both sides, as it may never have been used."""
        self.transport.close()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        reader = Reader()
        with contextlib.suppress(OSError):  # the client may go while something is under way
            while size := self._socket.recv_into(reader.get_buffer()):
                for message in reader.buffer_updated(size):
                    self._take(message)

    def _take(self, message: Message) -> None:
        if isinstance(message, Ping) and message.reply and message.uid in self._pings:
            self._pings[message.uid].set()
            return
        self.received.append(message)
        self._inbox.put(message)
        if isinstance(message, GetProperties):
            self.send(*(d for d in self.definitions if message.device in (None, d.device)))
            self.asked.set()
        elif isinstance(message, New):
            self.send(*self.answer(message))
