import pytest

from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import Kind
from indinb.protocol.writer import encode
from indinb.pyindi.uploads import Upload
from tests.captures import read


@pytest.fixture
def upload():
    return Upload("CCD", "UPLOAD", "2026-01-01T00:00:00")


def test_all_blobs_go_in_one_message_in_their_order(upload):
    upload.add("B", ".txt", b"hello")
    upload.add("A", ".fits", b"image")
    message = upload.message()
    assert (message.kind, message.device, message.name) == (Kind.BLOB, "CCD", "UPLOAD")
    assert message.timestamp == "2026-01-01T00:00:00"
    assert [(name, bytes(blob)) for name, blob in message.values.items()] == [
        ("B", b"hello"),
        ("A", b"image"),
    ]


def test_the_size_is_that_of_the_bytes_unless_another_is_given(upload):
    upload.add("A", ".txt", b"hello")
    upload.add("B", ".txt.z", b"packed", 40000)
    assert [blob.size for blob in upload.message().values.values()] == [5, 40000]


@pytest.mark.parametrize("timestamp", ["", None])
def test_without_a_time_none_is_told(timestamp):
    assert Upload("CCD", "UPLOAD", timestamp).message().timestamp is None


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_bytes_of_any_kind_are_copied(upload, wrap):
    data = bytearray(b"hello")
    upload.add("A", ".txt", wrap(data))
    data[:] = b"other"
    assert upload.message().values == {"A": Blob(memoryview(b"hello"), ".txt", 5)}


@pytest.mark.parametrize("length", [0, 1, 2, 3, 54, 55, 1000])
def test_the_length_of_the_base64_is_told_and_it_is_one_line(upload, length):
    upload.add("A", ".bin", bytes(length))
    xml = encode(upload.message())
    base64 = xml.partition(b"<oneBLOB")[2].partition(b">")[2].partition(b"<")[0]
    assert f'enclen="{len(base64)}"'.encode() in xml
    assert not base64.split()[1:]


def test_what_is_sent_is_read_as_it_was(upload):
    upload.add("A", ".bin", bytes(range(256)))
    [message] = read(encode(upload.message()))
    assert bytes(message.values["A"]) == bytes(range(256))
