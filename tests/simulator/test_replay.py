"""The same requests, at the same times, have the same consequences as with INDI's simulators."""

import pytest

from indinb.protocol.messages import Define, Delete, Message, Notice, Update
from indinb.protocol.vocabulary import State
from indinb.simulator.observatory import DEVICES
from tests.simulator.bench import Bench
from tests.simulator.replay import Exchange, exchanges, notices, replay

SESSIONS = {
    "dome": "Dome Simulator",
    "rotator": "Rotator Simulator",
    "weather": "Weather Simulator",
    "gps": "GPS Simulator",
    "lightpanel": "Light Panel Simulator",
    "filter_change": "Filter Simulator",
}

MOVING = {"ABS_DOME_POSITION", "ABS_ROTATOR_ANGLE"}
"""What is somewhere while it moves; INDI's simulators move by jumps of ten degrees."""

OURS = {"GEOGRAPHIC_COORD", "TIME_UTC"}
"""What the observatory has values of its own for."""


@pytest.mark.parametrize(("session", "device"), SESSIONS.items())
def test_all_goes_as_it_went(session: str, device: str) -> None:
    with Bench(DEVICES[device]) as bench:
        for ours, theirs in replay(bench, session):
            # A synchronized angle is the angle from then on, which INDI's simulator forgets.
            added = {"ABS_ROTATOR_ANGLE"} if theirs.asked.name == "SYNC_ROTATOR_ANGLE" else set()
            assert ours.properties - added == theirs.properties, theirs.asked
            assert ours.notices == theirs.notices, theirs.asked
            for name in theirs.properties:
                assert_alike(name, ours, theirs)


def assert_alike(name: str, ours: Exchange, theirs: Exchange) -> None:
    mine, other = ours.told(name), theirs.told(name)
    assert mine is not None
    assert other is not None
    assert mine.states == other.states, (name, theirs.asked)
    stands = mine.states[-1] is State.OK and "ABORT" not in theirs.asked.name
    if name not in OURS and (name not in MOVING or stands):
        assert mine.values == other.values, (name, theirs.asked)


@pytest.mark.parametrize(("session", "begin"), [("focus_abs", 50_000), ("focus_rel", 20_000)])
def test_the_focuser_ends_as_it_did(session: str, begin: float) -> None:
    with Bench(DEVICES["Focuser Simulator"]) as bench:
        bench.ask("ABS_FOCUS_POSITION", begin)
        bench.run(10)
        answers = replay(bench, session)
        mine = [each for ours, _ in answers for each in ours.messages]
        theirs = [each for _, theirs in answers for each in theirs.messages]
        assert notices(mine) == notices(theirs)
        assert [end for end in ends(mine) if end in ends(theirs)] == ends(theirs)


def ends(messages: list[Message]) -> list[tuple[str, State | None, dict[str, object]]]:
    """Return what properties told when something ended, or failed; stars are as they are here."""
    return [
        (each.name, each.state, dict(each.values))
        for each in messages
        if isinstance(each, Update) and each.state is not State.BUSY and each.name != "FWHM"
    ]


def test_the_focuser_can_be_stopped_which_that_of_indi_cannot() -> None:
    with Bench(DEVICES["Focuser Simulator"]) as bench:
        *_, (ours, theirs) = replay(bench, "focus_abort")
        assert theirs.messages == []
        assert ours.told("FOCUS_ABORT_MOTION").states == (State.OK,)
        assert ours.told("ABS_FOCUS_POSITION").states == (State.IDLE,)
        assert ours.told("ABS_FOCUS_POSITION").values == {"FOCUS_ABSOLUTE_POSITION": 37_710.0}


def test_settings_are_saved_as_by_the_camera() -> None:
    with Bench(DEVICES["Focuser Simulator"]) as bench:
        saved = exchanges("config_save")[0]
        bench.ask("CONFIG_PROCESS", saved.asked.values)
        assert said(bench.messages) == said(saved.messages)


def test_debugging_goes_on_and_off_as_with_the_camera() -> None:
    with Bench(DEVICES["Focuser Simulator"]) as bench:
        for theirs in exchanges("debug_toggle"):
            bench.clear()
            bench.ask("DEBUG", theirs.asked.values)
            assert sorted(said(bench.messages)) == sorted(said(theirs.messages))


def test_a_device_is_disconnected_and_connected_as_the_camera() -> None:
    with Bench(DEVICES["Focuser Simulator"]) as bench:
        disconnect, connect = exchanges("disconnect")
        first = said(disconnect.messages)[0]
        bench.ask("CONNECTION", disconnect.asked.values)
        assert said(bench.messages)[0] == first
        assert isinstance(bench.messages[0], Update)
        assert all(isinstance(each, Delete) for each in bench.messages[1:])
        gone = bench.deleted
        assert len(gone) == len(set(gone)) > 10
        bench.clear()
        bench.ask("CONNECTION", connect.asked.values)
        assert said(bench.messages)[0] == said(connect.messages)[0]
        assert sorted(bench.defined) == sorted(str(name) for name in gone)


def said(messages: list[Message]) -> list[str]:
    """Return what was said, without values."""
    return [_said(each) for each in messages]


def _said(message: Message) -> str:
    match message:
        case Update():
            return f"set {message.name} {message.state}"
        case Define():
            return f"def {message.name}"
        case Delete():
            return f"del {message.name}"
        case Notice():
            return message.message
    return type(message).__name__
