import pytest

from indinb.client.quiet import QUIET, Quiet
from indinb.errors import Aborted, ConnectionLost
from indinb.protocol.vocabulary import State
from tests.client.fakes import (
    CCD,
    FRAME,
    FRAME_TYPE,
    MOUNT,
    RADEC,
    SOON,
    TEMPERATURE,
    Desk,
    delete,
    update,
)

NEARLY = 0.9 * QUIET
LIMIT = 2.0


@pytest.fixture
def desk():
    return Desk()


def quiet(desk, device=None, only_after_first=False):
    return Quiet(desk.observers, device, LIMIT, only_after_first)


def test_done_when_nothing_has_been_defined_for_a_while(desk, clock):
    operation = quiet(desk)
    clock.advance(NEARLY)
    assert operation.running()
    clock.advance(QUIET - NEARLY)
    assert operation.result(0) is None


def test_each_definition_starts_the_time_again(desk, clock):
    operation = quiet(desk)
    for definition in (TEMPERATURE, FRAME, FRAME_TYPE, RADEC):
        clock.advance(NEARLY)
        desk.say(definition)
    clock.advance(NEARLY)
    assert operation.running()
    clock.advance(QUIET)
    assert operation.done()


def test_only_definitions_of_something_new_count(desk, clock):
    desk.say(TEMPERATURE, FRAME)
    operation = quiet(desk)
    for _ in range(3):
        clock.advance(QUIET / 4)
        desk.say(update(TEMPERATURE, State.BUSY), TEMPERATURE, delete(FRAME))
        desk.says("[INFO] working")
    clock.advance(QUIET / 4)
    assert operation.done()


def test_a_server_that_is_never_quiet_is_waited_for_no_longer_than_the_limit(desk, clock):
    operation = quiet(desk)
    while clock.now < LIMIT - NEARLY:
        clock.advance(NEARLY)
        assert operation.running()
        desk.say(FRAME, delete(FRAME))
    clock.advance(LIMIT - clock.now)
    assert operation.result(0) is None


def test_time_may_begin_to_count_with_the_first_definition(desk, clock):
    operation = quiet(desk, only_after_first=True)
    clock.advance(3 * QUIET)
    assert operation.running()
    desk.say(TEMPERATURE)
    clock.advance(QUIET)
    assert operation.done()


def test_a_server_that_defines_nothing_is_waited_for_no_longer_than_the_limit(desk, clock):
    operation = quiet(desk, only_after_first=True)
    clock.advance(LIMIT - 0.01)
    assert operation.running()
    clock.advance(0.01)
    assert operation.result(0) is None


def test_definitions_of_other_devices_may_be_left_out(desk, clock):
    operation = quiet(desk, device=CCD)
    clock.advance(NEARLY)
    desk.say(RADEC)
    clock.advance(QUIET - NEARLY)
    assert operation.done()
    operation = quiet(desk, device=MOUNT, only_after_first=True)
    desk.say(TEMPERATURE)
    clock.advance(QUIET)
    assert operation.running()


@pytest.mark.parametrize(
    "end",
    [
        lambda operation, clock: clock.advance(LIMIT),
        lambda operation, clock: operation.fail(ConnectionLost("gone")),
        lambda operation, clock: operation.abort(),
    ],
    ids=["done", "lost", "aborted"],
)
def test_nothing_is_left_when_it_is_over(desk, clock, end):
    operation = quiet(desk)
    desk.say(TEMPERATURE, FRAME)
    end(operation, clock)
    assert operation.done()
    assert clock.pending == []
    assert desk.observers.interested(None, None) == ()
    desk.say(RADEC)
    assert clock.pending == []


def test_abort_ends_the_waiting(desk, clock):
    operation = quiet(desk)
    operation.abort()
    assert isinstance(operation.exception(0), Aborted)


def test_it_works_with_the_real_clock(desk):
    operation = quiet(desk)
    desk.say(TEMPERATURE)
    assert operation.result(SOON) is None
