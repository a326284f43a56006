"""Abort while a cell keeps the kernel busy, in JupyterLab, under several versions of the kernel."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests import kernels
from tests.lab import NUMBERED, Lab, Notebook, write_notebook

pytestmark = pytest.mark.calm

QUICK = 0.7  # seconds, of which JavaScript waits 0.4 for an answer
TRIES = 3  # as the computer may be busy with something else
ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "lab"

CELLS = {
    "setup": """\
import re, time, indinb, ipykernel
from collections import Counter
from pathlib import Path
client = indinb.simulate()
client.camera.device.connect()
client.telescope.device.connect()
client.telescope.unpark()
client.log_traffic("traffic-" + ipykernel.__version__)

def aborts():
    text = Path("traffic-" + ipykernel.__version__).read_text()
    return Counter(re.findall(r'<newSwitchVector [^>]*name="([^"]*ABORT[^"]*)"', text))

def sent(before=Counter()):
    new = aborts() - before
    before.update(new)
    return f"{max(new.values(), default=0)} sent"

ipykernel.__version__""",
    "panels": "display(client.camera.device)\ndisplay(client.telescope.device)",
    "expose": "client.camera.expose(30)",
    "slew": "client.telescope.slew('M31')",
    "look": "client.camera.exposing, client.telescope.slewing, sent()",
    "start": "operation = client.camera.start_exposure(30)\noperation",
    "sleep": "time.sleep(3)\n'slept'",
    "close": "client.close()",
}
PROMPT_CHANGES = """(button, prompt) => new Promise((resolve) => {
  const begun = performance.now();
  const observer = new MutationObserver(() => {
    if (!/\\[\\d+\\]/.test(prompt.textContent)) return;
    observer.disconnect();
    resolve((performance.now() - begun) / 1000);
  });
  observer.observe(prompt, { childList: true, subtree: true, characterData: true });
  button.click();
})"""


class Lesson(Notebook):
    """A notebook whose cells have names."""

    kernel: str

    def named(self, name: str) -> int:
        return list(CELLS).index(name)

    def bar(self, name: str) -> Locator:
        """Return the progress bar under a cell."""
        return self.output(self.named(name)).locator(".indinb-progress")

    def look(self) -> Locator:
        """Return whether camera and mount are at work, and how often one was told to stop since."""
        return self.run_again(self.named("look"))

    def seconds_to_the_end(self, name: str, button: Locator) -> float:
        """Press a button, and return after how long a cell ends."""
        prompt = self.code(self.named(name)).locator(".jp-InputPrompt").element_handle()
        seconds = float(button.evaluate(PROMPT_CHANGES, prompt))
        self.page.screenshot(path=ARTIFACTS / f"abort-{name}-{self.kernel}.png")
        return seconds


@pytest.fixture(scope="module")
def address(lab: Lab) -> str:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for version in kernels.chosen():
        name = kernels.add(version, lab.private / "data")
        write_notebook(lab.folder / f"{version}.ipynb", *CELLS.values(), kernel=name)
    return lab.address


@pytest.fixture(scope="module", params=kernels.chosen())
def lesson(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Lesson]:
    """A notebook whose observatory is ready, in a kernel of each version."""
    lesson = begun(browser, address, request.param) or begun(browser, address, request.param)
    assert lesson is not None, "two kernels in a row did not run their first cell"
    expect(lesson.output(lesson.named("setup"))).to_contain_text(request.param)
    lesson.run(lesson.named("panels"))
    yield lesson
    lesson.run(lesson.named("close"))
    lesson.page.close()


def begun(browser: Browser, address: str, version: str) -> Lesson | None:
    """Open a lesson and run its first cell; None if the kernel never did, and was ended.

    Of ipykernel 7.0.1, one has been seen that never ran it, on a busy computer.
    """
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_timeout(20_000)
    lesson = Lesson(page, address, f"{version}.ipynb")
    lesson.kernel = version
    lesson.start(lesson.named("setup"))
    prompt = lesson.code(lesson.named("setup")).locator(".jp-InputPrompt")
    try:
        expect(prompt).to_contain_text(NUMBERED, timeout=40_000)
    except AssertionError:
        page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        page.close()
        return None
    return lesson


@pytest.fixture(autouse=True)
def no_kernel_complains(lab: Lab, lesson: Lesson) -> Iterator[None]:
    log = lab.private / "log"
    before = len(log.read_text())
    yield
    assert "Traceback" not in log.read_text()[before:]


Button = Callable[[Lesson, str], Locator]


def in_the_bar(lesson: Lesson, cell: str) -> Locator:
    return lesson.bar(cell).get_by_role("button", name="Abort")


def in_the_panel(lesson: Lesson, cell: str) -> Locator:
    panels = lesson.output(lesson.named("panels")).locator(".indinb-panel")
    header = panels.nth(["expose", "slew"].index(cell)).locator("header")
    return header.get_by_role("button", name="Abort")


@pytest.mark.parametrize("button", [in_the_bar, in_the_panel])
@pytest.mark.parametrize("cell", ["expose", "slew"])
def test_abort_ends_the_waiting_cell(
    lesson: Lesson,
    cell: str,
    button: Button,
    record_property: Callable[[str, object], None],
) -> None:
    seconds = math.inf
    for _ in range(TRIES):
        seconds = min(seconds, abort_while_it_waits(lesson, cell, button))
        if seconds <= QUICK:
            break
    record_property(f"{cell}, {button.__name__}", seconds)
    assert seconds <= QUICK


def abort_while_it_waits(lesson: Lesson, cell: str, button: Button) -> float:
    """Return how many seconds after the click on Abort a cell has ended."""
    lesson.look()
    lesson.start(lesson.named(cell))
    expect(lesson.bar(cell)).to_contain_text("to go" if cell == "slew" else "left")
    seconds = lesson.seconds_to_the_end(cell, button(lesson, cell))
    expect(lesson.output(lesson.named(cell))).to_contain_text("Aborted: ")
    expect(lesson.look()).to_contain_text("(False, False, '1 sent')")
    return seconds


def test_a_cell_of_the_users_own_is_left_alone(
    lesson: Lesson, record_property: Callable[[str, object], None]
) -> None:
    lesson.look()
    lesson.run(lesson.named("start"))
    bar = lesson.bar("start")
    expect(bar).to_contain_text("left")
    lesson.start(lesson.named("sleep"))
    bar.get_by_role("button", name="Abort").click()
    if not kernels.answers_beside_cells(lesson.kernel):
        expect(bar).to_contain_text("as soon as the kernel is free")
    expect(bar).to_have_attribute("data-state", "aborted")
    beside = "*" in lesson.code(lesson.named("sleep")).locator(".jp-InputPrompt").inner_text()
    assert beside == kernels.answers_beside_cells(lesson.kernel)
    lesson.wait(lesson.named("sleep"))
    expect(lesson.output(lesson.named("sleep"))).to_contain_text("'slept'")
    expect(lesson.look()).to_contain_text("(False, False, '1 sent')")
