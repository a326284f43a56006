"""Scripts and servers for tests of the drop-in."""

import contextlib
import functools
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indinb import pyindi as PyIndi
from tests.client.fakes import SOON, FakeServer
from tests.client.harbour import Harbour

ROOT = Path(__file__).parents[2]

CALLBACKS = (
    *("serverConnected", "serverDisconnected", "newDevice", "removeDevice", "newProperty"),
    *("updateProperty", "removeProperty", "newMessage", "newPingReply", "newUniversalMessage"),
)

HOOKS = ("newNumber", "newSwitch", "newText", "newLight", "newBLOB")
"""Callbacks of INDI 1.x, in the place of updateProperty."""

PATIENCE = 30.0
"""Seconds for a program of its own."""


class Script(PyIndi.BaseClient):
    """A client that notes each callback.

    Attributes
    ----------
    heard : list of (str, ...)
        Their names and what they were given, the oldest first.
    acts : dict
        What to do in a callback besides, by its name; called with what that is given.
    """

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[Any, ...]] = []
        self.acts: dict[str, Any] = {}
        self._inbox: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()

    def note(self, name: str, *given: Any) -> None:
        self.heard.append((name, *given))
        try:
            if name in self.acts:
                self.acts[name](*given)
        finally:
            self._inbox.put((name, *given))

    def next(self, name: str) -> tuple[Any, ...]:
        """Wait until a callback has returned, pass over others, and return what it was given."""
        while True:
            called, *given = self._inbox.get(timeout=PATIENCE)
            if called == name:
                return tuple(given)

    def until(self, condition: Any) -> None:
        """Wait until something holds, which callbacks bring."""
        while not condition():
            self._inbox.get(timeout=PATIENCE)

    def count(self, name: str) -> int:
        """Return how often a callback was called."""
        return sum(each[0] == name for each in self.heard)

    def value(self, device: str, name: str, member: str) -> float:
        """Return a number as it is now."""
        return self.getDevice(device).getNumber(name).findWidgetByName(member).getValue()


class OldScript(Script):
    """A client of INDI 1.x that notes each callback."""

    updateProperty = PyIndi.BaseClient.updateProperty


for each in CALLBACKS:
    setattr(Script, each, functools.partialmethod(Script.note, each))
for each in HOOKS:
    setattr(OldScript, each, functools.partialmethod(Script.note, each))


class Port:
    """A port on which each client meets a `FakeServer` of its own.

    Attributes
    ----------
    number : int
        Of the port.
    harbour : Harbour
        Which has the servers.
    """

    def __init__(self, *definitions: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]
        self.harbour = Harbour(*definitions, make=self._make)
        self._accepted: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, name="indinb-port", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more clients, and leave those that there are."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        self.harbour.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._accepted, _ = self._socket.accept()
                self.harbour.open()

    def _make(self, *definitions: Any) -> FakeServer:
        return FakeServer(*definitions, pair=lambda: (self._accepted, socket.socket()))


@contextlib.contextmanager
def running(
    script: str, folder: Path, *arguments: str, runner: tuple[str, ...] = ("-m", "indinb.pyindi")
) -> Iterator["subprocess.Popen[str]"]:
    """Run a script in a program of its own, with the drop-in; it is ended at the end."""
    path = folder / "script.py"
    path.write_text(script)
    command = [sys.executable, "-W", "error", *runner, str(path), *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    program = subprocess.Popen(command, text=True, cwd=folder, env=environment, **pipes)
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def run(script: str, folder: Path, *arguments: str, **options: Any) -> tuple[int, str, str]:
    """Run a script to its end; return its exit code, and what it prints and complains of."""
    with running(script, folder, *arguments, **options) as program:
        out, err = program.communicate(timeout=PATIENCE)
        return program.returncode, out, err


def joined(*threads: threading.Thread) -> None:
    """Wait for the end of threads, which has to come."""
    for thread in threads:
        thread.join(SOON)
        assert not thread.is_alive(), "it hangs"
