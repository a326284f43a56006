import asyncio
import contextlib
import threading
import weakref
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from functools import partial

import pytest

from indinb import display
from indinb.client import operation as room
from indinb.client.clock import forbid_waiting
from indinb.client.operation import Operation, Progress
from indinb.errors import Aborted, Failed, Refused
from tests.client.fakes import SOON
from tests.client.helpers import Slow, interrupt, race, text_of


def on_reader_thread(function):
    """Call on a thread that is marked as a reader; return the result, or what was raised."""
    outcome = []

    def run():
        forbid_waiting()
        try:
            outcome.append(function())
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run, name="fake-reader", daemon=True)
    thread.start()
    thread.join(SOON)
    assert outcome, "it waits for ever"
    return outcome[0]


# An operation is a future


def test_it_runs_from_birth():
    slew = Operation("slew")
    assert isinstance(slew, Future)
    assert slew.running()
    assert not slew.done()
    assert not slew.cancelled()


def test_it_succeeds_once():
    slew = Operation("slew")
    slew.succeed(1)
    slew.succeed(2)
    slew.fail(Failed("late"))
    assert slew.result() == 1
    assert slew.exception() is None
    assert slew.done()


def test_it_fails_once():
    slew = Operation("slew")
    slew.fail(Failed("stuck"))
    slew.fail(Failed("late"))
    slew.succeed(1)
    with pytest.raises(Failed, match="stuck"):
        slew.result()
    assert str(slew.exception()) == "stuck"


def test_result_that_does_not_come_in_time_leaves_it_running():
    slew = Operation("slew")
    with pytest.raises(TimeoutError):
        slew.result(0.001)
    with pytest.raises(TimeoutError):
        slew.exception(0)
    assert slew.running()
    slew.succeed("there")
    assert slew.result(0) == "there"


def test_futures_wait():
    first, second = Operation("first"), Operation("second")
    first.succeed(1)
    done, pending = wait([first, second], timeout=0)
    assert (done, pending) == ({first}, {second})
    with ThreadPoolExecutor(1) as pool:
        pool.submit(second.succeed, 2)
        done, pending = wait([second], timeout=SOON, return_when=FIRST_COMPLETED)
    assert (done, pending) == ({second}, set())


def test_futures_as_completed():
    operations = [Operation(str(number)) for number in range(3)]
    with ThreadPoolExecutor(1) as pool:
        for number in (2, 0, 1):
            pool.submit(operations[number].succeed, number)
        assert sorted(f.result() for f in as_completed(operations, timeout=SOON)) == [0, 1, 2]


def test_done_callbacks_are_called_with_it():
    slew, called = Operation("slew"), []
    slew.add_done_callback(called.append)
    slew.succeed(None)
    slew.add_done_callback(called.append)
    assert called == [slew, slew]


def test_progress_is_unknown_and_then_whole():
    slew = Operation("slew")
    assert slew.progress == Progress(None, "")
    slew.succeed(None)
    assert slew.progress == Progress(1.0, "")


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (lambda o: None, "running"),
        (lambda o: o.succeed(1), "done"),
        (lambda o: o.fail(Refused("no")), "Refused"),
        (lambda o: o.abort(), "Aborted"),
    ],
)
def test_it_says_how_it_is(end, words):
    slew = Operation("slew to <M31>")
    end(slew)
    assert repr(slew) == f"<Operation slew to <M31>: {words}>"
    assert slew.summary() == ("slew to <M31>", ["state"], [[words]])
    assert "slew to &lt;M31&gt;" in display.static(slew)["text/html"]


@pytest.mark.parametrize(
    ("end", "state", "trouble"),
    [
        (lambda o: None, "running", ""),
        (lambda o: o.succeed(1), "done", ""),
        (lambda o: o.fail(Refused("slew: it is parked")), "failed", "it is parked"),
        (lambda o: o.fail(ValueError("\x1b[31m")), "failed", r"\x1b[31m"),
        (lambda o: o.fail(ValueError()), "failed", "ValueError"),
        (lambda o: o.abort(), "aborted", "aborted"),
    ],
)
def test_how_it_is_can_be_read_by_programs(end, state, trouble):
    slew = Operation("slew")
    end(slew)
    assert (slew.state, slew.trouble) == (state, trouble)


def test_it_is_shown_through_the_slot(slot):
    slot(lambda thing: {"text/plain": thing.label}, lambda operation: None)
    assert Operation("slew")._repr_mimebundle_(include=None) == {"text/plain": "slew"}


# Abort and cancel


def test_abort_ends_it_as_aborted():
    slew = Operation("slew")
    slew.abort()
    with pytest.raises(Aborted, match=r"^slew: aborted$"):
        slew.result(0)


def test_abort_of_what_is_over_does_nothing():
    slew = Operation("slew")
    slew.succeed(1)
    slew.abort()
    assert slew.result() == 1


def test_cancel_aborts_and_tells_whether_there_was_something_to_abort():
    slew = Operation("slew")
    assert slew.cancel()
    assert isinstance(slew.exception(0), Aborted)
    assert not slew.cancelled()
    assert not slew.cancel()


def test_success_after_abort_is_aborted():
    slew = Slow("slew")
    slew.abort()
    assert slew.running()
    slew.succeed(1)
    assert text_of(slew) == "aborted"


def test_failure_after_abort_is_aborted():
    slew = Slow("slew")
    slew.abort()
    slew.fail(Failed("it went to Alert"))
    assert isinstance(slew.exception(0), Aborted)


def test_abort_from_a_done_callback():
    slew = Operation("slew")
    slew.add_done_callback(lambda done: done.abort())
    slew.succeed(1)
    assert slew.result() == 1


