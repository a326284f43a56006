import datetime as dt
from collections.abc import Mapping

import pytest

from indinb.client.operation import Progress
from indinb.client.rules import Done
from indinb.errors import (
    Failed,
    NotWritable,
    OperationTimeout,
    OutOfRange,
    PropertyError,
    UnknownElement,
    UnknownProperty,
)
from indinb.protocol.messages import Blob, New, Notice
from indinb.protocol.vocabulary import Kind, Permission, State, SwitchRule
from tests.client.fakes import (
    CCD,
    FILTER_NAME,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    MOTION,
    SOON,
    TEMPERATURE,
    WEATHER,
    delete,
    obey,
    texts,
    update,
)
from tests.client.helpers import one_line

# A property is a live mapping


def test_a_property_is_a_mapping_of_its_values(ccd):
    frame = ccd["CCD_FRAME"]
    assert isinstance(frame, Mapping)
    assert dict(frame) == {"X": 0.0, "Y": 0.0, "WIDTH": 1280.0, "HEIGHT": 1024.0}
    assert list(frame) == ["X", "Y", "WIDTH", "HEIGHT"]
    assert (len(frame), "X" in frame, "Z" in frame, frame.get("Z")) == (4, True, False, None)


def test_values_are_of_their_kind(server, ccd):
    server.tell(FILTER_NAME, WEATHER)
    assert ccd["FILTER_NAME"]["SLOT_1"] == "Red"
    assert ccd["CCD_TEMPERATURE"]["CCD_TEMPERATURE_VALUE"] == 20.0
    assert ccd["CONNECTION"]["CONNECT"] is True
    assert ccd["WEATHER"]["RAIN"] is State.ALERT
    assert ccd["CCD1"]["CCD1"] is None
    server.tell(update(IMAGE, State.OK, CCD1=Blob(memoryview(b"pixels"), ".fits", 6)))
    assert bytes(ccd["CCD1"]["CCD1"]) == b"pixels"


def test_a_property_always_shows_what_is_now(server, ccd):
    temperature = ccd["CCD_TEMPERATURE"]
    before = temperature.vector
    server.tell(update(TEMPERATURE, State.BUSY, CCD_TEMPERATURE_VALUE=3.5))
    assert (temperature.state, temperature.value) == (State.BUSY, 3.5)
    assert temperature.vector is not before
    assert before["CCD_TEMPERATURE_VALUE"] == 20.0


def test_a_property_tells_its_definition(ccd):
    filters = ccd["CCD_FRAME_TYPE"]
    assert (filters.name, filters.device, filters.label) == ("CCD_FRAME_TYPE", ccd, filters.name)
    assert (filters.kind, filters.rule) == (Kind.SWITCH, SwitchRule.ONE_OF_MANY)
    assert (filters.permission, filters.timeout) == (Permission.READ_WRITE, 60.0)
    assert ccd["DRIVER_INFO"].group == "General Info"
    assert ccd["CCD_FRAME"].elements["X"].max == 2000.0
    assert ccd["CCD_FRAME"].rule is None
    assert ccd["CCD_FRAME"].definition is ccd["CCD_FRAME"].vector.definition


def test_timestamp_is_the_driver_s(server, ccd):
    server.tell(update(FRAME)._replace(timestamp="2026-11-22T10:18:05"))
    told = dt.datetime(2026, 11, 22, 10, 18, 5, tzinfo=dt.UTC)
    assert ccd["CCD_FRAME"].timestamp == told


def test_value_of_the_only_member(ccd):
    assert ccd["CCD_TEMPERATURE"].value == 20.0
    assert ccd["CCD_ABORT_EXPOSURE"].value is False


def test_value_of_one_of_many_is_the_name_of_the_switch_that_is_on(server, ccd):
    assert ccd["CCD_FRAME_TYPE"].value == "FRAME_LIGHT"
    server.tell(update(FRAME_TYPE, FRAME_LIGHT=False, FRAME_DARK=False))
    assert ccd["CCD_FRAME_TYPE"].value is None


def test_several_members_have_no_single_value(ccd):
    with pytest.raises(PropertyError) as caught:
        _ = ccd["CCD_FRAME"].value
    assert one_line(caught) == (
        "CCD_FRAME of CCD Simulator has 4 members: take one of X, Y, WIDTH, HEIGHT"
    )


