"""Run a script of PyIndi-Client, unchanged: ``python -m indinb.pyindi script.py …``."""

import sys
from pathlib import Path
from types import ModuleType

from indinb import pyindi
from indinb.pyindi import exposures, switchboard

_STANDIN = Path(__file__).with_name("standin")
_INTERRUPTED = 130  # what shells say of a program that Ctrl-C has ended


def main(arguments: list[str]) -> int | str:
    """Run the script with the arguments that follow it; return what to exit with."""
    if not arguments or arguments[0].startswith("-"):
        return "usage: python -m indinb.pyindi script.py [its arguments]"
    script = Path(arguments[0])
    try:
        source = script.read_bytes()
    except OSError as error:
        return f"cannot read {script}: {error.strerror}"
    pyindi.install()
    sys.argv[:] = arguments
    sys.path[:1] = [str(script.resolve().parent), str(_STANDIN)]
    return _run(source, str(script.absolute())) or _finish()


def _run(source: bytes, path: str) -> int:
    """Run it as if Python did: its name is ``__main__``, and its errors show nothing of ours."""
    module = ModuleType("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    try:
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    except (Exception, KeyboardInterrupt) as error:
        below = error.__traceback__ and error.__traceback__.tb_next
        sys.excepthook(type(error), error.with_traceback(below), below)
        return 1 if isinstance(error, Exception) else _INTERRUPTED
    return 0


def _finish() -> int:
    try:
        for board in list(switchboard.boards):
            exposures.finish(board)
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
