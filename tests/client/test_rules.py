import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client.model import Model
from indinb.client.observers import Change
from indinb.client.rules import Done, at_rest, holds, settled
from indinb.errors import Aborted, Failed, OperationError, Refused
from indinb.protocol.messages import Blob, New
from indinb.protocol.vocabulary import Permission, State, SwitchRule
from tests import captures
from tests.client.fakes import (
    ABORT,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    MOTION,
    OPTIONS,
    TEMPERATURE,
    numbers,
    switches,
    texts,
    update,
    vector,
)

IDLE, OK, BUSY, ALERT = State.IDLE, State.OK, State.BUSY, State.ALERT

COLD = {"CCD_TEMPERATURE_VALUE": -10.0}
WARM = {"CCD_TEMPERATURE_VALUE": 20.0}
COOLER = {"CCD_TEMPERATURE_VALUE": 5.0}
DARK = {"FRAME_LIGHT": False, "FRAME_DARK": True}
LIGHT = {"FRAME_LIGHT": True, "FRAME_DARK": False}


def judge(definition, asked, *reports):
    """Let a driver report states and values; return the rule's verdicts, one after each."""
    model, changes, verdicts = Model(), [], []
    model.apply(definition)
    for state, values in reports:
        (delta,) = model.apply(update(definition, state, **values))
        changes.append(Change("updated", None, definition.name, delta.old, delta.new))
        verdicts.append(settled(vector(definition).definition, asked, changes))
    return verdicts


def last(definition, asked, *reports):
    """Return the kind of the last verdict."""
    verdict = judge(definition, asked, *reports)[-1]
    return None if verdict is None else type(verdict)


def test_nothing_is_decided_before_the_driver_says_something():
    assert settled(vector(TEMPERATURE).definition, COLD, []) is None


# Numbers and texts


@pytest.mark.parametrize(
    ("reports", "verdict"),
    [
        ([(OK, COLD)], Done),
        ([(OK, WARM)], None),
        ([(OK, WARM), (OK, COLD)], Done),
        ([(BUSY, WARM)], None),
        ([(BUSY, COLD)], None),
        ([(BUSY, WARM), (BUSY, COLD), (OK, COLD)], Done),
        ([(BUSY, WARM), (OK, COOLER)], Done),
        ([(OK, WARM), (BUSY, WARM), (OK, COLD)], Done),
        ([(BUSY, WARM), (IDLE, COOLER)], Aborted),
        ([(BUSY, WARM), (IDLE, COLD)], Aborted),
        ([(IDLE, WARM)], Refused),
        ([(IDLE, COLD)], Done),
        ([(IDLE, WARM), (BUSY, WARM)], None),
        ([(IDLE, WARM), (BUSY, WARM), (OK, COLD)], Done),
        ([(ALERT, WARM)], Failed),
        ([(ALERT, COLD)], Failed),
        ([(BUSY, WARM), (ALERT, COOLER)], Failed),
    ],
)
def test_numbers(reports, verdict):
    assert last(TEMPERATURE, COLD, *reports) is verdict


def test_the_ok_of_another_command_after_an_alert_is_not_success():
    verdicts = judge(TEMPERATURE, COLD, (BUSY, WARM), (ALERT, WARM), (OK, WARM))
    assert isinstance(verdicts[1], Failed)
    assert not isinstance(verdicts[2], Done)


@pytest.mark.parametrize(
    ("reports", "verdict"),
    [
        ([(OK, {"SLOT_1": "Blue"})], Done),
        ([(OK, {"SLOT_1": "Red"})], None),
        ([(OK, {"SLOT_1": "  Blue\n"})], Done),
        ([(BUSY, {"SLOT_1": "Blue"}), (OK, {})], Done),
        ([(IDLE, {"SLOT_1": "Red"})], Refused),
        ([(ALERT, {})], Failed),
    ],
)
def test_texts(reports, verdict):
    definition = texts("FILTER_NAME", {"SLOT_1": "Red", "SLOT_2": "Green"})
    assert last(definition, {"SLOT_1": "Blue"}, *reports) is verdict


def test_only_the_members_asked_for_matter():
    assert last(FRAME, {"X": 5.0}, (OK, {"X": 5.0, "WIDTH": 17.0})) is Done


def test_all_members_asked_for_matter():
    assert last(FRAME, {"X": 5.0, "Y": 6.0}, (OK, {"X": 5.0})) is None
    assert last(FRAME, {"X": 5.0, "Y": 6.0}, (OK, {"X": 5.0}), (OK, {"Y": 6.0})) is Done


@pytest.mark.parametrize("state", [OK, IDLE])
def test_what_cannot_be_read_is_done_when_the_driver_says_so(state):
    header = texts("FITS_HEADER", {"NAME": ""}, permission=Permission.WRITE_ONLY)
    guide = numbers("GUIDE", {"MS": 0.0}, permission=Permission.WRITE_ONLY)
    assert last(header, {"NAME": "OBJECT"}, (state, {})) is Done
    assert last(guide, {"MS": 100.0}, (BUSY, {})) is None
    assert last(guide, {"MS": 100.0}, (ALERT, {})) is Failed


