import base64
import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.protocol.messages import (
    Blob,
    Define,
    Delete,
    EnableBlob,
    GetProperties,
    Limits,
    Member,
    New,
    Notice,
    Ping,
    Update,
)
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State, SwitchRule
from indinb.protocol.writer import encode
from tests.captures import DEFINITIONS, EXPOSURE, SESSIONS, capture, read, received, session
from tests.protocol.strategies import messages, moderately


@pytest.mark.parametrize(
    ("message", "xml"),
    [
        (GetProperties(), '<getProperties version="1.7"/>'),
        (GetProperties("CCD"), '<getProperties version="1.7" device="CCD"/>'),
        (GetProperties("C", "P"), '<getProperties version="1.7" device="C" name="P"/>'),
        (EnableBlob("C", "P", BlobMode.ALSO), '<enableBLOB device="C" name="P">Also</enableBLOB>'),
        (EnableBlob("C", None, BlobMode.NEVER), '<enableBLOB device="C">Never</enableBLOB>'),
        (EnableBlob(None, None, BlobMode.ONLY), "<enableBLOB>Only</enableBLOB>"),
        (Delete("C"), '<delProperty device="C"/>'),
        (
            Delete("C", "P", "2026-11-22T10:18:05", "gone"),
            '<delProperty device="C" name="P" timestamp="2026-11-22T10:18:05" message="gone"/>',
        ),
        (Notice(None, "hello"), '<message message="hello"/>'),
        (Notice("C", "[INFO] ready"), '<message device="C" message="[INFO] ready"/>'),
        (Ping("7"), '<pingRequest uid="7"/>'),
        (Ping("7", reply=True), '<pingReply uid="7"/>'),
        (
            New(Kind.SWITCH, "C", "CONNECTION", {"CONNECT": True, "DISCONNECT": False}),
            """<newSwitchVector device="C" name="CONNECTION">
  <oneSwitch name="CONNECT">On</oneSwitch>
  <oneSwitch name="DISCONNECT">Off</oneSwitch>
</newSwitchVector>""",
        ),
        (
            New(Kind.NUMBER, "C", "CCD_EXPOSURE", {"VALUE": 2.5}, "2026-11-22T10:18:05"),
            """<newNumberVector device="C" name="CCD_EXPOSURE" timestamp="2026-11-22T10:18:05">
  <oneNumber name="VALUE">2.5</oneNumber>
</newNumberVector>""",
        ),
        (
            New(Kind.TEXT, "C", "P", {"A": "some words", "B": ""}),
            """<newTextVector device="C" name="P">
  <oneText name="A">some words</oneText>
  <oneText name="B"></oneText>
</newTextVector>""",
        ),
        (
            New(Kind.BLOB, "C", "P", {"A": Blob(memoryview(b"hello"), ".txt", 5)}),
            """<newBLOBVector device="C" name="P">
  <oneBLOB name="A" size="5" format=".txt" enclen="8">aGVsbG8=</oneBLOB>
</newBLOBVector>""",
        ),
        (
            Update(Kind.LIGHT, "C", "P", {"A": State.ALERT}, State.BUSY),
            """<setLightVector device="C" name="P" state="Busy">
  <oneLight name="A">Alert</oneLight>
</setLightVector>""",
        ),
        (
            Update(
                Kind.NUMBER,
                "C",
                "P",
                {"A": 1, "B": 0.1},
                State.OK,
                {"B": Limits(0.0, 10.0, None)},
                60.0,
                "2026-11-22T10:18:05",
                "done",
            ),
            """<setNumberVector device="C" name="P" state="Ok" timeout="60" \
timestamp="2026-11-22T10:18:05" message="done">
  <oneNumber name="A">1</oneNumber>
  <oneNumber name="B" min="0" max="10">0.1</oneNumber>
</setNumberVector>""",
        ),
        (Update(Kind.TEXT, "C", "P", {}), '<setTextVector device="C" name="P">\n</setTextVector>'),
        (
            Define(
                Kind.NUMBER,
                "C",
                "P",
                (Member("A", "an A", 1.5, "%.2f", -1.0, 1e6, 0.1),),
                "a P",
                "Main Control",
                State.IDLE,
                Permission.READ_WRITE,
                timeout=60.0,
            ),
            """<defNumberVector device="C" name="P" label="a P" group="Main Control" state="Idle" \
perm="rw" timeout="60">
  <defNumber name="A" label="an A" format="%.2f" min="-1" max="1000000" step="0.1">1.5</defNumber>
</defNumberVector>""",
        ),
        (
            Define(
                Kind.SWITCH,
                "C",
                "P",
                (Member("A", "an A", True),),
                permission=Permission.WRITE_ONLY,
                rule=SwitchRule.AT_MOST_ONE,
            ),
            """<defSwitchVector device="C" name="P" label="" group="" state="Idle" perm="wo" \
rule="AtMostOne" timeout="0">
  <defSwitch name="A" label="an A">On</defSwitch>
</defSwitchVector>""",
        ),
        (
            Define(Kind.LIGHT, "C", "P", (Member("A", "an A", State.OK),), message="hi"),
            """<defLightVector device="C" name="P" label="" group="" state="Idle" message="hi">
  <defLight name="A" label="an A">Ok</defLight>
</defLightVector>""",
        ),
        (
            Define(Kind.BLOB, "C", "P", (Member("A", "an A", None),)),
            """<defBLOBVector device="C" name="P" label="" group="" state="Idle" perm="ro" \
timeout="0">
  <defBLOB name="A" label="an A"/>
</defBLOBVector>""",
        ),
    ],
)
def test_messages_as_xml(message, xml):
    assert encode(message).decode() == xml + "\n"


