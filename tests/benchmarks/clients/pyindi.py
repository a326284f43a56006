"""pyindi-client: INDI's own client in C++, wrapped for Python."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import PyIndi

from tests.benchmarks.clients.astropy_pixels import pixels  # noqa: F401
from tests.benchmarks.clients.session import DEVICE, HOST, Session
from tests.benchmarks.clients.takers import Roll

IMPORT = "import PyIndi"

Take = Callable[[Any], object]


class Client(PyIndi.BaseClient):
    """Hands names of new properties to one function, and updates to another."""

    def __init__(self, on_new: Take, on_update: Take) -> None:
        super().__init__()
        self._on_new = on_new
        self._on_update = on_update

    def newProperty(self, new: Any) -> None:  # noqa: N802
        self._on_new(new.getName())

    def updateProperty(self, update: Any) -> None:  # noqa: N802
        self._on_update(update)


@contextlib.contextmanager
def numbers(session: Session, take: Take) -> Iterator[None]:
    """Take the first number of each update."""
    with _defined(session, lambda update: take(PyIndi.PropertyNumber(update)[0].getValue())):
        yield


@contextlib.contextmanager
def images(session: Session, take: Take) -> Iterator[None]:
    """Take each frame, which is copied when it is asked for."""

    def on_update(update: Any) -> None:
        take(PyIndi.PropertyBlob(update)[0].getblobdata())

    with _defined(session, on_update) as client:
        client.setBLOBMode(PyIndi.B_ALSO, DEVICE, None)
        yield


@contextlib.contextmanager
def definitions(port: int, take: Take) -> Iterator[None]:
    """Take the name of each property."""
    with _connected(Client(take, lambda update: None), HOST, port):
        yield


@contextlib.contextmanager
def _defined(session: Session, on_update: Take) -> Iterator[Client]:
    roll = Roll(session.facts["names"])
    client = Client(roll.tick, on_update)
    with _connected(client, *_address(session.facts)):
        roll.wait()
        yield client


def _address(facts: dict[str, Any]) -> tuple[str, int]:
    """Return host and port; a path behind the host's name means the unix socket there."""
    return (f"localhost:{facts['path']}", 0) if "path" in facts else (HOST, facts["port"])


@contextlib.contextmanager
def _connected(client: Client, host: str, port: int) -> Iterator[None]:
    client.setServer(host, port)
    client.connectServer()
    try:
        yield
    finally:
        client.disconnectServer()
