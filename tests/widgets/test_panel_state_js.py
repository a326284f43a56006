"""The state of a panel in the browser, while Python sends news and the user is at work."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.widgets.pages import PanelPage, packed
from tests.widgets.snapshots import changed, device, find, message, set_message, snapshot

CCD = "CCD Simulator"
MOUNT = "Telescope Simulator"
WEATHER = "Weather Simulator"
OpenPanel = Callable[..., PanelPage]


# ---- News while the user is at work ----


def test_typing_survives_patches(ccd: PanelPage) -> None:
    row = ccd.row("CCD_TEMPERATURE")
    field = row.get_by_role("textbox")
    field.click()
    ccd.page.keyboard.type("-1")
    temperature = find(device("ccd"), "CCD_TEMPERATURE")
    news = changed(temperature, "Busy", CCD_TEMPERATURE_VALUE=-3.25)
    ccd.patch(CCD, properties=[news])
    expect(row.locator(".indinb-value")).to_have_text("-3.25")
    expect(field).to_have_value("-1")
    expect(field).to_be_focused()
    ccd.page.keyboard.type("0")
    ccd.assign(snapshot=packed(snapshot(device("ccd"), seq=7)))
    expect(field).to_be_focused()
    ccd.page.keyboard.press("Enter")
    assert ccd.sent[0]["values"] == {"CCD_TEMPERATURE_VALUE": "-10"}


def test_a_patch_updates_the_same_elements(ccd: PanelPage) -> None:
    value = ccd.row("CCD_GAIN").locator(".indinb-value")
    node = value.element_handle()
    gain = find(device("ccd"), "CCD_GAIN")
    ccd.patch(CCD, properties=[changed(gain, "Ok", GAIN=91)])
    assert node.text_content() == "91"
    assert node.evaluate("node => node.isConnected")


def test_properties_come_and_go_in_place(ccd: PanelPage) -> None:
    field = ccd.row("CCD_GAIN").get_by_role("textbox")
    field.fill("12")
    extra = changed(find(device("ccd"), "CCD_OFFSET")) | {"name": "NEW_ONE", "label": "New one"}
    ccd.patch(CCD, properties=[extra], deleted=["CCD_EXPOSURE", "CCD_OFFSET"])
    expect(ccd.row("CCD_EXPOSURE")).to_have_count(0)
    expect(ccd.row("NEW_ONE")).to_be_visible()
    assert ccd.visible_rows()[-1] == "NEW_ONE"
    expect(field).to_have_value("12")
    expect(ccd.tab("Main Control").locator(".indinb-count")).to_have_text("9")


def test_a_group_vanishes_with_its_last_property(ccd: PanelPage) -> None:
    ccd.tab("WCS").click()
    ccd.patch(CCD, deleted=["WCS_CONTROL"])
    expect(ccd.tab("WCS")).to_have_count(0)
    expect(ccd.tab("Main Control")).to_have_attribute("aria-selected", "true")


def test_a_property_with_other_members_gets_a_new_row(mount: PanelPage) -> None:
    mount.tab("Connection").click()
    rate = changed(find(device("telescope"), "DEVICE_BAUD_RATE"))
    rate["elements"] = rate["elements"][:2]
    before = mount.visible_rows()
    mount.patch(MOUNT, properties=[rate])
    expect(mount.row("DEVICE_BAUD_RATE").get_by_role("combobox")).to_have_count(0)
    expect(mount.row("DEVICE_BAUD_RATE").locator(".indinb-switch")).to_have_count(2)
    assert mount.visible_rows() == before


def test_the_page_stays_where_it_was_scrolled_to(ccd: PanelPage) -> None:
    ccd.tab("Simulator Config").click()
    page = ccd.page.locator(".indinb-page")
    page.evaluate("node => { node.scrollTop = 120; }")
    settings = changed(find(device("ccd"), "SIMULATOR_SETTINGS"), "Ok", SIM_NOISE=20)
    ccd.patch(CCD, properties=[settings])
    expect(ccd.element("SIMULATOR_SETTINGS", "SIM_NOISE").locator(".indinb-value")).to_have_text(
        "20"
    )
    assert page.evaluate("node => node.scrollTop") == 120


def test_what_was_sent_leaves_the_field_when_it_is_answered(ccd: PanelPage) -> None:
    field = ccd.row("CCD_GAIN").get_by_role("textbox")
    field.fill("55")
    field.press("Enter")
    expect(ccd.light("CCD_GAIN")).to_have_text("Sent")
    expect(field).to_have_attribute("data-phase", "sent")
    gain = find(device("ccd"), "CCD_GAIN")
    ccd.patch(CCD, properties=[changed(gain, "Ok", GAIN=55)])
    expect(field).to_have_value("")
    expect(ccd.light("CCD_GAIN")).to_have_text("Ok")


def test_what_was_refused_stays_to_be_corrected(ccd: PanelPage) -> None:
    field = ccd.row("CCD_GAIN").get_by_role("textbox")
    field.fill("abc")
    field.press("Enter")
    words = "'abc' is not a number: write 12.5 or 12:30:00"
    ccd.deliver({"type": "failed", "device": CCD, "property": "CCD_GAIN", "message": words})
    expect(ccd.row("CCD_GAIN").locator(".indinb-message")).to_have_text(words)
    expect(ccd.light("CCD_GAIN")).to_have_text("Idle")
    expect(field).to_have_value("abc")
    field.fill("5")
    field.press("Enter")
    expect(ccd.row("CCD_GAIN").locator(".indinb-message")).to_be_empty()
    assert [one["values"] for one in ccd.sent] == [{"GAIN": "abc"}, {"GAIN": "5"}]


@pytest.mark.parametrize("by", ["python", "driver"])
def test_all_that_was_refused_goes_out_again_with_what_is_corrected(
    mount: PanelPage, by: str
) -> None:
    """Else a mount would go to the old RA, with the new one before one's eyes."""
    ra, dec = mount.row("EQUATORIAL_EOD_COORD").get_by_role("textbox").all()
    ra.fill("12:34:56")
    dec.fill("blah")
    dec.press("Enter")
    if by == "python":
        place = {"device": MOUNT, "property": "EQUATORIAL_EOD_COORD"}
        mount.deliver({"type": "failed", **place, "message": "'blah' is no number"})
    else:
        coordinates = find(device("telescope"), "EQUATORIAL_EOD_COORD")
        mount.patch(MOUNT, properties=[changed(coordinates, "Alert")])
    for field in (ra, dec):
        expect(field).to_have_attribute("data-phase", "typed")
    expect(mount.row("EQUATORIAL_EOD_COORD").locator(".indinb-set")).to_be_enabled()
    dec.fill("41.5")
    dec.press("Enter")
    assert mount.sent[-1]["values"] == {"RA": "12:34:56", "DEC": "41.5"}


