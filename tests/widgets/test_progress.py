"""The progress bar's half in Python: how it follows an operation, and stops it."""

import gc
import logging
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from indinb.client.blocking import blocking
from indinb.client.connection import Connection
from indinb.client.gathering import gather
from indinb.client.operation import ABORT_PATIENCE, Operation, Progress
from indinb.client.rules import Done
from indinb.errors import Aborted, ConnectionLost, Failed, IndiError, OperationTimeout
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import State
from indinb.widgets.feed import TICK
from indinb.widgets.progress import ProgressBar
from tests.client.fakes import ABORT, CCD, SOON, TEMPERATURE, FakeServer, ManualClock, update
from tests.waiting import wait_until
from tests.widgets.comms import FakeComm, Json, Widget

HOSTILE = "</script><img src=x onerror=alert(1)>"


class Exposure(Operation[Any]):
    """An operation whose progress a test tells."""

    def __init__(self, label: str = "expose 30 s") -> None:
        super().__init__(label)
        self.reached = Progress()

    @property
    def progress(self) -> Progress:
        return self.reached


@pytest.fixture
def exposure() -> Exposure:
    return Exposure()


Show = Callable[[Operation[Any]], ProgressBar]


@pytest.fixture
def show(clock: ManualClock, close_later: Callable[[Widget], Widget]) -> Show:
    """Return a function that opens a bar that follows an operation."""

    def show(operation: Operation[Any]) -> ProgressBar:
        bar = ProgressBar(operation)
        close_later(bar)
        return bar

    return show


@pytest.fixture
def bar(show: Show, exposure: Exposure) -> ProgressBar:
    return show(exposure)


def line(bar: ProgressBar) -> FakeComm:
    found: FakeComm = bar.comm
    return found


def shown(bar: ProgressBar) -> Json:
    """Return what a browser shows: what the bar opened with, and all that came since."""
    state = dict(line(bar).opened)
    for news in line(bar).states:
        state |= news
    return {name: state[name] for name in ("label", "fraction", "detail", "state")}


# ---- Following ----


def test_it_begins_with_what_is_true(show: Show, exposure: Exposure) -> None:
    exposure.reached = Progress(0.25, "22.5 s left")
    bar = show(exposure)
    assert shown(bar) == {
        "label": "expose 30 s",
        "fraction": 0.25,
        "detail": "22.5 s left",
        "state": "running",
    }
    assert repr(bar) == "<ProgressBar expose 30 s>"


def test_nobody_knows_how_far(bar: ProgressBar) -> None:
    assert (shown(bar)["fraction"], shown(bar)["detail"]) == (None, "")


def test_it_looks_once_a_tick(bar: ProgressBar, exposure: Exposure, clock: ManualClock) -> None:
    exposure.reached = Progress(0.5, "15 s left")
    clock.advance(0.9 * TICK)
    assert shown(bar)["fraction"] is None
    clock.advance(0.1 * TICK)
    assert (shown(bar)["fraction"], shown(bar)["detail"]) == (0.5, "15 s left")


def test_what_changed_is_one_message(
    bar: ProgressBar, exposure: Exposure, clock: ManualClock
) -> None:
    for number in range(10):
        exposure.reached = Progress(number / 10, f"{number} of 10")
        clock.advance(TICK)
    fractions = [state.get("fraction") for state in line(bar).states]
    assert fractions == pytest.approx([number / 10 for number in range(10)])
    assert all(set(state) == {"fraction", "detail"} for state in line(bar).states)


def test_without_change_nothing_is_sent(bar: ProgressBar, clock: ManualClock) -> None:
    clock.advance(10 * TICK)
    assert line(bar).states == []


def test_a_fraction_may_become_unknown_again(
    bar: ProgressBar, exposure: Exposure, clock: ManualClock
) -> None:
    exposure.reached = Progress(0.5, "exposing")
    clock.advance(TICK)
    exposure.reached = Progress(None, "downloading")
    clock.advance(TICK)
    assert (shown(bar)["fraction"], shown(bar)["detail"]) == (None, "downloading")


