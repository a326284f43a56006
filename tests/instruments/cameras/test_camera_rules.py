"""Cameras: the rules by which an exposure is over, fed with what servers say and have said."""

import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client.observers import Change
from indinb.client.operation import Progress
from indinb.client.rules import Done
from indinb.errors import Aborted, Failed
from indinb.instruments.cameras.chips import MAIN
from indinb.instruments.cameras.exposing import countdown, exposed, stopped
from indinb.protocol.messages import Blob, Message
from indinb.protocol.vocabulary import State
from tests.captures import TINY_FITS
from tests.client.fakes import ABORT, IMAGE, update
from tests.instruments.evidence import (
    EXPOSURE,
    VERSIONS,
    changes,
    exposing,
    picture,
    replay,
    verdict_of,
)

BUSY, READING_OUT = exposing(State.BUSY, 1.0), exposing(State.BUSY)
OK, IDLE, ALERT = map(exposing, (State.OK, State.IDLE, State.ALERT))

RULE = partial(exposed, MAIN)
OTHER = TINY_FITS[:-1] + b"\1"


def _changes(*messages: Message) -> list[Change]:
    return changes([EXPOSURE, IMAGE, ABORT], *messages)


def _blob(verdict: object) -> Blob:
    assert isinstance(verdict, Done)
    assert isinstance(verdict.result, Blob)
    return verdict.result


@pytest.mark.parametrize(
    "messages",
    [
        (BUSY, READING_OUT, picture(), OK),
        (BUSY, READING_OUT, OK, picture()),
        (OK, BUSY, picture(), OK),
        (IDLE, BUSY, picture(), OK),
        (OK, picture()),
        (picture(OTHER), BUSY, picture(), OK),
        (picture(OTHER), BUSY, OK, picture()),
        (BUSY, picture(OTHER), picture(), OK),
        (BUSY, picture(b"", ".stream"), OK, picture(b"", ".stream_jpg"), picture()),
        (BUSY, picture(b"", ".Stream.z"), picture(), picture(b"", ".stream"), OK),
    ],
    ids=[
        "picture first",
        "Ok first",
        "stale Ok",
        "Idle of an abort before",
        "never Busy",
        "late picture",
        "late picture, Ok first",
        "late picture while Busy",
        "video",
        "video around the picture",
    ],
)
def test_an_exposure_ends_with_its_picture_and_ok(messages: tuple[Message, ...]):
    number, verdict = verdict_of(RULE, _changes(*messages))
    assert number == len(messages)
    assert bytes(_blob(verdict)) == TINY_FITS


@pytest.mark.parametrize(
    "messages",
    [
        (),
        (BUSY, READING_OUT),
        (OK,),
        (IDLE,),
        (BUSY, OK),
        (BUSY, picture()),
        (picture(), BUSY, OK),
        (BUSY, OK, picture(b"", ".stream")),
        (BUSY, update(IMAGE, State.BUSY), OK),
    ],
    ids=[
        "nothing",
        "Busy for ever",
        "stale Ok",
        "Idle of an abort before",
        "no picture",
        "not yet Ok",
        "late picture only",
        "video only",
        "state of the picture only",
    ],
)
def test_an_exposure_that_is_not_over(messages: tuple[Message, ...]):
    assert verdict_of(RULE, _changes(*messages)) == (len(messages), None)


def test_a_repeated_ok_begins_nothing():
    assert RULE(_changes(OK, OK, picture())[1:]) is None


def test_a_state_alone_is_no_new_picture():
    before = [EXPOSURE, IMAGE, picture(OTHER)]
    unchanged = update(IMAGE, State.BUSY)
    assert verdict_of(RULE, changes(before, BUSY, unchanged, OK))[1] is None
    _, verdict = verdict_of(RULE, changes(before, BUSY, unchanged, OK, picture()))
    assert bytes(_blob(verdict)) == TINY_FITS


def test_a_definition_with_other_members_is_no_new_picture():
    both = IMAGE._replace(members=(*IMAGE.members, IMAGE.members[0]._replace(name="PREVIEW")))
    before = [EXPOSURE, IMAGE, picture(OTHER)]
    assert verdict_of(RULE, changes(before, BUSY, both, OK))[1] is None


@pytest.mark.parametrize("messages", [(ALERT,), (BUSY, ALERT), (BUSY, picture(), ALERT)])
def test_an_exposure_fails_by_alert(messages: tuple[Message, ...]):
    number, verdict = verdict_of(RULE, _changes(*messages))
    assert number == len(messages)
    assert isinstance(verdict, Failed)


