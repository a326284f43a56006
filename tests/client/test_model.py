import math
from dataclasses import replace

import pytest

from indinb.client.model import Definition, Element, Model
from indinb.protocol.messages import (
    Blob,
    Delete,
    EnableBlob,
    GetProperties,
    Limits,
    Member,
    New,
    Ping,
)
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State
from tests.client.fakes import (
    CCD,
    CONNECTION,
    FRAME,
    IMAGE,
    MOUNT,
    OBSERVATORY,
    RADEC,
    TEMPERATURE,
    define,
    delete,
    numbers,
    switches,
    texts,
    update,
)

PICTURE = Blob(memoryview(b"pixels"), ".fits", 6)


@pytest.fixture
def model():
    """Return a model of a camera and a mount, over their first link."""
    model = Model()
    model.epoch = 1
    for definition in OBSERVATORY:
        model.apply(definition)
    return model


def kinds(deltas):
    return [(delta.type, delta.device, delta.name) for delta in deltas]


# Definitions


def test_first_definition_announces_the_device_and_then_the_property():
    deltas = Model().apply(TEMPERATURE)
    assert kinds(deltas) == [("defined", CCD, None), ("defined", CCD, "CCD_TEMPERATURE")]
    assert deltas[-1].old is None
    assert dict(deltas[-1].new) == {"CCD_TEMPERATURE_VALUE": 20.0}


def test_further_definitions_announce_their_property_only(model):
    deltas = model.apply(texts("FILTER_NAME", {"SLOT_1": "Red"}))
    assert kinds(deltas) == [("defined", CCD, "FILTER_NAME")]


def test_order_is_that_of_the_first_definitions(model):
    names = [definition.name for definition in OBSERVATORY if definition.device == CCD]
    assert model.devices() == (CCD, MOUNT)
    assert list(model.vectors(CCD)) == names
    model.apply(CONNECTION)
    model.apply(switches("CCD_FRAME", {"OTHER": True}))
    assert list(model.vectors(CCD)) == names


def test_definition_holds_all_that_was_announced(model):
    define = TEMPERATURE._replace(label="Temperature", group="Main", timeout=12.0)
    model.apply(define)
    definition = model.vector(CCD, "CCD_TEMPERATURE").definition
    assert definition == Definition.of(define)
    assert (definition.kind, definition.device, definition.name) == (Kind.NUMBER, CCD, define.name)
    assert (definition.label, definition.group, definition.timeout) == ("Temperature", "Main", 12)
    assert (definition.permission, definition.rule) == (Permission.READ_WRITE, None)
    assert definition.members["CCD_TEMPERATURE_VALUE"] == define.members[0]


def test_repeated_definition_is_an_update(model):
    old = model.vector(CCD, "CCD_TEMPERATURE")
    again = numbers("CCD_TEMPERATURE", {"CCD_TEMPERATURE_VALUE": 3.0}, -50, 40, state=State.BUSY)
    (delta,) = model.apply(again)
    assert kinds([delta]) == [("updated", CCD, "CCD_TEMPERATURE")]
    assert delta.old is old
    assert delta.new is model.vector(CCD, "CCD_TEMPERATURE")
    assert (delta.new.state, dict(delta.new)) == (State.BUSY, {"CCD_TEMPERATURE_VALUE": 3.0})


@pytest.mark.parametrize("value", [20.0, math.nan])
def test_a_definition_that_is_only_repeated_tells_nothing_new(model, value):
    again = numbers("CCD_TEMPERATURE", {"CCD_TEMPERATURE_VALUE": value}, -50, 50)
    model.apply(again)
    told = model.vector(CCD, "CCD_TEMPERATURE")
    told.received -= 3600
    model.apply(again._replace(label="Temperature"))
    assert model.vector(CCD, "CCD_TEMPERATURE").received == told.received
    assert model.vector(CCD, "CCD_TEMPERATURE").definition.label == "Temperature"


