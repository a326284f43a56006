"""indipyclient: a client of asyncio and Python's own XML parser."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from indipyclient import IPyClient

from tests.benchmarks.clients.astropy_pixels import pixels  # noqa: F401
from tests.benchmarks.clients.session import HOST, PATIENCE, Session
from tests.benchmarks.clients.takers import Roll

IMPORT = "import indipyclient"

Take = Callable[[Any], object]


class Client(IPyClient):
    """Hands names of new properties to one function, and updates to another."""

    def __init__(self, port: int, on_new: Take, on_update: Take) -> None:
        super().__init__(HOST, port)
        self.enableBLOBdefault = "Also"
        self._on_new = on_new
        self._on_update = on_update

    async def rxevent(self, event: Any) -> None:
        if event.eventtype.startswith("Set"):
            self._on_update(event)
        elif event.eventtype.startswith("Define"):
            self._on_new(event.vectorname)


@contextlib.contextmanager
def numbers(session: Session, take: Take) -> Iterator[None]:
    """Take the first number of each update."""
    with _defined(session, lambda event: take(float(event["X"]))):
        yield


@contextlib.contextmanager
def images(session: Session, take: Take) -> Iterator[None]:
    """Take each frame."""
    with _defined(session, lambda event: take(event["IMAGE"])):
        yield


@contextlib.contextmanager
def definitions(port: int, take: Take) -> Iterator[None]:
    """Take the name of each property."""
    with _running(Client(port, take, lambda update: None)):
        yield


@contextlib.contextmanager
def _defined(session: Session, on_update: Take) -> Iterator[None]:
    roll = Roll(session.facts["names"])
    with _running(Client(session.facts["port"], roll.tick, on_update)):
        roll.wait()
        yield


@contextlib.contextmanager
def _running(client: Client) -> Iterator[None]:
    thread = threading.Thread(target=asyncio.run, args=(client.asyncrun(),))
    thread.start()
    try:
        yield
    finally:
        client.shutdown()
        thread.join(PATIENCE)
