"""The viewer's tools: limits, stretch and colours."""

import numpy as np
import pytest
from playwright.sync_api import expect

from indinb.images.stretch import Shades
from tests.widgets.imaging.conftest import Open
from tests.widgets.imaging.viewers import ViewerPage, picture, starfield

SKY = starfield()
CUTS = Shades(480, 880, 0.25)


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
    viewer.page.wait_for_function(
        "([wanted, near]) => Math.abs(widget.saved.white - wanted) < near",
        arg=[wanted, (high - low) / 100],
    )
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
    black, white = (viewer.root.get_by_role("textbox", name=name) for name in ("Black", "White"))
    black.fill("500,5")
    black.press("Enter")
    viewer.expect_saved(black=500.5, interval="manual")
    white.fill("2e4")
    white.blur()
    viewer.expect_saved(white=20000)
    white.fill(" ")
    white.press("Enter")
    expect(white).to_have_value("20000")


@pytest.mark.parametrize(
    ("name", "typed", "reason"),
    [
        ("White", "1,500", "“1,500” may be 1500 or 1.500: write it without a comma"),
        ("White", "nan", "“nan” is not a number"),
        ("White", "50%", "“50%” is not a number"),
        ("White", "1e999", "“1e999” is not a number"),
        ("White", "480", "White must be more than black, 480"),
        ("Black", "900", "Black must be less than white, 880"),
    ],
)
def test_what_is_refused_stays_and_says_why(
    viewer: ViewerPage, name: str, typed: str, reason: str
) -> None:
    field = viewer.root.get_by_role("textbox", name=name)
    before = field.input_value()
    field.fill(typed)
    field.press("Enter")
    field.blur()
    viewer.settle()
    expect(field).to_have_value(typed)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("data-tip", reason)
    assert viewer.saved == {}
    field.press("Escape")
    expect(field).to_have_value(before)
    expect(field).to_have_attribute("aria-invalid", "false")


def test_what_is_refused_is_taken_with_the_other_limit(viewer: ViewerPage) -> None:
    black, white = (viewer.root.get_by_role("textbox", name=name) for name in ("Black", "White"))
    black.fill("10000")
    black.press("Enter")
    expect(black).to_have_attribute("aria-invalid", "true")
    white.fill("20000")
    white.press("Enter")
    viewer.expect_saved(black=10000, white=20000)
    expect(black).to_have_attribute("aria-invalid", "false")


@pytest.mark.parametrize(
    ("cuts", "black", "white"),
    [
        ((-1.23456789e-10, 9.87654321e-10), "-1.23e-10", "9.88e-10"),
        ((-123456789.0, 987654321.0), "-1.234568e8", "9.876543e8"),
        ((-0.0125, 0.5), "-0.0125", "0.5"),
    ],
)
def test_numbers_fit_their_fields(
    open_viewer: Open, cuts: tuple[float, float], black: str, white: str
) -> None:
    viewer = open_viewer(picture(SKY), cuts=cuts)
    for name, wanted in (("Black", black), ("White", white)):
        field = viewer.root.get_by_role("textbox", name=name)
        shown = field.input_value().replace("\N{MINUS SIGN}", "-")
        assert shown == wanted
        assert field.evaluate("field => field.scrollWidth <= field.clientWidth")


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
