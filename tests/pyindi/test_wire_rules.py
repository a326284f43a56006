"""What the drop-in makes of each kind of message, and of each kind of property that it sends."""

import base64
import zlib
from collections.abc import Iterator

import pytest

from indinb import pyindi as PyIndi
from tests.pyindi.canonical import canonical
from tests.pyindi.edges import staged
from tests.pyindi.replay import RawServer, client_of
from tests.pyindi.wire_script import DEFINITIONS, Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


def update(attributes: str, members: str = "", kind: str = "Number") -> str:
    return f'<set{kind}Vector device="D" {attributes}>{members}</set{kind}Vector>'


def one(name: str, value: str, kind: str = "Number", attributes: str = "") -> str:
    return f'<one{kind} name="{name}" {attributes}>{value}</one{kind}>'


def members(sent: bytes) -> list[tuple[str, str]]:
    """Return names and texts of the members of the one element that was sent."""
    [(_, _, _, ones)] = canonical(sent)
    return [(attributes["name"], text) for _, attributes, text, _ in ones]


# Connecting


def test_all_is_asked_for_before_anything_else_is_sent():
    with RawServer(DEFINITIONS) as server:
        client = client_of(PyIndi, server.port)
        client.setBLOBMode(PyIndi.B_ALSO, "D", "BL")
        client.connectServer()
        asked, blobs = canonical(server.take())
        client.disconnectServer()
    assert asked == ("getProperties", {"version": "1.7"}, "", [])
    assert blobs == ("enableBLOB", {"device": "D", "name": "BL"}, "Also", [])


def test_nothing_is_called_back_before_the_connection(monkeypatch):
    monkeypatch.setattr("indinb.client.quiet.QUIET", 0.0)
    for _ in range(20):
        with RawServer(DEFINITIONS) as server:
            client = client_of(PyIndi, server.port)
            client.connectServer()
            server.tell()
            assert [event[0] for event in client.events[:2]] == ["serverConnected", "newDevice"]
            client.disconnectServer()


def test_disconnecting_as_soon_as_connected_ends_it():
    with RawServer(DEFINITIONS) as server:
        client = client_of(PyIndi, server.port)
        client.react = lambda event: event[0] == "serverConnected" and client.disconnectServer(3)
        assert not client.connectServer()
        assert client.events == [("serverConnected", True), ("serverDisconnected", 3, False)]


# Sending


def test_properties_go_out_whole_in_the_order_of_their_definition(stage):
    number = stage.get("N")
    number[1].setValue(2.0)
    number[0].setValue(1.0)
    stage.client.sendNewNumber(number)
    assert members(stage.server.take()) == [("RA", "1"), ("DE", "2")]


@pytest.mark.parametrize(
    ("value", "sent"),
    [(1e22, "1e+22"), (1 / 3, "0.33333333333333331483"), (-0.0, "-0"), (float("inf"), "inf")],
)
def test_numbers_have_twenty_digits(stage, value, sent):
    stage.client.sendNewNumber("D", "N", "RA", value)
    assert members(stage.server.take())[0] == ("RA", sent)


@pytest.mark.parametrize("name", ["SM", "SA"])
def test_of_other_rules_all_switches_are_sent(stage, name):
    stage.get(name).reset()
    stage.client.sendNewSwitch(stage.get(name))
    assert members(stage.server.take()) == [("P", "Off"), ("Q", "Off")]


def test_of_one_of_many_the_one_that_was_turned_on_is_sent(stage):
    stage.get("S1")[1].setState(PyIndi.ISS_ON)
    stage.client.sendNewSwitch(stage.get("S1"))
    assert members(stage.server.take()) == [("Q", "On")]


def test_of_two_that_were_turned_on_the_last_is_sent(stage):
    for index in (1, 0, 1, 0):
        stage.get("S1")[index].setState(PyIndi.ISS_ON)
    stage.client.sendNewSwitch(stage.get("S1"))
    assert members(stage.server.take()) == [("P", "On")]


def test_of_at_most_one_the_one_that_was_turned_on_turns_off_the_other(stage):
    stage.client.sendNewSwitch("D", "SM", "Q")
    assert members(stage.server.take()) == [("P", "Off"), ("Q", "On")]


def test_of_any_the_one_that_was_turned_on_leaves_the_other(stage):
    stage.client.sendNewSwitch("D", "SA", "Q")
    assert members(stage.server.take()) == [("P", "On"), ("Q", "On")]


