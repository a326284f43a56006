"""The reader's short ways, for BLOBs and plain updates, beside the long ones."""

import base64
import math
import re
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from indinb.protocol.messages import Ping, Update
from indinb.protocol.reader import Reader
from tests.captures import read
from tests.fuzz import check
from tests.protocol.strategies import (
    BASE64_SCRAPS,
    MISFITS,
    blob_vectors,
    cuts,
    mutations,
    nearly_blobs,
    nearly_indi,
    plain_updates,
    small_cuts,
    wrapped,
)

PING = b"<pingReply uid='last'/>"
thoroughly = settings(max_examples=150, deadline=None)


# Another decoder


def decoded(text):
    """Decode base64 by the rule: foreign characters do not count, and `=` ends a run."""
    data = b""
    for run in re.sub(r"[^A-Za-z0-9+/=]", "", text).split("="):
        whole = run[:-1] if len(run) % 4 == 1 else run
        data += base64.b64decode(whole + "=" * (-len(whole) % 4))
    return data


def count(text):
    """Return a number of bytes that was announced, or None if it says nothing."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return int(number) if 0 <= number < math.inf else None


def expected(xml):
    """Return bytes, format and size of each BLOB, as a plain reading of the rules has it."""
    blobs = {}
    for one in ElementTree.fromstring(xml).iter("oneBLOB"):
        data, format = decoded(one.text or ""), one.get("format", "")
        size, length = count(one.get("size")), count(one.get("len"))
        if length is None and not format.lower().endswith("z"):
            length = size
        if data[:length] and one.get("name"):
            blobs[one.get("name")] = (data[:length], format, size)
    return blobs


def found(xml, pieces=()):
    (update,) = read(xml, pieces)
    assert isinstance(update, Update)
    return {name: (bytes(b), b.format, b.size) for name, b in update.values.items()}


def same(found, expected):
    """Compare; where no size is announced, that of the data is told."""
    filled = {
        name: (data, format, len(data) if size is None else size)
        for name, (data, format, size) in expected.items()
    }
    return found == filled


@thoroughly
@given(blob_vectors(), small_cuts)
def test_any_well_formed_vector_is_read_as_another_decoder_reads_it(xml, pieces):
    assert same(found(xml), expected(xml))
    assert found(xml, pieces) == found(xml, [1] * len(xml)) == found(xml)


@thoroughly
@given(st.lists(st.sampled_from("AQ+/=\n *"), max_size=40).map("".join), st.integers(0, 9))
def test_any_base64_is_decoded_as_another_decoder_decodes_it(text, cut):
    xml = f"<setBLOBVector device='d' name='p'><oneBLOB name='a'>{text}</oneBLOB></setBLOBVector>"
    begin = xml.index("<oneBLOB") + len("<oneBLOB name='a'>")
    assert same(found(xml.encode(), [begin + cut]), expected(xml))


@given(
    st.binary(min_size=1, max_size=5000),
    st.sampled_from([4, 64, 72, 73, 10**6]),
    st.sampled_from(["\n", "\r\n"]),
    cuts,
)
@settings(max_examples=40, deadline=None)
def test_any_picture_in_any_lines_and_pieces_is_whole(picture, width, line_break, pieces):
    text = wrapped(picture, width, line_break)
    one = f"<oneBLOB name='a' size='{len(picture)}' format='.fits'>\n{text}\n</oneBLOB>"
    xml = f"<setBLOBVector device='d' name='p'>{one}</setBLOBVector>".encode()
    assert found(xml, pieces) == {"a": (picture, ".fits", len(picture))}


# Whatever may come


@thoroughly
@given(nearly_blobs, small_cuts)
def test_what_is_nearly_a_blob_gives_messages_or_an_error(data, pieces):
    whole = check.check(data)
    assert str(check.read(data, pieces)) == str(check.read(data, [1] * len(data))) == str(whole)


@thoroughly
@given(blob_vectors().flatmap(mutations), cuts)
def test_a_damaged_blob_gives_messages_or_an_error(data, pieces):
    assert str(check.read(data, pieces)) == str(check.check(data))


@thoroughly
@given(nearly_blobs)
def test_after_any_blob_the_next_element_is_read(data):
    """Unless a comment begins in it, which may hide 64 KiB."""
    assert read(data.replace(b"<!--", b"") + PING)[-1] == Ping("last", reply=True)


@thoroughly
@given(
    st.lists(
        st.sampled_from(
            [
                "<oneBLOB name='%s' attached='true'/>",
                "<oneBLOB name='%s'>QQ==</oneBLOB>",
                "<oneBLOB name='%s' size='0'/>",
            ]
        ),
        max_size=5,
    ),
    st.integers(0, 6),
    st.lists(st.integers(1, 30)),
)
def test_each_attached_blob_takes_the_next_block(ones, blocks, pieces):
    content = "".join(one % i for i, one in enumerate(ones))
    xml = f"<setBLOBVector device='d' name='p'>{content}</setBLOBVector>".encode()
    numbers = iter(range(blocks))
    told = {}
    for i, one in enumerate(ones):
        number = next(numbers, None) if "attached" in one else None
        if number is not None:
            told[str(i)] = b"block%d" % number
        elif "QQ" in one:
            told[str(i)] = b"A"
    messages = with_blocks(xml, [memoryview(b"block%d" % i) for i in range(blocks)], pieces)
    assert {name: bytes(blob) for name, blob in messages[0].values.items()} == told


def with_blocks(xml, blocks, pieces):
    """Read a stream, all of whose shared memory comes with its first bytes."""
    reader, messages = Reader(), []
    for size in [*pieces, len(xml)]:
        piece, xml = xml[:size], xml[size:]
        reader.get_buffer()[: len(piece)] = piece
        messages += reader.buffer_updated(len(piece), blocks)
        blocks = []
    return messages


@thoroughly
@given(blob_vectors(BASE64_SCRAPS + MISFITS) | nearly_blobs | nearly_indi, small_cuts)
def test_with_small_limits_there_are_messages_or_an_error(data, pieces):
    check.read(data, pieces, max_element=200, max_blob=50)


@thoroughly
@given(plain_updates)
def test_an_update_is_the_same_whether_it_looks_plain_or_not(data):
    """A tab where nobody writes one makes the reader take the long way."""
    odd = data.replace(b"Vector ", b"Vector\t")
    assert str(check.read(odd + PING)) == str(check.read(data + PING))