@pytest.mark.parametrize(("value", "state"), [(21.0, State.IDLE), (20.0, State.OK)])
def test_a_definition_that_tells_something_else_came_now(model, value, state):
    old = model.vector(CCD, "CCD_TEMPERATURE")
    old.received -= 3600
    again = numbers("CCD_TEMPERATURE", {"CCD_TEMPERATURE_VALUE": value}, -50, 50, state=state)
    model.apply(again)
    assert model.vector(CCD, "CCD_TEMPERATURE").received > old.received + 3000


def test_a_definition_over_another_link_came_now(model):
    old = model.vector(CCD, "CCD_TEMPERATURE")
    old.received -= 3600
    model.epoch += 1
    model.apply(TEMPERATURE)
    assert model.vector(CCD, "CCD_TEMPERATURE").received > old.received + 3000


def test_repeated_definition_takes_label_limits_and_permission(model):
    model.apply(
        numbers(
            "CCD_FRAME",
            {"X": 0.0, "Y": 0.0, "WIDTH": 10.0, "HEIGHT": 10.0},
            high=99.0,
            label="Subframe",
            permission=Permission.READ_ONLY,
        )
    )
    definition = model.vector(CCD, "CCD_FRAME").definition
    assert definition.label == "Subframe"
    assert definition.permission is Permission.READ_ONLY
    assert definition.members["X"].max == 99


def test_members_in_another_order_are_the_same_property(model):
    flipped = FRAME._replace(members=FRAME.members[::-1])
    assert kinds(model.apply(flipped)) == [("updated", CCD, "CCD_FRAME")]
    assert list(model.vector(CCD, "CCD_FRAME")) == ["HEIGHT", "WIDTH", "Y", "X"]


def test_other_members_are_another_property(model):
    deltas = model.apply(numbers("CCD_FRAME", {"X": 1.0}))
    assert kinds(deltas) == [("deleted", CCD, "CCD_FRAME"), ("defined", CCD, "CCD_FRAME")]
    assert list(deltas[0].old) == ["X", "Y", "WIDTH", "HEIGHT"]
    assert deltas[0].new is None
    assert deltas[1].old is None
    assert list(model.vector(CCD, "CCD_FRAME")) == ["X"]


def test_another_kind_is_another_property(model):
    values = {"CONNECT": "yes", "DISCONNECT": "no"}
    deltas = model.apply(texts("CONNECTION", values))
    assert kinds(deltas) == [("deleted", CCD, "CONNECTION"), ("defined", CCD, "CONNECTION")]
    assert model.vector(CCD, "CONNECTION").definition.kind is Kind.TEXT
    assert dict(model.vector(CCD, "CONNECTION")) == values


def test_same_names_on_two_devices_are_two_properties(model):
    model.apply(CONNECTION._replace(device=MOUNT, state=State.ALERT))
    assert model.vector(CCD, "CONNECTION").state is State.OK
    assert model.vector(MOUNT, "CONNECTION").state is State.ALERT


# Updates


def test_update_changes_state_and_values(model):
    old = model.vector(CCD, "CCD_TEMPERATURE")
    (delta,) = model.apply(update(TEMPERATURE, State.BUSY, CCD_TEMPERATURE_VALUE=5.0))
    assert delta == ("updated", CCD, "CCD_TEMPERATURE", old, model.vector(CCD, "CCD_TEMPERATURE"))
    assert (delta.new.state, delta.new["CCD_TEMPERATURE_VALUE"]) == (State.BUSY, 5.0)
    assert (old.state, old["CCD_TEMPERATURE_VALUE"]) == (State.IDLE, 20.0)


def test_update_of_some_members_leaves_the_others_and_their_order(model):
    model.apply(update(FRAME, HEIGHT=100.0, X=5.0))
    assert list(model.vector(CCD, "CCD_FRAME").items()) == [
        ("X", 5.0),
        ("Y", 0.0),
        ("WIDTH", 1280.0),
        ("HEIGHT", 100.0),
    ]


def test_update_without_members_changes_the_state_only(model):
    model.apply(update(FRAME, State.ALERT))
    frame = model.vector(CCD, "CCD_FRAME")
    assert (frame.state, frame["WIDTH"]) == (State.ALERT, 1280.0)


