import asyncio
from functools import partial

import pytest

from indinb.client.operation import ABORT_PATIENCE, Progress
from indinb.errors import Aborted, NotWritable
from indinb.protocol.vocabulary import State
from tests.client.fakes import CCD, TEMPERATURE, Desk, update
from tests.client.helpers import COOL, cool, race, text_of


def test_abort_without_a_way_to_stop_the_instrument_ends_the_waiting(desk, clock):
    request = cool(desk)
    request.abort()
    assert text_of(request) == "aborted; what was asked of the driver may go on"
    assert desk.sent == [COOL]
    assert clock.pending == []


def test_abort_stops_the_instrument_and_waits_until_it_says_so(desk, clock):
    stops = []
    request = cool(desk, abort=lambda: stops.append(1))
    desk.say(update(TEMPERATURE, State.BUSY))
    request.abort()
    assert stops == [1]
    assert request.running()
    desk.say(update(TEMPERATURE, State.IDLE))
    clock.advance(0.5)
    assert isinstance(request.exception(0), Aborted)
    assert clock.pending == []


@pytest.mark.parametrize("state", [State.OK, State.ALERT, State.IDLE])
def test_an_aborted_request_is_aborted_whatever_the_driver_makes_of_it(desk, clock, state):
    request = cool(desk, abort=lambda: desk.say(update(TEMPERATURE, state)))
    request.abort()
    clock.advance(0.5)
    assert text_of(request) == "aborted"


def test_abort_does_not_wait_for_ever(desk, clock):
    request = cool(desk, abort=lambda: None, timeout=1000)
    request.abort()
    clock.advance(ABORT_PATIENCE - 0.1)
    assert request.running()
    clock.advance(0.1)
    assert isinstance(request.exception(0), Aborted)


def test_what_the_driver_said_of_an_abort_is_told(desk, clock):
    request = cool(desk, abort=lambda: desk.says("[ERROR] the motor is stuck"))
    request.abort()
    desk.say(update(TEMPERATURE, State.ALERT))
    clock.advance(0.5)
    assert request.exception(0).messages == ("[ERROR] the motor is stuck",)
    assert text_of(request) == "aborted; the driver said '[ERROR] the motor is stuck'"


def test_what_the_driver_said_instead_of_stopping_is_told(desk, clock):
    request = cool(desk, abort=lambda: None)
    request.abort()
    clock.advance(ABORT_PATIENCE - 1)
    desk.says("[ERROR] the motor is stuck")
    clock.advance(1)
    assert text_of(request).endswith(
        "has not confirmed within 3 s that it stopped; the driver said '[ERROR] the motor is stuck'"
    )


def test_abort_of_a_request_that_is_over_leaves_the_instrument_alone(desk, clock):
    request = cool(desk, abort=lambda: pytest.fail("stopped"))
    desk.say(update(TEMPERATURE, State.OK))
    request.abort()
    assert not request.cancel()
    assert request.result(0) == 20.0


def test_abort_that_cannot_be_sent_ends_the_waiting_and_says_so(desk, clock):
    def refuse():
        raise NotWritable("read-only")

    request = cool(desk, abort=refuse)
    request.abort()
    with pytest.raises(Aborted, match="the instrument goes on: read-only"):
        request.result(0)
    assert clock.pending == []


def test_abort_may_race_with_the_answer():
    for _ in range(100):
        desk = Desk(TEMPERATURE)
        request = cool(desk, abort=lambda: None)
        race(partial(desk.say, update(TEMPERATURE, State.OK)), request.abort)
        assert request.done() or request._aborting
        desk.say(update(TEMPERATURE, State.OK))
        assert isinstance(request.exception(0), Aborted) or request.result(0) == 20.0
        assert desk.observers.interested(CCD, None) == ()


def test_progress_is_measured_while_it_runs(desk, clock):
    def measure(changes):
        return Progress(len(changes) / 10, "cooling")

    request = cool(desk, progress=measure)
    assert request.progress == Progress(0.0, "cooling")
    desk.say(update(TEMPERATURE, State.BUSY))
    assert request.progress == Progress(0.1, "cooling")
    desk.say(update(TEMPERATURE, State.OK))
    assert request.progress == Progress(1.0, "")


def test_progress_without_a_measure_is_unknown(desk, clock):
    assert cool(desk).progress == Progress(None, "")


def test_cancelled_task_stops_the_instrument(desk, clock):
    async def main():
        request = cool(desk, abort=lambda: desk.say(update(TEMPERATURE, State.IDLE)))
        desk.say(update(TEMPERATURE, State.BUSY))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(request, 0.001)
        return request

    request = asyncio.run(main())
    clock.advance(1)
    assert isinstance(request.exception(0), Aborted)
