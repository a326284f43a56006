"""A widget's line to the browser, under kernels that want to know which cell is answered."""

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, ContextVar
from typing import Any

import comm
import pytest
import traitlets

from indinb.client.clock import call_later
from indinb.widgets.line import Widget
from tests.client.fakes import SOON
from tests.widgets.comms import FakeComm, Json

CELL: ContextVar[str] = ContextVar("shell_parent")


class ContextComm(FakeComm):
    """As in ipykernel 7.0: nothing is sent where it is not known for which cell."""

    def __init__(self, **options: Any) -> None:
        self.cells: list[str] = []
        self.closed_in = ""
        super().__init__(**options)

    def publish_msg(self, msg_type: str, *args: Any, **options: Any) -> None:
        cell = CELL.get()
        if msg_type == "comm_close":
            self.closed_in = cell
        self.cells.append(cell)
        super().publish_msg(msg_type, *args, **options)


class BrokenComm(FakeComm):
    """A line that breaks after it was opened."""

    def publish_msg(self, msg_type: str, *args: Any, **options: Any) -> None:
        if msg_type == "comm_msg":
            raise OSError("the socket is closed")
        super().publish_msg(msg_type, *args, **options)


class Light(Widget):
    """A widget with something to tell, and something to abort."""

    _esm = "export default {};"
    on = traitlets.Bool().tag(sync=True)

    def __init__(self) -> None:
        self.aborts: list[Json] = []
        self.heard: list[Any] = []
        super().__init__()

    def __repr__(self) -> str:
        return "<Light>"

    def _abort(self, content: Json) -> None:
        self.aborts.append(content)

    def _heard(self, content: Any) -> None:
        self.heard.append(content)


MakeLight = Callable[[type[FakeComm]], Light]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeLight]:
    """Return a function that makes a light in a cell, with a line of some kind."""
    lights: list[Light] = []

    def make(line: type[FakeComm]) -> Light:
        monkeypatch.setattr(comm, "create_comm", line)
        cell = Context()
        cell.run(CELL.set, "cell 3")
        lights.append(cell.run(Light))
        return lights[-1]

    yield make
    for light in lights:
        light.close()


def elsewhere(call: Callable[..., None], *args: Any) -> None:
    """Call on a thread that knows nothing of cells, as the clock and the reader do."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(Context().run, call, *args).result(SOON)


def switch(light: Light, on: bool) -> None:
    light.on = on


def test_messages_of_any_thread_arrive(make: MakeLight) -> None:
    light = make(ContextComm)
    elsewhere(light.send, {"type": "hello"})
    assert light.comm.contents == [{"type": "hello"}]
    assert light.comm.cells == ["cell 3", "cell 3"]


def test_traits_set_by_any_thread_arrive(make: MakeLight) -> None:
    light = make(ContextComm)
    elsewhere(switch, light, True)
    elsewhere(light.send_state, "on")
    assert light.comm.states == [{"on": True}, {"on": True}]


def test_any_thread_may_close_it(make: MakeLight) -> None:
    light = make(ContextComm)
    line = light.comm
    elsewhere(light.close)
    assert line.closed_in == "cell 3"
    elsewhere(light.close)
    elsewhere(light.send, {"type": "hello"})
    assert line.contents == []


def test_the_collector_may_close_what_was_never_made() -> None:
    class Unmade(Light):
        def __init__(self) -> None:
            raise ValueError("before there is anything")

    with pytest.raises(ValueError, match="before"):
        Unmade()
    gc.collect()  # an error there would be a warning, and so fail


def test_threads_may_speak_at_once(make: MakeLight, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads cannot be in one context at once."""
    light, together = make(ContextComm), threading.Barrier(2)

    def meet(*_: Any, **__: Any) -> None:
        together.wait(SOON)

    monkeypatch.setattr(light.comm, "publish_msg", meet)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(light.send, {"type": "hello"}) for _ in range(2)]
        assert [one.result(SOON) for one in both] == [None, None]
    monkeypatch.undo()


def test_a_cell_does_not_learn_what_was_sent_from_it(make: MakeLight) -> None:
    light = make(ContextComm)
    light.send({"type": "hello"})
    assert CELL.get("none") == "none"


def test_a_broken_line_disturbs_nobody_and_is_told_once(
    make: MakeLight, caplog: pytest.LogCaptureFixture
) -> None:
    light, done = make(BrokenComm), threading.Event()

    def tick() -> None:
        light.on = not light.on
        light.send({"type": "hello"})
        call_later(0, done.set)

    with caplog.at_level(logging.ERROR):
        call_later(0, tick)
        assert done.wait(SOON)
    (record,) = caplog.records
    assert record.message == "what <Light> shows does not reach the browser"
    assert "the socket is closed" in caplog.text
    caplog.clear()


def test_what_arrives_late_is_whole_again(
    make: MakeLight, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = make(BrokenComm)
    light.on = True
    monkeypatch.setattr(BrokenComm, "publish_msg", FakeComm.publish_msg)
    light.comm.request_state()
    assert light.comm.states[-1]["on"] is True
    caplog.clear()


def test_abort_is_done_and_then_answered(make: MakeLight) -> None:
    light = make(ContextComm)
    asked = {"type": "abort", "id": 7, "device": "CCD"}
    elsewhere(light.comm.bring, asked)
    assert light.aborts == [asked]
    assert light.comm.contents == [{"type": "ack", "id": 7}]
    assert light.heard == []


def test_what_could_not_be_aborted_is_not_answered(
    make: MakeLight, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Then the browser tries another way."""

    def fail(self: Light, content: Json) -> None:
        raise OSError("no link")

    light = make(FakeComm)
    monkeypatch.setattr(Light, "_abort", fail)
    light.comm.bring({"type": "abort", "id": 7})
    assert "no link" in caplog.text
    assert light.comm.contents == []


@pytest.mark.parametrize("content", [None, [], "abort", {"type": "abort"}, {"type": "x"}], ids=str)
def test_other_messages_are_for_the_widget(make: MakeLight, content: Any) -> None:
    light = make(FakeComm)
    light.comm.bring(content)
    assert (light.heard, light.aborts, light.comm.contents) == ([content], [], [])


def test_a_plain_widget_does_nothing(close_later: Callable[[Any], Any]) -> None:
    class Plain(Widget):
        _esm = "export default {};"

    widget = close_later(Plain())
    widget.comm.bring({"type": "abort", "id": 1})
    widget.comm.bring({"type": "x"})
    assert widget.comm.contents == [{"type": "ack", "id": 1}]


def test_clicks_are_handled_beside_a_blocked_cell_where_the_kernel_can(make: MakeLight) -> None:
    class RoutingComm(FakeComm):
        """As in ipykernel 7.4: answers go to the thread that used the line last."""

        def _reply_subshell_for(self, data: Json, default: str | None) -> str:
            return "the blocked one"

    reply = make(RoutingComm).comm._reply_subshell_for
    assert reply({"method": "custom"}, "another") == "another"
    assert reply({}, None) is None


def test_other_kernels_are_left_alone(make: MakeLight) -> None:
    assert not hasattr(make(FakeComm).comm, "_reply_subshell_for")
