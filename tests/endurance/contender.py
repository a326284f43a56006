"""A contender in a process of its own, as the process sees it that runs the faults."""

import contextlib
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any, Self

from tests.benchmarks.peers import python_of

_END = 5.0  # seconds for it to end


class Silent(Exception):
    """It does not answer: it hangs, or it is gone."""


class Contender:
    """One of `clients`, which has connected to a port of this machine.

    Parameters
    ----------
    name : str
        Of the module.
    port : int
        Where the server is.
    """

    def __init__(self, name: str, port: int) -> None:
        command = [python_of(name), "-m", "tests.endurance.clients", name, str(port)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )
        self._told: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._calls = 0
        self._is_over = False
        self._reader = threading.Thread(target=self._listen, name="indinb-contender", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.end()

    def ask(self, do: str, *arguments: Any, patience: float = 2.0) -> Any:
        """Let it do something, and wait for the answer.

        Raises
        ------
        Silent
            If none comes in time.
        RuntimeError
            If it raises an exception.
        """
        fact = self.wait_for_answer(self.begin(do, *arguments), patience)
        if fact["word"] == "raised":
            raise RuntimeError(fact["error"])
        return fact["answer"]

    def begin(self, do: str, *arguments: Any) -> int:
        """Let it do something; returns the number by which the answer is known."""
        self._calls += 1
        call = {"do": do, "with": arguments, "number": self._calls}
        try:
            print(json.dumps(call), file=self._process.stdin, flush=True)
        except OSError as error:
            raise Silent(f"it is gone: {error}") from error
        return self._calls

    def wait_for_answer(self, call: int, patience: float) -> dict[str, Any]:
        """Wait until it has done it."""
        return self._wait(lambda fact: fact.get("call") == call, patience)

    def wait_for(self, words: set[str], since: float, patience: float) -> float | None:
        """Wait until it tells one of some words; returns the moment, or None if it does not."""
        try:
            fact = self._wait(lambda f: f["word"] in words and f["moment"] >= since, patience)
        except Silent:
            return None
        return float(fact["moment"])

    def end(self) -> str:
        """Let it end; returns what is remarkable about that. Safe to call twice."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            code = self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            code = None
        self._reader.join(_END)
        self._process.stdout.close()
        return ending(code)

    def _listen(self) -> None:
        for line in self._process.stdout:
            with self._news:
                self._told.append(json.loads(line))
                self._news.notify_all()
        with self._news:
            self._is_over = True
            self._news.notify_all()

    def _wait(self, wanted: Callable[[dict[str, Any]], bool], patience: float) -> dict[str, Any]:
        deadline = time.monotonic() + patience
        with self._news:
            while True:
                if fact := next(filter(wanted, self._told), None):
                    return fact
                left = deadline - time.monotonic()
                if left <= 0 or self._is_over:
                    raise Silent("it does not answer")
                self._news.wait(left)


def ending(code: int | None) -> str:
    """Say what is remarkable about how a process ended; None is one that had to be killed."""
    if code is None:
        return "hangs at the end"
    if code < 0:
        return f"crashed ({signal.Signals(-code).name})"
    return f"exit code {code}" if code else ""
