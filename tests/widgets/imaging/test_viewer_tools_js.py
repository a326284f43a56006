"""The viewer's tools: limits, stretch, colours, and live pictures."""

import base64
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from indinb.images.stretch import Shades
from tests.widgets.imaging.conftest import Open
from tests.widgets.imaging.viewers import (
    ViewerPage,
    colors,
    jpeg,
    picture,
    sky_grid,
    starfield,
)
from tests.widgets.snapshots import Json

SKY = starfield()
CUTS = Shades(480, 880, 0.25)
LIVE: Json = {
    "state": "running",
    "words": "2 s · Red",
    "fps": 9.84,
    "shown": 120,
    "dropped": 3,
    "message": "",
}


@pytest.fixture
def viewer(open_viewer: Open) -> ViewerPage:
    return open_viewer(picture(SKY), cuts=CUTS)


def pull(viewer: ViewerPage, name: str, distance: float) -> None:
    """Drag a handle so many pixels to the right."""
    box = viewer.slider(name).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    viewer.page.mouse.move(x, y)
    viewer.page.mouse.down()
    viewer.page.mouse.move(x + distance / 2, y)
    viewer.page.mouse.move(x + distance, y)
    viewer.page.mouse.up()


# ---- Limits ----


def test_a_limit_is_dragged(viewer: ViewerPage) -> None:
    strip = viewer.root.locator(".indinb-strip").bounding_box()
    assert strip is not None
    low, high = (
        float(viewer.slider("White").get_attribute(f"aria-value{end}") or 0)
        for end in ("min", "max")
    )
    pull(viewer, "White", -50)
    viewer.expect_saved(interval="manual")
    wanted = 880 - 50 * (high - low) / strip["width"]
    assert viewer.saved["white"] == pytest.approx(wanted, abs=(high - low) / 100)
    assert "black" not in viewer.saved
    expect(viewer.root.get_by_role("textbox", name="White")).to_have_value(
        f"{viewer.saved['white']:g}"
    )
    expect(viewer.root.get_by_role("combobox", name="Limits")).to_have_value("manual")


def test_no_limit_is_dragged_beyond_the_other(viewer: ViewerPage) -> None:
    pull(viewer, "White", -3000)
    viewer.expect_saved(interval="manual")
    assert viewer.saved["black"] < viewer.saved["white"]


def test_the_midtone_is_dragged_to_the_value_that_shall_be_grey(viewer: ViewerPage) -> None:
    pull(viewer, "Midtone", 40)
    viewer.expect_saved(interval="manual")
    assert 0.25 < viewer.saved["midtone"] < 0.5
    # Its handle stands where the stretch makes that of it.
    before = viewer.slider("Midtone").bounding_box()
    viewer.assign(stretch="asinh", parameter=0.1)
    viewer.settle()
    after = viewer.slider("Midtone").bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] < before["x"] - 30


def test_limits_move_by_keys(viewer: ViewerPage) -> None:
    black = viewer.slider("Black")
    black.press("ArrowRight")
    viewer.expect_saved(black=484, interval="manual")
    black.press("Shift+ArrowLeft")
    viewer.expect_saved(black=444.4)
    expect(black).to_have_attribute("aria-valuetext", "444.4 adu")
    viewer.slider("White").press("PageUp")
    viewer.expect_saved(white=923.6)
    viewer.slider("Midtone").press("ArrowLeft")
    viewer.expect_saved(midtone=0.24)


def test_limits_are_typed(viewer: ViewerPage) -> None:
    black = viewer.root.get_by_role("textbox", name="Black")
    black.fill("10000,5")
    black.press("Enter")
    viewer.expect_saved(black=10000.5, white=10400.5, interval="manual")
    white = viewer.root.get_by_role("textbox", name="White")
    white.fill("20000")
    white.blur()
    viewer.expect_saved(black=10000.5, white=20000)
    white.fill("much")
    white.press("Enter")
    expect(white).to_have_value("20000")


def test_what_is_typed_stays_while_limits_change(viewer: ViewerPage) -> None:
    black = viewer.root.get_by_role("textbox", name="Black")
    black.focus()
    viewer.assign(black=470.0)
    expect(black).to_have_value("470")
    black.fill("12")
    viewer.assign(black=460.0)
    viewer.settle()
    expect(black).to_have_value("12")
    black.press("Escape")
    expect(black).to_have_value("460")
    black.fill("300")
    black.press("Enter")
    viewer.expect_saved(black=300)
    viewer.assign(black=310.0)
    expect(black).to_have_value("310")


