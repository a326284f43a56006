import asyncio
import datetime as dt
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from indinb.simulator.clock import Clock, Ramp
from tests.simulator.bench import VirtualLoop

BEGIN = dt.datetime(2026, 1, 15, 20, 30, tzinfo=dt.UTC)


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    yield loop
    loop.close()


def run(loop: VirtualLoop, work: Coroutine[Any, Any, Any]) -> Any:
    return loop.run_until_complete(work)


def test_it_runs_faster_than_ours(loop: VirtualLoop) -> None:
    async def work() -> None:
        clock = Clock(BEGIN, speed=10)
        await asyncio.sleep(6)
        assert clock.elapsed == pytest.approx(60)
        assert clock.utc == BEGIN + dt.timedelta(seconds=60)

    run(loop, work())


def test_sleep_is_as_long_as_its_seconds_are(loop: VirtualLoop) -> None:
    async def work() -> None:
        clock = Clock(BEGIN, speed=10)
        await clock.sleep(60)
        assert loop.time() == pytest.approx(6)
        await clock.sleep(0)
        await clock.sleep(-1)
        assert loop.time() == pytest.approx(6)

    run(loop, work())


@pytest.mark.parametrize("speed", [10, 0.5])
def test_sleepers_wake_by_the_new_speed(loop: VirtualLoop, speed: float) -> None:
    async def work() -> None:
        clock = Clock(BEGIN)
        sleeping = asyncio.ensure_future(clock.sleep(100))
        await asyncio.sleep(1)
        clock.speed = speed
        assert clock.elapsed == pytest.approx(1)
        await sleeping
        assert clock.elapsed == pytest.approx(100)
        assert loop.time() == pytest.approx(1 + 99 / speed)

    run(loop, work())


def test_a_set_clock_wakes_nobody_and_loses_no_second(loop: VirtualLoop) -> None:
    async def work() -> None:
        clock = Clock(BEGIN)
        sleeping = asyncio.ensure_future(clock.sleep(10))
        await asyncio.sleep(1)
        clock.utc = BEGIN + dt.timedelta(days=365)
        await sleeping
        assert loop.time() == pytest.approx(10)
        assert clock.utc == BEGIN + dt.timedelta(days=365, seconds=9)

    run(loop, work())


def test_it_waits_no_longer_than_our_patience(loop: VirtualLoop) -> None:
    async def work() -> None:
        clock = Clock(BEGIN, speed=0.001)
        await clock.until(100, at_most=2)
        assert loop.time() == pytest.approx(2)

    run(loop, work())


def test_a_sleeper_that_is_cancelled_leaves_nothing(loop: VirtualLoop) -> None:
    async def work() -> None:
        clock = Clock(BEGIN)
        sleeping = asyncio.ensure_future(clock.sleep(100))
        await asyncio.sleep(1)
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        clock.speed = 2  # which would wake it

    run(loop, work())


@pytest.mark.parametrize(
    ("begin", "end", "seconds", "number"),
    [(10, 30, 0, 10), (10, 30, 1, 15), (30, 10, 1, 25), (10, 30, 99, 30), (5, 5, 1, 5)],
)
def test_a_ramp_goes_from_here_to_there(
    loop: VirtualLoop, begin: float, end: float, seconds: float, number: float
) -> None:
    async def work() -> None:
        clock = Clock(BEGIN, speed=10)
        ramp = Ramp.between(clock, begin, end, rate=5)
        await clock.sleep(seconds)
        assert ramp.now == pytest.approx(number)
        assert ramp.seconds == abs(end - begin) / 5

    run(loop, work())


def test_a_ramp_without_end_goes_on(loop: VirtualLoop) -> None:
    async def work() -> None:
        clock = Clock(BEGIN)
        ramp = Ramp(clock, 0, -2)
        await clock.sleep(1000)
        assert ramp.now == pytest.approx(-2000)

    run(loop, work())
