import logging
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ProtocolError
from indinb.protocol.framing import PAYLOAD, Framer
from tests.captures import SESSIONS, capture, received
from tests.protocol.strategies import moderately, nearly_indi

TWO = b"<getProperties version='1.7'/>", b'<message message="hello">\n</message>'


def frames(*pieces, **options):
    framer = Framer(**options)
    found = feed(framer, *pieces)
    framer.finish()
    return found


def feed(framer, *pieces):
    return [element.xml for piece in pieces for element in framer.feed(piece)]


def byte_by_byte(data):
    return [data[i : i + 1] for i in range(len(data))]


@pytest.mark.parametrize("between", [b"", b"\n", b"   \r\n\t", b"garbage", b"\0\xff\xfe"])
def test_elements_side_by_side(between):
    assert frames(between.join([b"", *TWO, b""])) == list(TWO)


@pytest.mark.parametrize(
    "between",
    [
        b"<?xml version='1.0'?>\n",
        b"<!-- a comment -->",
        b"<!-- <message/> <message> -->",
        b"<!---->",
        b"<!DOCTYPE indi>",
        b"<indi>",
        b"</indi>",
        b"</message>",
        b"<unknown a='b'>text</unknown>",
        b"<messages/>",
        b"<defFooVector/>",
        b"<oneText name='a'>b</oneText>",
        b"a < b > c",
        b"<",
        b"<<<",
        b"<!",
        b"<!-",
    ],
)
def test_what_is_no_element_is_passed_over(between):
    stream = between.join([b"", *TWO, b"\n"])
    assert frames(stream) == list(TWO)
    assert frames(*byte_by_byte(stream)) == list(TWO)


@pytest.mark.parametrize(
    "element",
    [
        b"<message/>",
        b"<message />",
        b"<message\n\tmessage='a'\r\n/>",
        b"<message></message>",
        b"<message ></message \n>",
        b"<message message='a > b'/>",
        b"<message message='/>'/>",
        b"<message message='\"' device=\"'\"/>",
        b"<setTextVector><oneText>a > b</oneText></setTextVector>",
        b"<setTextVector><!-- a comment --></setTextVector>",
        b"<setTextVector><unknown/></setTextVector>",
        b"<pingReply uid='1'/>",
        b"<setBLOBVector><oneFoo>AAAA\nAAAA</oneFoo></setBLOBVector>",
        b"<setTextVector><oneBLOB>AAAA\nAAAA</oneBLOB></setTextVector>",
        "<message message='é°µ星'/>".encode(),
        b"<message message='\xe9'/>",
    ],
)
def test_an_element_ends_where_it_should(element):
    assert frames(element) == [element]
    assert frames(b"\n%s\n%s\n" % (element, element)) == [element, element]
    assert frames(*byte_by_byte(element)) == [element]


def test_an_element_comes_out_with_its_last_byte():
    framer = Framer()
    *begin, last = byte_by_byte(TWO[1])
    assert feed(framer, *begin) == []
    assert feed(framer, last) == [TWO[1]]


@pytest.mark.parametrize("begin", [b"<setTextVector device='a'>", b"<setTextVector><oneText>x"])
def test_an_element_without_end_costs_only_itself(begin, caplog):
    assert frames(begin + TWO[0]) == [TWO[0]]
    assert frames(*byte_by_byte(begin + TWO[0])) == [TWO[0]]
    assert caplog.messages == ["skipped <setTextVector>, which has no end"] * 2


@pytest.mark.parametrize(
    "begin", [b"<message message='a", b'<message message="a < b"/>', b"<message <", b"<message '>"]
)
def test_a_broken_tag_costs_only_itself(begin, caplog):
    assert frames(begin + TWO[0]) == [TWO[0]]
    assert frames(*byte_by_byte(begin + TWO[0])) == [TWO[0]]
    assert caplog.messages == ["skipped <message>, a broken tag"] * 2


@pytest.mark.parametrize("opened", [b"<message message='", b"<!--", b"<message "])
def test_a_tag_that_never_ends_is_given_up(opened):
    framer = Framer()
    endless = [opened] + [b"x" * 1000] * 70
    assert feed(framer, *endless) == []
    assert feed(framer, TWO[0]) == [TWO[0]]


def test_a_tag_longer_than_any_should_be_is_skipped_whole_or_torn():
    long = b"<message message='%s'/>" % (b"x" * 70_000)
    assert frames(long + TWO[0]) == [TWO[0]]
    assert frames(long[:50_000], long[50_000:], TWO[0]) == [TWO[0]]
    assert frames(long[:66_000], long[66_000:] + TWO[0]) == [TWO[0]]


def test_a_long_tag_is_no_problem():
    long = b"<message message='%s'/>" % (b"x" * 60_000)
    assert frames(long) == frames(long[:50_000], long[50_000:]) == [long]