def test_a_member_that_is_not_there(ccd):
    with pytest.raises(UnknownElement) as caught:
        ccd["CCD_FRAME"]["WIDHT"]
    assert one_line(caught) == (
        "CCD_FRAME of CCD Simulator has no member 'WIDHT'; did you mean 'WIDTH'?"
    )
    assert isinstance(caught.value, KeyError)
    assert caught.value.__suppress_context__


def test_a_property_shows_itself(ccd):
    assert repr(ccd["CCD_TEMPERATURE"]) == (
        "<Property CCD Simulator.CCD_TEMPERATURE Idle: CCD_TEMPERATURE_VALUE=20>"
    )
    assert ccd["CCD_FRAME_TYPE"].summary() == (
        "CCD Simulator · CCD_FRAME_TYPE",
        ["member", "value"],
        [["Frame_Light", "On"], ["Frame_Dark", "Off"]],
    )
    assert ccd["CCD_FRAME"]._ipython_key_completions_() == ["X", "Y", "WIDTH", "HEIGHT"]


# Asking


@pytest.fixture
def obedient(server, ccd):
    """Return the camera of a server that does what it is asked."""
    server.answer = obey
    return ccd


def test_set_asks_and_is_done_when_the_driver_has_done_it(obedient):
    operation = obedient["CCD_TEMPERATURE"].set(-10)
    assert operation.result(SOON) is None
    assert obedient["CCD_TEMPERATURE"].value == -10.0
    assert operation.label == "set CCD_TEMPERATURE of CCD Simulator"


def test_set_returns_at_once_and_waits_for_the_driver(server, ccd):
    operation = ccd["CCD_TEMPERATURE"].set(-10)
    assert server.next(New).values == {"CCD_TEMPERATURE_VALUE": -10.0}
    server.tell(update(TEMPERATURE, State.BUSY, CCD_TEMPERATURE_VALUE=5.0))
    assert operation.running()
    server.tell(update(TEMPERATURE, State.OK, CCD_TEMPERATURE_VALUE=-9.9))
    assert operation.result(0) is None


@pytest.mark.parametrize(
    ("name", "arguments", "members", "sent"),
    [
        ("CCD_TEMPERATURE", [-10], {}, {"CCD_TEMPERATURE_VALUE": -10.0}),
        ("CCD_TEMPERATURE", ["-10:30"], {}, {"CCD_TEMPERATURE_VALUE": -10.5}),
        ("CCD_TEMPERATURE", [], {"CCD_TEMPERATURE_VALUE": 0}, {"CCD_TEMPERATURE_VALUE": 0.0}),
        ("CCD_TEMPERATURE", [{"CCD_TEMPERATURE_VALUE": 1}], {}, {"CCD_TEMPERATURE_VALUE": 1.0}),
        ("CCD_FRAME_TYPE", ["FRAME_DARK"], {}, {"FRAME_DARK": True}),
        ("CCD_FRAME_TYPE", [], {"FRAME_DARK": True}, {"FRAME_DARK": True}),
        ("CCD_ABORT_EXPOSURE", [], {}, {"ABORT": True}),
        ("CCD_ABORT_EXPOSURE", [True], {}, {"ABORT": True}),
        ("CCD1", [b"flat"], {}, {"CCD1": Blob(memoryview(b"flat"), "", 4)}),
    ],
)
def test_set_takes_values_in_many_ways(obedient, server, name, arguments, members, sent):
    obedient[name].set(*arguments, **members).result(SOON)
    assert server.next(New).values == sent


def test_set_takes_a_mapping_and_members_at_once(obedient, server):
    obedient["CCD_FRAME"].set({"X": 1}, Y=2).result(SOON)
    assert server.next(New).values == {"X": 1.0, "Y": 2.0, "WIDTH": 1280.0, "HEIGHT": 1024.0}


def test_set_is_done_whatever_becomes_of_members_not_asked_for(server, ccd):
    operation = ccd["CCD_FRAME"].set(X=5)
    server.tell(update(FRAME, State.OK, X=5.0, WIDTH=1275.0))
    assert operation.result(0) is None


