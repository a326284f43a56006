"""Shades in the browser are those of astropy, pixel by pixel, and stand where they belong."""

from typing import Any

import numpy as np
import pytest
from astropy import visualization as vis
from numpy.typing import NDArray
from playwright.sync_api import expect

from indinb.images.levels import levels
from indinb.images.stretch import Shades, shades, shrink
from tests.widgets.imaging.conftest import Open
from tests.widgets.imaging.viewers import ViewerPage, colors, expected, picture, starfield, wired

STRETCHES: list[tuple[str, float, Any]] = [
    ("linear", 0, vis.LinearStretch()),
    ("sqrt", 0, vis.SqrtStretch()),
    ("squared", 0, vis.SquaredStretch()),
    ("asinh", 0.1, vis.AsinhStretch(0.1)),
    ("asinh", 0.004, vis.AsinhStretch(0.004)),
    ("log", 1000, vis.LogStretch(1000)),
    ("log", 20, vis.LogStretch(20)),
    ("power", 0.3, vis.PowerStretch(0.3)),
]
CUTS = [
    Shades(480, 1500),
    Shades(0, 65535, 0.02),
    Shades(510, 530, 0.7),
    Shades(500, 500),
    Shades(-300.5, 1e6, 0.001),
]
SKY = starfield()


def shown(viewer: ViewerPage, **traits: Any) -> NDArray[Any]:
    """Return what is drawn as soon as traits are other ones, the top row first."""
    viewer.assign(**traits)
    viewer.settle()
    return viewer.drawn()


def upright(data: NDArray[Any]) -> NDArray[Any]:
    """The rows of a FITS image from the top, planes last."""
    flipped = data[..., ::-1, :]
    return flipped if flipped.ndim == 2 else np.moveaxis(flipped, 0, -1)


def check_gray(drawn: NDArray[Any], wanted: NDArray[Any]) -> None:
    assert drawn.shape == (*wanted.shape, 4)
    assert np.abs(drawn[..., 0].astype(int) - wanted).max() <= 1
    assert (drawn[..., 1] == drawn[..., 0]).all()
    assert (drawn[..., 2] == drawn[..., 0]).all()
    assert (drawn[..., 3] == 255).all()


@pytest.fixture
def small(open_viewer: Open) -> ViewerPage:
    viewer = open_viewer(picture(SKY))
    viewer.square(256)
    return viewer


def test_every_stretch_equals_astropy_to_one_count(small: ViewerPage) -> None:
    for turn, (name, parameter, stretch) in enumerate(STRETCHES):
        for cuts in (CUTS[0], CUTS[1 + turn % 4], CUTS[1 + (turn + 1) % 4]):
            settings = {**cuts._asdict(), "stretch": name, "parameter": parameter}
            drawn = shown(small, **settings)
            check_gray(drawn, upright(expected(SKY, cuts, stretch)))


def test_a_stretch_that_has_no_name(small: ViewerPage) -> None:
    stretch = vis.PowerDistStretch(200)
    curve = stretch((np.arange(1024) / 1023) ** 4).astype(np.float32).tobytes()
    cuts = Shades(450, 3000, 0.4)
    drawn = shown(small, **cuts._asdict(), stretch="custom", curve=curve)
    check_gray(drawn, upright(expected(SKY, cuts, stretch)))


def test_a_colour_map(small: ViewerPage) -> None:
    cuts = Shades(480, 900)
    drawn = shown(small, **cuts._asdict(), colormap="viridis", colors=colors("viridis"))
    table = np.frombuffer(colors("viridis"), np.uint8).reshape(256, 3)
    wanted = table[upright(expected(SKY, cuts, vis.LinearStretch()))]
    assert np.abs(drawn[..., :3].astype(int) - wanted).max() <= 2  # a count of the shade


