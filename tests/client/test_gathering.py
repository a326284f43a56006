"""Several operations as one: how they end together, and what is told of it."""

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait

import pytest

import indinb
from indinb.client import gathering as room
from indinb.client.clock import forbid_waiting
from indinb.client.gathering import gather
from indinb.client.operation import ABORT_PATIENCE, Operation, Progress
from indinb.client.procedure import Procedure
from indinb.errors import Aborted, ConnectionLost, Failed, Refused
from indinb.protocol.vocabulary import State
from tests.client.fakes import SOON, TEMPERATURE, update
from tests.client.helpers import Slow, cool, interrupt, race, text_of


class Told(Operation):
    """An operation whose progress a test tells."""

    def __init__(self, label, *progress):
        super().__init__(label)
        self.told = Progress(*progress)

    @property
    def progress(self):
        return super().progress if self.done() else self.told


@pytest.fixture
def parts():
    """Return what dome, mount and wheel do."""
    return [Operation(label) for label in ("turn the dome", "slew", "turn the wheel")]


def notes(operation):
    return getattr(operation.exception(0), "__notes__", [])


def finish(parts, *results):
    for part, result in zip(parts, results, strict=True):
        part.succeed(result)


def test_it_is_public():
    assert indinb.gather is gather


# All goes well


def test_it_is_over_when_all_are(parts):
    together = gather(*parts)
    for part in reversed(parts):
        assert together.running()
        part.succeed(part.label)
    assert together.result(0) == ("turn the dome", "slew", "turn the wheel")
    assert together.wait() == together.result(0)


def test_what_is_over_already_counts(parts):
    finish(parts, 1, 2, 3)
    assert gather(*parts).result(0) == (1, 2, 3)


def test_nothing_at_all_is_over_at_once():
    assert gather().result(0) == ()
    assert gather().progress == Progress(1.0)


def test_one_operation_twice(parts):
    together = gather(parts[0], parts[0])
    parts[0].succeed("there")
    assert together.result(0) == ("there", "there")


def test_any_futures_and_operations_go_together(parts):
    procedure = Procedure("all", iter_of(parts[1]))
    with ThreadPoolExecutor(1) as pool:
        together = gather(parts[0], pool.submit(pow, 2, 5), procedure)
        finish(parts[:2], "dome", "mount")
        assert together.result(SOON) == ("dome", 32, "mount")


def iter_of(step):
    return (yield step)


def test_gatherings_may_be_gathered(parts):
    outer = gather(gather(*parts[:2]), parts[2])
    finish(parts, 1, 2, 3)
    assert outer.result(0) == ((1, 2), 3)


@pytest.mark.parametrize("thing", [None, "slew", [Operation("slew")], print])
def test_what_is_no_operation_is_refused(thing):
    with pytest.raises(TypeError, match="gather takes operations, as start_… returns them"):
        gather(Operation("slew"), thing)


def test_parts_that_end_on_many_threads(parts):
    for _ in range(50):
        parts = [Operation(str(number)) for number in range(3)]
        together = gather(*parts)
        race(*(lambda part=part: part.succeed(part.label) for part in parts))
        assert together.result(SOON) == ("0", "1", "2")


def test_it_says_what_it_is(parts):
    together = gather(*parts)
    parts[1].fail(Refused("slew: it is parked"))
    assert together.label == "turn the dome, slew and turn the wheel"
    assert together.parts == tuple(parts)
    assert together.summary().rows == [
        ["turn the dome", "aborted", "aborted"],
        ["slew", "failed", "it is parked"],
        ["turn the wheel", "aborted", "aborted"],
    ]


# One fails


def test_the_first_failure_aborts_the_others(parts):
    together = gather(*parts)
    parts[0].succeed("there")
    parts[1].fail(Refused("slew: it is parked"))
    assert together.exception(0) is parts[1].exception(0)
    assert parts[0].result(0) == "there"
    assert text_of(parts[2]) == "aborted"
    assert notes(together) == ["'slew' was the first to fail, of 3 operations together"]