def test_a_new_state_ends_a_failure(ccd: PanelPage) -> None:
    gain = find(device("ccd"), "CCD_GAIN")
    ccd.deliver({"type": "failed", "device": CCD, "property": "CCD_GAIN", "message": "no"})
    message = ccd.row("CCD_GAIN").locator(".indinb-message")
    expect(message).to_have_text("no")
    ccd.patch(CCD, properties=[changed(gain, gain["state"], GAIN=91)])
    expect(ccd.row("CCD_GAIN").locator(".indinb-value")).to_have_text("91")
    expect(message).to_have_text("no")
    ccd.patch(CCD, properties=[changed(gain, "Busy", GAIN=92)])
    expect(message).to_be_empty()


def test_a_failure_out_of_sight_is_told_under_the_header(ccd: PanelPage) -> None:
    notice = ccd.page.get_by_role("alert")
    ccd.deliver({"type": "failed", "device": CCD, "property": "CCD_FRAME", "message": "too wide"})
    expect(notice).to_have_text("too wide")
    ccd.tab("Image Settings").click()
    expect(notice).to_be_empty()
    ccd.deliver({"type": "failed", "device": CCD, "property": "NOT_THERE", "message": "gone"})
    expect(notice).to_have_text("gone")


def test_the_drivers_words_stand_beside_an_alert(ccd: PanelPage) -> None:
    exposure = find(device("ccd"), "CCD_EXPOSURE")
    failed = changed(exposure, "Alert") | {"message": "[ERROR] shutter stuck"}
    ccd.patch(CCD, properties=[failed])
    notice = ccd.row("CCD_EXPOSURE").locator(".indinb-message")
    expect(notice).to_have_text("[ERROR] shutter stuck")
    ccd.patch(CCD, properties=[failed | {"state": "Ok"}])
    expect(notice).to_be_empty()


# ---- Staying in step with Python ----


def test_a_gap_asks_for_everything_once(ccd: PanelPage) -> None:
    gain = find(device("ccd"), "CCD_GAIN")
    for seq in (2, 3):
        news = {"name": CCD, "properties": [changed(gain, "Ok", GAIN=seq)]}
        ccd.deliver({"type": "patch", "seq": seq, "devices": [news]})
    assert ccd.sent == [{"type": "resync"}]
    value = ccd.row("CCD_GAIN").locator(".indinb-value")
    expect(value).to_have_text("90")
    whole = device("ccd")
    whole["properties"] = [changed(gain, "Ok", GAIN=77)]
    ccd.assign(snapshot=packed(snapshot(whole, seq=3)))
    expect(value).to_have_text("77")
    ccd.seq = 3
    ccd.patch(CCD, properties=[changed(gain, "Ok", GAIN=78)])
    expect(value).to_have_text("78")


