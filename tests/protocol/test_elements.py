"""Messages, one by one; their BLOBs are tested next door, whole streams with the reader."""

import logging
import math

import pytest

from indinb.errors import ProtocolError
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
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State, SwitchRule
from tests.captures import (
    capture,
    read,
)

PING = b"<pingReply uid='last'/>"


def only(data):
    """Read the only message in `data`, which may be text."""
    (message,) = read(data.encode() if isinstance(data, str) else data)
    return message


def definition(kind, attributes="", members=""):
    tag = f"def{kind}Vector"
    return only(f"<{tag} device='d' name='p' {attributes}>{members}</{tag}>")


def update(kind, members="", attributes=""):
    tag = f"set{kind}Vector"
    return only(f"<{tag} device='d' name='p' {attributes}>{members}</{tag}>")


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<getProperties version='1.7'/>", GetProperties()),
        ("<getProperties/>", GetProperties(None, None, "")),
        ("<getProperties version='1.7' device='d' name='p'/>", GetProperties("d", "p")),
        ("<enableBLOB device='d'>Also</enableBLOB>", EnableBlob("d", None, BlobMode.ALSO)),
        ("<enableBLOB device='d' name='p'>\nNever\n</enableBLOB>", EnableBlob("d", "p", "Never")),
        ("<enableBLOB>only</enableBLOB>", EnableBlob(None, None, BlobMode.ONLY)),
        ("<delProperty device='d'/>", Delete("d")),
        ("<delProperty device='d' name=''/>", Delete("d")),
        (
            "<delProperty device='d' name='p' timestamp='t' message='m'/>",
            Delete("d", "p", "t", "m"),
        ),
        ("<message device='d' message='m' timestamp='t'/>", Notice("d", "m", "t")),
        ("<message message='m'/>", Notice(None, "m")),
        ("<message device='' message='m'/>", Notice(None, "m")),
        ("<pingRequest uid='1'/>", Ping("1")),
        ("<pingReply uid='1'/>", Ping("1", reply=True)),
        ("<pingReply/>", Ping("", reply=True)),
        (
            "<newTextVector device='d' name='p'><oneText name='a'>b</oneText></newTextVector>",
            New(Kind.TEXT, "d", "p", {"a": "b"}),
        ),
        (
            "<newNumberVector device='d' name='p' timestamp='t'>"
            "<oneNumber name='a'>-1:30</oneNumber></newNumberVector>",
            New(Kind.NUMBER, "d", "p", {"a": -1.5}, "t"),
        ),
    ],
)
def test_messages_are_read(xml, message):
    assert only(xml) == message


def test_a_definition_as_indiserver_writes_it():
    xml = """
<defNumberVector device="CCD" name="CCD_TEMPERATURE" label="Temperature" group="Main Control" \
state="Busy" perm="rw" timeout="60" timestamp="2026-11-22T10:18:04" message="cold">
    <defNumber name="VALUE" label="Temperature (C)" format="%5.2f" min="-50" max="50" step="0.5">
-10.5
    </defNumber>
</defNumberVector>
"""
    assert only(xml) == Define(
        Kind.NUMBER,
        "CCD",
        "CCD_TEMPERATURE",
        (Member("VALUE", "Temperature (C)", -10.5, "%5.2f", -50.0, 50.0, 0.5),),
        "Temperature",
        "Main Control",
        State.BUSY,
        Permission.READ_WRITE,
        None,
        60.0,
        "2026-11-22T10:18:04",
        "cold",
    )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TEXT, "", ""),
        (Kind.TEXT, "\n  some words \n", "some words"),
        (Kind.TEXT, "&lt;José &amp; Co&gt;", "<José & Co>"),
        (Kind.TEXT, "<![CDATA[a < b]]>", "a < b"),
        (Kind.TEXT, "a<!-- comment -->b", "ab"),
        (Kind.TEXT, "<?instruction?>ab", "ab"),
        (Kind.TEXT, "&#65;", "A"),
        (Kind.NUMBER, "\n5.2000000000000001776\n", 5.2),
        (Kind.NUMBER, "12:30:36", 12.51),
        (Kind.NUMBER, "inf", math.inf),
        (Kind.NUMBER, "7,5", 7.5),
        (Kind.SWITCH, "\nOn\n", True),
        (Kind.SWITCH, "Off", False),
        (Kind.SWITCH, "on", True),
        (Kind.SWITCH, "", False),
        (Kind.SWITCH, "bogus", False),
        (Kind.LIGHT, "\nAlert\n", State.ALERT),
        (Kind.LIGHT, "OK", State.OK),
    ],
)
def test_values_mean_the_same_everywhere(kind, text, value):
    one = f"<one{kind} name='a'>{text}</one{kind}>"
    assert update(kind, one).values == {"a": value}
    assert definition(kind, "", one.replace("one", "def")).members[0].value == value
    assert only(f"<new{kind}Vector device='d' name='p'>{one}</new{kind}Vector>").values == {
        "a": value
    }


