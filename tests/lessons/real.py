"""The lessons at a real indiserver, with INDI's own simulators."""

import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import indinb
from indinb.servers import SIMULATORS, IndiServer
from tests.lessons import ROOT
from tests.lessons.lesson import Lesson, reached


def passes_at_indiserver(lesson: Lesson) -> bool:
    """Run a lesson by ``nbval --nbval-lax``: outputs are others there, but there are no errors.

    Each lesson has a server of its own, so that none finds what another has left.
    """
    with closing(IndiServer(list(SIMULATORS.values()))) as server:
        _wait_for_all(server)
        return passes(lesson.at(reached(f"127.0.0.1:{server.port}")))


def _wait_for_all(server: IndiServer) -> None:
    """Wait until all drivers have told of their devices: they begin one after the other."""
    with indinb.connect(server.host, server.port) as client:
        for name in SIMULATORS:
            client.wait_for(name, "CONNECTION", timeout=20)


def passes(lesson: Lesson) -> bool:
    """Tell whether a lesson runs without errors; nbval says which there are."""
    with tempfile.TemporaryDirectory(prefix="indinb-") as folder:
        copied = Path(folder, lesson.path.name)
        lesson.save(copied)
        pytest = [sys.executable, "-m", "pytest", "-q", f"--rootdir={folder}", "-c", os.devnull]
        command = [*pytest, "--nbval-lax", str(copied)]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": folder}
        return subprocess.run(command, env=environment).returncode == 0
