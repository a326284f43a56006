"""What a process can say of itself."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.clients.session import clock


@dataclass
class Peak:
    """Memory at most over what there was before."""

    megabytes: float = 0.0


@contextlib.contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure how much more memory this process uses at most in the meantime."""
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak until now
    before = _memory("VmRSS")
    peak = Peak()
    yield peak
    peak.megabytes = (_memory("VmHWM") - before) / 1e6


def open_files() -> int:
    """Return how many descriptors this process has."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def run(statement: str) -> float:
    """Return how many seconds a new interpreter takes for a statement."""
    begin = clock()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return clock() - begin


def _memory(field: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{field}:\s*(\d+) kB", status)[1]) * 1024
