"""The long runs, made short; and that they would see what they look for."""

import contextlib
import math
import subprocess

import pytest

from indinb.client.connection import Connection
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.errors import ConnectionLost, Failed
from indinb.protocol.messages import Message
from indinb.protocol.vocabulary import State
from tests.client.fakes import CCD, FRAME, IMAGE, SOON, TEMPERATURE, FakeServer, delete, update
from tests.endurance import __main__ as command
from tests.endurance import contender, cuts, kills, peers, soak, work
from tests.endurance.comparison import differing
from tests.endurance.contender import Contender, Silent
from tests.endurance.faults import FAULTS, Fault, Finding, find
from tests.endurance.load import Plan, frame
from tests.endurance.process import Inventory, family, left_since, memory
from tests.endurance.report import Figure, show
from tests.endurance.work import Outcome, Shift
from tests.waiting import wait_until


def missed(figures: list[Figure]) -> list[str]:
    """Print the figures, and return what is missed, but of time and memory: see `is_noisy`."""
    show("In short", figures)
    return [str(figure) for figure in figures if not (figure.reached or figure.is_noisy)]


def value(figures: list[Figure], text: str) -> float:
    (found,) = (figure.value for figure in figures if figure.text == text)
    return found


# The runs themselves.


def test_cuts():
    figures = cuts.run(20, seed=1)
    assert missed(figures) == []
    assert value(figures, "links cut, and made again") >= 20
    assert value(figures, "operations that the cuts ended") >= 20


def test_kills():
    assert missed(kills.run(3)) == []


def test_soak():
    figures = soak.run(Plan(seconds=5))
    assert missed(figures) == []
    assert (value(figures, "updates sent"), value(figures, "frames sent")) == (5000, 10)


@pytest.mark.parametrize("name", ["cut", "stumble", "garble"])
def test_faults(name):
    finding = find(FAULTS[name], "indinb")
    assert peers.is_well(finding), str(finding)


# That they see what is wrong.


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (Figure("slow", 3.0, "s", at_most=2), "MISSED   slow 3 s ≤ 2"),
        (Figure("quick", 2.0, "s", at_most=2), "reached  quick 2 s ≤ 2"),
        (Figure("few", 19, at_least=20), "MISSED   few 19 ≥ 20"),
        (Figure("many", 12345.6, at_least=20), "reached  many 12 346 ≥ 20"),
        (Figure("unknown", float("nan"), at_most=2), "MISSED   unknown nan ≤ 2"),
        (Figure("never", float("inf"), at_most=2), "MISSED   never inf ≤ 2"),
        (Figure("of no matter", 0.01234, "ms"), "of no matter 0.0123 ms"),
    ],
)
def test_a_figure(figure, line):
    assert str(figure).split() == line.split()
    assert figure.reached is not line.startswith("MISSED")


def test_short_runs_demand_nothing_of_time_and_memory(capsys):
    slow = [Figure("slow", 3, unit, at_most=2) for unit in ("s", "ms", "%")]
    bad = Figure("lost", 1, at_most=0)
    assert missed([*slow, bad]) == [str(bad)]
    assert str(slow[0]) in capsys.readouterr().out


def test_a_run_fails_if_one_demand_is_missed(capsys):
    good, bad = Figure("a", 1, at_most=1), Figure("b", 2, at_most=1)
    assert show("Good", [good]) is True
    assert show("Bad", [bad, good]) is False
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["Good", str(good), "", "Bad", str(bad), str(good), ""]


@pytest.mark.parametrize(
    ("asked", "ran", "code"),
    [
        ([], ["cuts", "kills", "soak", "peers"], 1),
        (["all"], ["cuts", "kills", "soak", "peers"], 1),
        (["cuts"], ["cuts"], 0),
        (["kills"], ["kills"], 1),
    ],
)
def test_the_command(monkeypatch, asked, ran, code):
    results = {"cuts": True, "kills": False, "soak": True, "peers": True}
    done = []
    for name, result in results.items():
        run = lambda _, name=name, result=result: done.append(name) or result  # noqa: E731
        monkeypatch.setitem(command.RUNS, name, run)
    assert command.main(asked) == code
    assert done == ran