def test_an_upload_is_done_when_the_driver_says_so():
    asked = {"CCD1": Blob(memoryview(b"flat"), ".fits", 4)}
    assert last(IMAGE, asked, (OK, {})) is Done
    assert last(IMAGE, asked, (BUSY, {})) is None
    assert last(IMAGE, asked, (BUSY, {}), (OK, {})) is Done
    assert last(IMAGE, asked, (ALERT, {})) is Failed


# Switches


@pytest.mark.parametrize("state", [IDLE, OK, BUSY])
def test_a_switch_is_set_when_it_holds_whatever_the_state(state):
    assert last(FRAME_TYPE, {"FRAME_DARK": True}, (state, DARK)) is Done


@pytest.mark.parametrize(
    ("reports", "verdict"),
    [
        ([(OK, LIGHT)], None),
        ([(BUSY, LIGHT)], None),
        ([(BUSY, LIGHT), (OK, DARK)], Done),
        ([(IDLE, LIGHT)], Refused),
        ([(ALERT, LIGHT)], Failed),
        ([(ALERT, DARK)], Failed),
    ],
)
def test_switches_that_stay(reports, verdict):
    assert last(FRAME_TYPE, {"FRAME_DARK": True}, *reports) is verdict


ONLY = switches("CCD_FRAME_RESET", {"RESET": False})
HIDDEN = switches("SYNC", {"A": False, "B": False}, permission=Permission.WRITE_ONLY)


@pytest.mark.parametrize(
    ("definition", "asked"),
    [(ABORT, "ABORT"), (MOTION, "NORTH"), (ONLY, "RESET"), (HIDDEN, "A")],
    ids=["push button", "at most one", "only member of one of many", "write-only"],
)
def test_switches_that_may_spring_back(definition, asked):
    assert last(definition, {asked: True}, (OK, {asked: False})) is Done
    assert last(definition, {asked: True}, (BUSY, {asked: True})) is Done
    assert last(definition, {asked: True}, (BUSY, {asked: False})) is None
    assert last(definition, {asked: True}, (IDLE, {asked: False})) is Refused
    assert last(definition, {asked: True}, (ALERT, {asked: False})) is Failed


def test_of_any_of_many_those_asked_for_have_to_hold():
    assert last(OPTIONS, {"A": False, "B": True}, (OK, {"A": False})) is None
    assert last(OPTIONS, {"A": False, "B": True}, (OK, {"A": False, "B": True})) is Done
    assert last(OPTIONS, {"A": False}, (OK, {"A": False, "C": True})) is Done


# As near as drivers store it


@pytest.mark.parametrize(
    ("asked", "value", "same"),
    [
        (0.2, 0.20000000298023224, True),
        (0.0, 1e-7, True),
        (20000.0, 20000.01, True),
        (1.0, 1.001, False),
        (20.0, float("nan"), False),
        ("Red", "Red", True),
        ("Red ", "Red", True),
        ("Red", "red", False),
        (True, True, True),
        (True, False, False),
        (1.0, None, False),
    ],
)
def test_holds(asked, value, same):
    assert holds({"X": asked}, {"X": value}) is same


def test_a_member_that_is_not_there_does_not_hold():
    assert not holds({"X": 1.0}, vector(TEMPERATURE))


# Whatever drivers do

REPORTS = st.lists(
    st.tuples(st.sampled_from(State), st.sampled_from([COLD, WARM, COOLER, {}])), min_size=1
)


@given(REPORTS)
def test_there_is_a_verdict_or_none_and_it_says_what_was_wrong(reports):
    for verdict in judge(TEMPERATURE, COLD, *reports):
        assert verdict is None or isinstance(verdict, Done | OperationError)
        assert not isinstance(verdict, OperationError) or str(verdict)


@given(REPORTS)
def test_success_needs_ok_or_the_values_asked_for(reports):
    if last(TEMPERATURE, COLD, *reports) is Done:
        values = dict(WARM)
        for _, changed in reports:
            values |= changed
        assert reports[-1][0] is OK or values == COLD


@given(REPORTS, st.integers(1, 3))
def test_polls_that_were_under_way_do_not_matter(reports, polls):
    stale = [(OK, WARM)] * polls
    assert last(TEMPERATURE, COLD, *stale, *reports) is last(TEMPERATURE, COLD, *reports)


@given(REPORTS)
def test_an_alert_is_a_failure_whatever_was_before(reports):
    assert last(TEMPERATURE, COLD, *reports, (ALERT, {})) is Failed


@given(st.sampled_from(SwitchRule), REPORTS)
def test_switches_get_a_verdict_under_every_rule(rule, reports):
    definition = switches("S", {"A": False, "B": True}, rule)
    told = [(state, {"A": bool(values)}) for state, values in reports]
    for verdict in judge(definition, {"A": True}, *told):
        assert verdict is None or isinstance(verdict, Done | OperationError)


