import datetime as dt
from dataclasses import FrozenInstanceError

import pytest

from indinb.client.model import Element
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State
from tests.client.fakes import (
    CCD,
    FRAME,
    FRAME_TYPE,
    MOTION,
    OPTIONS,
    TEMPERATURE,
    numbers,
    update,
    vector,
)

PICTURE = Blob(memoryview(b"pixels"), ".fits", 6)


def test_vector_is_a_mapping_of_its_values():
    frame = vector(FRAME)
    assert list(frame) == ["X", "Y", "WIDTH", "HEIGHT"]
    assert (len(frame), frame["WIDTH"], frame.get("DEPTH")) == (4, 1280.0, None)
    with pytest.raises(KeyError):
        frame["DEPTH"]


def test_vectors_compare_by_value():
    assert vector(FRAME) == vector(FRAME)
    assert vector(FRAME) != vector(FRAME._replace(state=State.BUSY))
    assert vector(FRAME) != vector(FRAME._replace(label="Subframe"))
    assert vector(FRAME) != vector(numbers("CCD_FRAME", {"X": 0.0}))
    assert vector(FRAME) != dict(vector(FRAME))
    with pytest.raises(TypeError, match="unhashable"):
        hash(vector(FRAME))


def test_vectors_show_themselves():
    text = repr(vector(TEMPERATURE))
    assert text == "<Vector CCD Simulator.CCD_TEMPERATURE Idle {'CCD_TEMPERATURE_VALUE': 20.0}>"


def test_vectors_carry_the_epoch_of_their_link(model):
    model.epoch = 2
    model.apply(update(FRAME, X=1.0))
    assert model.vector(CCD, "CCD_FRAME").epoch == 2
    assert model.vector(CCD, "CCD_TEMPERATURE").epoch == 1
    model.apply(TEMPERATURE)
    assert model.vector(CCD, "CCD_TEMPERATURE").epoch == 2


def test_timestamp_is_the_drivers_where_it_can_be_read(model):
    model.apply(update(FRAME)._replace(timestamp="2026-11-22T10:18:05"))
    told = dt.datetime(2026, 11, 22, 10, 18, 5, tzinfo=dt.UTC)
    assert model.vector(CCD, "CCD_FRAME").timestamp == told


@pytest.mark.parametrize("told", [None, "", "yesterday"])
def test_timestamp_is_that_of_arrival_otherwise(model, told):
    before = dt.datetime.now(dt.UTC)
    model.apply(update(FRAME)._replace(timestamp=told))
    assert before <= model.vector(CCD, "CCD_FRAME").timestamp <= dt.datetime.now(dt.UTC)


def test_what_is_published_cannot_be_changed(model):
    frame = model.vector(CCD, "CCD_FRAME")
    with pytest.raises(TypeError):
        frame["X"] = 1.0
    with pytest.raises(TypeError):
        model.vectors(CCD)["CCD_FRAME"] = frame
    with pytest.raises(TypeError):
        frame.definition.members["X"] = None
    with pytest.raises(FrozenInstanceError):
        frame.definition.label = "mine"
    with pytest.raises(AttributeError):
        frame.elements["X"].value = 1.0


@pytest.mark.parametrize(
    ("value", "format", "text"),
    [
        (5.5, "%10.6m", "5:30:00"),
        (5.5, "%6.2f", "5.50"),
        (float("nan"), "%g", "nan"),
        (5.5, "%s; rm", "5.5"),
        (True, "", "On"),
        (False, "", "Off"),
        ("Red", "", "Red"),
        (State.BUSY, "", "Busy"),
        (PICTURE, "", "<Blob .fits of 6 bytes>"),
        (None, "", ""),
    ],
)
def test_element_shows_its_value_as_the_driver_would(value, format, text):
    assert Element("X", "X", value, format, 0.0, 0.0, 0.0).text == text


def test_the_switch_that_goes_on_clears_the_one_before(model):
    model.apply(update(FRAME_TYPE, FRAME_DARK=True))
    assert dict(model.vector(CCD, "CCD_FRAME_TYPE")) == {"FRAME_LIGHT": False, "FRAME_DARK": True}
    model.apply(MOTION)
    for name in ("NORTH", "SOUTH"):
        model.apply(update(MOTION, **{name: True}))
        assert [on for on, value in model.vector(CCD, "MOTION_NS").items() if value] == [name]


def test_where_any_may_be_on_none_is_cleared(model):
    model.apply(OPTIONS)
    model.apply(update(OPTIONS, B=True))
    assert dict(model.vector(CCD, "OPTIONS")) == {"A": True, "B": True, "C": False}


def test_a_driver_that_says_two_are_on_is_believed(model):
    both = {"FRAME_LIGHT": True, "FRAME_DARK": True}
    model.apply(update(FRAME_TYPE, **both))
    assert dict(model.vector(CCD, "CCD_FRAME_TYPE")) == both


def test_the_switch_that_goes_off_leaves_the_others(model):
    model.apply(update(FRAME_TYPE, FRAME_DARK=False))
    assert dict(model.vector(CCD, "CCD_FRAME_TYPE")) == {"FRAME_LIGHT": True, "FRAME_DARK": False}
