import re

import pytest

from indinb.client.traffic import LIMIT, Traffic
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State
from tests.captures import TINY_FITS, read
from tests.client.fakes import FRAME, IMAGE, obey, update
from tests.client.helpers import unanswered


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wire.log"


@pytest.fixture
def traffic(path):
    traffic = Traffic(path, "fake", limit=LIMIT)
    yield traffic
    traffic.close()


def received(path):
    """Return what came, without the times."""
    text = path.read_text("latin-1")
    pieces = re.findall(r"<<< [\d.]+\n(.*?)\n(?=<<<|>>>|\Z)", text, re.DOTALL)
    return "".join(pieces).encode("latin-1")


def test_both_ways_are_written_with_the_time(traffic, path):
    traffic.sent(b"<getProperties version='1.7'/>\n")
    traffic.received(memoryview(b"<message device='CCD'/>\n"))
    head, sent, mark, came = filter(None, path.read_text().split("\n"))
    assert re.fullmatch(r"### fake, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", head)
    assert re.fullmatch(r">>> \d\.\d{3} <getProperties version='1.7'/>", sent)
    assert re.fullmatch(r"<<< \d\.\d{3}", mark)
    assert came == "<message device='CCD'/>"


def test_any_bytes_are_kept(traffic, path):
    data = bytes(range(256)).replace(b"\r", b"")  # a file opened as text reads it as a line break
    traffic.received(memoryview(data))
    assert data in path.read_bytes()


def test_hardly_anything_of_blobs(traffic, path):
    traffic.received(memoryview(b"<oneBLOB>" + b"QUJD" * 100_000 + b"</oneBLOB>"))
    traffic.sent(b"<oneBLOB>" + b"QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\n" * 10_000)
    assert path.stat().st_size < 500
    assert "QUJDQUJD...[399960 b64 chars cut]</oneBLOB>" in path.read_text()


def test_short_words_are_not_cut(traffic, path):
    traffic.received(memoryview(b"<oneText>" + b"x" * 200 + b"</oneText>"))
    assert b"x" * 200 in path.read_bytes()


@pytest.mark.parametrize("limit", [1_000, 50_000])
def test_it_never_grows_beyond_its_limit(path, limit):
    traffic = Traffic(path, "fake", limit)
    for number in range(2_000):
        traffic.received(memoryview(b"<%d/>" % number * 10))
    traffic.sent(b"<" + b"!?" * limit)
    files = list(path.parent.iterdir())
    traffic.close()
    assert {file.name for file in files} == {"wire.log", "wire.log.1"}
    assert sum(file.stat().st_size for file in files) <= limit


def test_it_goes_on_after_what_is_there(path):
    path.write_text("before\n")
    Traffic(path, "fake").close()
    assert path.read_text().startswith("before\n### fake")


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        Traffic(tmp_path / "nowhere" / "wire.log", "fake")


def test_a_full_disk_ends_it_and_is_told_once(traffic, path, monkeypatch, caplog):
    def full(text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(traffic._handler.stream, "write", full)
    for _ in range(3):
        traffic.sent(b"<x/>")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "No space left on device" in caplog.text
    assert str(path) in caplog.text


def test_close_twice(traffic):
    traffic.close()
    traffic.close()


def test_what_comes_after_the_end_does_not_open_the_file_again(traffic, path):
    traffic.close()
    before = path.read_text()
    traffic.sent(b"<x/>")
    assert traffic._handler.stream is None
    assert path.read_text() == before


# Of a client


def test_what_a_client_sends_and_receives(client, server, path):
    client.log_traffic(path)
    server.answer = obey
    unanswered(client).result(5)
    server.tell(update(FRAME, State.BUSY, X=3.0))
    client.log_traffic(None)
    server.tell(update(FRAME, State.OK, X=4.0))
    text = path.read_text()
    assert ">>> 0.0" in text
    assert '<newNumberVector device="CCD Simulator" name="CCD_TEMPERATURE">' in text
    messages = read(received(path))
    assert update(FRAME, State.BUSY, X=3.0) in messages
    assert update(FRAME, State.OK, X=4.0) not in messages


def test_what_is_sent_stands_before_its_answer(client, server, path, monkeypatch):
    client.log_traffic(path)
    send = client._transport.send

    def send_and_be_answered(data):
        send(data)
        assert "<newNumberVector" in path.read_text()

    monkeypatch.setattr(client._transport, "send", send_and_be_answered)
    unanswered(client)


def test_blobs_of_a_client_are_as_they_were(client, server, path):
    client.log_traffic(path)
    blob = Blob(memoryview(TINY_FITS), ".fits", len(TINY_FITS))
    server.tell(update(IMAGE, State.OK, CCD1=blob))
    client.log_traffic(None)
    assert client.devices["CCD Simulator"]["CCD1"].value == blob
    assert "b64 chars cut]" in path.read_text()


def test_it_goes_on_over_the_next_link(moored, harbour, path):
    moored.log_traffic(path)
    harbour.cut(moored)
    moored.close()
    assert path.read_text().count("<getProperties") == 1


def test_another_log_takes_the_place_of_the_first(client, server, path):
    other = path.with_name("other.log")
    client.log_traffic(path)
    client.log_traffic(other)
    server.tell(update(FRAME, State.BUSY))
    client.close()
    assert "setNumberVector" not in path.read_text()
    assert "setNumberVector" in other.read_text()


def test_the_file_is_closed_with_the_client(client, path):
    client.log_traffic(path)
    handler = client._traffic._handler
    client.close()
    assert handler.stream is None
    assert client._traffic is None