def test_what_could_not_be_sent_does_not_win_over_what_is_asked_later(stage):
    stage.client.disconnectServer()
    stage.client.sendNewSwitch("D", "S1", "P")
    assert stage.client.connectServer()
    stage.server.take()
    stage.client.sendNewSwitch("D", "S1", "Q")
    assert members(stage.server.take()) == [("Q", "On")]


def test_it_is_busy_before_it_is_sent_so_an_answer_at_once_is_not_lost(stage):
    number = stage.get("N")
    answer = update('name="N" state="Ok"', one("RA", "2"))
    for asked in range(20):
        stage.client.sendNewNumber("D", "N", "RA", float(asked))
        assert number.getStateAsString() == "Busy"
        stage.tell(answer)
        assert (number.getStateAsString(), number[0].getValue()) == ("Ok", 2.0)


@pytest.mark.parametrize("name", ["T", "N", "S1"])
def test_requests_tell_no_time(stage, name):
    stage.client.sendNewProperty(stage.get(name))
    [(_, attributes, _, _)] = canonical(stage.server.take())
    assert attributes == {"device": "D", "name": name}


# Pings and lines of text


def test_pings_are_answered_in_their_order_and_told(stage):
    heard = stage.tell("<pingRequest uid='a'/><pingReply uid='r'/><pingRequest uid=\"b\"/>")
    assert heard == [("ping", "r")]
    replies = [attributes["uid"] for _, attributes, _, _ in canonical(stage.server.take())]
    assert replies == ["a", "b"]


def test_lines_are_counted_for_each_device(stage):
    stage.tell(DEFINITIONS.decode().replace('"D"', '"E"'))
    lines = "".join(f'<message device="{device}" message="x"/>' for device in "DEED")
    assert stage.tell(lines) == [
        ("msg", "D", 0, "NOW: x "),
        ("msg", "E", 0, "NOW: x "),
        ("msg", "E", 1, "NOW: x "),
        ("msg", "D", 1, "NOW: x "),
    ]


@pytest.mark.parametrize("of", ["", 'device="ZZ"'])
def test_lines_of_nobody_who_is_known_are_for_all(stage, of):
    heard = stage.tell(f'<message {of} timestamp="2026-01-01T00:00:00" message="x"/>')
    assert heard == [("umsg", "2026-01-01T00:00:00: x")]


@pytest.mark.parametrize(
    ("xml", "event"),
    [
        (update('name="N" state="Busy" message="x"'), ("update", "N", "Busy")),
        ('<delProperty device="D" name="N" message="x"/>', ("removeProperty", "N", True)),
        ('<delProperty device="D" message="x"/>', ("removeDevice", "D", 0)),
    ],
)
def test_a_line_is_told_before_what_it_came_with(stage, xml, event):
    assert stage.tell(xml) == [("msg", "D", 0, "NOW: x "), event]


# Updates


def test_an_update_of_nothing_but_the_state_is_called_back(stage):
    assert stage.tell(update('name="N" state="Alert"')) == [("update", "N", "Alert")]
    assert stage.values() == [1.5, -0.5]


def test_an_unknown_member_is_left_out_and_the_others_are_taken(stage):
    xml = update('name="N" state="Ok"', one("ZZ", "1") + one("DE", "2"))
    assert stage.tell(xml) == [("update", "N", "Ok")]
    assert stage.values() == [1.5, 2.0]


@pytest.mark.parametrize("attributes", ["", 'state="Weird"'])
def test_values_are_taken_whatever_the_state(stage, attributes):
    stage.tell(update(f'name="N" {attributes}', one("RA", "6")))
    assert stage.values() == [6.0, -0.5]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1:30", 1.5), ("-0:30:36", -0.51), ("abc", -0.5), ("", -0.5), (" 2e1 ", 20.0)],
)
def test_numbers_of_updates_are_read_like_those_of_definitions(stage, text, value):
    stage.tell(update('name="N" state="Ok"', one("DE", text)))
    assert stage.values() == [1.5, pytest.approx(value)]


def test_limits_are_taken_and_the_step_is_left(stage):
    stage.tell(update('name="N" state="Ok"', one("RA", "1", attributes='min="-5" max="5"')))
    widget = stage.get("N")[0]
    assert (widget.getMin(), widget.getMax(), widget.getStep()) == (-5.0, 5.0, 0.0)


def test_a_timeout_that_an_update_tells_is_taken(stage):
    stage.tell(update('name="N" state="Busy" timeout="99"', one("RA", "1")))
    assert stage.get("N").getTimeout() == 99.0
    stage.tell(update('name="N" state="Ok"', one("RA", "1")))
    assert stage.get("N").getTimeout() == 99.0


