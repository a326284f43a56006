"""A lesson as a person sees it: opened in JupyterLab, run whole, and looked through."""

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image, ImageStat
from playwright.sync_api import ConsoleMessage, Locator, Page, TimeoutError

from tests.lab import Notebook
from tests.lessons.lesson import WIDGET, Lesson

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "lessons"
RUN_SECONDS = 120
DRAW_SECONDS = 20
WIDGETS = ".jp-Notebook .jp-OutputArea-output.lm-Panel"
PICTURES = ".jp-Notebook .jp-RenderedMarkdown img, .jp-Notebook .jp-RenderedImage img"
BLANK = 1.0
"""Standard deviation of grey values up to which a picture is blank."""
SHOWN = {
    ".indinb-panel": "[data-property]",
    ".indinb-dashboard": "[data-card]",
    ".indinb-viewer": ".indinb-stage[data-empty=false]",
    ".indinb-progress": "text=/\\w/",
}
"""What is visible in each of our widgets that shows something."""

SETTINGS = {
    # What is not on the screen shall be there, too.
    "notebook-extension/tracker": {"windowingMode": "none"},
}
RUN_ALL = """() => {
  delete window.ran;
  const end = () => { window.ran = true; };
  jupyterapp.commands.execute("notebook:run-all-cells").then(end, end);
}"""
DRAWN = """() => {
  const notebook = document.querySelector(".jp-Notebook");
  const stages = [...notebook.querySelectorAll(".indinb-stage")];
  return !notebook.textContent.includes("Loading widget")
    && [...notebook.querySelectorAll("img")].every((image) => image.complete)
    && stages.every((stage) => stage.dataset.empty === "false");
}"""
CODE_CELLS = """() => jupyterapp.shell.currentWidget.content.widgets
  .filter(({ model }) => model.type === "code")
  .map(({ model }) => ({
    source: model.sharedModel.getSource(),
    tags: model.getMetadata("tags") ?? [],
    count: model.executionCount,
    outputs: model.outputs.toJSON(),
  }))"""
SHUT_DOWN = "jupyterapp.shell.currentWidget.sessionContext.shutdown()"


def keep_settings(private: Path) -> None:
    """Write down settings for a JupyterLab that is not up yet."""
    for name, values in SETTINGS.items():
        path = private / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def lay_out(lesson: Lesson, folder: Path) -> None:
    """Write a lesson to a folder, without its outputs, and the pictures of all lessons."""
    for cell in lesson.code:
        cell.outputs, cell.execution_count = [], None
    lesson.save(folder / lesson.path.name)
    shutil.copytree(lesson.path.parent / "pictures", folder / "pictures", dirs_exist_ok=True)


