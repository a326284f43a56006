"""The heart: that it beats regularly, stops when it is told, and keeps nobody alive or waiting."""

import gc
import threading
import time
import weakref
from collections.abc import Callable

import pytest

from indinb.client.clock import call_later
from indinb.instruments.guarding import heart as room
from indinb.instruments.guarding.heart import Heart
from tests.client.fakes import SOON, ManualClock
from tests.client.helpers import race


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock()
    monkeypatch.setattr(room, "call_later", clock.call_later)
    monkeypatch.setattr(room, "beside", lambda act: act())
    return clock


class Patient:
    """Whose heart beats."""

    def __init__(self, period: float = 10.0) -> None:
        self.beats = 0
        self.heart = Heart(self.beat, period)

    def beat(self) -> None:
        self.beats += 1


@pytest.fixture
def patient(clock: ManualClock) -> Patient:
    patient = Patient()
    patient.heart.start()
    return patient


def test_nothing_beats_before_the_start(clock: ManualClock):
    patient = Patient()
    assert not patient.heart.beats
    patient.heart.next(1)
    assert clock.pending == []


def test_it_beats_once_in_each_period(clock: ManualClock, patient: Patient):
    assert patient.heart.beats
    clock.advance(9)
    assert patient.beats == 0
    clock.advance(1)
    assert patient.beats == 1
    clock.advance(50)
    assert patient.beats == 6


def test_the_next_beat_can_come_sooner_and_the_others_follow(clock: ManualClock, patient: Patient):
    clock.advance(5)
    patient.heart.next(1)
    clock.advance(1)
    assert patient.beats == 1
    clock.advance(9)
    assert patient.beats == 1
    clock.advance(1)
    assert patient.beats == 2


def test_the_next_beat_cannot_be_put_off(clock: ManualClock, patient: Patient):
    for _ in range(11):
        clock.advance(1)
        patient.heart.next(5)
    assert patient.beats == 2


def test_it_has_one_timer_only(clock: ManualClock, patient: Patient):
    for _ in range(5):
        patient.heart.next(1)
    assert len(clock.pending) == 1


def test_it_stops(clock: ManualClock, patient: Patient):
    patient.heart.stop()
    assert not patient.heart.beats
    assert clock.pending == []
    clock.advance(100)
    assert patient.beats == 0
    patient.heart.stop()


def test_it_can_be_started_again(clock: ManualClock, patient: Patient):
    patient.heart.stop()
    patient.heart.start()
    clock.advance(10)
    assert patient.beats == 1


def test_a_beat_that_fails_is_logged_and_not_the_last(clock: ManualClock, caplog):
    class Weak(Patient):
        def beat(self) -> None:
            super().beat()
            raise ValueError("weak")

    weak = Weak()
    weak.heart.start()
    clock.advance(30)
    assert weak.beats == 3
    assert caplog.text.count("ValueError: weak") == 3


def test_a_beat_may_stop_the_heart(clock: ManualClock):
    class Last(Patient):
        def beat(self) -> None:
            super().beat()
            self.heart.stop()

    last = Last()
    last.heart.start()
    clock.advance(100)
    assert last.beats == 1
    assert clock.pending == []


def test_it_keeps_nobody_alive(clock: ManualClock):
    patient = Patient()
    patient.heart.start()
    gone = weakref.ref(patient)
    del patient
    gc.collect()
    assert gone() is None
    clock.advance(10)
    assert clock.pending == []


class Slow(Patient):
    """Whose beats take as long as is wanted."""

    def __init__(self, period: float = 0.001) -> None:
        super().__init__(period)
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.threads: list[str] = []

    def beat(self) -> None:
        self.threads.append(threading.current_thread().name)
        self.begun.set()
        assert self.go_on.wait(SOON)
        super().beat()


def test_nothing_beats_after_it_was_stopped_and_waited_for():
    slow = Slow()
    slow.heart.start()
    assert slow.begun.wait(SOON)
    over = slow.heart.stop()
    assert not over.done()
    slow.go_on.set()
    over.result(SOON)
    assert slow.beats == 1


def test_a_heart_that_rests_need_not_be_waited_for(patient: Patient):
    assert patient.heart.stop().done()


def test_a_slow_beat_keeps_nothing_else_from_the_clock():
    slow = Slow()
    slow.heart.start()
    assert slow.begun.wait(SOON)
    done = threading.Event()
    call_later(0, done.set)
    assert done.wait(SOON)
    slow.go_on.set()
    slow.heart.stop().result(SOON)
    assert slow.threads[0] == "indinb-heartbeat"


def test_there_is_one_beat_at_a_time(monkeypatch: pytest.MonkeyPatch, clock: ManualClock):
    acts: list[Callable[[], None]] = []
    monkeypatch.setattr(room, "beside", acts.append)
    patient = Patient()
    patient.heart.start()
    clock.advance(10)
    patient.heart.next(0)
    clock.advance(5)
    assert len(acts) == 1
    acts.pop()()
    clock.advance(0.1)  # what was asked for meanwhile comes soon after it
    assert len(acts) == 1
    acts.pop()()
    assert patient.beats == 2
    assert len(clock.pending) == 1


def test_without_a_thread_it_beats_all_the_same(monkeypatch: pytest.MonkeyPatch):
    def fail(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    beats: list[int] = []
    room.beside(lambda: beats.append(1))
    assert beats == [1]


def test_a_stop_among_other_calls_is_final():
    patient = Patient(0.0001)
    patient.heart.start()
    sooner = [lambda: [patient.heart.next(0) for _ in range(100)] for _ in range(3)]
    race(*sooner, patient.heart.stop)
    patient.heart.stop().result(SOON)
    beats = patient.beats
    done = threading.Event()
    call_later(0.01, done.set)
    assert done.wait(SOON)
    assert patient.beats == beats


def test_a_disowned_heart_rests(clock: ManualClock, patient: Patient):
    with patient.heart._timing:  # another thread of the parent, that the child has not
        patient.heart.disown()
    patient.heart.next(0)
    assert not patient.heart.beats
    clock.advance(100)
    assert patient.beats == 0
    assert patient.heart.stop().done()


# the time


def test_whoever_sets_the_wall_clock_does_not_change_the_time(monkeypatch: pytest.MonkeyPatch):
    before = room.now()
    monkeypatch.setattr(time, "time", lambda: 1e9)
    assert 0 <= room.now() - before < SOON


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="Linux has it")
def test_the_time_goes_on_while_the_computer_sleeps():
    before = room.now()
    assert 0 <= time.clock_gettime(time.CLOCK_BOOTTIME) - before < SOON


def test_where_nobody_tells_of_sleep_it_is_monotonic(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "_SLEEPLESS", None)
    before = room.now()
    assert 0 <= time.monotonic() - before < SOON
