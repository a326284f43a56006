from collections.abc import Mapping

import pytest

from indinb import display
from indinb.client import quiet
from indinb.client.property import did_you_mean
from indinb.errors import ConnectionLost, Failed, UnknownProperty
from indinb.protocol.messages import Delete, New, Notice
from indinb.protocol.vocabulary import Interface, Kind, State
from tests.client.fakes import (
    ABORT,
    CCD,
    CONNECTION,
    DRIVER_INFO,
    FILTER_NAME,
    FRAME,
    MOUNT,
    OBSERVATORY,
    SOON,
    TEMPERATURE,
    FakeServer,
    delete,
    numbers,
    switches,
    texts,
    update,
)
from tests.client.helpers import one_line

HOSTILE = "<script>alert('1')</script>"


# Identity


def test_handles_are_the_same_whenever_they_are_asked_for(client, ccd):
    assert client.devices[CCD] is ccd
    assert ccd["CCD_FRAME"] is ccd["CCD_FRAME"]
    assert ccd["CCD_FRAME"].device is ccd
    assert ccd.connection is client


def test_handles_compare_and_hash_by_identity(server, ccd):
    server.tell(FRAME._replace(name="OTHER_FRAME"))
    first, second = ccd["CCD_FRAME"], ccd["OTHER_FRAME"]
    assert dict(first) == dict(second)
    assert first == ccd["CCD_FRAME"]
    assert first != second
    assert len({first, second, ccd}) == 3
    assert ccd != dict(ccd)


def test_handles_are_true_even_when_they_are_empty(server, client, ccd):
    frame = ccd["CCD_FRAME"]
    server.tell(Delete(CCD))
    assert ccd
    assert frame
    assert len(ccd) == 0


def test_a_deleted_property_is_not_defined_and_comes_back_as_the_same_handle(server, ccd):
    frame = ccd["CCD_FRAME"]
    server.tell(delete(FRAME))
    assert not frame.defined
    assert "CCD_FRAME" not in ccd
    for read in (lambda: frame["X"], lambda: frame.state, lambda: len(frame), lambda: frame.label):
        with pytest.raises(UnknownProperty):
            read()
    server.tell(FRAME)
    assert frame.defined
    assert ccd["CCD_FRAME"] is frame
    assert frame["WIDTH"] == 1280.0


def test_a_handle_survives_a_change_of_kind(server, ccd):
    frame = ccd["CCD_FRAME"]
    server.tell(texts("CCD_FRAME", {"TEXT": "none"}))
    assert frame.defined
    assert (frame.kind, dict(frame)) == (Kind.TEXT, {"TEXT": "none"})


def test_handles_survive_the_end_of_the_driver(server, client, ccd):
    temperature = ccd["CCD_TEMPERATURE"]
    server.tell(Delete(CCD))
    assert not ccd.defined
    assert not temperature.defined
    server.tell(CONNECTION._replace(state=State.IDLE), TEMPERATURE)
    assert client.devices[CCD] is ccd
    assert ccd["CCD_TEMPERATURE"] is temperature
    assert temperature.value == 20.0


def test_a_property_that_is_gone_shows_so(server, ccd):
    frame = ccd["CCD_FRAME"]
    server.tell(delete(FRAME))
    assert repr(frame) == "<Property CCD Simulator.CCD_FRAME: not defined>"
    assert frame._ipython_key_completions_() == []
    assert "<tbody></tbody>" in display.static(frame)["text/html"]


def test_observers_of_a_property_stay_when_it_comes_back(server, ccd):
    changes = []
    ccd["CCD_FRAME"].observe(changes.append)
    server.tell(delete(FRAME), FRAME, update(FRAME, State.BUSY))
    assert [change.type for change in changes] == ["deleted", "defined", "updated"]
    assert {change.owner for change in changes} == {ccd["CCD_FRAME"]}


# Devices


def test_a_device_is_a_mapping_of_its_properties(ccd):
    names = [definition.name for definition in OBSERVATORY if definition.device == CCD]
    assert isinstance(ccd, Mapping)
    assert list(ccd) == names
    assert (len(ccd), "CCD_FRAME" in ccd, "NOTHING" in ccd) == (len(names), True, False)
    assert [property.name for property in ccd.values()] == names
    assert ccd.get("NOTHING") is None
    assert ccd._ipython_key_completions_() == names


