"""The commands: ``python -m tests.lessons --help``."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.lessons.curate import curate
from tests.lessons.lesson import hurried, lessons, reached

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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m tests.lessons", description="Run the lessons of notebooks/, and look at them."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    curating = _command(commands, _curate, "run lessons in a hurry, and store what they show")
    copying = _command(commands, _copy, "copy lessons, with another observatory in them")
    copying.add_argument("folder", type=Path, metavar="FOLDER", help="where to; it is made")
    copying.add_argument("--address", metavar="HOST:PORT", help="of an INDI server to use instead")
    copying.add_argument("--solved", action="store_true", help="with solutions instead of blanks")
    for command in (curating, copying):
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
