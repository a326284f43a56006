"""Ctrl-C at any moment: what was waited for is stopped, and the client goes on."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from indinb import display
from indinb.client import operation
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure
from indinb.errors import Aborted, ConnectionLost
from indinb.protocol.messages import Notice
from indinb.protocol.vocabulary import State
from tests.client.fakes import CCD, SOON, TEMPERATURE, obey, update
from tests.client.helpers import (
    Slow,
    cool,
    interrupt,
    interrupt_main,
    text_of,
    unanswered,
)

EVER = 3600.0  # seconds: if these were waited for, the test would never end


@pytest.fixture(params=["result", "exception", "wait", "result(timeout)", "exception(timeout)"])
def waiting(request):
    """Return each of the ways to wait for an operation."""
    verb, _, limited = request.param.partition("(")
    return lambda one: getattr(one, verb)(*([EVER] if limited else []))


@pytest.fixture
def at_slice(monkeypatch):
    """Return a function that lets something happen at some of the slices of waiting, by number."""
    real, count = operation.futures.wait, 0

    def at_slice(act, *numbers):
        def wait(futures, timeout):
            nonlocal count
            count += 1
            if count in numbers:
                act()
            return real(futures, timeout)

        monkeypatch.setattr(operation.futures, "wait", wait)

    return at_slice


# While it is waited for


@pytest.mark.parametrize("number", [1, 2, 5])
def test_ctrl_c_aborts(waiting, at_slice, number):
    at_slice(interrupt, number)
    slew = Operation("slew")
    with pytest.raises(KeyboardInterrupt):
        waiting(slew)
    assert text_of(slew) == "aborted"


@pytest.mark.parametrize("press", [interrupt_main, interrupt], ids=["wakes", "does not wake"])
def test_ctrl_c_from_outside_is_noticed(waiting, at_slice, press):
    # A signal that another thread gets does not end a wait of this one, as on Windows.
    slew, begun = Operation("slew"), threading.Event()
    at_slice(begun.set, 1)

    def user():
        begun.wait(SOON)
        press()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(user)
        with pytest.raises(KeyboardInterrupt):
            waiting(slew)
    assert isinstance(slew.exception(0), Aborted)


def test_ctrl_c_while_progress_is_shown_aborts(slot, impatient):
    slot(display.static, interrupt)
    slew = Operation("slew")
    with pytest.raises(KeyboardInterrupt):
        slew.wait()
    assert isinstance(slew.exception(0), Aborted)


def test_ctrl_c_waits_until_the_instrument_has_stopped(desk, clock, waiting, at_slice):
    at_slice(interrupt, 1)
    stopping = threading.Event()
    request = cool(desk, abort=stopping.set)
    desk.say(update(TEMPERATURE, State.BUSY), Notice(CCD, "[WARNING] stopping"))

    def driver():
        stopping.wait(SOON)
        desk.say(update(TEMPERATURE, State.IDLE))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(driver)
        with pytest.raises(KeyboardInterrupt):
            waiting(request)
    assert isinstance(request.exception(0), Aborted)


def test_ctrl_c_does_not_wait_for_an_instrument_that_does_not_stop(waiting, at_slice, impatient):
    at_slice(interrupt, 1)
    slew = Slow("slew")
    with pytest.raises(KeyboardInterrupt):
        waiting(slew)
    assert slew.running()


def test_a_second_ctrl_c_ends_the_waiting_at_once(waiting, at_slice, monkeypatch):
    monkeypatch.setattr(operation, "ABORT_PATIENCE", EVER)
    at_slice(interrupt, 1, 3)
    slew = Slow("slew")
    with pytest.raises(KeyboardInterrupt):
        waiting(slew)
    assert slew.running()
    slew.succeed("there")
    assert isinstance(slew.exception(0), Aborted)


def test_ctrl_c_stops_once(waiting, at_slice):
    stops = []

    class Counted(Operation):
        def _stop(self):
            stops.append(self)
            super()._stop()

    at_slice(interrupt, 1)
    slew = Counted("slew")
    with pytest.raises(KeyboardInterrupt):
        waiting(slew)
    assert stops == [slew]


def test_time_that_runs_out_stops_nothing(at_slice):
    slew = Operation("slew")
    for verb in (slew.result, slew.exception):
        with pytest.raises(TimeoutError, match=r"slew: not done after 0.001 s; it goes on"):
            verb(0.001)
    assert slew.running()


def test_time_may_run_out_within_a_slice(monkeypatch):
    monkeypatch.setattr(operation, "_SLICE", EVER)
    with pytest.raises(TimeoutError):
        Operation("slew").result(0.001)


def test_slices_do_not_delay_the_end(waiting, at_slice, monkeypatch):
    monkeypatch.setattr(operation, "_SLICE", EVER)
    monkeypatch.setattr(operation, "_UNNOTICED", EVER)
    slew, begun = Operation("slew"), threading.Event()
    at_slice(begun.set, 1)

    def mount():
        begun.wait(SOON)
        slew.succeed("there")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(mount)
        assert waiting(slew) in ("there", None)


def test_slices_are_short_enough_for_fingers():
    assert operation._SLICE <= 0.1


# While it is begun


@pytest.mark.parametrize("press", [interrupt, partial(sys.exit, 1)], ids=["Ctrl-C", "exit"])
def test_a_request_interrupted_when_it_was_sent_is_aborted(desk, clock, impatient, press):
    stops = []
    desk.on_send = lambda message: press()
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        cool(desk, abort=lambda: stops.append(1))
    (request,) = desk.begun
    assert stops == [1]
    assert request.running()
    desk.say(update(TEMPERATURE, State.IDLE))
    clock.advance(1)
    assert text_of(request) == "aborted"
    assert clock.pending == []


def test_a_request_that_cannot_be_stopped_is_not_waited_for(desk, clock):
    desk.on_send = interrupt
    with pytest.raises(KeyboardInterrupt):
        cool(desk)
    (request,) = desk.begun
    assert isinstance(request.exception(0), Aborted)
    assert clock.pending == []
    assert desk.observers.interested(CCD, None) == ()


def test_a_request_that_cannot_be_written_leaves_nothing_behind(desk, clock):
    def stumble(message):
        raise TypeError("no such value")

    desk.on_send = stumble
    with pytest.raises(TypeError):
        cool(desk, abort=lambda: pytest.fail("stopped"))
    assert isinstance(desk.begun[0].exception(0), TypeError)
    assert clock.pending == []
    assert desk.observers.interested(CCD, None) == ()


def test_ctrl_c_in_the_first_step_of_a_procedure_stops_it(desk, clock, impatient):
    stops, closed = [], []

    def steps():
        try:
            yield cool(desk, abort=lambda: stops.append(1))
        finally:
            closed.append(True)

    desk.on_send = interrupt
    with pytest.raises(KeyboardInterrupt):
        Procedure("all", steps())
    assert (stops, closed) == ([1], [True])


def test_ctrl_c_right_after_a_step_has_begun_stops_it(impatient):
    class Begun(Slow):
        def add_done_callback(self, callback):
            interrupt()

    step = Begun("slew")
    with pytest.raises(KeyboardInterrupt):
        Procedure("all", iter([step]))
    step.succeed("there")
    assert isinstance(step.exception(0), Aborted)


def test_ctrl_c_between_two_steps_begins_no_other():
    first, log = Operation("first"), []
    first.succeed(None)

    def steps():
        yield first
        interrupt()
        log.append("begun")
        yield Operation("second")

    with pytest.raises(KeyboardInterrupt):
        Procedure("all", steps())
    assert log == []


def test_ctrl_c_while_a_procedure_cleans_up_ends_it():
    def steps():
        try:
            yield Operation("slew")
        finally:
            interrupt()

    procedure = Procedure("all", steps())
    with pytest.raises(KeyboardInterrupt):
        procedure.abort()
    assert isinstance(procedure.exception(0), Aborted)


# What it leaves


def test_the_client_is_as_usable_as_before(client, server, waiting, at_slice):
    at_slice(interrupt, 1)
    with pytest.raises(KeyboardInterrupt):
        waiting(unanswered(client))
    assert client.status == "connected"
    assert client._pending == set()
    server.answer = obey
    assert client.devices[CCD]["CCD_TEMPERATURE"].set(-5).result(SOON) is None
    assert client.devices[CCD]["CCD_TEMPERATURE"].value == -5


def test_ctrl_c_while_definitions_are_waited_for(client, at_slice):
    at_slice(interrupt, 1)
    with pytest.raises(KeyboardInterrupt):
        client.wait_for("Nobody", timeout=EVER)
    assert client.status == "connected"
    assert client._pending == set()


def test_a_lost_link_ends_what_an_interrupted_wait_left(desk, clock, at_slice, impatient):
    at_slice(interrupt, 1)
    request = cool(desk, abort=lambda: None)
    with pytest.raises(KeyboardInterrupt):
        request.result()
    request.fail(ConnectionLost("cool down: the link broke"))
    assert isinstance(request.exception(0), ConnectionLost)


# What it says


def test_ctrl_c_says_what_it_aborted(waiting, at_slice):
    at_slice(interrupt, 1)
    with pytest.raises(KeyboardInterrupt) as caught:
        waiting(Operation("slew to M31"))
    assert str(caught.value) == "Aborted: slew to M31"
    assert not hasattr(caught.value, "__notes__")
    assert caught.value.__suppress_context__


def test_ctrl_c_says_how_the_instrument_took_it(desk, clock, at_slice):
    def refuse():
        raise ConnectionLost("the link broke")

    at_slice(interrupt, 1)
    with pytest.raises(KeyboardInterrupt, match="Aborted: cool down") as caught:
        cool(desk, abort=refuse).result(SOON)
    (note,) = caught.value.__notes__
    assert note == "cool down: aborted, but the instrument goes on: the link broke"


def test_of_an_instrument_that_goes_on_more_is_not_known(at_slice, impatient):
    at_slice(interrupt, 1)
    with pytest.raises(KeyboardInterrupt, match="Aborted: slew") as caught:
        Slow("slew").result(SOON)
    assert not hasattr(caught.value, "__notes__")


def test_ctrl_c_is_nothing_that_programs_handle_by_mistake(waiting, at_slice):
    at_slice(interrupt, 1)
    with pytest.raises(KeyboardInterrupt) as caught:
        waiting(Operation("slew"))
    assert not isinstance(caught.value, Exception)


def test_ctrl_c_after_abort_asks_the_instrument_no_second_time(waiting, at_slice, impatient):
    stops = []

    class Counted(Operation):
        def _stop(self):
            stops.append(self)

    slew = Counted("slew")
    at_slice(interrupt, 1)
    slew.abort()
    with pytest.raises(KeyboardInterrupt):
        waiting(slew)
    assert stops == [slew]


def test_the_traceback_of_what_was_aborted_does_not_lead_through_other_threads(desk, clock):
    def steps():
        yield cool(desk, abort=lambda: desk.say(update(TEMPERATURE, State.IDLE)))

    procedure = Procedure("all", steps())
    with ThreadPoolExecutor(1) as pool:
        pool.submit(procedure.abort).result(SOON)
        pool.submit(clock.advance, 1).result(SOON)
    with pytest.raises(Aborted) as caught:
        procedure.result(SOON)
    assert "steps" not in [entry.name for entry in caught.traceback]
