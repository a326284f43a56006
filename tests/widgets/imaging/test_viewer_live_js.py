"""Live pictures in the viewer."""

import base64
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from indinb.images.stretch import Shades
from tests.widgets.imaging.conftest import Open
from tests.widgets.imaging.viewers import ViewerPage, colors, jpeg, picture, sky_grid, starfield
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
    expect(bar).not_to_contain_text("shown")
    for name in ("Stop", "Whole chip"):
        expect(live.button(name)).to_be_hidden()
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


# ---- A kernel that is restarted ----


@pytest.mark.parametrize("told", [LIVE, {}], ids=["live", "still"])
def test_a_kernel_that_is_restarted(open_viewer: Open, told: Json) -> None:
    viewer = open_viewer(picture(SKY, 4), cuts=CUTS, live=told)
    viewer.take()
    viewer.restart()
    line = viewer.page.locator(".indinb-live")
    expect(line).to_contain_text("The kernel was restarted: run your cells again.")
    expect(line.locator(".indinb-live-counts")).to_be_empty()
    expect(line.locator(".indinb-light")).to_have_attribute("data-state", "Idle")
    expect(line.get_by_role("button")).to_have_count(0)
    viewer.point(100, 100)
    viewer.choose("Colours", "Viridis")
    viewer.settle()
    viewer.page.wait_for_timeout(200)
    assert (viewer.take(), viewer.saved) == ([], {})
