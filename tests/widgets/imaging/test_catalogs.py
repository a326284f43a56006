"""Markers: from arrays, SkyCoords and tables to what a browser draws."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.table import MaskedColumn, Table

from indinb.widgets import Viewer
from tests.widgets.comms import Json
from tests.widgets.imaging.framed import frame, m31, sky, state

NewViewer = Callable[..., Viewer]


def marks(viewer: Viewer) -> list[Json]:
    """Return the markers that a browser draws, with their places as pairs."""
    told = [dict(one) for one in state(viewer)["markers"]]
    for one in told:
        xs, ys = (np.frombuffer(one.pop(name), "<f4") for name in ("xs", "ys"))
        one["at"] = [(round(float(x), 3), round(float(y), 3)) for x, y in zip(xs, ys, strict=True)]
    return told


@pytest.fixture
def viewer(new_viewer: NewViewer) -> Viewer:
    """Return a viewer of M 31, whose middle is at the pixel (10, 20)."""
    return new_viewer(frame(sky(), wcs=m31()))


def test_nothing_is_marked_at_first(viewer: Viewer) -> None:
    assert marks(viewer) == []
    assert viewer.catalog_labels == ()


@pytest.mark.parametrize(
    "positions",
    [
        [(1, 2), (3, 4.5)],
        np.array([[1, 2], [3, 4.5]]),
        Table({"x": [1, 3], "y": [2, 4.5]}),
        Table({"x": MaskedColumn([1, 9, 3], mask=[0, 1, 0]), "y": [2, 9, 4.5]}),
        Table({"x": [1, np.nan, 3], "y": [2, 9, 4.5], "flux": [1, 2, 3]}),
    ],
    ids=["pairs", "array", "table", "masked", "NaN"],
)
def test_marking_pixels(viewer: Viewer, positions: Any) -> None:
    viewer.mark(positions, "found", color="orange", shape="square", size=9)
    assert marks(viewer) == [
        {
            "label": "found",
            "shape": "square",
            "color": "#ffa500",
            "size": 9.0,
            "at": [(1, 2), (3, 4.5)],
            "texts": [],
        }
    ]


def test_marking_one_pixel(viewer: Viewer) -> None:
    viewer.mark((5, 6), texts="here")
    (told,) = marks(viewer)
    assert (told["at"], told["texts"], told["label"]) == ([(5, 6)], ["here"], "catalog")


@pytest.mark.parametrize("ids", ["one", "several", "table"])
def test_marking_the_sky(viewer: Viewer, ids: str) -> None:
    middle = SkyCoord(10.6847, 41.2690, unit="deg").galactic
    positions = {
        "one": middle,
        "several": SkyCoord([middle.icrs]),
        "table": Table({"coord": SkyCoord([middle.icrs])}),
    }[ids]
    viewer.mark(positions)
    (told,) = marks(viewer)
    assert told["at"] == [(10, 20)]


def test_what_is_behind_the_picture_is_not_drawn(viewer: Viewer) -> None:
    far = SkyCoord([10.6847, 190.0, 10.6847], [41.2690, -41.0, 41.27], unit="deg")
    viewer.mark(far, texts=["first", "behind", "third"])
    (told,) = marks(viewer)
    assert told["at"] == [(10, 20), (10, 21)]
    assert told["texts"] == ["first", "third"]


def test_the_sky_needs_a_wcs(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    with pytest.raises(ValueError, match="an image that has a WCS"):
        viewer.mark(SkyCoord(1, 2, unit="deg"))
    with pytest.raises(ValueError, match="an image that has a WCS"):
        new_viewer().mark(SkyCoord(1, 2, unit="deg"))
    assert viewer.catalog_labels == ()


@pytest.mark.parametrize(
    ("positions", "options", "words"),
    [
        ([1, 2, 3], {}, "places are"),
        (np.zeros((2, 2, 2)), {}, "places are"),
        ([(1, 2)], {"texts": ["a", "b"]}, "1 places take as many texts, not 2"),
        ([(1, 2)], {"color": "url(http://a)"}, "is no colour"),
        ([(1, 2)], {"shape": "star"}, "is no shape"),
        ([(1, 2)], {"size": 0}, "the size of markers"),
        ([(1, 2)], {"size": np.nan}, "the size of markers"),
    ],
)
def test_what_cannot_be_marked(viewer: Viewer, positions: Any, options: Json, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        viewer.mark(positions, **options)
    assert viewer.catalog_labels == ()


def test_texts_are_sent_as_they_are(viewer: Viewer) -> None:
    viewer.mark([(1, 2), (3, 4)], texts=["<b>$x$</b>", 7])
    assert marks(viewer)[0]["texts"] == ["<b>$x$</b>", "7"]


def test_markers_on_the_sky_follow_it(new_viewer: NewViewer, viewer: Viewer) -> None:
    middle = SkyCoord([10.6847], [41.2690], unit="deg")
    viewer.load_catalog(Table({"coord": middle}), use_skycoord=True, catalog_label="sky")
    viewer.load_catalog(Table({"coord": middle}), catalog_label="pixels")
    shifted = m31()
    shifted.wcs.crpix = [31, 41]
    viewer.load_image(frame(sky(), wcs=shifted), "other")
    assert [(one["label"], one["at"]) for one in marks(viewer)] == [
        ("sky", [(30, 40)]),
        ("pixels", [(10, 20)]),
    ]


def test_marks_on_the_sky_wait_for_an_image(new_viewer: NewViewer) -> None:
    viewer = new_viewer()
    table = Table({"coord": SkyCoord([10.6847], [41.2690], unit="deg")})
    viewer.load_catalog(table, use_skycoord=True)
    assert marks(viewer)[0]["at"] == []
    viewer.load_image(frame(sky(), wcs=m31()))
    assert marks(viewer)[0]["at"] == [(10, 20)]


def test_a_style_is_seen_at_once(viewer: Viewer) -> None:
    viewer.mark([(1, 2)], "found")
    viewer.set_catalog_style("found", shape="plus", color="#00FF0080", size=3, alpha=0.5)
    (told,) = marks(viewer)
    assert (told["shape"], told["color"], told["size"]) == ("plus", "#00ff0080", 3)
    assert "alpha" not in told
    with pytest.raises(ValueError, match="is no colour"):
        viewer.set_catalog_style("found", color="none of these")
    assert viewer.get_catalog_style()["shape"] == "plus"


def test_a_style_may_be_a_part(viewer: Viewer) -> None:
    viewer.load_catalog(Table({"x": [1], "y": [2]}), catalog_style={"color": "blue"})
    style = viewer.get_catalog_style()
    assert (style["shape"], style["color"]) == ("circle", "blue")
    viewer.load_catalog(Table({"x": [3], "y": [4]}))
    assert viewer.get_catalog_style() == style  # as that label looked before


def test_what_is_removed_is_not_drawn(viewer: Viewer) -> None:
    viewer.mark([(1, 2)], "one")
    viewer.mark([(3, 4)], "two")
    viewer.remove_catalog("one")
    assert [one["label"] for one in marks(viewer)] == ["two"]
    viewer.remove_catalog("*")
    assert marks(viewer) == []


def test_a_column_named_like_a_position_gives_way(viewer: Viewer) -> None:
    table = Table({"x": ["far", "near"], "col": [1.0, 2.0], "row": [3.0, 4.0], "flux": [5, 6]})
    viewer.load_catalog(table, x_colname="col", y_colname="row")
    assert marks(viewer)[0]["at"] == [(1, 3), (2, 4)]
    found = viewer.get_catalog(x_colname="flux", y_colname="row")
    assert list(found["flux"]) == [1, 2]
    assert list(found["row"]) == [3, 4]
    assert table.colnames == ["x", "col", "row", "flux"]


def test_many_stars_are_one_small_message(viewer: Viewer) -> None:
    places = np.random.default_rng(0).uniform(0, 60, (5000, 2))
    viewer.mark(places)
    told = state(viewer)["markers"]
    assert len(told[0]["xs"]) == len(told[0]["ys"]) == 20_000
