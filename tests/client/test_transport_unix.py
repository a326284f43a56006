"""Links on one machine, over which BLOBs come as shared memory."""

import gc
import itertools
import os
import resource
import socket
import sys
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client.transport import UnixTransport, open_unix
from indinb.errors import ConnectionFailed
from tests.client.fakes import MEBIBYTE, maps, open_files, send_beside, share


@pytest.fixture(scope="module", autouse=True)
def no_maps():
    """Count from zero: clients of other tests may be garbage that was not collected yet."""
    gc.collect()
    assert maps() == 0


def send_shared(other, data, *blocks):
    send_beside(other, data, *map(share, blocks))


@pytest.fixture(params=[True, False], ids=["mapped", "copied"])
def local(request):
    """Return a transport that takes shared memory, and the socket at its other end."""
    ours, theirs = socket.socketpair()
    transport = UnixTransport(ours, shared_memory=request.param)
    before = open_files()
    gc.disable()
    yield transport, theirs
    gc.enable()
    files, still_mapped = open_files(), maps()
    transport.close()
    theirs.close()
    assert (files, still_mapped) == (before, 0)


def receive(transport, size=100):
    buffer = memoryview(bytearray(size))
    count, blocks = transport.receive_into(buffer)
    return bytes(buffer[:count]), blocks


def receive_all(transport, length, size=100):
    """Receive so many bytes, and the blocks that come with them."""
    data, blocks = b"", []
    while len(data) < length:
        more, beside = receive(transport, size)
        data += more
        blocks += beside
    return data, blocks


def test_a_block_comes_with_its_bytes(local):
    transport, other = local
    send_beside(other, b"<oneBLOB/>", share(b"pixels", MEBIBYTE))
    data, (block,) = receive(transport)
    assert data == b"<oneBLOB/>"
    assert bytes(block[:6]) == b"pixels"
    assert len(block) == MEBIBYTE
    assert block.readonly


def test_blocks_of_one_message_keep_their_order(local):
    transport, other = local
    send_shared(other, b"message", *(b"%d" % number for number in range(16)))
    data, blocks = receive(transport)
    assert data == b"message"
    assert [int(bytes(block)) for block in blocks] == list(range(16))


def test_as_many_blocks_as_a_message_can_have(local):
    transport, other = local
    send_shared(other, b"message", *(b"%d" % number for number in range(253)))
    _, blocks = receive(transport)
    assert [int(bytes(block)) for block in blocks] == list(range(253))


def test_blocks_of_several_messages_keep_their_order(local):
    transport, other = local
    for number in range(5):
        other.sendall(b"without")
        send_shared(other, b"message", b"%da" % number, b"%db" % number)
    data, blocks = receive_all(transport, 70)
    assert data == b"withoutmessage" * 5
    assert [bytes(block) for block in blocks] == [b"%d%c" % (n, x) for n in range(5) for x in b"ab"]


def test_a_message_received_in_parts_brings_its_blocks_once_and_with_the_first(local):
    transport, other = local
    send_shared(other, b"0123456789", b"pixels", b"more")
    parts = [receive(transport, 3) for _ in range(4)]
    assert [data for data, _ in parts] == [b"012", b"345", b"678", b"9"]
    assert [len(blocks) for _, blocks in parts] == [2, 0, 0, 0]


def test_a_block_never_comes_later_than_the_first_byte_of_its_message(local):
    transport, other = local
    for _ in range(3):
        other.sendall(b"text")
        send_shared(other, b"B", b"pixels")
    data, blocks = b"", []
    while len(data) < 15:
        more, beside = receive(transport)
        data += more
        blocks += beside
        assert len(blocks) >= data.count(b"B")


@given(
    messages=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 3)), max_size=8),
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=5),
)
def test_all_blocks_come_in_order_however_messages_are_cut(messages, sizes):
    ours, theirs = socket.socketpair()
    transport = UnixTransport(ours)
    numbers = itertools.count()
    for length, blocks in messages:
        send_shared(theirs, b"m" * length, *(b"%d" % next(numbers) for _ in range(blocks)))
    theirs.close()
    received = []
    for size in itertools.cycle(sizes):
        data, blocks = receive(transport, size)
        received += blocks
        if not data:
            break
    transport.close()
    assert [int(bytes(block)) for block in received] == list(range(next(numbers)))


def test_no_descriptor_outlives_its_message(local):
    transport, other = local
    before = open_files()
    frames = []
    for number in range(1000):
        send_shared(other, b"message", b"%d" % number)
        frames += receive(transport)[1]
        assert open_files() == before
    assert [int(bytes(frame)) for frame in frames] == list(range(1000))


def test_blocks_that_nobody_wants_are_let_go_at_once(local):
    transport, other = local
    for _ in range(1000):
        send_shared(other, b"message", b"pixels", b"more")
        receive(transport)
    assert maps() == 0