def test_an_empty_element_is_an_empty_text():
    assert update(Kind.TEXT, "<oneText name='a'/>").values == {"a": ""}
    assert definition(Kind.TEXT, "", "<defText name='a'/>").members == (Member("a", "a", ""),)


def test_nan_is_a_number():
    assert math.isnan(update(Kind.NUMBER, "<oneNumber name='a'>-nan</oneNumber>").values["a"])


# What is missing


def test_defaults_of_a_definition():
    assert definition(Kind.TEXT, "", "<defText name='a'>b</defText>") == Define(
        Kind.TEXT,
        "d",
        "p",
        (Member("a", "a", "b"),),
        label="p",
        group="",
        state=State.IDLE,
        permission=Permission.READ_ONLY,
        rule=None,
        timeout=0.0,
        timestamp=None,
        message=None,
    )


def test_defaults_of_the_members():
    (member,) = definition(Kind.NUMBER, "", "<defNumber name='a'/>").members
    assert member == Member("a", "a", 0.0, "", 0.0, 0.0, 0.0)
    (member,) = definition(Kind.LIGHT, "", "<defLight name='a' label=''/>").members
    assert member == Member("a", "a", State.IDLE)
    (member,) = definition(Kind.BLOB, "", "<defBLOB name='a' label='an a'/>").members
    assert member == Member("a", "an a", None)


@pytest.mark.parametrize(
    ("attribute", "field", "value"),
    [
        ("label=''", "label", "p"),
        ("label='a P'", "label", "a P"),
        ("perm='wo'", "permission", Permission.WRITE_ONLY),
        ("perm='RW'", "permission", Permission.READ_WRITE),
        ("perm='bogus'", "permission", Permission.READ_ONLY),
        ("perm=''", "permission", Permission.READ_ONLY),
        ("rule='AtMostOne'", "rule", SwitchRule.AT_MOST_ONE),
        ("rule='bogus'", "rule", SwitchRule.ONE_OF_MANY),
        ("", "rule", SwitchRule.ONE_OF_MANY),
        ("state='Ok'", "state", State.OK),
        ("state='OK'", "state", State.OK),
        ("state='ok'", "state", State.OK),
        ("state='bogus'", "state", State.IDLE),
        ("timeout='60'", "timeout", 60.0),
        ("timeout=''", "timeout", 0.0),
        ("timeout='bogus'", "timeout", 0.0),
        ("timestamp=''", "timestamp", ""),
        ("bogus='x'", "group", ""),
    ],
)
def test_attributes_of_a_definition(attribute, field, value):
    define = definition(Kind.SWITCH, attribute, "<defSwitch name='a'>On</defSwitch>")
    assert getattr(define, field) == value


def test_an_update_without_anything_changes_nothing():
    assert update(Kind.NUMBER) == Update(Kind.NUMBER, "d", "p", {})


@pytest.mark.parametrize(
    ("attribute", "field", "value"),
    [
        ("state='Alert'", "state", State.ALERT),
        ("state='OK'", "state", State.OK),
        ("state='busy'", "state", State.BUSY),
        ("state='bogus'", "state", None),
        ("timeout='60'", "timeout", 60.0),
        ("timeout='bogus'", "timeout", None),
        ("timestamp='t'", "timestamp", "t"),
        ("message='m'", "message", "m"),
    ],
)
def test_attributes_of_an_update(attribute, field, value):
    assert getattr(update(Kind.TEXT, "", attribute), field) == value


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<setTextVector name='p'></setTextVector>", "it has no device"),
        ("<setTextVector device='' name='p'></setTextVector>", "it has no device"),
        ("<setTextVector device='d'></setTextVector>", "it has no name"),
        ("<newTextVector device='d'/>", "it has no name"),
        ("<defTextVector device='d' name='p'/>", "it has no members"),
        ("<defTextVector name='p'><defText name='a'/></defTextVector>", "it has no device"),
        ("<defTextVector device='d'><defText name='a'/></defTextVector>", "it has no name"),
        ("<defTextVector device='d' name='p'><defText/></defTextVector>", "it has no members"),
        (
            "<defTextVector device='d' name='p'><defNumber name='a'/></defTextVector>",
            "it has no members",
        ),
        ("<delProperty/>", "it has no device"),
        ("<message/>", "it has no message"),
        ("<message device='d' message=''/>", "it has no message"),
        ("<enableBLOB device='d'>Sometimes</enableBLOB>", "'Sometimes' is not a valid BlobMode"),
        ("<enableBLOB device='d'/>", "'' is not a valid BlobMode"),
        ("<message xmlns='x' message='m'/>", "it is in an XML namespace, and INDI has none"),
    ],
)
def test_what_lacks_the_essential_is_skipped_and_the_stream_goes_on(xml, reason, caplog):
    assert read(xml.encode() + PING) == [Ping("last", reply=True)]
    (line,) = caplog.messages
    assert line.startswith("skipped <")
    assert line.endswith(f">: {reason}")


