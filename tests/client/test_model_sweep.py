"""What has not come back over a new link."""

import pytest

from indinb.client.model import Model
from indinb.protocol.messages import Delete, Notice
from indinb.protocol.vocabulary import Permission, State
from tests.client.fakes import (
    CCD,
    CONNECTION,
    FRAME,
    MOUNT,
    OBSERVATORY,
    RADEC,
    TEMPERATURE,
    delete,
    numbers,
    update,
)
from tests.client.helpers import kinds


@pytest.fixture
def relinked(model: Model) -> Model:
    """Return a model of a camera and a mount that has just got its second link."""
    model.epoch = 2
    return model


def names_of(device):
    return [definition.name for definition in OBSERVATORY if definition.device == device]


def test_nothing_is_swept_that_came_over_the_present_link(model):
    before = {name: dict(model.vectors(name)) for name in model.devices()}
    assert model.sweep() == []
    assert {name: model.vectors(name) for name in model.devices()} == before


def test_an_empty_model_has_nothing_to_sweep():
    assert Model().sweep() == []


def test_all_is_swept_when_nothing_comes_back(relinked):
    deltas = relinked.sweep()
    assert kinds(deltas) == [
        *(("deleted", CCD, name) for name in [*names_of(CCD), None]),
        *(("deleted", MOUNT, name) for name in [*names_of(MOUNT), None]),
    ]
    assert relinked.devices() == ()
    assert relinked.vectors(CCD) == {}


def test_it_tells_the_last_values_as_a_deletion_does(relinked):
    old = relinked.vector(MOUNT, RADEC.name)
    deltas = [delta for delta in relinked.sweep() if delta.device == MOUNT]
    assert deltas == [
        ("deleted", MOUNT, RADEC.name, old, None),
        ("deleted", MOUNT, None, None, None),
    ]


def test_it_tells_the_same_as_the_server_s_own_deletion(relinked):
    twin = Model()
    twin.epoch = 1
    for definition in OBSERVATORY:
        twin.apply(definition)
    told = twin.apply(Delete(CCD)) + twin.apply(Delete(MOUNT))
    assert relinked.sweep() == told


def test_what_came_back_stays_and_the_rest_of_its_device_goes(relinked):
    relinked.apply(CONNECTION)
    relinked.apply(TEMPERATURE)
    deltas = relinked.sweep()
    gone = [name for name in names_of(CCD) if name not in (CONNECTION.name, TEMPERATURE.name)]
    assert kinds(deltas) == [
        *(("deleted", CCD, name) for name in gone),
        ("deleted", MOUNT, RADEC.name),
        ("deleted", MOUNT, None),
    ]
    assert list(relinked.vectors(CCD)) == [CONNECTION.name, TEMPERATURE.name]


def test_what_was_updated_over_the_new_link_is_there(relinked):
    relinked.apply(update(FRAME, State.OK, X=1.0))
    relinked.sweep()
    assert list(relinked.vectors(CCD)) == [FRAME.name]


def test_a_device_without_properties_goes_if_it_was_not_announced_again(model):
    model.apply(delete(RADEC))
    assert model.sweep() == []
    model.epoch = 2
    model.apply(CONNECTION)
    assert ("deleted", MOUNT, None) in kinds(model.sweep())
    assert model.devices() == (CCD,)


def test_a_device_that_came_back_stays_though_it_took_all_back(relinked):
    relinked.apply(RADEC)
    relinked.apply(delete(RADEC))
    assert not any(delta.device == MOUNT for delta in relinked.sweep())
    assert relinked.devices() == (MOUNT,)


def test_a_second_sweep_finds_nothing(relinked):
    relinked.apply(CONNECTION)
    assert relinked.sweep() != []
    assert relinked.sweep() == []


def test_what_was_swept_may_come_back_later(relinked):
    relinked.sweep()
    assert kinds(relinked.apply(RADEC)) == [
        ("defined", MOUNT, None),
        ("defined", MOUNT, RADEC.name),
    ]
    assert relinked.vector(MOUNT, RADEC.name).epoch == 2
    assert relinked.sweep() == []


def test_last_words_outlive_a_sweep(relinked):
    words = Notice(MOUNT, "[ERROR] no power")
    relinked.apply(words)
    relinked.sweep()
    assert relinked.messages_of(MOUNT) == (words,)


# Definitions that come again over a new link


def test_the_same_definition_is_an_update(relinked):
    (delta,) = relinked.apply(TEMPERATURE)
    assert delta.type == "updated"
    assert (delta.old.epoch, delta.new.epoch) == (1, 2)


def test_other_words_and_limits_are_an_update(relinked):
    changed = numbers(
        TEMPERATURE.name,
        {"CCD_TEMPERATURE_VALUE": 3.0},
        -70.0,
        50.0,
        label="Sensor",
        permission=Permission.READ_ONLY,
    )
    (delta,) = relinked.apply(changed)
    assert delta.type == "updated"
    assert delta.new.definition.label == "Sensor"
    assert delta.new.definition.permission is Permission.READ_ONLY
    assert delta.new.elements["CCD_TEMPERATURE_VALUE"].max == 50.0


def test_other_members_are_another_property(relinked):
    deltas = relinked.apply(numbers(FRAME.name, {"X": 1.0}))
    assert kinds(deltas) == [("deleted", CCD, FRAME.name), ("defined", CCD, FRAME.name)]
    relinked.sweep()
    assert list(relinked.vectors(CCD)) == [FRAME.name]