def test_a_device_may_be_walked_through_while_it_changes(server, ccd):
    for name in ccd:
        server.tell(Delete(CCD, name))
    assert len(ccd) == 0


def test_connected(server, client, ccd):
    assert ccd.connected
    server.tell(update(CONNECTION, CONNECT=False, DISCONNECT=True))
    assert not ccd.connected
    assert not client.devices[MOUNT].connected


@pytest.mark.parametrize(
    ("told", "interfaces"),
    [
        ("22", Interface.CCD | Interface.GUIDER | Interface.FILTER),
        ("0", Interface.GENERAL),
        ("65536", Interface.OUTPUT),
        ("", Interface.GENERAL),
        ("camera", Interface.GENERAL),
        ("-1", Interface.GENERAL),
    ],
)
def test_interfaces(server, ccd, told, interfaces):
    server.tell(update(DRIVER_INFO, DRIVER_INTERFACE=told))
    assert ccd.interfaces == interfaces


def test_interfaces_of_a_device_that_does_not_tell(server, client, ccd):
    assert client.devices[MOUNT].interfaces == Interface.GENERAL
    server.tell(texts("DRIVER_INFO", {"DRIVER_NAME": "odd"}))
    assert ccd.interfaces == Interface.GENERAL


def test_messages(server, client, ccd):
    first, second = Notice(CCD, "[INFO] one"), Notice(CCD, "[INFO] two")
    server.tell(first, Notice(MOUNT, "[INFO] other"), second)
    assert ccd.messages == (first, second)


def test_groups_are_in_the_driver_s_order(server, ccd):
    server.tell(FILTER_NAME, FRAME._replace(name="LAST", group="General Info"))
    assert list(ccd.groups) == ["", "General Info", "Filter"]
    assert [p.name for p in ccd.groups["General Info"]] == ["DRIVER_INFO", "LAST"]
    assert ccd.groups["Filter"] == (ccd["FILTER_NAME"],)


def test_a_device_shows_itself(server, client, ccd):
    assert repr(ccd) == "<Device CCD Simulator: connected, 7 properties>"
    assert (
        repr(client.devices[MOUNT]) == "<Device Telescope Simulator: not connected, 1 properties>"
    )
    title, columns, rows = ccd.summary()
    assert (title, columns) == (CCD, ["group", "property", "state", "values"])
    assert ["", "CCD_TEMPERATURE", "Idle", "Ccd_Temperature_Value: 20"] in rows


def test_hostile_words_of_a_driver_are_shown_as_text(server, client):
    server.tell(
        numbers(HOSTILE, {HOSTILE: 1.0}, device=HOSTILE, label=HOSTILE, group=HOSTILE),
        texts("TEXT", {HOSTILE: HOSTILE}, device=HOSTILE),
    )
    device = client.devices[HOSTILE]
    for thing in (device, device[HOSTILE], device["TEXT"], client.devices, client):
        assert "<script" not in display.static(thing)["text/html"]
        assert "&lt;script&gt;" in display.static(thing)["text/html"]


def test_handles_are_shown_through_the_slot(slot, ccd):
    slot(lambda thing: {"text/plain": thing.name}, lambda operation: None)
    assert ccd._repr_mimebundle_(include=None, exclude=None) == {"text/plain": CCD}
    assert ccd["CCD_FRAME"]._repr_mimebundle_() == {"text/plain": "CCD_FRAME"}


# Names that are not there


def refusal(device, name):
    with pytest.raises(UnknownProperty) as caught:
        device[name]
    assert isinstance(caught.value, KeyError)
    return one_line(caught)


def test_a_property_with_a_typing_error(ccd):
    assert refusal(ccd, "CCD_TEMPERATUR") == (
        "CCD Simulator has no property 'CCD_TEMPERATUR'; did you mean 'CCD_TEMPERATURE'?"
    )


def test_a_property_of_a_device_that_is_not_connected(server, ccd):
    server.tell(update(CONNECTION, CONNECT=False, DISCONNECT=True))
    assert refusal(ccd, "WHEEL") == (
        "CCD Simulator is not connected: client.devices['CCD Simulator'].connect(); "
        "it has no property 'WHEEL' before that"
    )


def test_a_property_that_nobody_knows(ccd):
    assert refusal(ccd, "WHEEL") == "CCD Simulator has no property 'WHEEL'"