def test_what_had_failed_before_aborts_the_others(parts):
    parts[2].fail(Failed("turn the wheel: it is stuck"))
    assert gather(*parts).exception(0) is parts[2].exception(0)
    assert [part.state for part in parts] == ["aborted", "aborted", "failed"]


def test_a_part_that_somebody_aborts_aborts_the_others(parts):
    together = gather(*parts)
    parts[1].abort()
    assert together.exception(0) is parts[1].exception(0)
    assert [part.state for part in parts] == ["aborted"] * 3


def test_the_others_are_waited_for(clock):
    slow, quick = Slow("slew"), Operation("turn")
    together = gather(slow, quick)
    quick.fail(Failed("turn: it is stuck"))
    assert together.running()
    slow.succeed("there")
    assert together.exception(0) is quick.exception(0)
    assert clock.pending == []


def test_the_others_are_not_waited_for_very_long(clock):
    slow, quick = Slow("slew"), Operation("turn")
    together = gather(slow, quick)
    quick.fail(Failed("turn: it is stuck"))
    clock.advance(ABORT_PATIENCE - 0.1)
    assert together.running()
    clock.advance(0.1)
    assert together.exception(0) is quick.exception(0)
    assert notes(together)[1:] == ["slew: it goes on"]
    slow.succeed("late")
    assert len(notes(together)) == 2


def test_other_failures_are_told_too():
    slews = [Slow("slew"), Slow("turn"), Slow("focus")]
    together = gather(*slews)
    slews[1].fail(Failed("turn: it is stuck", messages=["[ERROR] no power"]))
    assert all(slew._aborting for slew in slews if not slew.done())
    slews[2].fail(ConnectionLost("focus: the link broke"))
    slews[0].fail(Failed("slew: stopped"))
    error = together.exception(0)
    assert error.messages == ("[ERROR] no power",)
    assert notes(together) == [
        "'turn' was the first to fail, of 3 operations together",
        "focus: the link broke",
    ]


def test_an_instrument_that_goes_on_is_told(desk, clock):
    failing = Operation("turn")
    together = gather(cool(desk), failing)
    failing.fail(Failed("turn: it is stuck"))
    assert notes(together)[1:] == [
        "cool down: aborted; what was asked of the driver may go on",
    ]


def test_an_instrument_that_confirms_nothing_is_told(desk, clock):
    failing = Operation("turn")
    together = gather(cool(desk, abort=lambda: None), failing)
    failing.fail(Failed("turn: it is stuck"))
    clock.advance(ABORT_PATIENCE)
    assert "has not confirmed within 3 s" in notes(together)[1]


def test_the_driver_s_words_are_in_the_error(desk, clock):
    together = gather(cool(desk), Operation("turn"))
    desk.says("[ERROR] the cooler has no power")
    desk.say(update(TEMPERATURE, State.ALERT))
    assert together.exception(0).messages == ("[ERROR] the cooler has no power",)


def test_a_part_that_cannot_be_aborted_hinders_no_other(parts, caplog, clock):
    class Broken(Operation):
        def _stop(self):
            raise ZeroDivisionError

    together = gather(Broken("slew"), *parts[1:])
    parts[1].fail(Failed("slew: stuck"))
    assert parts[2].state == "aborted"
    assert "cannot be aborted" in caplog.text
    clock.advance(ABORT_PATIENCE)
    assert isinstance(together.exception(0), Failed)


def test_a_future_that_fails_has_a_number(parts):
    future = Future()
    together = gather(parts[0], future)
    future.set_exception(ZeroDivisionError("by zero"))
    assert together.exception(0) is future.exception(0)
    assert notes(together) == ["'number 2' was the first to fail, of 2 operations together"]
    assert parts[0].state == "aborted"


