"""A headless browser, and the panels of some devices in it."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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
