import errno
import socket
import threading

import pytest

from indinb.client import transport as transport_module
from indinb.client.transport import SocketTransport, UnixTransport, open_tcp
from indinb.errors import ConnectionFailed
from tests.client.fakes import SOON


@pytest.fixture(params=[SocketTransport, UnixTransport])
def pair(request):
    """Return a transport, and the socket at its other end."""
    ours, theirs = socket.socketpair()
    transport = request.param(ours)
    yield transport, theirs
    transport.close()
    theirs.close()


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def receive(transport, size=100):
    buffer = memoryview(bytearray(size))
    count, blocks = transport.receive_into(buffer)
    assert len(blocks) == 0
    return bytes(buffer[:count])


def receive_in_thread(transport):
    """Wait for bytes in another thread; what came, or went wrong, is put into a list."""
    outcome = []

    def run():
        try:
            outcome.append(receive(transport))
        except OSError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def test_receives_what_there_is(pair):
    transport, other = pair
    other.sendall(b"<message/>")
    assert receive(transport) == b"<message/>"


def test_receives_no_more_than_the_buffer_holds(pair):
    transport, other = pair
    other.sendall(b"0123456789")
    assert receive(transport, 4) == b"0123"
    assert receive(transport, 100) == b"456789"


def test_end_is_nothing_received(pair):
    transport, other = pair
    other.sendall(b"last")
    other.close()
    assert receive(transport) == b"last"
    assert receive(transport) == b""
    assert receive(transport) == b""


def test_sends_all_of_it_though_the_other_side_is_slow(pair):
    transport, other = pair
    data = bytes(range(256)) * 20_000  # more than any socket holds
    sender = threading.Thread(target=transport.send, args=(data,))
    sender.start()
    arrived = bytearray()
    while len(arrived) < len(data):
        arrived += other.recv(100_000)
    sender.join(SOON)
    assert arrived == data


def test_closing_tells_the_other_side(pair):
    transport, other = pair
    transport.close()
    assert other.recv(10) == b""


def test_closing_wakes_who_waits_for_bytes(pair):
    transport, _ = pair
    thread, outcome = receive_in_thread(transport)
    transport.close()
    thread.join(SOON)
    assert not thread.is_alive()
    assert outcome[0] == b"" or isinstance(outcome[0], OSError)


def test_closing_wakes_who_waits_to_send(pair):
    transport, other = pair
    outcome = []

    def send():
        try:
            while True:
                transport.send(bytes(1 << 20))
        except OSError as error:
            outcome.append(error)

    sender = threading.Thread(target=send)
    sender.start()
    other.recv(1)  # it is sending by now, and nobody takes the rest
    transport.close()
    sender.join(SOON)
    assert not sender.is_alive()
    assert len(outcome) == 1


def test_closing_twice_and_after_the_other_side(pair):
    transport, other = pair
    other.close()
    transport.close()
    transport.close()


def test_a_closed_link_takes_nothing(pair):
    transport, _ = pair
    transport.close()
    with pytest.raises(OSError):  # noqa: PT011
        transport.send(b"late")


def test_tcp_link_carries_bytes_both_ways(listener):
    transport = open_tcp(*listener.getsockname(), timeout=SOON)
    other, _ = listener.accept()
    with other:
        transport.send(b"question")
        assert other.recv(100) == b"question"
        other.sendall(b"answer")
        assert receive(transport) == b"answer"
        transport.close()


def test_tcp_link_sends_small_messages_at_once(listener):
    transport = open_tcp(*listener.getsockname(), timeout=SOON)
    assert transport._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    transport.close()


def failure(host="127.0.0.1", port=7624):
    with pytest.raises(ConnectionFailed) as caught:
        open_tcp(host, port, timeout=2.5)
    assert isinstance(caught.value, ConnectionError)
    text = str(caught.value)
    assert "\n" not in text
    return text


def refuse_with(monkeypatch, error):
    def create_connection(address, timeout):
        raise error

    monkeypatch.setattr(socket, "create_connection", create_connection)


def test_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    text = failure(port=port)
    assert text.startswith(f"nothing listens at 127.0.0.1:{port}: start a server there")
    assert f"indiserver -p {port}" in text


def test_no_such_host(monkeypatch):
    refuse_with(monkeypatch, socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    assert failure("obsrevatory") == (
        "no host is called 'obsrevatory': check the name, or give its address"
    )


def test_no_answer_in_time(monkeypatch):
    refuse_with(monkeypatch, TimeoutError("timed out"))
    text = failure("10.0.0.1")
    assert text.startswith("10.0.0.1:7624 did not answer within 2.5 s: check ")


def test_any_other_obstacle_is_named(monkeypatch):
    refuse_with(monkeypatch, OSError(errno.ENETUNREACH, "Network is unreachable"))
    assert failure() == "cannot connect to 127.0.0.1:7624: [Errno 101] Network is unreachable"


@pytest.mark.parametrize("port", [70000, 65536, 0, -1])
def test_no_such_port(port):
    assert failure(port=port) == (
        f"{port} is not a port: they go from 1 to 65535, and INDI's own is 7624"
    )


def test_the_cause_is_kept(monkeypatch):
    cause = TimeoutError("timed out")
    refuse_with(monkeypatch, cause)
    with pytest.raises(ConnectionFailed) as caught:
        open_tcp("10.0.0.1", 7624, timeout=1)
    assert caught.value.__cause__ is cause


# Silence, and a server that takes nothing


def test_silence_is_told(pair, monkeypatch):
    transport, other = pair
    transport._socket.settimeout(0.001)
    assert transport.receive_into(memoryview(bytearray(10))) is None
    other.sendall(b"<message/>")
    assert receive(transport) == b"<message/>"


def test_a_link_that_the_system_gives_up_is_no_silence(pair):
    transport, _ = pair

    class Dead:
        def __getattr__(self, name):
            raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")

    transport._socket, real = Dead(), transport._socket
    with pytest.raises(TimeoutError, match="Connection timed out"):
        receive(transport)
    transport._socket = real


def test_a_server_that_takes_nothing_does_not_block_for_ever(pair, monkeypatch):
    transport, other = pair
    transport._socket.settimeout(0.001)
    monkeypatch.setattr(transport_module, "SEND_PATIENCE", 0.01)
    monkeypatch.setattr(transport_module, "TICK", 0.001)
    with pytest.raises(TimeoutError):
        transport.send(b"x" * 10_000_000)
    assert other.recv(10) == b"x" * 10


def test_a_server_that_is_slow_gets_everything(pair, monkeypatch):
    transport, other = pair
    transport._socket.settimeout(0.001)
    data = bytes(range(256)) * 40_000
    taken = bytearray()

    def take():
        while len(taken) < len(data):
            taken.extend(other.recv(100_000))

    thread = threading.Thread(target=take)
    thread.start()
    transport.send(data)
    thread.join()
    assert taken == data


def test_tcp_links_are_kept_alive(listener):
    transport = open_tcp(*listener.getsockname(), timeout=SOON)
    sock = transport._socket
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    if hasattr(socket, "TCP_KEEPIDLE"):
        idle, interval, count = (
            sock.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        assert idle + interval * count < 15
    transport.close()


@pytest.mark.parametrize("missing", ["TCP_USER_TIMEOUT", "TCP_KEEPIDLE"])
def test_systems_without_some_options(listener, monkeypatch, missing):
    monkeypatch.delattr(socket, missing, raising=False)
    open_tcp(*listener.getsockname(), timeout=SOON).close()