@pytest.mark.parametrize("messages", [(BUSY, IDLE), (BUSY, picture(), IDLE)])
def test_idle_while_busy_is_an_abort(messages: tuple[Message, ...]):
    number, verdict = verdict_of(RULE, _changes(*messages))
    assert number == len(messages)
    assert isinstance(verdict, Aborted)


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_exposure(version: str):
    answers = replay(f"{version}/exposure_blob", "ccd", "'CCD_EXPOSURE'", "CCD_EXPOSURE", "CCD1")
    number, verdict = verdict_of(RULE, answers)
    assert number == len(answers)
    assert bytes(_blob(verdict)) == TINY_FITS


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_fast_exposures_end_at_the_first_picture(version: str):
    answers = replay(f"{version}/exposure_fast", "ccd", "'CCD_EXPOSURE'", "CCD_EXPOSURE", "CCD1")
    number, verdict = verdict_of(RULE, answers)
    names = [(change.name, change.new.state) for change in answers[:number]]
    assert names[-2:] == [("CCD_EXPOSURE", "Ok"), ("CCD1", "Ok")]
    assert _blob(verdict).format == ".fits"


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_abort(version: str):
    session = f"{version}/exposure_abort"
    answers = replay(session, "ccd", "'CCD_EXPOSURE'", "CCD_EXPOSURE", "CCD1")
    number, verdict = verdict_of(RULE, answers)
    assert answers[number - 1].new.state is State.IDLE
    assert isinstance(verdict, Aborted)


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_stop_is_over_when_the_exposure_is(version: str):
    properties = ("CCD_ABORT_EXPOSURE", "CCD_EXPOSURE")
    answers = replay(f"{version}/exposure_abort", "ccd", "'CCD_ABORT_EXPOSURE'", *properties)
    assert [change.name for change in answers[:2]] == list(properties)
    assert verdict_of(partial(stopped, MAIN, True), answers) == (2, Done())
    assert verdict_of(partial(stopped, MAIN, False), answers) == (1, Done())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("asked", ["'CCD_EXPOSURE_VALUE'>3<", "'CCD_EXPOSURE_VALUE'>2<"])
def test_captured_second_exposure_replaces_the_first(version: str, asked: str):
    session = f"{version}/exposure_twice_busy"
    answers = replay(session, "ccd", asked, "CCD_EXPOSURE", "CCD1")
    number, verdict = verdict_of(RULE, answers)
    assert number == len(answers)
    assert bytes(_blob(verdict)) == TINY_FITS


@pytest.mark.parametrize("session", ["stream", "stream_mjpeg"])
@pytest.mark.parametrize("version", VERSIONS)
def test_captured_video_is_no_picture(version: str, session: str):
    video = replay(f"{version}/{session}", "ccd", "CCD_VIDEO_STREAM", "CCD1")
    assert len(video) > 2
    begin = _changes(BUSY, OK)
    assert verdict_of(RULE, [*begin, *video])[1] is None


@pytest.mark.parametrize(
    ("messages", "verdict"),
    [
        ([update(ABORT, State.OK)], None),
        ([IDLE], None),
        ([BUSY, update(ABORT, State.OK)], None),
        ([update(ABORT, State.OK), IDLE], Done()),
        ([IDLE, update(ABORT, State.OK)], Done()),
        ([picture(), OK, update(ABORT, State.IDLE)], Done()),
    ],
)
def test_a_camera_has_stopped_when_it_says_so_and_is_not_busy(messages, verdict):
    answers = [change for change in _changes(*messages) if change.name != "CCD1"]
    assert verdict_of(partial(stopped, MAIN, True), answers)[1] == verdict


# How far it is


def test_progress_begins_at_nothing():
    assert countdown(MAIN, 1.0, []) == Progress(0.0, "starting", 1.0)
    assert countdown(MAIN, 1.0, _changes(picture())) == Progress(0.0, "starting", 1.0)


def test_progress_counts_on_between_reports():
    changes = _changes(exposing(State.BUSY, 8.0), picture())
    changes[0].new.received = time.time() - 2
    fraction, detail, remaining = countdown(MAIN, 10.0, changes)
    assert fraction == pytest.approx(0.4, abs=0.05)
    assert detail == "exposing"
    assert remaining == pytest.approx(6, abs=0.5)


def test_progress_at_the_end():
    assert countdown(MAIN, 10.0, _changes(BUSY, READING_OUT)) == Progress(1.0, "reading out", 0.0)


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf")])
def test_progress_passes_over_nonsense(nonsense):
    changes = _changes(exposing(State.BUSY, 8.0), exposing(State.BUSY, nonsense))
    assert countdown(MAIN, 10.0, changes).remaining == pytest.approx(8, abs=0.5)
    assert countdown(MAIN, 10.0, changes[1:]) == Progress(0.0, "starting", 10.0)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(-1e6, 1e6))
def test_progress_is_a_fraction_whatever_the_driver_says(seconds, left, ago):
    changes = _changes(exposing(State.BUSY, left))
    changes[0].new.received = time.time() - ago
    assert 0 <= countdown(MAIN, seconds, changes).fraction <= 1
