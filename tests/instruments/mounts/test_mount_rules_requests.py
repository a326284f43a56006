"""Mounts: the rules by which syncs, flips and other requests are over."""

import re
from functools import partial

import pytest

from indinb.client.rules import Done
from indinb.errors import Aborted, Failed, Refused
from indinb.instruments.mounts.place import shows
from indinb.instruments.mounts.rules import arrived, finished, flipped, has_parked, synced
from indinb.protocol.messages import parse_timestamp
from indinb.protocol.vocabulary import State
from tests import captures
from tests.client.fakes import update
from tests.instruments.evidence import RADEC, VERSIONS, changes, pointing, replay, verdict_of
from tests.instruments.mounts import fakes as mounts

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT
TARGET = {"RA": 1.0, "DEC": 40.0}
AWAY, THERE = (3.0, 10.0), (1.0, 40.01)


def _seen(*reports: tuple[tuple[float, float], State]) -> list:
    found = changes([RADEC], *(pointing(*place, state) for place, state in reports))
    for number, change in enumerate(found):
        change.new.received = float(number)
    return found


def _verdict(rule: object, found: list, now: float = 0.0) -> type:
    return type(rule(TARGET, found, clock=lambda: now))


@pytest.mark.parametrize(
    ("reports", "now", "verdict"),
    [
        ([], 0.0, type(None)),
        ([(THERE, OK)], 0.0, Done),
        ([(THERE, IDLE)], 0.0, Done),
        ([(AWAY, IDLE)], 0.0, type(None)),
        ([(AWAY, OK), (THERE, OK)], 0.0, Done),
        ([(AWAY, OK)], 4.0, Refused),
        ([(THERE, ALERT)], 0.0, Failed),
    ],
    ids=["nothing", "Ok", "at rest", "stale", "stale at first", "silence", "Alert"],
)
def test_syncs(reports: list, now: float, verdict: type):
    assert _verdict(synced, _seen(*reports), now) is verdict


@pytest.mark.parametrize(
    ("reports", "now", "verdict"),
    [
        ([], 0.0, type(None)),
        ([(THERE, OK), (THERE, OK)], 0.0, type(None)),
        ([(THERE, OK), (THERE, OK)], 4.0, Refused),
        ([(THERE, OK), (AWAY, BUSY)], 4.0, type(None)),
        ([(AWAY, BUSY), (THERE, OK)], 0.0, Done),
        ([(AWAY, BUSY), (AWAY, IDLE)], 0.0, Aborted),
        ([(THERE, ALERT)], 0.0, Failed),
    ],
)
def test_flips_have_to_move(reports: list, now: float, verdict: type):
    assert _verdict(flipped, _seen(*reports), now) is verdict


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ([], type(None)),
        ([BUSY], type(None)),
        ([BUSY, OK], Done),
        ([OK], Done),
        ([IDLE], Refused),
        ([BUSY, IDLE], Aborted),
        ([BUSY, ALERT], Failed),
    ],
)
def test_buttons(states: list, verdict: type):
    found = changes([mounts.HOME], *(update(mounts.HOME, state, GO=True) for state in states))
    assert type(finished(found)) is verdict


@pytest.mark.parametrize(
    ("reports", "verdict"),
    [
        ([(True, BUSY)], type(None)),
        ([(True, BUSY), (True, OK)], Done),
        ([(True, BUSY), (False, OK)], Done),
        ([(False, OK)], type(None)),
        ([(True, BUSY), (False, IDLE)], Aborted),
    ],
)
def test_a_button_that_only_parks(reports: list, verdict: type):
    one = mounts.PARK_ONLY
    found = changes([one], *(update(one, state, PARK=on) for on, state in reports))
    assert type(has_parked(found)) is verdict


@pytest.mark.parametrize(("seconds", "verdict"), [(1.0, Failed), (240.0, Done)])
def test_over_the_horizon_the_sky_turns_meanwhile(seconds: float, verdict: type):
    """A mount that follows the sky ends where the target is by then: 15 arcsec a second."""
    of = mounts.HORIZONTAL
    found = changes(
        [of],
        update(of, BUSY, ALT=10.0, AZ=0.0),
        update(of, OK, ALT=41.0, AZ=100.0),
    )
    found[1].new.received = found[0].new.received + seconds
    assert type(arrived({"AZ": 100.0, "ALT": 40.0}, found)) is verdict


def _sent(session: str, name: str) -> dict[str, str]:
    """Return what was asked first of a property in a captured session."""
    for step in captures.session(session):
        text = step.data.decode()
        if step.direction == "sent" and f"name='{name}'" in text:
            return dict(re.findall(r"<one\w+ name='(\w+)'>([^<]*)<", text))
    raise AssertionError(f"{session} asks nothing of {name}")


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_sync(version: str):
    """The position is Ok at once, and never was Busy."""
    session = f"{version}/sync"
    name = "EQUATORIAL_EOD_COORD"
    target = {member: float(text) for member, text in _sent(session, name).items()}
    answers = replay(session, "telescope", f"'{name}'", name)
    number, verdict = verdict_of(partial(synced, target, clock=lambda: 0.0), answers)
    assert verdict == Done()
    assert answers[number - 1].new.state is OK


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_setting_of_a_clock(version: str):
    session = f"{version}/time_site"
    moment = parse_timestamp(_sent(session, "TIME_UTC")["UTC"])
    answers = replay(session, "telescope", "'TIME_UTC'", "TIME_UTC")
    assert verdict_of(partial(shows, moment), answers) == (1, Done())
