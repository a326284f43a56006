"""The proxy, between plain sockets."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.conftest import nothing_left
from tests.proxy import Proxy

SOON = 5.0
"""Seconds within which whatever has to come has come."""

A_WHILE = 0.05
"""Seconds in which whatever must not come has not come."""


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SOON)
        yield listener


@pytest.fixture
def proxy(server) -> Iterator[Proxy]:
    with Proxy(server.getsockname()[1]) as proxy:
        yield proxy


@pytest.fixture
def link(proxy, server) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return both ends of a link."""
    with linked(proxy, server) as ends:
        yield ends


@contextlib.contextmanager
def linked(proxy, server):
    with socket.create_connection(("127.0.0.1", proxy.port), SOON) as client:
        accepted, _ = server.accept()
        with accepted:
            accepted.settimeout(SOON)
            yield client, accepted


def take(sock: socket.socket, count: int) -> bytes:
    """Receive so many bytes, or what there is before the end."""
    taken = b""
    while len(taken) < count and (more := sock.recv(count - len(taken))):
        taken += more
    return taken


def all_of(sock: socket.socket) -> bytes:
    return take(sock, 1 << 30)


def is_silent(sock: socket.socket) -> bool:
    """Whether nothing comes, not even the end."""
    sock.settimeout(A_WHILE)
    try:
        sock.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return True
    finally:
        sock.settimeout(SOON)
    return False


def is_reset(sock: socket.socket) -> bool:
    try:
        return all_of(sock) is None
    except ConnectionResetError:
        return True


def passes(link) -> bool:
    """Whether it carries something in both directions."""
    client, server = link
    client.sendall(b"ask")
    server.sendall(b"answer")
    return (take(server, 3), take(client, 6)) == (b"ask", b"answer")


def test_it_passes_on_what_comes(link, proxy):
    client, server = link
    assert passes(link)
    assert (proxy.links, proxy.to_server.passed, proxy.to_client.passed) == (1, 3, 6)
    data = bytes(range(256)) * 40_000
    sender = threading.Thread(target=server.sendall, args=(data,))
    sender.start()
    assert take(client, len(data)) == data
    sender.join()


@pytest.mark.parametrize("side", [0, 1])
def test_the_end_of_one_side_is_that_of_the_other(link, side):
    link[side].sendall(b"bye")
    link[side].shutdown(socket.SHUT_WR)
    assert all_of(link[1 - side]) == b"bye"
    assert all_of(link[side]) == b""


def test_links_are_apart(proxy, server):
    with linked(proxy, server) as one, linked(proxy, server) as other:
        assert proxy.links == 2
        one[1].close()
        assert all_of(one[0]) == b""
        assert passes(other)
        assert proxy.links == 1


def test_a_server_that_does_not_listen(proxy, server):
    server.close()
    with socket.create_connection(("127.0.0.1", proxy.port), SOON) as client:
        assert all_of(client) == b""


def test_cut(link, proxy):
    proxy.cut()
    assert proxy.links == 0
    assert [all_of(end) for end in link] == [b"", b""]


def test_cut_by_a_reset(link, proxy):
    proxy.cut(reset=True)
    assert [is_reset(end) for end in link] == [True, True]


def test_a_cut_leaves_the_way_free_for_others(proxy, server):
    with linked(proxy, server):
        proxy.cut()
        with linked(proxy, server) as other:
            assert passes(other)


@pytest.mark.parametrize("count", [0, 1, 7, 10])
@pytest.mark.parametrize("pieces", [[b"0123456789"], [b"01234", b"56789"]])
def test_cut_after_so_many_bytes(link, proxy, count, pieces):
    client, server = link
    before = time.monotonic()
    cut = proxy.cut_after(count)
    with contextlib.suppress(OSError):  # the second piece may be too late
        for piece in pieces:
            server.sendall(piece)
    assert all_of(client) == b"0123456789"[:count]
    assert before < cut.result(SOON) < time.monotonic()
    assert proxy.to_client.passed == count


