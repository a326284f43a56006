"""Live pictures on their way: one at a time, and the newest wins."""

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from indinb.errors import ImageError
from indinb.instruments.cameras.audience import Picture
from indinb.widgets.imaging import broadcast
from indinb.widgets.imaging.broadcast import GRADES, PATIENCE, Broadcast, Grade, Pace

Json = dict[str, Any]


class Studio:
    """A broadcast whose worker works when it is told to, and whose time stands still."""

    def __init__(self) -> None:
        self.now = 0.0
        self.jobs: list[Callable[[], None]] = []
        self.sent: list[tuple[int, int]] = []  # serial, and which picture
        self.grades: list[Grade] = []
        self.said: list[str] = []
        self.heard = 0
        self.broadcast = Broadcast(self.jobs.append, self._develop, self._send, self.said.append)

    def _develop(self, picture: Any, grade: Grade) -> tuple[Json, list[bytes]]:
        self.grades.append(grade)
        if isinstance(picture.number, Exception):
            raise picture.number
        return {"number": picture.number}, [b"jpeg"]

    def _send(self, message: Json, buffers: list[bytes]) -> None:
        assert (message["type"], buffers) == ("frame", [b"jpeg"])
        self.sent.append((message["serial"], message["number"]))

    def hear(self, *numbers: int | Exception) -> None:
        """Let pictures arrive."""
        for number in numbers:
            self.heard += 1
            picture: Any = SimpleNamespace(number=number)
            self.broadcast.hear(picture)

    def work(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()

    def seen(self, after: float = 0.0) -> None:
        """Let a browser show what was sent last."""
        self.now += after
        self.broadcast.seen(self.sent[-1][0])
        self.work()

    def show(self, number: int, after: float = 0.0) -> None:
        self.hear(number)
        self.work()
        self.seen(after)

    @property
    def numbers(self) -> list[int]:
        return [number for _, number in self.sent]

    @property
    def counts(self) -> tuple[int, int]:
        return self.broadcast.shown, self.broadcast.dropped


@pytest.fixture
def asleep(monkeypatch: pytest.MonkeyPatch) -> Studio:
    """Return a studio that nobody looks at yet."""
    studio = Studio()
    monkeypatch.setattr(broadcast, "monotonic", lambda: studio.now)
    return studio


@pytest.fixture
def studio(asleep: Studio) -> Studio:
    asleep.broadcast.begin_anew()
    return asleep


# One at a time


def test_each_is_shown_if_there_is_time(studio: Studio):
    for number in range(5):
        studio.show(number)
    assert studio.numbers == [0, 1, 2, 3, 4]
    assert [serial for serial, _ in studio.sent] == [1, 2, 3, 4, 5]
    assert studio.counts == (5, 0)


def test_the_next_waits_until_this_one_is_seen(studio: Studio):
    studio.hear(1)
    studio.work()
    studio.hear(2)
    studio.work()
    assert studio.numbers == [1]
    studio.seen()
    assert studio.numbers == [1, 2]


def test_the_newest_wins(studio: Studio):
    studio.hear(1)
    studio.work()
    studio.hear(2, 3, 4, 5)
    studio.seen()
    assert studio.numbers == [1, 5]
    assert studio.counts == (1, 3)


def test_while_the_worker_is_busy_the_newest_wins_too(studio: Studio):
    studio.hear(1, 2, 3)
    assert len(studio.jobs) == 1
    studio.work()
    assert studio.numbers == [3]
    assert studio.counts == (0, 2)


def test_what_was_seen_before_is_no_answer(studio: Studio):
    studio.show(1)
    studio.hear(2)
    studio.work()
    studio.hear(3)
    for serial in (1, 7, -1):
        studio.broadcast.seen(serial)
        studio.work()
    assert studio.numbers == [1, 2]
    studio.broadcast.seen(2)
    studio.broadcast.seen(2)
    studio.work()
    assert studio.counts == (2, 0)


def test_counts_add_up_whatever_happens(studio: Studio):
    lots = random.Random(3)
    for step in range(400):
        match lots.randrange(6):
            case 0 | 1:
                studio.hear(step)
            case 2:
                studio.work()
            case 3 if studio.sent:
                studio.broadcast.seen(studio.sent[-1][0])
            case 4 if step % 7 == 0:
                studio.broadcast.begin_anew()
            case 5:
                studio.now += lots.choice([0.1, PATIENCE + 1])
                studio.broadcast.repeat()
    studio.work()
    studio.seen()
    studio.seen()
    assert sum(studio.counts) == studio.heard


# Pages that come and go


def test_nothing_is_done_until_somebody_looks(asleep: Studio):
    asleep.hear(1, 2, 3)
    assert asleep.jobs == []
    asleep.broadcast.begin_anew()
    asleep.work()
    assert asleep.numbers == [3]
    assert asleep.counts == (0, 2)


def test_a_page_that_is_closed_costs_little(studio: Studio):
    for second in range(600):
        studio.now = second
        studio.hear(second)
        studio.work()
    assert len(studio.sent) == 13  # at 0, 5, 15, 35, 75 s, and each minute from there on
    assert studio.counts == (0, 598)  # one is under way still, and the newest waits


def test_a_lost_picture_gives_way(studio: Studio):
    studio.hear(1)
    studio.work()
    studio.now = PATIENCE - 0.1
    studio.hear(2)
    studio.work()
    assert studio.numbers == [1]
    studio.now = PATIENCE
    studio.hear(3)
    studio.work()
    assert studio.numbers == [1, 3]
    assert studio.counts == (0, 2)


def test_a_page_that_comes_gets_the_newest_at_once(studio: Studio):
    studio.hear(1)
    studio.work()
    studio.broadcast.begin_anew()
    studio.work()
    assert studio.numbers == [1, 1]
    assert studio.counts == (0, 1)
    studio.seen()
    assert studio.counts == (0, 1)  # it has been counted already


def test_when_a_page_is_back_it_is_waited_for_as_before(studio: Studio):
    for second in range(100):
        studio.now = second
        studio.hear(second)
        studio.work()
    studio.broadcast.begin_anew()
    studio.work()
    studio.hear(100)
    studio.now += PATIENCE
    studio.hear(101)
    studio.work()
    assert studio.numbers[-2:] == [99, 101]


def test_before_the_first_a_page_gets_nothing(studio: Studio):
    studio.broadcast.begin_anew()
    studio.broadcast.repeat()
    assert studio.jobs == []


def test_another_look_at_the_same_picture(studio: Studio):
    studio.show(1)
    studio.broadcast.repeat()
    studio.work()
    assert studio.numbers == [1, 1]
    studio.broadcast.repeat()
    studio.broadcast.repeat()
    studio.hear(2)
    studio.seen()
    assert studio.numbers == [1, 1, 2]
    studio.seen()
    assert studio.counts == (2, 0)


# What goes wrong


@pytest.mark.parametrize("error", [ImageError("it is damaged"), RuntimeError("it is damaged")])
def test_what_cannot_be_shown_is_told_and_left_out(studio: Studio, error: Exception, caplog):
    studio.hear(error)
    studio.work()
    assert studio.said == ["it is damaged"]
    studio.show(2)
    assert studio.said == ["it is damaged", ""]
    assert studio.numbers == [2]
    assert studio.counts == (1, 1)
    assert bool(caplog.records) == (not isinstance(error, ImageError))


def test_when_it_is_closed_nothing_is_sent(studio: Studio):
    studio.hear(1)
    studio.broadcast.close()
    studio.work()
    studio.hear(2)
    studio.broadcast.begin_anew()
    studio.work()
    assert studio.sent == []


def test_a_client_that_is_closed_takes_no_work():
    def refuse(_: object) -> None:
        raise RuntimeError("cannot schedule new futures after shutdown")

    sent: list[object] = []
    closed = Broadcast(refuse, lambda *_: ({}, []), lambda *_: sent.append(_), sent.append)
    closed.begin_anew()
    closed.hear(Picture(lambda: pytest.fail("it was developed")))
    assert sent == []


# Slow links


def test_a_fast_link_gets_the_finest(studio: Studio):
    for number in range(50):
        studio.show(number, after=0.25)
    assert set(studio.grades) == {GRADES[0]}


def test_a_slow_link_gets_less(studio: Studio):
    for number in range(20):
        studio.show(number, after=0.8)
    assert studio.grades[-1] == GRADES[-1]
    assert list(dict.fromkeys(studio.grades)) == list(GRADES)


def test_a_link_that_is_fast_again_gets_more(studio: Studio):
    for seconds in [0.8] * 20 + [0.05] * 20:
        studio.show(1, after=seconds)
    assert studio.grades[-1] == GRADES[0]


def test_one_slow_picture_is_nothing():
    pace = Pace()
    for seconds in [0.02] * 10 + [0.9] + [0.02] * 10:
        pace.measure(seconds)
        assert pace.grade == GRADES[0]
