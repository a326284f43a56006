"""What the clients talk to. Each server yields the arguments that lead the clients there."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import indinb
from indinb.servers import SIMULATORS, IndiServer

_CCD = "CCD Simulator"
_POLLING = 10  # milliseconds


@contextlib.contextmanager
def load_server() -> Iterator[dict[str, Any]]:
    """Run the load server."""
    command = [sys.executable, "-m", "tests.benchmarks.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield {"port": int(process.stdout.readline())}
        finally:
            process.terminate()


@contextlib.contextmanager
def simulator() -> Iterator[dict[str, Any]]:
    """Run INDI's own server with a simulated camera, which is connected."""
    with contextlib.closing(IndiServer([SIMULATORS[_CCD]])) as server:
        with indinb.connect(server.host, server.port) as client:
            camera = client.wait_for(_CCD, "CONNECTION").device
            camera.connect()
            camera["POLLING_PERIOD"].set(_POLLING).result()
            camera["CCD_FRAME_TYPE"].set("FRAME_BIAS").result()  # quickly drawn
            camera["SIMULATOR_SETTINGS"].set(SIM_NOISE=0).result()
            client.quiet(_CCD).result()
            names = list(camera)
        yield {"port": server.port, "path": server.path, "names": names}


SERVERS = {"load": load_server, "simulator": simulator}
