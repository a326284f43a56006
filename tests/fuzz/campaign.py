"""One run over many inputs, up to the first that fails."""

import contextlib
import itertools
import logging
import resource
import signal
import time
from collections.abc import Iterator

from tests.fuzz.check import Listener, Outcome, check
from tests.fuzz.inputs import Inputs

PATIENCE = 2.0
"""Seconds of the processor's time that one input may take."""

GROWTH = 64 << 20
"""Bytes by which memory may grow once the first inputs are through, whatever comes."""

_FIRST = 20_000  # inputs
_PROGRESS = 10.0  # seconds between two lines of progress


class Campaign:
    """Counts what it tries.

    Parameters
    ----------
    seed : int
        Of the inputs.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.inputs = self.bytes = self.messages = self.errors = 0
        self._outcomes: set[int] = set()
        self._begin = time.monotonic()
        self._memory = 0

    def __str__(self) -> str:
        return (
            f"{self.inputs} inputs, {self.bytes} bytes, {self.messages} messages, "
            f"{self.errors} errors, {len(self._outcomes)} distinct outcomes, "
            f"{self.seconds:.0f} s, seed {self.seed}"
        )

    @property
    def seconds(self) -> float:
        """Time since the begin."""
        return time.monotonic() - self._begin

    def run(self, inputs: int, seconds: float) -> bytes | None:
        """Return the first input that fails, after telling why; or None when all is over."""
        source, told = Inputs(self.seed), 0.0
        with listening() as listener, alarm():
            for data in itertools.islice(source, inputs):
                try:
                    if self._try(data, listener):
                        source.keep(data)
                except Exception:
                    logging.exception("input %d failed", self.inputs)
                    return data
                if self.seconds > seconds:
                    break
                if self.seconds - told > _PROGRESS:
                    told = self.seconds
                    print(self, flush=True)
        return None

    def _try(self, data: bytes, listener: Listener) -> bool:
        """Check an input, and return whether something new came of it."""
        listener.heard.clear()
        outcome = in_time(data)
        self.inputs += 1
        self.bytes += len(data)
        self.messages += len(outcome.messages)
        self.errors += outcome.error is not None
        self._watch_memory()
        before = len(self._outcomes)
        self._outcomes.add(_sort(outcome, listener))
        return len(self._outcomes) > before

    def _watch_memory(self) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if self.inputs <= _FIRST:
            self._memory = peak
        assert peak <= self._memory + GROWTH, f"memory has grown from {self._memory} to {peak}"


def shrunk(data: bytes) -> bytes:
    """Leave out of an input that fails what it does not need for that."""
    size = len(data) // 2
    while size:
        for begin in range(0, len(data), size):
            less = data[:begin] + data[begin + size :]
            if _fails(less):
                return shrunk(less)
        size //= 2
    return data


@contextlib.contextmanager
def listening() -> Iterator[Listener]:
    """Have all that is logged formatted, and none of it shown."""
    listener, logger = Listener(), logging.getLogger("indinb")
    before = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(listener)
    try:
        yield listener
    finally:
        logger.removeHandler(listener)
        logger.level, logger.propagate = before


@contextlib.contextmanager
def alarm() -> Iterator[None]:
    """Let `in_time` raise TimeoutError in the midst of what takes too long."""
    before = signal.signal(signal.SIGVTALRM, _give_up)
    try:
        yield
    finally:
        signal.signal(signal.SIGVTALRM, before)


def in_time(data: bytes) -> Outcome:
    """Check an input against the clock, which runs while the processor works for it."""
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        return check(data)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _give_up(*_: object) -> None:
    raise TimeoutError(f"it takes longer than {PATIENCE:g} s")


def _fails(data: bytes) -> bool:
    try:
        with listening(), alarm():
            in_time(data)
    except Exception:
        return True
    return False


def _sort(outcome: Outcome, listener: Listener) -> int:
    """Tell roughly what came of an input, to know when it is something new."""
    kinds = {(type(m), getattr(m, "kind", None)) for m in outcome.messages}
    count = len(outcome.messages).bit_length()
    return hash((frozenset(kinds), count, frozenset(listener.heard), outcome.error is None))