def test_options_reach_the_runs(monkeypatch, capsys):
    monkeypatch.setattr(cuts, "run", lambda *given: [Figure(f"cuts{given}", 0)])
    monkeypatch.setattr(kills, "run", lambda *given: [Figure(f"kills{given}", 0)])
    monkeypatch.setattr(soak, "run", lambda plan: [Figure(f"soak of {plan.seconds:g}", 0)])
    for what in ("cuts", "kills", "soak"):
        assert command.main([what, "--count", "7", "--minutes", "0.5", "--seed", "3"]) == 0
    said = capsys.readouterr().out
    assert [text in said for text in ("cuts(7, 3)", "kills(7,)", "soak of 30")] == [True] * 3


def test_lost_updates_are_seen():
    tally = soak.Tally(Plan(seconds=0.005))
    for number in (0, 1, 3, 2):
        tally.take(Change("updated", None, "UPDATE", None, {"NUMBER": number, "SENT": 0.0}))
    assert tally.lost_updates == 2


def test_damaged_frames_are_seen():
    plan = Plan(seconds=0.001, size=1000)
    tally = soak.Tally(plan)
    damaged = bytearray(frame(1, plan.size))
    damaged[500] ^= 1
    for data in (frame(0, plan.size), damaged, frame(1, plan.size - 1), frame(2, plan.size)):
        tally.frames.put(memoryview(data))
    tally.ended.set()
    samples = soak.Samples(tally, plan)
    samples.take_until_end()
    assert samples.good_frames == 1


def test_growth_and_slowness_are_seen():
    plan = Plan(seconds=4, rate=100)
    tally = soak.Tally(plan)
    tally.latencies[:] = [0.001] * 100 + [0.0] * 200 + [0.0013] * 100
    samples = soak.Samples(tally, plan)
    samples.memory = [100.0] * 10 + [200.0] * 20 + [106.0] * 10
    assert [figure.reached for figure in soak._latencies(plan, tally)] == [True, False, True, True]
    assert soak._growth(plan, samples).value == pytest.approx(6)
    assert not soak._growth(plan, samples).reached


def seen(*said: Message) -> set[tuple[str, str]]:
    """Return what two clients see differently, the first of which is told more."""
    with contextlib.ExitStack() as stack:
        clients = []
        for more in (said, ()):
            server = stack.enter_context(contextlib.closing(FakeServer(TEMPERATURE, FRAME)))
            clients.append(stack.enter_context(Connection(server.transport).open()))
            server.tell(*more)
        return differing(*clients, patience=0.05)


@pytest.mark.parametrize(
    ("said", "differ"),
    [
        ([], []),
        ([update(FRAME, X=1.0)], [FRAME]),
        ([update(FRAME, State.ALERT), update(TEMPERATURE, State.BUSY)], [FRAME, TEMPERATURE]),
        ([FRAME._replace(label="Other")], [FRAME]),
        ([FRAME._replace(members=FRAME.members[:2])], [FRAME]),
        ([delete(FRAME)], [FRAME]),
        ([IMAGE], [IMAGE]),
        ([update(TEMPERATURE, CCD_TEMPERATURE_VALUE=math.nan)], [TEMPERATURE]),
    ],
)
def test_differences_are_seen(said, differ):
    assert seen(*said) == {(each.device, each.name) for each in differ}


def test_old_values_are_seen():
    with contextlib.closing(FakeServer(FRAME)) as server, Connection(server.transport) as client:
        client.open()
        assert differing(client, client, patience=0) == set()
        server.cut()
        wait_until(client, lambda: client.status == "lost")
        assert differing(client, client, patience=0) == {(FRAME.device, FRAME.name)}


def ended(shift: Shift) -> list[Outcome]:
    """Wait until a shift ends by itself."""
    shift.join(SOON)
    assert not shift.is_alive()
    return shift.outcomes


