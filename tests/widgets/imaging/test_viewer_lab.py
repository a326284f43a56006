"""A person in JupyterLab looks at frames of the real sky: what is to be seen of them."""

import base64
import io
from collections.abc import Iterator

import nbformat
import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.lab import Lab, Notebook
from tests.widgets.accessibility import findings
from tests.widgets.imaging.desks import Desk, ask, opened_desk

FIELD = """\
field = look_at("NGC 869")
found = field.stars()
stars = found[(found["snr"] > 60) & ~found["saturated"]][:60]
view = viewer(field)
view.mark(stars, "stars", color="orange", size=16)
view"""
ODD = """\
holes = np.arange(1200.0).reshape(30, 40)
holes[:, 20:] = np.nan
odd = {
    "holes": holes,
    "nothing": np.full((30, 40), np.nan),
    "constant": np.full((30, 40), 7, np.uint16),
    "single": np.full((1, 1), 7, np.uint16),
    "colours": np.stack([np.full((30, 40), value, np.uint16) for value in (60, 30, 0)]),
    "complex": np.zeros((30, 40), complex),
}
odd = {name: Frame(data, unit="adu") for name, data in odd.items()}"""
DAMAGED = 'field.save("damaged.fits"); viewer(open("damaged.fits", "rb").read()[:100_000])'
HOLES, NOTHING, CONSTANT, SINGLE, COLOURS, COMPLEX, WRONG = range(6, 13)  # cells
THEME = "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
SAVE = "jupyterapp.commands.execute('docmanager:save')"
ORANGE = (255, 165, 0)


@pytest.fixture(scope="module")
def notebook(lab: Lab, lab_page: Page) -> Iterator[Notebook]:
    odd = [f"odd[{name!r}]" for name in ("holes", "nothing", "constant", "single", "colours")]
    cells = ["m31 = look_at('M31')\nm31", "m42 = look_at('M42')\nm42", FIELD, "m31", ODD]
    with opened_desk(lab, lab_page, "sights", *cells, *odd, "odd['complex']", DAMAGED) as notebook:
        yield notebook


def shown(notebook: Notebook, cell: int, name: str) -> Desk:
    return Desk(notebook, notebook.run(cell), f"viewer({name})")


