"""What the reader makes of BLOBs."""

import base64
import textwrap
import zlib

import pytest

from indinb.protocol.messages import (
    Blob,
    Ping,
    Update,
)
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import Kind, State
from indinb.protocol.writer import encode
from tests.captures import (
    EXPOSURE,
    TINY_FITS,
    capture,
    read,
)

PING = b"<pingReply uid='last'/>"


def update(members, attributes=""):
    xml = f"<setBLOBVector device='d' name='p' {attributes}>{members}</setBLOBVector>"
    (message,) = read(xml.encode())
    return message


def blob(text, attributes):
    return update(f"<oneBLOB name='a' {attributes}>{text}</oneBLOB>").values.get("a")


def base64_text(data):
    return base64.b64encode(data).decode()


IMAGE = bytes(range(256)) * 11


@pytest.mark.parametrize("width", [len(IMAGE) * 2, 72, 76, 4, 1])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", " \n    "])
def test_base64_may_be_wrapped_in_any_way(width, line_break):
    text = line_break.join(["", *textwrap.wrap(base64_text(IMAGE), width), ""])
    picture = blob(text, f"size='{len(IMAGE)}' format='.fits'")
    assert picture == Blob(memoryview(IMAGE), ".fits", len(IMAGE))


PADDED = IMAGE + bytes(5000)


@pytest.mark.parametrize(
    ("attributes", "data"),
    [
        ("size='2816' format='.fits'", IMAGE),
        ("size='2816' format='.fits' len='2816'", IMAGE),
        ("size='9000' format='.fits.fz' len='2816'", IMAGE),
        ("size='9000' format='.FITS.FZ' len='2816'", IMAGE),
        ("size='9000' format='.fits.fz'", PADDED),
        ("size='2816' format='.fits.fz'", PADDED),
        ("size='2816' format='.fits.z'", PADDED),
        ("size='9000' format='.fits'", PADDED),
        ("format='.fits' len='2816'", IMAGE),
        ("format='.fits'", PADDED),
        ("", PADDED),
        ("size='bogus'", PADDED),
        ("size='inf'", PADDED),
        ("size='nan'", PADDED),
        ("size='-1' len='-1'", PADDED),
        ("size='1e99' len='1e99'", PADDED),
        ("size='2816' enclen='12'", IMAGE),
    ],
)
def test_padding_is_cut(attributes, data):
    """The server rounds compressed data up to 1 MiB, and only `len` says what is valid."""
    assert bytes(blob(base64_text(PADDED), attributes)) == data


def test_deflated_data_are_left_as_they_are():
    packed = zlib.compress(IMAGE)
    text = base64_text(packed + bytes(1000))
    picture = blob(text, f"size='{len(IMAGE)}' format='.bin.z' len='{len(packed)}'")
    assert zlib.decompress(picture.data) == IMAGE
    assert (picture.format, picture.size, len(picture)) == (".bin.z", len(IMAGE), len(packed))


@pytest.mark.parametrize(
    ("text", "attributes"),
    [("", "size='0' format='.fits'"), ("\n", ""), ("AAAA", "size='0'"), ("AAAA", "len='0'")],
)
def test_an_empty_blob_is_only_a_state(text, attributes):
    one = f"<oneBLOB name='a' {attributes}>{text}</oneBLOB>"
    change = update(one, "state='Busy'")
    assert change.values == {}
    assert change.state is State.BUSY


def test_a_message_may_hold_several_blobs_or_none():
    several = "<oneBLOB name='a'>AAAA</oneBLOB><oneBLOB name='b' format='.x'>AQID</oneBLOB>"
    values = update(several).values
    assert {name: bytes(value) for name, value in values.items()} == {
        "a": b"\0\0\0",
        "b": b"\1\2\3",
    }
    assert update("").values == {}


def test_a_blob_is_read_only():
    picture = blob("AAAA", "size='3'")
    assert picture.data.readonly
    with pytest.raises(TypeError, match="read-only"):
        picture.data[0] = 1


def test_a_blob_is_not_overwritten_by_the_next():
    reader = Reader()
    pictures = []
    for text in (b"AAAA", b"AQID"):
        xml = b"<setBLOBVector device='d' name='p'><oneBLOB name='a'>%s</oneBLOB></setBLOBVector>"
        reader.get_buffer()[: len(xml % text)] = xml % text
        pictures += reader.buffer_updated(len(xml % text))
    assert [bytes(picture.values["a"]) for picture in pictures] == [b"\0\0\0", b"\1\2\3"]


def test_a_large_blob_among_small_messages():
    data = bytes(3_000_000)
    xml = encode(Update(Kind.BLOB, "d", "p", {"a": Blob(memoryview(data), ".bin", len(data))}))
    first, second, last = read(PING + xml + PING)
    assert first == last == Ping("last", reply=True)
    assert second.values["a"].data == data


def test_a_real_exposure():
    stream = read(capture(EXPOSURE))
    pictures = [m.values for m in stream if isinstance(m, Update) and m.kind is Kind.BLOB]
    assert pictures == [{"CCD1": Blob(memoryview(TINY_FITS), ".fits", len(TINY_FITS))}]
    exposures = [m for m in stream if isinstance(m, Update) and m.name == "CCD_EXPOSURE"]
    assert [m.state for m in exposures][-1] is State.OK
    assert {m.state for m in exposures[:-1]} == {State.BUSY}