def test_update_without_state_keeps_it(model):
    model.apply(update(FRAME, State.BUSY))
    model.apply(update(FRAME, X=1.0))
    assert model.vector(CCD, "CCD_FRAME").state is State.BUSY


def test_members_that_were_never_defined_are_ignored(model):
    model.apply(update(FRAME, State.OK, BOGUS=1.0, X=2.0))
    assert list(model.vector(CCD, "CCD_FRAME")) == ["X", "Y", "WIDTH", "HEIGHT"]
    assert model.vector(CCD, "CCD_FRAME")["X"] == 2.0


@pytest.mark.parametrize(
    "message",
    [
        update(numbers("NEVER_DEFINED", {"X": 0.0}), State.OK, X=1.0),
        update(numbers("CCD_FRAME", {"X": 0.0}, device="Nobody"), State.OK, X=1.0),
        update(texts("CCD_FRAME", {"X": ""}), State.OK, X="1"),
    ],
    ids=["before its definition", "of an unknown device", "of another kind"],
)
def test_updates_that_fit_nothing_change_nothing(model, message):
    before = {name: model.vectors(name) for name in model.devices()}
    assert model.apply(message) == []
    assert {name: model.vectors(name) for name in model.devices()} == before


def test_updates_share_the_definition(model):
    definition = model.vector(CCD, "CCD_FRAME").definition
    model.apply(update(FRAME, State.BUSY, X=1.0))
    model.apply(update(FRAME, State.OK, X=2.0))
    assert model.vector(CCD, "CCD_FRAME").definition is definition


def test_new_limits_make_a_new_definition_and_leave_the_old_one(model):
    old = model.vector(CCD, "CCD_FRAME")
    limits = {"WIDTH": Limits(10.0, 640.0, 2.0), "X": Limits(None, 639.0, None)}
    model.apply(update(FRAME, State.OK)._replace(limits=limits))
    new = model.vector(CCD, "CCD_FRAME")
    assert new.elements["WIDTH"] == Element("WIDTH", "Width", 1280.0, "%g", 10.0, 640.0, 2.0)
    assert new.elements["X"] == Element("X", "X", 0.0, "%g", 0.0, 639.0, 1.0)
    assert new.elements["Y"] == old.elements["Y"]
    assert old.elements["WIDTH"].max == 2000.0
    model.apply(update(FRAME, X=3.0))
    assert model.vector(CCD, "CCD_FRAME").definition is new.definition


def test_a_new_timeout_makes_a_new_definition(model):
    old = model.vector(CCD, "CCD_TEMPERATURE").definition
    model.apply(update(TEMPERATURE, State.BUSY)._replace(timeout=99.0))
    new = model.vector(CCD, "CCD_TEMPERATURE").definition
    assert new == replace(old, timeout=99.0)
    for said in (99.0, None):
        model.apply(update(TEMPERATURE, State.OK)._replace(timeout=said))
        assert model.vector(CCD, "CCD_TEMPERATURE").definition is new


def test_limits_of_members_that_were_never_defined_are_ignored(model):
    model.apply(update(FRAME)._replace(limits={"BOGUS": Limits(0.0, 1.0, 0.0)}))
    assert list(model.vector(CCD, "CCD_FRAME").elements) == ["X", "Y", "WIDTH", "HEIGHT"]


@pytest.mark.parametrize(
    "message",
    [
        New(Kind.NUMBER, CCD, "CCD_FRAME", {"X": 7.0}),
        GetProperties(),
        EnableBlob(CCD, None, BlobMode.ALSO),
        Ping("1"),
    ],
)
def test_what_other_clients_ask_changes_nothing(model, message):
    assert model.apply(message) == []
    assert model.vector(CCD, "CCD_FRAME")["X"] == 0.0


# Deletions


def test_deleted_property_is_gone_and_its_last_values_are_told(model):
    old = model.vector(CCD, "CCD_FRAME")
    assert model.apply(delete(FRAME)) == [("deleted", CCD, "CCD_FRAME", old, None)]
    assert model.vector(CCD, "CCD_FRAME") is None
    assert "CCD_FRAME" not in model.vectors(CCD)


