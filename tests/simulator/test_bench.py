import asyncio
import time

import pytest

from indinb.protocol.messages import Notice
from indinb.protocol.vocabulary import State
from indinb.simulator.devices.wheel import FilterSimulator
from tests.simulator.bench import Bench, VirtualLoop


def test_hours_pass_in_no_time() -> None:
    begin = time.monotonic()
    with Bench(FilterSimulator) as bench:
        bench.run(3600)
        assert bench.clock.elapsed == pytest.approx(3600)
    assert time.monotonic() - begin < 10


def test_seconds_are_those_of_the_observatory() -> None:
    with Bench(FilterSimulator, speed=10) as bench:
        bench.run(60)
        assert bench.clock.elapsed == pytest.approx(60)
        assert bench.wait(_now()) == pytest.approx(6)


def test_what_waits_for_ever_is_an_error() -> None:
    loop = VirtualLoop()
    with pytest.raises(RuntimeError, match="never comes"):
        loop.run_until_complete(asyncio.Event().wait())
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def test_work_of_threads_is_done_at_once() -> None:
    loop = VirtualLoop()
    assert loop.run_until_complete(asyncio.to_thread(sum, (1, 2))) == 3
    with pytest.raises(ZeroDivisionError):
        loop.run_until_complete(asyncio.to_thread(divmod, 1, 0))
    loop.close()


def test_what_is_said_is_kept() -> None:
    with Bench(FilterSimulator, connect=False) as bench:
        bench.connect()
        assert "FILTER_SLOT" in bench.defined
        bench.clear()
        bench.ask("FILTER_SLOT", 3)
        assert bench.settle("FILTER_SLOT") is State.OK
        assert bench.states("FILTER_SLOT") == [State.BUSY, State.OK]
        assert Notice("Filter Simulator", bench.notices[0]) in bench.messages
        bench.ask("CONNECTION", "DISCONNECT", device="Filter Simulator")
        assert "FILTER_SLOT" in bench.deleted


def test_what_never_comes_is_not_waited_for() -> None:
    with Bench(FilterSimulator) as bench, pytest.raises(AssertionError, match="never"):
        bench.run_until(lambda: False, at_most=10)


async def _now() -> float:
    return asyncio.get_running_loop().time()