def test_a_property_of_a_device_that_is_gone(server, ccd):
    server.tell(Delete(CCD))
    text = refusal(ccd, "CCD_FRAME")
    assert text == "CCD Simulator is gone: the server no longer announces it"


def test_hints_at_what_was_meant():
    assert did_you_mean("RAA", ["RA", "DEC"]) == "; did you mean 'RA'?"
    assert did_you_mean("SLOT_3", ["SLOT_1", "SLOT_2"]).count(" or ") == 1
    assert did_you_mean("X", ["RA", "DEC"]) == ""
    assert did_you_mean("X", []) == ""


# Connecting the driver to its hardware

DISCONNECTED = switches("CONNECTION", {"CONNECT": False, "DISCONNECT": True})


def driver(new):
    """Connect and define the rest, or disconnect and delete it."""
    if "CONNECT" in new.values:
        return (update(CONNECTION, State.OK, CONNECT=True, DISCONNECT=False), FRAME, TEMPERATURE)
    deletions = (delete(FRAME), delete(TEMPERATURE))
    return (update(CONNECTION, State.IDLE, CONNECT=False, DISCONNECT=True), *deletions)


@pytest.fixture
def server_off():
    """Return a server with a camera that is not connected."""
    server = FakeServer(DISCONNECTED, DRIVER_INFO, answer=driver)
    yield server
    server.close()


@pytest.fixture
def ccd_off(connect, server_off):
    return connect(server_off).devices[CCD]


def test_connect_asks_the_driver(server_off, ccd_off):
    assert not ccd_off.connected
    ccd_off.connect()
    assert ccd_off.connected
    assert [message.values for message in server_off.heard(New)] == [{"CONNECT": True}]


def test_connect_waits_for_the_properties_that_come_then(server_off, ccd_off, clock):
    server_off.answer = lambda new: ()
    operation = ccd_off.start_connect()
    server_off.tell(update(CONNECTION, State.OK, CONNECT=True, DISCONNECT=False))
    for definition in (FRAME, TEMPERATURE):
        clock.advance(0.9 * quiet.QUIET)
        assert operation.running()
        server_off.tell(definition)
    clock.advance(quiet.QUIET)
    assert operation.result(0) is None


def test_disconnect(server_off, ccd_off):
    ccd_off.connect()
    ccd_off.disconnect()
    assert not ccd_off.connected
    assert [message.values for message in server_off.heard(New)][1:] == [{"DISCONNECT": True}]


def test_nothing_is_asked_of_what_is_connected_already(server, ccd):
    assert ccd.start_connect().result(0) is None
    ccd.connect()
    assert server.heard(New) == []


def test_connecting_is_tried_again_after_an_alert(server, ccd):
    server.answer = driver
    server.tell(update(CONNECTION, State.ALERT))
    ccd.connect()
    assert ccd["CONNECTION"].state is State.OK
    assert len(server.heard(New)) == 1


def test_connecting_that_fails_tells_the_driver_s_words(server_off, ccd_off):
    server_off.answer = lambda new: (
        update(CONNECTION, State.ALERT, CONNECT=False, DISCONNECT=True),
        Notice(CCD, "[ERROR] no camera found"),
    )
    with pytest.raises(Failed) as caught:
        ccd_off.connect()
    text = one_line(caught)
    assert text.startswith("set CONNECTION of CCD Simulator")
    assert text.endswith("; the driver said '[ERROR] no camera found'")


def test_a_device_that_cannot_be_connected_says_so_at_once(client):
    with pytest.raises(UnknownProperty, match="has no property 'CONNECTION'"):
        client.devices[MOUNT].start_connect()


def test_connecting_ends_when_the_link_is_lost(server_off, ccd_off):
    server_off.answer = lambda new: server_off.cut() or ()
    operation = ccd_off.start_connect()
    assert isinstance(operation.exception(SOON), ConnectionLost)


def test_connecting_can_be_aborted(server_off, ccd_off):
    server_off.answer = lambda new: ()
    operation = ccd_off.start_connect()
    operation.abort()
    assert repr(operation) == "<Procedure connect CCD Simulator: Aborted>"


def test_the_abort_button_is_a_push_button(server, ccd):
    operation = ccd["CCD_ABORT_EXPOSURE"].set()
    assert server.next(New).values == {"ABORT": True}
    server.tell(update(ABORT, State.OK, ABORT=False))
    assert operation.result(0) is None