def test_words_are_sent_as_they_are(show: Show, clock: ManualClock) -> None:
    exposure = Exposure(HOSTILE)
    bar = show(exposure)
    exposure.reached = Progress(0.5, HOSTILE)
    clock.advance(TICK)
    assert (shown(bar)["label"], shown(bar)["detail"]) == (HOSTILE, HOSTILE)


@pytest.mark.parametrize(("detail", "words"), [("", "12 s left"), ("10°", "10° · 12 s left")])
def test_how_long_it_still_takes_is_told(
    bar: ProgressBar, exposure: Exposure, clock: ManualClock, detail: str, words: str
) -> None:
    exposure.reached = Progress(0.5, detail, 12.0)
    clock.advance(TICK)
    assert shown(bar)["detail"] == words


# ---- Several that are gathered ----


@pytest.fixture
def two() -> list[Exposure]:
    return [Exposure("slew"), Exposure("turn")]


def parts(bar: ProgressBar) -> list[Any]:
    """Return what a browser shows of the parts: label, fraction, detail and state."""
    told = [state["parts"] for state in (line(bar).opened, *line(bar).states) if "parts" in state]
    return [(one["label"], one["fraction"], one["detail"], one["state"]) for one in told[-1]]


def test_one_operation_has_no_parts(bar: ProgressBar) -> None:
    assert line(bar).opened["parts"] == []


def test_what_is_gathered_has_a_line_each(
    show: Show, two: list[Exposure], clock: ManualClock
) -> None:
    two[0].reached = Progress(0.25, "10°", 12.0)
    bar = show(gather(*two))
    assert parts(bar) == [
        ("slew", 0.25, "10° · 12 s left", "running"),
        ("turn", None, "", "running"),
    ]
    assert shown(bar)["label"] == "slew and turn"
    two[1].succeed("Red")
    clock.advance(TICK)
    assert parts(bar)[1] == ("turn", 1.0, "", "done")
    assert shown(bar)["state"] == "running"


def test_the_one_that_fails_and_the_ones_that_stop_stay_where_they_were(
    show: Show, two: list[Exposure], clock: ManualClock
) -> None:
    two[0].reached, two[1].reached = Progress(0.25), Progress(0.5)
    bar = show(gather(*two))
    two[1].fail(Failed("turn: it is stuck"))
    clock.advance(TICK)
    assert parts(bar) == [
        ("slew", 0.25, "aborted", "aborted"),
        ("turn", 0.5, "it is stuck", "failed"),
    ]
    assert shown(bar)["state"] == "failed"
    assert clock.pending == []


def test_the_parts_are_sent_when_they_change(
    show: Show, two: list[Exposure], clock: ManualClock
) -> None:
    bar = show(gather(*two))
    clock.advance(10 * TICK)
    assert line(bar).states == []
    two[0].reached = Progress(0.5)
    clock.advance(10 * TICK)
    assert [set(state) for state in line(bar).states] == [{"fraction", "parts"}]


def test_abort_stops_all_of_them(show: Show, two: list[Exposure], clock: ManualClock) -> None:
    bar = show(gather(*two))
    line(bar).bring({"type": "abort", "id": 1})
    clock.advance(TICK)
    assert line(bar).take("ack") == [{"type": "ack", "id": 1}]
    assert [one.state for one in two] == ["aborted", "aborted"]
    assert shown(bar)["state"] == "aborted"


# ---- The end ----


