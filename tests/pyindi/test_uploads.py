import numpy as np
import pytest

from indinb.protocol.messages import Blob
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import Kind
from indinb.protocol.writer import encode
from indinb.pyindi.uploads import Upload


@pytest.fixture
def upload():
    return Upload("CCD Simulator", "UPLOAD", "2026-11-22T10:18:05")


def read(data):
    """Return the message that a driver would read."""
    reader = Reader()
    reader.get_buffer()[: len(data)] = data
    [message] = reader.buffer_updated(len(data))
    return message


def test_blobs_go_out_in_one_message(upload):
    upload.add("FLAT", ".fits", b"flat")
    upload.add("DARK", ".fits.fz", b"dark", 23040)
    message = upload.message()
    assert (message.kind, message.device, message.name) == (Kind.BLOB, "CCD Simulator", "UPLOAD")
    assert message.timestamp == "2026-11-22T10:18:05"
    assert message.values == {
        "FLAT": Blob(memoryview(b"flat"), ".fits", 4),
        "DARK": Blob(memoryview(b"dark"), ".fits.fz", 23040),
    }
    assert list(message.values) == ["FLAT", "DARK"]


@pytest.mark.parametrize(
    "data", [b"hi", bytearray(b"hi"), memoryview(b"hi"), np.array([26984], "<i2")]
)
def test_bytes_come_from_wherever_they_lie(upload, data):
    upload.add("FILE", ".txt", data)
    assert upload.blobs["FILE"] == Blob(memoryview(b"hi"), ".txt", 2)


def test_what_is_changed_afterwards_is_not_what_was_added(upload):
    data = bytearray(b"hello")
    upload.add("FILE", ".txt", data)
    data[:] = b"world"
    assert bytes(upload.blobs["FILE"]) == b"hello"


def test_the_last_one_of_a_member_counts(upload):
    upload.add("FILE", ".txt", b"first")
    upload.add("FILE", ".txt", b"second")
    assert bytes(upload.message().values["FILE"]) == b"second"


def test_there_may_be_no_time():
    assert Upload("CCD Simulator", "UPLOAD", "").message().timestamp is None
    assert Upload("CCD Simulator", "UPLOAD", None).message().timestamp is None


def test_uploads_have_nothing_to_do_with_each_other(upload):
    upload.add("FILE", ".txt", b"hello")
    assert Upload("CCD Simulator", "UPLOAD", None).blobs == {}


@pytest.mark.parametrize("size", [1, 2, 3, 54, 55, 1000])
def test_what_goes_out_is_what_a_driver_reads(upload, size):
    data = bytes(range(256)) * 4
    upload.add("FILE", ".bin", data[:size])
    message = read(encode(upload.message()))
    assert (message.device, message.name) == ("CCD Simulator", "UPLOAD")
    assert bytes(message.values["FILE"]) == data[:size]
    assert (message.values["FILE"].format, message.values["FILE"].size) == (".bin", size)