def test_a_patch_that_the_snapshot_had_is_ignored(open_panel: OpenPanel) -> None:
    panel = open_panel(device("ccd"), seq=5)
    panel.seq = 4
    panel.patch(CCD, deleted=["CCD_GAIN"])
    expect(panel.row("CCD_GAIN")).to_be_visible()
    assert panel.sent == []


def test_a_new_snapshot_of_the_model_counts(ccd: PanelPage) -> None:
    ccd.assign(snapshot=packed(snapshot(device("ccd", connected=False), seq=9)))
    expect(ccd.page.get_by_role("button", name="Disconnected")).to_be_visible()
    ccd.seq = 9
    ccd.patch(CCD, connected=True)
    expect(ccd.page.get_by_role("button", name="Connected", exact=True)).to_be_visible()


def test_unknown_messages_are_ignored(ccd: PanelPage) -> None:
    ccd.deliver({"type": "from the future"})
    expect(ccd.row("CCD_GAIN")).to_be_visible()


def test_two_views_of_a_model_are_both_alive(ccd: PanelPage) -> None:
    ccd.page.evaluate("async () => { window.second = await widget.show('second'); }")
    first, second = ccd.page.locator("#first"), ccd.page.locator("#second")
    second.get_by_role("tab", name="WCS").click()
    expect(first.get_by_role("tab", name="Main Control")).to_have_attribute("aria-selected", "true")
    first.locator('[data-property="CCD_GAIN"] input').fill("3")
    gain, wcs = find(device("ccd"), "CCD_GAIN"), find(device("ccd"), "WCS_CONTROL")
    ccd.patch(CCD, properties=[changed(gain, "Ok", GAIN=4), changed(wcs, "Busy")])
    for view in (first, second):
        expect(view.locator('[data-property="CCD_GAIN"] .indinb-value')).to_have_text("4")
        expect(view.locator('[data-property="WCS_CONTROL"] > .indinb-light')).to_have_text("Busy")
    expect(first.locator('[data-property="CCD_GAIN"] input')).to_have_value("3")
    expect(second.locator('[data-property="CCD_GAIN"] input')).to_have_value("")
    ccd.page.evaluate("second()")
    expect(second.locator(".indinb-panel")).to_have_count(0)
    ccd.patch(CCD, properties=[changed(gain, "Ok", GAIN=5)])
    expect(first.locator('[data-property="CCD_GAIN"] .indinb-value')).to_have_text("5")


def test_nothing_is_left_behind(ccd: PanelPage) -> None:
    ccd.page.evaluate("cleanUp(); widget.close()")
    expect(ccd.page.locator(".indinb-panel")).to_have_count(0)
    assert ccd.page.evaluate("widget.listening()") == 0


def test_words_from_the_wire_are_never_markup(open_panel: OpenPanel) -> None:
    evil = '<img src=x onerror="window.hurt = true"><b>bold</b>'
    hostile = device("weather")
    hostile |= {"name": evil, "messages": [message("<i>1</i>", evil)]}
    for one in hostile["properties"]:
        one |= {"label": evil, "group": evil, "expression": evil, "state": "Alert", "message": evil}
        for element in one["elements"]:
            element |= {"label": evil, "text": evil}
    panel = open_panel(hostile, title=evil, form="window")
    panel.deliver({"type": "failed", "device": evil, "property": "CONNECTION", "message": evil})
    panel.page.locator("[data-device] summary").click()
    label = panel.row("WEATHER_UPDATE").locator(".indinb-label")
    expect(label).to_have_text(f"{evil}WEATHER_UPDATE")  # as others have the same label
    expect(panel.page.locator("li .indinb-log-text")).to_have_text(evil)
    expect(panel.page.locator(".indinb-panel :is(img, b, i)")).to_have_count(0)
    assert panel.page.evaluate("window.hurt") is None


# ---- Trouble ----


@pytest.mark.parametrize(
    ("status", "words"), [("lost", "The link is lost."), ("closed", "This is closed.")]
)
def test_without_a_link_the_last_values_stay_grey(ccd: PanelPage, status: str, words: str) -> None:
    value = ccd.row("CCD_GAIN").locator(".indinb-value")
    ccd.row("CCD_GAIN").get_by_role("textbox").fill("9")
    ccd.patch(status=status, loss=words[0].lower() + words[1:-1])
    expect(ccd.page.locator(".indinb-banner")).to_contain_text(words)
    expect(value).to_have_text("90")
    expect(value).to_have_css("opacity", "0.5")
    expect(ccd.row("CCD_GAIN").locator(".indinb-set")).to_be_disabled()
    expect(ccd.page.locator(".indinb-chip")).to_be_disabled()
    ccd.patch(status="connected")
    expect(ccd.page.locator(".indinb-banner")).to_be_empty()
    expect(value).to_have_css("opacity", "1")
    expect(ccd.row("CCD_GAIN").get_by_role("textbox")).to_have_value("9")
    ccd.row("CCD_GAIN").locator(".indinb-set").click()
    assert ccd.sent == [set_message(CCD, "CCD_GAIN", GAIN="9")]


