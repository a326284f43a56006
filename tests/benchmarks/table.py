"""The table: a line for each case, then one for each target."""

import os
import platform
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tests.benchmarks.cases import PEERS, Case
from tests.benchmarks.runner import Figures


class Columns(NamedTuple):
    """Who is measured, by the heads of columns; and those to whom indinb is compared."""

    clients: Mapping[str, str]
    ratios: Mapping[str, tuple[str, ...]]


INDI = Columns(
    {
        "indinb": "indinb",
        "dropin": "drop-in",
        "pyindi": "pyindi-client",
        "indipyclient": "indipyclient",
        "raw": "raw recv",
        "lxml": "lxml alone",
    },
    {"x pyindi": ("pyindi",), "x best peer": PEERS, "x raw recv": ("raw",)},
)


def head(runs: int, columns: Columns = INDI) -> str:
    """Return the first lines: where this is measured, and what the columns are."""
    load, *_ = os.getloadavg()
    where = f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} before"
    return f"Medians of {runs}; {where}\n" + _line(
        "", "", (*columns.clients.values(), *columns.ratios)
    )


def row(case: Case, figures: Figures, columns: Columns = INDI) -> str:
    """Return the line of a case: the figures, and how many times better indinb is."""
    cells = [figures.get(client) for client in columns.clients]
    cells += [_ratio(case, figures, others) for others in columns.ratios.values()]
    return _line(case.title, case.unit, map(_number, cells))


def _ratio(case: Case, figures: Figures, others: Iterable[str]) -> float | None:
    found = [figures[other] for other in others if other in figures]
    if not found or not figures["indinb"]:
        return None
    if case.is_rate:
        return figures["indinb"] / max(found)
    return min(found) / figures["indinb"]


def _line(title: str, unit: str, cells: Iterable[str]) -> str:
    return f"{title:30}{unit:>5}" + "".join(f"{cell:>14}" for cell in cells)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.3g}"
