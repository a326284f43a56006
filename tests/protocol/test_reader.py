"""The reader on streams: damaged ones, real ones, and any bytes cut anywhere."""

import logging
import re
import time
import typing
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ProtocolError
from indinb.protocol.messages import (
    Blob,
    Define,
    Delete,
    Message,
    Notice,
    Ping,
    Update,
)
from indinb.protocol.vocabulary import Kind, State
from indinb.protocol.writer import encode
from tests.captures import (
    DEFINITIONS,
    EXPOSURE,
    SESSIONS,
    capture,
    read,
    received,
    session,
)
from tests.protocol.strategies import (
    cuts,
    messages,
    moderately,
    mutations,
    nearly_indi,
    small_cuts,
)

PING = b"<pingReply uid='last'/>"


def only(data):
    """Read the only message in `data`, which may be text."""
    (message,) = read(data.encode() if isinstance(data, str) else data)
    return message


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_older_encodings_are_understood(encoding):
    xml = "<message device='Caméra' message='-10 °C'/>"
    assert only(xml.encode(encoding)) == Notice("Caméra", "-10 °C")


def test_one_element_in_latin_1_leaves_the_others_alone():
    stream = "<message message='é°'/>".encode()
    assert (
        read(stream + "<message message='é°'/>".encode("latin-1") + stream)
        == [Notice(None, "é°")] * 3
    )


@pytest.mark.parametrize("control", [*range(9), 11, 12, *range(14, 32)])
def test_control_characters_are_dropped(control):
    xml = b"<setTextVector device='d' name='p'><oneText name='a'>x%cy</oneText></setTextVector>"
    assert only(xml % control).values == {"a": "xy"}


@pytest.mark.parametrize("bad", ["\ufffe", "\uffff", "\0\x1f"])
def test_other_characters_that_xml_forbids_are_dropped(bad):
    assert only(f"<message message='x{bad}é'/>") == Notice(None, "xé")


@pytest.mark.parametrize(
    "element",
    [
        b"<message message='a' message='b'/>",
        b"<message message=a/>",
        b"<message message='&unknown;'/>",
        b"<message message='&'/>",
        b"<message message='&#0;'/>",
        b"<message x:message='m'/>",
        b"<setTextVector device='d' name='p'><oneText></setTextVector>",
        b"<setTextVector device='d' name='p'><![CDATA[</setTextVector>",
        b"<setTextVector device='d' name='p'><!DOCTYPE x></setTextVector>",
        b"<setTextVector device='d' name='p'>%s%s</setTextVector>"
        % (b"<a>" * 9999, b"</a>" * 9999),
    ],
)
def test_one_element_that_is_no_xml_costs_only_itself(element, caplog):
    assert read(PING + element + PING) == [Ping("last", reply=True)] * 2
    (line,) = caplog.messages
    assert line.startswith("skipped an element that is no XML")
    assert len(line) < 300


def test_what_stands_between_elements_is_passed_over():
    between = b"<?xml version='1.0'?>\n<!-- comment --><indi><unknown>1</unknown></indi>\0"
    assert read(between + PING + between + PING + between) == [Ping("last", reply=True)] * 2


def test_a_comment_cannot_swallow_the_next_element():
    stream = (
        b"<message><!-- </message><setTextVector a='-->'></message><foo></foo><!-- "
        b"</setTextVector><message message='-->'/>"
    )
    assert read(stream + PING) == [Notice(None, "-->"), Ping("last", reply=True)]


def entity_bomb():
    entities = "".join(
        f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha" * 10}">' for i in range(20)
    )
    return f"<!DOCTYPE indi [{entities}]><message message='&e19;'/>".encode()


@pytest.mark.parametrize(
    "stream",
    [
        entity_bomb(),
        entity_bomb().replace(b"<message message='&e19;'/>", b"<message>&e19;</message>"),
        b"<message>%s</message>" % entity_bomb(),
        b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><message message='&x;'/>",
        b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><message message='&e;'/>",
    ],
)
def test_entities_are_inert_and_quick(stream, caplog):
    caplog.set_level(logging.CRITICAL)
    begin = time.perf_counter()
    notices = [message for message in read(stream) if message.message]
    assert not [
        notice for notice in notices if "haha" in notice.message or "root" in notice.message
    ]
    assert read(stream + PING)[-1] == Ping("last", reply=True)
    assert time.perf_counter() - begin < 2