@pytest.mark.parametrize("size", [1, 7, 50, 1000, 5000])
def test_the_limit_holds_however_an_element_arrives(size):
    element = b"<setTextVector>%s</setTextVector>" % (b"x" * 2000)
    pieces = [element[i : i + size] for i in range(0, len(element), size)]
    assert frames(*pieces, max_element=len(element)) == [element]
    with pytest.raises(ProtocolError, match="larger than 2000 bytes"):
        frames(*pieces, max_element=2000)


def test_the_limit_is_for_one_element_not_for_many():
    assert frames(TWO[0] * 100, max_element=100) == [TWO[0]] * 100


def test_garbage_is_not_kept():
    framer = Framer(max_element=100)
    for _ in range(100):
        assert framer.feed(b"garbage " * 100) == []
    framer.finish()


@pytest.mark.parametrize(
    "rest",
    [
        b"<message",
        b"<message message='a'",
        b"<setTextVector>",
        b"<setTextVector></setTextVector",
        b"<setBLOBVector><oneBLOB>AAAA",
        b"<!-- a comment",
        b"<mess",
    ],
)
def test_the_end_within_an_element_is_an_error(rest):
    with pytest.raises(ProtocolError, match=r"the stream ended inside an element that begins .<"):
        frames(TWO[0], rest)


@pytest.mark.parametrize("rest", [b"", b"\n", b"</indi>", b"<indi/>", b"a < b", b"x" * 100, b"<?"])
def test_the_end_after_an_element_is_none(rest):
    assert frames(*TWO, rest) == list(TWO)


@moderately
@given(st.lists(st.integers(0, 400), max_size=200))
def test_any_cut_gives_the_same_elements(sizes):
    data = capture("indi-1.9.9/gps.xml")
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    assert frames(*pieces, data) == frames(capture("indi-1.9.9/gps.xml"))


@moderately
@given(st.lists(nearly_indi))
def test_any_cut_of_anything_gives_the_same_elements(pieces):
    whole, torn, bytewise = Framer(), Framer(), Framer()
    together = b"".join(pieces)
    expected = feed(whole, together)
    assert feed(torn, *pieces) == expected
    assert feed(bytewise, *byte_by_byte(together)) == expected


@pytest.mark.parametrize("name", SESSIONS)
def test_sessions_are_cut_where_an_element_begins_a_line(name, caplog):
    data = received(name)
    without_blobs = re.sub(
        rb"(?s)(<(?:set|new)BLOBVector.*?<oneBLOB)([^>]*>)[^<]*",
        lambda found: b'%s %s="0"%s' % (found[1], PAYLOAD.encode(), found[2]),
        data,
    )
    lines = [line for line in re.split(rb"(?m)^(?=<[a-z])", without_blobs) if line]
    assert [element + b"\n" for element in frames(data)] == lines
    assert not caplog.messages


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (b"<setTextVector><oneText>", b"</oneText></setTextVector>"),
        (b"<setBLOBVector><oneBLOB>", b"</oneBLOB></setBLOBVector>"),
    ],
)
def test_large_elements_in_small_pieces_are_quick(begin, end):
    started = time.perf_counter()
    framer = Framer()
    assert feed(framer, begin, *[b"A" * 1000] * 10_000) == []
    assert len(feed(framer, end)) == 1
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("scrap", [b"<", b"<message ", b"<message '", b"<setTextVector>", b"<!-"])
def test_scrap_is_quick(scrap, caplog):
    caplog.set_level(logging.CRITICAL)
    begin = time.perf_counter()
    assert len(frames(scrap * 20_000 + TWO[0])) == 1
    assert time.perf_counter() - begin < 2


ATTACHED = (
    b"<setBLOBVector device='d' name='p'%s><oneBLOB name='a' attached='true'/></setBLOBVector>"
)


@pytest.mark.parametrize("broken", [b" message='a < b'", b" message=\"'", b"><setBLOBVector"])
@pytest.mark.parametrize("rest", [b"", b"\n", b" garbage"])
def test_a_block_goes_with_the_element_that_did_not_take_it(broken, rest, caplog):
    """Else every later picture would be another one's."""
    framer, block = Framer(), memoryview(b"this one's")
    framer.feed(ATTACHED % broken + rest, [memoryview(b"another one's")])
    (element,) = framer.feed(ATTACHED % b"", [block])
    assert element.payloads == {"0": block}


def test_blocks_wait_for_their_element():
    framer, blocks = Framer(), [memoryview(b"first"), memoryview(b"second")]
    two = ATTACHED.replace(b"/>", b"/><oneBLOB name='b' attached='true'/>") % b""
    assert feed(framer) == []
    assert framer.feed(two[:1], blocks[:1]) == framer.feed(two[1:70]) == []
    assert framer.feed(two[70:-1], blocks[1:]) == []
    (element,) = framer.feed(two[-1:])
    assert list(element.payloads.values()) == blocks


def test_more_blocks_than_any_element_has_are_an_error():
    framer = Framer()
    with pytest.raises(ProtocolError, match="65 blocks of shared memory"):
        framer.feed(b"<setBLOBVector device='d'", [memoryview(b"x")] * 65)
