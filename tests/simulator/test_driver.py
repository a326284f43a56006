import asyncio
import logging
from collections.abc import Iterator

import pytest

from indinb.protocol.messages import Define, Delete, Notice, Update
from indinb.protocol.vocabulary import State
from indinb.simulator.driver import MAIN, Driver
from indinb.simulator.properties import READ_ONLY, Numbers, Refused, Switches, number, switch
from tests.simulator.bench import Bench


class Machine(Driver):
    """A device that does well, badly, and slowly."""

    name = "Machine"
    executable = "machine"

    plain = Numbers("PLAIN", "Plain", MAIN, number("N", "n", 0, (0, 10)))
    reading = Numbers("READING", "Reading", MAIN, number("N", "n"), permission=READ_ONLY)
    hidden = Numbers("HIDDEN", "Hidden", MAIN, number("N", "n"), since="later")
    broken = Numbers("BROKEN", "Broken", MAIN, number("N", "n"))
    slow = Numbers("SLOW", "Slow", MAIN, number("N", "n"))
    picky = Switches("PICKY", "Picky", MAIN, switch("A", "a", True), switch("B", "b"))

    willing = True
    ended = 0

    def begin(self) -> None:
        if not self.willing:
            raise Refused("The cable is loose.")

    def end(self) -> None:
        self.ended += 1

    @broken.asked
    def break_down(self, value: float) -> None:
        raise ZeroDivisionError("by zero")

    @slow.asked
    async def do_slowly(self, value: float) -> None:
        self.slow.show(State.BUSY, value)
        await self.clock.sleep(10)
        if value < 0:
            raise ValueError("below zero")
        self.slow.show(State.OK, value)

    @picky.asked
    def be_picky(self, wanted: str) -> None:
        raise Refused("Not now.", State.IDLE)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(Machine) as bench:
        yield bench


def test_it_is_connected_then_defines_its_properties() -> None:
    with Bench(Machine, connect=False) as bench:
        assert [each.name for each in bench.driver.definitions()] == ["CONNECTION", "DRIVER_INFO"]
        bench.connect()
        first, *rest = bench.messages
        assert isinstance(first, Update)
        assert (first.name, first.state) == ("CONNECTION", State.OK)
        assert all(isinstance(each, Define) for each in rest)
        assert bench.defined == ["PLAIN", "READING", "BROKEN", "SLOW", "PICKY"]


def test_it_is_disconnected_then_deletes_them(bench: Bench) -> None:
    bench.ask("CONNECTION", "DISCONNECT")
    first, *rest = bench.messages
    assert isinstance(first, Update)
    assert (first.name, first.state) == ("CONNECTION", State.IDLE)
    assert all(isinstance(each, Delete) for each in rest)
    assert bench.deleted == ["PLAIN", "READING", "BROKEN", "SLOW", "PICKY"]
    assert bench.driver.ended == 1


@pytest.mark.parametrize(("wanted", "state"), [("CONNECT", State.OK), ("DISCONNECT", State.IDLE)])
def test_what_it_is_already_it_is_again(bench: Bench, wanted: str, state: State) -> None:
    bench.ask("CONNECTION", wanted)
    bench.clear()
    bench.ask("CONNECTION", wanted)
    assert [type(each) for each in bench.messages] == [Update]
    assert bench["CONNECTION"].state is state


def test_one_that_cannot_be_connected_says_so() -> None:
    with Bench(Machine, connect=False) as bench:
        bench.driver.willing = False
        bench.connect()
        assert bench.notices == ["[ERROR] The cable is loose."]
        assert bench["CONNECTION"].state is State.ALERT
        assert not bench.driver.connected
        assert bench.defined == []


def test_what_has_no_handler_is_taken(bench: Bench) -> None:
    bench.ask("PLAIN", 5)
    assert (bench["PLAIN"].value, bench["PLAIN"].state) == (5, State.OK)


