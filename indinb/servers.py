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
from typing import IO, cast

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

_KEEPER = """
trap : TERM
(trap : TERM; "$@"; kill -KILL 0) &
read _
kill 0
sleep 2
kill -KILL 0
"""
"""A shell script that runs a server for as long as its standard input is open.

We hold the other end of it, and the system closes that when this program ends, in whatever way. A
server that ends by itself takes the shell and what is left of its drivers with it. (The shell has
to survive the signal that it sends to its group; a trap is not inherited by what it runs.)
"""


class IndiServer:
    """An ``indiserver`` of our own: its own port, local socket and home folder.

    It ends with this program, even if that is killed; children that the program forks leave it
    alone.

    Parameters
    ----------
    drivers : sequence of str
        Programs of the drivers to run.
    options : sequence of str
        More of indiserver's own, such as ``("-r", "1000")``.
    port : int, optional
        Where it listens; a free one by default.

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

    def __init__(
        self, drivers: Sequence[str], options: Sequence[str] = (), port: int | None = None
    ) -> None:
        program = shutil.which("indiserver")
        if program is None:
            raise ConnectionFailed(f"indiserver is not installed: {_HOW_TO_INSTALL}")
        self.port = port or _free_port()
        home = tempfile.mkdtemp(prefix="indinb-")
        self.path = f"{home}/socket"
        server = [program, "-p", str(self.port), "-u", self.path, *options, *drivers]
        self._log = Path(home, "log")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", _KEEPER, "sh", *server],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=os.environ | {"HOME": home},
                start_new_session=True,  # the interrupt of a cell is not for the server
            )
        self._lifeline = cast(IO[bytes], self._process.stdin)
        self._finalizer = weakref.finalize(self, _end, self._process, self._lifeline, home)
        _servers.add(self)
        self._wait_until_it_listens()

    def close(self) -> None:
        """End the server and its drivers; safe to call twice."""
        self._finalizer()

    def _leave(self) -> None:
        """Have no more to do with the server, and let it run: it belongs to another process."""
        self._finalizer.detach()
        self._lifeline.close()

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


def _end(process: "subprocess.Popen[bytes]", lifeline: IO[bytes], home: str) -> None:
    """End a process and its children, which are a process group of their own."""
    lifeline.close()
    for signum in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_TIMEOUT)
    shutil.rmtree(home, ignore_errors=True)


_servers: "weakref.WeakSet[IndiServer]" = weakref.WeakSet()


def _leave_all() -> None:
    """Leave the servers to the parent, of which a forked child has a copy."""
    for server in tuple(_servers):
        server._leave()


if hasattr(os, "register_at_fork"):  # Windows has neither forks nor indiserver
    os.register_at_fork(after_in_child=_leave_all)
