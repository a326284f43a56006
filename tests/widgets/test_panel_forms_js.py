"""Forms of the panel in a browser: the window, parts, a row; for fingers, and wide screens."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.widgets.pages import PAGE, PanelPage, colours
from tests.widgets.snapshots import changed, device, find, message, set_message

OpenPanel = Callable[..., PanelPage]
CCD, MOUNT = "CCD Simulator", "Telescope Simulator"


@pytest.fixture
def window(open_panel: OpenPanel) -> PanelPage:
    return open_panel(device("ccd"), device("wheel"), form="window", title="localhost:7624")


# ---- The window ----


def test_the_window_tells_of_its_connection(window: PanelPage) -> None:
    bar = window.page.locator(".indinb-bar")
    expect(bar).to_contain_text("localhost:7624")
    expect(bar.locator(".indinb-chip")).to_have_text("Connected")
    expect(bar.locator(".indinb-count")).to_have_text("2 devices")
    window.patch(status="lost", loss="the link is lost")
    expect(bar.locator(".indinb-chip")).to_have_text("Lost")
    window.patch(status="closed", loss="this was closed", deleted_devices=[CCD])
    expect(bar.locator(".indinb-chip")).to_have_text("Closed")
    expect(bar.locator(".indinb-count")).to_have_text("1 device")


def test_the_server_has_a_log_of_its_own_in_the_window(window: PanelPage) -> None:
    server = window.page.locator(".indinb-panel > .indinb-log")
    expect(server).to_be_hidden()
    window.patch(messages=[message("10:00:00", "[WARNING] disk almost full")])
    expect(server.locator("summary")).to_contain_text("disk almost full")
    of_device = window.page.locator(f'[data-device="{CCD}"] summary')
    expect(of_device).to_contain_text("No messages yet")
    server.locator("summary").click()
    expect(server.get_by_role("log", name="Server")).to_contain_text("disk almost full")


def test_one_cover_lies_over_the_whole_window(window: PanelPage) -> None:
    window.patch(status="lost", loss="the link is lost")
    expect(window.page.locator(".indinb-cover")).to_have_count(1)
    window.tab("Filter Simulator").click()
    expect(window.page.locator(".indinb-banner")).to_be_visible()


# ---- Parts ----


def test_a_single_row_is_a_row_and_nothing_else(open_panel: OpenPanel) -> None:
    ccd = device("ccd")
    ccd["properties"] = [find(ccd, "CCD_TEMPERATURE")]
    panel = open_panel(ccd, form="row", wanted=["CCD_TEMPERATURE"], title="CCD_TEMPERATURE")
    assert panel.visible_rows() == ["CCD_TEMPERATURE"]
    for part in ("header", ".indinb-tabs", ".indinb-log"):
        expect(panel.page.locator(part)).to_be_hidden()
    field = panel.row("CCD_TEMPERATURE").get_by_role("textbox")
    field.fill("-5")
    field.press("Enter")
    assert panel.sent == [set_message(CCD, "CCD_TEMPERATURE", CCD_TEMPERATURE_VALUE="-5")]
    box = panel.page.locator(".indinb-panel").bounding_box()
    assert box is not None
    assert box["height"] < 60
    assert colours(panel.picture("row")) > 30


def test_wanted_properties_stand_in_the_order_in_which_they_were_wanted(
    open_panel: OpenPanel,
) -> None:
    wanted = ["CCD_GAIN", "CCD_FRAME_TYPE", "CCD_EXPOSURE", "NOT_THERE"]
    ccd = device("ccd")
    ccd["properties"] = [one for one in ccd["properties"] if one["name"] in wanted]
    panel = open_panel(ccd, wanted=wanted)
    assert panel.visible_rows() == wanted[:3]
    expect(panel.page.locator(".indinb-tabs")).to_be_hidden()
    expect(panel.page.locator("header")).to_be_visible()


def test_what_is_wanted_and_not_there_is_named(open_panel: OpenPanel) -> None:
    ccd = device("ccd")
    gain = find(ccd, "CCD_GAIN")
    ccd["properties"] = []
    panel = open_panel(ccd, wanted=["CCD_GAIN", "CCD_OFFSET"])
    empty = panel.page.locator("[data-device] .indinb-empty")
    expect(empty).to_have_text("Not there at the moment: CCD_GAIN, CCD_OFFSET.")
    panel.patch(CCD, properties=[gain])
    expect(empty).to_be_hidden()
    assert panel.visible_rows() == ["CCD_GAIN"]


# ---- The log ----


def test_the_log_can_be_cut_down_to_what_is_bad(open_panel: OpenPanel) -> None:
    levels = ("INFO", "WARNING", "ERROR", "DEBUG")
    lines = [message("10:00:00", f"[{level}] words") for level in levels]
    panel = open_panel(device("ccd", messages=[*lines, message("", "plain")]))
    panel.page.locator("summary").click()
    log = panel.page.get_by_role("log")

    def shown(choice: str) -> list[str]:
        panel.page.get_by_role("button", name=choice, exact=True).click()
        return log.locator("li").filter(visible=True).all_text_contents()

    assert [line[8:-6] for line in shown("Warnings")] == ["[WARNING]", "[ERROR]"]
    assert [line[8:-6] for line in shown("Errors")] == ["[ERROR]"]
    assert len(shown("All")) == 5
    chosen = panel.page.get_by_role("button", name="All", exact=True)
    expect(chosen).to_have_attribute("aria-pressed", "true")


def test_the_badge_tells_how_bad_the_unread_is(open_panel: OpenPanel) -> None:
    panel = open_panel(device("ccd"))
    badge = panel.page.locator(".indinb-unread")
    for level, shown in (("INFO", "INFO"), ("ERROR", "ERROR"), ("WARNING", "ERROR")):
        panel.patch(CCD, messages=[message("10:00:00", f"[{level}] words")])
        expect(badge).to_have_attribute("data-level", shown)
    expect(badge).to_have_text("3 new")


# ---- Sizes ----


@pytest.fixture(scope="module")
def touched(browser: Browser) -> Iterator[Page]:
    """A page under a finger."""
    context = browser.new_context(has_touch=True, is_mobile=True)
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    yield page
    context.close()


def size(target: Locator) -> tuple[float, float]:
    box = target.bounding_box()
    assert box is not None
    return box["width"], box["height"]


@pytest.mark.parametrize("width", [320, 1024])
def test_fingers_find_everything(touched: Page, width: int) -> None:
    touched.set_viewport_size({"width": width, "height": 800})
    panel = PanelPage(touched)
    panel.show(device("ccd", can_abort=True), device("telescope"), form="window")
    controls = touched.locator("button, input, select, summary")
    for control in controls.filter(visible=True).all():
        assert round(size(control)[1]) >= 40, control.evaluate("node => node.outerHTML")
    for control in touched.get_by_role("button", name="Night").all():
        assert round(size(control)[0]) >= 40
    assert touched.evaluate("document.documentElement.scrollWidth <= innerWidth")
    panel.picture(f"touch-{width}")


def test_a_wide_panel_has_rows_side_by_side(open_panel: OpenPanel) -> None:
    panel = open_panel(device("telescope"), width=1500)
    boxes = [panel.row(name).bounding_box() for name in panel.visible_rows()[:2]]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[1]["x"] > boxes[0]["x"] + 600
    assert colours(panel.picture("telescope-wide")) > 100


def test_the_tabs_of_a_lost_device_have_no_colour(open_panel: OpenPanel) -> None:
    ccd = device("ccd")
    busy = changed(find(ccd, "CCD_TEMPERATURE"), "Busy")
    panel = open_panel(ccd)
    panel.patch(CCD, properties=[busy])
    panel.patch(status="lost", loss="lost")
    light = panel.tab("Main Control").locator(".indinb-light")
    expect(light).to_have_css("filter", "grayscale(1)")
