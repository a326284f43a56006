"""What real servers and drivers send against the rules, or at their edge; and what we make of it.

Each test is named after the oddity. What is common stands in `test_reader`, `test_framing` and
`test_numbers`; what the client makes of it in `tests.client.test_oddities`.
"""

import pytest

from indinb.protocol.messages import (
    Blob,
    Define,
    Limits,
    Member,
    Notice,
    Ping,
    Update,
)
from indinb.protocol.vocabulary import Kind, Permission, State
from tests.captures import read
from tests.protocol.strategies import wrapped

PING = b"<pingReply uid='last'/>"
LAST = Ping("last", reply=True)


def only(data):
    """Read the only message in `data`, which may be text."""
    (message,) = read(data.encode() if isinstance(data, str) else data)
    return message


def definition(kind, members, attributes=""):
    tag = f"def{kind}Vector"
    return only(f"<{tag} device='d' name='p' {attributes}>{members}</{tag}>")


def update(kind, members, attributes=""):
    tag = f"set{kind}Vector"
    return only(f"<{tag} device='d' name='p' {attributes}>{members}</{tag}>")


def number(text, attributes=""):
    return update(Kind.NUMBER, f"<oneNumber name='a' {attributes}>{text}</oneNumber>")


# The stream


def test_a_driver_without_a_server_between():
    """It says before each message that XML begins, and breaks base64 after 72 characters."""
    picture = bytes(range(256))
    text = wrapped(picture, 72, "\n")
    stream = f"""<?xml version='1.0'?>
<defBLOBVector device='CCD' name='CCD1' label='' group='Main' state='Idle' perm='ro' timeout='60'>
    <defBLOB name='CCD1' label='Image'/>
</defBLOBVector>
<?xml version='1.0'?>
<setBLOBVector device='CCD' name='CCD1' state='Ok' timeout='60'>
    <oneBLOB name='CCD1' size='256' enclen='{len(text)}' format='.fits'>
{text}
    </oneBLOB>
</setBLOBVector>
<?xml version='1.0'?>
<message device='CCD' message='[INFO] done'/>
"""
    define, update, notice = read(stream.encode())
    assert isinstance(define, Define)
    assert update.values == {"CCD1": Blob(memoryview(picture), ".fits", 256)}
    assert notice == Notice("CCD", "[INFO] done")


@pytest.mark.parametrize(
    "between",
    [
        b"<?xml version='1.0'?>",
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
        b"<?driver 1 < 2 ?>",
        b"<!-- don't -->",
        b'<!-- "5 > 4" & <b> - -->',
        b"<!-- <setBLOBVector device='d' name='p'><oneBLOB name='a'>AAAA -->",
        b"\xef\xbb\xbf",
        b"\r\n\r\n",
        b"\0\0\0",
        "°".encode("latin-1"),
    ],
)
def test_declaration_comment_or_scrap_in_mid_stream(between, caplog):
    assert read(between.join([b"", PING, PING, b""])) == [LAST, LAST]
    assert caplog.messages == []


@pytest.mark.parametrize(
    "member",
    [
        "<!-- first --><oneText name='a'>x</oneText>",
        "<oneText name='a'>x</oneText><!-- <oneText name='b'>y</oneText> -->",
        "<oneText name='a'><!-- don't \"quote\" --> x </oneText>",
        "<oneText name='a'><?instruction?>x</oneText>",
    ],
)
def test_comment_or_instruction_within_an_element(member):
    assert update(Kind.TEXT, member).values == {"a": "x"}


def test_attributes_in_any_order_and_in_either_quotes():
    """And with white space wherever XML allows it."""
    xml = """<setTextVector
        state = "Ok"  name='p'\tdevice
        ="d"
        ><oneText
        name = 'a'
        >x</oneText
        ></setTextVector >"""
    assert only(xml) == Update(Kind.TEXT, "d", "p", {"a": "x"}, State.OK)


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "a > b", "/>", "</setTextVector>"])
def test_quotes_and_brackets_in_an_attribute(name):
    quote = '"' if "'" in name else "'"
    value = name.replace("<", "&lt;")
    xml = f"<setTextVector device='d' name='p'><oneText name={quote}{value}{quote}>x</oneText>"
    assert only(xml + "</setTextVector>").values == {name: "x"}


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("two\nlines\there", "two lines here"),
        ("two&#10;lines", "two\nlines"),
        ("&apos;&quot;", "'\""),
    ],
)
def test_newline_or_entity_in_an_attribute(xml, message):
    assert only(f"<message message='{xml}'/>") == Notice(None, message)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two\r\nlines", "two\nlines"),
        ("&#65;&#x42;", "AB"),
        ("&amp;lt;", "&lt;"),
        ("<![CDATA[<b> & </b>]]>", "<b> & </b>"),
        ("a > b", "a > b"),
    ],
)
def test_line_ends_references_and_cdata_in_a_text(text, value):
    """As XML has it; libindi itself keeps some of these as they are, and re-escapes them."""
    assert update(Kind.TEXT, f"<oneText name='a'>{text}</oneText>").values == {"a": value}