# Real sessions


def verdicts(session, *drivers):
    """Replay a session; return the property, the values, and the first verdict of each request."""
    version = session.split("/")[0]
    model = Model()
    for driver in drivers:
        for definition in captures.read(captures.capture(f"{version}/{driver}.xml")):
            model.apply(definition)
    requests = []
    for step in captures.session(session):
        for message in captures.read(step.data, eof=False):
            if step.direction == "sent" and isinstance(message, New):
                requests.append((message, [], []))
            for delta in model.apply(message):
                if delta.type == "updated":
                    hear(requests, delta)
    return [
        (message.name, tuple(message.values.values()), next(iter(found), None))
        for message, _, found in requests
    ]


def hear(requests, delta):
    """Give a change to the newest request of its property."""
    for message, changes, found in reversed(requests):
        if (message.device, message.name) == (delta.device, delta.name):
            changes.append(Change("updated", None, delta.name, delta.old, delta.new))
            verdict = settled(delta.new.definition, message.values, changes)
            if verdict is not None:
                found.append(type(verdict))
            return


SESSIONS = {
    ("indi-1.9.9/filter_change", "wheel"): [
        ("FILTER_SLOT", (5.0,), Done),
        ("FILTER_SLOT", (5.0,), Done),
        ("FILTER_SLOT", (99.0,), Failed),
        ("FILTER_SLOT", (1.0,), Done),
    ],
    ("indi-2.2.4/filter_change", "wheel"): [
        ("FILTER_SLOT", (5.0,), Done),
        ("FILTER_SLOT", (5.0,), None),  # the next request came before its answer
        ("FILTER_SLOT", (99.0,), Failed),
        ("FILTER_SLOT", (1.0,), Done),
    ],
    ("indi-1.9.9/focus_abs", "focus"): [
        ("ABS_FOCUS_POSITION", (20000.0,), Done),  # blocked for 3 s, then Ok at once
        ("ABS_FOCUS_POSITION", (20000.0,), Done),  # is there already
        ("ABS_FOCUS_POSITION", (999999.0,), Failed),
    ],
    ("indi-1.9.9/temperature", "ccd"): [
        ("CCD_TEMPERATURE", (-5.0,), None),  # still Busy when the session ends
        ("CCD_COOLER", (True,), Done),  # set, with state Idle
    ],
    ("indi-1.9.9/exposure_bin_frame", "ccd"): [
        ("CCD_BINNING", (2.0, 2.0), Done),  # set, with state Idle, then Ok
        ("CCD_FRAME", (100.0, 100.0, 200.0, 100.0), Done),
        ("CCD_EXPOSURE", (0.2,), Done),
        ("CCD_FRAME_RESET", (True,), Done),
        ("CCD_BINNING", (1.0, 1.0), Done),
    ],
    ("indi-1.9.9/disconnect", "ccd"): [("CONNECTION", (True,), Done)],
    ("indi-1.9.9/rotator", "rotator"): [
        ("ABS_ROTATOR_ANGLE", (30.0,), Done),
        ("SYNC_ROTATOR_ANGLE", (10.0,), Done),
        ("ABS_ROTATOR_ANGLE", (90.0,), Done),  # aborted, but the driver says Ok
        ("ROTATOR_ABORT_MOTION", (True,), Done),
    ],
}


@pytest.mark.parametrize(("session", "expected"), SESSIONS.items(), ids=lambda s: s[0])
def test_sessions_with_real_servers(session, expected):
    name, driver = session
    assert verdicts(name, driver)[: len(expected)] == expected


def test_real_drivers_fail_bad_values_or_are_silent():
    found = verdicts("indi-1.9.9/exposure_badvalue", "ccd")
    assert found[:2] == [("CCD_EXPOSURE", (-1.0,), Failed), ("CCD_EXPOSURE", (99999.0,), Failed)]
    assert ("NO_SUCH", (1.0,), None) in found
    assert ("CCD_BINNING", (9.0, 9.0), Failed) in found
    assert ("CCD_BINNING", (2.0,), Failed) in found


# Switches that are thrown for good


@pytest.mark.parametrize(
    ("reports", "verdict"),
    [
        ([], None),
        ([(BUSY, DARK)], None),
        ([(BUSY, LIGHT), (OK, DARK)], Done),
        ([(IDLE, DARK)], Done),
        ([(BUSY, DARK), (ALERT, DARK)], Failed),
        ([(BUSY, DARK), (IDLE, LIGHT)], Refused),
    ],
)
def test_a_switch_at_rest(reports, verdict):
    model, changes = Model(), []
    model.apply(FRAME_TYPE)
    for state, values in reports:
        (delta,) = model.apply(update(FRAME_TYPE, state, **values))
        changes.append(Change("updated", None, FRAME_TYPE.name, delta.old, delta.new))
    found = at_rest({"FRAME_DARK": True}, changes)
    assert found is None if verdict is None else isinstance(found, verdict)
