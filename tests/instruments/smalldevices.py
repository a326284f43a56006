"""The small devices of an observatory: INDI's simulators of them, and ours.

The fixtures are made known by `conftest`.
"""

import contextlib
from collections.abc import Iterator

import pytest

import indinb
from indinb import Client
from indinb.client.model import Model
from indinb.protocol.messages import Define
from indinb.servers import EmbeddedServer, IndiServer, OwnServer
from tests import captures
from tests.simulators import clock_awake

WEATHER, GPS, PANEL, SQM = (
    "Weather Simulator",
    "GPS Simulator",
    "Light Panel Simulator",
    "SQM Simulator",
)


def announced(driver: str) -> list[Define]:
    """Return what a driver of INDI 1.9.9 announces when it is connected."""
    return captures.read(captures.capture(f"indi-1.9.9/{driver}.xml"))


def told_in(session: str, driver: str, seconds: float) -> Model:
    """Return what is known at a second of a captured session with a driver of INDI 1.9.9."""
    steps = captures.session(f"indi-1.9.9/{session}")
    data = [s.data for s in steps if s.direction == "received" and s.seconds <= seconds]
    model = Model()
    for message in (*announced(driver), *captures.read(b"".join(data))):
        model.apply(message)
    return model


@pytest.fixture(scope="session")
def small_indiserver() -> Iterator[IndiServer]:
    """Run INDI's own simulators of the small devices."""
    server = IndiServer(
        [f"indi_simulator_{name}" for name in ("weather", "gps", "lightpanel", "sqm")]
    )
    yield server
    server.close()


@pytest.fixture(scope="session")
def small_embedded() -> Iterator[EmbeddedServer]:
    """Run ours, on a clock that goes ten times as fast."""
    server = EmbeddedServer(["--devices", WEATHER, GPS, PANEL, "--speed", "10"])
    yield server
    server.close()


@pytest.fixture(scope="module", params=["indiserver", "embedded"])
def observatory(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return one client for the tests of a module, of INDI's own simulators and of ours."""
    with observing(request.getfixturevalue(f"small_{request.param}")) as client:
        yield client


@pytest.fixture(scope="module")
def real_observatory(small_indiserver: IndiServer) -> Iterator[Client]:
    """Return a client of INDI's own simulators."""
    with observing(small_indiserver) as client:
        yield client


@contextlib.contextmanager
def observing(server: OwnServer) -> Iterator[Client]:
    """Yield a client to which all small devices of a server are connected."""
    with indinb.connect(server.host, server.port) as client:
        for name in (WEATHER, GPS, PANEL):
            client.wait_for(name, "CONNECTION", timeout=10)
        client.quiet().result()
        for name in {WEATHER, GPS, PANEL, SQM} & set(client.devices):
            client.devices[name].start_connect().result()
        with clock_awake():
            yield client
