"""The control panel in a browser: tabs, filter, header, log, and the window of all devices."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.widgets.pages import PanelPage
from tests.widgets.snapshots import Json, changed, device, find, message

CCD = "CCD Simulator"
MOUNT = "Telescope Simulator"
WEATHER = "Weather Simulator"
OpenPanel = Callable[..., PanelPage]


# ---- What is shown ----


@pytest.mark.parametrize("capture", ["ccd", "telescope", "wheel", "focus", "weather"])
def test_every_property_of_a_driver_has_its_row(open_panel: OpenPanel, capture: str) -> None:
    shown = device(capture)
    properties = sorted(shown["properties"], key=lambda one: group_order(shown, one["group"]))
    panel = open_panel(shown)
    labels = panel.page.locator(".indinb-row")
    assert labels.evaluate_all("rows => rows.map((row) => row.ariaLabel)") == [
        one["label"] for one in properties
    ]
    assert panel.texts(".indinb-row > .indinb-light") == [one["state"] for one in properties]
    numbers = [one for one in properties if one["kind"] == "Number"]
    values = [(one["permission"], element) for one in numbers for element in one["elements"]]
    expected = ["" if permission == "wo" else element["text"] for permission, element in values]
    assert panel.texts('[data-kind="Number"] .indinb-value') == expected
    members = [element["name"] for one in properties for element in one["elements"]]
    elements = panel.page.locator("[data-element]")
    assert elements.evaluate_all("all => all.map((one) => one.dataset.element)") == members


def group_order(shown: Json, group: str) -> int:
    """Tell the place of a group: "Main Control" before all others, which stay as they come."""
    groups = [one["group"] for one in shown["properties"]]
    return -1 if group == "Main Control" else groups.index(group)


def test_groups_are_tabs_in_the_drivers_order_but_main_control_first(ccd: PanelPage) -> None:
    labels = ccd.page.locator(".indinb-tabs .indinb-tab-label").all_text_contents()
    assert labels[:3] == ["Main Control", "General Info", "Options"]
    assert labels[-1] == "Filter Wheel"
    options = find_all(device("ccd"), "Options")
    expect(ccd.tab("Options").locator(".indinb-count")).to_have_text(str(len(options)))


def find_all(shown: Json, group: str) -> list[str]:
    return [one["name"] for one in shown["properties"] if one["group"] == group]


def test_main_control_comes_first_even_if_it_was_defined_last(open_panel: OpenPanel) -> None:
    shown = device("wheel")
    shown["properties"].reverse()
    panel = open_panel(shown)
    expect(panel.page.get_by_role("tab").first).to_have_accessible_name("Main Control 1")
    expect(panel.tab("Main Control")).to_have_attribute("aria-selected", "true")


def test_a_tab_opens_its_group(ccd: PanelPage) -> None:
    assert ccd.visible_rows() == find_all(device("ccd"), "Main Control")
    ccd.tab("Image Settings").click()
    assert ccd.visible_rows() == find_all(device("ccd"), "Image Settings")
    expect(ccd.tab("Image Settings")).to_have_attribute("aria-selected", "true")
    expect(ccd.page.get_by_role("tabpanel")).to_have_attribute("aria-label", "Image Settings")


def test_the_second_click_of_a_double_click_opens_no_tab(open_panel: OpenPanel) -> None:
    """The first one connects, and new tabs in a second line come to where it was."""
    whole = device("ccd")
    early = [one for one in whole["properties"] if one["name"] == "CONNECTION"]
    panel = open_panel(whole | {"properties": early}, width=700)
    box = panel.element("CONNECTION", "CONNECT").bounding_box()
    assert box is not None
    place = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    panel.page.mouse.click(*place)
    assert panel.sent[-1]["property"] == "CONNECTION"
    panel.patch(CCD, properties=whole["properties"])
    expect(panel.tab("Options")).to_be_visible()
    there = "place => document.elementFromPoint(...place).closest('[role=tab]')?.textContent ?? ''"
    assert panel.page.evaluate(there, place) != ""
    panel.page.mouse.down(click_count=2)
    panel.page.mouse.up(click_count=2)
    expect(panel.tab("Main Control")).to_have_attribute("aria-selected", "true")
    panel.page.mouse.click(*place)
    expect(panel.tab("Main Control")).to_have_attribute("aria-selected", "false")


def test_arrow_keys_move_along_the_tabs(ccd: PanelPage) -> None:
    ccd.tab("Main Control").focus()
    ccd.page.keyboard.press("ArrowRight")
    expect(ccd.tab("General Info")).to_be_focused()
    assert ccd.visible_rows() == ["DRIVER_INFO", "FITS_HEADER"]
    ccd.page.keyboard.press("End")
    expect(ccd.tab("Filter Wheel")).to_have_attribute("aria-selected", "true")
    ccd.page.keyboard.press("ArrowRight")
    expect(ccd.tab("Filter Wheel")).to_be_focused()
    ccd.page.keyboard.press("Home")
    expect(ccd.tab("Main Control")).to_be_focused()


def test_only_the_open_tab_is_reached_by_the_tab_key(ccd: PanelPage) -> None:
    stops = ccd.page.locator('.indinb-tabs [tabindex="0"]')
    expect(stops).to_have_count(1)
    expect(stops).to_have_accessible_name("Main Control 10")


def test_a_tab_has_a_light_only_for_what_needs_a_look(ccd: PanelPage) -> None:
    lights = ccd.page.locator(".indinb-tabs .indinb-light").filter(visible=True)
    expect(lights).to_have_count(0)
    frame = find(device("ccd"), "CCD_FRAME")
    ccd.patch(CCD, properties=[changed(frame, "Busy")])
    expect(ccd.tab("Image Settings").locator(".indinb-light")).to_have_text("Busy")
    expect(lights).to_have_count(1)
    ccd.patch(CCD, properties=[changed(frame, "Ok")])
    expect(lights).to_have_count(0)


def test_the_header_shows_the_worst_state(ccd: PanelPage) -> None:
    light = ccd.page.locator("header .indinb-light")
    expect(light).to_have_text("Ok")
    frame, gain = find(device("ccd"), "CCD_FRAME"), find(device("ccd"), "CCD_GAIN")
    ccd.patch(CCD, properties=[changed(frame, "Alert"), changed(gain, "Busy")])
    expect(light).to_have_text("Alert")
    ccd.patch(CCD, deleted=["CCD_FRAME"])
    expect(light).to_have_text("Busy")


def test_the_label_tells_the_python_expression_and_copies_it(ccd: PanelPage) -> None:
    label = ccd.row("CCD_EXPOSURE").locator(".indinb-label")
    expression = f'client.devices["{CCD}"]["CCD_EXPOSURE"]'
    label.hover()
    tip = ccd.page.locator(".indinb-tip")
    expect(tip).to_have_text(f"{expression}\nCCD_EXPOSURE: click to copy the expression")
    ccd.page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    label.click()
    expect(tip).to_be_hidden()
    assert ccd.page.evaluate("window.copied") == expression
    ccd.element("CCD_EXPOSURE", "CCD_EXPOSURE_VALUE").locator(".indinb-element-label").click()
    assert ccd.page.evaluate("window.copied") == f'{expression}["CCD_EXPOSURE_VALUE"]'


def test_tips_are_for_keyboards_and_ears_too(ccd: PanelPage) -> None:
    gain = ccd.row("CCD_GAIN").locator(".indinb-label")
    ccd.page.keyboard.press("Tab")
    gain.focus()
    tip = ccd.page.locator(".indinb-tip")
    expect(tip).to_contain_text("CCD_GAIN")
    ccd.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(gain).to_have_attribute("aria-description", re.compile("CCD_GAIN"))


def test_what_is_cut_has_a_tip_and_what_is_whole_has_none(open_panel: OpenPanel) -> None:
    panel = open_panel(device("ccd", name="x" * 300))
    name = panel.page.locator(".indinb-name")
    name.hover()
    expect(panel.page.locator(".indinb-tip")).to_have_text("x" * 300)
    panel.row("CCD_GAIN").locator(".indinb-value").hover()
    expect(panel.page.locator(".indinb-tip")).to_be_hidden()


def test_rows_of_one_label_are_told_apart_by_their_names(ccd: PanelPage) -> None:
    abort = ccd.row("CCD_ABORT_EXPOSURE").locator(".indinb-label")
    expect(abort).to_have_text("AbortCCD_ABORT_EXPOSURE")
    expect(ccd.row("CCD_GAIN").locator(".indinb-label")).to_have_text("Gain")


def test_without_properties_the_panel_says_so(open_panel: OpenPanel) -> None:
    panel = open_panel(device("ccd", properties=[]))
    expect(panel.page.get_by_text("No properties yet.")).to_be_visible()
    panel.patch(CCD, properties=[find(device("ccd"), "CCD_GAIN")])
    expect(panel.page.get_by_text("No properties yet.")).to_have_count(0)
    expect(panel.row("CCD_GAIN")).to_be_visible()


def test_a_device_that_is_not_there_is_waited_for(open_panel: OpenPanel) -> None:
    panel = open_panel()
    expect(panel.page.get_by_text("CCD Simulator is not there at the moment.")).to_be_visible()
    panel.patch(CCD, connected=True, properties=device("ccd")["properties"])
    expect(panel.row("CCD_EXPOSURE")).to_be_visible()
    panel.patch(deleted_devices=[CCD])
    expect(panel.row("CCD_EXPOSURE")).to_have_count(0)


# ---- The filter ----


def test_the_filter_looks_through_all_groups(ccd: PanelPage) -> None:
    search = ccd.page.get_by_role("searchbox", name="Filter properties")
    search.fill("compression")
    assert ccd.visible_rows() == ["CCD_COMPRESSION", "GUIDER_COMPRESSION"]
    headings = ccd.page.locator(".indinb-heading").filter(visible=True)
    expect(headings).to_have_text(["Image Settings", "Guider Head"])
    expect(ccd.tab("Guider Head").locator(".indinb-count")).to_have_text("1")
    search.press("Escape")
    assert ccd.visible_rows() == find_all(device("ccd"), "Main Control")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("CCD_TEMP_RAMP", ["CCD_TEMP_RAMP"]),
        ("ramp threshold", ["CCD_TEMP_RAMP"]),
        ("hor_bin", ["CCD_BINNING", "GUIDER_BINNING"]),
        ("  wcs ", ["WCS_CONTROL"]),
    ],
)
def test_the_filter_knows_names_and_elements_and_groups(
    ccd: PanelPage, query: str, names: list[str]
) -> None:
    ccd.page.get_by_role("searchbox").fill(query)
    assert ccd.visible_rows() == names


def test_the_filter_admits_that_it_found_nothing(ccd: PanelPage) -> None:
    ccd.page.get_by_role("searchbox").fill("<b>unheard-of")
    expect(ccd.page.get_by_text("No property matches “<b>unheard-of”.")).to_be_visible()
    assert ccd.visible_rows() == []


def test_a_tab_ends_the_search(ccd: PanelPage) -> None:
    search = ccd.page.get_by_role("searchbox")
    search.fill("gain")
    ccd.tab("WCS").click()
    expect(search).to_have_value("")
    assert ccd.visible_rows() == ["WCS_CONTROL"]


# ---- Header ----


def test_abort_can_be_pressed_while_there_is_something_to_abort(ccd: PanelPage) -> None:
    abort = ccd.page.locator("header").get_by_role("button", name="Abort")
    expect(abort).to_be_disabled()
    ccd.patch(CCD, can_abort=True)
    abort.click()
    assert ccd.sent == [{"type": "abort", "id": 1, "device": CCD}]
    ccd.deliver({"type": "ack", "id": 1})
    ccd.patch(CCD, can_abort=False)
    expect(abort).to_be_disabled()


@pytest.mark.parametrize("blocking", [True, False])
def test_an_abort_without_an_answer_interrupts_only_a_cell_that_waits(
    open_panel: OpenPanel, blocking: bool
) -> None:
    panel = open_panel(device("ccd", can_abort=True), blocking=blocking)
    interrupt = "window.interrupts = 0; window.kernel = {interrupt: async () => {interrupts++}}"
    panel.page.evaluate(interrupt)
    panel.page.locator("header").get_by_role("button", name="Abort").click()
    if blocking:
        panel.page.wait_for_function("window.interrupts === 1")
    else:
        notice = panel.page.locator(".indinb-notice")
        expect(notice).to_have_text("Abort: as soon as the kernel is free.")
        assert panel.page.evaluate("window.interrupts") == 0
        panel.patch(CCD, can_abort=False)
        expect(notice).to_be_empty()


def test_a_device_without_an_abort_switch_has_no_abort(weather: PanelPage) -> None:
    expect(weather.page.locator(".indinb-abort")).to_be_hidden()
    expect(weather.page.locator(".indinb-abort")).to_be_disabled()


def test_the_chip_disconnects_and_connects(ccd: PanelPage) -> None:
    chip = ccd.page.locator(".indinb-chip")
    expect(chip).to_have_text("Connected")
    chip.click()
    assert ccd.sent == [{"type": "connect", "device": CCD, "on": False}]
    expect(chip).to_have_text("Disconnecting…")
    ccd.page.mouse.move(0, 0)
    chip.hover()
    tip = ccd.page.locator(".indinb-tip")
    expect(tip).to_have_text("Click to disconnect")
    off = changed(find(device("ccd"), "CONNECTION"), "Idle", CONNECT=False, DISCONNECT=True)
    ccd.patch(CCD, connected=False, properties=[off])
    expect(chip).to_have_text("Disconnected")
    expect(tip).to_have_text("Click to connect")
    chip.click()
    assert ccd.sent[-1]["on"] is True


def test_a_device_without_connection_has_no_chip(open_panel: OpenPanel) -> None:
    panel = open_panel(device("ccd", connected=None, can_connect=False))
    expect(panel.page.locator(".indinb-chip")).to_be_hidden()


# ---- The log ----


def test_the_log_shows_the_last_line_and_counts_the_unread(open_panel: OpenPanel) -> None:
    panel = open_panel(device("ccd", messages=[message("10:14:02", "CCD is online.")]))
    log = panel.page.locator("summary")
    unread = panel.page.locator(".indinb-unread")
    expect(log).to_contain_text("10:14:02")
    expect(log).to_contain_text("CCD is online.")
    expect(unread).to_be_empty()
    news = [message("10:14:05", "[WARNING] no guide rate"), message("10:14:09", "[ERROR] stuck")]
    panel.patch(CCD, messages=news)
    expect(log).to_contain_text("[ERROR] stuck")
    expect(unread).to_have_text("2 new")
    log.click()
    expect(unread).to_be_empty()
    lines = panel.page.locator(".indinb-log-list li")
    expect(lines).to_have_count(3)
    expect(lines.nth(1)).to_have_attribute("data-level", "WARNING")
    panel.patch(CCD, messages=[message("10:15:00", "[INFO] better")])
    expect(lines).to_have_count(4)
    log.click()
    expect(unread).to_be_empty()


def test_the_log_is_bounded_and_follows_its_end(ccd: PanelPage) -> None:
    ccd.page.locator("summary").click()
    for start in (0, 80):
        numbers = range(start, start + 80)
        ccd.patch(CCD, messages=[message("10:00:00", f"line {number}") for number in numbers])
    lines = ccd.page.locator(".indinb-log-list li")
    expect(lines).to_have_count(100)
    expect(lines.first).to_contain_text("line 60")
    expect(lines.last).to_contain_text("line 159")
    expect(lines.last).to_be_in_viewport()


def test_the_server_is_heard_in_the_log_of_the_device(open_panel: OpenPanel) -> None:
    panel = open_panel(device("ccd"), messages=[message("09:00:00", "hello from the server")])
    expect(panel.page.locator("summary")).to_contain_text("hello from the server")
    panel.patch(messages=[message("09:30:00", "server is tired")])
    expect(panel.page.locator("summary")).to_contain_text("server is tired")
    expect(panel.page.locator(".indinb-unread")).to_have_text("1 new")


# ---- The window of all devices ----


@pytest.fixture
def window(open_panel: OpenPanel) -> PanelPage:
    return open_panel(device("ccd"), device("wheel"), form="window", title="localhost:7624")


def test_each_device_has_a_tab_with_its_light(window: PanelPage) -> None:
    tabs = window.page.get_by_role("tablist", name="Devices").get_by_role("tab")
    expect(tabs).to_have_count(2)
    expect(tabs.first).to_have_attribute("aria-selected", "true")
    expect(window.page.locator("[data-device]").filter(visible=True)).to_have_count(1)
    slot = find(device("wheel"), "FILTER_SLOT")
    window.patch("Filter Simulator", properties=[changed(slot, "Busy")])
    expect(tabs.nth(1).locator(".indinb-light")).to_have_text("Busy")
    tabs.nth(1).click()
    window.tab("Filter Wheel").click()
    expect(window.row("FILTER_SLOT").filter(visible=True)).to_have_count(1)


def test_what_was_typed_waits_while_another_device_is_looked_at(window: PanelPage) -> None:
    window.row("CCD_GAIN").get_by_role("textbox").fill("11")
    window.tab("Filter Simulator").click()
    gain = find(device("ccd"), "CCD_GAIN")
    window.patch(CCD, properties=[changed(gain, "Ok", GAIN=12)])
    window.tab(CCD).click()
    expect(window.row("CCD_GAIN").get_by_role("textbox")).to_have_value("11")
    expect(window.row("CCD_GAIN").locator(".indinb-value")).to_have_text("12")


def test_devices_appear_and_vanish(window: PanelPage) -> None:
    window.tab("Filter Simulator").click()
    focuser = device("focus")
    window.patch("Focuser Simulator", connected=True, properties=focuser["properties"])
    expect(window.tab("Focuser Simulator")).to_be_visible()
    expect(window.tab("Filter Simulator")).to_have_attribute("aria-selected", "true")
    window.patch(deleted_devices=["Filter Simulator"])
    expect(window.tab("Filter Simulator")).to_have_count(0)
    expect(window.tab(CCD)).to_have_attribute("aria-selected", "true")
    window.patch("Filter Simulator", properties=device("wheel")["properties"])
    expect(window.tab("Filter Simulator")).to_have_attribute("aria-selected", "true")
    window.patch(deleted_devices=[CCD, "Filter Simulator", "Focuser Simulator"])
    expect(window.page.get_by_text("No devices yet.")).to_be_visible()
