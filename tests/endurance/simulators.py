"""INDI's own simulators, made quick."""

import contextlib
from collections.abc import Iterator

import indinb
from indinb.observatory import Client
from indinb.servers import SIMULATORS, IndiServer

CCD = "CCD Simulator"
MOUNT = "Telescope Simulator"
DRIVER = SIMULATORS[CCD]

WIDTH, HEIGHT = 64, 48
"""Of the frames."""

_FOREVER = ("-r", "1000000")  # begin a driver that has died again, so often
_POLLING = 20  # milliseconds
_PATIENCE = 20.0  # seconds for an instrument to do something


@contextlib.contextmanager
def observatory(*names: str, port: int | None = None) -> Iterator[tuple[IndiServer, Client]]:
    """Run simulators, however often they are killed; yields a client, too, that is connected."""
    programs = [SIMULATORS[name] for name in names]
    with (
        contextlib.closing(IndiServer(programs, options=_FOREVER, port=port)) as server,
        indinb.connect(server.host, server.port) as client,
    ):
        for name in names:
            client.wait_for(name, "CONNECTION", timeout=_PATIENCE)
            prepare(client, name)
        client.quiet().result()
        if CCD in names:
            client.camera.expose(0.01, "bias")  # the first takes longer
        yield server, client


def prepare(client: Client, name: str) -> None:
    """Connect to an instrument, and let it tell news often and send small frames."""
    device = client.devices[name]
    device.connect()
    device["POLLING_PERIOD"].set(_POLLING).result(_PATIENCE)
    if name == CCD:
        device["SIMULATOR_SETTINGS"].set(SIM_NOISE=0).result(_PATIENCE)  # makes all else new
        client.quiet(CCD).result()
        device["CCD_FRAME"].set(X=0, Y=0, WIDTH=WIDTH, HEIGHT=HEIGHT).result(_PATIENCE)
