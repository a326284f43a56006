"""What is drawn for the browser: colours of Bayer patterns, and where on the sky pixels are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from indinb.images.bayer import debayer
from indinb.images.region import Region
from indinb.widgets import Viewer
from indinb.widgets.imaging.drawing import grid, overview, part, words
from tests.widgets.imaging.framed import (
    ask,
    frame,
    levels_of,
    line,
    m31,
    sky,
    state,
    values_shown,
)

NewViewer = Callable[..., Viewer]


# ---- The sky ----


def directions(told: Any) -> SkyCoord:
    """Return the places of a grid, as a browser unpacks them."""
    columns, rows = told["shape"]
    vectors = np.frombuffer(told["vectors"], "<f4").reshape(rows, columns, 3)
    return SkyCoord(*np.moveaxis(vectors, -1, 0), representation_type="cartesian")


def test_the_grid_reaches_from_edge_to_edge() -> None:
    wcs = m31()
    places = directions(grid(wcs, 80, 60))
    assert places.shape == (33, 33)
    corners = [(0, 0, -0.5, -0.5), (0, -1, 79.5, -0.5), (-1, 0, -0.5, 59.5), (-1, -1, 79.5, 59.5)]
    for row, column, x, y in corners:
        expected = wcs.pixel_to_world(x, y)
        assert places[row, column].separation(expected).arcsec < 0.1


def test_between_its_points_the_sky_is_nearly_flat() -> None:
    wcs = m31(scale=2 / 3600)  # two degrees on the longer side
    vectors = directions(grid(wcs, 4096, 4096)).cartesian.xyz.value
    middle = vectors[:, :2, :2].mean((1, 2))
    found = SkyCoord(*middle, representation_type="cartesian")
    side = 4096 / 32
    expected = wcs.pixel_to_world(side / 2 - 0.5, side / 2 - 0.5)
    assert found.separation(expected).arcsec < 0.5


def test_the_grid_is_icrs_whatever_the_wcs_is() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["GLON-TAN", "GLAT-TAN"]
    wcs.wcs.crval = [121.17, -21.57]
    wcs.wcs.crpix = [1, 1]
    wcs.wcs.cdelt = [-0.001, 0.001]
    first = directions(grid(wcs, 2, 2))[0, 0]
    assert first.separation(SkyCoord("0h42m44s +41d16m")).deg < 0.02


def test_off_the_sky_there_is_nothing() -> None:
    wcs = m31(scale=1.0)
    wcs.wcs.ctype = ["RA---SIN", "DEC--SIN"]
    told = grid(wcs, 400, 400)
    vectors = np.frombuffer(told["vectors"], "<f4").reshape(33, 33, 3)  # type: ignore[index]
    assert np.isnan(vectors[-1, -1]).all()
    assert np.isfinite(vectors[1, 1]).all()


def test_without_a_wcs_there_is_no_grid(new_viewer: NewViewer) -> None:
    assert grid(None, 80, 60) is None
    viewer = new_viewer(frame(sky(), wcs=m31()))
    assert set(state(viewer)["picture"]["grid"]) == {"shape", "vectors"}
    viewer.load_image(sky())
    assert state(viewer)["picture"]["grid"] is None


# ---- Colours ----


@pytest.fixture
def mosaic() -> Any:
    """Return a Bayer mosaic of a smooth sky that is mostly red."""
    y, x = np.mgrid[:120, :160]
    colors = {"R": 3000, "G": 2000, "B": 1000}
    data = np.zeros((120, 160))
    for name, (dy, dx) in {"R": (0, 0), "G": (0, 1), "B": (1, 1)}.items():
        data[dy::2, dx::2] = colors[name]
    data[1::2, ::2] = colors["G"]
    return frame((data + x + y).astype(np.uint16), BAYERPAT="RGGB")


def test_a_mosaic_is_grey_until_somebody_asks(new_viewer: NewViewer, mosaic: Any) -> None:
    viewer = new_viewer(mosaic)
    picture = state(viewer)["picture"]
    assert (picture["bayer"], picture["planes"], picture["exact"]) == (True, 1, True)
    line(viewer).bring_state(debayer=True)
    picture = state(viewer)["picture"]
    assert (picture["serial"], picture["planes"], picture["shape"]) == (2, 3, [160, 120])
    expected = debayer(mosaic.data, "RGGB")
    np.testing.assert_allclose(values_shown(viewer), expected, rtol=0.01)
    viewer.debayer = False
    np.testing.assert_array_equal(values_shown(viewer), mosaic.data)


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
def test_a_part_has_the_colours_of_the_whole(mosaic: Any, factor: int) -> None:
    values, factors, x, y = part(mosaic, Region(33, 21, 40, 30), factor, debayer=True)
    whole = debayer(mosaic.data, "RGGB")
    assert (x % 2, y % 2, factors) == (0, 0, (factor, factor))
    assert x <= 33
    assert y <= 21
    rows, columns = (side * factor for side in values.shape[-2:])
    assert x + columns >= 33 + 40 - factor
    assert y + rows >= 21 + 30 - factor
    bins = whole[:, y : y + rows, x : x + columns].reshape(3, rows // factor, factor, -1, factor)
    inner = (..., slice(2, -2), slice(2, -2))
    np.testing.assert_allclose(values[inner], bins.mean((2, 4))[inner], atol=3)


def test_finer_pixels_of_a_mosaic_are_in_colours_too(new_viewer: NewViewer, mosaic: Any) -> None:
    viewer = new_viewer(mosaic, debayer=True)
    wish = {"x": 10, "y": 10, "width": 20, "height": 20, "factor": 1}
    tile, buffers = ask(viewer, type="need", **wish)
    red, green, blue = levels_of(tile, *buffers).values().mean((1, 2))
    assert red > green + 900 > blue + 1800


def test_the_value_is_what_the_pixel_has(new_viewer: NewViewer, mosaic: Any) -> None:
    viewer = new_viewer(mosaic, debayer=True)
    answer, _ = ask(viewer, type="value", x=5, y=4)
    assert answer["values"] == [int(mosaic.data[4, 5])]


@pytest.mark.parametrize("shape", [(1, 8), (8, 1), (3, 4, 4)])
def test_no_room_for_a_pattern(shape: Any) -> None:
    narrow = frame(np.ones(shape), BAYERPAT="RGGB")
    assert overview(narrow, debayer=True).values.shape == shape


# ---- Words ----


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ({}, "80 × 60"),  # noqa: RUF001
        ({"EXPTIME": 0.5, "IMAGETYP": "Dark"}, "80 × 60 · Dark · 0.5 s"),  # noqa: RUF001
        ({"EXPTIME": "long", "FILTER": "<b>"}, "80 × 60 · b"),  # noqa: RUF001
    ],
)
def test_words_under_the_picture(header: Any, told: str) -> None:
    assert words(frame(sky(), **header)) == told
