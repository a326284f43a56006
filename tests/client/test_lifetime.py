"""Clients that nobody closes."""

import gc
import subprocess
import sys
import threading
import weakref
from types import SimpleNamespace

import pytest

from indinb.client import clock, lifetime
from indinb.client.clock import call_later
from indinb.client.connection import Connection
from indinb.protocol.messages import GetProperties
from indinb.protocol.vocabulary import State
from tests.client.fakes import CCD, FRAME, FakeServer, update
from tests.client.helpers import unanswered
from tests.forks import in_child


class Kernel:
    """IPython's shell as a notebook's kernel has it, in which cells run."""

    def __init__(self) -> None:
        self.cell = self.request = ""

    def get_parent(self):
        metadata = {"cellId": self.cell} if self.cell else {}
        return {"metadata": metadata, "header": {"msg_id": self.request}}

    def run(self, cell, request):
        """Begin to run a cell."""
        self.cell, self.request = cell, request
        lifetime.end_of_earlier_runs()


@pytest.fixture
def kernel(monkeypatch):
    kernel = Kernel()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: kernel))
    return kernel


@pytest.fixture
def make():
    """Return a function that makes clients; IPython need not be there in earnest."""
    servers = []

    def make():
        servers.append(FakeServer())
        client = Connection(servers[-1].transport, "fake")
        clients.append(client)
        return client

    clients = []
    yield make
    for client in clients:
        client.close()
    for server in servers:
        server.close()


# Cells that are run again


def test_a_cell_that_is_run_again_closes_what_it_made(kernel, make):
    kernel.run("connect", "1")
    old = make()
    kernel.run("connect", "2")
    new = make()
    assert (old.status, new.status) == ("closed", "connected")


def test_other_cells_close_nothing(kernel, make):
    kernel.run("connect", "1")
    client = make()
    kernel.run("connect another", "2")
    make()
    kernel.run("look", "3")
    assert client.status == "connected"


def test_a_cell_may_make_several(kernel, make):
    kernel.run("connect", "1")
    first = make()
    lifetime.end_of_earlier_runs()
    second = make()
    assert (first.status, second.status) == ("connected", "connected")
    kernel.run("connect", "2")
    assert (first.status, second.status) == ("closed", "closed")


@pytest.mark.parametrize("shell", [None, SimpleNamespace(), Kernel()])
def test_without_cells_nothing_is_closed(monkeypatch, make, shell):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    client = make()
    lifetime.end_of_earlier_runs()
    assert client.status == "connected"


class Elsewhere:
    """IPython's shell, in a thread that runs no cell."""

    def get_parent(self):
        raise LookupError("shell_parent")


def test_threads_that_run_no_cell_close_nothing(monkeypatch, make):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=Elsewhere))
    client = make()
    lifetime.end_of_earlier_runs()
    assert client.status == "connected"


# Forks

# Python warns since 3.12 that a child may find locks held for ever: here it must not.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


def test_a_child_has_no_part_in_its_parent_s_client(client, server):
    assert in_child(lambda: client.status) == "'closed'"
    said = in_child(lambda: client.send(GetProperties()))
    assert said.startswith("ConnectionLost: this client belongs to another process")
    assert in_child(lambda: client.devices[CCD]["CCD_FRAME"]["WIDTH"]) == "1280.0"
    assert server.heard(GetProperties) == [GetProperties()]


def test_a_child_that_closes_it_does_not_close_its_parent_s(client, server):
    assert in_child(client.close) == "None"
    server.tell(update(FRAME, State.BUSY))
    assert client.status == "connected"
    assert client.devices[CCD]["CCD_FRAME"].state is State.BUSY


def test_a_child_of_a_parent_that_is_sending(client, server):
    holding, go_on = threading.Event(), threading.Event()

    def hold():
        with client._lock:
            holding.set()
            go_on.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(10)
    assert in_child(lambda: client.send(GetProperties())).startswith("ConnectionLost")
    assert in_child(client.close) == "None"
    go_on.set()
    thread.join()


def test_a_child_can_have_a_client_of_its_own(client):
    call_later(1000, int)  # so that the parent's clock runs
    assert clock._clock._thread is not None

    def connect():
        server = FakeServer()
        with Connection(server.transport, "fake").open() as own:
            return own.devices[CCD].name

    assert in_child(connect) == repr(CCD)
    for _, _, timer in clock._clock._timers:
        if timer.callback is int:
            timer.cancel()


def test_what_was_pending_in_the_parent_goes_on_there(client, server):
    operation = unanswered(client)
    assert in_child(operation.result).startswith("ConnectionLost: set CCD_TEMPERATURE of CCD")
    in_child(client.close)
    assert not operation.done()


# The end of the interpreter

AT_EXIT = """
import threading
from indinb.client.connection import Connection
from tests.client.fakes import FakeServer
server = FakeServer()
client = Connection(server.transport, "fake").open()
client.observe(lambda change: print(change.type, change.new, flush=True))
operation = client.devices["CCD Simulator"]["CCD_TEMPERATURE"].set(-10)
operation.add_done_callback(lambda done: print(type(done.exception()).__name__, flush=True))
client.worker.submit(int).result()
"""


def test_a_client_that_is_left_at_exit_is_closed():
    done = subprocess.run(
        [sys.executable, "-c", AT_EXIT], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split("\n") == ["ConnectionLost", "status closed", ""]
    assert done.stderr == ""


def test_forgotten_clients_are_not_remembered(make_and_forget):
    gone = make_and_forget()
    gc.collect()
    assert gone() is None


@pytest.fixture
def make_and_forget():
    """Return a function that closes a client, forgets it, and returns a weak reference to it."""
    server = FakeServer()

    def make_and_forget():
        client = Connection(server.transport, "fake").open()
        client.close()
        return weakref.ref(client)

    yield make_and_forget
    server.close()
