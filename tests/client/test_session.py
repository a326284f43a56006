"""What a connection says to the wire, and what it does without one."""

import signal
import threading

import pytest

from indinb.client import transport
from indinb.client.connection import Connection
from indinb.errors import ConnectionLost
from indinb.protocol.messages import GetProperties, New
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import CCD, FRAME, SOON, FakeServer, update
from tests.client.helpers import ended, interrupt, one_line, unanswered
from tests.waiting import wait_until

LARGE = New(Kind.TEXT, CCD, "NOTE", {"TEXT": "x" * 1_000_000})


class Busy(FakeServer):
    """Tells its definitions, and then reads nothing until it is let go on."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        super().__init__()

    def _take(self, message):
        super()._take(message)
        if isinstance(message, GetProperties):
            self.goes_on.wait(SOON)


class Mute(FakeServer):
    """Takes everything, and says nothing."""

    def _take(self, message):
        self._inbox.put(message)


@pytest.fixture
def impatient(monkeypatch):
    """Let servers that take nothing be given up soon."""
    monkeypatch.setattr(transport, "TICK", 0.01)
    monkeypatch.setattr(transport, "SEND_PATIENCE", 0.05)


@pytest.fixture
def busy():
    server = Busy()
    yield server
    server.goes_on.set()
    server.close()


@pytest.fixture
def client_of_busy(impatient, busy):
    """Return a client, open though its server answers no ping."""
    busy.transport._socket.settimeout(transport.TICK)
    with Connection(busy.transport, "fake").open() as client:
        yield client


def send_until_it_fails(client):
    while True:
        client.send(LARGE)


def test_a_server_that_takes_nothing_does_not_block(client_of_busy):
    with pytest.raises(ConnectionLost) as caught:
        send_until_it_fails(client_of_busy)
    assert one_line(caught) == "fake does not take any more: timed out"
    assert ended(client_of_busy).status == "lost"


def test_others_that_send_then_fail_at_once(client_of_busy):
    threads = [threading.Thread(target=fails, args=(client_of_busy,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
        assert not thread.is_alive()


def fails(client):
    with pytest.raises(ConnectionLost):
        send_until_it_fails(client)


def test_close_is_not_kept_by_a_server_that_takes_nothing(busy, monkeypatch):
    monkeypatch.setattr(transport, "SEND_PATIENCE", 1000)
    client = Connection(busy.transport, "fake").open()
    sender = threading.Thread(target=fails, args=(client,))
    sender.start()
    wait_until_it_sends(client)
    client.close()
    sender.join(SOON)
    assert not sender.is_alive()


def wait_until_it_sends(client):
    """Wait until somebody holds the link, and goes on doing so."""
    while client._lock.acquire(timeout=0.2):
        client._lock.release()


def test_close_in_a_signal_while_sending(client, server, monkeypatch):
    """The handler runs on the thread that sends, in the midst of that."""
    monkeypatch.setattr(client._transport, "send", lambda data: interrupt())
    before = signal.signal(signal.SIGINT, lambda *_: client.close())
    try:
        unanswered(client)
    except ConnectionLost:
        pass
    finally:
        signal.signal(signal.SIGINT, before)
    assert client.status == "closed"


def test_ctrl_c_while_sending_leaves_no_half_message(moored, harbour, monkeypatch):
    """A link over which a part has gone ends, and another is found."""
    real = moored._transport._socket

    class Socket:
        def send(self, data):
            return real.send(data[:10]) if len(data) > 100 else interrupt()

        def __getattr__(self, name):
            return getattr(real, name)

    message = New(Kind.TEXT, CCD, "NOTE", {"TEXT": "x" * 60})
    moored._transport._socket = Socket()
    with pytest.raises(KeyboardInterrupt):
        moored.send(message)
    wait_until(moored, lambda: len(harbour.servers) == 2 and moored.status == "connected")
    assert harbour.server.asked.wait(SOON)
    harbour.server.tell(update(FRAME, State.BUSY))
    assert moored.devices[CCD]["CCD_FRAME"].state is State.BUSY


def test_ctrl_c_before_sending_keeps_the_link(client, server, monkeypatch):
    operation = unanswered(client)
    monkeypatch.setattr(client._transport, "_send_some", lambda data: interrupt())
    with pytest.raises(KeyboardInterrupt):
        client.send(GetProperties())
    monkeypatch.undo()
    server.tell(update(FRAME, State.BUSY))
    assert client.status == "connected"
    assert not operation.done()


# Closing while it opens


@pytest.fixture
def mute():
    server = Mute()
    yield server
    server.close()


def test_close_while_it_opens(mute, pool):
    client = Connection(mute.transport, "fake")
    opening = pool.submit(client.open)
    mute.next(GetProperties)
    client.close()
    assert isinstance(opening.exception(SOON), ConnectionLost)
    assert "this client was closed" in one_line(opening.exception())
    assert client.status == "closed"


def test_ctrl_c_while_it_opens(mute, monkeypatch):
    client = Connection(mute.transport, "fake")
    quiet = client.quiet

    def interrupted(**options):
        operation = quiet(**options)
        monkeypatch.setattr(operation, "result", interrupt)
        return operation

    monkeypatch.setattr(client, "quiet", interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.open()
    assert client.status == "closed"
    assert not client._reader.is_alive()


def test_ctrl_c_while_it_closes(client, monkeypatch):
    """What is left is done when it is closed again."""
    monkeypatch.setattr(client._reader, "wait_for_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        client.close()
    monkeypatch.undo()
    client.close()
    assert client.status == "closed"
    assert not client._reader.is_alive()
    with pytest.raises(RuntimeError):
        client.worker.submit(int)


def test_a_server_that_hangs_up_at_once(server, harbour):
    server.cut()
    client = Connection(server.transport, "fake", reopen=harbour.open)
    with pytest.raises(ConnectionLost):
        client.open()
    assert client.status == "closed"


# Several clients of one server


def test_clients_are_independent_of_each_other(connect, harbour, server):
    first, second = connect(harbour, reopen=harbour.open), connect(server)
    harbour.cut(first)
    second.close()
    harbour.server.tell(update(FRAME, State.BUSY))
    assert first.devices[CCD]["CCD_FRAME"].state is State.BUSY
    assert second.devices[CCD]["CCD_FRAME"].state is not State.BUSY
