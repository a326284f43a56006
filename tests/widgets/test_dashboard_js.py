"""The dashboard's half in a browser: what it shows, and what it sends."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from indinb.widgets.module import source
from tests.widgets.accessibility import findings
from tests.widgets.dashboards import FILTERS, PICTURE, DashboardPage, act, cut, desk, sky
from tests.widgets.nights import check_night
from tests.widgets.pages import colours

Open = Callable[..., DashboardPage]


@pytest.fixture
def open_desk(open_page: Callable[..., Page]) -> Open:
    def open_desk(
        width: int = 1100, dark: bool = False, height: int = 900, **cards: Any
    ) -> DashboardPage:
        return DashboardPage(open_page(width, height, dark=dark)).show(**cards)

    return open_desk


@pytest.fixture
def board(open_desk: Open) -> DashboardPage:
    return open_desk()


# ---- Mount ----


def test_it_shows_where_the_mount_points(board: DashboardPage) -> None:
    mount = board.card("mount")
    for words in ("00h 42m 44s", "+41° 16′ 09″", "+52° 11′", "283° 04′", "M31", "52° up"):  # noqa: RUF001
        expect(mount).to_contain_text(words)
    expect(mount.get_by_role("status").first).to_have_text("Tracking")


def test_what_is_not_told_is_not_shown(board: DashboardPage) -> None:
    board.patch(mount={"alt": None, "az": None, "target": None})
    assert board.card("mount").locator("dt").all_text_contents() == ["RA", "Dec"]
    expect(board.card("mount").locator(".indinb-target")).to_be_hidden()


def test_a_target_and_enter(board: DashboardPage) -> None:
    board.field("Target").fill("M31")
    board.field("Target").press("Enter")
    assert board.take() == [act("mount", "slew", target="M31")]
    board.button("mount", "Slew").click()
    board.button("mount", "Sync").click()
    assert board.take() == [
        act("mount", "slew", target="M31"),
        act("mount", "sync", target="M31"),
    ]


def test_without_a_target_nothing_is_asked(board: DashboardPage) -> None:
    board.button("mount", "Sync").click()
    expect(board.field("Target")).to_be_focused()
    board.field("Target").fill("  ")
    board.field("Target").press("Enter")
    assert board.take() == []


def test_what_is_typed_stays_while_the_mount_moves(board: DashboardPage) -> None:
    board.field("Target").fill("M4")
    board.patch(mount={"ra": "01h 00m 00s", "light": "Busy", "words": "Slewing"})
    expect(board.field("Target")).to_have_value("M4")
    expect(board.field("Target")).to_be_focused()


def test_tracking_and_parking(board: DashboardPage) -> None:
    track = board.button("mount", "Track")
    expect(track).to_have_attribute("aria-pressed", "true")
    track.click()
    expect(track).to_have_attribute("aria-pressed", "true")  # until the mount says so
    board.patch(mount={"tracking": False})
    track.click()
    board.button("mount", "Park").click()
    assert board.take() == [
        act("mount", "track", on=False),
        act("mount", "track", on=True),
        act("mount", "park", on=True),
    ]


def test_a_parked_mount_can_be_unparked_only(board: DashboardPage) -> None:
    board.patch(mount={"parked": True, "tracking": False, "words": "Parked"})
    for name in ("Slew", "Sync", "Track"):
        expect(board.button("mount", name)).to_be_disabled()
    board.button("mount", "Unpark").click()
    assert board.take() == [act("mount", "park", on=False)]


def test_a_small_mount_shows_what_it_has(board: DashboardPage) -> None:
    board.patch(mount={"can": {"slew": True}})
    for name in ("Sync", "Track", "Park"):
        expect(board.button("mount", name)).to_be_hidden()


# ---- Abort ----


@pytest.mark.parametrize("name", ["mount", "camera", "focuser"])
def test_abort_is_alive_while_there_is_something_to_abort(board: DashboardPage, name: str) -> None:
    expect(board.abort(name)).to_be_disabled()
    can = board.told[name]["can"]
    board.patch(**{name: {"can": can | {"abort": True}}})
    board.abort(name).click()
    (sent,) = board.take()
    assert sent == {"type": "abort", "id": 1, "card": name}
    board.deliver({"type": "ack", "id": 1})
    board.patch(**{name: {"can": can}})
    expect(board.abort(name)).to_be_disabled()


def test_no_wheel_can_be_stopped(board: DashboardPage) -> None:
    expect(board.abort("wheel")).to_have_count(0)


def test_an_abort_that_nobody_hears_interrupts_the_cell_that_waits(board: DashboardPage) -> None:
    board.page.evaluate("window.kernel = { interrupt: async () => { window.interrupted = true; } }")
    board.patch(mount={"can": {"abort": True}}, blocking=True)
    board.abort("mount").click()
    board.page.wait_for_function("window.interrupted")


def test_an_abort_that_nobody_hears_says_so_where_no_helper_waits(board: DashboardPage) -> None:
    board.patch(mount={"can": {"abort": True}})
    board.abort("mount").click()
    expect(board.root.locator(".indinb-banner")).to_contain_text("as soon as the kernel is free")
    board.patch(mount={"can": {"abort": False}})
    expect(board.root.locator(".indinb-banner")).to_be_empty()


# ---- Progress and messages ----


def test_progress(board: DashboardPage) -> None:
    bar = board.card("mount").locator("[role=progressbar]")
    board.patch(mount={"progress": {"fraction": 0.25, "detail": "32.1° to go"}})
    expect(bar).to_have_attribute("aria-valuenow", "25")
    expect(board.card("mount")).to_contain_text("32.1° to go")
    board.patch(mount={"progress": {"fraction": None, "detail": "starting"}})
    assert bar.get_attribute("aria-valuenow") is None
    board.patch(mount={"progress": None})
    expect(bar).to_have_css("visibility", "hidden")
    expect(board.card("mount")).to_contain_text("Telescope Simulator")


def test_nothing_moves_when_something_begins(board: DashboardPage) -> None:
    before = board.root.bounding_box()
    board.patch(
        mount={"progress": {"fraction": 0.25, "detail": "32.1° to go"}, "words": "Slewing"},
        camera={"progress": {"fraction": 0.25, "detail": "3 s left"}, "words": "Exposing"},
        focuser={"progress": {"fraction": 0.25, "detail": "1 → 2"}, "words": "Moving"},
    )
    assert board.root.bounding_box() == before


def test_what_fails_says_so_in_its_card(board: DashboardPage) -> None:
    text = "'M99x' is not known."
    board.patch(mount={"note": {"text": text, "level": "alert"}})
    alert = board.card("mount").get_by_role("alert")
    expect(alert).to_have_text(text)
    expect(board.card("camera").get_by_role("alert")).to_be_empty()
    board.card("mount").get_by_role("button", name="Dismiss the message").click()
    assert board.take() == [act("mount", "dismiss")]
    board.patch(mount={"note": None})
    expect(alert).to_be_empty()


# ---- Camera ----


def test_an_exposure(board: DashboardPage) -> None:
    board.field("Exposure (s)").fill("0,5")
    board.field("Frames").fill("3")
    board.field("Binning").select_option("2")
    board.field("Type").select_option("dark")
    board.field("Exposure (s)").press("Enter")
    wanted = {"exposure": "0,5", "count": "3", "binning": 2, "frame_type": "dark"}
    assert board.take() == [act("camera", "expose", **wanted)]


def test_a_new_view_begins_with_what_was_asked_last(open_desk: Open) -> None:
    plan = {"exposure": "30", "count": "5", "binning": 3, "frame_type": "flat"}
    board = open_desk(camera={"plan": plan})
    expect(board.field("Exposure (s)")).to_have_value("30")
    expect(board.field("Frames")).to_have_value("5")
    expect(board.field("Binning")).to_have_value("3")
    expect(board.field("Type")).to_have_value("flat")
    board.field("Frames").fill("7")
    board.patch(camera={"plan": plan | {"count": "9"}})
    expect(board.field("Frames")).to_have_value("7")


def test_no_second_exposure_at_once(board: DashboardPage) -> None:
    for facts in ({"exposing": True}, {"exposing": False, "series": True}):
        board.patch(camera=facts)
        expect(board.button("camera", "Expose")).to_be_disabled()
        board.field("Frames").press("Enter")
    assert board.take() == []
    board.patch(camera={"series": False})
    expect(board.button("camera", "Expose")).to_be_enabled()


def test_a_loop(board: DashboardPage) -> None:
    loop = board.button("camera", "Loop")
    loop.click()
    board.patch(camera={"loop": True})
    expect(board.field("Frames")).to_be_disabled()
    loop.click()
    assert board.take() == [act("camera", "loop", on=True), act("camera", "loop", on=False)]


def test_cooling(board: DashboardPage) -> None:
    expect(board.card("camera")).to_contain_text("\N{MINUS SIGN}10.0 °C")
    board.field("Cool to").fill("-15")
    board.field("Cool to").press("Enter")
    board.button("camera", "Cooler").click()
    assert board.take() == [act("camera", "cool", celsius="-15"), act("camera", "cooler", on=False)]


def test_a_camera_without_a_cooler(board: DashboardPage) -> None:
    can = {"expose": True, "cool": False, "switch": False, "abort": False}
    board.patch(camera={"temperature": None, "cooler": None, "can": can})
    expect(board.field("Cool to")).to_be_hidden()
    expect(board.button("camera", "Cooler")).to_be_hidden()


# ---- Pictures ----


def test_a_picture(board: DashboardPage) -> None:
    expect(board.card("camera")).to_contain_text("No picture yet")
    board.patch(picture=PICTURE)
    assert board.take() == [{"type": "picture"}]
    board.send_picture(1)
    expect(board.image).to_be_visible()
    board.page.wait_for_function("document.querySelector('img').naturalWidth === 320")
    expect(board.card("camera")).not_to_contain_text("No picture yet")
    expect(board.image).to_have_attribute("alt", re.compile("1280 × 1024"))  # noqa: RUF001
    caption = board.card("camera").locator("figcaption")
    for words in ("M31_Light_Red_60s_001.fits", "60 s", "Red", "20:31:05 UT", "502", "21884"):
        expect(caption).to_contain_text(words)


def test_one_picture_is_on_its_way_and_the_newest_is_next(board: DashboardPage) -> None:
    for serial in (1, 2, 3):
        board.patch(picture=PICTURE | {"serial": serial})
    assert board.take() == [{"type": "picture"}]
    board.send_picture(2)
    assert board.take() == [{"type": "picture"}]
    board.send_picture(3)
    assert board.take() == []


def test_a_picture_that_was_lost_is_asked_for_again(board: DashboardPage) -> None:
    board.page.evaluate(
        "() => { const now = performance.now.bind(performance); window.late = 0;"
        " performance.now = () => now() + window.late; }"
    )
    board.patch(picture=PICTURE)
    board.patch(mount={"ra": "1"})
    assert board.take() == [{"type": "picture"}]
    board.page.evaluate("window.late = 5000")
    board.patch(mount={"ra": "2"})
    assert board.take() == [{"type": "picture"}]


def test_an_old_picture_is_not_shown_again(board: DashboardPage) -> None:
    board.patch(picture=PICTURE | {"serial": 2})
    board.send_picture(2)
    source = board.image.get_attribute("src")
    board.send_picture(1)
    assert board.image.get_attribute("src") == source


def test_old_pictures_are_let_go(board: DashboardPage) -> None:
    board.page.evaluate(
        "() => { window.gone = []; const revoke = URL.revokeObjectURL.bind(URL);"
        " URL.revokeObjectURL = (url) => { window.gone.push(url); revoke(url); }; }"
    )
    for serial in (1, 2):
        board.patch(picture=PICTURE | {"serial": serial})
        board.send_picture(serial)
    board.page.evaluate("widget.close()")
    assert len(board.page.evaluate("window.gone.filter(Boolean)")) == 2


def test_a_new_view_shows_the_picture_that_was_there(open_desk: Open) -> None:
    board = open_desk(picture=PICTURE)
    assert board.take() == [{"type": "picture"}]
    board.send_picture(1)
    board.page.evaluate("() => void widget.show('second')")
    assert board.page.locator("img:visible").count() == 2
    assert board.take() == []


def test_what_is_not_saved_says_so(board: DashboardPage) -> None:
    board.patch(picture=PICTURE | {"file": None})
    expect(board.card("camera").locator("figcaption")).to_contain_text("Not saved")


def test_a_picture_that_cannot_be_read(board: DashboardPage) -> None:
    board.patch(picture=PICTURE)
    board.send_picture(1)
    board.patch(picture={"serial": 2, "error": "the BLOB is damaged"})
    assert board.take() == [{"type": "picture"}]
    expect(board.card("camera")).to_contain_text("The BLOB is damaged")
    expect(board.image).to_be_hidden()


# ---- Focuser and filter ----


def test_steps(board: DashboardPage) -> None:
    steps = board.card("focuser").get_by_role("group", name="Steps")
    words = [text.replace("\u2009", " ") for text in steps.locator("button").all_text_contents()]
    minus = "\N{MINUS SIGN}"
    assert words == [f"{minus}1 000", f"{minus}100", "+100", "+1 000"]
    steps.get_by_role("button", name="Move in by 1000 steps").click()
    board.field("Small step").fill("25")
    steps.get_by_role("button", name="Move out by 25 steps").click()
    assert board.take() == [act("focuser", "step", steps=-1000), act("focuser", "step", steps=25)]


@pytest.mark.parametrize("typed", ["", "many", "0"])
def test_steps_that_make_no_sense_are_as_before(board: DashboardPage, typed: str) -> None:
    board.field("Small step").fill(typed)
    board.card("focuser").get_by_role("button", name="Move out by 100 steps").click()
    assert board.take() == [act("focuser", "step", steps=100)]


def test_a_position(board: DashboardPage) -> None:
    expect(board.card("focuser")).to_contain_text("36 700")
    expect(board.field("Go to")).to_have_attribute("placeholder", "0 to 100 000")
    board.field("Go to").fill("30 000")
    board.field("Go to").press("Enter")
    assert board.take() == [act("focuser", "go", position="30 000")]
    board.patch(focuser={"light": "Busy", "words": "Moving"})
    expect(board.button("focuser", "Go")).to_be_disabled()
    board.field("Go to").press("Enter")
    assert board.take() == []


def test_a_focuser_that_knows_no_positions(board: DashboardPage) -> None:
    can = {"go": False, "step": True, "abort": False}
    board.patch(focuser={"position": None, "limits": "", "can": can})
    expect(board.field("Go to")).to_be_hidden()
    expect(board.card("focuser").get_by_role("group", name="Steps")).to_be_visible()


def test_few_filters_are_buttons(board: DashboardPage) -> None:
    filters = board.card("wheel").get_by_role("group", name="Filters")
    assert filters.locator("button").all_text_contents() == FILTERS
    assert filters.locator("[aria-pressed=true]").all_text_contents() == ["Red"]
    board.button("wheel", "Blue").click()
    assert filters.locator("[aria-pressed=true]").all_text_contents() == ["Red"]
    assert board.take() == [act("wheel", "select", slot=4)]
    board.patch(wheel={"light": "Busy", "words": "Turning"})
    expect(board.button("wheel", "Green")).to_be_disabled()
    board.patch(wheel={"light": "Ok", "slot": 4, "words": "Blue"})
    assert filters.locator("[aria-pressed=true]").all_text_contents() == ["Blue"]


def test_many_filters_are_a_list(board: DashboardPage) -> None:
    board.patch(wheel={"filters": [*FILTERS, "OIII", "SII"]})
    filters = board.field("Filter").and_(board.root.get_by_role("combobox"))
    expect(filters).to_have_value("2")
    filters.select_option("OIII")
    assert board.take() == [act("wheel", "select", slot=6)]
    expect(filters).to_have_value("2")  # until the wheel says so
    board.patch(wheel={"slot": 6})
    expect(filters).to_have_value("6")


def test_a_wheel_that_is_redefined(board: DashboardPage) -> None:
    board.patch(wheel={"filters": ["Clear"], "slot": None})
    assert board.card("wheel").locator("[aria-pressed]").all_text_contents() == ["Clear"]
    board.patch(wheel={"filters": []})
    expect(board.card("wheel")).to_contain_text("The wheel tells no filters yet")


# ---- What is not there ----


def test_what_is_missing_says_what_to_do(open_desk: Open) -> None:
    hint = "no device is a telescope; there is CCD Simulator. client.use(telescope=name)"
    board = open_desk(mount={"condition": "missing", "hint": hint})
    expect(board.card("mount")).to_contain_text("No device is a telescope")
    expect(board.card("mount").locator("input:visible")).to_have_count(0)
    expect(board.abort("mount")).to_be_hidden()
    board.patch(mount=desk()["mount"])
    expect(board.field("Target")).to_be_visible()


def test_what_is_not_connected_can_be(board: DashboardPage) -> None:
    board.patch(focuser={"condition": "disconnected"})
    expect(board.card("focuser")).to_contain_text("is not connected")
    board.button("focuser", "Connect").click()
    assert board.take() == [act("focuser", "connect")]
    board.patch(focuser={"condition": "connecting"})
    expect(board.button("focuser", "Connect")).to_be_hidden()


# ---- A link that is lost, and who may only look ----


@pytest.mark.parametrize("status", ["lost", "closed"])
def test_a_lost_link(board: DashboardPage, status: str) -> None:
    can = board.told["mount"]["can"] | {"abort": True}
    board.patch(status=status, loss="the link to localhost is lost", mount={"can": can})
    banner = board.root.locator(".indinb-banner")
    expect(banner).to_have_text("The link to localhost is lost. These are the last known values.")
    expect(board.root.locator("input:enabled, select:enabled")).to_have_count(0)
    buttons = board.root.locator("button:enabled").filter(visible=True)
    expected = ["Reconnect", ""] if status == "lost" else [""]  # and the moon
    assert buttons.all_text_contents() == expected
    expect(board.card("mount")).to_contain_text("00h 42m 44s")
    board.patch(status="connected")
    expect(banner).to_be_empty()
    expect(board.field("Target")).to_be_enabled()


def test_a_kernel_that_is_restarted(board: DashboardPage) -> None:
    can = board.told["mount"]["can"] | {"abort": True}
    progress = {"fraction": None, "detail": "12 s left"}
    note = {"text": "stuck", "level": "alert"}
    board.patch(mount={"can": can, "progress": progress, "note": note}, picture=PICTURE)
    board.take()
    board.restart()
    expect(board.root.locator(".indinb-banner")).to_have_text(
        "The kernel was restarted: run your cells again. These are the last known values."
    )
    expect(board.root.locator("input:enabled, select:enabled")).to_have_count(0)
    buttons = board.root.locator("button:enabled").filter(visible=True)
    assert buttons.all_text_contents() == [""]  # the moon
    expect(board.card("mount")).to_contain_text("Stuck")
    expect(board.card("mount")).not_to_contain_text("12 s left")
    assert board.take() == []


def test_who_may_only_look_has_no_controls(open_desk: Open) -> None:
    note = {"text": "stuck", "level": "alert"}
    board = open_desk(read_only=True, picture=PICTURE, focuser={"note": note})
    for control in ("button:not(.indinb-night)", "input", "select"):
        expect(board.root.locator(control).filter(visible=True)).to_have_count(0)
    for name, words in (("mount", "+52° 11′"), ("focuser", "36 700"), ("wheel", "Red")):  # noqa: RUF001
        expect(board.card(name)).to_contain_text(words)


# ---- Patches ----


def test_who_misses_a_patch_asks_for_the_whole_once(board: DashboardPage) -> None:
    for seq in (5, 6):
        board.deliver({"type": "patch", "seq": seq, "news": {"loss": "not this"}})
    assert board.take() == [{"type": "resync"}]
    whole = desk(focuser={"position": "7"}) | {"seq": 6}
    board.assign(desk=whole)
    expect(board.card("focuser")).to_contain_text("7")
    board.deliver({"type": "patch", "seq": 6, "news": {"status": "lost"}})  # it was in there
    board.told = whole
    board.patch(focuser={"position": "8"})
    expect(board.card("focuser")).to_contain_text("8")
    expect(board.root.locator(".indinb-banner")).to_be_empty()


def test_two_views_show_the_same(board: DashboardPage) -> None:
    board.page.evaluate("() => void widget.show('second')")
    board.patch(focuser={"position": "12 345"})
    positions = board.page.locator("[data-card=focuser] dd").all_text_contents()
    assert positions.count("12 345") == 2
    ids = board.page.locator("[id^=indinb]").evaluate_all("all => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_it_cleans_up(board: DashboardPage) -> None:
    board.page.evaluate("() => { window.cleanUp(); widget.close(); }")
    assert board.page.evaluate("widget.listening()") == 0
    expect(board.page.locator(".indinb-dashboard")).to_have_count(0)


# ---- For all people, at all widths ----


FULL: dict[str, Any] = {
    "picture": PICTURE,
    "mount": {
        "light": "Busy",
        "words": "Slewing",
        "tracking": False,
        "progress": {"fraction": 0.4, "detail": "32.1° to go"},
        "can": {"slew": True, "sync": True, "track": True, "park": True, "abort": True},
    },
    "focuser": {"note": {"text": "it goes from 0 to 100 000, in whole steps", "level": "alert"}},
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1100, 600, 320])
def test_it_can_be_used_by_all(open_desk: Open, width: int, dark: bool) -> None:
    board = open_desk(width, dark, **FULL)
    board.send_picture(1)
    assert findings(board.root) == []
    board.patch(mount={"condition": "disconnected"}, camera={"condition": "connecting"})
    assert findings(board.root) == []
    board.patch(status="lost", loss="the link is lost")
    board.patch(wheel={"condition": "missing", "hint": "no device is a filter wheel"})
    assert findings(board.root) == []


@pytest.mark.parametrize("width", [1440, 1000, 899, 600, 400, 320])
def test_everything_has_its_room(open_desk: Open, width: int) -> None:
    board = open_desk(width, **FULL)
    page = board.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert cut(board.root) == []
    lefts = {
        name: board.card(name).bounding_box()["x"]  # type: ignore[index]
        for name in ("camera", "mount", "focuser", "wheel")
    }
    side = lefts["mount"] == lefts["focuser"] == lefts["wheel"] > lefts["camera"]
    assert side if width > 920 else len(set(lefts.values())) == 1


def test_the_keyboard_is_enough(board: DashboardPage) -> None:
    page = board.page
    focus = "() => document.activeElement.ariaLabel ?? document.activeElement.textContent"
    names = "() => document.activeElement.labels?.[0]?.textContent"
    board.field("Exposure (s)").focus()
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(names) or page.evaluate(focus))
    wanted = ["Frames", "Loop", "Binning", "Type", "Expose", "Cool to", "Set", "Cooler", "Target"]
    assert seen[:9] == wanted
    assert seen[9:13] == ["Slew", "Sync", "Track", "Park"]
    page.keyboard.press("Shift+Tab")
    expect(page.locator(":focus-visible")).to_have_count(1)


def test_fingers_have_room(browser: Any) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body=PHONE, content_type="text/html"))
    board = DashboardPage(page).show(**FULL)
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    controls = board.root.locator("button, input, select").filter(visible=True)
    heights = controls.evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert len(heights) > 15
    assert min(heights) >= 40
    context.close()


PHONE = """<!doctype html><meta name="viewport" content="width=device-width">
<div id="first"></div><div id="second"></div>"""


def test_no_tooltips_and_no_keys_of_jupyter(board: DashboardPage) -> None:
    assert board.root.locator("[title]").count() == 0
    board.button("mount", "Slew").focus()
    focused = board.page.locator(":focus")
    expect(focused).to_have_attribute("data-lm-suppress-shortcuts", "true")


def test_all_colours_are_the_themes() -> None:
    style = source("dashboard.css")
    assert not re.search(r"#[0-9a-f]{3,8}\b|\b(rgb|hsl)a?\(|[:,] *(white|black|gray|red)\b", style)


@pytest.mark.parametrize("width", [1100, 360])
def test_the_night_has_no_green_and_no_blue(open_desk: Open, width: int) -> None:
    board = open_desk(width, **FULL)
    board.send_picture(1, sky())
    board.page.wait_for_function("document.querySelector('img').naturalWidth === 320")
    board.page.get_by_role("button", name="Night").click()
    board.page.evaluate("localStorage.clear()")
    check_night(board.page)
    board.picture(f"dashboard-page-{width}-night")


def test_a_lost_link_can_be_looked_for_at_once(board: DashboardPage) -> None:
    board.patch(status="lost", loss="the link is lost")
    board.page.get_by_role("button", name="Reconnect").click()
    assert board.take() == [{"type": "reconnect"}]
    board.patch(reconnects=False)
    expect(board.page.get_by_role("button", name="Reconnect")).to_be_hidden()


# ---- Words of a hostile server ----


HOSTILE = "</script><img src=x onerror=\"window.hurt='yes'\">"


def test_words_from_the_wire_are_text(open_desk: Open) -> None:
    board = open_desk(picture=PICTURE | {name: HOSTILE for name in PICTURE if name != "serial"})
    ready = {"device": HOSTILE, "words": HOSTILE, "note": {"text": HOSTILE, "level": HOSTILE}}
    ready["progress"] = {"fraction": None, "detail": HOSTILE}
    target = dict.fromkeys(("name", "place", "height"), HOSTILE)
    board.patch(
        mount=ready | {"ra": HOSTILE, "target": target},
        camera=ready | {"temperature": HOSTILE, "frame_types": [HOSTILE]},
        focuser=ready | {"position": HOSTILE, "limits": HOSTILE, "temperature": HOSTILE},
        wheel=ready | {"filters": [HOSTILE, "__proto__", "constructor"]},
        loss=HOSTILE,
        status="lost",
    )
    assert board.page.evaluate("window.hurt") is None
    assert board.root.locator("img").count() == 1
    assert board.root.locator("script").count() == 0
    for name in ("mount", "camera", "focuser", "wheel"):
        expect(board.card(name)).to_contain_text(HOSTILE)
    assert board.page.evaluate("document.documentElement.scrollWidth") <= 1100


# ---- How it looks ----


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [("light", 1100, False), ("dark", 1100, True), ("narrow", 360, True)],
)
def test_pictures_of_it(open_desk: Open, name: str, width: int, dark: bool) -> None:
    board = open_desk(width, dark, **FULL)
    board.send_picture(1)
    board.page.wait_for_function("document.querySelector('img').naturalWidth === 320")
    shot = board.picture(f"dashboard-page-{name}")
    assert colours(shot) > 200
    assert (sum(shot.getpixel((4, 4))) < 3 * 128) is dark  # type: ignore[arg-type]
    expect(board.card("mount")).to_contain_text("32.1° to go")
