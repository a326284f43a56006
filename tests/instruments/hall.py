"""A telescope in a dome, with a rotator: INDI's simulators and ours, in a hurry."""

import contextlib
from collections.abc import Iterator

import pytest

import indinb
from indinb import Client
from indinb.servers import EmbeddedServer, IndiServer, OwnServer
from tests.simulators import clock_awake

ROTATOR, DOME, MOUNT = "Rotator Simulator", "Dome Simulator", "Telescope Simulator"
_DRIVERS = {
    ROTATOR: "indi_simulator_rotator",
    DOME: "indi_simulator_dome",
    MOUNT: "indi_simulator_telescope",
}
_PERIOD = 100  # milliseconds from one step of INDI's simulators to the next, instead of a second


def _start(kind: str) -> OwnServer:
    if kind == "indiserver":
        return IndiServer(list(_DRIVERS.values()))
    return EmbeddedServer(["--devices", ROTATOR, DOME, "--speed", "40"])


@contextlib.contextmanager
def _connected(server: OwnServer) -> Iterator[Client]:
    with indinb.connect(server.host, server.port) as client:
        for name in _DRIVERS:
            client.wait_for(name, "CONNECTION", timeout=10)
            client.devices[name].connect()
        if isinstance(server, IndiServer):
            for name in (ROTATOR, DOME):
                if "POLLING_PERIOD" in client.devices[name]:
                    client.devices[name]["POLLING_PERIOD"].set(_PERIOD).result()
        client.worker.submit(int).result()  # its thread lives as long as the client
        with clock_awake():
            yield client


@pytest.fixture(scope="module", params=["indiserver", "embedded"])
def hall(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return one client for the tests of a module, of INDI's own simulators and of ours."""
    server = _start(request.param)
    try:
        with _connected(server) as client:
            yield client
    finally:
        server.close()
