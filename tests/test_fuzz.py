import itertools
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indinb.errors import ProtocolError
from indinb.protocol.messages import Define, Notice, Update
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import Kind
from tests.fuzz import campaign, check
from tests.fuzz.__main__ import main
from tests.fuzz.inputs import LARGEST, Inputs
from tests.fuzz.streams import real_streams

SUMMARY = re.compile(
    r"(\d+) inputs, \d+ bytes, (\d+) messages, (\d+) errors, (\d+) distinct outcomes, "
    r"\d+ s, seed (\d+): (.*)"
)


def summary(output):
    """Return the figures of the last line, and its verdict."""
    *figures, verdict = SUMMARY.fullmatch(output.splitlines()[-1]).groups()
    return [int(figure) for figure in figures], verdict


class Broken(Reader):
    """Has a bug."""

    def buffer_updated(self, n, blocks=()):
        if b"message" in bytes(self.get_buffer()[:n]):
            raise ValueError("a bug")
        return super().buffer_updated(n, blocks)


class Endless(Reader):
    """Does not return."""

    def buffer_updated(self, n, blocks=()):
        while n:
            pass


class Forgetful(Reader):
    """Loses what is torn apart."""

    def buffer_updated(self, n, blocks=()):
        piece = bytes(self.get_buffer()[:n])
        self.__init__()
        self.get_buffer()[:n] = piece
        return super().buffer_updated(n, blocks)


class Careless(Reader):
    """Raises the right thing, at the wrong end."""

    def eof_received(self):
        raise ProtocolError("too short")


NOTICE = b"<message device='d' message='hello'/>"


def test_some_thousand_damaged_streams(tmp_path):
    """The whole command, under its limits; the seed is fixed, so that it does not fail by luck."""
    run = [sys.executable, "-m", "tests.fuzz", "--inputs", "4000", "--seed", "1"]
    run += ["--folder", str(tmp_path)]
    root = Path(__file__).parents[1]
    done = subprocess.run(run, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    (inputs, messages, errors, outcomes, seed), verdict = summary(done.stdout)
    assert (inputs, seed, verdict) == (4000, 1, "all is well")
    assert messages > inputs / 2
    assert inputs / 20 < errors < inputs / 2
    assert outcomes > inputs / 20


def test_a_seed_says_what_comes():
    first, again, other = (list(itertools.islice(Inputs(seed), 50)) for seed in (1, 1, 2))
    assert first == again != other
    assert max(map(len, first)) <= LARGEST


def test_real_streams_are_whole():
    outcomes = [check.read(stream) for stream in real_streams()]
    assert len(outcomes) > 300
    assert {outcome.error for outcome in outcomes} == {None}
    messages = [message for outcome in outcomes for message in outcome.messages]
    kinds = {message.kind for message in messages if isinstance(message, Define | Update)}
    assert kinds == set(Kind)


def test_the_outcome_of_a_stream():
    assert check.read(NOTICE + b"<mess") == (
        [Notice("d", "hello")],
        "the stream ended inside an element that begins '<mess'",
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"<oneNumber name='a'>nan</oneNumber>", b"<oneNumber name='a'>NaN</oneNumber>", True),
        (b"<oneNumber name='a'>nan</oneNumber>", b"<oneNumber name='a'>1</oneNumber>", False),
        (b"<oneBLOB name='a'>AAAA</oneBLOB>", b"<oneBLOB name='a'>AA\nAA</oneBLOB>", True),
        (b"<oneBLOB name='a'>AAAA</oneBLOB>", b"<oneBLOB name='a'>AAAB</oneBLOB>", False),
    ],
)
def test_outcomes_are_told_apart(one, other, same):
    kind = b"BLOB" if b"BLOB" in one else b"Number"
    xml = b"<set%sVector device='d' name='p'>%s</set%sVector>"
    told = [str(check.read(xml % (kind, each, kind))) for each in (one, other)]
    assert (told[0] == told[1]) is same


def test_the_model_takes_definitions_after_their_updates():
    xml = (
        b"<setNumberVector device='d' name='p'><oneNumber name='a'>5</oneNumber></setNumberVector>"
        b"<defNumberVector device='d' name='p'><defNumber name='a'>1</defNumber></defNumberVector>"
    )
    assert check.apply(check.read(xml).messages).vector("d", "p")["a"] == 1.0


def test_a_stream_arrives_in_the_same_pieces_whenever_it_is_checked():
    assert check.pieces_of(NOTICE) == check.pieces_of(NOTICE)
    assert len({tuple(check.pieces_of(bytes([i]) * 100)) for i in range(20)}) == 20


@pytest.mark.parametrize(
    ("reader", "error"),
    [(Broken, "a bug"), (Forgetful, r"in pieces .*, but as a whole \[Notice\(")],
)
def test_a_bug_is_found(monkeypatch, reader, error):
    monkeypatch.setattr(check, "Reader", reader)
    with pytest.raises((ValueError, AssertionError), match=error):
        check.check(NOTICE * 10)


def test_what_the_reader_may_raise_is_no_bug(monkeypatch):
    monkeypatch.setattr(check, "Reader", Careless)
    assert check.check(NOTICE) == ([Notice("d", "hello")], "too short")


def test_a_bug_is_saved_and_can_be_seen_again(monkeypatch, tmp_path, capsys, caplog):
    monkeypatch.setattr(check, "Reader", Broken)
    assert main(["--inputs", "1000", "--seed", "1", "--folder", str(tmp_path)]) == 1
    (saved,) = tmp_path.iterdir()
    assert saved.read_bytes() == b"message"
    assert "ValueError: a bug" in caplog.text
    _, verdict = summary(capsys.readouterr().out)
    assert verdict == f"failed; see it again with: python -m tests.fuzz --replay {saved}"
    with pytest.raises(ValueError, match="a bug"):
        main(["--replay", str(saved)])
    monkeypatch.undo()
    assert main(["--replay", str(saved)]) == 0


def test_what_takes_too_long_is_a_bug(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(check, "Reader", Endless)
    monkeypatch.setattr(campaign, "PATIENCE", 0.01)
    assert main(["--inputs", "9", "--folder", str(tmp_path)]) == 1
    assert "TimeoutError: it takes longer than 0.01 s" in caplog.text


def test_growing_memory_is_a_bug(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(campaign, "GROWTH", -1)
    assert main(["--inputs", "9", "--folder", str(tmp_path)]) == 1
    assert "memory has grown" in caplog.text


def test_the_run_ends_when_its_time_is_up(capsys):
    begin = time.monotonic()
    assert main(["--seconds", "0.1"]) == 0
    assert time.monotonic() - begin < 10
    (inputs, *_), _ = summary(capsys.readouterr().out)
    assert 0 < inputs < 1_000_000


def test_progress_is_told(monkeypatch, capsys):
    monkeypatch.setattr(campaign, "_PROGRESS", -1)
    assert main(["--inputs", "3", "--seed", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3", "3"]
