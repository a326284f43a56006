"""A server that says what it is told to say, and a client that notes what it hears.

Neither knows which module plays PyIndi-Client, so both serve the original as well.
"""

import contextlib
import queue
import re
import socket
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

PATIENCE = 20.0
"""Seconds within which whatever has to come has come, however busy the computer is."""

END = b"<<EOF>>"
"""Stands for the end of a link among what a client has sent."""

_FENCE = re.compile(rb"<pingReply uid=.fence-(\d+).\s*/>\s*")


class RawServer:
    """An INDI server on a port of its own, with one client at a time.

    Parameters
    ----------
    greeting : bytes
        What it says as soon as a client has asked for properties.
    """

    def __init__(self, greeting: bytes = b"") -> None:
        self.greeting = greeting
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._link: socket.socket | None = None
        self._received = b""
        self._fences = 0
        self._more = threading.Condition()
        self._thread = threading.Thread(target=self._serve, name="indinb-raw-server", daemon=True)
        self._thread.start()

    def __enter__(self) -> "RawServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        with self._more, contextlib.suppress(OSError):
            if self._link is not None:
                self._link.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    def say(self, data: bytes) -> None:
        """Send any bytes, as soon as there is a client."""
        self.wait(lambda _: self._link is not None)
        self._link.sendall(data)

    def tell(self, data: bytes = b"") -> None:
        """Send, and wait until the client has heard it all and called back.

        A ping follows, as clients answer it when they are through with all before. What they have
        sent until then has come, too.
        """
        self._fences += 1
        self.say(data + b"<pingRequest uid='fence-%d'/>\n" % self._fences)
        reply = re.compile(rb"<pingReply uid=.fence-%d." % self._fences)
        self.wait(lambda received: reply.search(received))

    def wait(self, condition: Callable[[bytes], Any]) -> bytes:
        """Wait until what has come makes a condition true, and return it."""
        with self._more:
            assert self._more.wait_for(lambda: condition(self._received), PATIENCE), self._received
            return self._received

    def take(self) -> bytes:
        """Return all that the client has sent since this was asked the last time."""
        if self._link is not None:
            self.tell()
        with self._more:
            taken, self._received = self._received, b""
        return _FENCE.sub(b"", taken)

    def cut(self) -> None:
        """End the link as a server that is killed, and wait until the client has ended it, too."""
        self._link.shutdown(socket.SHUT_WR)
        self.wait_for_end()

    def wait_for_end(self) -> None:
        """Wait until there is no client any more."""
        self.wait(lambda _: self._link is None)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # of the listener: the end
            while True:
                link, _ = self._listener.accept()
                with link:
                    self._set(link, b"")
                    with contextlib.suppress(OSError):
                        self._listen(link)
                    self._set(None, END)

    def _set(self, link: socket.socket | None, mark: bytes) -> None:
        with self._more:
            self._link = link
            self._received += mark
            self._more.notify_all()

    def _listen(self, link: socket.socket) -> None:
        while data := link.recv(1 << 16):
            with self._more:
                self._received += data
                self._more.notify_all()
            if b"<getProperties" in data:  # which comes whole, as it is the first
                link.sendall(self.greeting)


def client_of(pyindi: ModuleType, port: int) -> Any:
    """Return a client that notes its callbacks in `events`, and each in `heard`, a queue."""

    class Client(pyindi.BaseClient):
        def __init__(self) -> None:
            super().__init__()
            self.events: list[tuple] = []
            self.heard: queue.SimpleQueue[tuple] = queue.SimpleQueue()
            self.react: Callable[[tuple], object] = lambda event: None

        def note(self, *event: object) -> None:
            self.events.append(event)
            self.heard.put(event)
            self.react(event)

        def hear(self, name: str) -> tuple:
            """Wait for the next event of a name, and pass over others."""
            while (event := self.heard.get(timeout=PATIENCE))[0] != name:
                pass
            return event

        def serverConnected(self) -> None:
            self.note("serverConnected", self.isServerConnected())

        def serverDisconnected(self, code: int) -> None:
            self.note("serverDisconnected", code, self.isServerConnected())

        def newDevice(self, device: Any) -> None:
            self.note("newDevice", device.getDeviceName())

        def removeDevice(self, device: Any) -> None:
            self.note("removeDevice", device.getDeviceName(), len(self.getDevices()))

        def newProperty(self, prop: Any) -> None:
            self.note("newProperty", prop.getName())

        def updateProperty(self, prop: Any) -> None:
            self.note("update", prop.getName(), prop.getStateAsString())

        def removeProperty(self, prop: Any) -> None:
            found = self.getDevice(prop.getDeviceName()).getProperty(prop.getName())
            self.note("removeProperty", prop.getName(), bool(found))

        def newMessage(self, device: Any, number: int) -> None:
            self.note("msg", device.getDeviceName(), number, device.messageQueue(number))

        def newUniversalMessage(self, message: str) -> None:
            self.note("umsg", message)

        def newPingReply(self, uid: str) -> None:
            self.note("ping", uid)

    client = Client()
    client.setServer("127.0.0.1", port)
    return client
