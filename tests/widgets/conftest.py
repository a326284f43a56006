"""Widgets without a kernel and time that stands still; a headless browser, and panels in it."""

import shutil
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import comm
import pytest
from ipywidgets.widgets.widget import _instances
from playwright.sync_api import Browser, Page, expect, sync_playwright

from indinb.client import asking
from indinb.widgets import dashboard, feed, progress
from tests.client.conftest import client as client
from tests.client.conftest import connect as connect
from tests.client.conftest import harbour as harbour
from tests.client.conftest import moored as moored
from tests.client.conftest import server as server
from tests.client.fakes import ManualClock
from tests.lab import Lab, jupyter_lab
from tests.widgets.comms import FakeComm, Widget
from tests.widgets.observers import Begin, Observer, observe
from tests.widgets.pages import PAGE, PanelPage
from tests.widgets.snapshots import Json, device

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=20_000)  # ms: the computer may be busy with something else


@pytest.fixture(autouse=True)
def no_widget_stays_open() -> Iterator[None]:
    """Fail a test after which a widget of ours is open: ipywidgets would keep it for ever."""
    before = _open_widgets()
    yield
    assert _open_widgets() - before == set(), "widgets are left open"


@pytest.fixture(autouse=True)
def no_message_is_lost(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which something could not be sent, which disturbs nobody but the log."""
    yield
    said = [record.getMessage() for record in caplog.get_records("call")]
    assert [words for words in said if "does not reach the browser" in words] == []


def _open_widgets() -> set[Widget]:
    return {one for one in _instances.values() if isinstance(one, Widget)}


@pytest.fixture
def close_later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Widget], Widget]]:
    """Return a function that takes a widget to close at the end; all widgets have `FakeComm`."""
    monkeypatch.setattr(comm, "create_comm", FakeComm)
    widgets: list[Widget] = []

    def close_later(widget: Widget) -> Widget:
        widgets.append(widget)
        return widget

    yield close_later
    for widget in widgets:
        widget.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """Time for widgets and operations, that goes on when it is told to."""
    clock = ManualClock()
    for module in (feed, asking, progress, dashboard):
        monkeypatch.setattr(module, "call_later", clock.call_later)
    monkeypatch.setattr(asking, "monotonic", lambda: clock.now)
    monkeypatch.setattr(feed, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def begin(
    monkeypatch: pytest.MonkeyPatch, clock: ManualClock, close_later: Callable[[Widget], Widget]
) -> Iterator[Begin]:
    """Return a function that connects to drivers and looks at their dashboard."""
    observers: list[Observer] = []

    def begin(*defined: Any, **options: Any) -> Observer:
        observer = observe(monkeypatch, clock, *defined, **options)
        observers.append(observer)
        close_later(observer.dashboard)
        return observer

    yield begin
    for observer in observers:
        observer.client.close()


@pytest.fixture
def observer(begin: Begin) -> Observer:
    """Return the other end of a dashboard with mount, camera, focuser and filter wheel."""
    return begin()


# Not for the session: while Playwright's synchronous half is up, its event loop counts as running
# in this thread, and no other test could call asyncio.run().
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def only_page(browser: Browser) -> Page:
    """A page for all tests of a module, which is quicker than one for each."""
    page = browser.new_page()
    page.set_default_timeout(10_000)
    page.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    return page


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab, for all modules that make their own notebooks: it takes long to start."""
    folder, private = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("jupyter")
    with jupyter_lab(folder, private) as address:
        yield Lab(address, folder, private)


@pytest.fixture(scope="module")
def lab_page(browser: Browser) -> Page:
    """A page of a module for JupyterLab."""
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_timeout(20_000)
    return page


@pytest.fixture
def open_page(only_page: Page) -> Iterator[Callable[..., Page]]:
    """Empty a page: ``open_page(width, height, dark)``; an error in it fails the test."""
    errors: list[object] = []

    def note(error: object) -> None:
        errors.append(error)

    def open_page(width: int = 800, height: int = 700, dark: bool = False) -> Page:
        only_page.set_viewport_size({"width": width, "height": height})
        only_page.emulate_media(color_scheme="dark" if dark else "light")
        return only_page

    only_page.on("pageerror", note)
    yield open_page
    only_page.remove_listener("pageerror", note)
    only_page.goto("about:blank")
    assert errors == []


@pytest.fixture
def open_panel(open_page: Callable[..., Page]) -> Callable[..., PanelPage]:
    def open_panel(*devices: Json, width: int = 800, dark: bool = False, **facts: Any) -> PanelPage:
        panel = PanelPage(open_page(width, dark=dark))
        panel.show(*devices, **facts)
        return panel

    return open_panel


@pytest.fixture
def ccd(open_panel: Callable[..., PanelPage]) -> PanelPage:
    return open_panel(device("ccd"))


@pytest.fixture
def mount(open_panel: Callable[..., PanelPage]) -> PanelPage:
    return open_panel(device("telescope"))


@pytest.fixture
def weather(open_panel: Callable[..., PanelPage]) -> PanelPage:
    return open_panel(device("weather"))
