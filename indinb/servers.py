"""Servers that indinb starts itself, and ends itself."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Sequence
from pathlib import Path

from indinb.errors import ConnectionFailed

SIMULATORS = {
    "Telescope Simulator": "indi_simulator_telescope",
    "CCD Simulator": "indi_simulator_ccd",
    "Guide Simulator": "indi_simulator_guide",
    "Focuser Simulator": "indi_simulator_focus",
    "Filter Simulator": "indi_simulator_wheel",
}
"""INDI's own simulators: names of their devices, and their programs."""

_START_TIMEOUT = 10.0  # seconds
_END_TIMEOUT = 5.0  # seconds
_HOW_TO_INSTALL = (
    "on Debian, Ubuntu or Raspberry Pi OS `sudo apt-get install indi-bin`, "
    "on other systems see https://indilib.org/download.html"
)


class IndiServer:
    """An ``indiserver`` of our own: its own port, local socket and home folder.

    Parameters
    ----------
    drivers : sequence of str
        Programs of the drivers to run.

    Attributes
    ----------
    host, port : str, int
        Where it is reached from this machine.
    path : str
        Where it is reached from this machine without the network, as ``unix:`` and this path.

    Raises
    ------
    ConnectionFailed
        If indiserver is not installed or does not start.
    """

    host = "localhost"

    def __init__(self, drivers: Sequence[str]) -> None:
        program = shutil.which("indiserver")
        if program is None:
            raise ConnectionFailed(f"indiserver is not installed: {_HOW_TO_INSTALL}")
        self.port = _free_port()
        home = tempfile.mkdtemp(prefix="indinb-")
        self.path = f"{home}/socket"
        command = [program, "-p", str(self.port), "-u", self.path, *drivers]
        self._log = Path(home, "log")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"HOME": home},
                start_new_session=True,  # the interrupt of a cell is not for the server
            )
        self._finalizer = weakref.finalize(self, _end, self._process, home)
        self._wait_until_it_listens()

    def close(self) -> None:
        """End the server and its drivers; safe to call twice."""
        self._finalizer()

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while not _listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self._log.read_text("utf-8", "replace").strip().splitlines()
                self.close()
                reason = said[-1] if said else "it said nothing"
                raise ConnectionFailed(f"indiserver did not start: {reason}")
            time.sleep(0.02)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _end(process: "subprocess.Popen[bytes]", home: str) -> None:
    """End a process and its children, which are a process group of their own."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_TIMEOUT)
    shutil.rmtree(home, ignore_errors=True)
