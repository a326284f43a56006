"""The coalescer: nothing is missed, and a browser is not flooded."""

import itertools
import logging
import threading
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.widgets import feed as feeds
from indinb.widgets.feed import SHARE, TICK, Feed
from tests.client.fakes import SOON, ManualClock

ALMOST = TICK - 1e-9


@pytest.fixture
def flushes() -> list[float]:
    """Return a list for the moments of the flushes."""
    return []


@pytest.fixture
def feed(clock: ManualClock, flushes: list[float]) -> Feed:
    return Feed(lambda: flushes.append(clock.now))


def test_nothing_is_flushed_unasked(feed: Feed, clock: ManualClock, flushes: list[float]) -> None:
    clock.advance(10 * TICK)
    assert flushes == []
    assert clock.pending == []


def test_the_first_flush_comes_at_once(
    feed: Feed, clock: ManualClock, flushes: list[float]
) -> None:
    feed.poke()
    assert flushes == []  # but not on the thread that pokes
    clock.advance(0)
    assert flushes == [0]


def test_a_thousand_pokes_are_one_flush(
    feed: Feed, clock: ManualClock, flushes: list[float]
) -> None:
    for _ in range(1000):
        feed.poke()
    assert len(clock.pending) == 1
    clock.advance(10 * TICK)
    assert flushes == [0]


def test_a_storm_is_flushed_once_a_tick(
    feed: Feed, clock: ManualClock, flushes: list[float]
) -> None:
    for _ in range(999):
        feed.poke()
        clock.advance(TICK / 100)
    assert flushes == pytest.approx([number * TICK for number in range(10)])


def test_after_a_rest_it_is_at_once_again(
    feed: Feed, clock: ManualClock, flushes: list[float]
) -> None:
    feed.poke()
    clock.advance(7 * TICK)
    feed.poke()
    clock.advance(0)
    assert flushes == pytest.approx([0, 7 * TICK])


def test_what_comes_soon_after_a_flush_waits_for_the_tick(
    feed: Feed, clock: ManualClock, flushes: list[float]
) -> None:
    feed.poke()
    clock.advance(TICK / 4)
    feed.poke()
    clock.advance(TICK / 2)
    assert flushes == [0]
    clock.advance(TICK / 4)
    assert flushes == pytest.approx([0, TICK])


def test_a_poke_while_it_flushes_is_not_lost(clock: ManualClock, flushes: list[float]) -> None:
    def flush() -> None:
        flushes.append(clock.now)
        if len(flushes) < 3:
            feed.poke()

    feed = Feed(flush)
    feed.poke()
    clock.advance(ALMOST)
    assert flushes == [0]
    clock.advance(10 * TICK)
    assert flushes == pytest.approx([0, TICK, 2 * TICK])


def test_what_takes_long_to_tell_is_told_less_often(
    clock: ManualClock, flushes: list[float]
) -> None:
    def flush() -> None:
        flushes.append(clock.now)
        feed.poke()  # as a storm does, all the time
        clock.now += 0.4

    feed = Feed(flush)
    feed.poke()
    clock.advance(0.4 / SHARE + 0.1)
    assert flushes == pytest.approx([0, 0.4 / SHARE])
    feed.close()


def test_a_flush_that_fails_is_not_the_last(clock: ManualClock, flushes: list[float]) -> None:
    def flush() -> None:
        flushes.append(clock.now)
        raise OSError

    feed = Feed(flush)
    for _ in range(2):
        feed.poke()
        with pytest.raises(OSError):  # noqa: PT011  the clock logs it
            clock.advance(TICK)
    assert len(flushes) == 2


def test_two_feeds_do_not_know_of_each_other(clock: ManualClock, flushes: list[float]) -> None:
    for _ in range(2):
        Feed(lambda: flushes.append(clock.now)).poke()
    clock.advance(0)
    assert flushes == [0, 0]


