"""What panels look like: kept as pictures for people, after a look of their own."""

from collections.abc import Callable

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Page, expect

from tests.widgets.nights import check_night
from tests.widgets.pages import PanelPage, colours
from tests.widgets.snapshots import Json, changed, device, find, message

OpenPanel = Callable[..., PanelPage]
LOOKS = {"light": (800, False), "dark": (800, True), "narrow": (320, False), "night": (800, True)}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
MAIN = "Main Control"


def busy_ccd() -> Json:
    """A camera at work, with something to say."""
    ccd = device("ccd")
    ccd["messages"] = [
        message("10:14:02", "[INFO] CCD Simulator is online."),
        message("10:14:09", "[INFO] Exposure done, downloading image…"),
    ]
    temperature = changed(find(ccd, "CCD_TEMPERATURE"), "Busy", CCD_TEMPERATURE_VALUE=-4.5)
    listed = ccd["properties"]
    listed[listed.index(find(ccd, "CCD_TEMPERATURE"))] = temperature
    return ccd


DEVICES: dict[str, Callable[[], Json]] = {
    "ccd": busy_ccd,
    "telescope": lambda: device("telescope"),
    "focus": lambda: device("focus"),
    "wheel": lambda: device("wheel"),
    "weather": lambda: device("weather"),
}


def in_look(open_panel: OpenPanel, look: str, *devices: Json, **facts: str) -> PanelPage:
    width, dark = LOOKS[look]
    panel = open_panel(*devices, width=width, dark=dark, **facts)
    if look == "night":
        panel.page.get_by_role("button", name="Night").click()
        panel.page.evaluate("localStorage.clear()")
    return panel


def check(page: Page, look: str, picture: Image.Image) -> None:
    """Check that a picture is not blank, has the light that it should, and that all has room."""
    assert colours(picture) > 60
    assert page.evaluate(FITS)
    dark = look in ("dark", "night")
    assert (ImageStat.Stat(picture).mean[0] < 128) is dark
    if look == "night":
        check_night(page)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", DEVICES)
def test_a_device(open_panel: OpenPanel, name: str, look: str) -> None:
    shown = DEVICES[name]()
    panel = in_look(open_panel, look, shown)
    check(panel.page, look, panel.picture(f"{name}-{look}"))
    first = [one for one in shown["properties"] if one["group"] == MAIN]
    assert panel.visible_rows() == [one["name"] for one in first]
    for one in first:
        row = panel.row(one["name"])
        expect(row).to_contain_text(one["label"])
        if one["kind"] == "Number" and one["permission"] != "wo":
            texts = [element["text"] for element in one["elements"]]
            assert row.locator(".indinb-value").all_text_contents() == texts


@pytest.mark.parametrize("look", LOOKS)
def test_the_window(open_panel: OpenPanel, look: str) -> None:
    devices = [make() for make in DEVICES.values()]
    panel = in_look(open_panel, look, *devices, form="window", title="localhost:7624")
    panel.tab("Telescope Simulator").click()
    check(panel.page, look, panel.picture(f"window-{look}"))
    tabs = panel.page.locator(".indinb-devices .indinb-tab-label").all_text_contents()
    assert tabs == [one["name"] for one in devices]
    coordinates = panel.row("EQUATORIAL_EOD_COORD").locator(".indinb-value")
    shown = find(devices[1], "EQUATORIAL_EOD_COORD")["elements"]
    assert coordinates.all_text_contents() == [element["text"] for element in shown]


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_typed_and_refused(open_panel: OpenPanel, look: str) -> None:
    panel = in_look(open_panel, look, busy_ccd())
    panel.row("CCD_GAIN").get_by_role("textbox").fill("95")
    panel.row("CCD_OFFSET").get_by_role("textbox").fill("9999999")
    panel.row("CCD_OFFSET").get_by_role("textbox").press("Enter")
    expect(panel.row("CCD_OFFSET")).to_contain_text("must be between")
    check(panel.page, look, panel.picture(f"typed-{look}"))


@pytest.mark.parametrize(
    ("capture", "tab"), [("telescope", "Options"), ("wheel", "Filter Wheel"), ("ccd", "Image Info")]
)
def test_a_tab(open_panel: OpenPanel, capture: str, tab: str) -> None:
    panel = open_panel(device(capture))
    panel.tab(tab).click()
    name = f"{capture}-{tab.lower().replace(' ', '-')}"
    check(panel.page, "light", panel.picture(name))


@pytest.mark.parametrize("look", LOOKS)
def test_a_lost_link(open_panel: OpenPanel, look: str) -> None:
    loss = "the link to localhost:7624 is lost (the server ended it): trying to connect again"
    panel = in_look(open_panel, look, device("focus"), status="lost", loss=loss)
    expect(panel.page.get_by_role("button", name="Reconnect")).to_be_visible()
    check(panel.page, look, panel.picture(f"lost-{look}"))