def test_deleted_device_takes_its_properties_along(model):
    names = list(model.vectors(CCD))
    deltas = model.apply(Delete(CCD))
    assert kinds(deltas) == [("deleted", CCD, name) for name in [*names, None]]
    assert model.devices() == (MOUNT,)
    assert model.vectors(CCD) == {}
    assert model.vector(CCD, "CONNECTION") is None


def test_device_stays_when_its_last_property_goes(model):
    model.apply(delete(RADEC))
    assert MOUNT in model.devices()
    assert model.vectors(MOUNT) == {}


@pytest.mark.parametrize("message", [Delete("Nobody"), Delete("Nobody", "X"), Delete(CCD, "X")])
def test_deletion_of_what_is_unknown_changes_nothing(model, message):
    assert model.apply(message) == []
    assert model.devices() == (CCD, MOUNT)


def test_definition_after_deletion_is_new_and_at_the_end(model):
    model.apply(delete(FRAME))
    assert kinds(model.apply(FRAME)) == [("defined", CCD, "CCD_FRAME")]
    assert list(model.vectors(CCD))[-1] == "CCD_FRAME"
    model.apply(Delete(CCD))
    assert kinds(model.apply(FRAME)) == [("defined", CCD, None), ("defined", CCD, "CCD_FRAME")]
    assert model.devices() == (MOUNT, CCD)


# BLOBs


def test_blob_is_none_until_one_comes(model):
    assert dict(model.vector(CCD, "CCD1")) == {"CCD1": None}
    model.apply(update(IMAGE, State.OK, CCD1=PICTURE))
    assert model.vector(CCD, "CCD1")["CCD1"] is PICTURE


def test_blob_stays_when_only_the_state_is_reported(model):
    model.apply(update(IMAGE, State.OK, CCD1=PICTURE))
    model.apply(update(IMAGE, State.BUSY))
    assert model.vector(CCD, "CCD1")["CCD1"] is PICTURE
    assert model.vector(CCD, "CCD1").state is State.BUSY


def test_blob_stays_when_the_definition_is_repeated(model):
    model.apply(update(IMAGE, State.OK, CCD1=PICTURE))
    model.apply(IMAGE)
    assert model.vector(CCD, "CCD1")["CCD1"] is PICTURE


def test_blob_stays_when_a_member_is_added(model):
    model.apply(update(IMAGE, State.OK, CCD1=PICTURE))
    model.apply(define(Kind.BLOB, "CCD1", *IMAGE.members, Member("PREVIEW", "Preview", None)))
    assert dict(model.vector(CCD, "CCD1")) == {"CCD1": PICTURE, "PREVIEW": None}


def test_blob_is_gone_after_a_deletion(model):
    model.apply(update(IMAGE, State.OK, CCD1=PICTURE))
    model.apply(delete(IMAGE))
    model.apply(IMAGE)
    assert model.vector(CCD, "CCD1")["CCD1"] is None


def test_values_of_another_kind_do_not_become_blobs(model):
    model.apply(texts("CCD1", {"CCD1": "not a picture"}))
    model.apply(IMAGE)
    assert model.vector(CCD, "CCD1")["CCD1"] is None


def test_a_definition_that_is_only_repeated_leaves_the_vector(model):
    told = model.vector(CCD, "CCD_FRAME")
    (delta,) = model.apply(FRAME._replace(timestamp="2026-11-22T10:18:05"))
    assert delta.type == "updated"
    assert delta.old is delta.new is model.vector(CCD, "CCD_FRAME") is told


@pytest.mark.parametrize(
    "again",
    [
        FRAME._replace(label="Subframe"),
        FRAME._replace(state=State.BUSY),
        FRAME._replace(members=FRAME.members[::-1]),
        FRAME._replace(members=tuple(m._replace(max=5.0) for m in FRAME.members)),
        FRAME._replace(members=tuple(m._replace(value=5.0) for m in FRAME.members)),
    ],
    ids=["label", "state", "order", "limits", "values"],
)
def test_a_definition_that_tells_something_new_does_not(model, again):
    (delta,) = model.apply(again)
    assert delta.old is not delta.new
    assert model.vector(CCD, "CCD_FRAME") is delta.new
