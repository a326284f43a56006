"""The bar of progress in a terminal: what it shows, and that it disturbs nobody."""

import importlib
import io
import os
import pty
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import indinb
from indinb import display, terminal
from indinb.client import operation
from indinb.client.gathering import gather
from indinb.client.operation import Operation, Progress
from indinb.errors import Failed
from tests.client.fakes import SOON, ManualClock
from tests.client.helpers import interrupt


class Told(Operation[Any]):
    """An operation whose progress a test tells."""

    def __init__(self, label: str = "slew to M31") -> None:
        super().__init__(label)
        self.told = Progress()

    @property
    def progress(self) -> Progress:
        return super().progress if self.done() else self.told


class Screen(io.StringIO):
    """A terminal that keeps all that was drawn."""

    is_terminal = True

    def isatty(self) -> bool:
        return self.is_terminal

    def take(self) -> str:
        """Return what was drawn since the last call."""
        drawn = self.getvalue()
        self.seek(0)
        self.truncate()
        return drawn


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock()
    monkeypatch.setattr(terminal, "call_later", clock.call_later)
    return clock


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Let the program have a terminal of 100 columns."""
    screen = Screen()
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stderr=screen, modules=sys.modules))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "25")
    return screen


@pytest.fixture(params=["tqdm", "rich"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let one of the libraries draw."""
    name: str = request.param
    importlib.import_module(name)
    monkeypatch.setattr(terminal, "_LIBRARIES", (name,))
    return name


Follow = Callable[[Operation[Any]], Callable[[], None]]


@pytest.fixture
def follow(screen: Screen, clock: ManualClock, library: str) -> Iterator[Follow]:
    """Return a function that shows an operation; what it returns is called at the end."""
    opened: list[Callable[[], None]] = []

    def follow(operation: Operation[Any]) -> Callable[[], None]:
        close = terminal.follow(operation)
        assert close is not None
        opened.append(close)
        return close

    yield follow
    for close in opened:
        close()


# What it shows


def test_it_tells_what_how_far_and_how_long(
    follow: Follow, screen: Screen, clock: ManualClock
) -> None:
    slew = Told()
    follow(slew)
    slew.told = Progress(0.25, "10.0° to go", 12.3)
    screen.take()
    clock.advance(terminal.TICK)
    drawn = screen.take()
    for words in ("slew to M31", "25", "%", "10.0° to go · 13 s left"):
        assert words in drawn
    assert any(block in drawn for block in "█━#")


def test_what_nobody_knows_is_no_number(follow: Follow, screen: Screen, clock: ManualClock) -> None:
    slew = Told()
    slew.told = Progress(None, "looking")
    follow(slew)
    drawn = screen.take()
    assert "slew to M31" in drawn
    assert "looking" in drawn
    assert "%" not in drawn


@pytest.mark.parametrize(
    ("end", "words", "percent"),
    [
        (lambda o: o.succeed(None), "done", "100"),
        (lambda o: o.fail(Failed("slew to M31: stuck")), "failed", "50"),
        (lambda o: o.abort(), "aborted", "50"),
    ],
)
def test_the_end_is_told_at_once_and_the_clock_is_left_alone(
    follow: Follow,
    screen: Screen,
    clock: ManualClock,
    end: Callable[[Operation[Any]], None],
    words: str,
    percent: str,
) -> None:
    slew = Told()
    slew.told = Progress(0.5, "halfway", 12.0)
    close = follow(slew)
    end(slew)
    screen.take()
    close()
    drawn = screen.take()
    assert words in drawn
    assert percent in drawn
    assert "halfway" not in drawn
    assert "\n" in drawn
    close()
    clock.advance(10 * terminal.TICK)
    assert screen.take() == ""
    assert clock.pending == []


def test_whoever_stops_waiting_leaves_it_as_it_is(
    follow: Follow, screen: Screen, clock: ManualClock
) -> None:
    slew = Told()
    slew.told = Progress(0.5, "halfway")
    follow(slew)()
    assert "halfway" in screen.take()
    clock.advance(10 * terminal.TICK)
    assert screen.take() == ""
    assert clock.pending == []


def test_what_is_gathered_has_a_bar_each(
    follow: Follow, screen: Screen, clock: ManualClock
) -> None:
    slew, turn = Told("slew to M31"), Told("turn")
    slew.told, turn.told = Progress(0.25, "10.0° to go"), Progress(0.75, "", 3.0)
    close = follow(gather(slew, turn))
    drawn = screen.take()
    assert drawn.index("slew to M31") < drawn.index("turn        ")
    turn.succeed("Red")
    clock.advance(terminal.TICK)
    drawn = screen.take()
    assert drawn.index("10.0° to go") < drawn.index("turn        ") < drawn.index("done")
    slew.fail(Failed("slew to M31: stuck"))
    close()
    assert {"done", "failed"} <= set(screen.take().replace("\r", " ").replace("\n", " ").split())


@pytest.mark.parametrize("fraction", [-0.5, 1.0, 1.5, 1e300, float("nan")])
def test_odd_fractions(follow: Follow, screen: Screen, clock: ManualClock, fraction: float) -> None:
    slew = Told()
    slew.told = Progress(fraction, "odd")
    follow(slew)
    assert "odd" in screen.take()
    assert len(clock.pending) == 1


EVIL = "\x1b]0;owned\x07[bold]{desc}%s"


def test_words_from_the_wire_do_not_command_the_terminal(
    follow: Follow, screen: Screen, clock: ManualClock
) -> None:
    slew = Told(EVIL)
    slew.told = Progress(0.5, EVIL)
    follow(slew)
    drawn = screen.take()
    assert "\x1b]" not in drawn
    assert "\x07" not in drawn
    assert drawn.count(r"\x1b]0;owned\x07[bold]{desc}%s") >= 2


