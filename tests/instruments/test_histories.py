"""Rules of instruments give of what is kept of all changes the verdicts that they give of all."""

from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indinb.client.observers import Change
from indinb.client.rules import Rule, at_rest, settled
from indinb.instruments.cameras.chips import MAIN
from indinb.instruments.cameras.exposing import countdown, exposed, saved, stopped
from indinb.instruments.filterwheel import turned
from indinb.instruments.focusers.rules import moved, travel
from indinb.instruments.mounts.rules import approach, arrived, has_parked
from indinb.protocol.messages import Message
from indinb.protocol.vocabulary import Kind, State
from tests import captures
from tests.client.fakes import ABORT, IMAGE, update
from tests.histories import changes_of, compacted, same_verdicts
from tests.instruments.cameras.fakes import FILE_PATH, saved_to
from tests.instruments.evidence import (
    EXPOSURE,
    PARK,
    POSITION,
    RADEC,
    SLOT,
    exposing,
    in_slot,
    parking,
    picture,
    pointing,
    standing,
)

TARGET = {"RA": 1.0, "DEC": 40.0}
STATES = st.sampled_from(State)
PLACES = st.sampled_from([(3.0, 10.0), (1.0, 40.2), (1.0, 40.01)])
FORMATS = st.sampled_from([".fits", ".stream", ".Stream_jpg", ".fits.z"])


def several(*messages: st.SearchStrategy[Message]) -> st.SearchStrategy[list[Message]]:
    """Return what drivers may say, often again and again."""
    runs = st.tuples(st.one_of(*messages), st.integers(1, 5))
    return st.lists(runs, max_size=25).map(
        lambda runs: [message for message, times in runs for _ in range(times)]
    )


def _fresh(format: str) -> Message:
    return picture(bytes(1), format)


EXPOSURES = several(
    st.builds(exposing, STATES, st.sampled_from([0.0, 1.0])),
    FORMATS.map(_fresh),
    STATES.map(partial(update, IMAGE)),
)
SAVINGS = several(STATES.map(exposing), st.sampled_from(["/1", "/2"]).map(saved_to))
STOPS = several(STATES.map(partial(update, ABORT)), STATES.map(exposing))
SLEWS = several(st.builds(lambda place, state: pointing(*place, state), PLACES, STATES))
PARKINGS = several(st.builds(parking, st.booleans(), st.booleans(), STATES))

MOVES = several(st.builds(standing, st.sampled_from([50_000.0, 50_001.0, 50_002.0]), STATES))
TURNS = several(st.builds(in_slot, st.sampled_from([0.0, 1.0, 2.0]), STATES))


def _video() -> list[Message]:
    return [_fresh(".stream") for _ in range(5)]


@given(EXPOSURES, st.booleans())
@example([exposing(State.BUSY), *_video(), picture(), *_video(), exposing(State.OK)], False)
def test_exposures(messages: list[Message], known: bool):
    before = [picture()] if known else []
    changes = changes_of([EXPOSURE, IMAGE, *before], *messages)
    same_verdicts(partial(exposed, MAIN), changes)


@given(SAVINGS)
def test_pictures_on_the_servers_disk(messages: list[Message]):
    changes = changes_of([EXPOSURE, FILE_PATH], *messages)
    same_verdicts(partial(saved, MAIN, True), changes)
    same_verdicts(partial(saved, MAIN, False), changes)


@given(STOPS, st.booleans())
def test_stops(messages: list[Message], exposing: bool):
    same_verdicts(partial(stopped, MAIN, exposing), changes_of([EXPOSURE, ABORT], *messages))


@given(SLEWS, st.floats(0.05, 2.0))
def test_slews(messages: list[Message], period: float):
    changes = changes_of([RADEC], *messages)
    for number, change in enumerate(changes):
        change.new.received = number * period
    same_verdicts(partial(arrived, TARGET, clock=lambda: 0.0), changes)
    same_verdicts(partial(arrived, TARGET, clock=lambda: 1e6), changes)


@given(PARKINGS)
def test_parking(messages: list[Message]):
    same_verdicts(has_parked, changes_of([PARK], *messages))


@given(MOVES)
def test_moves(messages: list[Message]):
    changes = changes_of([POSITION], *messages)
    same_verdicts(partial(moved, 50_001), changes)
    assert travel(0, 50_001, compacted(changes)) == travel(0, 50_001, changes)


@given(TURNS)
def test_turns(messages: list[Message]):
    same_verdicts(partial(turned, 2, "Green"), changes_of([SLOT], *messages))


@given(SLEWS)
def test_progress_of_a_slew(messages: list[Message]):
    changes = changes_of([RADEC], *messages)
    assert approach(TARGET, compacted(changes)) == approach(TARGET, changes)


@given(EXPOSURES)
def test_progress_of_an_exposure(messages: list[Message]):
    changes = changes_of([EXPOSURE, IMAGE], *messages)
    for change in changes:
        change.new.received = 0.0
    assert countdown(MAIN, 1.0, compacted(changes))[:2] == countdown(MAIN, 1.0, changes)[:2]


# As real servers brought them about


RULES: dict[tuple[str, ...], list[Rule]] = {
    ("CCD_EXPOSURE", "CCD1"): [partial(exposed, MAIN)],
    ("CCD_EXPOSURE", "CCD_ABORT_EXPOSURE"): [
        partial(stopped, MAIN, True),
        partial(stopped, MAIN, False),
    ],
    ("EQUATORIAL_EOD_COORD",): [partial(arrived, TARGET), partial(arrived, {"RA": 0, "DEC": 90})],
    ("TELESCOPE_PARK",): [has_parked],
    ("ABS_FOCUS_POSITION",): [partial(moved, 20_000), partial(moved, 24_000)],
    ("FILTER_SLOT",): [partial(turned, 5, "SII"), partial(turned, 1, "Red")],
}


@pytest.mark.parametrize("session", captures.SESSIONS)
def test_captured_sessions(session: str):
    changes = captured(session)
    for names, found in RULES.items():
        for rule in found:
            same_verdicts(rule, [change for change in changes if change.name in names])
    for name in {change.name for change in changes}:
        of_it = [change for change in changes if change.name == name]
        last = of_it[-1].new
        same_verdicts(partial(settled, last.definition, dict(last)), of_it)
        if last.definition.kind is not Kind.BLOB:  # of which only what arrives is kept
            same_verdicts(partial(at_rest, dict(last)), of_it)


def captured(session: str) -> list[Change]:
    """Return the changes of all properties in a session with real servers."""
    version = session.split("/")[0]
    drivers = [n for n in captures.DEFINITIONS if n.startswith(version) and "preconnect" not in n]
    known = [message for name in drivers for message in captures.read(captures.capture(name))]
    messages = captures.read(captures.received(session), eof=False)
    return [
        change for change in changes_of(known, *messages) if change.new and change.type != "message"
    ]