def test_what_is_refused_is_said_and_changes_nothing(bench: Bench) -> None:
    bench.ask("PLAIN", 11)
    assert bench.notices[0].startswith("[ERROR] Error: Invalid range")
    assert (bench["PLAIN"].value, bench["PLAIN"].state) == (0, State.ALERT)
    bench.clear()
    bench.ask("PICKY", "B")
    assert bench.notices == ["[WARNING] Not now."]
    assert (bench["PICKY"].on, bench["PICKY"].state) == ("A", State.IDLE)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("NOTHING", {"N": 1.0}),
        ("READING", {"N": 1.0}),
        ("HIDDEN", {"N": 1.0}),
        ("PLAIN", {"N": "1"}),
        ("PLAIN", {"N": True}),
        ("PLAIN", {"N": None}),
        ("PLAIN", {}),
        ("PICKY", {"B": "On"}),
        ("CONNECTION", {"DISCONNECT": 1.0}),
    ],
)
def test_nonsense_is_passed_over_in_silence(bench: Bench, name: str, values: dict) -> None:
    bench.driver.ask(name, values)
    assert bench.messages == []


def test_a_mistake_of_ours_ends_nothing_else(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL, "indinb.simulator.driver"):
        bench.ask("BROKEN", 1)
        bench.ask("SLOW", -1)
        bench.run(11)
    assert bench.notices == [
        "[ERROR] ZeroDivisionError: by zero",
        "[ERROR] ValueError: below zero",
    ]
    assert bench["BROKEN"].state is bench["SLOW"].state is State.ALERT
    bench.ask("PLAIN", 5)
    assert bench["PLAIN"].value == 5


def test_what_is_asked_anew_cancels_what_was_asked(bench: Bench) -> None:
    bench.ask("SLOW", 1)
    bench.run(5)
    bench.ask("SLOW", 2)
    bench.run(9)
    assert bench["SLOW"].state is State.BUSY
    bench.run(2)
    assert [each.values["N"] for each in bench.updates("SLOW")] == [1, 2, 2]


def test_requests_in_one_piece_are_as_good_as_any(bench: Bench) -> None:
    async def at_once() -> None:
        for value in (1.0, 2.0, 3.0):
            bench.driver.ask("SLOW", {"N": value})

    bench.wait(at_once())
    bench.run(11)
    assert [each.values["N"] for each in bench.updates("SLOW")] == [3, 3]


def test_what_runs_ends_with_the_connection(bench: Bench) -> None:
    bench.ask("SLOW", 1)
    bench.ask("CONNECTION", "DISCONNECT")
    assert not bench.driver.running("SLOW")
    bench.clear()
    bench.run(20)
    assert bench.messages == []
    bench.ask("CONNECTION", "CONNECT")
    assert bench["SLOW"].state is State.IDLE  # nothing is Busy that nobody does


def test_it_tells_whether_something_was_stopped(bench: Bench) -> None:
    bench.ask("SLOW", 1)
    assert bench.driver.running("SLOW")
    assert bench.driver.stop("SLOW")
    assert not bench.driver.stop("SLOW")
    bench.run(20)
    assert bench.states("SLOW") == [State.BUSY]


def test_seconds_that_are_left_are_counted(bench: Bench) -> None:
    async def count() -> list[float]:
        return [round(left, 6) async for left in bench.driver.countdown(2.5)]

    assert bench.wait(count()) == [2.5, 1.5, 0.5]


def test_reports_come_each_second_of_ours_whatever_the_speed() -> None:
    with Bench(Machine, speed=100) as bench:

        async def count() -> list[float]:
            return [round(left, 6) async for left in bench.driver.countdown(250)]

        assert bench.wait(count()) == [250, 150, 50]
        begin = bench.clock.elapsed
        bench.wait(bench.driver.poll())
        assert bench.clock.elapsed - begin == pytest.approx(100)


def test_definitions_are_of_one_property_or_all(bench: Bench) -> None:
    assert [each.name for each in bench.driver.definitions("PLAIN")] == ["PLAIN"]
    assert list(bench.driver.definitions("HIDDEN")) == []
    assert list(bench.driver.definitions("NOTHING")) == []
    assert len(list(bench.driver.definitions())) == 7


def test_lines_of_text_have_a_level(bench: Bench) -> None:
    bench.driver.notice("Hello", "DEBUG")
    assert bench.messages == [Notice("Machine", "[DEBUG] Hello")]


def test_work_that_fails_beside_all_else_is_told(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        await asyncio.sleep(1)
        raise ZeroDivisionError("by zero")

    async def begin() -> None:
        bench.driver.start("work", fail(), bench["PLAIN"])

    with caplog.at_level(logging.CRITICAL, "indinb.simulator.driver"):
        bench.wait(begin())
        bench.run(2)
    assert bench["PLAIN"].state is State.ALERT
