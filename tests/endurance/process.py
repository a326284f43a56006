"""What the system tells of this process and of others (Linux)."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Inventory(NamedTuple):
    """What a process holds. The clock's thread, which comes and goes, does not count."""

    threads: int
    descriptors: int
    children: int

    @classmethod
    def now(cls) -> "Inventory":
        """Count what this process holds now."""
        descriptors = sum(1 for _ in Path("/proc/self/fd").iterdir())
        threads = [each for each in threading.enumerate() if each.name != "indinb-clock"]
        return cls(len(threads), descriptors, len(children(os.getpid())))

    def more_than(self, other: "Inventory") -> "Inventory":
        """Return what has been added since."""
        return Inventory(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


def left_since(before: Inventory, patience: float = 2.0) -> Inventory:
    """Return what is left of what has been added since; threads may need a moment to end."""
    deadline = time.monotonic() + patience
    for thread in threading.enumerate():
        if thread.name.startswith("indinb"):
            thread.join(max(0.0, deadline - time.monotonic()))
    return Inventory.now().more_than(before)


def memory() -> float:
    """Return how many MB of memory this process uses."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6


def children(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    return [pid for pid, of in _processes() if of == parent]


def family(ancestor: int, program: str) -> list[int]:
    """Return which of a process and all that it has started, at any remove, run a program."""
    members = {ancestor}
    for pid, parent in sorted(_processes()):  # parents have been started before their children
        if parent in members:
            members.add(pid)
    return [pid for pid in members if _program(pid) == program]


def _program(pid: int) -> str:
    with contextlib.suppress(OSError):
        command, _, _ = Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")
        return Path(os.fsdecode(command)).name
    return ""


def _processes() -> Iterator[tuple[int, int]]:
    """Yield number and parent of all that there are."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it may end at any moment
            _, _, after = path.read_text().rpartition(") ")
            yield int(path.parent.name), int(after.split()[1])
