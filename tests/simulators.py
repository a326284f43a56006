"""INDI's own simulators, for whatever test wants them; `conftest` makes these fixtures known."""

import contextlib
from collections.abc import Iterator

import pytest

import indinb
from indinb import Camera
from indinb.client.clock import call_later
from indinb.servers import SIMULATORS, IndiServer, OwnServer


@pytest.fixture(scope="session")
def indiserver() -> Iterator[IndiServer]:
    """Run the simulators for all tests; without indiserver, these fail and say what to do."""
    server = IndiServer(list(SIMULATORS.values()))
    yield server
    server.close()


@contextlib.contextmanager
def connected(server: OwnServer) -> Iterator["indinb.Client"]:
    """Yield a client of a server, to which all simulators are connected."""
    with indinb.connect(server.host, server.port) as client:
        for name in SIMULATORS:
            client.wait_for(name, "CONNECTION", timeout=10)
        client.quiet().result()
        for operation in [device.start_connect() for device in client.devices.values()]:
            operation.result()
        _tidy(client)
        client.worker.submit(int).result()  # its thread lives as long as the client
        with clock_awake():
            yield client


@contextlib.contextmanager
def clock_awake() -> Iterator[None]:
    """Let the clock not go to sleep, for which each test would wait up to a second at its end."""
    timer = call_later(3600, int)
    yield
    timer.cancel()


def rest(camera: Camera) -> None:
    """Wait after video until INDI's simulator has come to rest, by a picture.

    Until then, the thread that draws video is still at its last picture. If video begins meanwhile,
    it takes the exposure time for pictures a second (`CCDSim::StartStreaming`): with 0.05 s, one
    comes every 20 s. If an exposure begins meanwhile, it sleeps that long, even if it is aborted.
    """
    camera.device["POLLING_PERIOD"].set(20).result()
    camera.expose(0.1)


def _tidy(client: "indinb.Client") -> None:
    """Let cameras read out all pixels: other tests may have left them otherwise."""
    for device in client.devices.values():
        if "CCD_BINNING" in device:
            device["CCD_BINNING"].set(HOR_BIN=1, VER_BIN=1).result()
            device["CCD_FRAME_RESET"].set("RESET").result()


@pytest.fixture(scope="module")
def client(indiserver: IndiServer) -> Iterator["indinb.Client"]:
    """Return one client for the tests of a module; all simulators are connected to it."""
    with connected(indiserver) as client:
        yield client
