import gc
import itertools
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client.arrivals import arrived
from indinb.client.history import FORMATS_KEPT, History
from indinb.client.model import Model
from indinb.client.observers import Change
from indinb.client.rules import Done, at_rest, settled
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import Permission, State
from tests.client.fakes import (
    ABORT,
    CCD,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    OPTIONS,
    TEMPERATURE,
    define,
    texts,
    update,
    vector,
)
from tests.client.helpers import cool, text_of
from tests.histories import changes_of, compacted, same_verdicts

IDLE, OK, BUSY, ALERT = State.IDLE, State.OK, State.BUSY, State.ALERT
MOST = 2 * (4 + 1) * 4  # changes of a property: the first and last of each step


def picture(format=".fits", state=OK, **more):
    """Return a report of a picture."""
    return update(IMAGE, state, CCD1=Blob(memoryview(b"pixels"), format, 6), **more)


def kept(*messages, known=(TEMPERATURE, FRAME, IMAGE)):
    """Return the positions of the changes that are kept of those that messages bring."""
    changes = changes_of(known, *messages)
    numbered = [change._replace(owner=number) for number, change in enumerate(changes)]
    return [change.owner for change in compacted(numbered)]


def temperatures(*states):
    return [update(TEMPERATURE, state) for state in states]


# What is kept


def test_nothing_is_kept_of_nothing():
    assert History().changes == ()


def test_all_is_kept_that_differs():
    assert kept(*temperatures(OK, BUSY, ALERT, IDLE)) == [0, 1, 2, 3]


def test_of_a_state_that_lasts_the_first_and_the_last_change_are_kept():
    assert kept(*temperatures(*[BUSY] * 10)) == [0, 1, 9]
    assert kept(*temperatures(*[BUSY] * 10, *[OK] * 10)) == [0, 1, 9, 10, 11, 19]


def test_of_states_that_come_again_and_again_the_first_and_the_last_are_kept():
    assert kept(*temperatures(*[BUSY, OK] * 10)) == [0, 1, 2, 18, 19]


def test_properties_do_not_matter_to_each_other():
    messages = [update(of, BUSY) for of in (TEMPERATURE, FRAME) * 5]
    assert kept(*messages) == [0, 1, 2, 3, 8, 9]


def test_the_order_is_kept():
    positions = kept(*temperatures(*[BUSY, OK, IDLE, OK, OK] * 5))
    assert positions == sorted(positions)


def test_a_definition_that_comes_while_it_is_asked_is_kept():
    (change,) = [one for one in changes_of([], TEMPERATURE) if one.new]
    assert compacted([change]) == (change,)


def test_the_newest_picture_is_kept_though_reports_repeat_it():
    repeats = [update(IMAGE, OK) for _ in range(5)]
    assert kept(picture(), picture(), picture(), *repeats) == [0, 1, 2, 7]


def test_the_newest_picture_of_each_format_is_kept():
    jpegs = [picture(".jpg") for _ in range(5)]
    assert kept(*jpegs, picture(), *jpegs, picture(), *jpegs) == [0, 1, 11, 16]


def test_video_is_not_kept():
    video = [picture(".stream") for _ in range(5)]
    assert kept(picture(), *video, *video) == [0, 1, 10]
    changes = compacted(changes_of([IMAGE], *video, picture(), *video))
    assert [change.new["CCD1"] and change.new["CCD1"].format for change in changes] == [
        None,
        None,
        ".fits",
        None,
    ]


def test_what_is_kept_brings_the_same_blobs_and_holds_no_others():
    changes = changes_of([IMAGE], picture(state=BUSY), update(IMAGE, OK), picture(), picture())
    first, *rest, last = compacted(changes)
    assert arrived(last)["CCD1"] is changes[-1].new["CCD1"]
    assert [arrived(change) for change in (first, *rest)] == [{}] * 3
    assert [change.old["CCD1"] for change in (first, *rest, last)] == [None] * 4
    assert [change.new["CCD1"] for change in (first, *rest)] == [None] * 3
    assert last.new.received == changes[-1].new.received
    assert [change.new.state for change in (first, *rest, last)] == [BUSY, OK, OK, OK]


def test_the_newest_picture_of_each_member_is_kept():
    both = define(IMAGE.kind, "CCD1", *IMAGE.members, IMAGE.members[0]._replace(name="PREVIEW"))
    preview = update(IMAGE, OK, PREVIEW=Blob(memoryview(b"small"), ".fits", 5))
    messages = [picture(), picture(), picture(), preview, *[update(IMAGE, OK)] * 3]
    assert kept(*messages, known=[both]) == [0, 1, 2, 3, 6]


def test_what_is_published_is_not_changed():
    history = History()
    for change in changes_of([TEMPERATURE], *temperatures(BUSY, BUSY, BUSY)):
        before = history.changes
        copy = tuple(before)
        history.add(change)
        assert before == copy
        assert isinstance(history.changes, tuple)


