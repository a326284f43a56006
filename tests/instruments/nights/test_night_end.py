"""How a night ends: each step is tried, in a limited time, whatever the others do."""

import io
import sys
import threading
from collections.abc import Callable

import pytest

from indinb import Camera, Client
from indinb.client import quiet
from indinb.client.operation import Operation
from indinb.errors import Aborted, ConnectionLost, Failed, OutOfRange, Refused
from indinb.instruments.nights.ending import Task
from indinb.instruments.nights.night import Night
from indinb.instruments.nights.report import Outcome, Report
from indinb.protocol.messages import Delete, Update
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import CCD, CONNECTION, FakeServer, switches
from tests.client.harbour import Harbour
from tests.client.helpers import interrupt, interrupt_main
from tests.instruments.kennel import info
from tests.waiting import look_until

SHORT = 0.05
"""Seconds for what never ends."""

CAMERA = (info(CCD, 2), CONNECTION)
OFF = switches("CONNECTION", {"CONNECT": False, "DISCONNECT": True})


class Steps:
    """Makes tasks, and keeps what was begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def __call__(self, what: str, act: Callable = lambda: None, needed=True, option="it") -> Task:
        return Task(option, Camera, what, lambda _: needed, lambda _: self._begin(what, act), SHORT)

    def hangs(self, what: str) -> Task:
        return Task("it", Camera, what, lambda _: True, lambda _: self._endless(what), SHORT)

    def _begin(self, what: str, act: Callable[[], object]) -> Operation[None]:
        self.begun.append(what)
        operation: Operation[None] = Operation(what)
        error = act()
        operation.fail(error) if isinstance(error, Exception) else operation.succeed(None)
        return operation

    def _endless(self, what: str) -> Operation[None]:
        self.begun.append(what)
        return Operation(what)


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def camera(connect) -> Client:
    return connect(*CAMERA)


def night(client: Client, *tasks: Task, patience: float = 0.0) -> Night:
    return Night(client, tasks, patience)


def outcomes(night: Night) -> list[tuple[str, str]]:
    return [(each.what, each.words) for each in night.report]


def raises(error: BaseException) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


# All is well


def test_each_step_is_done_in_its_order_and_printed(camera: Client, steps: Steps, capsys):
    with night(camera, steps("stop"), steps("park"), steps("warm up")) as one:
        assert one.report == ()
        assert steps.begun == []
    assert steps.begun == ["stop", "park", "warm up"]
    assert one.report.failures == ()
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" 0.")[0].rstrip() for line in said] == [
        "✓ stop CCD Simulator",
        "✓ park CCD Simulator",
        "✓ warm up CCD Simulator",
    ]


def test_what_is_as_it_should_be_is_passed_over(camera: Client, steps: Steps, capsys):
    with night(camera, steps("park", needed=False)) as one:
        pass
    assert steps.begun == []
    assert one.report == ()
    assert capsys.readouterr().out == ""


def test_what_is_not_there_is_passed_over(connect, steps: Steps):
    with night(connect(info(CCD, 8), CONNECTION), steps("park")) as one:
        pass
    assert one.report == ()


def test_what_has_nothing_to_be_connected_to_is_there(connect, steps: Steps):
    with night(connect(info(CCD, 2)), steps("park")) as one:
        pass
    assert outcomes(one) == [("park", "")]


def test_what_was_never_connected_is_passed_over(connect, steps: Steps):
    with night(connect(info(CCD, 2), OFF), steps("park")) as one:
        pass
    assert one.report == ()


def test_what_is_connected_in_the_night_counts(connect, steps: Steps):
    client = connect(info("Other", 8))
    with night(client, steps("park")) as one:
        client.server.tell(*CAMERA)
    assert outcomes(one) == [("park", "")]


# What fails


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: Refused("it is busy"), "it is busy"),
        (raises(Refused("not now")), "not now"),
        (raises(ZeroDivisionError()), "ZeroDivisionError"),
    ],
    ids=["fails", "does not begin", "is broken"],
)
def test_what_fails_hinders_nothing_and_is_raised(camera, steps: Steps, act, words, capsys):
    one = night(camera, steps("stop", act), steps("park"), steps("close", act))
    with pytest.raises(Failed) as caught, one:
        pass
    assert steps.begun == ["stop", "park", "close"] or "not now" not in words
    assert outcomes(one) == [("stop", words), ("park", ""), ("close", words)]
    assert str(caught.value) == (
        f"the night did not end as it should: stop {CCD}: {words}; close {CCD}: {words}"
    )
    said = capsys.readouterr().out.splitlines()
    assert [line[0] for line in said] == ["✗", "✓", "✗"]
    assert said[0].endswith(words)


def test_what_hangs_takes_a_limited_time(camera: Client, steps: Steps):
    one = night(camera, steps.hangs("park"), steps("close"))
    with (
        pytest.raises(Failed, match=r"park CCD Simulator: .*not done after 0.05 s; it goes on"),
        one,
    ):
        pass
    assert steps.begun == ["park", "close"]


def test_what_is_odd_about_a_driver_hinders_nothing(camera: Client, steps: Steps):
    def odd(_: Camera) -> bool:
        raise KeyError("PARK")

    one = night(camera, steps("stop")._replace(needed=odd), steps("park"))
    with pytest.raises(Failed, match="stop CCD Simulator: 'PARK'"), one:
        pass
    assert steps.begun == ["park"]


@pytest.mark.parametrize("error", [OutOfRange("too far"), KeyboardInterrupt(), SystemExit(3)])
def test_what_ended_the_night_is_raised_with_notes(camera: Client, steps: Steps, error):
    one = night(camera, steps("stop"), steps("park", lambda: Failed("the motor stalled")))
    with pytest.raises(type(error)) as caught, one:
        raise error
    assert caught.value is error
    assert error.__notes__ == ["park CCD Simulator: the motor stalled"]
    assert steps.begun == ["stop", "park"]


def test_an_error_alone_gets_no_notes(camera: Client, steps: Steps):
    error = OutOfRange("too far")
    with pytest.raises(OutOfRange), night(camera, steps("park")):
        raise error
    assert not hasattr(error, "__notes__")


# Ctrl-C at the end


def test_ctrl_c_goes_on_to_the_next_step(camera: Client, steps: Steps):
    one = night(camera, steps("stop", interrupt), steps("park"))
    with pytest.raises(KeyboardInterrupt, match="cut short") as caught, one:
        pass
    assert steps.begun == ["stop", "park"]
    assert outcomes(one) == [("stop", "left alone, as Ctrl-C was pressed"), ("park", "")]
    assert caught.value.__notes__ == ["stop CCD Simulator: left alone, as Ctrl-C was pressed"]


def test_ctrl_c_stops_what_takes_long(camera: Client, steps: Steps):
    begun: list[Operation[None]] = []

    def begin(_: Camera) -> Operation[None]:
        begun.append(Operation("park"))
        presses.start()
        return begun[0]

    presses = threading.Timer(0.01, interrupt_main)
    one = night(camera, steps("park")._replace(start=begin, seconds=20.0), steps("close"))
    with pytest.raises(KeyboardInterrupt), one:
        pass
    presses.join()
    assert isinstance(begun[0].exception(0), Aborted)
    assert steps.begun == ["close"]


def test_another_ctrl_c_leaves_the_rest_alone(camera: Client, steps: Steps):
    one = night(
        camera, steps("stop", interrupt), steps("park", interrupt), steps("close"), steps("warm")
    )
    with pytest.raises(ZeroDivisionError) as caught, one:
        _ = 1 / 0
    assert steps.begun == ["stop", "park"]
    assert outcomes(one)[2:] == [
        ("close", "not begun, as Ctrl-C was pressed again"),
        ("warm", "not begun, as Ctrl-C was pressed again"),
    ]
    assert len(caught.value.__notes__) == 4


# Who ends it


def test_to_close_the_client_ends_the_night_before(camera: Client, steps: Steps):
    status: list[str] = []
    with night(camera, steps("park", lambda: status.append(camera.status))) as one:
        camera.close()
        assert outcomes(one) == [("park", "")]
    assert status == ["connected"]
    assert steps.begun == ["park"]


def test_it_ends_but_once(camera: Client, steps: Steps):
    with night(camera, steps("park")) as one:
        one.end()
        one.end()
    assert steps.begun == ["park"]
    one.end()
    assert camera.observers.interested(CCD, "CONNECTION") == ()


def test_a_night_that_has_not_begun_does_not_end(camera: Client, steps: Steps):
    night(camera, steps("park")).end()
    camera.close()
    assert steps.begun == []


def test_nights_in_nights_end_from_within(camera: Client, steps: Steps):
    with night(camera, steps("outer")), night(camera, steps("inner")):
        camera.close()
    assert steps.begun == ["inner", "outer"]


def test_a_step_may_close_the_client(camera: Client, steps: Steps):
    with night(camera, steps("park", camera.close)) as one:
        pass
    assert outcomes(one) == [("park", "")]


def test_another_thread_waits_for_the_end(camera: Client, steps: Steps):
    closing = threading.Thread(target=camera.close)
    status: list[str] = []

    def act() -> None:
        closing.start()
        status.append(camera.status)

    with night(camera, steps("stop", act), steps("park", lambda: status.append(camera.status))):
        pass
    closing.join()
    assert status == ["connected", "connected"]
    assert camera.status == "closed"


def test_an_observer_cannot_end_it_by_closing(connect, steps: Steps):
    client: Client = connect(*CAMERA)
    one = night(client, steps("park", needed=True))
    errors: list[BaseException] = []

    def hear(_: object) -> None:
        try:
            one.end()
        except RuntimeError as error:
            errors.append(error)

    with one, client.devices[CCD].observe(hear):
        client.server.tell(CONNECTION)
        assert "an observer cannot wait" in str(errors[0])
        assert steps.begun == []
    assert steps.begun == ["park"]


# Devices that come and go


def test_a_driver_that_died_is_not_forgotten(camera: Client, steps: Steps):
    one = night(camera, steps("stop", option=""), steps("park"))
    with pytest.raises(Failed, match="park CCD Simulator: it is gone: the server no longer"), one:
        camera.server.tell(Delete(CCD))
    assert steps.begun == []


def test_a_driver_that_came_back_without_its_hardware(camera: Client, steps: Steps):
    one = night(camera, steps("stop", option=""), steps("park"))
    with (
        pytest.raises(Failed, match="park CCD Simulator: its driver is not connected any more"),
        one,
    ):
        camera.server.tell(Delete(CCD), CAMERA[0], OFF)
    assert steps.begun == []


@pytest.mark.parametrize(("state", "steps_told"), [(State.IDLE, 0), (State.ALERT, 1)])
def test_what_is_disconnected_on_purpose_is_left_alone(camera, steps: Steps, state, steps_told):
    off = Update(Kind.SWITCH, CCD, "CONNECTION", {"CONNECT": False, "DISCONNECT": True}, state)
    one = night(camera, steps("park"))
    one.__enter__()
    camera.server.tell(off)
    one.end()
    assert len(one.report.failures) == steps_told


# A lost link


def lose(harbour: Harbour, refusals: int) -> None:
    """Lose the link, and wait until the client has noticed."""
    before = harbour.attempts
    harbour.refusals = refusals
    harbour.server.cut()
    look_until(lambda: harbour.attempts > before)


@pytest.fixture
def pier(monkeypatch, harbour: Harbour):
    harbour.definitions = CAMERA
    harbour._make = FakeServer
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    with Client(harbour.open(), "fake:7000", reopen=harbour.open).open() as client:
        harbour.server.tell()
        yield client


def test_a_link_that_returns_in_time_is_waited_for(pier: Client, harbour: Harbour, steps: Steps):
    def once() -> Exception | None:
        if len(harbour.servers) > 1:
            return None
        lose(harbour, 3)
        return ConnectionLost(pier.loss)

    with night(pier, steps("park", once), steps("close"), patience=20.0) as one:
        pass
    assert steps.begun == ["park", "park", "close"]
    assert outcomes(one) == [("park", ""), ("close", "")]


def test_a_link_that_is_lost_before_the_end(pier: Client, harbour: Harbour, steps: Steps):
    with night(pier, steps("park"), patience=20.0) as one:
        lose(harbour, 3)
    assert outcomes(one) == [("park", "")]


def test_a_link_that_stays_lost_is_waited_for_once(pier: Client, harbour: Harbour, steps: Steps):
    def gone() -> Exception:
        return ConnectionLost(pier.loss)

    one = night(pier, steps("park", gone), steps("close", gone), patience=SHORT)
    with pytest.raises(Failed, match="the link to fake:7000 is lost") as caught, one:
        lose(harbour, 10**9)
    assert [words.startswith("the link to") for _, words in outcomes(one)] == [True, True]
    assert "close CCD Simulator" in str(caught.value)
    assert one._patience <= 0


# The report


def test_the_report_is_a_table():
    report = Report(
        [
            Outcome("park", "EQMod \x9b31m", 31.24),
            Outcome("close", "Dome", 0.0, Failed("the shutter\nis stuck")),
        ]
    )
    assert repr(report).splitlines() == [
        "✓ park EQMod \\x9b31m                 31.2 s",
        "✗ close Dome                          0.0 s  the shutter\\nis stuck",
    ]
    assert report.failures == (report[1],)
    assert report.words == "close Dome: the shutter\\nis stuck"
    shown = report._repr_mimebundle_()
    assert "<td>✗</td><td>close</td><td>Dome</td><td>0.0 s</td>" in shown["text/html"]
    assert repr(Report()) == "<nothing was done>"
    assert Outcome("park", "A", 0.0, KeyboardInterrupt()).words == "KeyboardInterrupt"


@pytest.mark.parametrize("encoding", ["ascii", "closed"])
def test_who_cannot_read_it_does_not_hinder_it(camera, steps: Steps, monkeypatch, encoding):
    paper = io.TextIOWrapper(io.BytesIO(), "ascii")
    if encoding == "closed":
        paper.close()
    monkeypatch.setattr(sys, "stdout", paper)
    with night(camera, steps("stop"), steps("park")) as one:
        pass
    monkeypatch.undo()
    assert steps.begun == ["stop", "park"]
    assert len(one.report) == 2
