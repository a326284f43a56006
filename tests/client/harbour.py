"""A server that can be lost and found again: each link to it is a `FakeServer` of its own."""

import threading
from collections.abc import Callable

from indinb.client.connection import Connection
from indinb.client.transport import SocketTransport
from indinb.errors import ConnectionFailed
from indinb.protocol.messages import Define
from tests.client.fakes import OBSERVATORY, SOON, FakeServer
from tests.waiting import wait_until


class Harbour:
    """Makes one link after another.

    Attributes
    ----------
    servers : list of FakeServer
        The other ends of the links, the newest last.
    definitions : tuple of Define
        What the next one announces.
    refusals : int
        How many attempts to come yet are in vain.
    attempts : int
        How many there were.
    """

    def __init__(self, *definitions: Define, make: Callable[..., FakeServer] = FakeServer) -> None:
        self.definitions = definitions or OBSERVATORY
        self.servers: list[FakeServer] = []
        self.refusals = 0
        self.attempts = 0
        self._make = make
        self._lock = threading.Lock()

    @property
    def server(self) -> FakeServer:
        """The other end of the newest link."""
        return self.servers[-1]

    def open(self) -> SocketTransport:
        """Make a link, as a client does to find its server."""
        with self._lock:
            self.attempts += 1
            if self.refusals > 0:
                self.refusals -= 1
                raise ConnectionFailed("nobody is there")
            self.servers.append(self._make(*self.definitions))
            return self.server.transport

    def cut(self, client: Connection) -> None:
        """End the link, and wait until the client has another, over which all is told."""
        before = len(self.servers)
        self.server.cut()
        wait_until(client, lambda: client.status == "connected" and len(self.servers) > before)
        assert self.server.asked.wait(SOON)
        self.server.tell()

    def close(self) -> None:
        """End all links, and take no more."""
        with self._lock:
            self.refusals = 10**9
        for server in self.servers:
            server.close()