def blocks(picture: NDArray[np.int_], reach: int) -> NDArray[np.float64]:
    """Return the middle without its stars and its sky, as medians of 8 by 8 pixels."""
    y, x = (length // 2 for length in picture.shape)
    middle = picture[y - reach : y + reach, x - reach : x + reach].astype(float)
    split = middle.reshape(reach // 4, 8, reach // 4, 8)
    return np.median(split, axis=(1, 3)) - np.median(picture)


# ---- Objects ----


def test_m31_is_bright_in_the_middle_and_long(notebook: Notebook) -> None:
    desk = shown(notebook, 1, "m31")
    light = blocks(desk.grey(), 96).clip(0)
    y, x = np.indices(light.shape) - (len(light) - 1) / 2
    xx, yy, xy = ((light * term).sum() / light.sum() for term in (x * x, y * y, x * y))
    short, long = np.sqrt(np.linalg.eigvalsh([[xx, xy], [xy, yy]]))
    assert 1.15 < long / short < 3
    assert light[11:13, 11:13].mean() > 60 + light[[0, -1]].mean()
    expect(desk.read("words")).to_have_text("1280 × 1024 · Light · 10 s · Luminance")  # noqa: RUF001
    assert len(np.unique(desk.take_picture("viewer_m31"))) > 100


def test_the_heart_of_m42_is_not_burnt_out(notebook: Notebook) -> None:
    desk = shown(notebook, 2, "m42")
    picture = desk.grey()
    y, x = (length // 2 for length in picture.shape)
    heart = picture[y - 10 : y + 70, x - 60 : x + 20]
    assert np.median(heart) > 40 + np.median(picture)
    assert (heart == 255).mean() < 0.01
    assert len(np.unique(desk.take_picture("viewer_m42"))) > 100


def test_stars_are_marked_where_they_are(notebook: Notebook) -> None:
    desk = shown(notebook, 3, "field")
    picture, colours = desk.grey(), desk.take_picture("viewer_stars")
    (found,) = ask(notebook, "[[list(stars['x']), list(stars['y'])]]")
    assert len(found[0]) > 20
    corner, edge = desk.stage.bounding_box(), desk.root.bounding_box()
    assert corner is not None
    assert edge is not None
    shift = np.round([corner["x"] - edge["x"], corner["y"] - edge["y"]]).astype(int)
    on_stage = desk.map()
    for column, row in zip(*found, strict=True):
        x, y = np.round(on_stage(column, row)).astype(int)
        if min(x, y) < 12 or x > picture.shape[1] - 12 or y > picture.shape[0] - 12:
            continue
        assert picture[y - 1 : y + 2, x - 1 : x + 2].max() > 100
        x, y = x + shift[0], y + shift[1]
        ring = colours[y - 10 : y + 11, x - 10 : x + 11].reshape(-1, 3)
        assert (abs(ring - ORANGE).max(axis=1) < 40).sum() > 30


# ---- The page ----


def test_a_second_cell_shows_the_same(notebook: Notebook) -> None:
    first = Desk(notebook, notebook.output(1), "viewer(m31)")
    second = shown(notebook, 4, "m31")
    assert (first.grey() == second.grey()).all()
    second.slider("Black").focus()
    notebook.page.keyboard.press("PageUp")
    second.wait_until("it.interval == 'manual'")
    second.settle()
    assert (first.grey() == second.grey()).all()
    notebook.python("viewer(m31).set_cuts('auto')")


def test_themes_and_the_night(notebook: Notebook) -> None:
    desk, page = Desk(notebook, notebook.output(2), "viewer(m42)"), notebook.page
    desk.root.hover(position={"x": 300, "y": 300})
    assert findings(desk.root) == []
    light = desk.take_picture("viewer_light")
    page.evaluate(THEME, "JupyterLab Dark")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert findings(desk.root) == []
    dark = desk.take_picture("viewer_dark")
    assert np.median(light[-90:]) > 240 > 60 > np.median(dark[-90:])
    desk.button("Night").click()
    night = desk.take_picture("viewer_night")
    assert night[..., 1:].max() == 0
    assert night[..., 0].max() > 200
    assert night[..., 0].mean() < 60
    desk.button("Night").click()
    page.evaluate(THEME, "JupyterLab Light")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "true")


def test_the_saved_notebook_has_pictures_for_pages_without_python(
    notebook: Notebook, lab: Lab
) -> None:
    notebook.page.evaluate(SAVE)
    saved = nbformat.read(lab.folder / "sights.ipynb", as_version=4)
    outputs = [saved.cells[cell].outputs[-1] for cell in (1, 2, 3)]
    for output in outputs:
        picture = PIL.Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
        assert 300 <= max(picture.size) <= 480
        assert len(picture.getcolors() or []) > 50
        assert "application/vnd.jupyter.widget-view+json" in output.data
    assert outputs[0].data["text/plain"] == "<Frame 1280x1024 uint16, 10 s Light>"
    assert outputs[2].data["text/plain"] == "<Viewer of <Frame 1280x1024 uint16, 10 s Light>>"


# ---- Odd frames ----


def test_odd_frames(notebook: Notebook) -> None:
    notebook.run(5)
    holes = shown(notebook, HOLES, "odd['holes']")
    across = holes.grey().shape[1]
    assert holes.grey()[:, across // 2 + 10 :].max() == 0 < holes.grey()[:, : across // 2].max()
    holes.point(*holes.on_stage(30, 3))
    expect(holes.read("value")).to_have_text("no value")
    shown(notebook, CONSTANT, "odd['constant']").expect_value(5, 6, 7)
    shown(notebook, SINGLE, "odd['single']").expect_value(0, 0, 7)
    colours = shown(notebook, COLOURS, "odd['colours']")
    colours.expect_value(1, 2, "60 / 30 / 0")
    red, green, blue = colours.drawn()[100, 100, :3]
    assert red > green > blue


def test_what_cannot_be_shown_is_one_clear_line(notebook: Notebook) -> None:
    for cell, words in (
        (NOTHING, "There is nothing to show: no pixel is finite"),
        (COMPLEX, "No picture of complex128: it takes real numbers"),
    ):
        expect(notebook.run(cell).locator(".indinb-stage p")).to_have_text(words)
    expect(notebook.run(WRONG)).to_contain_text("ImageError: ")


# ---- Time goes on ----


def test_a_closed_output_and_a_page_that_is_loaded_again(notebook: Notebook, lab: Lab) -> None:
    page = notebook.page
    before = Desk(notebook, notebook.output(2), "viewer(m42)").grey()
    notebook.code(1).locator(".cm-content").click()
    page.evaluate("jupyterapp.commands.execute('notebook:clear-cell-output')")
    expect(notebook.output(1).locator(".indinb-viewer")).to_have_count(0)
    assert notebook.python("print(viewer(m31).comm is not None)").strip() == "True"
    page.evaluate(SAVE)

    again = Notebook(page, lab.address, "sights.ipynb")
    desk = Desk(again, again.output(2), "viewer(m42)")
    assert (desk.grey() == before).all()
    desk.expect_value(640, 512, ask(again, "int(m42.data[512, 640])"))
