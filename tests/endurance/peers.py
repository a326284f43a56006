"""The same faults for indinb and for other clients: a row for each fault, a column for each."""

import textwrap
from collections.abc import Iterable

from tests.benchmarks import peers
from tests.endurance.faults import FAULTS, PATIENCE, Fault, Finding, find

CLIENTS = ("indinb", "pyindi", "indipyclient")
_TITLE, _CELL = 32, 36  # letters


def run(names: Iterable[str] = CLIENTS, faults: Iterable[Fault] = FAULTS.values()) -> bool:
    """Print what becomes of each client; return whether indinb comes through all right."""
    names = [name for name in names if peers.installed(name)]
    if missing := set(CLIENTS).difference(names):
        print(f"Left out: {', '.join(sorted(missing))} (python -m tests.benchmarks setup)")
    print(_row("", names), flush=True)
    findings = {}
    for fault in faults:
        found = [find(fault, name) for name in names]
        findings |= {(fault, name): each for name, each in zip(names, found, strict=True)}
        print(_row(fault.title, map(str, found)), flush=True)
    print(f"What has not happened {PATIENCE:g} s after all is well again counts as not at all.")
    return all(is_well(each) for (_, name), each in findings.items() if name == "indinb")


def is_well(finding: Finding) -> bool:
    """Whether a client noticed what there was to notice, and then was as good as before."""
    noticed = finding.noticed is not None or not finding.noticeable
    return noticed and finding.back is not None and not finding.wrong and not finding.ending


def _row(title: str, cells: Iterable[str]) -> str:
    """Return the lines of a row; what is too long for one goes on in the next."""
    columns = [textwrap.wrap(title, _TITLE - 2) or [""]]
    columns += [textwrap.wrap(cell, _CELL - 2) or [""] for cell in cells]
    height = max(map(len, columns))
    padded = [column + [""] * (height - len(column)) for column in columns]
    widths = [_TITLE] + [_CELL] * (len(columns) - 1)
    lines = zip(*padded, strict=True)
    return "\n".join(
        "".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
