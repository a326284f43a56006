"""The same requests, at the same times, have the same consequences as with INDI's simulators."""

import pytest

from indinb.simulator.observatory import DEVICES
from tests.simulator.bench import Bench
from tests.simulator.replay import Exchange, replay

SESSIONS = {
    "dome": "Dome Simulator",
    "rotator": "Rotator Simulator",
    "weather": "Weather Simulator",
    "gps": "GPS Simulator",
    "lightpanel": "Light Panel Simulator",
    "filter_change": "Filter Simulator",
}


@pytest.mark.parametrize(("session", "device"), SESSIONS.items())
def test_all_goes_as_it_went(session: str, device: str) -> None:
    with Bench(DEVICES[device]) as bench:
        for ours, theirs in replay(bench, session):
            assert_alike(session, ours, theirs)


def assert_alike(session: str, ours: Exchange, theirs: Exchange) -> None:
    added = {"ABS_ROTATOR_ANGLE"} if theirs.asked.name == "SYNC_ROTATOR_ANGLE" else set()
    assert ours.properties - added == theirs.properties, theirs.asked
    assert ours.notices == theirs.notices, theirs.asked
    for name in theirs.properties:
        mine, other = ours.told(name), theirs.told(name)
        assert mine is not None
        assert other is not None
        assert mine.states == other.states, (name, theirs.asked)
        if mine.states[-1] and session not in ("gps",) and name not in MOVING:
            assert mine.values == other.values, (name, theirs.asked)


MOVING = {"ABS_DOME_POSITION", "ABS_ROTATOR_ANGLE"}
"""What is somewhere when it is stopped; INDI's simulators move by jumps of ten degrees."""
