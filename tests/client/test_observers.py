import threading
from types import SimpleNamespace

import pytest

from indinb.client import observers as observers_module
from indinb.client.observers import Change, Observers
from tests.client.fakes import ManualClock
from tests.client.helpers import Handler

CHANGE = Change("updated", None, "CCD_EXPOSURE", None, None)


@pytest.fixture
def observers():
    return Observers()


def publish(observers, device="CCD", name="CCD_EXPOSURE", change=CHANGE):
    observers.notify(observers.interested(device, name), change)


def test_each_hears_of_what_it_observes_and_no_more(observers):
    property, device, everything = Handler(), Handler(), Handler()
    observers.add(("CCD", "CCD_EXPOSURE"), property)
    observers.add(("CCD", None), device)
    observers.add((None, None), everything)
    publish(observers, "CCD", "CCD_EXPOSURE")
    publish(observers, "CCD", "CCD_FRAME")
    publish(observers, "CCD", None)
    publish(observers, "Mount", "CCD_EXPOSURE")
    publish(observers, None, None)
    assert [len(h.changes) for h in (property, device, everything)] == [1, 3, 5]


def test_who_observes_the_least_hears_first_and_then_in_order_of_coming(observers):
    order = []
    for number, key in enumerate([(None, None), ("CCD", None), ("CCD", "CCD_EXPOSURE")] * 2):
        observers.add(key, lambda change, number=number: order.append(number))
    publish(observers)
    assert order == [2, 5, 1, 4, 0, 3]


def test_nobody_is_interested(observers):
    assert observers.interested("CCD", "CCD_EXPOSURE") == ()
    assert observers.interested(None, None) == ()


def test_closed_subscription_hears_no_more(observers):
    handler = Handler()
    subscription = observers.add(("CCD", None), handler)
    publish(observers)
    subscription.close()
    subscription.close()
    publish(observers)
    assert handler.changes == [CHANGE]


def test_with_closes(observers):
    handler = Handler()
    with observers.add(("CCD", None), handler) as subscription:
        publish(observers)
        assert subscription.handler is handler
    publish(observers)
    assert len(handler.changes) == 1


def test_the_same_handler_twice_is_two_subscriptions(observers):
    handler = Handler()
    first = observers.add(("CCD", None), handler)
    observers.add(("CCD", None), handler)
    publish(observers)
    first.close()
    publish(observers)
    assert len(handler.changes) == 3


def test_handler_may_close_its_own_subscription(observers):
    changes, other = [], Handler()

    def once(change):
        changes.append(change)
        subscription.close()

    subscription = observers.add(("CCD", None), once)
    observers.add(("CCD", None), other)
    publish(observers)
    publish(observers)
    assert len(changes) == 1
    assert len(other.changes) == 2


def test_handler_may_subscribe_another_which_hears_from_the_next_change_on(observers):
    late = Handler()
    observers.add(("CCD", None), lambda change: observers.add(("CCD", None), late))
    publish(observers)
    assert late.changes == []
    publish(observers)
    assert len(late.changes) == 1


def test_handler_that_raises_is_logged_once_and_others_are_still_called(observers, caplog):
    def broken(change):
        raise ZeroDivisionError("oops")

    handler = Handler()
    observers.add(("CCD", None), broken)
    observers.add(("CCD", None), handler)
    publish(observers)
    publish(observers)
    assert len(handler.changes) == 2
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]
    assert "CCD_EXPOSURE" in caplog.text


def test_handler_is_called_while_no_lock_is_held(observers):
    added = []

    def add_from_another_thread(change):
        thread = threading.Thread(
            target=lambda: added.append(observers.add(("CCD", None), Handler()))
        )
        thread.start()
        thread.join(5)

    observers.add(("CCD", None), add_from_another_thread)
    publish(observers)
    assert len(added) == 1


def test_clear_forgets_all(observers):
    handler = Handler()
    subscription = observers.add(("CCD", None), handler)
    observers.add((None, None), handler)
    observers.clear()
    publish(observers)
    subscription.close()
    assert handler.changes == []


def test_closing_one_of_several_leaves_the_others(observers):
    handlers = [Handler() for _ in range(3)]
    subscriptions = [observers.add(("CCD", None), handler) for handler in handlers]
    subscriptions[1].close()
    publish(observers)
    assert [len(handler.changes) for handler in handlers] == [1, 0, 1]


def test_nothing_is_kept_of_what_was_closed(observers):
    for number in range(50):
        observers.add(("CCD", f"P{number}"), Handler()).close()
    assert observers._by_key == {}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ((None, None), "<Subscription of everything of all devices>"),
        (("CCD", None), "<Subscription of everything of CCD>"),
        (("CCD", "CCD1"), "<Subscription of CCD1 of CCD>"),
    ],
)
def test_a_subscription_says_what_it_observes(observers, key, text):
    assert repr(observers.add(key, Handler())) == text