def test_what_python_says_of_the_loss_is_shown(ccd: PanelPage) -> None:
    loss = "the link to <b>pi</b> is lost (it froze): trying to connect again"
    ccd.patch(status="lost", loss=loss)
    banner = ccd.page.locator(".indinb-banner")
    expect(banner).to_have_text(
        "The link to <b>pi</b> is lost (it froze): trying to connect again. "
        "These are the last known values."
    )
    expect(banner).to_be_visible()
    ccd.patch(status="connected")
    expect(banner).to_be_empty()


def test_a_lost_link_can_be_looked_for_at_once(ccd: PanelPage) -> None:
    cover = ccd.page.locator(".indinb-cover")
    expect(cover).to_be_hidden()
    ccd.patch(status="lost", loss="the link is lost")
    cover.get_by_role("button", name="Reconnect").click()
    assert ccd.sent == [{"type": "reconnect"}]
    ccd.patch(status="connected", epoch=2)
    expect(cover).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "reconnects"), [("closed", True), ("lost", False)], ids=["closed", "not-looked-for"]
)
def test_what_does_not_come_back_cannot_be_looked_for(
    open_panel: OpenPanel, status: str, reconnects: bool
) -> None:
    panel = open_panel(device("ccd"), status=status, reconnects=reconnects, loss="gone")
    expect(panel.page.locator(".indinb-banner")).to_contain_text("Gone.")
    expect(panel.page.get_by_role("button", name="Reconnect")).to_be_hidden()


def test_while_a_link_is_lost_one_can_still_look_around(ccd: PanelPage) -> None:
    ccd.patch(status="lost", loss="lost")
    ccd.tab("Image Settings").click()
    expect(ccd.row("CCD_FRAME")).to_be_visible()
    expect(ccd.row("CCD_FRAME").get_by_role("textbox").first).to_be_disabled()


def test_what_was_not_heard_of_since_the_link_came_back_is_grey(ccd: PanelPage) -> None:
    ccd.patch(status="lost", loss="lost")
    ccd.patch(status="connected", epoch=2)
    waiting = ccd.page.locator(".indinb-waiting")
    expect(waiting).to_contain_text("not heard of since the link came back")
    expect(ccd.page.locator(".indinb-chip")).to_be_disabled()
    connection = find(device("ccd"), "CONNECTION") | {"epoch": 2}
    ccd.patch(CCD, properties=[connection])
    expect(ccd.page.locator(".indinb-chip")).to_be_enabled()
    expect(ccd.element("CONNECTION", "DISCONNECT")).to_be_enabled()
    expect(ccd.element("CCD_COOLER", "COOLER_ON")).to_be_disabled()
    expect(ccd.row("CCD_GAIN").locator(".indinb-value")).to_have_css("opacity", "0.5")
    rest = [one | {"epoch": 2} for one in device("ccd")["properties"]]
    ccd.patch(CCD, properties=rest)
    expect(waiting).to_be_empty()
    expect(ccd.element("CCD_COOLER", "COOLER_ON")).to_be_enabled()


@pytest.mark.parametrize("capture", ["ccd", "telescope", "weather"])
def test_a_read_only_panel_changes_nothing(open_panel: OpenPanel, capture: str) -> None:
    panel = open_panel(device(capture), read_only=True)
    rows = panel.page.locator(".indinb-rows")
    expect(rows.locator(".indinb-set, select, input:enabled")).to_have_count(0)
    buttons = rows.locator(".indinb-switch")
    assert set(buttons.all_text_contents()) <= {"View"}
    expect(panel.page.locator(".indinb-chip")).to_be_disabled()
    expect(panel.page.locator(".indinb-abort")).to_be_hidden()
    expect(panel.element("CONNECTION", "CONNECT")).to_have_text("Connect (on)")


def test_a_kernel_that_is_restarted(mount: PanelPage) -> None:
    mount.patch("Telescope Simulator", can_abort=True)
    mount.restart()
    expect(mount.page.locator(".indinb-banner")).to_have_text(
        "The kernel was restarted: run your cells again. These are the last known values."
    )
    controls = ":is(.indinb-page, header) :is(button:not(.indinb-label, .indinb-night), input)"
    used = (
        mount.page.locator(controls)
        .filter(visible=True)
        .and_(mount.page.locator(":enabled:not(.indinb-filter)"))
    )
    expect(used).to_have_count(0)
    expect(mount.page.get_by_role("button", name="Reconnect")).to_be_hidden()
    mount.tab("Options").click()
    assert mount.sent == []
