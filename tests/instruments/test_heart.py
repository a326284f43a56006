"""The heart: that it beats regularly, stops when it is told, and keeps nobody alive."""

import gc
import threading
import weakref

import pytest

from indinb.client.clock import call_later
from indinb.instruments import heart as room
from indinb.instruments.heart import Heart
from tests.client.fakes import SOON, ManualClock
from tests.client.helpers import race


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock()
    monkeypatch.setattr(room, "call_later", clock.call_later)
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


def test_a_beat_that_fails_is_not_the_last(clock: ManualClock):
    class Weak(Patient):
        def beat(self) -> None:
            super().beat()
            raise ValueError("weak")

    weak = Weak()
    weak.heart.start()
    for _ in range(3):
        with pytest.raises(ValueError, match="weak"):  # which the real clock logs
            clock.advance(10)
    assert weak.beats == 3


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


def test_nothing_beats_after_it_was_stopped_and_waited_for():
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Patient):
        def beat(self) -> None:
            begun.set()
            assert go_on.wait(SOON)
            super().beat()

    slow = Slow(0.001)
    slow.heart.start()
    assert begun.wait(SOON)
    slow.heart.stop()
    assert slow.beats == 0
    go_on.set()
    slow.heart.wait()
    assert slow.beats == 1


def test_a_stop_among_other_calls_is_final():
    patient = Patient(0.0001)
    patient.heart.start()
    sooner = [lambda: [patient.heart.next(0) for _ in range(100)] for _ in range(3)]
    race(*sooner, patient.heart.stop)
    patient.heart.wait()
    beats = patient.beats
    done = threading.Event()
    call_later(0.01, done.set)
    assert done.wait(SOON)
    assert patient.beats == beats