def test_all_values_are_reached_by_a_double_click(viewer: ViewerPage) -> None:
    white = viewer.slider("White")
    near = float(white.get_attribute("aria-valuemax") or 0)
    strip = viewer.root.locator(".indinb-strip")
    strip.dblclick(position={"x": 300, "y": 10})
    expect(white).to_have_attribute("aria-valuemax", f"{SKY.max() + 0.5:g}")
    strip.dblclick(position={"x": 300, "y": 10})
    expect(white).to_have_attribute("aria-valuemax", f"{near:g}")


def test_the_histogram_counts_pixels(open_viewer: Open) -> None:
    data = np.full((64, 64), 100, np.uint16)
    data[:, 32:] = 200
    viewer = open_viewer(picture(data), cuts=(90, 210))
    outline = viewer.root.locator(".indinb-strip path").get_attribute("d") or ""
    heights = [float(step.split()[1].split("H")[0]) for step in outline.split("L")[1:]]
    assert min(heights) == 4
    assert 2 <= sum(height < 90 for height in heights) <= 12  # two values, and nothing between


def test_limits_of_a_picture_that_is_the_same_all_over(open_viewer: Open) -> None:
    viewer = open_viewer(picture(np.full((8, 8), 7, np.uint16)), cuts=(7, 7))
    viewer.slider("White").press("ArrowRight")
    viewer.expect_saved(interval="manual", white=7.01)


# ---- Tools ----


def test_choices(viewer: ViewerPage) -> None:
    viewer.choose("Limits", "zscale")
    viewer.expect_saved(interval="zscale")
    viewer.choose("Stretch", "log")
    viewer.expect_saved(stretch="log", parameter=1000)
    viewer.choose("Stretch", "asinh")
    viewer.expect_saved(stretch="asinh", parameter=0.1)
    viewer.choose("Colours", "gray_r")
    viewer.expect_saved(colormap="gray_r")
    assert "black" not in viewer.saved


def test_what_python_has_chosen_is_shown(viewer: ViewerPage) -> None:
    viewer.assign(stretch="custom", colormap="twilight", interval="manual")
    for label, name in (("Stretch", "custom"), ("Colours", "twilight"), ("Limits", "manual")):
        expect(viewer.root.get_by_role("combobox", name=label)).to_have_value(name)


def test_debayer_is_there_for_cameras_that_need_it(viewer: ViewerPage) -> None:
    expect(viewer.button("Debayer")).to_be_hidden()
    viewer.assign(picture=picture(SKY, serial=2, bayer=True))
    viewer.button("Debayer").click()
    viewer.expect_saved(debayer=True)
    expect(viewer.button("Debayer")).to_have_attribute("aria-pressed", "true")


def test_no_picture_and_a_damaged_one(open_viewer: Open) -> None:
    viewer = open_viewer()
    expect(viewer.stage).to_have_text("No picture yet")
    expect(viewer.button("Fit")).to_be_disabled()
    for key in ("+", "Shift+ArrowLeft", "ArrowLeft"):
        viewer.stage.press(key)
    viewer.assign(picture={"error": "there is nothing to show: no pixel is finite"})
    expect(viewer.stage).to_have_text("There is nothing to show: no pixel is finite")
    viewer.assign(picture=picture(SKY))
    expect(viewer.stage).to_have_text("")
    viewer.assign(picture={})
    expect(viewer.stage).to_have_text("No picture yet")
    assert viewer.saved == {}


def test_words_of_the_picture(open_viewer: Open) -> None:
    viewer = open_viewer(picture(SKY, words="256 × 256 · <b>Light</b>"), cuts=CUTS)  # noqa: RUF001
    expect(viewer.read("words")).to_have_text("256 × 256 · <b>Light</b>")  # noqa: RUF001


def test_two_views_share_what_is_seen(viewer: ViewerPage) -> None:
    viewer.page.evaluate("async () => { window.second = await widget.show('second'); }")
    second = viewer.page.locator("#second")
    second.get_by_role("button", name="Zoom in", exact=True).click()
    viewer.page.wait_for_function("widget.saved.view?.length === 3")
    expect(second.get_by_role("slider", name="Black")).to_have_attribute(
        "aria-valuetext", "480 adu"
    )
    viewer.slider("Black").press("ArrowRight")
    expect(second.get_by_role("slider", name="Black")).to_have_attribute(
        "aria-valuetext", "484 adu"
    )
    viewer.page.evaluate("second(); cleanUp(); widget.close()")
    assert viewer.page.evaluate("widget.listening()") == 0
    expect(viewer.page.locator(".indinb-viewer")).to_have_count(0)


