"""What is measured of viewers, as rows of the table."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks import peers
from tests.benchmarks.cases import Case
from tests.benchmarks.table import Columns
from tests.benchmarks.viewers import measuring
from tests.benchmarks.viewers.measuring import Figures
from tests.benchmarks.viewers.ways import WAYS
from tests.lab import Lab, jupyter_lab
from tests.widgets.conftest import CHROMIUM_FLAGS

RUNS = 3  # of each way, at most
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SCREEN = {"width": 1200, "height": 2400}  # room for all outputs: what is not seen is not drawn
_PATIENCE = 90_000  # milliseconds

COLUMNS = Columns(
    {
        "indinb": "indinb",
        "inline": "inline imshow",
        "binned": "binned imshow",
        "ipympl": "ipympl",
        "ginga": "astrowidgets",
        "bqplot": "its bqplot",
        "image": "JPEG by hand",
    },
    {
        "x imshow": ("inline",),
        "x ipympl": ("ipympl",),
        "x astrowid.": ("ginga",),
    },
)


class Row(NamedTuple):
    """A row: its title and unit, whose figure it is, and by what that is multiplied."""

    title: str
    unit: str
    figure: str
    scale: float

    @property
    def case(self) -> Case:
        """What the table calls it."""
        return Case("viewer", self.title, self.unit, self.figure, tuple(WAYS))


FIRST, STILL, STRETCH = "4096² frame, the first", "4096² frame, others", "another black level"
LIVE, LIVE_WORK = "live, 1024²", "live, kernel's work on each"
REDRAW, DEFAULT = "redrawn by the page alone", "1280×1024 frame, on the wire"  # noqa: RUF001

ROWS = (
    Row(FIRST, "ms", "first", 1e3),
    Row(STILL, "ms", "still, seen", 1e3),
    Row("4096² frame, kernel's work", "ms", "still, worked", 1e3),
    Row("4096² frame, on the wire", "kB", "still, bytes", 1e-3),
    Row(STRETCH, "ms", "stretch, seen", 1e3),
    Row("black level, kernel's work", "ms", "stretch, worked", 1e3),
    Row("black level, on the wire", "kB", "stretch, bytes", 1e-3),
    Row(REDRAW, "ms", "redraw", 1e3),
    Row(LIVE, "/s", "live, rate", 1),
    Row(LIVE_WORK, "ms", "live, worked", 1e3),
    Row("live, on the wire for each", "kB", "live, bytes", 1e-3),
    Row(DEFAULT, "kB", "default, bytes", 1e-3),
)


def measure(runs: int) -> dict[str, Figures]:
    """Let each way show all it is asked for, one after the other in one JupyterLab."""
    with _lab() as lab, _page() as page:
        figures = {
            name: measuring.measure(lab, page, name, way, min(runs, RUNS, way.runs))
            for name, way in WAYS.items()
        }
    return {row.title: of_row(row, figures) for row in ROWS}


def of_row(row: Row, figures: dict[str, Figures]) -> Figures:
    """Take the figures of a row from those of all ways that have it."""
    found = {name: of_way[row.figure] for name, of_way in figures.items() if row.figure in of_way}
    return {name: row.scale * figure for name, figure in found.items()}


@contextlib.contextmanager
def _lab() -> Iterator[Lab]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder, private = Path(name, "notebooks"), Path(name, "jupyter")
        folder.mkdir()
        with jupyter_lab(folder, private, peers.python_of(peers.VIEWERS)) as address:
            yield Lab(address, folder, private)


@contextlib.contextmanager
def _page() -> Iterator[Page]:
    executable = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport=_SCREEN)
        page.set_default_timeout(_PATIENCE)
        page.add_init_script(measuring.PROBE)
        yield page
        browser.close()
