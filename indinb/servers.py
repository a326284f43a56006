"""Servers that indinb starts itself, and ends itself."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
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
_LISTENING = re.compile(r"listening on \S+, port (\d+)")
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


class OwnServer:
    """A server that this program starts, on a port of its own, and ends.

    It ends with this program, even if that is killed; children that the program forks leave it
    alone.

    Parameters
    ----------
    command : sequence of str
        What to run. It has to end when its standard input does, which the system closes when this
        program ends, in whatever way.
    home : str
        Folder for all that the server writes, which goes when it ends.
    environment : mapping
        Variables besides our own.
    cwd : path-like, optional
        Where to run it.

    Raises
    ------
    ConnectionFailed
        If it does not start.
    """

    host = "localhost"
    what = "the server"
    port: int

    def __init__(
        self,
        command: Sequence[str],
        home: str,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self._log = Path(home, "log")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=os.environ | (environment or {}),
                cwd=cwd,
                start_new_session=True,  # the interrupt of a cell is not for the server
            )
        self._lifeline = cast(IO[bytes], self._process.stdin)
        self._finalizer = weakref.finalize(self, _end, self._process, self._lifeline, home)
        _servers.add(self)
        self._wait_until_it_listens()

    def close(self) -> None:
        """End the server and its drivers; safe to call twice."""
        self._finalizer()

    def _listens(self) -> bool:
        """Tell whether the server takes clients."""
        raise NotImplementedError

    def _leave(self) -> None:
        """Have no more to do with the server, and let it run: it belongs to another process."""
        self._finalizer.detach()
        self._lifeline.close()

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self._said().strip().splitlines()
                self.close()
                reason = said[-1] if said else "it said nothing"
                raise ConnectionFailed(f"{self.what} did not start: {reason}")
            time.sleep(0.02)

    def _said(self) -> str:
        return self._log.read_text("utf-8", "replace")


class IndiServer(OwnServer):
    """An ``indiserver`` of our own: its own port, local socket and home folder.

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

    what = "indiserver"

    def __init__(
        self, drivers: Sequence[str], options: Sequence[str] = (), port: int | None = None
    ) -> None:
        program = shutil.which("indiserver")
        if program is None:
            raise ConnectionFailed(f"indiserver is not installed: {_HOW_TO_INSTALL}")
        self.port = port or _free_port()
        home = _home()
        self.path = f"{home}/socket"
        server = [program, "-p", str(self.port), "-u", self.path, *options, *drivers]
        super().__init__(["sh", "-c", _KEEPER, "sh", *server], home, {"HOME": home})

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


class EmbeddedServer(OwnServer):
    """The embedded observatory in a process of its own, on a free port.

    Parameters
    ----------
    options : sequence of str
        Of ``python -m indinb.simulator``.

    Attributes
    ----------
    host, port : str, int
        Where it is reached, from this machine only.

    Raises
    ------
    ConnectionFailed
        If it does not start.
    """

    host = "127.0.0.1"
    what = "the observatory"

    def __init__(self, options: Sequence[str] = ()) -> None:
        command = [sys.executable, "-m", "indinb.simulator", "--port", "0", "--lifeline", *options]
        super().__init__(command, _home(), cwd=Path(__file__).parents[1])

    def _listens(self) -> bool:
        told = _LISTENING.search(self._said())
        if told:
            self.port = int(told[1])
        return told is not None


def _home() -> str:
    return tempfile.mkdtemp(prefix="indinb-")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _end(process: "subprocess.Popen[bytes]", lifeline: IO[bytes], home: str) -> None:
    """End a process and its children, which are a process group of their own."""
    lifeline.close()
    for end in (_terminate, _kill):
        end(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_TIMEOUT)
    shutil.rmtree(home, ignore_errors=True)


if hasattr(os, "killpg"):

    def _terminate(process: "subprocess.Popen[bytes]") -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)

    def _kill(process: "subprocess.Popen[bytes]") -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

else:  # Windows has no process groups, and our own observatory no children

    def _terminate(process: "subprocess.Popen[bytes]") -> None:
        process.terminate()

    def _kill(process: "subprocess.Popen[bytes]") -> None:
        process.kill()


_servers: "weakref.WeakSet[OwnServer]" = weakref.WeakSet()


def _leave_all() -> None:
    """Leave the servers to the parent, of which a forked child has a copy."""
    for server in tuple(_servers):
        server._leave()


if hasattr(os, "register_at_fork"):  # Windows has neither forks nor indiserver
    os.register_at_fork(after_in_child=_leave_all)
