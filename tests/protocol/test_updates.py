"""The quick way must give what the long way gives, or leave it to that."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.protocol import elements, updates
from indinb.protocol.framing import Element, Framer, PlainUpdate
from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import Kind, State
from tests.captures import SESSIONS, received
from tests.protocol.strategies import moderately

AS_INDISERVER = b"""<setNumberVector device="Mount" name="EQUATORIAL_EOD_COORD" state="Busy" \
timeout="60" timestamp="2026-11-22T10:18:05">
    <oneNumber name="RA">
5.2000000000000001776
    </oneNumber>
    <oneNumber name="DEC">
-12:30
    </oneNumber>
</setNumberVector>
"""


def pieces(data):
    return Framer().feed(data)


def plain(data):
    (piece,) = pieces(data)
    assert isinstance(piece, PlainUpdate)
    return piece


def vector(kind, members, attributes='device="d" name="p"'):
    return f"<set{kind}Vector {attributes}>{members}</set{kind}Vector>".encode()


def test_an_update_as_indiserver_writes_it():
    assert updates.read(plain(AS_INDISERVER)) == Update(
        Kind.NUMBER,
        "Mount",
        "EQUATORIAL_EOD_COORD",
        {"RA": 5.2, "DEC": -12.5},
        State.BUSY,
        None,
        60.0,
        "2026-11-22T10:18:05",
        None,
    )


def test_its_parts_are_all_of_it():
    assert plain(AS_INDISERVER).xml == AS_INDISERVER.strip()


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TEXT, " some words\n", "some words"),
        (Kind.TEXT, "", ""),
        (Kind.NUMBER, "\n7\n", 7.0),
        (Kind.NUMBER, "\n-0:30\n", -0.5),
        (Kind.NUMBER, "7,5", 7.5),
        (Kind.NUMBER, "-inf", -math.inf),
        (Kind.SWITCH, "\nOn\n", True),
        (Kind.SWITCH, "off", False),
        (Kind.LIGHT, "OK", State.OK),
    ],
)
def test_values(kind, text, value):
    data = vector(kind, f'<one{kind} name="a b/1">{text}</one{kind}>')
    assert updates.read(plain(data)).values == {"a b/1": value}


@pytest.mark.parametrize(
    ("attributes", "fields"),
    [
        ('device="d" name="p"', {}),
        ('name="p" device="d"', {}),
        ('device="d" name="p" state="ok"', {"state": State.OK}),
        ('device="d" name="p" state="bogus"', {"state": None}),
        ('device="d" name="p" state=""', {"state": None}),
        ('device="d" name="p" timeout=""', {"timeout": None}),
        ('device="d" name="p" timeout="1:30"', {"timeout": 1.5}),
        ('device="d" name="p" timestamp="" message="a > b"', {"timestamp": "", "message": "a > b"}),
    ],
)
def test_attributes(attributes, fields):
    assert updates.read(plain(vector("Text", "", attributes)))._asdict() == {
        **Update(Kind.TEXT, "d", "p", {})._asdict(),
        **fields,
    }


@pytest.mark.parametrize(
    "attributes",
    [
        'device="d" name="p" device="e"',
        'device="d" state="Ok"',
        'device="" name="p"',
        'device="d" name=""',
        'device="d" name="p" xmlns="x"',
        'device="d" name="p" bogus="x"',
    ],
)
def test_attributes_that_need_a_closer_look(attributes):
    assert updates.read(plain(vector("Text", "", attributes))) is None


@pytest.mark.parametrize(
    "data",
    [
        vector("Number", '<oneNumber name="a" min="0">1</oneNumber>'),
        vector("Number", "<oneNumber name='a'>1</oneNumber>"),
        vector("Number", '<oneNumber name="a"/>'),
        vector("Number", '<oneText name="a">1</oneText>'),
        vector("Number", "text"),
        vector("Number", "<!-- comment -->"),
        vector("Text", '<oneText name="a">&lt;</oneText>'),
        vector("Text", '<oneText name="a">]]></oneText>'),
        vector("Text", '<oneText name="a">é</oneText>'),
        vector("Text", '<oneText name="a">a\r\nb</oneText>'),
        vector("Text", '<oneText name="&amp;">a</oneText>'),
        vector("Text", "", 'device="d" name="é"'),
        vector("Text", "", 'device="d" name="a\nb"'),
        vector("Text", "", "device='d' name='p'"),
        vector("Text", "", 'device="d" name="%s"' % ("x" * 300)),
        vector("BLOB", ""),
        vector("Text", "").replace(b"set", b"def"),
    ],
)
def test_other_forms_take_the_long_way(data):
    (piece,) = pieces(data)
    assert isinstance(piece, Element)


def long_way(piece):
    return elements.read(Element(piece.xml))


@pytest.mark.parametrize("name", SESSIONS)
def test_real_updates_are_plain_and_read_alike(name):
    data = re.sub(rb"(?s)<setBLOBVector.*?</setBLOBVector>", b"", received(name))
    for piece in pieces(data):
        if isinstance(piece, PlainUpdate):
            assert repr(updates.read(piece)) == repr(long_way(piece))


def test_most_real_updates_are_plain():
    found = pieces(received("indi-2.2.4/slew"))
    updates_found = [p for p in found if p.xml.startswith(b"<set")]
    assert sum(isinstance(p, PlainUpdate) for p in updates_found) > 0.9 * len(updates_found) > 10


ascii_text = st.text(st.characters(min_codepoint=0x09, max_codepoint=0x7F), max_size=10)
members = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "", "a b"]) | ascii_text,
        st.sampled_from(["1", "On", "Ok", "x", "nan", "]]>"]) | ascii_text,
    ),
    max_size=3,
)
attributes = st.lists(
    st.tuples(
        st.sampled_from(["device", "name", "state", "timeout", "timestamp", "message", "xmlns"]),
        st.sampled_from(["d", "", "Ok", "60"]) | ascii_text,
    ),
    max_size=6,
)


@moderately
@given(st.sampled_from(["Text", "Number", "Switch", "Light"]), attributes, members)
def test_whatever_is_plain_is_read_alike(kind, attributes, members):
    given = " ".join(f'{name}="{value}"' for name, value in attributes)
    inside = "".join(f'<one{kind} name="{n}">{text}</one{kind}>' for n, text in members)
    for piece in pieces(vector(kind, inside, given)):
        if isinstance(piece, PlainUpdate) and (update := updates.read(piece)) is not None:
            assert repr(update) == repr(long_way(piece))
