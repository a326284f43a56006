"""BLOBs that come beside the stream, in shared memory, and what can be wrong with that."""

import pytest

from indinb.protocol.messages import Blob, Ping
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import State

PING = b"<pingReply uid='last'/>"
LAST = Ping("last", reply=True)


def vector(content):
    return f"<setBLOBVector device='d' name='p'>{content}</setBLOBVector>".encode()


def one(text, attributes="", name="a"):
    return f"<oneBLOB name='{name}' {attributes}>{text}</oneBLOB>"


def with_blocks(xml, *blocks):
    """Read a stream beside whose first bytes shared memory came."""
    reader = Reader()
    reader.get_buffer()[: len(xml)] = xml
    return reader.buffer_updated(len(xml), [block and memoryview(block) for block in blocks])


def attached(name="a", attributes=""):
    return f"<oneBLOB name='{name}' {attributes} attached='true'/>"


BLOCK = bytes(range(256)) * 16
"""Shared memory comes in whole pages."""


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ("len='100'", 100),
        ("size='100'", 100),
        ("size='9' len='100'", 100),
        ("size='9000' format='.fits.fz' len='100'", 100),
        ("size='4096'", 4096),
        ("", 4096),
    ],
)
def test_attached_blob_is_cut_to_length(attributes, size):
    (message,) = with_blocks(vector(attached("a", attributes)), BLOCK)
    assert message.values["a"].data == BLOCK[:size]


def test_attached_blob_is_not_copied():
    block = bytearray(BLOCK)
    (message,) = with_blocks(vector(attached("a", "len='100'")), block)
    block[0] = 77
    assert message.values["a"].data[0] == 77


def test_attached_blobs_are_taken_in_the_order_of_the_document():
    content = attached("a", "len='1'") + one("QUJD", name="b") + attached("c", "len='2'")
    messages = with_blocks(vector(content) + vector(attached("a", "len='1'")), b"1_", b"2_3", b"3_")
    told = [{name: bytes(blob) for name, blob in m.values.items()} for m in messages]
    assert told == [{"a": b"1", "b": b"ABC", "c": b"2_"}, {"a": b"3"}]


def test_attached_blob_whose_memory_came_with_earlier_bytes():
    reader, xml = Reader(), vector(attached("a", "len='3'"))
    messages = []
    for i, byte in enumerate(xml):
        reader.get_buffer()[:1] = bytes([byte])
        messages += reader.buffer_updated(1, [] if i else [memoryview(BLOCK)])
    assert bytes(messages[0].values["a"]) == BLOCK[:3]


@pytest.mark.parametrize("blocks", [[], [None]])
def test_attached_blob_without_memory_is_no_value(blocks, caplog):
    change, last = with_blocks(vector(attached() + one("QUJD", name="b")) + PING, *blocks)
    assert change.values == {"b": Blob(memoryview(b"ABC"), "", 3)}
    assert last == LAST
    assert len(caplog.messages) == 1


def test_attached_block_smaller_than_announced_is_no_value(caplog):
    change, last = with_blocks(vector(attached("a", "len='9999'")) + PING, BLOCK)
    assert (change.values, last) == ({}, LAST)
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("word", ["false", "", "0", "no"])
def test_blob_that_is_not_attached_takes_no_memory(word):
    content = one("QUJD", f"attached='{word}'") + attached("b", "len='2'")
    (message,) = with_blocks(vector(content), b"12")
    assert {name: bytes(b) for name, b in message.values.items()} == {"a": b"ABC", "b": b"12"}


def test_memory_of_an_element_that_is_skipped_does_not_go_to_the_next(caplog):
    broken = b"<setBLOBVector device='d'>" + attached().encode() + b"</setBLOBVector>"
    (message,) = with_blocks(broken + vector(attached()), b"first", b"second")
    assert message.values["a"].data == b"second"


def test_state_alone_takes_no_memory():
    xml = b"<setBLOBVector device='d' name='p' state='Busy'></setBLOBVector>"
    first, second = with_blocks(xml + vector(attached()), b"picture")
    assert (first.state, first.values) == (State.BUSY, {})
    assert second.values["a"].data == b"picture"
