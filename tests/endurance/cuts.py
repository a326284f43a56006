"""A link to real simulators is cut at any byte, again and again, while they are at work."""

import math
import random
import statistics
import time
from collections import Counter
from concurrent import futures
from dataclasses import dataclass, field

import indinb
from indinb.client.observers import Change
from indinb.observatory import Client
from tests.endurance import work
from tests.endurance.comparison import PATIENCE, Key, differing
from tests.endurance.process import Inventory, left_since, memory
from tests.endurance.report import Figure
from tests.endurance.simulators import CCD, MOUNT, observatory
from tests.proxy import Proxy
from tests.waiting import wait_until

_BYTES = 60_000  # at most between two cuts
_BYTES_AGAIN = 30_000  # which is less than the definitions are
_STALL = 5.0  # seconds in which they have to come
_AT_ONCE = 0.1  # seconds in which operations have to end
_AGAIN = 0.25  # of the cuts are followed by one in the definitions
_GROWTH = 5.0  # per cent that memory may grow
_WARM = 100  # cuts after which it may grow no more


@dataclass
class Tally:
    """What happened."""

    stalls: int = 0
    reconnects: list[float] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    good: Counter[str] = field(default_factory=Counter)
    bad: list[BaseException | None] = field(default_factory=list)
    differing: Counter[Key] = field(default_factory=Counter)

    def add(self, name: str, outcomes: list[work.Outcome], cut: float) -> None:
        """Take how operations ended, of which the last were cut at that moment."""
        self.good[name] += sum(outcome.error is None for outcome in outcomes)
        self.bad += [outcome.error for outcome in outcomes if outcome.error and not outcome.lost]
        self.delays += [
            max(0.0, outcome.ended - max(cut, outcome.began))
            for outcome in outcomes
            if outcome.lost
        ]


class Cutter:
    """Cuts the link of a client, which works, and compares it with another that is never cut.

    Parameters
    ----------
    proxy : Proxy
        Through which the client sees the server.
    client, other : Client
        That one, and the other.
    seed : int
        Makes other cuts for each.
    """

    def __init__(self, proxy: Proxy, client: Client, other: Client, seed: int) -> None:
        self.tally = Tally()
        self._proxy = proxy
        self._client = client
        self._other = other
        self._random = random.Random(seed)
        self._connected_at = 0.0
        self._centre = other.telescope.radec
        client.observe(self._note)

    def cut(self) -> None:
        """Let it work, cut it, perhaps twice, and compare what it sees when it is back."""
        shifts = {
            "frames": work.exposures(self._client),
            "slews": work.slews(self._client, self._centre, self._random),
        }
        moment = self._cut(_BYTES)
        for name, shift in shifts.items():
            self.tally.add(name, shift.end(), moment)
        if self._random.random() < _AGAIN:
            moment = self._cut(_BYTES_AGAIN)
        self.tally.differing.update(differing(self._client, self._other))
        self.tally.recoveries.append(time.monotonic() - moment)

    def _cut(self, most: int) -> float:
        """Cut when some bytes have come, and wait until it is back; returns the moment."""
        reset = self._random.random() < 0.5
        cut = self._proxy.cut_after(self._random.randrange(1, most), reset)
        futures.wait([cut], _STALL)
        if not cut.done():  # nothing comes any more
            self._proxy.cut()
            self.tally.stalls += 1
        moment = cut.result(0) if cut.done() else time.monotonic()
        self.tally.reconnects.append(self._wait_until_back(moment) - moment)
        return moment

    def _wait_until_back(self, since: float) -> float:
        try:
            wait_until(self._client, lambda: self._connected_at > since)
        except AssertionError:
            return float("inf")
        return self._connected_at

    def _note(self, change: Change) -> None:
        if change.type == "status" and change.new == "connected":
            self._connected_at = time.monotonic()


def run(count: int, seed: int) -> list[Figure]:
    """Cut so often, and return the figures."""
    before = Inventory.now()
    with (
        observatory(CCD, MOUNT) as (server, other),
        Proxy(server.port) as proxy,
        indinb.connect("127.0.0.1", proxy.port, reconnect=True) as client,
    ):
        cutter = Cutter(proxy, client, other, seed)
        began = time.monotonic()
        growth = _cut(cutter, count)
        rate = count / (time.monotonic() - began)
    figures = [*_of_links(cutter.tally, count), Figure("cuts in a second", rate)]
    return [*figures, *_of_work(cutter.tally), *growth, *_left(before)]


def _cut(cutter: Cutter, count: int) -> list[Figure]:
    """Cut, and return what has grown since the first of them."""
    links = cutter.tally.reconnects
    warm = memory(), Inventory.now()
    is_warm = False
    while len(links) < count and links[-1:] != [float("inf")]:
        cutter.cut()
        if not is_warm and len(links) >= min(_WARM, count / 2):
            is_warm = True
            warm = memory(), Inventory.now()
    growth = 100 * (memory() / warm[0] - 1)
    more = Inventory.now().more_than(warm[1])
    return [
        Figure("memory more than after the first of them", growth, "%", at_most=_GROWTH),
        Figure("threads more than then", more.threads, at_most=0),
        Figure("descriptors more than then", more.descriptors, at_most=0),
    ]


def _of_links(tally: Tally, count: int) -> list[Figure]:
    reconnects = sorted(tally.reconnects)
    wrong = sum(tally.differing.values())
    return [
        Figure("links cut, and made again", sum(map(math.isfinite, reconnects)), at_least=count),
        Figure("time to reconnect, median", statistics.median(reconnects), "s"),
        Figure("time to reconnect, longest", reconnects[-1], "s", at_most=PATIENCE),
        Figure("until all is as another client sees it, longest", max(tally.recoveries), "s"),
        Figure("properties that are not as it sees them", wrong, at_most=0),
        Figure("times that nothing more came", tally.stalls, at_most=0),
    ]


def _of_work(tally: Tally) -> list[Figure]:
    delay = max(tally.delays, default=float("nan"))
    return [
        Figure("frames that were good", tally.good["frames"], at_least=1),
        Figure("operations that the cuts ended", len(tally.delays), at_least=1),
        Figure("until they ended, longest", delay, "s", at_most=_AT_ONCE),
        Figure("operations that ended badly for other reasons", len(tally.bad), at_most=0),
    ]


def _left(before: Inventory) -> list[Figure]:
    left = left_since(before)
    return [
        Figure("threads left", left.threads, at_most=0),
        Figure("descriptors left", left.descriptors, at_most=0),
        Figure("processes left", left.children, at_most=0),
    ]