def test_what_is_done_is_full(bar: ProgressBar, exposure: Exposure, clock: ManualClock) -> None:
    exposure.reached = Progress(0.75, "7.5 s left")
    clock.advance(TICK)
    exposure.succeed(object())
    clock.advance(TICK)
    assert shown(bar) == {"label": "expose 30 s", "fraction": 1.0, "detail": "", "state": "done"}
    assert clock.pending == []


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Failed(f"it went to Alert; the driver said {HOSTILE!r}"), "failed"),
        (OperationTimeout("not done after 60 s"), "failed"),
        (ConnectionLost("the link to localhost broke"), "failed"),
        (Aborted("expose 30 s: aborted"), "aborted"),
    ],
)
@pytest.mark.parametrize("fraction", [None, 0.5])
def test_what_ended_early_says_why(
    bar: ProgressBar,
    exposure: Exposure,
    clock: ManualClock,
    error: IndiError,
    state: str,
    fraction: float | None,
) -> None:
    exposure.reached = Progress(fraction, "15 s left")
    clock.advance(TICK)
    exposure.fail(error)
    clock.advance(TICK)
    words = str(error).removeprefix("expose 30 s: ")  # which the bar says already
    assert (shown(bar)["state"], shown(bar)["detail"]) == (state, words)
    assert shown(bar)["fraction"] == fraction
    assert clock.pending == []


def test_the_end_is_one_message(bar: ProgressBar, exposure: Exposure, clock: ManualClock) -> None:
    exposure.fail(Failed("no"))
    clock.advance(TICK)
    assert line(bar).states == [{"detail": "no", "state": "failed"}]


def test_what_is_over_already_is_shown_as_it_ended(
    show: Show, exposure: Exposure, clock: ManualClock
) -> None:
    exposure.fail(Failed("the shutter is stuck"))
    bar = show(exposure)
    assert (shown(bar)["state"], shown(bar)["detail"]) == ("failed", "the shutter is stuck")
    assert clock.pending == []


def test_a_result_is_not_kept_by_its_bar(show: Show, clock: ManualClock) -> None:
    """A widget stays until the kernel ends, and the pictures of a night must not."""

    class Picture:
        pass

    exposure, picture = Exposure(), Picture()
    bar, kept = show(exposure), weakref.ref(picture)
    exposure.succeed(picture)
    clock.advance(TICK)
    del exposure, picture
    gc.collect()
    assert kept() is None
    assert shown(bar)["state"] == "done"


def test_a_closed_bar_looks_no_more(
    bar: ProgressBar, exposure: Exposure, clock: ManualClock
) -> None:
    before = line(bar)
    bar.close()
    clock.advance(TICK)
    assert clock.pending == []
    assert before.states == []
    assert not exposure.done()


def test_a_bar_closed_before_the_end_hears_nothing_of_it(
    bar: ProgressBar, exposure: Exposure, clock: ManualClock
) -> None:
    before = line(bar)
    exposure.succeed(None)
    bar.close()
    clock.advance(TICK)
    assert before.states == []
    assert clock.pending == []


# ---- Abort ----


def test_abort_is_done_and_acknowledged(
    bar: ProgressBar, exposure: Exposure, clock: ManualClock
) -> None:
    line(bar).bring({"type": "abort", "id": 7})
    assert line(bar).take("ack") == [{"type": "ack", "id": 7}]
    assert isinstance(exposure.exception(), Aborted)
    clock.advance(TICK)
    assert (shown(bar)["state"], shown(bar)["detail"]) == ("aborted", "aborted")


@pytest.mark.parametrize("ticks", [0, 1])
def test_an_abort_too_late_is_acknowledged_all_the_same(
    bar: ProgressBar, exposure: Exposure, clock: ManualClock, ticks: int
) -> None:
    exposure.succeed("picture")
    clock.advance(ticks * TICK)
    line(bar).bring({"type": "abort", "id": 1})
    assert line(bar).take("ack") == [{"type": "ack", "id": 1}]
    clock.advance(TICK)
    assert shown(bar)["state"] == "done"
    assert exposure.result() == "picture"


@pytest.mark.parametrize(
    "content", [None, 0, [], "abort", {}, {"type": "abort"}, {"type": "x"}, {"id": 1}], ids=str
)
def test_nonsense_aborts_nothing(
    bar: ProgressBar, exposure: Exposure, caplog: pytest.LogCaptureFixture, content: Any
) -> None:
    with caplog.at_level(logging.WARNING):
        line(bar).bring(content)
    assert caplog.records == []
    assert line(bar).contents == []
    assert not exposure.done()