def test_many_threads_come_and_go_while_changes_are_published(observers):
    steady, stop = Handler(), threading.Event()
    observers.add(("CCD", "CCD_EXPOSURE"), steady)

    def come_and_go():
        while not stop.is_set():
            observers.add(("CCD", "CCD_EXPOSURE"), Handler()).close()

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(500):
        publish(observers)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(steady.changes) == 500
    assert len(observers.interested("CCD", "CCD_EXPOSURE")) == 1


# What keeps all others waiting


@pytest.fixture
def patience(monkeypatch):
    """Return a clock that goes on when it is told to, also for the watch."""
    clock = ManualClock()
    monkeypatch.setattr(observers_module, "call_later", clock.call_later)
    monkeypatch.setattr(observers_module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def watched(patience):
    return Observers(watched=True)


def test_an_observer_that_does_not_return_is_named_soon_after_a_second(watched, patience, caplog):
    def slow(change):
        patience.advance(1.1)
        assert caplog.records == []
        patience.advance(0.5)
        assert "slow" in caplog.text
        patience.advance(100)

    watched.add(("CCD", None), slow)
    publish(watched)
    assert len(caplog.records) == 1
    assert caplog.records[0].levelname == "WARNING"
    assert (
        "an observer keeps all others waiting (it will not be told again): <function" in caplog.text
    )


def test_it_is_named_once_and_another_as_well(watched, patience, caplog):
    watched.add(("CCD", None), lambda change: patience.advance(2))
    publish(watched)
    publish(watched)
    watched.add(("CCD", None), lambda change: patience.advance(2))
    publish(watched)
    assert len(caplog.records) == 2


def test_who_is_called_often_is_not_slow(watched, patience, caplog):
    watched.add(("CCD", None), lambda change: patience.advance(0.1))
    for _ in range(100):
        publish(watched)
    assert caplog.records == []


def test_each_has_its_own_second(watched, patience, caplog):
    for _ in range(10):
        watched.add(("CCD", None), lambda change: patience.advance(0.5))
    publish(watched)
    assert caplog.records == []


def test_the_slow_one_is_named_and_not_another(watched, patience, caplog):
    def innocent(change):
        pass

    def guilty(change):
        patience.advance(2)

    for handler in (innocent, guilty, innocent):
        watched.add(("CCD", None), handler)
    publish(watched)
    assert "guilty" in caplog.text
    assert "innocent" not in caplog.text


@pytest.mark.parametrize(
    ("stops", "seconds"), [(1, 3600), (5, 0.4)], ids=["was asleep", "is busy with other things"]
)
def test_a_machine_that_stood_still_is_no_slow_observer(watched, patience, caplog, stops, seconds):
    def kept_from_running(change):
        for _ in range(stops):
            patience.now += seconds  # in which nobody could look either
            patience.advance(0.05)

    watched.add(("CCD", None), kept_from_running)
    for _ in range(20):
        publish(watched)
    assert caplog.records == []


def test_the_clock_rests_while_nobody_is_called(watched, patience):
    watched.add(("CCD", None), lambda change: None)
    publish(watched)
    patience.advance(1)
    assert patience.pending == []
    publish(watched)
    assert len(patience.pending) == 1


def test_nobody_is_watched_after_the_end(watched, patience, caplog):
    handler = Handler()
    watched.add(("CCD", None), handler)
    publish(watched)
    watched.clear()
    assert patience.pending == []
    watched.add(("CCD", None), lambda change: patience.advance(5))
    publish(watched)
    assert caplog.records == []


def test_others_wait_no_longer_than_the_slow_one_takes(watched, patience):
    times = []
    watched.add(("CCD", None), lambda change: patience.advance(3))
    watched.add(("CCD", None), lambda change: times.append(patience.now))
    publish(watched)
    assert times == [3]


# Mistakes


def test_one_that_another_has_closed_in_the_same_change_is_not_called(observers):
    handler = Handler()
    observers.add(("CCD", None), lambda change: later.close())
    later = observers.add(("CCD", None), handler)
    publish(observers)
    assert handler.changes == []


def test_a_signal_may_forget_all_in_the_midst_of_adding(observers):
    with observers._lock:
        observers.clear()


def test_each_kind_of_mistake_is_logged_once(observers, caplog):
    errors = [ValueError("a"), ValueError("b"), KeyError("c"), ValueError("d"), KeyError("e")]

    def broken(change):
        raise errors.pop(0)

    observers.add(("CCD", None), broken)
    for _ in range(5):
        publish(observers)
    assert [record.exc_info[0] for record in caplog.records] == [ValueError, KeyError]
    assert "the same error will not be told again" in caplog.text


def test_the_same_mistake_of_another_observer_is_logged(observers, caplog):
    def broken(change):
        raise ValueError

    for _ in range(3):
        observers.add(("CCD", None), broken).close()
        subscription = observers.add(("CCD", None), broken)
        publish(observers)
        subscription.close()
    assert len(caplog.records) == 3


def test_what_cannot_be_called_is_no_observer(observers):
    with pytest.raises(TypeError, match="an observer is a function of a Change, not 'print'"):
        observers.add(("CCD", None), "print")
