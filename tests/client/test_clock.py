import contextlib
import itertools
import sys
import threading
import time

import pytest

from indinb.client import clock
from indinb.client.clock import Timer, call_later
from tests.client.fakes import SOON


def clock_threads():
    return [thread for thread in threading.enumerate() if thread.name == "indinb-clock"]


@pytest.fixture
def calls():
    """Return a list that calls can fill."""
    return []


@contextlib.contextmanager
def at_once():
    """Let time stand still, so that what is asked for meanwhile is asked for at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", itertools.repeat(time.monotonic()).__next__)
        yield


def wait_for_end_of_clock():
    for thread in clock_threads():
        thread.join(SOON)
    assert clock_threads() == []


def test_calls_back_after_the_time_asked_for():
    called = threading.Event()
    with at_once():
        asked = time.monotonic()
        timer = call_later(0.02, called.set)
    assert called.wait(SOON)
    assert time.monotonic() >= timer.due == asked + 0.02


def test_calls_in_the_order_of_time_not_of_asking(calls):
    done = threading.Event()
    with at_once():
        call_later(0.04, done.set)
        call_later(0.03, lambda: calls.append("late"))
        call_later(0.01, lambda: calls.append("early"))
        call_later(0.02, lambda: calls.append("middle"))
    assert done.wait(SOON)
    assert calls == ["early", "middle", "late"]


def test_calls_due_at_the_same_time_come_in_the_order_of_asking(calls):
    done = threading.Event()
    with at_once():
        for number in range(20):
            call_later(0.01, lambda number=number: calls.append(number))
        call_later(0.01, done.set)
    assert done.wait(SOON)
    assert calls == list(range(20))


def test_what_is_due_already_is_called_at_once():
    called = threading.Event()
    call_later(-5, called.set)
    assert called.wait(SOON)


def test_all_calls_come_from_one_thread_of_the_clock():
    threads, done = set(), threading.Event()
    with at_once():
        for _ in range(5):
            call_later(0.005, lambda: threads.add(threading.current_thread()))
        call_later(0.01, done.set)
    assert done.wait(SOON)
    assert [thread.name for thread in threads] == ["indinb-clock"]
    assert all(thread.daemon for thread in threads)


def test_thread_ends_when_nothing_is_due_and_begins_again():
    for _ in range(3):
        called = threading.Event()
        call_later(0, called.set)
        assert called.wait(SOON)
        wait_for_end_of_clock()


def test_cancelled_timer_is_not_called_and_does_not_keep_the_clock(calls):
    timer = call_later(1000, lambda: calls.append("called"))
    assert len(clock_threads()) == 1
    timer.cancel()
    wait_for_end_of_clock()
    assert calls == []


def test_timers_cancelled_behind_a_live_one_end_with_it():
    called = threading.Event()
    later = [call_later(1000 + number, called.clear) for number in range(10)]
    call_later(0.02, called.set)
    for timer in reversed(later):
        timer.cancel()
    assert called.wait(SOON)
    wait_for_end_of_clock()
    assert called.is_set()


def test_cancel_twice_and_after_the_call():
    called = threading.Event()
    timer = call_later(0, called.set)
    assert called.wait(SOON)
    timer.cancel()
    timer.cancel()
    wait_for_end_of_clock()


def test_timer_that_comes_first_is_called_first_though_asked_last(calls):
    late = call_later(1000, lambda: calls.append("late"))
    for _ in range(10):  # after the first of them, the clock sleeps until the late one
        early = threading.Event()
        call_later(0.001, early.set)
        assert early.wait(SOON), "the clock slept on"
    late.cancel()
    assert calls == []


def test_callback_may_ask_for_another(calls):
    done = threading.Event()

    def tick():
        calls.append(len(calls))
        if len(calls) == 5:
            done.set()
        else:
            call_later(0.001, tick)

    call_later(0, tick)
    assert done.wait(SOON)
    wait_for_end_of_clock()
    assert calls == [0, 1, 2, 3, 4]


def test_callback_may_cancel_another(calls):
    done = threading.Event()
    with at_once():
        victim = call_later(0.02, lambda: calls.append("victim"))
        call_later(0.01, victim.cancel)
        call_later(0.03, done.set)
    assert done.wait(SOON)
    assert calls == []


def test_what_a_callback_raises_is_logged_and_keeps_nothing_from_the_next(caplog):
    def fail():
        raise ValueError("no luck")

    called = threading.Event()
    call_later(0.001, fail)
    call_later(0.002, called.set)
    assert called.wait(SOON)
    (record,) = caplog.records
    assert record.exc_info[0] is ValueError
    assert "fail" in record.getMessage()


def test_many_threads_may_ask_and_cancel_at_once():
    called, wanted = [], 8 * 25
    done = threading.Event()

    def count():
        called.append(None)
        if len(called) == wanted:
            done.set()

    def ask():
        for _ in range(25):
            call_later(0.001, count)
            call_later(0.5, count).cancel()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done.wait(SOON)
    wait_for_end_of_clock()
    assert len(called) == wanted


def test_a_timer_knows_when_it_is_due():
    timer = Timer(12.5, lambda: None)
    assert timer.due == 12.5
    timer.cancel()
    assert timer.callback is None


def test_a_call_that_wants_to_exit_ends_nothing(caplog):
    called = threading.Event()
    call_later(0, sys.exit)
    call_later(0.001, called.set)
    assert called.wait(5)
    assert "SystemExit" in caplog.text


def test_a_thread_that_cannot_be_started_is_started_next_time(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            call_later(0, int)
    called = threading.Event()
    call_later(0, called.set)
    assert called.wait(5)


def test_timers_that_were_cancelled_are_forgotten_long_before_they_are_due():
    for _ in range(10_000):
        call_later(1000, int).cancel()
    assert len(clock._clock._timers) <= 200


def test_what_is_due_in_a_thousand_years_ends_nothing():
    far = call_later(1000 * 365.25 * 86400, lambda: None)
    called = threading.Event()
    call_later(0.01, called.set)
    assert called.wait(SOON)
    far.cancel()
    wait_for_end_of_clock()
