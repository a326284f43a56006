"""Night: the page in red, without any green or blue light."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import PIL.Image
import pytest
from playwright.sync_api import Page, expect

from indinb.widgets.progress import ProgressBar
from tests.widgets.nights import check_night, pixels
from tests.widgets.pages import PanelPage, WidgetPage
from tests.widgets.snapshots import changed, device, find, message

OpenPanel = Callable[..., PanelPage]
CCD = "CCD Simulator"


@pytest.fixture(autouse=True)
def no_night_is_remembered(open_page: Callable[..., Page]) -> Iterator[None]:
    page = open_page()
    yield
    page.evaluate("localStorage.clear()")


def at_night(open_panel: OpenPanel, *devices: Any, **facts: Any) -> PanelPage:
    panel = open_panel(*devices, **facts)
    panel.page.get_by_role("button", name="Night").click()
    return panel


def busy_ccd() -> Any:
    ccd = device("ccd", can_abort=True)
    states = ("Ok", "Busy", "Alert", "Idle")
    ccd["properties"] = [
        changed(one, states[i % 4]) | {"message": "stuck"}
        for i, one in enumerate(ccd["properties"])
    ]
    levels = ("INFO", "WARNING", "ERROR", "DEBUG")
    ccd["messages"] = [message("10:00:00", f"[{level}] words") for level in levels]
    return ccd


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [800, 320])
def test_a_panel_has_no_green_and_no_blue(open_panel: OpenPanel, width: int, dark: bool) -> None:
    panel = at_night(open_panel, busy_ccd(), width=width, dark=dark)
    panel.row("CCD_GAIN").get_by_role("textbox").fill("95")
    panel.page.locator("summary").click()
    check_night(panel.page)
    panel.picture(f"ccd-{width}-night" if not dark else f"ccd-{width}-dark-night")


def test_the_window_has_none(open_panel: OpenPanel) -> None:
    panel = at_night(open_panel, busy_ccd(), device("telescope"), form="window")
    check_night(panel.page)
    panel.picture("window-night")


def test_a_lost_link_has_none(open_panel: OpenPanel) -> None:
    panel = at_night(open_panel, busy_ccd(), status="lost", loss="lost")
    check_night(panel.page)


def test_tips_and_lists_have_none(open_panel: OpenPanel) -> None:
    panel = at_night(open_panel, device("telescope"))
    panel.tab("Simulation").click()
    panel.row("MOUNT_MODEL").locator(".indinb-label").hover()
    expect(panel.page.locator(".indinb-tip")).to_be_visible()
    check_night(panel.page)
    panel.tab("Connection").click()
    panel.row("DEVICE_BAUD_RATE").locator("select").click()
    expect(panel.page.get_by_role("option").first).to_be_visible()
    panel.page.wait_for_function("getComputedStyle(document.querySelector('option')).color !== ''")
    check_night(panel.page)
    panel.picture("list-night")


def test_pictures_have_none(open_panel: OpenPanel) -> None:
    panel = at_night(open_panel, device("ccd"))
    panel.tab("Image Info").click()
    panel.row("CCD1").get_by_role("button", name="View").click()
    file = io.BytesIO()
    PIL.Image.new("RGB", (300, 200), "#808080").save(file, "PNG")
    where = {"device": CCD, "property": "CCD1", "element": "CCD1"}
    panel.deliver({"type": "picture", **where, "caption": "300 wide"}, file.getvalue())
    image = panel.row("CCD1").locator("img")
    expect(image).to_have_js_property("naturalWidth", 300)
    image.scroll_into_view_if_needed()
    check_night(panel.page)


def test_progress_has_none(open_page: Callable[..., Page]) -> None:
    page = WidgetPage(open_page())
    page.page.goto("http://localhost/")
    page.page.evaluate("localStorage.setItem('indinb-night', 'on')")
    page.start(
        ProgressBar, label="Expose", detail="3 s", fraction=0.5, state="running", blocking=False
    )
    check_night(page.page)


def test_what_else_is_on_the_page_has_none(open_panel: OpenPanel) -> None:
    panel = open_panel(device("focus"))
    panel.page.locator("#second").evaluate(
        "node => { node.style = 'height: 50px; background: #404040'; }"
    )
    panel.page.get_by_role("button", name="Night").click()
    check_night(panel.page)


def test_morning_comes(open_panel: OpenPanel) -> None:
    panel = at_night(open_panel, device("focus"))
    button = panel.page.get_by_role("button", name="Night")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert pixels(panel.page)[..., 2].max() == 255
    assert panel.page.locator(".indinb-veil").count() == 0


def test_it_is_one_switch_for_the_page_and_remembered(open_panel: OpenPanel) -> None:
    panel = open_panel(device("focus"))
    panel.page.evaluate("async () => { await widget.show('second'); }")
    buttons = panel.page.get_by_role("button", name="Night")
    buttons.nth(1).focus()
    panel.page.keyboard.press("Enter")
    for number in (0, 1):
        expect(buttons.nth(number)).to_have_attribute("aria-pressed", "true")
    assert panel.page.locator(".indinb-veil").count() == 1
    panel.show(find_device())
    expect(panel.page.get_by_role("button", name="Night")).to_have_attribute("aria-pressed", "true")
    check_night(panel.page)


def find_device() -> Any:
    wheel = device("wheel")
    assert find(wheel, "FILTER_SLOT")
    return wheel
