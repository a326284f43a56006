"""The command."""

import argparse
import contextlib

from tests.benchmarks import peers, runner, table
from tests.benchmarks.cases import CASES, PEERS, Case
from tests.benchmarks.servers import SERVERS
from tests.benchmarks.targets import TARGETS


def main() -> None:
    """Set up the peers, or measure."""
    names = list(dict.fromkeys(case.name for case in CASES))
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
        measure([case for case in CASES if case.name in wanted], arguments.runs)


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
    print("Targets", *(target.judge(results) for target in TARGETS), sep="\n")


if __name__ == "__main__":
    main()