class OpenedLesson:
    """A notebook in JupyterLab that tells, in words, whatever is wrong with what is seen.

    Parameters
    ----------
    page : Page
        Whose console is listened to from now on.
    address : str
        Of JupyterLab.
    name : str
        Of the file, in the folder that JupyterLab serves.
    """

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        self.name = name.removesuffix(".ipynb")
        self.said: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", self._note)
        self.notebook = Notebook(page, address, name)

    def close(self) -> None:
        """End the kernel, and hear no more of the page."""
        self.page.remove_listener("console", self._hear)
        self.page.remove_listener("pageerror", self._note)
        self.page.evaluate(SHUT_DOWN)

    def run(self) -> None:
        """Run all cells to the end, and wait until all is drawn, if it ever is."""
        self.page.evaluate(RUN_ALL)
        with suppress(TimeoutError):
            self.page.wait_for_function("window.ran", timeout=RUN_SECONDS * 1000)
        with suppress(TimeoutError):
            self.page.wait_for_function(DRAWN, timeout=DRAW_SECONDS * 1000)

    def troubles(self) -> list[str]:
        """Look through the whole notebook; what is shown is kept as pictures."""
        cells = self.page.evaluate(CODE_CELLS)
        return [
            *_troubles_of_cells(cells),
            *_troubles_of_checks(cells),
            *self._troubles_of_widgets(sum(map(_views, cells))),
            *self._troubles_of_pictures(),
            *self._troubles_of_solutions(),
            *(f"the page: {words}" for words in self.said),
        ]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(message.text)

    def _note(self, error: object) -> None:
        self.said.append(str(error).splitlines()[0])

    def _troubles_of_widgets(self, expected: int) -> Iterator[str]:
        widgets = self.page.locator(WIDGETS).all()
        if len(widgets) != expected:
            yield f"{expected} widgets in the outputs, {len(widgets)} on the page"
        for number, widget in enumerate(widgets, 1):
            text = widget.inner_text()
            if "Loading widget" in text or "Error displaying widget" in text:
                yield f"widget {number}: {text.splitlines()[0]}"
            else:
                yield from self._troubles_to_see(widget, f"widget {number}")
            for ours, part in SHOWN.items():
                if widget.locator(ours).count() and not _visible(widget.locator(ours), part):
                    yield f"widget {number}: {ours} without {part}"
        for number, stage in enumerate(self.page.locator(".indinb-stage").all(), 1):
            yield from self._troubles_to_see(stage, f"frame {number}")

    def _troubles_of_pictures(self) -> Iterator[str]:
        for number, picture in enumerate(self.page.locator(PICTURES).all(), 1):
            if picture.evaluate("image => image.complete && image.naturalWidth > 0"):
                yield from self._troubles_to_see(picture, f"picture {number}")
            else:
                yield f"picture {number}: {picture.get_attribute('alt')} is not there"

    def _troubles_to_see(self, sight: Locator, name: str) -> Iterator[str]:
        """Keep a screenshot of something; it may be neither small nor of one colour."""
        box = sight.bounding_box() or {"width": 0, "height": 0}
        if box["width"] < 20 or box["height"] < 10:
            yield f"{name}: only {box['width']:.0f} x {box['height']:.0f} pixels"
            return
        path = ARTIFACTS / self.name / f"{name.replace(' ', '-')}.png"
        shot = Image.open(io.BytesIO(sight.screenshot(path=path, animations="disabled")))
        if deviation(shot) <= BLANK:
            yield f"{name}: blank"

    def _troubles_of_solutions(self) -> Iterator[str]:
        solutions = self.page.locator(".jp-RenderedMarkdown details").all()
        for number, solution in enumerate(solutions, 1):
            solution.locator("summary").click()
            code = solution.locator("pre")
            if not code.count() or not code.first.is_visible():
                yield f"solution {number}: no code when it is opened"


def deviation(image: Image.Image) -> float:
    """Return the standard deviation of the grey values of a picture, 0 to 127.5."""
    return float(ImageStat.Stat(image.convert("L")).stddev[0])


def _visible(widget: Locator, part: str) -> bool:
    return widget.locator(part).filter(visible=True).count() > 0


def _troubles_of_cells(cells: list[dict[str, Any]]) -> Iterator[str]:
    for cell in cells:
        first = cell["source"].split("\n")[0]
        if cell["source"].strip() and cell["count"] is None:
            yield f"not run to its end: {first}"
        for output in cell["outputs"]:
            if output["output_type"] == "error" and "raises-exception" not in cell["tags"]:
                yield f"{output['ename']}: {output['evalue']}, in: {first}"


def _troubles_of_checks(cells: list[dict[str, Any]]) -> Iterator[str]:
    """Whoever gave the right answer is told so."""
    checks = (cell for cell in cells if "check" in cell["tags"])
    for number, check in enumerate(checks, 1):
        words = "".join(output.get("text", "") for output in check["outputs"])
        if not words.startswith("Right: "):
            yield f"exercise {number}, with its solution: {words or 'nothing'}"


def _views(cell: dict[str, Any]) -> int:
    return sum(WIDGET in output.get("data", {}) for output in cell["outputs"])
