"""A camera that is as fast as one can look: its pictures are ready before they are asked for.

It is the embedded observatory's in all else: ``python -m tests.benchmarks.viewers.camera``.
"""

import itertools
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager

import indinb
from indinb.servers import EmbeddedServer, OwnServer
from indinb.simulator.__main__ import main
from indinb.simulator.devices.darkroom import Darkroom
from tests.benchmarks.viewers.kernel import series
from tests.lab import ROOT

EXPOSURE = 0.03  # seconds


class FastCamera(EmbeddedServer):
    """The observatory with that camera, in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", __name__, "--port", "0", "--lifeline"]
        OwnServer.__init__(self, command, tempfile.mkdtemp(prefix="indinb-"), cwd=ROOT)


@contextmanager
def connected() -> Iterator[indinb.Client]:
    """Connect to it, and to the camera."""
    with closing(FastCamera()) as server, indinb.connect(server.host, server.port) as client:
        client.wait_for("CCD Simulator", "CONNECTION").device.connect()
        yield client


if __name__ == "__main__":
    pictures = itertools.cycle(series())
    Darkroom.picture = lambda self, shot: next(pictures)  # type: ignore[method-assign]
    sys.exit(main())