def test_mapped_or_copied():
    for shared_memory in (True, False):
        ours, theirs = socket.socketpair()
        transport = UnixTransport(ours, shared_memory)
        send_shared(theirs, b"message", b"pixels")
        _, blocks = receive(transport)
        assert maps() == shared_memory
        assert bytes(blocks[0]) == b"pixels"
        del blocks
        transport.close()
        theirs.close()


def test_what_is_no_shared_memory_is_named_and_keeps_its_place(local, caplog):
    transport, other = local
    send_beside(other, b"message", share(b"first"), *os.pipe(), share(b""), share(b"last"))
    data, blocks = receive(transport)
    assert data == b"message"
    assert [block and bytes(block) for block in blocks] == [b"first", None, None, None, b"last"]
    lost = "a BLOB is lost, as its shared memory cannot be read: "
    assert caplog.messages == [
        f"{lost}it is no memory",
        f"{lost}it is no memory",
        f"{lost}it has 0 bytes, which is not from 1 to 1073741824",
    ]


def test_too_many_open_files(local):
    transport, other = local
    send_shared(other, b"message", *[b"pixels"] * 5)
    before = open_files()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = os.dup(0)
    os.close(highest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 2, limits[1]))
    try:
        with pytest.raises(OSError, match="BLOBs were lost: this program has too many files open"):
            receive(transport)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert open_files() == before


def test_an_unforeseen_error_leaves_no_descriptor(local, monkeypatch):
    def fail(descriptor):
        raise MemoryError

    transport, other = local
    send_shared(other, b"message", b"pixels", b"more")
    monkeypatch.setattr(transport, "_view", fail)
    before = open_files()
    with pytest.raises(MemoryError):
        receive(transport)
    assert open_files() == before


def test_blocks_in_flight_end_with_the_link():
    before = open_files()
    ours, theirs = socket.socketpair()
    send_shared(theirs, b"message", b"pixels")
    transport = UnixTransport(ours)
    transport.close()
    theirs.close()
    assert open_files() == before
    assert maps() == 0


def test_blocks_outlive_the_link():
    ours, theirs = socket.socketpair()
    send_shared(theirs, b"message", b"pixels")
    transport = UnixTransport(ours)
    _, (block,) = receive(transport)
    transport.close()
    theirs.close()
    assert bytes(block) == b"pixels"


def test_received_descriptors_are_not_for_child_processes(local, monkeypatch):
    transport, other = local
    inheritable = []
    look = transport._view
    monkeypatch.setattr(
        transport, "_view", lambda fd: inheritable.append(os.get_inheritable(fd)) or look(fd)
    )
    send_shared(other, b"message", b"pixels")
    receive(transport)
    assert inheritable == [False]


# open_unix


@pytest.fixture
def place():
    """Return a path at which nobody listens."""
    return f"/tmp/indinb-test-{uuid.uuid4()}"


@pytest.fixture
def local_listener(place):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"\0{place}")
        listening.listen(0)
        yield listening


@pytest.mark.parametrize("shared_memory", [True, False])
def test_unix_link_carries_bytes_both_ways_and_blocks(local_listener, place, shared_memory):
    transport = open_unix(place, shared_memory)
    other, _ = local_listener.accept()
    with other:
        transport.send(b"question")
        assert other.recv(100) == b"question"
        send_shared(other, b"answer", b"pixels")
        data, (block,) = receive(transport)
        assert (data, bytes(block)) == (b"answer", b"pixels")
        assert maps() == shared_memory
        transport.close()


def unix_failure(path):
    before = open_files()
    with pytest.raises(ConnectionFailed) as caught:
        open_unix(path)
    assert open_files() == before
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_no_server_on_this_machine(place):
    assert unix_failure(place) == (
        f"no server listens at unix:{place}, which is no file, but the name that a server "
        "was given: start one on this machine, for example "
        f'`indiserver -u {place} indi_simulator_ccd`, or connect to "localhost"'
    )


def test_a_file_of_that_name_is_no_server(tmp_path):
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        assert unix_failure(path).startswith(f"no server listens at unix:{path}, ")


def test_a_server_that_takes_nobody(local_listener, place):
    waiting = open_unix(place)
    assert unix_failure(place) == (
        f"the server at unix:{place} is too busy to answer: try again, or restart it"
    )
    waiting.close()


@pytest.mark.parametrize(("letter", "most"), [("x", 107), ("é", 53)])
def test_a_path_that_is_too_long(letter, most):
    assert unix_failure(letter * most).startswith("no server listens at unix:")
    path = letter * (most + 1)
    assert unix_failure(path) == (
        f"unix:{path} is too long: the path of a server has 107 bytes at most"
    )


def test_a_path_that_cannot_be_written():
    assert unix_failure("\ud800").startswith("cannot connect to unix:")


def test_elsewhere_than_on_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert unix_failure("/tmp/indiserver") == (
        "unix:/tmp/indiserver works on Linux only, where indiserver shares memory: "
        'connect to "localhost" instead'
    )
