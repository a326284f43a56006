"""The commands: ``python -m tests.lessons --help``."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.lessons.curate import curate
from tests.lessons.lesson import hurried, lessons, reached
from tests.lessons.measure import HEAD, MOST_MB, MOST_SECONDS, measure
from tests.lessons.real import passes_at_indiserver

SPEED = 20.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked, and return 1 if a lesson is not as it should be."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.lessons = lessons(options.names)
    except ValueError as error:
        parser.error(str(error))
    return int(options.command(options) or 0)


def _curate(options: argparse.Namespace) -> None:
    for lesson in options.lessons:
        print(lesson, flush=True)
        curate(lesson, hurried(options.speed))


def _copy(options: argparse.Namespace) -> None:
    options.folder.mkdir(parents=True, exist_ok=True)
    observatory = reached(options.address) if options.address else hurried(options.speed)
    for lesson in options.lessons:
        copied = lesson.at(observatory)
        if options.solved:
            copied = copied.solved()
        copied.save(options.folder / lesson.path.name)


def _measure(options: argparse.Namespace) -> bool:
    print(HEAD)
    broken = False
    for lesson in options.lessons:
        figures = measure(lesson, hurried(options.speed))
        print(figures, flush=True)
        broken |= bool(figures.broken)
    return broken


def _indiserver(options: argparse.Namespace) -> bool:
    applied = [lesson for lesson in options.lessons if not lesson.needs]
    for lesson in options.lessons:
        if lesson.needs:
            print(f"{lesson}: left out, as it needs {' and '.join(lesson.needs)}")
    failed = [lesson for lesson in applied if not passes_at_indiserver(lesson)]
    print(f"{len(applied) - len(failed)} of {len(applied)} pass at a real indiserver")
    for lesson in failed:
        print(f"{lesson} fails")
    return bool(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m tests.lessons", description="Run the lessons of notebooks/, and look at them."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    curating = _command(commands, _curate, "run lessons in a hurry, and store what they show")
    measuring = _command(
        commands,
        _measure,
        f"run lessons twice on one core: they take {MOST_SECONDS} s and {MOST_MB} MB at most, "
        "kernel and simulator together, and show the same (nothing else should run meanwhile)",
    )
    _command(
        commands,
        _indiserver,
        "run lessons at a real indiserver with INDI's own simulators, and expect no errors; those "
        'whose metadata say that they need more ("indinb": {"needs": ["stars"]}) are left out',
    )
    copying = _command(commands, _copy, "copy lessons, with another observatory in them")
    copying.add_argument("folder", type=Path, metavar="FOLDER", help="where to; it is made")
    copying.add_argument("--address", metavar="HOST:PORT", help="of an INDI server to use instead")
    copying.add_argument("--solved", action="store_true", help="with solutions instead of blanks")
    for command in (curating, measuring, copying):
        command.add_argument(
            "--speed", type=float, default=SPEED, help="of the embedded observatory's clock (20)"
        )
    for command in commands.choices.values():
        command.add_argument(
            "names", nargs="*", metavar="LESSON", help="a name, number or file; all by default"
        )
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    act: Callable[[argparse.Namespace], int | None],
    what: str,
) -> argparse.ArgumentParser:
    """Add a command that is called like the function that does it."""
    command = commands.add_parser(
        act.__name__.removeprefix("_"), help=what, description=f"{what[0].upper()}{what[1:]}."
    )
    command.set_defaults(command=act)
    return command


if __name__ == "__main__":
    sys.exit(main())