@given(st.lists(st.tuples(st.integers(1, 3), st.floats(0, 0.25)), max_size=30))
def test_every_poke_is_flushed_within_a_tick_and_none_too_often(
    pauses: list[tuple[int, float]],
) -> None:
    clock, flushes, pokes = ManualClock(), [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "call_later", clock.call_later)
        patch.setattr(feeds, "time", SimpleNamespace(monotonic=lambda: clock.now))
        feed = Feed(lambda: flushes.append(clock.now))
        for times, pause in pauses:
            for _ in range(times):
                feed.poke()
            pokes.append(clock.now)
            clock.advance(pause)
        clock.advance(TICK)
    assert all(after - before >= ALMOST for before, after in itertools.pairwise(flushes))
    for poke in pokes:
        assert any(poke <= flush <= poke + TICK + 1e-9 for flush in flushes)
    assert len(flushes) <= len(pokes)


# ---- Closing ----


def test_closing_drops_what_is_due(feed: Feed, clock: ManualClock, flushes: list[float]) -> None:
    feed.poke()
    feed.close()
    assert clock.pending == []
    clock.advance(TICK)
    assert flushes == []


@pytest.mark.parametrize("pokes", [0, 1, 2])
def test_a_closed_feed_stays_closed(
    feed: Feed, clock: ManualClock, flushes: list[float], pokes: int
) -> None:
    for _ in range(pokes):
        feed.poke()
        clock.advance(TICK)
    feed.close()
    feed.close()
    feed.poke()
    assert clock.pending == []
    clock.advance(TICK)
    assert len(flushes) == pokes


def test_it_can_be_closed_while_it_flushes(clock: ManualClock, flushes: list[float]) -> None:
    def flush() -> None:
        flushes.append(clock.now)
        feed.close()
        feed.poke()

    feed = Feed(flush)
    feed.poke()
    clock.advance(5 * TICK)
    assert flushes == [0]
    assert clock.pending == []


# ---- On the clock itself ----


def clock_has_ended() -> None:
    """The clock's thread ends when nothing is due any more."""
    for thread in threading.enumerate():
        if thread.name == "indinb-clock":
            thread.join(SOON)
            assert not thread.is_alive()


def wait(event: threading.Event) -> None:
    assert event.wait(SOON)


def test_it_flushes_on_the_thread_of_the_clock() -> None:
    done, names = threading.Event(), []

    def flush() -> None:
        names.append(threading.current_thread().name)
        done.set()

    Feed(flush).poke()
    wait(done)
    assert names == ["indinb-clock"]


def test_no_timer_is_left_when_all_is_flushed() -> None:
    done = threading.Event()
    Feed(done.set).poke()
    wait(done)
    clock_has_ended()


def test_a_flush_that_fails_does_not_stop_the_next(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeds, "TICK", 0.001)
    tried, flushed = threading.Event(), threading.Event()

    def flush() -> None:
        if not tried.is_set():
            tried.set()
            raise OSError("the kernel is going")
        flushed.set()

    feed = Feed(flush)
    with caplog.at_level(logging.ERROR, "indinb"):
        feed.poke()
        wait(tried)
        feed.poke()
        wait(flushed)
    assert "the kernel is going" in caplog.text


def test_no_poke_of_many_threads_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each flush sees what was poked before it; the last one sees all."""
    monkeypatch.setattr(feeds, "TICK", 0.002)
    threads, pokes = 8, 300
    counts, all_seen, seen = [0] * threads, threading.Event(), []

    def flush() -> None:
        seen.append(sum(counts))
        if seen[-1] == threads * pokes:
            all_seen.set()

    feed = Feed(flush)
    start = threading.Barrier(threads)

    def storm(own: int) -> None:
        start.wait(SOON)
        for _ in range(pokes):
            counts[own] += 1
            feed.poke()

    workers = [threading.Thread(target=storm, args=(own,)) for own in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(SOON)
    wait(all_seen)
    assert seen == sorted(seen)
    assert len(seen) < threads * pokes


def test_closing_from_another_thread_ends_a_storm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "TICK", 0.001)
    flushed = threading.Event()

    def flush() -> None:
        flushed.set()
        feed.poke()

    feed = Feed(flush)
    feed.poke()
    wait(flushed)
    feed.close()
    clock_has_ended()