# ---- With a driver ----


@pytest.fixture
def cooling(client: Connection, clock: ManualClock) -> Operation[Any]:
    """What a driver is doing, and how it can be stopped."""
    temperature, abort = (client.devices[CCD][one.name] for one in (TEMPERATURE, ABORT))

    def rule(changes: Any) -> Any:
        if changes and changes[-1].new.state is State.IDLE:
            return Aborted("it was stopped")
        return Done() if changes and changes[-1].new.state is State.OK else None

    def progress(changes: Any) -> Progress:
        return Progress(len(changes) / 4, f"{len(changes)} of 4")

    asked = {"CCD_TEMPERATURE_VALUE": -10}
    return temperature.ask(
        asked, rule, label="cool", timeout=60, abort=abort.set, progress=progress
    )


def test_the_drivers_reports_are_followed(
    show: Show, cooling: Operation[Any], server: FakeServer, clock: ManualClock
) -> None:
    bar = show(cooling)
    for number in range(1, 4):
        server.tell(update(TEMPERATURE, State.BUSY, CCD_TEMPERATURE_VALUE=-float(number)))
        clock.advance(TICK)
        assert (shown(bar)["fraction"], shown(bar)["detail"]) == (number / 4, f"{number} of 4")
    server.tell(update(TEMPERATURE, State.OK))
    clock.advance(TICK)
    assert (shown(bar)["fraction"], shown(bar)["state"]) == (1.0, "done")
    assert clock.pending == []


def test_abort_asks_the_driver_and_shows_that_it_obeyed(
    show: Show, cooling: Operation[Any], server: FakeServer, clock: ManualClock
) -> None:
    bar = show(cooling)
    line(bar).bring({"type": "abort", "id": 1})
    server.next(New)
    assert server.next(New).name == ABORT.name
    assert line(bar).take("ack") == [{"type": "ack", "id": 1}]
    clock.advance(TICK)
    assert shown(bar)["state"] == "running"  # until the driver has stopped
    server.tell(update(TEMPERATURE, State.IDLE, "stopped"))
    clock.advance(TICK)
    assert shown(bar)["state"] == "aborted"


def test_a_driver_that_does_not_stop_is_not_waited_for(
    show: Show, cooling: Operation[Any], clock: ManualClock
) -> None:
    bar = show(cooling)
    line(bar).bring({"type": "abort", "id": 1})
    clock.advance(ABORT_PATIENCE + TICK)
    assert shown(bar)["state"] == "aborted"


def test_a_lost_link_is_shown(
    show: Show,
    cooling: Operation[Any],
    client: Connection,
    server: FakeServer,
    clock: ManualClock,
) -> None:
    bar = show(cooling)
    server.cut()
    wait_until(client, lambda: client.status == "lost")
    clock.advance(TICK)
    assert shown(bar)["state"] == "failed"
    assert "the server ended it" in shown(bar)["detail"]


# ---- The kernel's side ----


def test_whether_an_interrupt_would_end_a_wait_is_followed(
    bar: ProgressBar, exposure: Exposure, clock: ManualClock
) -> None:
    with blocking.by(exposure):
        clock.advance(TICK)
    clock.advance(TICK)
    assert line(bar).opened["blocking"] is False
    assert line(bar).states == [{"blocking": True}, {"blocking": False}]


def test_the_bar_of_a_waiting_cell_knows_it_at_once(show: Show, exposure: Exposure) -> None:
    with blocking.by(exposure):
        assert line(show(exposure)).opened["blocking"] is True


def test_on_the_real_clock_it_comes_to_its_end(
    close_later: Callable[[Widget], Widget], exposure: Exposure
) -> None:
    ended, threads = threading.Event(), []
    bar = close_later(ProgressBar(exposure))

    def note(_: object) -> None:
        threads.append(threading.current_thread().name)
        ended.set()

    bar.observe(note, "state")
    exposure.succeed(None)
    assert ended.wait(SOON)
    assert threads == ["indinb-clock"]
