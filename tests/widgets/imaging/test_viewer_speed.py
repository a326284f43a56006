"""How long a person in JupyterLab waits for a frame, and what live pictures cost.

What is to be reached on a computer of one's own stands in `tests.benchmarks.viewers.targets`;
here, on any that is busy with something else, five times as long is still no fault.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.benchmarks.viewers import measuring
from tests.benchmarks.viewers.measuring import Figures
from tests.benchmarks.viewers.ways import WAYS
from tests.lab import Lab

pytestmark = pytest.mark.calm

SLOWER = 5
SEEN, REDRAWN, WORKED = 0.110, 0.016, 0.050  # seconds
RATE = 10  # live pictures a second
SMALLEST, LARGEST = 50_000, 500_000  # bytes of a usual frame
RUNS = 3


@pytest.fixture(scope="module")
def figures(lab: Lab, lab_page: Page) -> Iterator[Figures]:
    lab_page.add_init_script(measuring.PROBE)
    yield measuring.measure(lab, lab_page, "viewer_speed", WAYS["indinb"], RUNS)
    lab_page.goto("about:blank")


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]):
    def tell(words: str) -> None:
        with capsys.disabled():
            print(f"\n{words}")

    return tell


def test_a_large_frame(figures, tell):
    seen, worked = figures["still, seen"], figures["still, worked"]
    tell(f"4096² pixels: seen after {1000 * seen:.0f} ms, {1000 * worked:.0f} ms of the kernel")
    assert seen <= SLOWER * SEEN


def test_another_black_level(figures, tell):
    seen, redrawn = figures["stretch, seen"], figures["redraw"]
    tell(f"another black: drawn in {1000 * redrawn:.1f} ms, from Python in {1000 * seen:.0f} ms")
    assert redrawn <= SLOWER * REDRAWN


def test_live_pictures(figures, tell):
    rate, worked = figures["live, rate"], figures["live, worked"]
    tell(f"live at 1024²: {rate:.1f} a second, {1000 * worked:.0f} ms of the kernel for each")
    assert rate >= RATE / SLOWER
    assert worked <= SLOWER * WORKED


def test_bytes_of_a_usual_frame(figures, tell):
    size = figures["default, bytes"]
    tell(f"1280 x 1024 pixels: {size / 1000:.0f} kB on the wire")
    assert SMALLEST <= size <= LARGEST
