"""A panel in JupyterLab, while drivers say more than anybody can read."""

import statistics
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page

from tests.lab import Lab, Notebook
from tests.widgets.storm import PROPERTIES, group_of, last_shown

pytestmark = pytest.mark.calm

RATE, SECONDS = 1_000, 10
TOTAL = RATE * SECONDS
GUSTS, GUST = 4, 10 * PROPERTIES  # short storms, and the updates of each
DRIVERS = """\
from tests.widgets.storm import Drivers
drivers = Drivers("Stormy")
stormy = drivers.client.devices["Stormy"]"""

MESSAGES = 110
LATENCY = 0.15  # seconds from the driver's last word to the page
ANSWER = 0.3  # seconds for a cell meanwhile

# Notes when a row first shows a word, by the clock that Python has as well.
WATCH = """(row, word) => {
  window.seenAt = null;
  const look = () => {
    if (!row.textContent.includes(word)) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.seenAt = Date.now() / 1000; }));
  };
  const observer = new MutationObserver(look);
  observer.observe(row, {subtree: true, childList: true, characterData: true});
}"""
# What is shown of each element: the words that stand in it, or whether it is pressed.
READ = """rows => rows.map((row) => [row.dataset.property, Object.fromEntries(
  [...row.querySelectorAll("[data-element]")].map((element) => [
    element.dataset.element,
    element.getAttribute("aria-pressed") ?? element.textContent.trim(),
  ]))])"""


@pytest.fixture(scope="module")
def notebook(lab: Lab, lab_page: Page) -> Iterator[Notebook]:
    notebook = lab.open(lab_page, "storm", DRIVERS, "stormy")
    notebook.run(0)
    notebook.run(1)
    yield notebook
    notebook.python("drivers.close()")


@pytest.fixture
def panel(notebook: Notebook) -> Locator:
    return notebook.output(1).locator(".indinb-panel")


def start(notebook: Notebook, panel: Locator, before: int, updates: int) -> None:
    """Begin a storm, and watch for the last word of it."""
    total = before + updates
    name = f"P{(total - 1) % PROPERTIES:02}"
    row = panel.locator(f"[data-property={name}]")
    panel.get_by_role("tab", name=group_of(int(name[1:]))).click()
    row.evaluate(WATCH, last_shown(total)[name]["E0"])
    notebook.python(f"drivers.storm({RATE}, {updates})")


def latency(notebook: Notebook) -> float:
    """Tell how many seconds after its end the last word of a storm is seen."""
    ended_at = float(notebook.python("drivers.end()"))
    seen_at = notebook.page.wait_for_function("window.seenAt", timeout=10_000).json_value()
    return float(seen_at) - ended_at


def answers_until(end: float, notebook: Notebook) -> Iterator[float]:
    """Run cells meanwhile, and tell how many seconds each of them took."""
    while time.monotonic() < end:
        yield notebook.seconds("1+1")


def everything_shown(panel: Locator) -> dict[str, dict[str, str]]:
    """Read the panel, tab by tab."""
    found: dict[str, dict[str, str]] = {}
    for tab in panel.get_by_role("tab").all():
        tab.click()
        found |= dict(panel.locator("[data-property]").filter(visible=True).evaluate_all(READ))
    return found


def wrong_in(panel: Locator, total: int) -> list[str]:
    """Tell what is not shown as it is after so many updates."""
    wanted, found = last_shown(total), everything_shown(panel)
    return [
        f"{name}.{element} is {shown}, not {found[name][element]}"
        for name, elements in wanted.items()
        for element, shown in elements.items()
        if not found[name][element].endswith(shown)
    ]


def test_a_storm(notebook: Notebook, panel: Locator, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.received.clear()
    start(notebook, panel, 0, TOTAL)
    answers = list(answers_until(time.monotonic() + SECONDS - 0.5, notebook))
    latencies = [latency(notebook)]
    messages = sum(b'"comm_msg"' in frame for frame in notebook.received)
    assert wrong_in(panel, TOTAL) == []

    for number in range(GUSTS):  # where in the last tick a storm ends is chance
        start(notebook, panel, TOTAL + number * GUST, GUST)
        latencies.append(latency(notebook))
    assert wrong_in(panel, TOTAL + GUSTS * GUST) == []

    usual, answer = statistics.median(latencies), statistics.median(answers)
    with capsys.disabled():
        print(
            f"\n{TOTAL} updates in {SECONDS} s: {messages} messages to the browser; "
            f"the last value seen after {usual:.3f} s, {max(latencies):.3f} s at most; "
            f"{len(answers)} cells answered in {answer:.3f} s, {max(answers):.3f} s at most"
        )
    assert SECONDS < messages <= MESSAGES
    assert usual <= LATENCY
    assert answer <= ANSWER