# That it disturbs nobody


def test_without_a_terminal_nothing_is_shown(screen: Screen, library: str) -> None:
    screen.is_terminal = False
    assert terminal.follow(Told()) is None
    assert screen.take() == ""


def test_without_a_standard_error_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stderr=None))
    assert terminal.follow(Told()) is None


def test_without_a_library_nothing_is_shown(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "_LIBRARIES", ())
    assert terminal.follow(Told()) is None


@pytest.mark.parametrize(
    ("loaded", "installed", "chosen"),
    [
        ([], ["tqdm", "rich"], "tqdm"),
        ([], ["rich"], "rich"),
        (["rich"], ["tqdm", "rich"], "rich"),
        (["tqdm", "rich"], ["tqdm", "rich"], "tqdm"),
        ([], [], None),
    ],
)
def test_the_library_that_is_used_already_draws(
    monkeypatch: pytest.MonkeyPatch, loaded: list[str], installed: list[str], chosen: str | None
) -> None:
    for name in ("tqdm", "rich"):
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.setitem(terminal._KINDS, name, lambda _, name=name: name)
    for name in loaded:
        monkeypatch.setitem(sys.modules, name, ...)
    find = dict.fromkeys(installed, ...).get
    monkeypatch.setattr(terminal.importlib.util, "find_spec", find)
    assert terminal._lines(io.StringIO()) == chosen


class Broken:
    """Bars that fail when one of their verbs is used."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.called: list[str] = []

    def __getattr__(self, verb: str) -> Callable[..., None]:
        def call(*_: Any) -> None:
            self.called.append(verb)
            if verb == self.verb:
                raise OSError("the terminal is gone")

        return call


@pytest.mark.parametrize("verb", ["begin", "draw", "show", "close"])
def test_a_terminal_that_fails_keeps_nobody_waiting(
    screen: Screen, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    lines = Broken(verb)
    monkeypatch.setattr(terminal, "_lines", lambda _: lines)
    close = terminal.follow(Told())
    assert close is not None
    clock.advance(5 * terminal.TICK)
    close()
    assert lines.called.count(verb) == 1
    assert lines.called[-1] == verb
    clock.advance(5 * terminal.TICK)
    assert clock.pending == []


def test_a_progress_that_fails_ends_it(follow: Follow, screen: Screen, clock: ManualClock) -> None:
    slew = Told()
    follow(slew)
    slew.told = None  # type: ignore[assignment]
    clock.advance(5 * terminal.TICK)
    assert clock.pending == []


def test_bars_of_the_program_stay_above(screen: Screen, clock: ManualClock) -> None:
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0

    with Bar(total=2, file=screen, desc="targets") as targets:
        close = terminal.follow(Told())
        assert close is not None
        close()
        screen.take()
        targets.update()
        targets.refresh()
        assert "targets" in screen.take()
        assert targets.pos == 0


def test_no_thread_is_begun(follow: Follow) -> None:
    before = threading.active_count()
    follow(Told())
    assert threading.active_count() == before


# As it is used


@pytest.fixture
def waited_for(monkeypatch: pytest.MonkeyPatch, screen: Screen, library: str) -> None:
    """Let everything that is waited for be shown."""
    monkeypatch.setattr(display, "_follow", indinb._follow)
    monkeypatch.setattr(operation, "_UNNOTICED", 0)


@pytest.mark.usefixtures("waited_for")
def test_who_waits_sees_the_end_before_going_on(screen: Screen) -> None:
    slew = Told()
    timer = threading.Timer(0.01, slew.succeed, ["there"])
    timer.start()
    assert slew.wait() == "there"
    assert "done" in screen.take()
    timer.join(SOON)


@pytest.mark.usefixtures("waited_for")
def test_ctrl_c_is_seen_as_an_abort_of_all(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    slew, turn = Told("slew"), Told("turn")
    monkeypatch.setattr(operation.futures, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt, match="Aborted: slew and turn"):
        gather(slew, turn).wait()
    assert screen.take().count("aborted") >= 2
    assert (slew.state, turn.state) == ("aborted", "aborted")


@pytest.mark.usefixtures("waited_for")
def test_who_only_asks_for_the_result_sees_nothing(screen: Screen) -> None:
    slew = Told()
    timer = threading.Timer(0.01, slew.succeed, ["there"])
    timer.start()
    assert slew.result() == "there"
    assert screen.take() == ""
    timer.join(SOON)


PROGRAM = """
import sys, threading
import {library}
import indinb
from indinb.client.operation import Operation

slew, turn = Operation("slew to M31"), Operation("turn to Red")
threading.Timer(0.6, slew.succeed, ["there"]).start()
threading.Timer(0.7, turn.succeed, ["Red"]).start()
print(indinb.gather(slew, turn).wait())
"""


def in_a_terminal(program: str) -> str:
    """Run a program in a real terminal, and return what it has drawn."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (25, 100))
    command = [sys.executable, "-c", program]
    environment = os.environ | {"TERM": "xterm-256color"}
    running = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    drawn = b""
    try:
        while data := os.read(ours, 4096):
            drawn += data
    except OSError:  # as Linux tells that nobody writes any more
        pass
    finally:
        os.close(ours)
        assert running.wait(SOON) == 0, drawn
    return drawn.decode()


def test_a_program_in_a_terminal(library: str) -> None:
    *_, first, second, last = in_a_terminal(PROGRAM.format(library=library)).split("\r\n")[:-1]
    assert "slew to M31" in first
    assert "done" in first
    assert "turn to Red" in second
    assert "done" in second
    assert last.removeprefix("\x1b[?25h") == "('there', 'Red')"  # which shows the cursor again
