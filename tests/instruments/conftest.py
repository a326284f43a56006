"""An observatory that a watchdog guards, cameras, and a clock that stands still."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from indinb import Camera, Client
from indinb.client import quiet, reading
from indinb.instruments.guarding import guard as room
from indinb.instruments.guarding import heart
from indinb.instruments.guarding.guard import Guard
from indinb.protocol.messages import Define
from indinb.servers import EmbeddedServer
from tests.client.fakes import FakeServer, ManualClock
from tests.client.harbour import Harbour
from tests.instruments.cameras.fakes import WHOLE, Driver, Make, of
from tests.instruments.kennel import OBSERVATORY, obey, remembered
from tests.instruments.smalldevices import (  # noqa: F401  fixtures for all
    observatory,
    real_observatory,
    small_embedded,
    small_indiserver,
)
from tests.simulators import connected


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """Time for heartbeats, that goes on when it is told to."""
    clock = ManualClock()
    monkeypatch.setattr(heart, "call_later", clock.call_later)
    monkeypatch.setattr(heart, "beside", lambda act: act())
    monkeypatch.setattr(room, "now", lambda: clock.now)
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
def make(connect: Callable[..., Client]) -> Make:
    """Return a function that makes a camera, and its driver, of definitions and lessons."""

    def make(*definitions: Define, **lessons: object) -> tuple[Camera, Driver]:
        definitions = definitions or WHOLE
        driver = Driver(*definitions, **lessons)
        return of(connect(*definitions, answer=driver)), driver

    return make


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


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbour]:
    """Return an observatory with a watchdog that can be lost, and is found again at once."""
    monkeypatch.setattr(reading, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(reading, "SHORT", 0)
    monkeypatch.setattr(reading, "LONGEST_DELAY", 0.01)
    harbour = Harbour(*OBSERVATORY, make=partial(FakeServer, answer=obey))
    yield harbour
    harbour.close()


@pytest.fixture
def moored(monkeypatch: pytest.MonkeyPatch, harbour: Harbour) -> Iterator[Client]:
    """Return a client that finds the harbour again."""
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    with Client(harbour.open(), "fake:7000", reopen=harbour.open).open() as client:
        harbour.server.tell()
        yield client


@pytest.fixture
def anchored(moored: Client, harbour: Harbour, clock: ManualClock) -> Guard:
    """Return an armed guard whose link may be lost; the harbour's driver remembers its plan."""
    guard = moored.guard(60)
    harbour.definitions = remembered(moored)
    return guard


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedServer]:
    """Run our own observatory with the devices of INDI's simulators."""
    server = EmbeddedServer(["--devices", "Guide Simulator"])
    yield server
    server.close()


@pytest.fixture(scope="module", params=["indiserver", "embedded"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return one client for the tests of a module, of INDI's own simulators and of ours."""
    with connected(request.getfixturevalue(request.param)) as client:
        yield client
