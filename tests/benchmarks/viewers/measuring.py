"""Runs the notebook of a way, and takes its figures."""

import ast
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.viewers.kernel import BLACK
from tests.benchmarks.viewers.ways import START, Way
from tests.lab import Lab, Notebook

PROBE = Path(__file__).with_name("probe.js").read_text()
BLACK_HANDLE = '.indinb-handle[data-handle="black"]'
DEFAULT = 1280, 1024
ERROR = '[data-mime-type="application/vnd.jupyter.error"]'
SETUP, SHOW, STRETCH, OPEN, PLAY = range(5)

Figures = dict[str, float]


def measure(lab: Lab, page: Page, name: str, way: Way, runs: int) -> Figures:
    """Open the notebook of a way, and measure everything. The page has the probe."""
    setup = f"{START}\n{way.setup}"
    notebook = lab.open(page, name, setup, way.show, way.stretch, way.open, way.play)
    _run(notebook, SETUP)
    figures = _stills(notebook, runs) | _stretches(notebook, runs)
    if page.locator(BLACK_HANDLE).count():
        figures |= {"redraw": redraw(notebook), "default, bytes": default_bytes(notebook)}
    figures |= _live(notebook)
    notebook.python(way.end)
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    return figures


def redraw(notebook: Notebook, presses: int = 9) -> float:
    """How many seconds the page works to draw what another black has changed; the median."""
    ask = f"() => probe.redrawn('{BLACK_HANDLE}', 'ArrowRight')"
    return statistics.median(notebook.page.evaluate(ask) for _ in range(presses)) / 1000


def default_bytes(notebook: Notebook) -> float:
    """How many bytes go over the wire for a frame of the size that simulated cameras have."""
    notebook.python(f"data = next(large)[:{DEFAULT[1]}, :{DEFAULT[0]}].copy()")
    return timed(notebook, SHOW)["bytes"]


def timed(notebook: Notebook, cell: int) -> dict[str, float]:
    """Run a cell: how long until it was to be seen, and what it cost."""
    done = notebook.page.evaluate("(cell) => probe.timed(cell)", cell)
    began, worked = times(notebook)
    return {"seen": done["at"] - began, "bytes": done["bytes"], "worked": worked}


def times(notebook: Notebook) -> tuple[float, float]:
    """When the kernel's clock began, and for how long the kernel has worked since then."""
    began, worked = ast.literal_eval(notebook.python("clock.times()"))
    return began, worked


def _run(notebook: Notebook, cell: int) -> None:
    output = notebook.run(cell)
    if output.locator(ERROR).count():
        raise RuntimeError(output.inner_text())


def _stills(notebook: Notebook, runs: int) -> Figures:
    turns = []
    for _ in range(runs + 1):
        notebook.python("data = next(large)")
        turns.append(timed(notebook, SHOW))
    first, *others = turns
    middle = _medians(others)
    return {"first": first["seen"]} | {f"still, {name}": value for name, value in middle.items()}


def _stretches(notebook: Notebook, runs: int) -> Figures:
    turns = []
    for turn in range(runs):
        notebook.python(f"black = {BLACK + 20 * (turn + 1)}")
        turns.append(timed(notebook, STRETCH))
    return {f"stretch, {name}": value for name, value in _medians(turns).items()}


def _live(notebook: Notebook) -> Figures:
    _run(notebook, OPEN)
    done = notebook.page.evaluate("(cell) => probe.followed(cell)", PLAY)
    _, worked = times(notebook)
    return live_figures(done, worked)


def live_figures(done: dict[str, Any], worked: float) -> Figures:
    """Say what was seen of live pictures: how many a second, and what each has cost."""
    shown = done["times"]
    return {
        "live, rate": (len(shown) - 1) / (shown[-1] - shown[0]) if len(shown) > 1 else 0.0,
        "live, bytes": done["bytes"] / max(1, len(shown)),
        "live, worked": worked / max(1, len(shown)),
    }


def _medians(turns: list[dict[str, float]]) -> Figures:
    return {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}
