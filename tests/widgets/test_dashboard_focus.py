"""The cards of the focuser and the filter wheel."""

import pytest

from indinb.protocol.vocabulary import State
from tests.client.fakes import update
from tests.widgets.observers import (
    CCD,
    FOCUSER,
    POSITION,
    SLOT,
    WHEEL,
    Begin,
    Observer,
    definitions,
    of,
)

SETTINGS = ("CONNECTION", "DRIVER_INFO")


def moves(position: float, state: State = State.BUSY):
    return update(POSITION, state, FOCUS_ABSOLUTE_POSITION=position)


# ---- Focuser ----


def test_it_tells_its_position(observer: Observer) -> None:
    observer.tell(moves(12345, State.OK))
    card = observer["focuser"]
    assert card["position"] == "12 345"
    assert card["limits"] == "0 to 100 000"
    assert (card["light"], card["words"]) == ("Ok", "At rest")


def test_it_tells_the_temperature_that_it_has(begin: Begin) -> None:
    with_air = [each for each in definitions(FOCUSER) if each.name == "FOCUS_TEMPERATURE"]
    card = begin(*definitions(FOCUSER))["focuser"]
    assert (card["temperature"] is not None) is bool(with_air)


@pytest.mark.parametrize("steps", [-1000, -100, 100, 1000])
def test_steps(observer: Observer, steps: int) -> None:
    observer.tell(moves(30_000, State.OK))
    observer.act("focuser", "step", steps=steps)
    asked = observer.asked("ABS_FOCUS_POSITION")
    assert [each["FOCUS_ABSOLUTE_POSITION"] for each in asked] == [30_000 + steps]
    assert observer["focuser"]["position"] == f"{30_000 + steps:,}".replace(",", " ")


@pytest.mark.parametrize("typed", ["31200", "31 200", " 31200 "])
def test_a_position_that_is_typed(observer: Observer, typed: str) -> None:
    observer.tell(moves(30_000, State.OK))
    observer.answers.set("ABS_FOCUS_POSITION", moves(30_300))
    observer.act("focuser", "go", position=typed)
    card = observer["focuser"]
    assert card["words"] == "Moving"
    assert card["progress"] == {"fraction": 0.25, "detail": "30 300 → 31 200"}
    observer.tell(moves(31_200, State.OK))
    card = observer["focuser"]
    assert (card["words"], card["position"], card["progress"]) == ("At rest", "31 200", None)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("up", "'up' is no position: write a whole number of steps"),
        ("1.5", "'1.5' is no position"),
        ("200000", "goes from 0 to 100000"),
        ("-1", "goes from 0 to 100000"),
    ],
)
def test_positions_that_make_no_sense(observer: Observer, typed: str, words: str) -> None:
    observer.act("focuser", "go", position=typed)
    assert words in observer["focuser"]["note"]["text"]
    assert observer.asked("ABS_FOCUS_POSITION") == []


def test_a_step_beyond_the_end(observer: Observer) -> None:
    observer.tell(moves(50, State.OK))
    observer.act("focuser", "step", steps=-100)
    assert "goes from 0 to 100000" in observer["focuser"]["note"]["text"]


def test_a_focuser_that_reports_an_error(observer: Observer) -> None:
    observer.answers.set("ABS_FOCUS_POSITION", moves(30_000, State.ALERT))
    observer.act("focuser", "go", position="30000")
    observer.wait()
    card = observer["focuser"]
    assert (card["light"], card["words"]) == ("Alert", "Reports an error")
    assert "the focuser reports an error" in card["note"]["text"]


def test_a_focuser_that_cannot_be_stopped_offers_no_abort(begin: Begin) -> None:
    names = ("FOCUS_ABORT_MOTION",)
    observer = begin(*[each for each in definitions(FOCUSER) if each.name not in names])
    observer.tell(moves(30_000))
    assert not observer["focuser"]["can"]["abort"]
    observer.abort("focuser")
    assert "FOCUS_ABORT_MOTION" in observer["focuser"]["note"]["text"]


def test_abort(begin: Begin) -> None:
    stop = of(CCD, "CCD_ABORT_EXPOSURE")._replace(device=FOCUSER, name="FOCUS_ABORT_MOTION")
    observer = begin(*definitions(FOCUSER), stop)
    observer.tell(moves(0, State.OK))
    assert not observer["focuser"]["can"]["abort"]
    observer.answers.set("ABS_FOCUS_POSITION", moves(100))
    observer.act("focuser", "go", position="30000")
    assert observer["focuser"]["can"]["abort"]
    observer.abort("focuser")
    observer.tell(moves(200, State.IDLE))
    assert len(observer.asked("FOCUS_ABORT_MOTION")) == 1
    assert observer["focuser"]["note"]["level"] == "info"