def test_cut_after_bytes_of_several_links(proxy, server):
    cut = proxy.cut_after(4)
    with linked(proxy, server) as one:
        one[1].sendall(b"12")
        assert take(one[0], 2) == b"12"
    with linked(proxy, server) as other:
        other[1].sendall(b"3456")
        assert all_of(other[0]) == b"34"
    cut.result(SOON)


def test_cut_by_a_reset_after_so_many_bytes(link, proxy):
    client, server = link
    cut = proxy.cut_after(3, reset=True)
    server.sendall(b"012")
    cut.result(SOON)
    assert [is_reset(client), is_reset(server)] == [True, True]


def test_each_piece_is_delayed(link, proxy):
    proxy.to_client.delay = A_WHILE
    begin = time.monotonic()
    assert passes(link)
    assert time.monotonic() - begin >= A_WHILE
    proxy.to_client.delay = 0.0
    assert passes(link)


def test_half_a_message(link, proxy):
    client, server = link
    proxy.stop_after(4)
    server.sendall(b"<message/>")
    assert take(client, 4) == b"<mes"
    assert is_silent(client)
    proxy.thaw()
    assert take(client, 6) == b"sage/>"


def test_dribble(link, proxy):
    client, server = link
    proxy.to_client.dribble(3)
    proxy.to_client.delay = 0.01
    server.sendall(b"abcdef")
    assert [client.recv(9) for _ in range(4)] == [b"a", b"b", b"c", b"def"]


def test_freeze_and_thaw(link, proxy):
    client, server = link
    proxy.freeze()
    client.sendall(b"ask")
    server.sendall(b"answer")
    assert is_silent(client)
    assert is_silent(server)
    proxy.thaw()
    assert (take(server, 3), take(client, 6)) == (b"ask", b"answer")


def test_a_frozen_link_hides_its_end(link, proxy):
    client, server = link
    proxy.freeze()
    server.close()
    assert is_silent(client)
    proxy.thaw()
    assert all_of(client) == b""


def test_one_direction_is_frozen(link, proxy):
    client, server = link
    proxy.to_server.freeze()
    server.sendall(b"answer")
    assert take(client, 6) == b"answer"
    client.sendall(b"ask")
    assert is_silent(server)
    proxy.cut()
    assert all_of(server) == b""


def test_a_link_that_is_made_while_all_is_frozen(proxy, server):
    proxy.freeze()
    with linked(proxy, server) as link:
        link[0].sendall(b"ask")
        assert is_silent(link[1])
        proxy.thaw()
        assert take(link[1], 3) == b"ask"


def test_nobody_reads(link, proxy):
    """What is not passed on is not swallowed either, so that the sender has to wait."""
    client, _ = link
    proxy.to_server.freeze()
    client.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while sent < 1 << 30:
            sent += client.send(bytes(1 << 16))
    assert sent < 1 << 25


def test_refuse_and_accept(link, proxy):
    port = proxy.port
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), SOON)
    assert passes(link)
    proxy.accept()
    assert proxy.port == port
    socket.create_connection(("127.0.0.1", port), SOON).close()


def test_garbage(link, proxy):
    client, server = link
    proxy.inject(b"<<</")
    assert take(client, 4) == b"<<</"
    proxy.garble(100, seed=1)
    first = take(client, 100)
    proxy.garble(100, seed=1)
    proxy.garble(100, seed=2)
    assert take(client, 100) == first != take(client, 100)
    server.sendall(b"answer")
    assert take(client, 6) == b"answer"


def test_nothing_is_left(server):
    with nothing_left(SOON):
        proxy = Proxy(server.getsockname()[1])
        with linked(proxy, server) as ends:
            proxy.freeze()
            proxy.cut_after(10)
            proxy.close()
            proxy.close()
            assert [all_of(end) for end in ends] == [b"", b""]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), SOON)
