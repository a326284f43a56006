"""Dashboards on a page, whose Python is the test."""

import copy
import io
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page

from indinb.widgets.dashboard import Dashboard
from tests.widgets.pages import WidgetPage
from tests.widgets.snapshots import Json

FILTERS = ["Luminance", "Red", "Green", "Blue", "H_Alpha"]
READY: Json = {"condition": "ready", "note": None, "progress": None}
DESK: Json = {
    "seq": 0,
    "title": "localhost:7624",
    "status": "connected",
    "loss": "",
    "read_only": False,
    "reconnects": True,
    "blocking": False,
    "picture": None,
    "mount": {
        **READY,
        "device": "Telescope Simulator",
        "light": "Ok",
        "words": "Tracking",
        "parked": False,
        "tracking": True,
        "ra": "00h 42m 44s",
        "dec": "+41° 16′ 09″",  # noqa: RUF001
        "alt": "+52° 11′",  # noqa: RUF001
        "az": "283° 04′",  # noqa: RUF001
        "target": {
            "name": "M31",
            "place": "00h 42m 44s  +41° 16′ 09″",  # noqa: RUF001
            "height": "52° up",
        },
        "can": {"slew": True, "sync": True, "track": True, "park": True, "abort": False},
    },
    "camera": {
        **READY,
        "device": "CCD Simulator",
        "light": "Ok",
        "words": "Ready",
        "exposing": False,
        "series": False,
        "plan": {"exposure": "1", "count": "1", "binning": None, "frame_type": "light"},
        "loop": False,
        "binnings": [1, 2, 3, 4],
        "frame_types": ["light", "bias", "dark", "flat"],
        "temperature": "\N{MINUS SIGN}10.0 °C",
        "cooler": True,
        "can": {"expose": True, "cool": True, "switch": True, "abort": False},
    },
    "focuser": {
        **READY,
        "device": "Focuser Simulator",
        "light": "Ok",
        "words": "At rest",
        "position": "36 700",
        "limits": "0 to 100 000",
        "temperature": "4.5 °C",
        "can": {"go": True, "step": True, "abort": False},
    },
    "wheel": {
        **READY,
        "device": "Filter Simulator",
        "light": "Ok",
        "words": "Red",
        "filters": FILTERS,
        "slot": 2,
        "can": {"select": True},
    },
}
PICTURE: Json = {
    "serial": 1,
    "file": "M31_Light_Red_60s_001.fits",
    "size": "1280 × 1024",  # noqa: RUF001
    "exposure": "60 s",
    "type": "Light",
    "filter": "Red",
    "time": "20:31:05",
    "min": "454",
    "median": "502",
    "max": "21884",
}


def desk(**cards: Json | str | bool | None) -> Json:
    """Return what Python tells of a desk, with some facts of its cards changed."""
    told = copy.deepcopy(DESK)
    for name, facts in cards.items():
        told[name] = told[name] | facts if isinstance(facts, dict) and told[name] else facts
    return told


def sky(level: int = 0) -> bytes:
    """Return a picture of some noise, and stars."""
    lots = np.random.default_rng(level)
    pixels = lots.normal(60, 15, (256, 320))
    pixels[lots.integers(0, 256, 90), lots.integers(0, 320, 90)] = 255
    file = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "JPEG")
    return file.getvalue()


_CUT = """root => [...root.querySelectorAll("dd, h3, button, .indinb-words, label")]
    .filter((one) => one.checkVisibility() && getComputedStyle(one).display !== "inline"
      && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.textContent)"""


def cut(root: Locator) -> list[str]:
    """Return the words of a dashboard that have no room."""
    found: list[str] = root.evaluate(_CUT)
    return found


class DashboardPage(WidgetPage):
    """A dashboard on a page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.root = page.locator(".indinb-dashboard").first
        self.image = self.root.locator("img")

    def show(self, **cards: Any) -> "DashboardPage":
        self.told = desk(**cards)
        self.start(Dashboard, desk=self.told)
        return self

    def patch(self, **cards: Any) -> None:
        """Send the next patch: some facts of cards are other ones."""
        for name, facts in cards.items():
            old = self.told[name]
            both = isinstance(facts, dict) and isinstance(old, dict)
            self.told[name] = old | facts if both else facts
        self.told["seq"] += 1
        news = {name: self.told[name] for name in cards}
        self.deliver({"type": "patch", "seq": self.told["seq"], "news": news})

    def send_picture(self, serial: int, data: bytes | None = None) -> None:
        self.deliver({"type": "picture", "serial": serial}, sky(serial) if data is None else data)

    def card(self, name: str) -> Locator:
        return self.root.locator(f"[data-card={name}]")

    def button(self, card: str, name: str) -> Locator:
        return self.card(card).get_by_role("button", name=name, exact=True)

    def abort(self, card: str) -> Locator:
        return self.card(card).get_by_role("button", name="Abort")

    def field(self, label: str) -> Locator:
        return self.root.get_by_label(label, exact=True)


def act(card: str, action: str, **values: Any) -> Json:
    """What the browser sends when something is asked."""
    return {"type": "act", "card": card, "action": action, "values": values}
