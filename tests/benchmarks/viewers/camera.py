"""A camera that is as fast as one can look: its pictures are ready before they are asked for.

It is the embedded observatory's in all else: ``python -m tests.benchmarks.viewers.camera``.
"""

import itertools
import sys
import tempfile
from pathlib import Path
from typing import Any

import indinb
from indinb.servers import EmbeddedServer, OwnServer
from indinb.simulator.__main__ import main
from indinb.simulator.devices.darkroom import Darkroom
from tests.benchmarks.viewers.kernel import LIVE, series

_ROOT = Path(__file__).parents[3]

EXPOSURE = 0.03  # seconds


class FastCamera(EmbeddedServer):
    """The observatory with that camera, in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", __name__, "--port", "0", "--lifeline"]
        OwnServer.__init__(self, command, tempfile.mkdtemp(prefix="indinb-"), cwd=_ROOT)


class Camera:
    """A client of it."""

    def __init__(self) -> None:
        self._server = FastCamera()
        self.client = indinb.connect(self._server.host, self._server.port)
        self.client.wait_for("CCD Simulator", "CONNECTION").device.connect()

    def live(self) -> Any:
        """Take pictures of the size that all get, one after the other."""
        part = (0, 0, LIVE, LIVE)
        return self.client.camera.live(EXPOSURE, stream=False, subframe=part)

    def close(self) -> None:
        """Let the camera go."""
        self.client.close()
        self._server.close()


if __name__ == "__main__":
    pictures = itertools.cycle(series())
    Darkroom.picture = lambda self, shot: next(pictures)  # type: ignore[method-assign]
    sys.exit(main())
