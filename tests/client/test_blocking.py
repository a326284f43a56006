"""Whether the main thread waits: what an interrupt would end."""

import gc
import logging
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from indinb.client import operation
from indinb.client.blocking import Blocking, blocking
from indinb.client.operation import Operation
from indinb.errors import Aborted
from tests.client.fakes import SOON
from tests.client.helpers import interrupt


@pytest.fixture
def told() -> Any:
    """What an observer of the program's own record was told."""
    told: list[bool] = []
    stop = blocking.observe(told.append)
    yield told
    stop()


@pytest.fixture
def at_slice(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Return a function that lets something happen while an operation is waited for."""

    def at_slice(act: Callable[[], None]) -> None:
        monkeypatch.setattr(operation.futures, "wait", lambda *_: act())

    return at_slice


@pytest.mark.parametrize("verb", ["result", "exception", "wait"])
def test_each_way_of_waiting_counts(
    verb: str, told: list[bool], at_slice: Callable[[Callable[[], None]], None]
) -> None:
    slew, seen = Operation[str]("slew"), []

    def arrive() -> None:
        seen.append(blocking.now)
        slew.succeed("there")

    at_slice(arrive)
    getattr(slew, verb)()
    assert (seen, told, blocking.now) == ([True], [True, False], False)


def test_what_is_over_is_not_waited_for(told: list[bool]) -> None:
    slew = Operation[str]("slew")
    slew.succeed("there")
    assert slew.wait() == slew.result() == "there"
    assert told == []


def test_time_that_runs_out_ends_it(told: list[bool]) -> None:
    with pytest.raises(TimeoutError):
        Operation[None]("slew").result(0.001)
    assert (told, blocking.now) == ([True, False], False)


def test_an_error_ends_it(told: list[bool], at_slice: Callable[[Callable[[], None]], None]) -> None:
    slew = Operation[None]("slew")
    at_slice(lambda: slew.fail(Aborted("slew: aborted")))
    with pytest.raises(Aborted):
        slew.wait()
    assert (told, blocking.now) == ([True, False], False)


def test_ctrl_c_ends_it_before_the_instrument_has_stopped(
    told: list[bool], at_slice: Callable[[Callable[[], None]], None]
) -> None:
    """A second interrupt would end the waiting for that, or the next cell."""
    seen = []

    class Slew(Operation[None]):
        def _stop(self) -> None:
            seen.append(blocking.now)
            super()._stop()

    at_slice(interrupt)
    with pytest.raises(KeyboardInterrupt):
        Slew("slew").wait()
    assert (seen, told) == ([False], [True, False])


def test_other_threads_do_not_count(told: list[bool]) -> None:
    """No interrupt reaches them: a click may be handled in one, and wait."""
    seen, slew = [], Operation[str]("slew")

    def wait() -> str:
        with blocking.by(slew):
            seen.append(blocking.now)
        return slew.result(SOON)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait)
        slew.succeed("there")
        assert waiting.result(SOON) == "there"
    assert (seen, told) == ([False], [])


def test_others_see_it_from_their_threads() -> None:
    with blocking.by(Operation[None]("slew")), ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: blocking.now).result(SOON)


def test_a_wait_within_a_wait_is_one(told: list[bool]) -> None:
    outer, inner = Operation[None]("all"), Operation[None]("a part")
    with blocking.by(outer):
        with blocking.by(inner):
            pass
        assert (blocking.now, told) == (True, [True])
    assert told == [True, False]


def test_what_is_done_blocks_nobody_even_before_it_is_noticed(told: list[bool]) -> None:
    slew = Operation[None]("slew")
    with blocking.by(slew):
        slew.succeed(None)
        assert not blocking.now
    assert told == [True, False]


def test_an_observer_that_fails_keeps_nothing_from_others(
    told: list[bool], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(now: bool) -> None:
        raise ValueError("no browser")

    mine, heard = Blocking(), []
    mine.observe(fail)
    mine.observe(heard.append)
    with caplog.at_level(logging.ERROR), mine.by(Future()):
        pass
    assert heard == [True, False]
    assert len(caplog.records) == 2


def test_who_stops_observing_hears_no_more() -> None:
    mine, first, second = Blocking(), [], []
    stop = mine.observe(first.append)
    mine.observe(second.append)
    stop()
    stop()
    with mine.by(Future()):
        pass
    assert (first, second) == ([], [True, False])


def test_an_observer_may_observe_and_stop() -> None:
    """No lock is held while it is called, by this thread or another."""
    mine, heard = Blocking(), []

    def look(now: bool) -> None:
        thread = threading.Thread(target=lambda: mine.observe(heard.append))
        thread.start()
        thread.join(SOON)
        assert not thread.is_alive()
        stop()

    stop = mine.observe(look)
    with mine.by(Future()):
        pass
    assert heard == [False]


def test_what_was_waited_for_is_not_kept() -> None:
    """It has a picture as its result, and a night has many."""
    mine, exposure = Blocking(), Operation[None]("expose")
    kept = weakref.ref(exposure)
    with mine.by(exposure):
        exposure.succeed(None)
    del exposure
    gc.collect()
    assert kept() is None
