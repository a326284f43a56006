"""The benchmarks' command, table and targets."""

import math
import sys

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks import peers, runner, table
from tests.benchmarks.cases import CASES, CLIENTS, LARGE, Case
from tests.benchmarks.targets import TARGETS, Target

RATE = Case("speed", "bytes", "MB/s", "blobs", CLIENTS)
TIME = Case("wait", "connect", "ms", "connecting", CLIENTS)
SLOW = Target("speed, x pyindi", 12, lambda r: r["bytes"]["indinb"] / r["bytes"]["pyindi"])
FAST = Target("wait in ms", 1, lambda r: r["connect"]["indinb"], at_most=True)


def cells(line: str) -> list[str]:
    """Return the figures of a line: columns are 14 wide, and come after the title and unit."""
    return [line[i : i + 14].strip() for i in range(35, len(line), 14)]


def test_titles_are_unique():
    assert len({case.title for case in CASES}) == len(CASES)


def test_title_and_columns_fit():
    heads = table.head(5).splitlines()[-1]
    ours, others = ["indinb", "drop-in"], ["pyindi-client", "indipyclient"]
    assert cells(heads)[:6] == [*ours, *others, "raw recv", "lxml alone"]
    assert max(len(case.title) for case in CASES) < 30


def test_rate_is_better_when_larger():
    others = {"pyindi": 80.0, "indipyclient": 100.0, "raw": 1500.0}
    line = table.row(RATE, {"indinb": 1200.0, "dropin": 900.0, **others})
    assert line.startswith("bytes ")
    assert cells(line) == ["1 200", "900", "80", "100", "1 500", "", "15", "12", "0.8"]


def test_time_is_better_when_smaller():
    line = table.row(TIME, {"indinb": 8.0, "dropin": 9.0, "pyindi": 4.0, "indipyclient": 104.0})
    assert cells(line) == ["8", "9", "4", "104", "", "", "0.5", "0.5", ""]


def test_row_without_peers():
    assert cells(table.row(RATE, {"indinb": 1.5})) == ["1.5", *8 * [""]]


def test_row_of_nothing_at_all():
    assert cells(table.row(TIME, {"indinb": 0.0, "pyindi": 0.0})) == ["0", "", "0", *6 * [""]]


@pytest.mark.parametrize(
    ("target", "figures", "verdict"),
    [
        (
            SLOW,
            {"bytes": {"indinb": 120, "pyindi": 10}},
            "  reached       speed, x pyindi ≥ 12: 12",
        ),
        (
            SLOW,
            {"bytes": {"indinb": 119, "pyindi": 10}},
            "  MISSED        speed, x pyindi ≥ 12: 11.9",
        ),
        (SLOW, {"bytes": {"indinb": 119}}, "  not measured  speed, x pyindi ≥ 12"),
        (SLOW, {}, "  not measured  speed, x pyindi ≥ 12"),
        (FAST, {"connect": {"indinb": 1.0}}, "  reached       wait in ms ≤ 1: 1"),
        (FAST, {"connect": {"indinb": 1.1}}, "  MISSED        wait in ms ≤ 1: 1.1"),
    ],
)
def test_verdict(target, figures, verdict):
    assert target.judge(figures) == verdict


def test_targets_are_about_cases_that_exist():
    results = {case.title: dict.fromkeys(case.clients, 50.0) for case in CASES}
    assert all(math.isfinite(target.value(results)) for target in TARGETS)


def test_dropin_is_judged_by_its_own_figure():
    results = {case.title: {"indinb": 99.0, "dropin": 30.0, "pyindi": 10.0} for case in CASES}
    values = {target.value(results) for target in TARGETS if "drop-in" in target.text}
    assert values == {3.0}


def test_memory_is_judged_by_its_worse_size():
    results = {case.title: {"indinb": 34.0} for case in CASES}
    results["memory, 122 MB, series"] = {"indinb": 3 * LARGE.megabytes}
    (target,) = (target for target in TARGETS if target.text.startswith("memory, series"))
    assert target.value(results) == pytest.approx(3)


def test_clients_take_turns_and_the_median_counts(monkeypatch):
    figures = iter([1.0, 10.0, 5.0, 30.0, 3.0, 20.0])
    turns = []

    def run(case, server, client):
        turns.append(client)
        return next(figures)

    monkeypatch.setattr(runner, "run", run)
    assert runner.measure(RATE, {}, ["a", "b"], runs=3) == {"a": 3.0, "b": 20.0}
    assert turns == ["a", "b"] * 3


def test_peers_have_their_own_interpreters():
    assert str(peers.python_of("indinb")) == sys.executable
    assert ".benchmarks" in peers.python_of("pyindi").parts
    assert peers.installed("raw")


def test_setup_installs_each_peer_apart(monkeypatch):
    done = []
    monkeypatch.setattr(peers.venv, "create", lambda folder, **_: done.append(folder.name))
    monkeypatch.setattr(peers.subprocess, "run", lambda line, check: done.append(line[-1]))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "setup"])
    command.main()
    clients = ["pyindi", "pyindi-client", "astropy", "indipyclient", "indipyclient", "astropy"]
    assert done[:-3] == clients
    assert done[-3] == peers.VIEWERS
    assert done[-1].startswith("--editable=")


def test_unknown_case_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "spped"])
    with pytest.raises(SystemExit):
        command.main()
    assert "no case is called spped; there is updates, " in capsys.readouterr().err


def test_command_measures_what_is_named_and_judges(monkeypatch, capsys):
    measured = []

    def measure(case, server, clients, runs):
        measured.append((case.name, runs))
        return dict.fromkeys(clients, 2.0)

    monkeypatch.setattr(runner, "measure", measure)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--runs", "1", "fits", "import"])
    command.main()
    assert measured == [("fits", 1), ("fits", 1), ("import", 1)]
    out = capsys.readouterr().out
    assert "Medians of 1; Python 3." in out
    assert "Targets\n" in out
    assert "not measured  updates" in out


def test_peers_that_are_missing_are_named(monkeypatch, capsys):
    monkeypatch.setattr(peers, "installed", lambda client: client != "pyindi")
    command.measure([], runs=1)
    out = capsys.readouterr().out
    assert out.startswith("Not installed: pyindi (python -m tests.benchmarks setup)\n")