def text_vector(text):
    return encode(New(Kind.TEXT, "C", "P", {"A": text})).decode()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a & b", "a &amp; b"),
        ("a < b", "a &lt; b"),
        ("a > b", "a > b"),  # the parser of libindi decodes no entity that begins a text
        ("> \" '", "> \" '"),
        ("&amp;", "&amp;amp;"),
        ("José", "José"),
        ("two\nlines\t", "two\nlines\t"),
        ("\0a\x1bb\x7f", "ab\x7f"),
        ("\ud800", "?"),
        ("]]>", "]]&gt;"),  # which XML demands
    ],
)
def test_texts_are_escaped_no_more_than_needed(text, written):
    assert f'<oneText name="A">{written}</oneText>' in text_vector(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a & b", "a &amp; b"),
        ("<>", "&lt;&gt;"),
        ("\"'", "&quot;&apos;"),
        ("two\nlines\r\n\t", "two lines   "),
        ("\0\x1b", "  "),
        ("°C", "°C"),
        ("\ud800", "?"),
        ("", ""),
    ],
)
def test_attributes_are_escaped_and_keep_to_one_line(text, written):
    assert encode(Notice(None, text)).decode() == f'<message message="{written}"/>\n'
    assert f'name="{written}">' in encode(New(Kind.TEXT, "C", "P", {text: ""})).decode()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (2, "2"),
        (2.0, "2"),
        (-0.5, "-0.5"),
        (1e-7, "0.0000001"),
        (True, "1"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        ("12:30:00", "12:30:00"),
        (None, ""),
    ],
)
def test_numbers_are_decimal(value, written):
    xml = encode(New(Kind.NUMBER, "C", "P", {"A": value})).decode()
    assert f'<oneNumber name="A">{written}</oneNumber>' in xml


@pytest.mark.parametrize(
    ("value", "written"), [(True, "On"), (False, "Off"), (1, "On"), (0, "Off"), (None, "Off")]
)
def test_switches_are_written_in_the_case_that_drivers_demand(value, written):
    xml = encode(New(Kind.SWITCH, "C", "P", {"A": value})).decode()
    assert f'<oneSwitch name="A">{written}</oneSwitch>' in xml


def test_a_blob_is_one_line_of_base64():
    data = bytes(range(256)) * 40
    xml = encode(New(Kind.BLOB, "C", "P", {"A": Blob(memoryview(data), ".fits.fz", 99)})).decode()
    text = base64.b64encode(data).decode()
    assert f'size="99" format=".fits.fz" enclen="{len(text)}">{text}</oneBLOB>' in xml


def test_drivers_tell_the_length_of_a_blob():
    xml = encode(
        Update(Kind.BLOB, "C", "P", {"A": Blob(memoryview(bytes(10)), ".fits.fz", 99)})
    ).decode()
    assert 'size="99" format=".fits.fz" len="10">' in xml


def test_a_blob_that_says_nothing_is_a_state():
    xml = encode(Update(Kind.BLOB, "C", "P", {"A": None}, State.BUSY))
    (update,) = read(xml)
    assert (update.state, update.values) == (State.BUSY, {})


@moderately
@given(messages)
def test_whatever_is_written_is_read(message):
    assert read(encode(message)) == [message]


@moderately
@given(st.lists(messages, max_size=8))
def test_streams_are_written_and_read(stream):
    assert read(b"".join(map(encode, stream))) == stream


@moderately
@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_makes_one_element(text, name):
    xml = encode(New(Kind.TEXT, f"device{name}", "P", {f"name{name}": text}))
    (new,) = read(xml)
    assert new.device.startswith("device")
    assert len(new.values) == 1
    assert xml.endswith(b"</newTextVector>\n")


@moderately
@given(st.text(st.characters()))
def test_entities_are_those_that_libindi_knows(text):
    xml = encode(Update(Kind.TEXT, "C", "P", {text: text}, message=text)).decode()
    assert set(re.findall(r"&\w*;?", xml)) <= {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}
    assert not set(xml) & {chr(code) for code in range(32) if chr(code) not in "\t\n\r"}


@moderately
@given(messages)
def test_another_parser_reads_the_same_attributes(message):
    element = ElementTree.fromstring(encode(message))
    for key in set(element.attrib) & {"device", "name", "label", "group", "message", "uid"}:
        assert element.attrib[key] == getattr(message, key)


def test_nan_survives():
    (update,) = read(encode(Update(Kind.NUMBER, "C", "P", {"A": math.nan})))
    assert math.isnan(update.values["A"])


@pytest.mark.parametrize("name", [*DEFINITIONS, EXPOSURE])
def test_real_definitions_survive(name):
    definitions = read(capture(name))
    assert definitions
    assert read(b"".join(map(encode, definitions))) == definitions


@pytest.mark.parametrize("name", SESSIONS)
def test_real_sessions_survive(name):
    answers = read(received(name))
    assert read(b"".join(map(encode, answers))) == answers


def test_real_requests_survive():
    steps = [step for name in SESSIONS for step in session(name) if step.direction == "sent"]
    asked = [message for step in steps for message in read(step.data)]
    assert len(asked) > 250
    assert read(b"".join(map(encode, asked))) == asked