def test_a_focuser_that_knows_no_positions(begin: Begin) -> None:
    names = (*SETTINGS, "REL_FOCUS_POSITION", "FOCUS_MOTION")
    observer = begin(*[each for each in definitions(FOCUSER) if each.name in names])
    card = observer["focuser"]
    assert card["position"] is None
    assert card["limits"] == ""
    assert card["can"] == {"go": False, "step": True, "abort": False}
    observer.act("focuser", "step", steps=100)
    asked = observer.asked("REL_FOCUS_POSITION")
    assert [each["FOCUS_RELATIVE_POSITION"] for each in asked] == [100]


@pytest.mark.parametrize("end", [float("inf"), float("nan")])
def test_a_focuser_without_an_end(begin: Begin, end: float) -> None:
    (member,) = POSITION.members
    endless = POSITION._replace(members=[member._replace(max=end)])
    observer = begin(*[endless if each is POSITION else each for each in definitions(FOCUSER)])
    observer.tell(endless)
    assert observer["focuser"]["condition"] == "ready"
    assert observer["focuser"]["limits"] == ""


def test_a_focuser_that_is_not_all_there_yet(begin: Begin) -> None:
    observer = begin(*[each for each in definitions(FOCUSER) if each.name in SETTINGS])
    card = observer["focuser"]
    assert card["condition"] == "ready"
    assert not any(card["can"].values())


# ---- Filter wheel ----


def turns(slot: float, state: State = State.OK):
    return update(SLOT, state, FILTER_SLOT_VALUE=slot)


def test_it_tells_its_filters(observer: Observer) -> None:
    observer.tell(turns(2))
    card = observer["wheel"]
    assert card["filters"][:3] == ["Red", "Green", "Blue"]
    assert card["slot"] == 2
    assert card["words"] == "Green"


def test_a_filter_is_selected(observer: Observer) -> None:
    observer.tell(turns(1))
    observer.answers.set("FILTER_SLOT", turns(1, State.BUSY))
    observer.act("wheel", "select", slot=3)
    assert [each["FILTER_SLOT_VALUE"] for each in observer.asked("FILTER_SLOT")] == [3]
    card = observer["wheel"]
    assert (card["light"], card["words"]) == ("Busy", "Turning")
    assert card["progress"] == {"fraction": None, "detail": "Red → Blue"}
    observer.tell(turns(3))
    card = observer["wheel"]
    assert (card["words"], card["slot"], card["progress"]) == ("Blue", 3, None)


def test_two_clicks_turn_once(observer: Observer) -> None:
    observer.answers.set("FILTER_SLOT", turns(1, State.BUSY))
    observer.act("wheel", "select", slot=3)
    observer.act("wheel", "select", slot=4)
    assert len(observer.asked("FILTER_SLOT")) == 1
    assert "turning already" in observer["wheel"]["note"]["text"]


def test_a_wheel_that_fails(observer: Observer) -> None:
    observer.answers.set("FILTER_SLOT", turns(1, State.ALERT))
    observer.act("wheel", "select", slot=3)
    observer.wait()
    card = observer["wheel"]
    assert card["light"] == "Alert"
    assert "the wheel reports an error" in card["note"]["text"]


def test_a_filter_that_is_not_there(observer: Observer) -> None:
    observer.act("wheel", "select", slot=99)
    assert "has no filter 99" in observer["wheel"]["note"]["text"]


def test_a_wheel_between_its_slots(observer: Observer) -> None:
    observer.tell(turns(0))
    card = observer["wheel"]
    assert card["slot"] is None
    assert card["words"] == "Not known"


def test_a_wheel_that_tells_nothing_yet(begin: Begin) -> None:
    observer = begin(*[each for each in definitions(WHEEL) if each.name in SETTINGS])
    card = observer["wheel"]
    assert card["filters"] == []
    assert card["can"] == {"select": False}


def test_no_wheel_can_be_stopped(observer: Observer) -> None:
    observer.answers.set("FILTER_SLOT", turns(1, State.BUSY))
    observer.abort("wheel")
    assert observer["wheel"]["note"] is None
