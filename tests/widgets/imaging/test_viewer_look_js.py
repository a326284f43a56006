"""Looking around in a picture: zoom, pan, what is read out, and finer pixels."""

from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import Angle, SkyCoord
from playwright.sync_api import expect

from indinb.images.levels import levels
from indinb.images.stretch import Shades, shrink
from tests.widgets.imaging.conftest import Open
from tests.widgets.imaging.viewers import ViewerPage, markers, picture, sky_grid, starfield, wired
from tests.widgets.snapshots import Json

SKY = starfield()
CUTS = Shades(480, 900)


@pytest.fixture
def viewer(open_viewer: Open) -> ViewerPage:
    """256 x 256 pixels, each of which is two of the screen."""
    viewer = open_viewer(picture(SKY, grid=sky_grid(256, 256)), cuts=CUTS)
    viewer.square(512)
    return viewer


def view(viewer: ViewerPage) -> list[float]:
    viewer.page.wait_for_function("'view' in widget.saved")
    found: list[float] = viewer.saved["view"]
    return found


# ---- What is read out ----


def test_the_value_under_the_cursor_is_the_array_s(viewer: ViewerPage) -> None:
    for x, y in [(0, 0), (255, 255), (17, 201), (128, 3)]:
        viewer.point(2 * x + 1, 512 - 2 * y - 1.4)
        expect(viewer.read("place")).to_have_text(f"x {x}  y {y}")
        expect(viewer.read("value")).to_have_text(f"{SKY[y, x]} adu")
    assert viewer.take() == []


def test_values_of_a_picture_whose_first_row_is_the_top_one(open_viewer: Open) -> None:
    viewer = open_viewer(picture(SKY, top_down=True), cuts=CUTS)
    viewer.square(512)
    viewer.point(35, 403)
    expect(viewer.read("place")).to_have_text("x 17  y 201")
    expect(viewer.read("value")).to_have_text(f"{SKY[201, 17]} adu")


def test_the_sky_under_the_cursor(viewer: ViewerPage) -> None:
    viewer.point(2 * 200 + 1, 512 - 2 * 50 - 1)
    text = viewer.read("sky").inner_text()
    ra, dec = text.replace("\N{MINUS SIGN}", "-").split("  ")
    place = SkyCoord(Angle(ra), Angle(dec.replace("°", "d").replace("′", "m").replace("″", "s")))  # noqa: RUF001
    wanted_dec = 41.269 + (50 - 128) * 2 / 3600
    wanted_ra = 10.685 - (200 - 128) * 2 / 3600 / np.cos(np.radians(41.269))
    assert place.separation(SkyCoord(wanted_ra, wanted_dec, unit="deg")) < 0.8 * u.arcsec


def test_nothing_is_read_out_beside_the_picture(viewer: ViewerPage) -> None:
    viewer.point(100, 100)
    expect(viewer.read("place")).not_to_be_empty()
    viewer.point(100, 560)
    expect(viewer.read("place")).to_be_empty()
    viewer.assign(view=[0, 0, 256])
    viewer.point(10, 500)
    expect(viewer.read("sky")).to_be_empty()


def test_no_value(open_viewer: Open) -> None:
    data = SKY * 1.5
    data[10, 20] = np.nan
    viewer = open_viewer(picture(data), cuts=CUTS)
    viewer.square(512)
    viewer.point(41, 491)
    expect(viewer.read("value")).to_have_text("≈ no value")


def test_values_that_are_not_exact_are_asked_for(open_viewer: Open) -> None:
    viewer = open_viewer(picture(SKY / 3), cuts=CUTS)
    viewer.square(512)
    viewer.point(41, 491)
    expect(viewer.read("value")).to_contain_text("≈ ")
    asked = viewer.wait_for("value")
    assert (asked["x"], asked["y"]) == (20, 10)
    viewer.point(43, 491)
    viewer.point(61, 491)
    assert viewer.take() == []  # until there is an answer
    viewer.deliver({**asked, "serial": 1, "values": [1234.5678]})
    asked = viewer.wait_for("value")
    assert (asked["x"], asked["y"]) == (30, 10)
    viewer.deliver({**asked, "serial": 1, "values": [1234.5678]})
    expect(viewer.read("value")).to_have_text("1234.57 adu")
    viewer.settle()
    assert viewer.take() == []


