"""Fresh processes in turn, and the medians of what they print."""

import json
import statistics
import subprocess
from collections.abc import Iterable
from typing import Any

import numpy as np

from tests.benchmarks.cases import Case
from tests.benchmarks.peers import python_of

_PATIENCE = 120.0  # seconds for one run of one client

Figures = dict[str, float]
"""The median of each client."""


def measure(case: Case, server: dict[str, Any], clients: Iterable[str], runs: int) -> Figures:
    """Let the clients take turns."""
    clients = tuple(clients)
    runs = min(runs, case.runs)
    turns = [{client: run(case, server, client) for client in clients} for _ in range(runs)]
    return {client: statistics.median(turn[client] for turn in turns) for client in clients}


def run(case: Case, server: dict[str, Any], client: str) -> float:
    """Run one client once.

    Raises
    ------
    RuntimeError
        If it fails; with what it said.
    """
    _warm(case.memory)
    command = [python_of(client), "-m", "tests.benchmarks.clients", client, case.job]
    arguments = json.dumps(server | case.arguments)
    done = subprocess.run([*command, arguments], capture_output=True, text=True, timeout=_PATIENCE)
    if done.returncode:
        raise RuntimeError(f"{client} failed at {case.title!r}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def _warm(size: int) -> None:
    """Touch memory and give it back: a virtual machine may be slow to get its own from the host.

    Numpy asks for huge pages, which stay together.
    """
    np.ones(size, np.uint8)
