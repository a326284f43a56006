"""Pages with one widget, whose model records what it is sent; Python's part is the test's."""

import base64
import io
import re
from pathlib import Path
from typing import Any

from anywidget import AnyWidget
from PIL import Image
from playwright.sync_api import Locator, Page

from indinb.widgets import snapshot as snapshots
from indinb.widgets.panel import Panel
from tests.widgets.snapshots import Json, snapshot

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "widgets"
PAGE = """
<!doctype html>
<meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width">
<div id="first"></div>
<div id="second"></div>
"""
# Like anywidget: the module comes from a string, and initialize() and each render() get another
# object for the one model.
START = """
async ({source, traits}) => {
  const listeners = new Map(), sent = [], saved = {}, unsaved = {};
  const view = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const revive = (value) => {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(revive);
    if ("bytes in letters" in value) return view(value["bytes in letters"]);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revive(one)]));
  };
  const emit = (name, ...data) => [...(listeners.get(name) ?? [])].forEach((call) => call(...data));
  const proxy = () => ({
    get: (name) => (name === "snapshot" ? view(traits[name]) : traits[name]),
    send: (content) => sent.push(content),
    set(name, value) {
      if (JSON.stringify(traits[name]) === JSON.stringify(value)) return;
      traits[name] = value;
      unsaved[name] = value;
      emit(`change:${name}`);
    },
    save_changes: () => Object.assign(saved, unsaved),
    on: (name, call) => listeners.set(name, [...(listeners.get(name) ?? []), call]),
    off: (name, call) => listeners.set(name, listeners.get(name).filter((one) => one !== call)),
    get widget_manager() { return { kernel: window.kernel }; },
  });
  traits = revive(traits);
  const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const {default: exported} = await import(url);
  const widget = typeof exported === "function" ? await exported() : exported;
  const close = await widget.initialize?.({model: proxy()});
  window.widget = {
    sent,
    saved,
    close: () => close?.(),
    restart: () => emit("comm_live_update"), // as ipywidgets tells that the kernel is
    listening: () => [...listeners.values()].flat().length,
    deliver: (content, ...buffers) => emit("msg:custom", content, buffers.map(view)),
    assign(changes) {
      Object.assign(traits, revive(changes));
      Object.keys(changes).forEach((name) => emit(`change:${name}`));
    },
    show: (id) => widget.render({model: proxy(), el: document.getElementById(id)}),
  };
  window.cleanUp = await window.widget.show("first");
}
"""


def _lettered(value: Any) -> Any:
    """Put bytes into letters, wherever they are: the test's own wire carries none."""
    match value:
        case bytes():
            return {"bytes in letters": base64.b64encode(value).decode()}
        case dict():
            return {key: _lettered(one) for key, one in value.items()}
        case list() | tuple():
            return [_lettered(one) for one in value]
    return value


class WidgetPage:
    """A page with a widget on it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def start(self, widget: type[AnyWidget], **traits: Any) -> None:
        """Show a widget that has these traits."""
        self.page.goto("http://localhost/")
        self.page.add_style_tag(content=str(widget._css))
        self.page.evaluate(START, {"source": str(widget._esm), "traits": _lettered(traits)})

    def deliver(self, content: dict[str, Any], *buffers: bytes) -> None:
        """Send a message to the browser."""
        letters = [base64.b64encode(each).decode() for each in buffers]
        self.page.evaluate("all => widget.deliver(...all)", [content, *letters])

    def assign(self, **traits: Any) -> None:
        """Give the model new values."""
        self.page.evaluate("traits => widget.assign(traits)", _lettered(traits))

    @property
    def saved(self) -> dict[str, Any]:
        """The traits that the browser has set, as Python would have them."""
        traits: dict[str, Any] = self.page.evaluate("widget.saved")
        return traits

    @property
    def sent(self) -> list[dict[str, Any]]:
        """What the browser has sent."""
        messages: list[dict[str, Any]] = self.page.evaluate("widget.sent")
        return messages

    def take(self) -> list[dict[str, Any]]:
        """Return what the browser has sent since the last call."""
        messages: list[dict[str, Any]] = self.page.evaluate("widget.sent.splice(0)")
        return messages

    def restart(self) -> None:
        """Let the model hear that its kernel was restarted."""
        self.page.evaluate("widget.restart()")

    def picture(self, name: str) -> Image.Image:
        """Keep a screenshot of the page, and return it."""
        return screenshot(self.page, name)


def screenshot(page: Page, name: str) -> Image.Image:
    """Keep a picture of a page, and return it."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    path = ARTIFACTS / f"{name}.png"
    data = page.screenshot(path=path, full_page=True, animations="disabled")
    return Image.open(io.BytesIO(data)).convert("RGB")


def darkness(element: Locator) -> float:
    """How dark an element's background is, from white, 0, to black, 1."""
    colour = element.evaluate("element => getComputedStyle(element).backgroundColor")
    return 1 - max(map(int, re.findall(r"\d+", colour)[:3])) / 255


def colours(image: Image.Image) -> int:
    """How many colours a picture has; few mean that it is blank."""
    return len(image.getcolors(image.width * image.height) or [])


def packed(described: Json) -> str:
    """Pack a snapshot as Python sends it, in letters: the test's own wire carries no bytes."""
    return base64.b64encode(snapshots.packed(described)).decode()


class PanelPage(WidgetPage):
    """A control panel on a page."""

    def show(self, *devices: Json, **facts: Any) -> None:
        self.start(Panel, snapshot=packed(snapshot(*devices, **facts)))
        self.seq = 0

    def patch(self, name: str = "", **news: Any) -> None:
        """Send the next patch: news of a device, or without a name facts of the whole panel."""
        self.seq += 1
        facts = {"devices": [{"name": name, **news}]} if name else news
        self.deliver({"type": "patch", "seq": self.seq, **facts})

    def row(self, name: str) -> Locator:
        return self.page.locator(f'[data-property="{name}"]')

    def element(self, name: str, element: str) -> Locator:
        return self.row(name).locator(f'[data-element="{element}"]')

    def light(self, name: str) -> Locator:
        return self.row(name).locator("> .indinb-light")

    def tab(self, label: str) -> Locator:
        return self.page.get_by_role("tab", name=label)

    def visible_rows(self) -> list[str]:
        rows = self.page.locator("[data-property]").filter(visible=True)
        names: list[str] = rows.evaluate_all("rows => rows.map((row) => row.dataset.property)")
        return names

    def texts(self, selector: str) -> list[str]:
        return self.page.locator(selector).all_text_contents()