def test_abort_may_race_with_the_end():
    for _ in range(200):
        slew = Operation("slew")
        race(partial(slew.succeed, "there"), slew.abort)
        assert isinstance(slew.exception(0), Aborted) or slew.result(0) == "there"


# Async code


def test_await_gives_the_result():
    async def main():
        slew = Operation("slew")
        asyncio.get_running_loop().call_soon(slew.succeed, "there")
        return await slew

    assert asyncio.run(main()) == "there"


def test_await_gives_the_result_that_comes_from_another_thread():
    slew = Operation("slew")

    async def main():
        return await slew

    with ThreadPoolExecutor(1) as pool:
        pool.submit(slew.succeed, "there")
        assert asyncio.run(main()) == "there"


def test_await_raises_what_went_wrong():
    async def main():
        slew = Operation("slew")
        slew.fail(Failed("stuck"))
        await slew

    with pytest.raises(Failed, match="stuck"):
        asyncio.run(main())


def test_gather_waits_for_several():
    async def main():
        operations = [Operation(str(number)) for number in range(3)]
        for number, each in enumerate(operations):
            asyncio.get_running_loop().call_soon(each.succeed, number)
        return await asyncio.gather(*operations)

    assert asyncio.run(main()) == [0, 1, 2]


def test_wait_for_aborts_when_its_time_is_up():
    slew = Operation("slew")

    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(slew, 0.001)

    asyncio.run(main())
    assert isinstance(slew.exception(0), Aborted)


def test_cancelled_task_aborts():
    slew = Operation("slew")

    async def main():
        async def follow():
            await slew

        task = asyncio.create_task(follow())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert isinstance(slew.exception(0), Aborted)


# Waiting as the blocking forms do


def test_wait_gives_the_result():
    slew = Operation("slew")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(slew.succeed, "there")
        assert slew.wait() == "there"


def test_wait_raises_what_went_wrong():
    slew = Operation("slew")
    slew.fail(Failed("stuck"))
    with pytest.raises(Failed, match="stuck"):
        slew.wait()


def test_wait_shows_progress_once(slot, impatient):
    followed = []

    def follow(operation):
        followed.append(operation)
        operation.succeed("there")

    slot(display.static, follow)
    slew = Operation("slew")
    assert slew.wait() == "there"
    assert followed == [slew]


@pytest.mark.parametrize("end", [lambda o: o.succeed(1), lambda o: o.fail(Failed("stuck"))])
def test_what_is_shown_hears_when_nobody_waits_any_more(slot, impatient, end):
    closed = []

    def follow(operation):
        end(operation)
        return lambda: closed.append(operation.state)

    slot(display.static, follow)
    slew = Operation("slew")
    with contextlib.suppress(Failed):
        slew.wait()
    assert closed == [slew.state]


def test_what_is_shown_hears_of_ctrl_c_when_the_instrument_has_stopped(
    slot, impatient, monkeypatch
):
    closed = []

    def follow(operation):
        return lambda: closed.append(operation.state)

    slot(display.static, follow)
    monkeypatch.setattr(room.futures, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Operation("slew").wait()
    assert closed == ["aborted"]


def test_wait_shows_no_progress_of_what_is_over_soon(slot):
    slot(display.static, lambda operation: pytest.fail("it flickers"))
    slew = Operation("slew")
    slew.succeed("there")
    assert slew.wait() == "there"


# Observers may not wait


@pytest.mark.parametrize("verb", ["result", "exception", "wait"])
def test_an_observer_that_waits_is_told_so_at_once(verb):
    error = on_reader_thread(getattr(Operation("slew"), verb))
    assert isinstance(error, RuntimeError)
    assert str(error).startswith("an observer cannot wait: nothing arrives until it returns. Use ")
    assert "\n" not in str(error)


def test_an_observer_may_look_at_what_is_over():
    slew = Operation("slew")
    slew.succeed("there")
    assert on_reader_thread(slew.result) == "there"
    assert on_reader_thread(slew.exception) is None


def test_an_observer_may_abort():
    slew = Operation("slew")
    on_reader_thread(slew.abort)
    assert isinstance(slew.exception(0), Aborted)


def test_time_that_runs_out_is_told(clock):
    slew = Operation("slew to M31")
    with pytest.raises(TimeoutError, match=r"slew to M31: not done .*; it goes on"):
        slew.result(0.01)
    assert slew.running()


def test_what_is_given_up_tells_why_and_stops():
    stopped = []

    class Motion(Operation):
        def _stop(self):
            stopped.append(self)

    motion = Motion("move")
    motion.give_up(Failed("there is a wall"))
    with pytest.raises(Failed, match="there is a wall"):
        motion.result()
    motion.give_up(Failed("there is another"))
    assert stopped == [motion]


def test_who_was_called_back_is_let_go():
    class Waiter:
        def hear(self, operation: Operation) -> None: ...

    operation, waiter = Operation("expose"), Waiter()
    operation.add_done_callback(waiter.hear)
    gone = weakref.ref(waiter)
    del waiter
    assert gone() is not None
    operation.succeed(None)
    assert gone() is None


def test_who_awaits_hears_of_an_interrupt_that_does_not_wake_the_loop():
    """Ipykernel cancels an awaiting cell like that, in a signal's handler."""
    operation: Operation[None] = Operation("slew")

    async def wait_for_it() -> None:
        task = asyncio.ensure_future(operation)
        timer = threading.Timer(0.05, task.cancel)
        timer.start()
        with pytest.raises(asyncio.CancelledError):
            await task
        timer.join()

    asyncio.run(wait_for_it())
    assert isinstance(operation.exception(0), Aborted)
