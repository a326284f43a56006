"""What has to be reached, from the figures of one run."""

import operator
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tests.benchmarks.cases import LARGE, MEDIUM, PEERS

Results = Mapping[str, Mapping[str, float]]
"""Figures, by the title of the case and the name of the client."""

Value = Callable[[Results], float]


class Target(NamedTuple):
    """One of them.

    Parameters
    ----------
    text : str
        What it is about.
    limit : float
        What the value has to reach; or may reach at most.
    value : callable
        Computes it.
    at_most : bool
        Whether less is better.
    """

    text: str
    limit: float
    value: Value
    at_most: bool = False

    def judge(self, results: Results) -> str:
        """Return the line that says whether it is reached."""
        sign, holds = ("≤", operator.le) if self.at_most else ("≥", operator.ge)
        demand = f"{self.text} {sign} {self.limit:g}"
        try:
            value = self.value(results)
        except KeyError:  # the case was left out, or the peer is not installed
            return f"  not measured  {demand}"
        verdict = "reached" if holds(value, self.limit) else "MISSED"
        return f"  {verdict:12}  {demand}: {value:.3g}"


def _times(title: str, *others: str, ours: str = "indinb") -> Value:
    """Divide our figure by the best rate of the others."""
    return lambda r: r[title][ours] / max(r[title][other] for other in others)


def _largest(*titles: str) -> Value:
    """Take the largest figure of indinb."""
    return lambda r: max(r[title]["indinb"] for title in titles)


def _frames(which: str, allowance: float = 0.0) -> Value:
    """Divide memory, less an allowance in MB, by the size of a frame; for the worse size."""
    return lambda r: max(
        (r[f"memory, {size.title}, {which}"]["indinb"] - allowance) / size.megabytes
        for size in (MEDIUM, LARGE)
    )


TARGETS = (
    Target("BLOB of 33.6 MB, x pyindi-client", 12, _times("BLOB of 33.6 MB", "pyindi")),
    Target(
        "BLOB of 33.6 MB, drop-in x pyindi-client",
        10,
        _times("BLOB of 33.6 MB", "pyindi", ours="dropin"),
    ),
    Target("BLOB of 33.6 MB, x raw recv", 0.6, _times("BLOB of 33.6 MB", "raw")),
    Target(
        "FITS of 2.6 MB, x pyindi-client + astropy", 6, _times("FITS of 2.6 MB to uint16", "pyindi")
    ),
    Target(
        "FITS of 33.6 MB, x pyindi-client + astropy",
        12,
        _times("FITS of 33.6 MB to uint16", "pyindi"),
    ),
    Target("updates, x best peer", 2.5, _times("updates of 3 numbers", *PEERS)),
    Target(
        "updates, drop-in x pyindi-client",
        1,
        _times("updates of 3 numbers", "pyindi", ours="dropin"),
    ),
    Target(
        "% of the rate kept with 1 000 properties and 100 observers",
        80,
        _largest("rate with 1 000 properties"),
    ),
    Target(
        "unix socket, ms from wake-up to bytes of any size",
        1,
        _largest("indiserver, 2.6 MB to bytes", "indiserver, 122 MB to bytes"),
        at_most=True,
    ),
    Target(
        "files open after 1 000 dropped frames",
        0,
        _largest("files left by 1 000 frames"),
        at_most=True,
    ),
    Target("memory less 40 MB, first frame, in frames", 1.4, _frames("first", 40), at_most=True),
    Target("memory, series, in frames", 2.4, _frames("series"), at_most=True),
    Target(
        "connect to all properties, x pyindi-client",
        2,
        _times("connect, all properties", "pyindi"),
        at_most=True,
    ),
)