def test_a_future_that_has_not_begun_is_cancelled(parts):
    future = Future()
    together = gather(parts[0], future)
    parts[0].fail(Failed("stuck"))
    assert future.cancelled()
    assert isinstance(together.exception(0), Failed)
    assert len(notes(together)) == 1


def test_a_future_that_somebody_cancels_aborts_the_others(parts):
    future = Future()
    together = gather(parts[0], future)
    future.cancel()
    assert text_of_part(together) == "number 2: aborted, before it began"
    assert parts[0].state == "aborted"


def text_of_part(together):
    assert isinstance(together.exception(0), Aborted)
    return str(together.exception(0))


def test_failures_may_race(parts):
    for _ in range(50):
        parts = [Slow(str(number)) for number in range(3)]
        together = gather(*parts)
        race(*(lambda part=part: part.fail(Failed(f"{part.label}: stuck")) for part in parts))
        first = together.exception(SOON)
        assert first in [part.exception(0) for part in parts]
        assert f"{str(first)[0]!r} was the first to fail" in notes(together)[0]


# Abort


def test_abort_aborts_all(parts):
    together = gather(*parts)
    parts[0].succeed("there")
    together.abort()
    assert text_of(together) == "aborted"
    assert [part.state for part in parts] == ["done", "aborted", "aborted"]
    assert notes(together) == []


def test_abort_waits_until_all_have_stopped(clock):
    slow, quick = Slow("slew"), Operation("turn")
    together = gather(slow, quick)
    together.abort()
    assert together.running()
    slow.succeed("there")
    assert text_of(together) == "aborted"
    assert clock.pending == []


def test_abort_stops_each_once(clock):
    stops = []

    class Counted(Operation):
        def _stop(self):
            stops.append(self.label)
            if self.label == "turn":
                super()._stop()

    together = gather(Counted("turn"), Counted("slew"))
    together.abort()
    assert stops == ["turn", "slew"]


def test_abort_does_not_wait_for_ever(clock):
    together = gather(Slow("slew"), Operation("turn"))
    together.abort()
    clock.advance(ABORT_PATIENCE)
    assert text_of(together) == "aborted"
    assert notes(together) == ["slew: it goes on"]


def test_abort_twice_leaves_no_timer_behind(clock):
    slow = Slow("slew")
    together = gather(slow)
    together.abort()
    together.abort()
    slow.succeed("there")
    assert text_of(together) == "aborted"
    assert clock.pending == []


def test_abort_tells_which_instrument_goes_on(desk, clock):
    together = gather(cool(desk), Operation("turn"))
    together.abort()
    assert notes(together) == ["cool down: aborted; what was asked of the driver may go on"]


def test_abort_of_what_is_over_does_nothing(parts):
    finish(parts, 1, 2, 3)
    together = gather(*parts)
    together.abort()
    assert not together.cancel()
    assert together.result(0) == (1, 2, 3)


def test_ctrl_c_aborts_all(parts, monkeypatch):
    monkeypatch.setattr(room.Gathering, "_check_may_wait", interrupt)
    together = gather(*parts)
    with pytest.raises(KeyboardInterrupt, match="Aborted: turn the dome, slew and turn the wheel"):
        together.wait()
    assert [part.state for part in parts] == ["aborted"] * 3
    assert text_of(together) == "aborted"


