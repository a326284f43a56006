"""An observatory that a watchdog guards, and a clock that stands still."""

from collections.abc import Callable, Iterator

import pytest

from indinb import Client
from indinb.client import quiet
from indinb.instruments import guard as room
from indinb.instruments import heart
from indinb.instruments.guard import Guard
from tests.client.fakes import FakeServer, ManualClock
from tests.instruments.kennel import OBSERVATORY, obey


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """Time for heartbeats, that goes on when it is told to."""
    clock = ManualClock()
    monkeypatch.setattr(heart, "call_later", clock.call_later)
    monkeypatch.setattr(room, "time", lambda: clock.now)
    return clock


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Client]]:
    """Return a function that makes a client of what a server announces."""
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    clients: list[Client] = []

    def connect(*definitions, answer=obey, address="fake:7000", **options) -> Client:
        server = FakeServer(*(definitions or OBSERVATORY), answer=answer)
        client = Client(server.transport, address, on_close=server.close, **options)
        client.server = server
        clients.append(client)
        client.open()
        server.tell()
        return client

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def guarded(connect: Callable[..., Client]) -> Client:
    """Return the client of an observatory with a watchdog."""
    return connect()


@pytest.fixture
def server(guarded: Client) -> FakeServer:
    return guarded.server


@pytest.fixture
def guard(guarded: Client, server: FakeServer, clock: ManualClock) -> Guard:
    """Return an armed guard; what was sent to arm it is forgotten."""
    guard = guarded.guard(60)
    server.received.clear()
    return guard