# The bound


@given(st.lists(st.sampled_from([*State, None]), max_size=300))
def test_the_number_is_bounded_whatever_the_states(states):
    changes = changes_of([TEMPERATURE], *temperatures(*states))
    assert len(compacted(changes)) <= min(len(changes), MOST)


def test_a_long_operation_holds_few_changes():
    history = History()
    for change in changes_of([TEMPERATURE], *temperatures(*[BUSY, *[OK] * 99] * 100)):
        history.add(change)
    assert len(history.changes) == 7


def test_formats_without_end_are_bounded():
    changes = changes_of([IMAGE], *(picture(f".{number}") for number in range(100)))
    assert len(compacted(changes)) <= FORMATS_KEPT + 4
    assert compacted(changes)[-1].new["CCD1"] is changes[-1].new["CCD1"]


class Pixels(bytearray):
    """Bytes of which one can see whether they are still held."""


STEPS = [state for step in itertools.product(State, State) for state in step] * 3
WORK = [BUSY, OK, OK, BUSY, BUSY, OK] * 20


@pytest.mark.parametrize("format", [".fits", ".stream"])
@pytest.mark.parametrize("states", [[OK] * 50, WORK, STEPS])
def test_pictures_that_were_replaced_are_let_go(states, format):
    model, history, held = Model(), History(), []
    model.apply(IMAGE)
    for state in states:
        pixels = Pixels(b"pixels")
        held.append(weakref.ref(pixels))
        report = update(IMAGE, state, CCD1=Blob(memoryview(pixels), format, 6))
        (delta,) = model.apply(report)
        history.add(Change("updated", None, delta.name, delta.old, delta.new))
    del pixels, report, delta
    gc.collect()
    assert sum(ref() is not None for ref in held) == 1  # which the model holds, too


# Verdicts: the same as of all changes


STATES = st.sampled_from([*State, None])
NUMBERS = st.sampled_from([-10.0, 20.0, 5.0])
REPORTS = st.lists(st.tuples(STATES, NUMBERS), max_size=40)
SWITCHED = st.lists(st.tuples(STATES, st.booleans()), max_size=40)


@given(REPORTS)
def test_numbers_are_settled_as_before(reports):
    messages = [update(TEMPERATURE, state, CCD_TEMPERATURE_VALUE=n) for state, n in reports]
    definition = vector(TEMPERATURE).definition
    same_verdicts(
        lambda changes: settled(definition, {"CCD_TEMPERATURE_VALUE": -10.0}, changes),
        changes_of([TEMPERATURE], *messages),
    )


@given(SWITCHED, st.sampled_from([ABORT, FRAME_TYPE, OPTIONS]))
def test_switches_are_settled_and_at_rest_as_before(reports, of):
    first = of.members[0].name
    changes = changes_of([of], *(update(of, state, **{first: on}) for state, on in reports))
    definition = vector(of).definition
    same_verdicts(lambda changes: settled(definition, {first: True}, changes), changes)
    same_verdicts(lambda changes: at_rest({first: True}, changes), changes)


@given(st.lists(STATES, max_size=40), st.sampled_from([Permission.WRITE_ONLY, "rw"]))
def test_texts_are_settled_as_before(states, permission):
    of = texts("NAME", {"X": "a"}, permission=Permission(permission))
    definition = vector(of).definition
    changes = changes_of([of], *(update(of, state) for state in states))
    same_verdicts(lambda changes: settled(definition, {"X": "b"}, changes), changes)


@given(st.lists(STATES, max_size=40))
def test_uploads_are_settled_as_before(states):
    definition = vector(IMAGE).definition
    changes = changes_of([IMAGE], *(picture(state=state) for state in states))
    same_verdicts(lambda changes: settled(definition, {"CCD1": None}, changes), changes)


# In a request


def test_a_request_s_rule_sees_what_is_kept(desk, clock):
    seen = []
    cool(desk, rule=lambda changes: seen.append(len(changes)))
    desk.say(*temperatures(*[BUSY] * 1000))
    assert max(seen) == 3
    assert len(seen) == 1000


def test_a_request_remembers_few_words(desk, clock):
    request = cool(desk)
    for number in range(1000):
        desk.says(f"[WARNING] {number}")
    assert len(request._said) == 3
    desk.say(update(TEMPERATURE, ALERT))
    assert text_of(request).endswith("; the driver said '[WARNING] 999'")


@pytest.mark.parametrize("state", [OK, ALERT])
def test_a_request_that_is_over_holds_no_pictures(desk, clock, state):
    desk.say(IMAGE)

    def rule(changes):
        return Done() if changes[-1].name == TEMPERATURE.name else None

    request = cool(desk, rule, watch=["CCD1"])
    desk.say(picture(), update(TEMPERATURE, state))
    clock.advance(1)
    assert request.done()
    assert request._history.changes == ()
    assert desk.observers.interested(CCD, None) == ()
