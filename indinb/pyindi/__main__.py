"""Run a script of PyIndi-Client, unchanged: ``python -m indinb.pyindi script.py …``."""

import runpy
import sys
from pathlib import Path

from indinb import pyindi
from indinb.pyindi import exposures, switchboard


def main(arguments: list[str]) -> int | str | None:
    """Run the script with the arguments that follow it."""
    if not arguments or arguments[0].startswith("-"):
        return "usage: python -m indinb.pyindi script.py [its arguments]"
    script = arguments[0]
    pyindi.install()
    sys.argv[:] = arguments
    sys.path[0] = str(Path(script).resolve().parent)
    runpy.run_path(script, run_name="__main__")
    for board in list(switchboard.boards):
        exposures.finish(board)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
