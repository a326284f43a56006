"""A person in JupyterLab works with a frame, by hand and in Python."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy import visualization as vis
from astropy.coordinates import SkyCoord
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from indinb.images.frame import Frame
from indinb.images.stretch import Shades
from tests.lab import Lab, Notebook
from tests.widgets.imaging.desks import Desk, ask, copied, opened_desk, wait_for_python
from tests.widgets.imaging.viewers import expected

SHOW = "frame = look_at('M31')\nview = viewer(frame)\nframe"
EXPOSE = "part = camera.expose(10, subframe=view.subframe)\npart"
FLAGS = """\
corner = np.zeros((30, 40), np.uint16)
corner[:10, :10] = 1000
bottom_up = Frame(corner, unit="adu")
top_down = Frame(corner, unit="adu", header={"ROWORDER": "TOP-DOWN"})
bottom_up"""
MOSAIC = """\
red = np.zeros((60, 80), np.uint16)
red[::2, ::2] = 1000
red[:2] = 0
mosaic = Frame(red, unit="adu", header={"BAYERPAT": "RGGB", "ROWORDER": "TOP-DOWN"})
mosaic"""
SHOWN, BUSY, EXPOSED, BOTTOM_UP, TOP_DOWN, COLOURS = range(1, 7)  # cells
PLAIN = {0x2212: "-", 0x2032: "m", 0x2033: "s"}  # minus, minutes and seconds, as astropy reads
LINEAR = vis.LinearStretch()


@pytest.fixture(scope="module")
def notebook(lab: Lab, lab_page: Page) -> Iterator[Notebook]:
    cells = [SHOW, "time.sleep(1.5)", EXPOSE, FLAGS, "top_down", MOSAIC]
    with opened_desk(lab, lab_page, "hands", *cells) as notebook:
        notebook.run(SHOWN)
        yield notebook


@pytest.fixture(scope="module")
def frame(notebook: Notebook, lab: Lab) -> Frame:
    return copied(notebook, lab, "frame")


@pytest.fixture
def desk(notebook: Notebook) -> Desk:
    """The viewer of M31 as it is at first."""
    notebook.python(
        "view.set_cuts('auto'); view.set_stretch('linear'); view.set_colormap('gray');"
        "view.view = view.box = []"
    )
    return Desk(notebook, notebook.output(SHOWN), "view")


def wheel(desk: Desk, x: float, y: float, turned: float) -> None:
    """Zoom by the wheel, as is possible after a click."""
    desk.stage.focus()
    desk.point(x, y)
    before = desk.get("view")
    desk.page.mouse.wheel(0, turned)
    desk.wait_until(f"it.view != {before[0]}")
    desk.settle()


def shades(desk: Desk) -> Shades:
    return Shades(*desk.get("black", "white", "midtone"))


def wait_for_picture(desk: Desk, is_good: Callable[[NDArray[np.int_]], Any]) -> None:
    """Wait until the picture is as it should be."""
    for _ in range(200):
        if is_good(desk.drawn()[..., :3].astype(int)):
            return
        desk.page.wait_for_timeout(20)
    raise AssertionError("the picture does not become what it should be")


def wait_until_exact(desk: Desk, frame: Frame) -> None:
    """Wait until one to one, all that is seen are pixels of the frame, but for one count."""
    wanted = expected(desk.part(frame.data), shades(desk), LINEAR)[..., np.newaxis]
    wait_for_picture(desk, lambda picture: abs(picture - wanted).max() <= 1)


# ---- What is told ----


def test_values_under_the_cursor(desk: Desk, frame: Frame) -> None:
    assert desk.get("picture['factor']") == [[2, 2]]
    for column, row in ((3, 2), (640, 512), (1001, 77)):
        desk.expect_value(column, row, frame.data[row, column])
    wheel(desk, 300, 200, -600)
    for column, row in ((480, 330), (491, 301)):
        desk.expect_value(column, row, frame.data[row, column])
    ((x, _, _),), scale = desk.get("view"), desk.on_stage(1, 0)[0] - desk.on_stage(0, 0)[0]
    desk.drag((300, 300), (320, 310), (380, 240))
    desk.wait_until(f"abs(it.view[0] - {x - 80 / scale}) < 0.01")
    desk.expect_value(400, 350, frame.data[350, 400])


def test_places_on_the_sky(desk: Desk, frame: Frame) -> None:
    on_stage, columns, rows = desk.map(), [3, 640, 1001, 1270], [5, 512, 77, 1000]
    wanted = SkyCoord(
        ask(desk.notebook, f"frame.wcs.pixel_to_world({columns}, {rows}).icrs.to_string()"),
        unit="deg",
    )
    for column, row, sky in zip(columns, rows, wanted, strict=True):
        desk.point(*on_stage(column, row))
        expect(desk.read("place")).to_have_text(f"x {column}  y {row}")
        words = desk.read("sky").inner_text().translate(PLAIN)
        told = SkyCoord(words)
        assert abs(told.ra - sky.ra) < 0.75 * u.arcsec + 0.5 * u.arcsec  # digits, and the grid
        assert abs(told.dec - sky.dec) < 0.5 * u.arcsec + 0.5 * u.arcsec


# ---- What is in view ----


def test_the_wheel_holds_what_is_pointed_at(desk: Desk) -> None:
    place = desk.map()(900, 200)
    for turned in (-300, -300, 400):
        wheel(desk, *place, turned)
        assert desk.on_stage(900, 200) == pytest.approx(place, abs=2)  # mice know whole pixels


def test_the_wheel_elsewhere_scrolls_the_notebook(desk: Desk) -> None:
    before = desk.grey()
    desk.notebook.code(SHOWN).locator(".cm-content").click()
    desk.point(300, 300)
    box = desk.stage.bounding_box()
    assert box is not None
    desk.page.mouse.wheel(0, 60)
    desk.page.wait_for_function(
        "([stage, y]) => stage.getBoundingClientRect().y !== y",
        arg=[desk.stage.element_handle(), box["y"]],
    )
    desk.settle()
    assert (desk.grey() == before).all()


def test_keys(desk: Desk) -> None:
    press = desk.page.keyboard.press
    desk.stage.focus()
    fitting = desk.on_stage(1, 0)[0] - desk.on_stage(0, 0)[0]
    for key, scale in (("+", 1.5), ("+", 2.25), ("-", 1.5), ("1", 1 / fitting), ("0", 1)):
        (before,) = desk.get("view")
        press(key)
        desk.wait_until(f"it.view != {before}")
        left, right = desk.on_stage(0, 0), desk.on_stage(1, 0)
        assert right[0] - left[0] == pytest.approx(scale * fitting)
    press("+")
    press("ArrowRight")
    desk.wait_until("it.view and it.view[0] > 645")


def test_one_to_one_each_pixel_is_that_of_the_frame(desk: Desk, frame: Frame) -> None:
    desk.button("One to one").click()
    desk.wait_until("it.view != []")
    wait_until_exact(desk, frame)


def test_a_busy_kernel_keeps_nobody_from_zooming(desk: Desk, frame: Frame) -> None:
    before, seen = desk.grey(), len(desk.notebook.received)
    desk.notebook.start(BUSY)
    desk.uncover()
    desk.button("One to one").click()
    desk.settle()
    blurred = desk.grey()
    assert abs(blurred - before).mean() > 5
    assert blurred.std() > 10
    desk.notebook.wait(BUSY)
    wait_until_exact(desk, frame)
    assert len(desk.notebook.received) > seen
    assert desk.page.locator(".jp-RenderedText[data-mime-type*=error]").count() == 0


# ---- How it is shown ----


def test_the_handle_of_black(desk: Desk) -> None:
    before, (was,) = desk.grey(), desk.get("black")
    box = desk.slider("Black").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    desk.page.mouse.move(x, y)
    desk.page.mouse.down()
    desk.page.mouse.move(x + 30, y, steps=3)
    desk.page.mouse.up()
    desk.wait_until(f"it.black > {was} and type(it.get_cuts()).__name__ == 'ManualInterval'")
    wait_for_picture(desk, lambda picture: picture.mean() < before.mean() - 5)


def test_a_limit_that_is_typed(desk: Desk) -> None:
    before = desk.grey()
    field = desk.root.get_by_role("textbox", name="White")
    field.fill("1200")
    field.press("Enter")
    desk.wait_until("it.interval == 'manual' and it.get_cuts().vmax == 1200")
    wait_for_picture(desk, lambda picture: picture.mean() > before.mean() + 5)


def test_menus(desk: Desk) -> None:
    for label, name, told in (
        ("Limits", "zscale", "type(it.get_cuts()).__name__ == 'ZScaleInterval'"),
        ("Stretch", "asinh", "type(it.get_stretch()).__name__ == 'AsinhStretch'"),
        ("Colours", "viridis", "it.get_colormap() == 'viridis'"),
    ):
        before = desk.grey()[..., np.newaxis]
        desk.choose(label, name)
        desk.wait_until(told)
        wait_for_picture(desk, lambda picture, before=before: (picture != before).mean() > 0.5)
    assert np.ptp(desk.drawn()[..., :3].astype(int), axis=2).mean() > 30


def test_python_changes_the_page(desk: Desk, frame: Frame) -> None:
    desk.notebook.python("view.set_viewport((500, 400), 300); view.set_cuts((900, 1500))")
    fields = {name: desk.root.get_by_role("textbox", name=name) for name in ("Black", "White")}
    expect(fields["Black"]).to_have_value("900")
    expect(fields["White"]).to_have_value("1500")
    middle = [length / 2 for length in desk.grey().shape[::-1]]
    assert desk.on_stage(500, 400) == pytest.approx(middle)
    desk.expect_value(500, 400, frame.data[400, 500])
    before = desk.grey()
    desk.notebook.python("view.set_stretch('squared')")
    expect(desk.root.get_by_role("combobox", name="Stretch")).to_have_value("squared")
    wait_for_picture(desk, lambda picture: picture.mean() < before.mean() - 5)


# ---- A part of the sky ----


def test_a_box_is_the_next_subframe(desk: Desk, notebook: Notebook, lab: Lab) -> None:
    desk.button("Box").click()
    place = desk.map()
    desk.drag(place(600, 480), place(650, 500), place(839, 639))
    expect(desk.root.locator(".indinb-box-words")).to_have_text(re.compile(r"240 × 160"))  # noqa: RUF001
    desk.wait_until("it.region and tuple(it.region) == (600, 480, 240, 160)")
    output = notebook.run(EXPOSED)
    part = copied(notebook, lab, "part")
    assert part.shape == (160, 240)
    whole = copied(notebook, lab, "frame")
    same = np.corrcoef(part.data.ravel(), whole.data[480:640, 600:840].ravel())[0, 1]
    other = np.corrcoef(part.data.ravel(), whole.data[480:640, 603:843].ravel())[0, 1]
    assert same > 0.8
    assert same > other + 0.2
    Desk(notebook, output, "viewer(part)").expect_value(12, 34, part.data[34, 12])


# ---- Which way up, and colours ----


def test_frames_are_the_right_way_up(notebook: Notebook) -> None:
    for cell, name, at_top in ((BOTTOM_UP, "bottom_up", False), (TOP_DOWN, "top_down", True)):
        desk = Desk(notebook, notebook.run(cell), f"viewer({name})")
        picture = desk.grey()
        corners = {True: picture[20:40, 20:40].mean(), False: picture[-40:-20, 20:40].mean()}
        assert corners[at_top] > 200 > 60 > corners[not at_top]
        desk.expect_value(5, 5, 1000)


def test_colours_of_a_mosaic(notebook: Notebook) -> None:
    desk = Desk(notebook, notebook.run(COLOURS), "viewer(mosaic)")
    assert (np.ptp(desk.drawn()[..., :3], axis=2) == 0).all()
    desk.button("Debayer").click()
    wait_for_python(notebook, "viewer(mosaic).picture['planes'] == 3")
    expect(desk.root.get_by_role("combobox", name="Colours")).to_be_hidden()
    wait_for_picture(
        desk, lambda picture: picture[300, 400, 0] > 200 > 60 > picture[300, 400, 1:].max()
    )
