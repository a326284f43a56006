"""What the load server sends is INDI, and clients notice when they get anything else."""

import os
import re
import socket
import threading
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.images.blobs import decode
from indinb.protocol.messages import Define, Update
from tests.benchmarks import loads, server
from tests.benchmarks.clients.raw import connected
from tests.benchmarks.clients.session import Session, clock
from tests.benchmarks.clients.takers import Arrivals, Roll, Tally
from tests.captures import read


def blob(load: loads.Load):
    (update,) = read(load.data)
    return update.values["IMAGE"]


@pytest.fixture
def port():
    """Serve one control link on a thread of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            server._serve(listener.accept()[0])

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_updates_are_in_turn_and_add_up():
    load = loads.updates(count=10, properties=3, changing=2)
    assert [each.name for each in read(load.definitions)] == load.facts["names"]
    updates = read(load.data)
    assert all(isinstance(update, Update) for update in updates)
    assert [update.name for update in updates[:3]] == ["NUMBERS_0", "NUMBERS_1", "NUMBERS_0"]
    assert sum(update.values["X"] for update in updates) == load.facts["sum"]


def test_updates_of_one_second_share_their_timestamp():
    messages = read(loads.updates(count=1001, properties=1, changing=1).data)
    assert len({message.timestamp for message in messages[:1000]}) == 1
    assert messages[1000].timestamp != messages[0].timestamp


def test_observers_that_are_asked_for():
    assert loads.updates(count=1, properties=2, changing=1, others=7).facts["others"] == 7


@pytest.mark.parametrize("wrapped", [False, True])
def test_blobs_are_what_is_said_of_them(wrapped):
    load = loads.blobs(width=30, height=20, wrapped=wrapped)
    (definition,) = read(load.definitions)
    assert isinstance(definition, Define)
    assert definition.name in load.facts["names"]
    assert zlib.crc32(blob(load).data) == load.facts["crc"]
    pixels = decode(blob(load)).data
    assert pixels.shape == (20, 30)
    assert zlib.crc32(pixels) == load.facts["crc of pixels"]


def test_blobs_are_one_line_as_from_indiserver():
    data = loads.blobs(width=30, height=20).data
    assert max(map(len, data.splitlines())) > 4000
    assert b"enclen" not in data


def test_blobs_in_short_lines_as_from_drivers():
    data = loads.blobs(width=30, height=20, wrapped=True).data
    text = re.search(rb"enclen=.*>\n([^<]*)\n    </oneBLOB>", data)[1]
    assert {len(line) for line in text.splitlines()[:-1]} == {72}


def test_fits_has_the_header_of_a_camera():
    assert len(decode(blob(loads.blobs(width=30, height=20))).header) >= 60


@pytest.mark.parametrize("wrapped", [False, True])
def test_those_who_do_not_decode_are_checked_too(wrapped):
    load = loads.blobs(width=30, height=20, wrapped=wrapped)
    text = re.search(rb">([^<]{100,})<", load.data)[1]
    assert zlib.crc32(text.strip()) == load.facts["crc of text"]
    assert zlib.crc32(load.data) == load.facts["crc of data"]


def test_session_times_from_the_first_byte(port):
    with (
        Session(port, load="blobs", width=30, height=20) as session,
        connected(session) as link,
    ):
        before = clock()

        def receive() -> float:
            assert link.recv(session.facts["data"], socket.MSG_WAITALL).endswith(b"Vector>\n")
            return clock()

        seconds = session.time(receive)
        assert 0 < seconds < clock() - before


def test_session_takes_the_median_of_frames(port):
    with (
        Session(port, load="blobs", width=30, height=20) as session,
        connected(session) as link,
    ):
        late = iter([0.0, 100.0, 0.0])

        def receive() -> float:
            link.recv(session.facts["data"], socket.MSG_WAITALL)
            return clock() + next(late)

        assert session.time_of_one(3, receive) < 50


def test_frames_in_shared_memory(port):
    with (
        Session(port, load="blobs", width=30, height=20, shared=True) as session,
        connected(session) as link,
    ):
        blocks: list[int] = []

        def receive() -> float:
            data, received, _, _ = socket.recv_fds(link, session.facts["data"], 1)
            blocks.extend(received)
            assert b'attached="true"' in data
            return clock()

        session.time(receive)
        session.check("crc", [os.pread(blocks[0], session.facts["bytes"], 0)])
        os.close(blocks[0])


def test_damaged_frame_is_noticed(port):
    with Session(port, load="blobs", width=30, height=20) as session:
        connected(session).close()
        with pytest.raises(AssertionError, match="a frame is damaged"):
            session.check("crc", [b"something else"])


@given(st.lists(st.floats(-360, 360), min_size=1))
def test_tally_ends_with_the_last_value(values):
    tally = Tally(len(values))
    before = time.perf_counter()
    for value in values:
        tally.add(value)
    assert before <= tally.wait() <= time.perf_counter()
    assert tally.sum == sum(values)


def test_arrivals_keep_everything_in_order():
    arrivals = Arrivals()
    arrivals.add("first")
    arrivals.add("second")
    assert arrivals.wait() <= arrivals.wait()
    assert arrivals.kept == ["first", "second"]


def test_roll_ends_with_the_last_name_whatever_comes_after():
    roll = Roll(["A", "B"])
    for name in ("A", "else", "A", "B"):
        roll.tick(name)
    end = roll.wait()
    roll.tick("B")
    assert roll.wait() == end