def test_three_values(open_viewer: Open) -> None:
    viewer = open_viewer(picture(np.stack([SKY, SKY // 2, SKY * 2])), cuts=CUTS)
    viewer.square(512)
    viewer.point(41, 491)
    value = int(SKY[10, 20])
    expect(viewer.read("value")).to_have_text(f"{value} / {value // 2} / {value * 2} adu")


def test_the_keyboard_reads_out_pixels(viewer: ViewerPage) -> None:
    viewer.stage.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        viewer.stage.press(f"Shift+{key}")
    expect(viewer.read("place")).to_have_text("x 130  y 129")
    expect(viewer.readout.get_by_role("status")).to_contain_text(f"{SKY[129, 130]} adu")


# ---- Zoom and pan ----


def test_the_wheel_scrolls_the_page_until_the_picture_is_clicked(viewer: ViewerPage) -> None:
    viewer.page.add_style_tag(content="body { height: 3000px }")
    viewer.point(100, 100)
    viewer.page.mouse.wheel(0, 50)
    viewer.page.wait_for_function("scrollY > 0")
    assert "view" not in viewer.saved
    viewer.page.evaluate("scrollTo(0, 0)")
    viewer.point(101, 101)
    viewer.page.mouse.down()
    viewer.page.mouse.up()
    viewer.page.mouse.wheel(0, -400)
    assert 100 < view(viewer)[2] < 200
    assert viewer.page.evaluate("scrollY") == 0
    viewer.point(101, 101)
    expect(viewer.read("place")).to_have_text("x 50  y 205")  # it stays under the cursor


def test_ctrl_and_the_wheel_zoom_at_once(viewer: ViewerPage) -> None:
    viewer.point(100, 100)
    viewer.page.keyboard.down("Control")
    viewer.page.mouse.wheel(0, -200)
    viewer.page.keyboard.up("Control")
    assert view(viewer)[2] < 256


def test_what_is_read_out_follows_the_picture_under_a_mouse_that_rests(viewer: ViewerPage) -> None:
    viewer.stage.focus()
    viewer.point(200, 100)
    before = viewer.read("place").inner_text()
    viewer.stage.press("ArrowLeft")
    viewer.stage.press("+")
    expect(viewer.read("place")).not_to_have_text(before)
    after = viewer.read("place").inner_text()
    viewer.point(201, 100)
    viewer.point(200, 100)
    expect(viewer.read("place")).to_have_text(after)


def test_a_drag_pans(viewer: ViewerPage) -> None:
    viewer.assign(view=[128, 128, 64])  # 8 pixels of the screen for one
    viewer.drag((200, 200), (220, 210), (240, 160))
    viewer.expect_saved(view=[123, 123, 64])
    for _ in range(3):
        viewer.drag((10, 100), (500, 100))
    viewer.page.wait_for_function("widget.saved.view[0] === -0.5")  # it stays in sight


def test_a_double_click_shows_all(viewer: ViewerPage) -> None:
    viewer.assign(view=[128, 128, 64])
    viewer.stage.dblclick(position={"x": 100, "y": 100})
    viewer.expect_saved(view=[])


def test_keys(viewer: ViewerPage) -> None:
    viewer.stage.focus()
    viewer.stage.press("+")
    viewer.page.wait_for_function("widget.saved.view?.length")
    assert view(viewer)[2] == pytest.approx(256 / 1.5)
    viewer.stage.press("1")
    viewer.page.wait_for_function("widget.saved.view[2] === 512")
    viewer.stage.press("+")
    viewer.stage.press("ArrowRight")
    viewer.stage.press("ArrowUp")
    viewer.page.wait_for_function("Math.min(...widget.saved.view) > 127.5")
    x, y, fov = view(viewer)
    assert (x, y) == pytest.approx((127.5 + 0.1 * fov, 127.5 + 0.1 * fov))
    viewer.stage.press("0")
    viewer.expect_saved(view=[])


def test_zooming_out_ends_where_all_is_seen(viewer: ViewerPage) -> None:
    viewer.assign(view=[128, 128, 200])
    for _ in range(3):
        viewer.button("Zoom out").click()
    viewer.expect_saved(view=[])
    viewer.button("Zoom in").click()
    viewer.page.wait_for_function("widget.saved.view.length")
    viewer.button("Fit").click()
    viewer.expect_saved(view=[])


def test_python_moves_the_view(viewer: ViewerPage) -> None:
    viewer.assign(view=[40, 200, 32])
    viewer.settle()
    left, bottom = 40 - 16, 200 - 16
    wanted = SKY[bottom : bottom + 33, left : left + 33].astype(float)
    shade = np.floor(255 * np.clip((wanted - 480) / 420, 0, 1))
    # Half a pixel at each edge, since the middle of the view is the middle of a pixel.
    drawn = viewer.drawn()[::-1, :, 0][16::16, 16::16][:31, :31]
    assert np.abs(drawn.astype(int) - shade[1:32, 1:32]).max() <= 1


# ---- Finer pixels ----


@pytest.fixture
def large(open_viewer: Open) -> ViewerPage:
    viewer = open_viewer(picture(starfield(2048, 2048, 20), 4), cuts=CUTS, width=520)
    viewer.square(512)
    return viewer


def tile_for(asked: Json, data: Any, serial: int = 1) -> tuple[Json, bytes, bytes]:
    x, y, factor = asked["x"], asked["y"], asked["factor"]
    part = data[y : y + asked["height"], x : x + asked["width"]]
    part = shrink(part, max(part.shape) // factor) if factor > 1 else part
    told = wired(levels(part, CUTS))
    low, high = told.pop("low"), told.pop("high")
    told |= {"type": "tile", "id": asked["id"], "serial": serial, "x": x, "y": y}
    return told | {"factor": [factor, factor], "exact": factor == 1}, low, high


def test_all_of_a_picture_needs_nothing_finer(large: ViewerPage) -> None:
    large.page.wait_for_timeout(150)
    assert large.take() == []


def test_finer_pixels_are_asked_for_once_and_drawn(large: ViewerPage) -> None:
    data = starfield(2048, 2048, 20)
    large.assign(view=[1000, 600, 256])
    asked = large.wait_for("need")
    assert asked["factor"] == 1
    assert asked["x"] <= 1000 - 128
    assert asked["y"] + asked["height"] >= 600 + 128
    assert asked["width"] * asked["height"] < 1.2e6
    large.deliver(*(tile := tile_for(asked, data)))
    large.point(256, 256)
    expect(large.read("value")).to_have_text(f"{data[600, 1000]} adu")
    drawn = large.drawn()[::-1, :, 0][2::2, 2::2][:200, :200]
    wanted = np.floor(255 * np.clip((data[473:673, 873:1073] - 480.0) / 420, 0, 1))
    assert np.abs(drawn - wanted).max() <= 1
    large.assign(view=[1010, 600, 256])  # the margin has it
    large.page.wait_for_timeout(150)
    assert large.take() == []
    assert tile[0]["exact"]


def test_finer_pixels_of_an_older_picture_are_not_drawn(large: ViewerPage) -> None:
    large.assign(view=[1000, 600, 256])
    asked = large.wait_for("need")
    large.assign(picture=picture(np.full((2048, 2048), 700, np.uint16), 4, serial=2))
    large.deliver(*tile_for(asked, starfield(2048, 2048, 20)))
    large.point(256, 256)
    expect(large.read("value")).to_have_text("≈ 700 adu")
    assert large.wait_for("need")["id"] == asked["id"] + 1


def test_no_more_numbers_are_asked_for_than_travel_well(large: ViewerPage) -> None:
    large.assign(view=[1000, 1000, 1000])
    large.page.evaluate("Object.defineProperty(window, 'devicePixelRatio', { value: 3 })")
    large.assign(view=[1000, 1000, 1100])
    asked = large.wait_for("need")
    assert asked["factor"] == 2
    assert asked["width"] * asked["height"] / 4 < 1.2e6


def test_who_cannot_answer_is_not_asked_again(large: ViewerPage) -> None:
    large.assign(view=[1000, 600, 256])
    asked = large.wait_for("need")
    large.deliver({"type": "tile", "id": asked["id"], "serial": 1})
    large.assign(markers=[])
    large.page.wait_for_timeout(150)
    assert large.take() == []


# ---- The box and markers ----


def test_a_box_is_drawn_moved_and_resized(viewer: ViewerPage) -> None:
    viewer.button("Box").click()
    expect(viewer.button("Box")).to_have_attribute("aria-pressed", "true")
    viewer.drag((101, 101), (150, 150), (301, 201))
    expect(viewer.button("Box")).to_have_attribute("aria-pressed", "false")
    viewer.page.wait_for_function("widget.saved.box?.[2] === 101")
    x, y, width, height = viewer.saved["box"]
    assert (x, width, height) == (50, 101, 51)
    assert y == 155
    expect(viewer.root.locator(".indinb-box")).to_contain_text("50, 155   101 × 51")  # noqa: RUF001
    viewer.drag((200, 150), (210, 160), (220, 170))  # all of it
    viewer.page.wait_for_function("widget.saved.box[0] === 60")
    assert viewer.saved["box"] == [60, 145, 101, 51]
    viewer.drag((120, 120), (110, 110), (100, 100))  # its upper left corner
    viewer.page.wait_for_function("widget.saved.box[0] === 50")
    assert viewer.saved["box"] == [50, 145, 111, 61]
    viewer.stage.press("Escape")
    viewer.expect_saved(box=[])
    expect(viewer.root.locator(".indinb-box")).to_be_hidden()


def test_a_key_boxes_what_is_in_view(viewer: ViewerPage) -> None:
    viewer.stage.press("b")
    viewer.page.wait_for_function("widget.saved.box?.length === 4")
    whole = viewer.saved["box"]
    viewer.stage.press("+")
    viewer.stage.press("b")
    viewer.page.wait_for_function("whole => widget.saved.box[2] < whole[2]", arg=whole)
    x, y, width, height = viewer.saved["box"]
    assert abs(2 * x + width - whole[2]) <= 2
    assert abs(2 * y + height - whole[3]) <= 2


def test_shift_and_a_drag_draw_a_box_within_the_picture(viewer: ViewerPage) -> None:
    viewer.page.keyboard.down("Shift")
    viewer.drag((450, 40), (500, 20), (700, -50))
    viewer.page.keyboard.up("Shift")
    viewer.expect_saved(box=[225, 236, 31, 20])


MARKED = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  .data.filter((_, index) => index % 4 === 3).reduce((sum, one) => sum + (one > 0), 0)"""


READ_PLACE = """canvas => [...canvas.getContext("2d").getImageData(80, 80, 44, 44).data]"""


def test_markers(viewer: ViewerPage) -> None:
    marks = viewer.root.locator(".indinb-marks")
    assert marks.evaluate(MARKED) == 0
    drawn = set()
    for shape in ("circle", "square", "crosshair", "plus", "diamond"):
        viewer.assign(markers=[markers([50], [205], shape=shape, color="rgb(0, 255, 0)")])
        data = np.reshape(marks.evaluate(READ_PLACE), (44, 44, 4))
        drawn.add(data.tobytes())
        assert marks.evaluate(MARKED) == (data[..., 3] > 0).sum()  # nowhere else
        assert (data[data[..., 3] > 120][:, 1] > 150).any()
    assert len(drawn) == 5


def test_markers_have_words_and_end_with_the_picture(viewer: ViewerPage) -> None:
    marks = viewer.root.locator(".indinb-marks")
    viewer.assign(markers=[markers([50], [205])])
    bare = marks.evaluate(MARKED)
    viewer.assign(markers=[markers([50], [205], texts=["<b>M 31</b>"])])
    assert marks.evaluate(MARKED) > bare + 200
    viewer.assign(view=[128, 128, 600], markers=[markers([-40, 300], [128, 128])])
    assert marks.evaluate(MARKED) == 0


def test_two_fingers_zoom(viewer: ViewerPage) -> None:
    touch = viewer.page.context.new_cdp_session(viewer.page)
    box = viewer.stage.bounding_box()
    assert box is not None

    def lay(type_: str, *places: tuple[float, float]) -> None:
        points = [
            {"x": box["x"] + x, "y": box["y"] + y, "id": number}
            for number, (x, y) in enumerate(places)
        ]
        touch.send("Input.dispatchTouchEvent", {"type": type_, "touchPoints": points})

    viewer.stage.focus()
    lay("touchStart", (206, 256))
    lay("touchStart", (206, 256), (306, 256))
    lay("touchMove", (181, 256), (331, 256))
    lay("touchMove", (156, 256), (356, 256))
    lay("touchEnd")
    viewer.page.wait_for_function("Math.abs(widget.saved.view?.[2] - 128) < 1")
    assert viewer.saved["view"][:2] == pytest.approx([127.5, 127.5], abs=0.6)