def test_floats_and_pixels_without_a_value(open_viewer: Open) -> None:
    data = SKY / 7 - 50
    data[40:60, 100:180] = np.nan
    data[0, 0] = np.inf
    cuts = shades(data, "auto")
    viewer = open_viewer(picture(data) | wired(levels(data, cuts)), cuts=cuts)
    viewer.square(256)
    told = levels(data, cuts).values()
    drawn = viewer.drawn()
    check_gray(drawn, upright(expected(told, cuts, vis.LinearStretch())))
    assert (drawn[::-1][40:60, 100:180, 0] == 0).all()
    # Of the true values, 16 bits leave less than the eye sees.
    true = upright(expected(np.where(np.isfinite(data), data, 0), cuts, vis.LinearStretch()))
    assert np.abs(drawn[..., 0].astype(int) - true).max() <= 2


def test_three_planes(open_viewer: Open) -> None:
    data = np.stack([SKY, SKY // 2, SKY * 2])
    cuts = Shades(200, 1200, 0.3)
    viewer = open_viewer(picture(data), cuts=cuts, colors=colors("viridis"), stretch="asinh")
    viewer.square(256)
    wanted = upright(expected(data, cuts, vis.AsinhStretch(0.1)))
    assert np.abs(viewer.drawn()[..., :3].astype(int) - wanted).max() <= 1


def test_signed_integers(open_viewer: Open) -> None:
    data = SKY.astype(np.int16) - 700
    cuts = Shades(-250, 400)
    viewer = open_viewer(picture(data), cuts=cuts)
    viewer.square(256)
    check_gray(viewer.drawn(), upright(expected(data, cuts, vis.LinearStretch())))


def test_top_down(open_viewer: Open) -> None:
    viewer = open_viewer(picture(SKY, top_down=True), cuts=CUTS[0])
    viewer.square(256)
    check_gray(viewer.drawn(), expected(SKY, CUTS[0], vis.LinearStretch()))


def test_pixels_are_squares_where_they_are_large(open_viewer: Open) -> None:
    data = np.arange(64, dtype=np.uint16).reshape(8, 8)
    viewer = open_viewer(picture(data), cuts=(0, 63))
    viewer.square(256)
    wanted = upright(expected(data, Shades(0, 63), vis.LinearStretch()))
    check_gray(viewer.drawn(), np.kron(wanted, np.ones((32, 32), int)))


def test_bins_are_where_their_pixels_are(open_viewer: Open) -> None:
    data = starfield(512, 512, seed=3)
    viewer = open_viewer(picture(data, 2), cuts=(480, 900))
    viewer.square(256)
    means = shrink(data, 256)
    wanted = upright(expected(means, Shades(480, 900), vis.LinearStretch()))
    assert np.abs(viewer.drawn()[..., 0].astype(int) - wanted).max() <= 2


def test_odd_shapes(open_viewer: Open) -> None:
    viewer = open_viewer(picture(np.full((1, 1), 700, np.uint16)), cuts=(0, 1400))
    for serial, shape in enumerate([(1, 1), (2, 3000), (300, 2)]):
        facts = {"serial": serial, "words": str(shape)}
        viewer.assign(picture=picture(np.full(shape, 700, np.uint16), **facts))
        expect(viewer.read("words")).to_have_text(str(shape))
        drawn = viewer.drawn()
        seen = drawn[drawn[..., 3] > 100][:, 0]
        assert seen.size
        assert np.abs(seen.astype(int) - 127).max() <= 2


def test_screens_with_more_pixels(open_viewer: Open) -> None:
    """A frame's pixel is one of the screen's, of which two make a CSS pixel."""
    viewer = open_viewer(picture(SKY), cuts=CUTS[0])
    viewer.page.evaluate("Object.defineProperty(window, 'devicePixelRatio', { value: 2 })")
    size = "width: 128px; height: 128px; aspect-ratio: auto"
    viewer.page.add_style_tag(content=f".indinb-viewer .indinb-stage {{ {size} }}")
    viewer.page.wait_for_function("() => document.querySelector('.indinb-image').width === 256")
    check_gray(viewer.drawn(), upright(expected(SKY, CUTS[0], vis.LinearStretch())))