def test_members_may_be_called_like_parameters(obedient, server):
    server.tell(texts("ODD", {"self": "", "value": "", "name": ""}))
    obedient["ODD"].set(self="a", value="b", name="c").result(SOON)
    assert server.next(New).values == {"self": "a", "value": "b", "name": "c"}


def test_set_of_at_most_one_waits_for_the_first_ok(server, ccd):
    server.tell(MOTION)
    operation = ccd["MOTION_NS"].set("NORTH")
    assert server.next(New).values == {"NORTH": True, "SOUTH": False}
    server.tell(update(MOTION, State.OK, NORTH=False, SOUTH=False))
    assert operation.result(0) is None


@pytest.mark.parametrize(
    ("name", "arguments", "members", "error"),
    [
        ("CCD_TEMPERATURE", [100], {}, OutOfRange),
        ("CCD_TEMPERATURE", ["cold"], {}, OutOfRange),
        ("CCD_TEMPERATURE", [], {}, PropertyError),
        ("CCD_TEMPERATURE", [], {"TEMP": 1}, UnknownElement),
        ("CCD_FRAME", [5], {}, PropertyError),
        ("CCD_FRAME_TYPE", ["FRAME_FLAT"], {}, UnknownElement),
        ("CCD_FRAME_TYPE", [], {}, PropertyError),
        ("DRIVER_INFO", [], {"DRIVER_NAME": "mine"}, NotWritable),
        ("CCD1", ["flat.fits"], {}, PropertyError),
    ],
)
def test_what_the_driver_would_not_take_is_not_sent(server, ccd, name, arguments, members, error):
    with pytest.raises(error) as caught:
        ccd[name].set(*arguments, **members)
    assert name in one_line(caught)
    assert server.heard(New) == []


def test_a_property_that_is_gone_is_not_asked(server, ccd):
    temperature = ccd["CCD_TEMPERATURE"]
    server.tell(delete(TEMPERATURE))
    with pytest.raises(UnknownProperty):
        temperature.set(-10)
    assert server.heard(New) == []


def test_failure_tells_the_device_the_property_and_the_driver_s_words(server, ccd):
    operation = ccd["CCD_TEMPERATURE"].set(-10)
    server.tell(Notice(CCD, "[ERROR] no power"), update(TEMPERATURE, State.ALERT))
    with pytest.raises(Failed) as caught:
        operation.result(0)
    assert one_line(caught) == (
        "set CCD_TEMPERATURE of CCD Simulator: it went to Alert; the driver said '[ERROR] no power'"
    )


@pytest.mark.parametrize(("told", "limit"), [(0.0, 60), (10.0, 60), (300.0, 300)])
def test_set_has_a_time_limit_no_shorter_than_the_driver_s(server, ccd, clock, told, limit):
    server.tell(TEMPERATURE._replace(timeout=told))
    operation = ccd["CCD_TEMPERATURE"].set(-10)
    clock.advance(limit - 1)
    assert operation.running()
    clock.advance(1)
    assert isinstance(operation.exception(0), OperationTimeout)


def test_set_is_patient_with_a_busy_driver(server, ccd, clock):
    operation = ccd["CCD_TEMPERATURE"].set(-10)
    server.tell(update(TEMPERATURE, State.BUSY))
    clock.advance(1000)
    assert operation.running()


def test_ask_takes_a_rule_of_one_s_own(server, ccd):
    operation = ccd["CCD_TEMPERATURE"].ask(
        {"CCD_TEMPERATURE_VALUE": -10},
        lambda changes: Done([change.name for change in changes]),
        label="cool down",
        watch=["CCD_FRAME"],
        timeout=60,
        progress=lambda changes: Progress(0.5),
    )
    assert operation.label == "cool down"
    assert operation.progress == Progress(0.5)
    server.tell(update(FRAME, State.OK))
    assert operation.result(0) == ["CCD_FRAME"]


def test_ask_says_by_itself_what_is_being_done(server, ccd):
    operation = ccd["CCD_FRAME"].ask({"X": 1}, lambda changes: Done(), timeout=60)
    assert operation.label == "set CCD_FRAME of CCD Simulator"
    assert server.next(New).values["X"] == 1.0