@pytest.mark.parametrize(
    "begin",
    [
        b"<setTextVector device='d' name='p'><oneText name='a'>x</setTextVector>",
        b"<setTextVector device='d' name='p'><oneText name='a'>x</oneNumber></setTextVector>",
        b"<setTextVector device='d' name='p'><oneText name='a'>x</oneText></setNumberVector>",
        b"<setTextVector device='d' name='p'><oneText name='a'>x</oneText>",
        b"<setTextVector device='d' name='p'><oneText name='a' name='b'/></setTextVector>",
        b"<setTextVector device='d' name='p'><oneText name=a>x</oneText></setTextVector>",
        b"<setTextVector device='d' device='e' name='p'></setTextVector>",
        b"<setTextVector device='d' name='p'>a & b</setTextVector>",
        b"<setTextVector device='d name='p'>",
        b"<setTextVector device='d' name='p'",
        b"<setTextVector <",
    ],
)
def test_malformed_element_is_skipped_and_the_stream_goes_on(begin, caplog):
    assert read(PING + begin + PING + PING) == [LAST] * 3
    (line,) = caplog.messages
    assert line.startswith("skipped ")
    assert "\n" not in line


@pytest.mark.parametrize("control", [b"\0", b"\x1b", b"\x0b", b"\xff"])
@pytest.mark.parametrize("place", range(0, 40, 3))
def test_control_character_anywhere_costs_no_more_than_its_element(control, place):
    xml = b"<message message='x' device='d' />      "
    *before, last = read(PING + xml[:place] + control + xml[place:] + PING)
    assert before[0] == last == LAST
    assert len(before) in (1, 2)


def test_name_in_latin_1_is_the_same_as_in_utf_8():
    xml = "<setTextVector device='Caméra' name='é'><oneText name='ß'>°</oneText></setTextVector>"
    assert only(xml.encode("latin-1")) == Update(Kind.TEXT, "Caméra", "é", {"ß": "°"}) == only(xml)


@pytest.mark.parametrize("tag", ["oneText-x", "one.Text", "ONETEXT", "oneNumber", "oneTextVector"])
def test_unknown_element_within_is_ignored(tag):
    members = f"<{tag} name='b'>y</{tag}><oneText name='a' x-y='1' x.z='2'>x</oneText>"
    assert update(Kind.TEXT, members).values == {"a": "x"}


@pytest.mark.parametrize(
    "name", ["Unit Info", "Scan Ports", "9600", "1x", "PEC OFF", "A/B", "#1", "a"]
)
def test_name_that_is_no_identifier(name):
    xml = f"<setSwitchVector device='{name}' name='{name}'><oneSwitch name='{name}'>On</oneSwitch>"
    assert only(xml + "</setSwitchVector>") == Update(Kind.SWITCH, name, name, {name: True})


def test_name_longer_than_libindi_has_room_for():
    name = "QHY CCD " + "x" * 200
    assert only(f"<message device='{name}' message='hi'/>") == Notice(name, "hi")


# Definitions


def test_light_has_neither_permission_nor_rule_nor_timeout():
    define = definition(Kind.LIGHT, "<defLight name='a'>Ok</defLight>", "state='Ok'")
    assert (define.permission, define.rule, define.timeout) == (Permission.READ_ONLY, None, 0.0)


def test_defblob_never_carries_data():
    members = "<defBLOB name='a' format='.fits'>AAAA</defBLOB><defBLOB name='b'/>"
    assert definition(Kind.BLOB, members).members == (
        Member("a", "a", None, ".fits"),
        Member("b", "b", None),
    )


@pytest.mark.parametrize("text", ["", "none", "--"])
def test_definition_without_a_number_is_zero(text):
    (member,) = definition(Kind.NUMBER, f"<defNumber name='a'>{text}</defNumber>").members
    assert member.value == 0.0


def test_definition_of_members_without_a_name_is_none(caplog):
    members = "<defSwitch name=''>On</defSwitch><defSwitch>On</defSwitch>"
    xml = f"<defSwitchVector device='d' name='p'>{members}</defSwitchVector>"
    assert read(xml.encode() + PING) == [LAST]
    assert caplog.messages == ["skipped <defSwitchVector>: it has no members"]


# Numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12:30", 12.5),
        ("12:30:36", 12.51),
        ("-0:30:00", -0.5),
        ("12h30m36s", 12.51),
        ("12;30", 12.5),
        ("\n  5:30:00.0\n", 5.5),
    ],
)
def test_sexagesimal_in_set(text, value):
    """libindi's own client would stop at the colon."""
    assert number(text).values == {"a": pytest.approx(value)}


@pytest.mark.parametrize("text", ["-90:30", "-90,5", "-90.5", "-905e-1"])
def test_sexagesimal_or_decimal_comma_in_limits(text):
    limits = f"min='{text}' max='{text}' step='{text}'"
    assert number("1", limits).limits == {"a": Limits(-90.5, -90.5, -90.5)}
    (member,) = definition(Kind.NUMBER, f"<defNumber name='a' {limits}>1</defNumber>").members
    assert (member.min, member.max, member.step) == (-90.5, -90.5, -90.5)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12,5", 12.5), ("-0,25", -0.25), (",5", 0.5), ("12,30:36", 12.51), ("12,30.6", 12.51)],
)
def test_decimal_comma(text, value):
    """Only one comma alone is decimal: beside dots and colons it separates, as in libindi."""
    assert number(text).values == {"a": pytest.approx(value)}


# Switches, lights and states


@pytest.mark.parametrize("words", [("On", "On"), ("Off", "Off")])
def test_several_or_no_switches_on_in_one_of_many(words):
    members = "".join(
        f"<defSwitch name='{n}'>{word}</defSwitch>" for n, word in zip("ab", words, strict=True)
    )
    define = definition(Kind.SWITCH, members, "rule='OneOfMany'")
    assert [member.value for member in define.members] == [word == "On" for word in words]


@pytest.mark.parametrize("kind", Kind)
def test_update_without_members(kind):
    assert update(kind, "", "state='Alert'") == Update(kind, "d", "p", {}, State.ALERT)
