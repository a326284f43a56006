"""The command: see the package."""

import argparse
import logging
import sys
import time
from collections.abc import Callable

from tests.endurance import cuts, kills, peers, soak
from tests.endurance.load import Plan
from tests.endurance.report import show


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for, and return 1 if a demand is missed."""
    options = _options().parse_args(arguments)
    wanted = RUNS if options.what == "all" else [options.what]
    results = [RUNS[name](options) for name in wanted]
    return 0 if all(results) else 1


def _cuts(options: argparse.Namespace) -> bool:
    count = options.count or 1000
    title = f"{count} cuts of a link to a camera and a mount at work, seed {options.seed}"
    return show(title, cuts.run(count, options.seed))


def _kills(options: argparse.Namespace) -> bool:
    count = options.count or 100
    return show(f"{count} kills of a camera's driver in an exposure", kills.run(count))


def _soak(options: argparse.Namespace) -> bool:
    plan = Plan(seconds=60 * options.minutes)
    title = (
        f"{options.minutes:g} minutes of {plan.rate:g} updates and {plan.frames:g} frames of "
        f"{plan.size / 1e6:.1f} MB in a second"
    )
    return show(title, soak.run(plan))


def _peers(options: argparse.Namespace) -> bool:
    return peers.run()


RUNS: dict[str, Callable[[argparse.Namespace], bool]] = {
    "cuts": _cuts,
    "kills": _kills,
    "soak": _soak,
    "peers": _peers,
}


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m tests.endurance", description="See how long indinb lasts."
    )
    parser.add_argument("what", nargs="?", choices=[*RUNS, "all"], default="all")
    parser.add_argument("--count", type=int, help="of cuts (1000) or kills (100)")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the soak (10)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="other cuts for each")
    return parser


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    logging.getLogger("indinb").setLevel(logging.ERROR)  # it warns of every link that is lost
    sys.exit(main())
