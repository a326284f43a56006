"""Programs: how they end, are interrupted, and see their server go and return."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from indinb.protocol.messages import New
from tests.client.fakes import TEMPERATURE
from tests.pyindi.fakes import PATIENCE, run, running
from tests.waiting import look_until

LEFT = """
import sys
import PyIndi

class Client(PyIndi.BaseClient):
    def serverDisconnected(self, code):
        print("told", code)

client = Client()
client.setServer("127.0.0.1", int(sys.argv[1]))
assert client.connectServer()
print(len(client.getDevices()))
"""


@pytest.mark.parametrize("runner", [("-m", "indinb.pyindi"), ()])
def test_a_script_that_does_not_disconnect(port, tmp_path, runner):
    script = LEFT if runner else "from indinb import pyindi\npyindi.install()\n" + LEFT
    begin = time.monotonic()
    assert run(script, tmp_path, str(port.number), runner=runner) == (0, "2\n", "")
    assert time.monotonic() - begin < PATIENCE


def test_a_script_that_ends_by_exit_with_a_client(port, tmp_path):
    code, out, err = run(LEFT + "sys.exit('no more')", tmp_path, str(port.number))
    assert (code, out, err) == (1, "2\n", "no more\n")


# Ctrl-C

WAITING = """
import sys, threading
import PyIndi

class Client(PyIndi.BaseClient):
    def newProperty(self, prop):
        pass
    def serverConnected(self):
        print("connected", flush=True)
        if "inside" in sys.argv:
            threading.Event().wait()

client = Client()
client.setServer("127.0.0.1", int(sys.argv[1]))
try:
    client.connectServer()
    print("waiting", flush=True)
    threading.Event().wait()
except KeyboardInterrupt:
    print("interrupted", client.isServerConnected(), client.disconnectServer(), flush=True)
    if "again" in sys.argv:
        raise
"""


@contextlib.contextmanager
def waiting(port, folder, until, *arguments):
    with running(WAITING, folder, str(port.number), *arguments) as program:
        for line in iter(program.stdout.readline, ""):
            if line.strip() == until:
                break
        yield program


def interrupted(program):
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=PATIENCE)
    return program.returncode, out, err


def test_interrupt_in_a_script(port, tmp_path):
    with waiting(port, tmp_path, "waiting") as program:
        assert interrupted(program) == (0, "interrupted True True\n", "")


def test_interrupt_while_it_connects(port, tmp_path):
    port.harbour.definitions = (TEMPERATURE._replace(device="None"),)
    with waiting(port, tmp_path, "connected", "inside") as program:
        assert interrupted(program) == (0, "interrupted True True\n", "")


def test_interrupt_while_the_devices_are_announced(tmp_path):
    """The server says nothing, so they are waited for as long as it may take."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = SimpleNamespace(number=silent.getsockname()[1])
        with waiting(place, tmp_path, "connected") as program:
            code, out, err = interrupted(program)
    assert (code, err) == (0, "")
    assert out in ("interrupted True True\n", "waiting\ninterrupted True True\n")


def test_interrupt_that_nobody_catches(port, tmp_path):
    with waiting(port, tmp_path, "waiting", "again") as program:
        code, out, err = interrupted(program)
    assert (code, out) == (130, "interrupted True True\n")
    assert err.endswith("KeyboardInterrupt\n")
    assert "indinb" not in err


# A server that is killed, seen by a whole program

RETURNING = """
import sys, threading
import PyIndi

class Client(PyIndi.BaseClient):
    def __init__(self):
        super().__init__()
        self.lost = threading.Event()
    def serverDisconnected(self, code):
        print("lost", code, self.isServerConnected(), flush=True)
        self.lost.set()

client = Client()
client.setServer("127.0.0.1", int(sys.argv[1]))
assert client.connectServer()
number = client.getDevice("CCD Simulator").getNumber("CCD_TEMPERATURE")
client.sendNewNumber(number)
while number.getState() == PyIndi.IPS_BUSY:
    client.lost.wait(0.01)
print(number.getStateAsString(), flush=True)
client.lost.wait(20)
print(client.connectServer(), number.getStateAsString(), flush=True)
"""


def test_a_program_whose_server_goes_and_returns(port, tmp_path):
    with running(RETURNING, tmp_path, str(port.number)) as program:
        look_until(lambda: port.harbour.servers)
        port.harbour.server.next(New)
        port.harbour.server.cut()
        out, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, err
    assert sorted(out.split("\n")[:2]) == ["Alert", "lost -1 False"]
    assert out.split("\n")[2:] == ["True Idle", ""]


def test_the_library_is_light():
    """What a script loads is what it needs."""
    program = "import sys; import indinb.pyindi; print('astropy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
