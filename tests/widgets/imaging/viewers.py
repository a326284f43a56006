"""Viewers on a page, whose Python is the test."""

import base64
import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import PIL.Image
from matplotlib import colormaps
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page

from indinb.images.levels import Levels, levels, split
from indinb.images.stretch import Shades, shades, shrink
from indinb.widgets.imaging.script import SCRIPT, STYLE
from tests.widgets.pages import WidgetPage
from tests.widgets.snapshots import Json

WIDGET: Any = SimpleNamespace(_esm=SCRIPT, _css=STYLE)
TRAITS: Json = {
    "picture": {},
    "black": 0.0,
    "white": 1.0,
    "midtone": 0.5,
    "stretch": "linear",
    "parameter": 0.1,
    "interval": "auto",
    "colormap": "gray",
    "debayer": False,
    "view": [],
    "box": [],
    "curve": b"",
    "colors": b"",
    "markers": [],
    "live": {},
}
READ = """canvas => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let letters = "";
  for (let i = 0; i < data.length; i += 8192) {
    letters += String.fromCharCode(...data.subarray(i, i + 8192));
  }
  return [width, height, btoa(letters)];
}"""


def starfield(rows: int = 256, columns: int = 256, stars: int = 60, seed: int = 0) -> NDArray[Any]:
    """A sky of 500 with noise and stars, as a camera would count it."""
    lots = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :columns]
    sky = lots.normal(500, 12, (rows, columns))
    places = lots.uniform((0, 0), (rows, columns), (stars, 2))
    fluxes = 150 * lots.pareto(0.9, stars).clip(0.5, 300)
    for (row, column), flux in zip(places, fluxes, strict=True):
        near = np.s_[
            max(0, int(row) - 12) : int(row) + 13, max(0, int(column) - 12) : int(column) + 13
        ]
        sky[near] += flux * np.exp(-((x[near] - column) ** 2 + (y[near] - row) ** 2) / 4)
    return sky.clip(0, 65535).astype(np.uint16)


def wired(made: Levels) -> Json:
    """Levels as they go over the wire."""
    low, high = split(made.pixels)
    rows, columns = made.pixels.shape[-2:]
    facts = {"offset": made.offset, "scale": made.scale, "root": made.root}
    planes = 3 if made.pixels.ndim == 3 else 1
    return facts | {"shape": [columns, rows], "planes": planes, "low": low, "high": high}


def picture(data: NDArray[Any], factor: int = 1, **facts: Any) -> Json:
    """What Python tells of a frame; binned by a factor."""
    rows, columns = data.shape[-2:]
    values = shrink(data, -(-max(rows, columns) // factor)) if factor > 1 else data
    made = levels(values, shades(values, "minmax"))
    told: Json = {"serial": 1, "size": [columns, rows], "factor": [factor, factor]}
    told |= {"exact": factor == 1 and not made.root, "unit": "adu", "words": "", "grid": None}
    told |= {"top_down": False, "bayer": False}
    return told | wired(made) | facts


def colors(name: str) -> bytes:
    """A colour map as Python sends it."""
    return bytes(colormaps[name](np.arange(256), bytes=True)[:, :3].tobytes())


def sky_grid(width: int, height: int, arcsec: float = 2.0) -> Json:
    """Directions around M31, east to the left."""
    u = np.linspace(-0.5, width - 0.5, 33) - width / 2
    v = np.linspace(-0.5, height - 0.5, 33) - height / 2
    dec = np.radians(41.269 + v[:, None] * arcsec / 3600 + 0 * u)
    ra = np.radians(10.685 - u * arcsec / 3600 / np.cos(np.radians(41.269)) + 0 * v[:, None])
    vectors = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)
    return {"shape": [33, 33], "vectors": vectors.astype(np.float32).tobytes()}


def markers(xs: Any, ys: Any, **facts: Any) -> Json:
    """Markers as Python sends them."""
    told = {"label": "stars", "shape": "circle", "color": "#7fdbff", "size": 20, "texts": []}
    xs, ys = (np.asarray(one, np.float32).tobytes() for one in (xs, ys))
    return told | {"xs": xs, "ys": ys} | facts


def jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """A live picture: its first row is the top one."""
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "JPEG", quality=95)
    return file.getvalue()


class ViewerPage(WidgetPage):
    """A viewer on a page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.root = page.locator(".indinb-viewer").first
        self.stage = self.root.locator(".indinb-stage")
        self.image = self.root.locator(".indinb-image")
        self.readout = self.root.locator(".indinb-readout")

    def show(self, told: Json | None = None, cuts: Any = None, **traits: Any) -> "ViewerPage":
        """Show a picture."""
        chosen = dict(zip(("black", "white", "midtone"), cuts or (), strict=False))
        self.start(WIDGET, **(TRAITS | {"picture": told or {}} | chosen | traits))
        if told and "shape" in told:
            self.page.wait_for_function(
                "() => document.querySelector('.indinb-stage').dataset.empty === 'false'"
            )
        return self

    def square(self, pixels: int) -> None:
        """Give the stage so many pixels of the screen on both sides."""
        size = f"width: {pixels}px; height: {pixels}px; aspect-ratio: auto; max-height: none"
        self.page.add_style_tag(content=f".indinb-viewer .indinb-stage {{ {size} }}")
        self.page.wait_for_function(
            f"() => document.querySelector('.indinb-image').width === {pixels}"
        )

    def settle(self) -> None:
        """Let what is to be drawn be drawn."""
        frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.page.evaluate(frames)

    def drawn(self) -> NDArray[np.uint8]:
        """The picture's canvas, as rows of red, green, blue and how opaque it is."""
        width, height, letters = self.image.evaluate(READ)
        data = np.frombuffer(base64.b64decode(letters), np.uint8)
        return data.reshape(height, width, 4)

    def expect_saved(self, **wanted: Any) -> None:
        """Wait until Python has been told these traits."""
        self.page.wait_for_function(
            "wanted => Object.entries(wanted).every(([name, value]) =>"
            " JSON.stringify(widget.saved[name]) === JSON.stringify(value))",
            arg=wanted,
        )

    def wait_for(self, type_: str) -> Json:
        """Wait until the browser has sent a message of that type, and return the first one."""
        self.page.wait_for_function(
            "type => widget.sent.some((message) => message.type === type)", arg=type_
        )
        return next(message for message in self.take() if message["type"] == type_)

    def point(self, x: float, y: float) -> None:
        """Move the mouse over a place of the stage."""
        box = self.stage.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + x, box["y"] + y)

    def drag(self, *places: tuple[float, float]) -> None:
        """Press at the first place of the stage, go over the others, and let go."""
        self.point(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.point(*place)
        self.page.mouse.up()

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def slider(self, name: str) -> Locator:
        return self.root.get_by_role("slider", name=name, exact=True)

    def choose(self, label: str, name: str) -> None:
        self.root.get_by_role("combobox", name=label).select_option(name)

    def read(self, part: str) -> Locator:
        return self.readout.locator(f".indinb-{part}")


def expected(data: NDArray[Any], cuts: Shades, stretch: Any) -> NDArray[Any]:
    """What astropy makes of values, through a midtone, as bytes."""
    from astropy import visualization as vis

    from indinb.images.stretch import Midtone, to_bytes

    curve = vis.CompositeStretch(stretch, Midtone(cuts.midtone))
    return to_bytes(data, vis.ImageNormalize(vmin=cuts.black, vmax=cuts.white, stretch=curve))