def shift(*results: object) -> list[Outcome]:
    """Let a shift do what ends so; returns its outcomes without the last."""
    ends = iter([*results, ConnectionLost("the end")])

    def start() -> Operation[object]:
        operation: Operation[object] = Operation("work")
        end = next(ends)
        if isinstance(end, Exception):
            operation.fail(end)
        else:
            operation.succeed(end)
        return operation

    def check(result: object) -> None:
        assert result, "it is false"

    outcomes = ended(Shift(start, check))
    assert outcomes.pop().lost
    assert all(outcome.began <= outcome.ended for outcome in outcomes)
    return outcomes


def test_a_shift_ends_when_the_link_is_lost():
    assert [outcome.error for outcome in shift(1, 2)] == [None, None]


def test_bad_results_are_seen():
    tally = cuts.Tally()
    outcomes = shift(1, False, Failed("no"))
    tally.add("work", [*outcomes, Outcome(1.0, 5.5, ConnectionLost("cut"))], cut=5.0)
    assert (tally.good["work"], tally.delays) == (1, [0.5])
    assert [type(error) for error in tally.bad] == [AssertionError, Failed]


def test_operations_that_do_not_end_are_seen(monkeypatch):
    monkeypatch.setattr(work, "PATIENCE", 0.01)
    (outcome,) = ended(Shift(lambda: Operation("work")))
    assert (outcome.ended, outcome.lost) == (math.inf, False)
    assert isinstance(outcome.error, TimeoutError)


@pytest.mark.parametrize(
    ("finding", "text", "well"),
    [
        (Finding(0.04, 1.26, 0, "", True), "noticed 0.0 s, back 1.3 s, right", True),
        (Finding(None, 1.26, 0, "", True), "not noticed, back 1.3 s, right", False),
        (Finding(None, 1.26, 0, "", False), "back 1.3 s, right", True),
        (Finding(None, None, 0, "", False), "not back", False),
        (Finding(None, 0.0, 3, "", False), "back 0.0 s, 3 wrong", False),
        (
            Finding(None, 0.0, 0, "crashed (SIGABRT)", False),
            "back 0.0 s, right, crashed (SIGABRT)",
            False,
        ),
    ],
)
def test_a_finding(finding, text, well):
    assert (str(finding), peers.is_well(finding)) == (text, well)


@pytest.mark.parametrize(
    ("code", "text"),
    [(0, ""), (3, "exit code 3"), (-6, "crashed (SIGABRT)"), (None, "hangs at the end")],
)
def test_the_end_of_a_contender(code, text):
    assert contender.ending(code) == text


def test_a_contender_that_is_gone():
    with Contender("indinb", 1) as gone:  # where nothing listens
        with pytest.raises(Silent):
            gone.ask("values", CCD, patience=SOON)
        assert gone.wait_for({"connected"}, 0.0, SOON) is None
        assert gone.end() == "exit code 1"


def test_the_table_of_peers(monkeypatch, capsys):
    fault = Fault("something that has a long name, and more", print)
    long = Finding(None, None, 0, "crashed (SIGABRT)", True)
    findings = {"indinb": Finding(0.0, 0.1, 0, "", True), "pyindi": long}
    monkeypatch.setattr(peers, "find", lambda fault, name: findings[name])
    monkeypatch.setattr(peers.peers, "installed", lambda name: name != "indipyclient")
    assert peers.run(faults=[fault]) is True
    missing, head, *rows, note = capsys.readouterr().out.splitlines()
    assert note.startswith("What has not happened 15 s after")
    assert missing == "Left out: indipyclient (python -m tests.benchmarks setup)"
    assert head.split() == ["indinb", "pyindi"]
    assert [row[:32].strip() for row in rows] == ["something that has a long", "name, and more"]
    assert [row[32:68].strip() for row in rows] == ["noticed 0.0 s, back 0.1 s, right", ""]
    assert [row[68:] for row in rows] == ["not noticed, not back, crashed", "(SIGABRT)"]
    findings["indinb"] = long
    assert peers.run(faults=[fault]) is False


def test_processes_are_found():
    before = Inventory.now()
    with subprocess.Popen(["sh", "-c", "sleep 60; true"]) as process:
        wait = family(process.pid, "sh")
        assert wait == [process.pid]
        assert left_since(before, patience=0).children == 1
        process.kill()
    assert left_since(before).children == 0
    assert family(process.pid, "sh") == []
    assert memory() > 10