@pytest.mark.parametrize(
    ("name", "states"), [("S1", ["Off", "On"]), ("SM", ["Off", "On"]), ("SA", ["On", "On"])]
)
def test_the_switch_that_is_told_to_be_on_clears_the_other_where_one_is_allowed(
    stage, name, states
):
    stage.tell(update(f'name="{name}" state="Ok"', one("Q", "On", "Switch"), "Switch"))
    assert [widget.getStateAsString() for widget in stage.get(name)] == states


@pytest.mark.parametrize("name", ["NOPE", "T"])
def test_updates_of_nothing_known_or_of_another_kind_are_ignored(stage, name):
    assert stage.tell(update(f'name="{name}" state="Ok"', one("A", "1"))) == []


def test_lights_are_updated(stage):
    stage.tell(update('name="L" state="Busy"', one("P", "Alert", "Light"), "Light"))
    assert (stage.get("L").getStateAsString(), stage.get("L")[0].getState()) == ("Busy", 3)


# Definitions and deletions


def definition(*names: str) -> str:
    ones = "".join(f'<defNumber name="{name}" format="%g">7</defNumber>' for name in names)
    return f'<defNumberVector device="D" name="N" label="New" state="Ok">{ones}</defNumberVector>'


def test_the_same_members_defined_again_are_an_update(stage):
    before = [prop.getName() for prop in stage.device().getProperties()]
    assert stage.tell(definition("RA", "DE")) == [("update", "N", "Ok")]
    assert (stage.values(), stage.get("N").getLabel()) == ([7.0, 7.0], "New")
    assert [prop.getName() for prop in stage.device().getProperties()] == before


def test_other_members_make_another_property_of_the_same_handle(stage):
    number = stage.get("N")
    assert stage.tell(definition("X")) == [("removeProperty", "N", True), ("newProperty", "N")]
    assert [widget.getName() for widget in number] == ["X"]


def test_a_deleted_property_is_found_while_it_is_told_and_not_afterwards(stage):
    number = stage.get("N")
    assert stage.tell('<delProperty device="D" name="N"/>') == [("removeProperty", "N", True)]
    assert not stage.device().getProperty("N")
    assert (number.getName(), stage.values()) == ("N", [1.5, -0.5])
    stage.tell(definition("RA", "DE"))
    assert stage.values() == [7.0, 7.0]


def test_a_deleted_device_goes_as_a_whole(stage):
    assert stage.tell('<delProperty device="D"/>') == [("removeDevice", "D", 0)]
    assert list(stage.client.getDevices()) == []


@pytest.mark.parametrize(
    "xml", ['<delProperty device="D" name="NOPE"/>', '<delProperty device="Z"/>']
)
def test_a_deletion_of_nothing_known_is_ignored(stage, xml):
    assert stage.tell(xml) == []


# BLOBs


def blob(format: str, data: bytes, size: int, state: str = "Ok") -> str:
    attributes = f'size="{size}" format="{format}"'
    text = base64.b64encode(data).decode()
    return update(f'name="BL" state="{state}"', one("P", text, "BLOB", attributes), "BLOB")


def test_a_packed_blob_is_what_it_was_before(stage):
    stage.tell(blob(".fits.z", zlib.compress(b"data" * 100), 400))
    widget = stage.get("BL")[0]
    assert (widget.getFormat(), widget.getSize(), widget.getBlobLen()) == (".fits", 400, 400)
    assert widget.getblobdata() == b"data" * 100


def test_a_packed_blob_that_is_damaged_stays_as_it_came(stage, caplog):
    stage.tell(blob(".fits.z", b"no zlib", 400))
    widget = stage.get("BL")[0]
    assert (widget.getFormat(), bytes(widget.getblobdata())) == (".fits.z", b"no zlib")
    assert "stays as it came" in caplog.text


def test_never_more_than_the_bytes_that_came_are_given(stage):
    stage.tell(blob(".fits.fz", b"packed", 40000))
    widget = stage.get("BL")[0]
    assert (widget.getBlobLen(), bytes(widget.getblobdata())) == (6, b"packed")


def test_an_empty_blob_is_a_state_and_keeps_the_data(stage):
    stage.tell(blob(".txt", b"hello", 5))
    assert stage.tell(blob("", b"", 0, "Busy")) == [("update", "BL", "Busy")]
    widget = stage.get("BL")[0]
    assert (widget.getFormat(), bytes(widget.getblobdata())) == (".txt", b"hello")