def tags(data):
    return re.findall(rb"(?m)^<([a-z]\w+)", data)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_real_definition_is_read(name, caplog):
    data = capture(name)
    nameless = len(re.findall(rb'<def\w+Vector device="" name=""', data))  # of the receiver
    definitions = read(data)
    assert len(definitions) == len(tags(data)) - nameless
    assert len(caplog.messages) == nameless
    assert all(isinstance(message, Define | Update | Notice | Delete) for message in definitions)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_definitions_agree_with_another_parser(name):
    root = ElementTree.fromstring(b"<indi>%s</indi>" % capture(name))
    elements = [e for e in root if e.tag.startswith("def") and e.get("name")]
    definitions = [message for message in read(capture(name)) if isinstance(message, Define)]
    for element, define in zip(elements, definitions, strict=True):
        assert element.tag == f"def{define.kind}Vector"
        assert element.get("device") == define.device
        assert element.get("state") == define.state
        assert element.get("perm", "ro") == define.permission
        assert element.get("rule") == define.rule
        assert element.get("group") == define.group
        assert element.get("label") in (define.label, "")
        members = [child for child in element if child.get("name")]
        for child, member in zip(members, define.members, strict=True):
            assert child.get("name") == member.name
            assert child.get("format", "") == member.format
            assert member_text(define.kind, member) in ((child.text or "").strip(), None)


def member_text(kind, member):
    if kind is Kind.SWITCH:
        return "On" if member.value else "Off"
    return member.value if kind in (Kind.TEXT, Kind.LIGHT) else None


@pytest.mark.parametrize("name", SESSIONS)
def test_every_real_answer_is_read_as_it_came(name, caplog):
    pieces = [len(step.data) for step in session(name) if step.direction == "received"]
    answers = read(received(name), pieces)
    assert len(answers) == len(tags(received(name)))
    assert answers == read(received(name))
    assert not caplog.messages


def test_text_of_a_real_session():
    """The driver keeps an entity that begins a text as it is, and each hop escapes it again."""
    answers = [m for m in read(received("indi-1.9.9/text_entities")) if isinstance(m, Update)]
    assert [answer.values for answer in answers][:3] == [
        {"FITS_OBSERVER": '&amp;amp;lt;José & "co">', "FITS_OBJECT": "M 31"},
        {"FITS_OBSERVER": "a < b &#65; &unk;", "FITS_OBJECT": ""},
        {"FITS_OBSERVER": "", "FITS_OBJECT": "pad"},
    ]


def test_a_killed_driver_takes_its_device_along():
    assert Delete("Filter Simulator") in read(received("indi-2.2.4/driver_killed"))


def outcome(data, pieces=()):
    """Read `data`; what comes out is messages or ProtocolError, and nothing else."""
    try:
        stream = read(data, pieces)
    except ProtocolError as error:
        return str(error)
    assert all(isinstance(message, typing.get_args(Message)) for message in stream)
    return repr(stream)  # in which NaN equals NaN


@moderately
@given(st.sampled_from(["indi-1.9.9/ccd.xml", "indi-2.2.4/guide.xml", EXPOSURE]), cuts)
def test_any_cut_gives_the_same_messages(name, pieces):
    assert read(capture(name), pieces) == read(capture(name))


@pytest.mark.parametrize("name", ["indi-1.9.9/gps.xml", "indi-2.2.4/wheel.preconnect.xml"])
def test_one_byte_at_a_time_gives_the_same_messages(name):
    data = capture(name)
    assert read(data, [1] * len(data)) == read(data)


def test_a_cut_at_every_byte_gives_the_same_messages():
    data = "<?xml version='1.0'?>\n<message message='é &amp; &lt;'/>\n<!-- <x> -->\n".encode()
    data += encode(Update(Kind.BLOB, "d", "p", {"a": Blob(memoryview(bytes(40)), ".x", 40)}))
    data += "<message message='é'/>".encode("latin-1") + PING + b"\n"
    whole = read(data)
    assert len(whole) == 4
    for cut in range(len(data)):
        assert read(data, [cut]) == whole


@moderately
@given(st.lists(messages, max_size=6), cuts)
def test_any_cut_of_any_messages_gives_them_back(stream, pieces):
    assert read(b"".join(map(encode, stream)), pieces) == stream


@moderately
@given(st.binary(max_size=500), cuts)
def test_any_bytes_give_messages_or_an_error(data, pieces):
    assert outcome(data, pieces) == outcome(data)


@moderately
@given(nearly_indi, small_cuts)
def test_bytes_that_are_nearly_indi_give_messages_or_an_error(data, pieces):
    assert outcome(data, pieces) == outcome(data) == outcome(data, [1] * len(data))


SMALL = capture("indi-2.2.4/wheel.preconnect.xml") + encode(
    Update(Kind.BLOB, "d", "p", {"a": Blob(memoryview(bytes(range(200))), ".fits", 200)}, State.OK)
)


@moderately
@given(mutations(SMALL), cuts)
def test_a_damaged_stream_gives_messages_or_an_error(data, pieces):
    assert outcome(data, pieces) == outcome(data)


@moderately
@given(nearly_indi | st.binary() | mutations(SMALL))
def test_after_any_garbage_the_next_element_is_read(garbage):
    """Unless a comment begins in it, which may hide 64 KiB."""
    assert read(garbage.replace(b"<!--", b"") + PING)[-1] == Ping("last", reply=True)
