from types import SimpleNamespace

import pytest

from indinb.client import keepalive
from indinb.client.keepalive import PATIENCE, QUESTION, SILENCE, KeepAlive
from indinb.errors import ConnectionLost
from indinb.protocol.messages import Ping
from indinb.protocol.vocabulary import State
from tests.client.fakes import FRAME, FakeServer, update
from tests.client.helpers import one_line, unanswered
from tests.waiting import wait_until


@pytest.fixture
def now(monkeypatch):
    """Return the time, which goes on when it is told to."""
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(keepalive, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


@pytest.fixture
def sent():
    return []


@pytest.fixture
def beat(now, sent):
    return KeepAlive(sent.append)


def wait(beat, now, seconds):
    """Let some seconds pass without a word, as the reader does: one after the other."""
    for _ in range(int(seconds)):
        now.seconds += 1
        beat.silent()


def test_while_it_speaks_it_is_not_asked(beat, now, sent):
    beat.answered()
    for _ in range(100):
        now.seconds += 1
        beat.heard()
    assert sent == []


def test_one_that_does_not_answer_the_greeting_is_never_asked_again(beat, now, sent):
    wait(beat, now, 10_000)
    beat.heard()
    wait(beat, now, 10_000)
    assert sent == []


def test_one_that_answers_is_asked_at_each_long_silence(beat, now, sent):
    for times in range(3):
        beat.heard()
        beat.answered()
        wait(beat, now, SILENCE - 1)
        assert len(sent) == times
        wait(beat, now, 1)
        assert sent == [QUESTION] * (times + 1)


def test_one_that_answered_and_does_not_any_more_is_gone(beat, now):
    beat.heard()
    beat.answered()
    wait(beat, now, SILENCE + PATIENCE - 1)
    with pytest.raises(TimeoutError, match="it has said nothing for 10 s"):
        wait(beat, now, 1)


def test_whatever_it_says_it_lives(beat, now, sent):
    beat.heard()
    beat.answered()
    for _ in range(10):
        wait(beat, now, SILENCE + PATIENCE - 1)
        beat.heard()
    assert len(sent) == 10


def test_an_answer_that_comes_late_counts(beat, now, sent):
    wait(beat, now, 60)
    beat.heard()
    beat.answered()
    wait(beat, now, SILENCE)
    assert sent == [QUESTION]


def test_the_time_counts_from_when_the_question_was_out(now):
    """It may have waited for a large upload to end."""

    def slow(message):
        now.seconds += 60

    beat = KeepAlive(slow)
    beat.heard()
    beat.answered()
    wait(beat, now, SILENCE + PATIENCE - 1)


def test_half_open_links_are_noticed_within_15_s():
    assert 1 + SILENCE + PATIENCE + 1 <= 15  # and at each end of it the reader looks once a second


class Answering(FakeServer):
    """Answers pings, until it freezes."""

    frozen = False

    def _take(self, message):
        if not self.frozen:
            super()._take(message)
            if isinstance(message, Ping) and not message.reply:
                self.send(Ping(message.uid, reply=True))


def frozen(client, server, monkeypatch):
    """Let the client know that the server answers, and freeze it."""
    server.tell()
    server.frozen = True
    monkeypatch.setattr(keepalive, "SILENCE", 0)
    monkeypatch.setattr(keepalive, "PATIENCE", 0)


@pytest.fixture
def answering(connect):
    server = Answering()
    yield server
    server.close()


def test_a_frozen_server_is_lost(answering, connect, monkeypatch):
    client = connect(answering)
    operation = unanswered(client)
    frozen(client, answering, monkeypatch)
    wait_until(client, lambda: client.status == "lost")
    assert isinstance(operation.exception(0), ConnectionLost)
    assert "it has said nothing for" in one_line(operation.exception(0))


def test_a_frozen_server_is_found_again(answering, connect, harbour, monkeypatch):
    client = connect(answering, reopen=harbour.open)
    frozen(client, answering, monkeypatch)
    wait_until(client, lambda: client.status == "lost")
    monkeypatch.undo()
    wait_until(client, lambda: client.status == "connected")
    assert harbour.server.asked.wait(5)


def test_a_server_that_does_not_know_the_question_is_not_lost(client, server):
    for _ in range(20):
        client._silent()
    server.tell(update(FRAME, State.BUSY))
    assert client.status == "connected"
    assert server.heard(Ping) == [QUESTION]
