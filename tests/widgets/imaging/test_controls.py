"""The viewer's controls, from both sides."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import traitlets
from astropy import visualization as vis

from indinb.errors import ImageError
from indinb.images.stretch import auto_shades, shades
from indinb.widgets import Viewer
from tests.widgets.imaging.framed import HUGE, cut, frame, line, sky, state

NewViewer = Callable[..., Viewer]


@pytest.mark.parametrize("name", ["zscale", "percentile", "minmax", "auto"])
def test_a_browser_chooses_an_interval_by_name(new_viewer: NewViewer, name: str) -> None:
    data = sky()
    viewer = new_viewer(frame(data))
    viewer.set_cuts((5, 10))
    line(viewer).bring_state(interval=name)
    expected = shades(data, name)
    assert (viewer.black, viewer.white, viewer.midtone) == pytest.approx(expected)
    known = state(viewer)
    assert (known["black"], known["white"]) == (viewer.black, viewer.white)
    assert not isinstance(viewer.get_cuts(), vis.ManualInterval)


def test_a_dragged_limit_is_kept_as_it_is(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    white = viewer.white
    line(viewer).bring_state(black=990.0, interval="manual")
    assert (viewer.black, viewer.white, viewer.interval) == (990.0, white, "manual")
    assert viewer.get_cuts().get_limits(0) == (990.0, white)


def test_all_dragged_limits_are_taken_at_once(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    line(viewer).bring_state(black=1.0, white=2.0, midtone=0.25, interval="manual")
    viewer.load_image(sky(seed=2))
    assert (viewer.black, viewer.white, viewer.midtone) == (1.0, 2.0, 0.25)


def test_a_limit_set_by_a_program_is_manual(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    viewer.black = 900
    assert state(viewer)["interval"] == "manual"


def test_the_midtone_of_auto_follows_the_stretch(new_viewer: NewViewer) -> None:
    data = sky()
    viewer = new_viewer(frame(data))
    line(viewer).bring_state(stretch="asinh")
    assert viewer.parameter == 0.1
    assert viewer.midtone == pytest.approx(auto_shades(data, "asinh").midtone)
    assert state(viewer)["midtone"] == viewer.midtone


def test_a_parameter_comes_with_its_stretch(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    line(viewer).bring_state(stretch="log", parameter=50.0)
    stretch = viewer.get_stretch()
    assert isinstance(stretch, vis.LogStretch)
    assert (stretch.a, viewer.parameter) == (50.0, 50.0)
    line(viewer).bring_state(stretch="sqrt")
    assert isinstance(viewer.get_stretch(), vis.SqrtStretch)


def test_an_impossible_parameter_is_the_usual_one(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    line(viewer).bring_state(stretch="power", parameter=-1.0)
    assert state(viewer)["parameter"] == viewer.parameter == 2.0


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("linear", vis.LinearStretch),
        ("sqrt", vis.SqrtStretch),
        ("squared", vis.SquaredStretch),
        ("asinh", vis.AsinhStretch),
        ("log", vis.LogStretch),
        ("power", vis.PowerStretch),
    ],
)
def test_stretches_by_name(new_viewer: NewViewer, name: str, kind: type) -> None:
    viewer = new_viewer(frame(sky()))
    viewer.set_stretch(name)
    assert type(viewer.get_stretch()) is kind
    assert state(viewer)["stretch"] == name
    assert viewer.curve == b""
    viewer.set_stretch(kind(2) if name == "power" else kind())
    assert viewer.stretch == name


def test_other_stretches_are_sent_as_a_curve(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    stretch = vis.SinhStretch()
    viewer.set_stretch(stretch)
    known = state(viewer)
    curve = np.frombuffer(known["curve"], "<f4")
    assert (known["stretch"], len(curve)) == ("custom", 1024)
    places = (np.arange(1024) / 1023) ** 4
    np.testing.assert_allclose(curve, stretch(places), atol=1e-6)
    assert viewer.get_stretch() is stretch


def test_other_intervals_are_kept_until_a_limit_moves(new_viewer: NewViewer) -> None:
    data = sky()
    viewer = new_viewer(frame(data))
    interval = vis.AsymmetricPercentileInterval(10, 90)
    viewer.set_cuts(interval)
    assert (viewer.black, viewer.white) == pytest.approx(interval.get_limits(data))
    assert (viewer.interval, viewer.get_cuts()) == ("manual", interval)
    viewer.white += 1
    assert isinstance(viewer.get_cuts(), vis.ManualInterval)


@pytest.mark.parametrize("cuts", ["auto", "zscale", "percentile", "minmax"])
def test_cuts_by_name(new_viewer: NewViewer, cuts: str) -> None:
    data = sky()
    viewer = new_viewer(frame(data))
    viewer.set_cuts((1, 2))
    viewer.set_cuts(cuts)
    assert state(viewer)["interval"] == cuts
    assert viewer.get_cuts().get_limits(data) == pytest.approx((viewer.black, viewer.white))


@pytest.mark.parametrize("cuts", [(2, 1), (np.nan, 5), (0, np.inf)])
def test_cuts_without_anything_between_change_nothing(new_viewer: NewViewer, cuts: Any) -> None:
    viewer = new_viewer(frame(sky()))
    before = viewer.black, viewer.white
    with pytest.raises(ImageError):
        viewer.set_cuts(cuts)
    assert (viewer.black, viewer.white, viewer.interval) == (*before, "auto")


def test_colours_are_a_table(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    line(viewer).bring_state(colormap="viridis")
    colors = state(viewer)["colors"]
    assert (len(colors), list(colors[:3]), list(colors[-3:])) == (768, [68, 1, 84], [253, 231, 36])
    assert viewer.get_colormap() == "viridis"
    viewer.set_colormap("gray")
    assert state(viewer)["colors"] == b""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("black", float("inf")),
        ("parameter", "5"),
        ("midtone", 0),
        ("midtone", 1.5),
        ("stretch", "none"),
        ("colormap", "no such map"),
        ("view", [1, 2]),
        ("view", [0, 0, -5]),
        ("view", [0, 0, 1e99]),
        ("view", [None, 0, 5]),
        ("box", [0, 0, 5]),
        ("box", [500, 0, 5, 5]),
        ("box", ["0", 0, 5, 5]),
        ("box", [0, 0, HUGE, 5]),
        ("view", [0, 0, HUGE]),
        ("black", HUGE),
        ("debayer", "yes"),
        ("picture", {"error": "from outside"}),
        ("markers", [{}]),
        ("no_such", 1),
    ],
    ids=cut,
)
def test_what_makes_no_sense_is_not_taken(new_viewer: NewViewer, name: str, value: Any) -> None:
    viewer = new_viewer(frame(sky()))
    before = getattr(viewer, name, None)
    line(viewer).states.clear()
    line(viewer).bring_state(**{name: value}, white=20000.0)
    assert getattr(viewer, name, None) == before
    assert viewer.white == 20000.0  # the rest is taken
    if name in ("black", "view", "box", "midtone"):
        assert any(name in news for news in line(viewer).states)  # the browser is put right


def test_an_unknown_interval_is_not_taken(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    line(viewer).bring_state(interval="best")
    assert viewer.interval == "auto"


@pytest.mark.parametrize(
    ("name", "value"),
    [("midtone", 2), ("view", [1]), ("box", [0, 0, 0, 0]), ("stretch", "none"), ("black", np.nan)],
)
def test_programs_are_told_what_makes_no_sense(
    new_viewer: NewViewer, name: str, value: Any
) -> None:
    viewer = new_viewer(frame(sky()))
    with pytest.raises((traitlets.TraitError, ValueError)):
        setattr(viewer, name, value)


def test_settings_of_a_browser_are_sent_as_json(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(np.array([[np.nan, np.inf], [1, 2]])))
    assert json.dumps([viewer.black, viewer.white], allow_nan=False)


@pytest.mark.parametrize("part", [{"fov": 1e12}, {"center": (1e12, 0)}], ids=str)
def test_a_view_that_is_refused_is_forgotten(new_viewer: NewViewer, part: Any) -> None:
    viewer = new_viewer(frame(sky()))
    with pytest.raises(ValueError, match="a view is x, y and"):
        viewer.set_viewport(**part)
    viewer.set_cuts("minmax")
    assert viewer.view == []
