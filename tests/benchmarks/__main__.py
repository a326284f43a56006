"""The command."""

import argparse
import contextlib
from collections.abc import Iterable

from tests.benchmarks import peers, runner, table
from tests.benchmarks.cases import CASES, PEERS, Case
from tests.benchmarks.servers import SERVERS
from tests.benchmarks.targets import TARGETS, Results, Target
from tests.benchmarks.viewers import results as viewers
from tests.benchmarks.viewers.targets import TARGETS as VIEWER_TARGETS

VIEWER = "viewer"


def main() -> None:
    """Set up the peers, or measure."""
    names = [*dict.fromkeys(case.name for case in CASES), VIEWER]
    parser = argparse.ArgumentParser("python -m tests.benchmarks")
    parser.add_argument("--runs", type=int, default=5, help="processes of each client (5)")
    parser.add_argument("what", nargs="*", metavar="CASE", help=f"setup, or of {', '.join(names)}")
    arguments = parser.parse_args()
    if unknown := set(arguments.what) - {"setup", *names}:
        parser.error(f"no case is called {', '.join(unknown)}; there is {', '.join(names)}")
    if "setup" in arguments.what:
        peers.set_up()
    else:
        wanted = arguments.what or names
        if cases := [case for case in CASES if case.name in wanted]:
            measure(cases, arguments.runs)
        if VIEWER in wanted:
            measure_viewers(arguments.runs)


def measure(cases: list[Case], runs: int) -> None:
    """Measure, and print each case as it is done; then the targets."""
    if missing := [peer for peer in PEERS if not peers.installed(peer)]:
        print(f"Not installed: {', '.join(missing)} (python -m tests.benchmarks setup)")
    print(table.head(runs), flush=True)
    results = {}
    with contextlib.ExitStack() as stack:
        running = {name: stack.enter_context(SERVERS[name]()) for name in {c.server for c in cases}}
        for case in cases:
            clients = filter(peers.installed, case.clients)
            figures = runner.measure(case, running[case.server], clients, runs)
            results[case.title] = figures
            print(table.row(case, figures), flush=True)
    judge(TARGETS, results)


def measure_viewers(runs: int) -> None:
    """Measure how soon pictures are on the screen, and print all of it; then the targets."""
    if not peers.installed(peers.VIEWERS):
        print("No other viewers are installed (python -m tests.benchmarks setup)")
        return
    print(table.head(min(runs, viewers.RUNS), viewers.COLUMNS), flush=True)
    results = viewers.measure(runs)
    for row in viewers.ROWS:
        print(table.row(row.case, results[row.title], viewers.COLUMNS))
    judge(VIEWER_TARGETS, results)


def judge(targets: Iterable[Target], results: Results) -> None:
    """Say which targets are reached."""
    print("Targets", *(target.judge(results) for target in targets), sep="\n")


if __name__ == "__main__":
    main()
