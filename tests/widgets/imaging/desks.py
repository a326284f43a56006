"""Viewers in the outputs of a notebook in JupyterLab, whose Python is a kernel."""

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from indinb.images.frame import Frame
from tests.lab import Lab, Notebook
from tests.widgets.imaging.viewers import ViewerPage
from tests.widgets.pages import ARTIFACTS

SETUP = """\
import json
import time
import indinb
import numpy as np
from indinb import Frame
from indinb.widgets import viewer
client = indinb.simulate(seed=0, speed=100)
for device in client.devices.values():
    device.connect()
client.devices["Telescope Simulator"]["POINTING_ERROR"].set("INDI_DISABLED").result()
client.devices["Filter Simulator"]["FILTER_SLOT"].set(8).result()  # Luminance
client.devices["CCD Simulator"]["WCS_CONTROL"].set("WCS_ENABLE").result()
camera = client.camera
client.telescope.unpark()
def look_at(name, seconds=10):
    client.telescope.slew(name)
    return camera.expose(seconds)"""
HIDE_FOLDER = "jupyterapp.commands.execute('application:toggle-left-area')"

Point = tuple[float, float]


@contextmanager
def opened_desk(lab: Lab, page: Page, name: str, *cells: str) -> Iterator[Notebook]:
    """Open a notebook of cells, with an observatory; an error in its page fails the tests."""
    errors: list[object] = []

    def note(error: object) -> None:
        errors.append(error)

    page.set_viewport_size({"width": 1300, "height": 1150})
    page.on("pageerror", note)
    notebook = lab.open(page, name, SETUP, *cells)
    page.evaluate(HIDE_FOLDER)
    notebook.run(0)
    yield notebook
    notebook.python("client.close()")
    page.remove_listener("pageerror", note)
    page.goto("about:blank")
    assert errors == []


def ask(notebook: Notebook, expression: str) -> Any:
    """Return what an expression is in the kernel."""
    return json.loads(notebook.python(f"print(json.dumps({expression}))"))


def wait_for_python(notebook: Notebook, condition: str) -> None:
    """Wait until something is true in the kernel, which hears the page while it does nothing."""
    for _ in range(250):
        if ask(notebook, f"bool({condition})"):
            return
        notebook.page.wait_for_timeout(20)
    raise AssertionError(f"never true in the kernel: {condition}")


def copied(notebook: Notebook, lab: Lab, name: str) -> Frame:
    """Copy a frame out of the kernel."""
    notebook.python(f"_ = {name}.save('{name}.fits', overwrite=True)")
    return Frame.from_fits(lab.folder / f"{name}.fits")


class Desk(ViewerPage):
    """A viewer in the output of a cell; `name` is what the kernel calls it."""

    def __init__(self, notebook: Notebook, output: Locator, name: str = "") -> None:
        super().__init__(notebook.page)
        self.notebook, self.name = notebook, name
        self.root = output.locator(".indinb-viewer")
        self.stage = self.root.locator(".indinb-stage")
        self.image = self.root.locator(".indinb-image")
        self.readout = self.root.locator(".indinb-readout")
        self.live = self.root.locator(".indinb-live")
        expect(self.stage).to_have_attribute("data-empty", "false")
        self.settle()
        self.uncover()

    def uncover(self) -> None:
        """Bring all of it on the screen."""
        self.root.evaluate("element => element.scrollIntoView({ block: 'center' })")

    def get(self, *attributes: str) -> Any:
        """Return what the kernel's half has."""
        return ask(self.notebook, f"[{', '.join(f'{self.name}.{one}' for one in attributes)}]")

    def wait_until(self, condition: str) -> None:
        """Wait until something is true of the kernel's half, ``it``."""
        wait_for_python(self.notebook, re.sub(r"\bit\b", self.name, condition))

    def map(self) -> Callable[[float, float], Point]:
        """Return where columns and rows are on the stage, by what the kernel has of the view."""
        (width, height), top_down, view = self.get("picture['size']", "picture['top_down']", "view")
        across, down = self.image.evaluate("canvas => [canvas.width, canvas.height]")
        fitting = min(across / width, down / height)
        x, y, fov = view or ((width - 1) / 2, (height - 1) / 2, min(across, down) / fitting)
        scale = min(across, down) / fov
        up = scale if top_down else -scale
        return lambda column, row: (
            across / 2 + (column - x) * scale,
            down / 2 + (row - y) * up,
        )

    def on_stage(self, column: float, row: float) -> Point:
        """Where a pixel is on the stage."""
        return self.map()(column, row)

    def part(self, data: NDArray[Any]) -> NDArray[Any]:
        """What of a frame is to be seen one to one, from the top left corner of the stage."""
        across, down = self.image.evaluate("canvas => [canvas.width, canvas.height]")
        x, y = self.on_stage(0, 0)
        left, top = round(0.5 - x), round(0.5 - y)  # of which the middle is half a pixel in
        return data[max(top, 0) : top + down, max(left, 0) : left + across]

    def grey(self) -> NDArray[Any]:
        """What is drawn, as rows of numbers that may be negated."""
        return self.drawn()[..., 0].astype(int)

    def expect_value(self, column: int, row: int, value: object) -> None:
        """Point at a pixel, and wait until its place and its value are told."""
        self.point(*self.on_stage(column, row))
        expect(self.read("place")).to_have_text(f"x {column}  y {row}")
        expect(self.read("value")).to_have_text(f"{value} adu")

    def take_picture(self, name: str) -> NDArray[Any]:
        """Keep a screenshot of the viewer, and return its rows of red, green and blue."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        self.uncover()
        data = self.root.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")
        return np.asarray(PIL.Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