def test_ctrl_c_tells_which_instrument_goes_on(desk, clock, monkeypatch):
    together = gather(cool(desk), Operation("turn"))
    monkeypatch.setattr(room.Gathering, "_check_may_wait", interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        together.wait()
    assert caught.value.__notes__ == ["cool down: aborted; what was asked of the driver may go on"]


def test_ctrl_c_while_they_are_gathered_aborts_all(parts, monkeypatch, impatient, clock):
    monkeypatch.setattr(room.Gathering, "_ended", interrupt)
    parts[0].succeed(None)
    with pytest.raises(KeyboardInterrupt):
        gather(*parts)
    assert [part.state for part in parts] == ["done", "aborted", "aborted"]


def test_an_observer_may_gather_but_not_wait(parts):
    outcome = []

    def observe():
        forbid_waiting()
        together = gather(*parts)
        try:
            together.wait()
        except RuntimeError as error:
            outcome.append(error)

    thread = threading.Thread(target=observe)
    thread.start()
    thread.join(SOON)
    assert len(outcome) == 1


# How far they are


def test_progress_is_the_mean_and_the_slowest():
    parts = [Told("slew", 0.5, "10°", 20.0), Told("turn", 0.25, "", 5.0), Told("focus")]
    together = gather(*parts)
    assert together.progress == Progress(0.25, "0 of 3 done", 20.0)
    parts[0].succeed(None)
    assert together.progress == Progress(pytest.approx(1.25 / 3), "1 of 3 done", 5.0)
    assert together.remaining == 5.0
    parts[1].succeed(None)
    assert together.progress == Progress(pytest.approx(2 / 3), "2 of 3 done", None)
    parts[2].succeed(None)
    assert together.progress == Progress(1.0)


def test_progress_of_which_nothing_is_known():
    assert gather(Told("slew"), Told("turn")).progress == Progress(None, "0 of 2 done")


# Wherever a Future does


def test_futures_wait_and_as_completed(parts):
    first, second = gather(parts[0]), gather(*parts[1:])
    parts[0].succeed(1)
    assert wait([first, second], timeout=0).done == {first}
    finish(parts[1:], 2, 3)
    assert {one.result() for one in as_completed([first, second], SOON)} == {(1,), (2, 3)}


def test_it_may_be_waited_for_in_threads(parts):
    together = gather(*parts)
    with ThreadPoolExecutor(2) as pool:
        waits = [pool.submit(together.wait), pool.submit(together.result, SOON)]
        finish(parts, 1, 2, 3)
        assert [one.result(SOON) for one in waits] == [(1, 2, 3)] * 2


def soon(parts):
    """Let operations end while the event loop runs."""
    for number, part in enumerate(parts):
        asyncio.get_running_loop().call_soon(part.succeed, number)


def test_await(parts):
    async def main():
        soon(parts)
        return await gather(*parts)

    assert asyncio.run(main()) == (0, 1, 2)


def test_asyncio_gather(parts):
    async def main():
        soon(parts)
        return await asyncio.gather(gather(*parts[:2]), parts[2])

    assert asyncio.run(main()) == [(0, 1), 2]


def test_asyncio_wait_for_aborts_all_when_its_time_is_up(parts):
    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(gather(*parts), 0.001)

    asyncio.run(main())
    assert [part.state for part in parts] == ["aborted"] * 3


async def follow(operation):
    return await operation


def test_task_group(parts):
    async def main():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(follow(one)) for one in (gather(*parts[:2]), parts[2])]
            soon(parts)
        return [task.result() for task in tasks]

    assert asyncio.run(main()) == [(0, 1), 2]


def test_a_task_group_aborts_all_when_another_task_fails(parts):
    async def fail():
        raise ZeroDivisionError

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(follow(gather(*parts)))
            group.create_task(fail())

    with pytest.raises(ExceptionGroup, match="unhandled errors"):
        asyncio.run(main())
    assert [part.state for part in parts] == ["aborted"] * 3


def test_asyncio_to_thread(parts):
    async def main():
        soon(parts)
        return await asyncio.to_thread(gather(*parts).wait)

    assert asyncio.run(main()) == (0, 1, 2)


def test_it_is_a_step_of_a_procedure(parts):
    procedure = Procedure("all", iter_of(gather(*parts)))
    assert procedure.progress.detail == "0 of 3 done"
    procedure.abort()
    assert [part.state for part in parts] == ["aborted"] * 3
    assert text_of(procedure) == "aborted"
