"""What handles and observers make of the oddities of real servers; see `test_oddities`."""

import pytest

from indinb.errors import NotWritable
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import CCD, FakeServer, obey
from tests.client.helpers import Handler
from tests.client.test_oddities import BLOBS, IMAGE, NUMBERS, SWITCHES, TEXTS, define, update


@pytest.fixture
def server():
    server = FakeServer(answer=obey)
    yield server
    server.close()


def say(server, *elements):
    """Let a server send, and wait until the client has taken it in."""
    server.send_bytes("".join(elements).encode())
    server.tell()


def test_duplicate_definitions_tell_observers_of_no_new_property(server, client, ccd):
    """They come whenever another client connects."""
    say(server, TEXTS, SWITCHES.replace("'P'", "'Q'"))
    handler, handle = Handler(), ccd["P"]
    client.observe(handler)
    say(server, TEXTS, SWITCHES.replace("'P'", "'Q'"))
    assert handler.heard == [("updated", "P"), ("updated", "Q")]
    assert ccd["P"] is handle


def test_redefinition_tells_observers_of_the_end_and_a_begin(server, client, ccd):
    say(server, TEXTS)
    handler, handle = Handler(), ccd["P"]
    handle.observe(handler)
    say(server, NUMBERS)
    assert handler.heard == [("deleted", "P"), ("defined", "P")]
    assert ccd["P"] is handle
    assert handle.kind is Kind.NUMBER


def test_periodic_refresh_is_told_though_nothing_changes(server, client, ccd):
    """It is no answer either: whether something was done, the values tell."""
    say(server, NUMBERS)
    handler = Handler()
    ccd["P"].observe(handler)
    same = update("Number", "<oneNumber name='A'>1</oneNumber>", "state='Ok'")
    say(server, same, same)
    assert [change.old == change.new for change in handler.changes] == [True, True]


def test_changed_permission_is_that_of_the_newest_definition(server, client, ccd):
    say(server, TEXTS.replace("'rw'", "'ro'"))
    with pytest.raises(NotWritable):
        ccd["P"].set(A="Blue")
    say(server, TEXTS)
    assert ccd["P"].set(A="Blue").result(5) is None
    say(server, TEXTS.replace("'rw'", "'ro'"))
    with pytest.raises(NotWritable):
        ccd["P"].set(A="Blue")


def test_state_of_a_blob_is_told_with_the_same_blob(server, client, ccd):
    say(server, BLOBS, IMAGE)
    handler = Handler()
    ccd["P"].observe(handler)
    say(server, update("BLOB", "<oneBLOB name='A' size='0'/>", "state='Busy'"))
    (change,) = handler.changes
    assert change.new["A"] is change.old["A"]
    assert (change.old.state, change.new.state) == (State.OK, State.BUSY)


@pytest.mark.parametrize(("a", "b", "value"), [("On", "On", "A"), ("Off", "Off", None)])
def test_several_or_no_switches_on_in_one_of_many(server, client, ccd, a, b, value):
    """Simulators are so after a bad request. It can be shown, and put right."""
    ones = f"<oneSwitch name='A'>{a}</oneSwitch><oneSwitch name='B'>{b}</oneSwitch>"
    say(server, SWITCHES, update("Switch", ones))
    assert (ccd["P"].value, dict(ccd["P"])) == (value, {"A": a == "On", "B": b == "On"})
    assert repr(ccd["P"])
    ccd["P"].set("B")
    assert server.next(New).values == {"B": True}


def test_one_of_many_with_a_single_member_is_a_push_button(server, client, ccd):
    say(
        server,
        define("Switch", "<defSwitch name='RESET'>Off</defSwitch>", "perm='wo' rule='OneOfMany'"),
    )
    ccd["P"].set()
    assert server.next(New).values == {"RESET": True}


@pytest.mark.parametrize(
    "name", ["Unit Info", "Scan Ports", "9600", "1x", "PEC OFF", "A/B", "#1", "lower", "star 星"]
)
def test_name_that_is_no_identifier(server, client, ccd, name):
    one = f"<defSwitch name='{name}'>On</defSwitch>"
    say(server, define("Switch", one, "perm='rw' rule='AnyOfMany'", name))
    assert ccd[name][name] is True
    ccd[name].set({name: False})
    assert server.next(New).values == {name: False}
    assert ccd[name].elements[name].label == name


def test_name_and_label_longer_than_libindi_has_room_for(server, client):
    name, label = "QHY CCD " + "x" * 200, "Größe " * 50
    text = define("Text", f"<defText name='A' label='{label}'>x</defText>", f"label='{label}'")
    say(server, text.replace(CCD, name))
    device = client.devices[name]
    assert (device["P"].label, device["P"].elements["A"].label) == (label, label)


def test_name_in_latin_1_is_found_in_unicode(server, client):
    text = define("Text", "<defText name='A'>°µ</defText>").replace(CCD, "Caméra")
    server.send_bytes(text.encode("latin-1"))
    server.tell()
    assert client.devices["Caméra"]["P"]["A"] == "°µ"


@pytest.mark.parametrize(
    "scrap",
    [
        b"<?xml version='1.0'?>",
        b"<!-- don't -->",
        b"\0\0",
        b"\xe9",
        b"<setTextVector device='d' name='p'><oneText></setTextVector>",
        b"<setTextVector name='p'></setTextVector>",
        b"<message/>",
        b"</indi>",
    ],
)
def test_scrap_in_mid_stream_does_not_end_the_connection(server, client, ccd, scrap):
    server.send_bytes(scrap + TEXTS.encode() + scrap)
    server.tell()
    assert ccd["P"]["A"] == "Red"
    assert client.status == "connected"