# ---- Live ----


def frame(serial: int, pixels: Any, **facts: Any) -> tuple[Json, bytes, bytes]:
    rows, columns = pixels.shape[:2]
    told: Json = {"type": "frame", "serial": serial, "size": [columns, rows], "x": 0, "y": 0}
    told |= {"width": columns, "height": rows, "top_down": False, "unit": "adu"}
    counts = np.bincount((pixels if pixels.ndim == 2 else pixels[..., 0]).ravel(), minlength=256)
    told |= {"low": 400.0, "high": 900.0, "grid": None} | facts
    return told, jpeg(pixels), counts.astype(np.uint32).tobytes()


def ramp() -> Any:
    """Black at the left and top, bright at the right and bottom."""
    y, x = np.mgrid[:200, :320]
    return ((x / 2 + y / 4) * 0.9).astype(np.uint8)


@pytest.fixture
def live(open_viewer: Open) -> ViewerPage:
    viewer = open_viewer(live=LIVE, cuts=CUTS)
    assert viewer.take() == [{"type": "seen", "serial": 0, "took_ms": 0}]
    return viewer


def show(viewer: ViewerPage, *told: Any) -> Json:
    viewer.deliver(*told)
    return viewer.wait_for("seen")


def test_a_live_picture_is_shown_and_acknowledged(live: ViewerPage) -> None:
    expect(live.stage).to_have_text("No picture yet")
    seen = show(live, *frame(7, ramp()))
    assert seen["serial"] == 7
    assert 0 < seen["took_ms"] < 5000
    drawn = live.drawn()[..., 0]
    height, width = drawn.shape
    for column, row in ((40, 40), (300, 40), (40, 190), (200, 120)):
        value = drawn[int((row + 0.5) * height / 200), int((column + 0.5) * width / 320)]
        assert abs(int(value) - int(ramp()[row, column])) < 6


def test_a_part_of_a_live_frame_is_where_it_belongs(live: ViewerPage) -> None:
    part = np.full((50, 80), 200, np.uint8)
    show(live, *frame(1, part, size=[320, 200], x=240, y=150))
    opaque = live.drawn()[..., 3] > 128
    rows, columns = np.nonzero(opaque)
    height, width = opaque.shape
    assert rows.max() < height * 0.27  # at the top: rows count from the bottom
    assert columns.min() > width * 0.73


def test_colours_of_live_pictures_that_are_grey(live: ViewerPage) -> None:
    live.assign(colors=colors("viridis"))
    live.settle()
    show(live, *frame(1, np.full((20, 20), 255, np.uint8)))
    assert tuple(live.drawn()[100, 200, :3]) == (253, 231, 36)
    show(live, *frame(2, np.full((20, 20, 3), 255, np.uint8), planes=3))
    assert tuple(live.drawn()[100, 200, :3]) == (255, 255, 255)


def test_of_frames_that_come_at_once_the_newest_is_shown(live: ViewerPage) -> None:
    script = """([frames, jpegs, counts]) => frames.forEach(
        (one, index) => widget.deliver(one, jpegs[index], counts[index]))"""
    told = [frame(serial, np.full((64, 64), 20 * serial, np.uint8)) for serial in (1, 2, 3)]
    letters = [[base64.b64encode(one[part]).decode() for one in told] for part in (1, 2)]
    live.page.evaluate(script, [[one[0] for one in told], *letters])
    live.page.wait_for_function("widget.sent.some((message) => message.serial === 3)")
    assert [message["serial"] for message in live.take()] == [1, 3]
    assert abs(int(live.drawn()[50, 200, 0]) - 60) < 3


def test_a_damaged_live_picture_keeps_the_last_one(live: ViewerPage) -> None:
    show(live, *frame(1, np.full((64, 64), 100, np.uint8)))
    told, _, counts = frame(2, ramp())
    assert show(live, told, b"no JPEG", counts)["serial"] == 2
    assert abs(int(live.drawn()[50, 200, 0]) - 100) < 3


def test_values_of_live_pictures_are_asked_for(live: ViewerPage) -> None:
    show(live, *frame(1, ramp()))
    live.point(200, 100)
    asked = live.wait_for("value")
    live.deliver({**asked, "serial": 1, "values": [812]})
    expect(live.read("value")).to_have_text("812 adu")
    show_again = frame(2, ramp())
    live.deliver(*show_again)
    expect(live.read("value")).to_have_text("≈ 812 adu")
    live.deliver({**live.wait_for("value"), "serial": 2, "values": [815]})
    expect(live.read("value")).to_have_text("815 adu")


