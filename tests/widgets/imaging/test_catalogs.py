"""Markers: from arrays, SkyCoords and tables to what a browser draws."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.table import MaskedColumn, Table

from indinb.errors import UnknownTarget
from indinb.widgets import Viewer
from indinb.widgets.imaging import catalogs
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
    assert (told["at"], told["texts"], told["label"]) == ([(5, 6)], ["here"], "marks")


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


@pytest.mark.parametrize("name", ["M31", " m 31", "NGC 224", "00:42:44.3 +41:16:08"])
def test_marking_a_name(viewer: Viewer, name: str) -> None:
    viewer.mark(name, texts="here")
    (told,) = marks(viewer)
    assert told["at"] == [(pytest.approx(10, abs=0.5), pytest.approx(20, abs=0.5))]
    assert told["texts"] == ["here"]


def test_of_a_name_that_nobody_knows_one_line_is_said(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> SkyCoord:
        raise UnknownTarget(f"{name!r} is not known (did you mean Vega?). It is not in the books")

    monkeypatch.setattr(catalogs, "resolve", refuse)
    with pytest.raises(ValueError, match="is not known") as caught:
        viewer.mark("Vegga")
    assert str(caught.value) == (
        "'Vegga' is not known (did you mean Vega?); "
        'places are a name like "M31", a SkyCoord, a table, or pairs of column and row'
    )
    assert caught.value.__suppress_context__


def test_each_mark_without_a_label_has_one_of_its_own(viewer: Viewer) -> None:
    viewer.mark((1, 2))
    viewer.mark((3, 4), "marks 2")
    viewer.mark((5, 6))
    assert [(one["label"], one["at"]) for one in marks(viewer)] == [
        ("marks", [(1, 2)]),
        ("marks 2", [(3, 4)]),
        ("marks 3", [(5, 6)]),
    ]
    viewer.unmark("marks")
    viewer.mark((7, 8))
    assert viewer.catalog_labels == ("marks 2", "marks 3", "marks")


def test_marks_of_one_label_replace_those_before(viewer: Viewer) -> None:
    viewer.mark((1, 2), "found")
    viewer.mark((3, 4), "found")
    assert [one["at"] for one in marks(viewer)] == [[(3, 4)]]


def test_unmarking_leaves_catalogues(viewer: Viewer) -> None:
    table = Table({"x": [1], "y": [2]})
    viewer.load_catalog(table)
    viewer.mark((1, 2))
    viewer.mark((3, 4), "found")
    viewer.load_catalog(table, catalog_label="found")  # which is a catalogue from now on
    with pytest.raises(ValueError, match="Mark label 'found' not found; loaded: 'marks'"):
        viewer.unmark("found")
    viewer.unmark()
    assert [one["label"] for one in marks(viewer)] == ["catalog", "found"]
    viewer.unmark()


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
        ([(1, 2), (3,)], {}, "places are"),
        ({"x": 1}, {}, "places are"),
        (["M31", "M33"], {}, "places are"),
        ("the Moon", {}, "'the Moon' moves"),
        ("Jupiter", {}, "give a SkyCoord"),
        ("00:42:44 +99:00:00", {}, "places are"),
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
