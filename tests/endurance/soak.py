"""Minutes of updates and frames: that none is lost, and nothing grows or gets slower."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator

import numpy as np

import indinb
from indinb.client.model import Vector
from indinb.client.observers import Change
from tests.endurance.load import DEVICE, MARK, Plan, frame
from tests.endurance.process import memory
from tests.endurance.report import Figure

_WINDOW = 60.0  # seconds at the begin and at the end that are compared
_TAIL = 30.0  # seconds after its time in which the load has to end
_GROWTH = 5.0  # per cent that memory may grow
_SLOWER = 1.2  # times that latency may grow, or so many ms:
_SLOWER_MEDIAN, _SLOWER_P99 = 0.2, 2.0


class Tally:
    """Takes what comes, on the reader thread; what it keeps has its room from the begin."""

    def __init__(self, plan: Plan) -> None:
        self.latencies = np.full(plan.updates, np.nan)
        self.updates = 0
        self.lost_updates = 0
        self.frames: queue.SimpleQueue[memoryview] = queue.SimpleQueue()
        self.ended = threading.Event()
        self.sent = (0, 0)

    def take(self, change: Change) -> None:
        """Take a change of the device."""
        if change.type == "updated":
            getattr(self, f"_take_{change.name.lower()}")(change.new)

    def _take_update(self, vector: Vector) -> None:
        number = int(vector["NUMBER"])
        self.latencies[number] = time.perf_counter() - vector["SENT"]
        self.lost_updates += number != self.updates
        self.updates = number + 1

    def _take_image(self, vector: Vector) -> None:
        self.frames.put(vector["IMAGE"].data)

    def _take_end(self, vector: Vector) -> None:
        self.sent = (int(vector["UPDATES"]), int(vector["FRAMES"]))
        self.ended.set()


class Samples:
    """Looks at the memory and at the frames ten times a second, on the thread that waits."""

    def __init__(self, tally: Tally, plan: Plan) -> None:
        self.memory: list[float] = []
        self.good_frames = 0
        self._tally = tally
        self._plan = plan
        self._rest = zlib.crc32(frame(0, plan.size)[MARK:])

    def take_until_end(self) -> None:
        """Return when the load has ended, or is late."""
        deadline = time.monotonic() + self._plan.seconds + _TAIL
        while not self._tally.ended.wait(0.1) and time.monotonic() < deadline:
            self.memory.append(memory())
            self._look_at_frames()
        self._look_at_frames()

    def _look_at_frames(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                data = self._tally.frames.get_nowait()
                right = len(data) == self._plan.size and int(bytes(data[:MARK])) == self.good_frames
                self.good_frames += right and zlib.crc32(data[MARK:]) == self._rest


def run(plan: Plan) -> list[Figure]:
    """Soak, and return the figures."""
    tally = Tally(plan)
    samples = Samples(tally, plan)
    with load_server(plan) as port, indinb.connect("127.0.0.1", port) as client:
        client.enable_blobs(DEVICE, "IMAGE")
        client.devices[DEVICE].observe(tally.take)
        client.devices[DEVICE]["START"].set("BEGIN")
        samples.take_until_end()
    return [*_losses(plan, tally, samples), *_latencies(plan, tally), _growth(plan, samples)]


@contextlib.contextmanager
def load_server(plan: Plan) -> Iterator[int]:
    """Run the load server; yields its port."""
    command = [sys.executable, "-m", "tests.endurance.load", json.dumps(plan._asdict())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _losses(plan: Plan, tally: Tally, samples: Samples) -> list[Figure]:
    updates, frames = tally.sent
    missing = tally.lost_updates + plan.updates - tally.updates
    return [
        Figure("updates sent", updates, at_least=plan.updates),
        Figure("updates lost or out of order", missing, at_most=0),
        Figure("frames sent", frames, at_least=int(plan.seconds * plan.frames)),
        Figure("frames lost or damaged", frames - samples.good_frames, at_most=0),
    ]


def _latencies(plan: Plan, tally: Tally) -> Iterator[Figure]:
    count = int(_window(plan) * plan.rate)
    first, last = (_percentiles(part) for part in np.split(tally.latencies, [count, -count])[::2])
    names = ("median", "99th percentile")
    allowances = (_SLOWER_MEDIAN, _SLOWER_P99)
    for name, before, after, more in zip(names, first, last, allowances, strict=True):
        yield Figure(f"latency at the begin, {name}", before, "ms")
        most = max(before * _SLOWER, before + more)
        yield Figure(f"latency at the end, {name}", after, "ms", at_most=most)


def _percentiles(latencies: np.ndarray) -> list[float]:
    return list(np.percentile(latencies, [50, 99]) * 1e3)


def _growth(plan: Plan, samples: Samples) -> Figure:
    """Compare medians, as one frame more or less is no growth."""
    count = int(len(samples.memory) * _window(plan) / plan.seconds)
    before = float(np.median(samples.memory[:count]))
    growth = 100 * (float(np.median(samples.memory[-count:])) / before - 1)
    return Figure("memory more than at the begin", growth, "%", at_most=_GROWTH)


def _window(plan: Plan) -> float:
    return min(_WINDOW, plan.seconds / 4)
