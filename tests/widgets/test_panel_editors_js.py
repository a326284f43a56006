"""Properties in the browser, edited by mouse and keyboard as a person would."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.widgets.pages import PanelPage
from tests.widgets.snapshots import changed, device, find, set_message

CCD = "CCD Simulator"
MOUNT = "Telescope Simulator"
WEATHER = "Weather Simulator"
OpenPanel = Callable[..., PanelPage]


# ---- Numbers and texts ----


def test_enter_sends_the_text_as_typed(ccd: PanelPage) -> None:
    field = ccd.row("CCD_EXPOSURE").get_by_role("textbox", name="Expose Duration (s)")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("placeholder", "1.00")
    expect(field).to_have_attribute("data-tip", "0.01 … 3600")
    field.click()
    ccd.page.keyboard.type("2.5")
    expect(field).to_have_attribute("data-phase", "typed")
    ccd.page.keyboard.press("Enter")
    assert ccd.sent == [set_message(CCD, "CCD_EXPOSURE", CCD_EXPOSURE_VALUE="2.5")]
    ccd.page.keyboard.press("Enter")
    assert len(ccd.sent) == 1


def test_set_sends_all_that_was_edited_and_nothing_else(mount: PanelPage) -> None:
    mount.tab("Site Management").click()
    row = mount.row("GEOGRAPHIC_COORD")
    button = row.get_by_role("button", name="Set")
    expect(button).to_be_disabled()
    mount.element("GEOGRAPHIC_COORD", "LAT").get_by_role("textbox").fill("52:23:46")
    mount.element("GEOGRAPHIC_COORD", "LONG").get_by_role("textbox").fill("13:03:57")
    button.click()
    values = {"LAT": "52:23:46", "LONG": "13:03:57"}
    assert mount.sent == [set_message(MOUNT, "GEOGRAPHIC_COORD", **values)]
    expect(button).to_be_disabled()


def test_escape_takes_back_what_was_typed(ccd: PanelPage) -> None:
    field = ccd.row("CCD_GAIN").get_by_role("textbox")
    field.fill("42")
    expect(ccd.row("CCD_GAIN").get_by_role("button", name="Set")).to_be_enabled()
    field.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("data-phase", "empty")
    field.press("Enter")
    assert ccd.sent == []


def test_the_wheel_changes_no_number(ccd: PanelPage) -> None:
    field = ccd.row("CCD_GAIN").get_by_role("textbox")
    field.fill("42")
    field.hover()
    ccd.page.mouse.wheel(0, 200)
    expect(field).to_have_value("42")


@pytest.mark.parametrize("typed", ["101", " -1 ", "+1000.5"])
def test_a_number_out_of_range_is_not_sent(ccd: PanelPage, typed: str) -> None:
    field = ccd.row("CCD_GAIN").get_by_role("textbox")
    field.fill(typed)
    field.press("Enter")
    notice = ccd.row("CCD_GAIN").locator(".indinb-message")
    expect(notice).to_have_text("value must be between 0 and 100.")
    expect(notice).to_have_attribute("aria-live", "polite")
    expect(field).to_have_value(typed)
    assert ccd.sent == []
    field.fill("100")
    field.press("Enter")
    expect(notice).to_be_empty()
    assert ccd.sent == [set_message(CCD, "CCD_GAIN", GAIN="100")]


@pytest.mark.parametrize("typed", ["1:30", "1e1", "abc", "12,5"])
def test_what_is_not_a_plain_number_is_pythons_business(ccd: PanelPage, typed: str) -> None:
    field = ccd.row("CCD_GAIN").get_by_role("textbox")
    field.fill(typed)
    field.press("Enter")
    assert ccd.sent == [set_message(CCD, "CCD_GAIN", GAIN=typed)]


def test_equal_limits_are_no_limits(weather: PanelPage) -> None:
    weather.tab("Parameters").click()
    fluid = changed(find(device("weather"), "WEATHER_RAIN_HOUR"))
    for element in fluid["elements"]:
        element |= {"min": 0, "max": 0}
    weather.patch(WEATHER, properties=[fluid])
    field = weather.element("WEATHER_RAIN_HOUR", "MIN_OK").get_by_role("textbox")
    field.fill("7")
    field.press("Enter")
    assert weather.sent == [set_message(WEATHER, "WEATHER_RAIN_HOUR", MIN_OK="7")]


def test_new_limits_count_at_once(ccd: PanelPage) -> None:
    gain = changed(find(device("ccd"), "CCD_GAIN"))
    gain["elements"][0]["max"] = 500
    ccd.patch(CCD, properties=[gain])
    field = ccd.row("CCD_GAIN").get_by_role("textbox")
    field.fill("400")
    field.press("Enter")
    assert ccd.sent == [set_message(CCD, "CCD_GAIN", GAIN="400")]


def test_a_text_is_sent_as_it_stands(ccd: PanelPage) -> None:
    ccd.tab("General Info").click()
    field = ccd.element("FITS_HEADER", "FITS_OBSERVER").get_by_role("textbox")
    field.fill("Henrietta Leavitt <h&l>")
    field.press("Enter")
    expected = set_message(CCD, "FITS_HEADER", FITS_OBSERVER="Henrietta Leavitt <h&l>")
    assert ccd.sent == [expected]


def test_read_only_properties_have_no_editor(mount: PanelPage) -> None:
    mount.tab("Connection").click()
    mount.tab("Motion Control").click()
    for name in ("DRIVER_INFO", "TARGET_EOD_COORD", "TELESCOPE_PIER_SIDE"):
        expect(mount.row(name).locator("input, select, .indinb-switch, .indinb-set")).to_have_count(
            0
        )
    badge = mount.element("TELESCOPE_PIER_SIDE", "PIER_EAST")
    expect(badge).to_have_text("East (pointing west) (on)")


def test_write_only_properties_show_no_value(open_panel: OpenPanel) -> None:
    panel = open_panel(device("telescope"))
    panel.tab("Simulation").click()
    line = panel.row("MOUNT_MODEL").locator(".indinb-element").first
    expect(line.locator(".indinb-value")).to_be_empty()
    expect(line.get_by_role("textbox")).to_have_attribute("placeholder", "")
    expect(panel.row("MOUNT_TYPE").locator("[aria-pressed]")).to_have_count(0)
    panel.element("MOUNT_TYPE", "EQ_FORK").click()
    assert panel.sent == [set_message(MOUNT, "MOUNT_TYPE", EQ_FORK=True)]


# ---- Switches, lights and BLOBs ----


def test_few_exclusive_switches_are_segments(ccd: PanelPage) -> None:
    ccd.tab("Image Settings").click()
    light, bias = (ccd.element("CCD_FRAME_TYPE", f"FRAME_{one}") for one in ("LIGHT", "BIAS"))
    expect(light).to_have_attribute("aria-pressed", "true")
    bias.click()
    assert ccd.sent == [set_message(CCD, "CCD_FRAME_TYPE", FRAME_BIAS=True)]
    expect(bias).to_have_attribute("aria-pressed", "false")
    expect(ccd.light("CCD_FRAME_TYPE")).to_have_text("Sent")
    frame_type = find(device("ccd"), "CCD_FRAME_TYPE")
    ccd.patch(CCD, properties=[changed(frame_type, "Ok", FRAME_LIGHT=False, FRAME_BIAS=True)])
    expect(bias).to_have_attribute("aria-pressed", "true")
    expect(light).to_have_attribute("aria-pressed", "false")
    expect(ccd.light("CCD_FRAME_TYPE")).to_have_text("Ok")


def test_a_switch_obeys_the_keyboard(mount: PanelPage) -> None:
    mount.element("ON_COORD_SET", "TRACK").focus()
    mount.page.keyboard.press("Tab")
    mount.page.keyboard.press("Space")
    assert mount.sent == [set_message(MOUNT, "ON_COORD_SET", SLEW=True)]


def test_many_exclusive_switches_are_a_dropdown(mount: PanelPage) -> None:
    mount.tab("Connection").click()
    select = mount.row("DEVICE_BAUD_RATE").get_by_role("combobox", name="Baud Rate")
    expect(select).to_have_value("9600")
    select.select_option(label="115200")
    assert mount.sent == [set_message(MOUNT, "DEVICE_BAUD_RATE", **{"115200": True})]
    expect(select).to_have_value("9600")
    rate = find(device("telescope"), "DEVICE_BAUD_RATE")
    mount.patch(
        MOUNT,
        properties=[changed(rate, "Ok", **{"9600": False, "115200": True})],
    )
    expect(select).to_have_value("115200")
    mount.patch(MOUNT, properties=[changed(rate, "Ok", **{"9600": False})])
    expect(select).to_have_value("")


def test_switches_of_which_one_may_be_on_are_toggles(mount: PanelPage) -> None:
    mount.tab("Motion Control").click()
    north = mount.element("TELESCOPE_MOTION_NS", "MOTION_NORTH")
    north.click()
    motion = find(device("telescope"), "TELESCOPE_MOTION_NS")
    mount.patch(MOUNT, properties=[changed(motion, "Busy", MOTION_NORTH=True)])
    expect(north).to_have_attribute("aria-pressed", "true")
    north.click()
    asked = [one["values"] for one in mount.sent]
    assert asked == [{"MOTION_NORTH": True}, {"MOTION_NORTH": False}]


def test_independent_switches_are_check_boxes(weather: PanelPage) -> None:
    box = weather.row("WEATHER_OVERRIDE").get_by_role("checkbox", name="Override Status")
    box.click()
    expect(box).not_to_be_checked()
    override = find(device("weather"), "WEATHER_OVERRIDE")
    weather.patch(WEATHER, properties=[changed(override, "Busy", OVERRIDE=True)])
    expect(box).to_be_checked()
    box.focus()
    weather.page.keyboard.press("Space")
    expect(box).to_be_checked()
    assert [one["values"] for one in weather.sent] == [{"OVERRIDE": True}, {"OVERRIDE": False}]


def test_a_single_switch_is_a_push_button(weather: PanelPage) -> None:
    weather.row("WEATHER_REFRESH").get_by_role("button", name="Refresh").click()
    assert weather.sent == [set_message(WEATHER, "WEATHER_REFRESH", REFRESH=True)]


def test_lights_tell_their_state_in_words(weather: PanelPage) -> None:
    line = weather.element("WEATHER_STATUS", "WEATHER_WIND_SPEED")
    expect(line).to_contain_text("Ok")
    status = find(device("weather"), "WEATHER_STATUS")
    gale = changed(status, "Alert", WEATHER_WIND_SPEED="Alert")
    weather.patch(WEATHER, properties=[gale])
    expect(line.locator(".indinb-light")).to_have_attribute("data-tip", "Alert")
    expect(line).to_contain_text("Alert")


def test_a_blob_can_be_received(ccd: PanelPage) -> None:
    ccd.tab("Image Info").click()
    box = ccd.row("CCD1").get_by_role("checkbox", name="Receive")
    expect(ccd.element("CCD1", "CCD1")).to_contain_text("nothing yet")
    box.click()
    assert ccd.sent == [{"type": "blobs", "device": CCD, "property": "CCD1", "on": True}]
    expect(box).not_to_be_checked()
    image = changed(find(device("ccd"), "CCD1"), "Ok") | {"receiving": True}
    image["elements"][0] |= {"value": 2_626_560, "text": ".fits, 2.6 MB"}
    ccd.patch(CCD, properties=[image])
    expect(box).to_be_checked()
    expect(ccd.element("CCD1", "CCD1")).to_contain_text(".fits, 2.6 MB")
    box.click()
    assert ccd.sent[-1]["on"] is False