# Members


def test_members_without_a_name_are_dropped():
    """INDI 2.2.4 built without XISF defines one."""
    named = "<defSwitch name='a'>On</defSwitch><defSwitch name='' label=''>Off</defSwitch>"
    assert definition(Kind.SWITCH, "", named).members == (Member("a", "a", True),)
    named = "<oneNumber name='a'>1</oneNumber><oneNumber name='' min='3'>2</oneNumber><oneNumber/>"
    assert update(Kind.NUMBER, named) == Update(Kind.NUMBER, "d", "p", {"a": 1.0})


def test_the_real_member_without_a_name():
    stream = capture("indi-2.2.4/ccd.xml")
    assert b'<defSwitch name="" label="">' in stream
    formats = next(message for message in read(stream) if message.name == "CCD_TRANSFER_FORMAT")
    assert [member.name for member in formats.members] == ["FORMAT_FITS", "FORMAT_NATIVE"]


def test_of_members_with_one_name_the_last_counts():
    twice = (
        "<defText name='a'>1</defText><defText name='b'>2</defText><defText name='a'>3</defText>"
    )
    assert [m.value for m in definition(Kind.TEXT, "", twice).members] == ["3", "2"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.NUMBER, ""),
        (Kind.NUMBER, "bogus"),
        (Kind.LIGHT, ""),
        (Kind.LIGHT, "bogus"),
        (Kind.BLOB, ""),
        (Kind.BLOB, "A"),
        (Kind.BLOB, "é"),
    ],
)
def test_a_bad_value_keeps_the_old_one(kind, text):
    good, value = {
        Kind.NUMBER: ("1", 1.0),
        Kind.LIGHT: ("Ok", State.OK),
        Kind.BLOB: ("AAAA", Blob(memoryview(bytes(3)), "", 3)),
    }[kind]
    members = f"<one{kind} name='a'>{text}</one{kind}><one{kind} name='b'>{good}</one{kind}>"
    assert update(kind, members).values == {"b": value}


def test_unknown_elements_and_attributes_are_ignored():
    members = "<oneText name='a' new='x'>b</oneText><oneNumber name='c'>1</oneNumber><x/>"
    assert update(Kind.TEXT, members, "colour='red'").values == {"a": "b"}


@pytest.mark.parametrize(
    ("attributes", "limits"),
    [
        ("min='1' max='2' step='0.5'", Limits(1.0, 2.0, 0.5)),
        ("max='1e6'", Limits(None, 1e6, None)),
        ("min='-90:00:00'", Limits(-90.0, None, None)),
        ("min='' max='bogus' step='1'", Limits(None, None, 1.0)),
    ],
)
def test_limits_come_with_numbers(attributes, limits):
    members = f"<oneNumber name='a' {attributes}>5</oneNumber><oneNumber name='b'>6</oneNumber>"
    changed = update(Kind.NUMBER, members)
    assert changed.limits == {"a": limits}
    assert changed.values == {"a": 5.0, "b": 6.0}


def test_limits_come_even_with_a_bad_number():
    assert update(Kind.NUMBER, "<oneNumber name='a' max='9'>?</oneNumber>").limits == {
        "a": Limits(None, 9.0, None)
    }


def test_only_numbers_have_limits():
    assert update(Kind.TEXT, "<oneText name='a' min='1'>b</oneText>").limits is None


def test_the_buffer_is_there_to_be_filled():
    reader = Reader()
    assert len(reader.get_buffer()) >= 65536
    assert not reader.get_buffer().readonly
    assert reader.buffer_updated(0) == []
    reader.eof_received()


def test_only_the_bytes_named_count():
    reader = Reader()
    reader.get_buffer()[: len(PING)] = PING
    assert reader.buffer_updated(10) == []
    reader.get_buffer()[: len(PING)] = PING
    assert reader.buffer_updated(len(PING)) == [Ping("last", reply=True)]


@pytest.mark.parametrize("end", [1, 10, len(PING) - 1])
def test_the_end_within_an_element_is_an_error(end):
    reader = Reader()
    reader.get_buffer()[:end] = PING[:end]
    assert reader.buffer_updated(end) == []
    with pytest.raises(ProtocolError, match="ended inside an element"):
        reader.eof_received()


def test_an_element_beyond_the_limit_is_an_error():
    reader = Reader(max_element=1000)
    xml = b"<message message='%s'/>"
    for size in (900, 1100):
        data = xml % (b"x" * size)
        reader.get_buffer()[: len(data)] = data
        if size == 900:
            assert len(reader.buffer_updated(len(data))) == 1
        else:
            with pytest.raises(ProtocolError, match="larger than 1000 bytes"):
                reader.buffer_updated(len(data))


def test_what_goes_unused_is_logged_but_no_news(caplog):
    caplog.set_level(logging.DEBUG)
    update(Kind.NUMBER, "<oneNumber name='a'>bogus</oneNumber>")
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert record.message.startswith("kept the old value of a: 'bogus' is not a number")
