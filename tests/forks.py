"""Forked children, for tests of what they may do with what their parent has."""

import os
import signal
from collections.abc import Callable

_PATIENCE = 20  # seconds, within which a child has ended


def in_child(act: Callable[[], object]) -> str:
    """Do something in a forked child; return its result as it is written, or what was wrong."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(_PATIENCE)  # it must not hang
        try:
            said = repr(act())
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return said