def test_the_histogram_of_live_pictures(live: ViewerPage) -> None:
    show(live, *frame(1, ramp()))
    outline = live.root.locator(".indinb-strip path").get_attribute("d") or ""
    assert len(set(outline.split("L"))) > 50


def test_what_is_told_of_live_pictures(live: ViewerPage) -> None:
    bar = live.root.get_by_role("group", name="Live")
    expect(bar).to_contain_text("Live · 2 s · Red")
    expect(bar).to_contain_text("9.8 fps · 120 shown · 3 dropped")
    live.assign(live={**LIVE, "state": "stopped", "message": "the link is lost"})
    expect(bar).to_contain_text("Stopped")
    expect(bar.get_by_role("status")).to_have_text("the link is lost")
    expect(live.button("Stop")).to_be_disabled()
    live.assign(live={})
    expect(bar).to_be_hidden()


def test_stop_and_subframe(live: ViewerPage) -> None:
    show(live, *frame(1, ramp()))
    live.button("Whole chip").click()
    live.assign(box=[10, 20, 30, 40])
    live.button("Subframe").click()
    live.button("Stop").click()
    assert live.take() == [{"type": "subframe"}, {"type": "subframe"}, {"type": "stop"}]


def test_after_live_pictures_comes_the_frame_itself(live: ViewerPage) -> None:
    show(live, *frame(1, ramp()))
    live.assign(live={**LIVE, "state": "stopped"}, picture=picture(SKY, serial=9))
    live.page.wait_for_function("() => document.querySelector('.indinb-stage')")
    live.point(300, 100)
    expect(live.read("value")).not_to_contain_text("≈")
    assert [message for message in live.take() if message["type"] == "value"] == []


def test_a_live_picture_that_comes_late_does_not_hide_the_frame(live: ViewerPage) -> None:
    live.page.evaluate(
        """() => {
          const decode = createImageBitmap;
          window.createImageBitmap = async (blob) => {
            await new Promise((go) => { window.goOn = go; });
            return decode(blob);
          };
        }"""
    )
    live.deliver(*frame(1, ramp()))
    live.assign(live={**LIVE, "state": "stopped"}, picture=picture(SKY, serial=9))
    expect(live.stage).to_have_attribute("data-empty", "false")
    live.page.evaluate("goOn()")
    live.wait_for("seen")
    live.point(300, 100)
    expect(live.read("value")).to_have_text(re.compile(r"^\d+ adu$"))


def test_the_sky_of_a_picture_that_is_passed_over_is_kept(live: ViewerPage) -> None:
    """It comes with the first picture of a place alone."""
    grid = sky_grid(64, 64)
    told = [frame(serial, np.full((64, 64), 99, np.uint8)) for serial in (1, 2, 3)]
    del told[2][0]["grid"]
    told[1][0]["grid"] = {"shape": grid["shape"]}
    files = [[*told[0][1:]], [*told[1][1:], grid["vectors"]], [*told[2][1:]]]
    letters = [[base64.b64encode(file).decode() for file in each] for each in files]
    script = "all => all.forEach(([one, ...files]) => widget.deliver(one, ...files))"
    live.page.evaluate(script, [[one[0], *each] for one, each in zip(told, letters, strict=True)])
    live.page.wait_for_function("widget.sent.some((message) => message.serial === 3)")
    live.point(400, 250)
    expect(live.read("sky")).to_contain_text("00h 42m")


def test_bitmaps_of_live_pictures_are_let_go(live: ViewerPage) -> None:
    live.page.evaluate(
        """() => {
          window.freed = 0;
          const { close } = ImageBitmap.prototype;
          ImageBitmap.prototype.close = function () { window.freed++; close.call(this); };
        }"""
    )
    for serial in (1, 2, 3):
        show(live, *frame(serial, ramp()))
    assert live.page.evaluate("freed") == 2
    live.assign(colors=colors("viridis"))  # the one that is shown can still be painted
    live.settle()
    assert len(set(live.drawn()[100, 200, :3])) == 3


def test_a_page_that_nobody_looks_at_acknowledges_nothing(live: ViewerPage) -> None:
    live.page.evaluate("cleanUp()")
    live.deliver(*frame(1, ramp()))
    live.page.evaluate("widget.show('second')")
    assert live.wait_for("seen")["serial"] == 0
