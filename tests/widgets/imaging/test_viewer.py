"""The viewer: its picture, its controls from both sides, its labels, and what browsers ask for."""

import json
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import traitlets
from astropy import visualization as vis
from astropy.nddata import CCDData, NDData

from indinb.errors import ImageError
from indinb.images.region import Region
from indinb.images.stretch import auto_shades, shades, shrink
from indinb.widgets import Viewer
from tests.widgets.imaging.framed import (
    ask,
    frame,
    levels_of,
    line,
    sky,
    state,
    values_shown,
)

NewViewer = Callable[..., Viewer]


# ---- The picture ----


def test_it_opens_with_all_of_the_picture(new_viewer: NewViewer) -> None:
    data = sky()
    viewer = new_viewer(frame(data, EXPTIME=2.0, FILTER="Red"))
    known = line(viewer).opened
    assert line(viewer).states == []
    expected = auto_shades(data)
    assert (known["black"], known["white"], known["midtone"]) == pytest.approx(expected)
    picture = dict(known["picture"])
    np.testing.assert_array_equal(values_shown(viewer), data)
    assert picture.pop("low") + picture.pop("high")
    assert picture == {
        "serial": 1,
        "size": [80, 60],
        "factor": [1, 1],
        "shape": [80, 60],
        "planes": 1,
        "offset": 0.0,
        "scale": 1.0,
        "root": False,
        "exact": True,
        "top_down": False,
        "words": "80 × 60 · 2 s · Red",  # noqa: RUF001
        "unit": "adu",
        "bayer": False,
        "grid": None,
    }


def test_large_frames_are_binned(new_viewer: NewViewer) -> None:
    data = sky(2000, 3000)
    viewer = new_viewer(frame(data))
    picture = state(viewer)["picture"]
    assert (picture["factor"], picture["shape"]) == ([3, 3], [1000, 666])
    assert (picture["size"], picture["exact"]) == ([3000, 2000], False)
    np.testing.assert_allclose(values_shown(viewer), shrink(data), atol=0.5)


@pytest.mark.parametrize(
    ("data", "shape", "factor"),
    [
        (np.full((4, 4), 7.5), [4, 4], [1, 1]),
        (np.array([[5]], np.uint16), [1, 1], [1, 1]),
        (np.arange(10000.0).reshape(2, 5000), [1000, 1], [5, 2]),
        (np.where(np.eye(5) > 0, np.nan, 3.0), [5, 5], [1, 1]),
        (np.zeros((1, 3, 4), np.uint8), [4, 3], [1, 1]),
        (np.eye(3) > 0, [3, 3], [1, 1]),
        (np.arange(12, dtype=">i4").reshape(3, 4), [4, 3], [1, 1]),
    ],
    ids=["constant", "1x1", "2x5000", "NaN", "one plane", "bool", "big endian"],
)
def test_odd_frames_are_shown(
    new_viewer: NewViewer, data: Any, shape: list[int], factor: list[int]
) -> None:
    viewer = new_viewer(frame(data))
    picture = state(viewer)["picture"]
    assert (picture["shape"], picture["factor"], picture["planes"]) == (shape, factor, 1)
    expected = data if factor == [1, 1] else shrink(data)
    np.testing.assert_allclose(values_shown(viewer), expected.reshape(shape[::-1]), 2e-3, 0.02)


def test_three_planes_are_colours(new_viewer: NewViewer) -> None:
    data = np.arange(60, dtype=np.uint8).reshape(3, 4, 5)
    viewer = new_viewer(frame(data))
    assert state(viewer)["picture"]["planes"] == 3
    np.testing.assert_array_equal(values_shown(viewer), data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.full((3, 3), np.nan), "no pixel is finite"),
        (np.zeros(5), "no picture of 5 numbers"),
        (np.zeros((2, 2, 2, 2)), "no picture of 2x2x2x2 numbers"),
        (np.zeros((0, 4)), "no picture of 0x4 numbers"),
        (np.zeros((3, 3), complex), "no picture of complex128: it takes real numbers"),
    ],
    ids=["NaN", "1-D", "4-D", "empty", "complex"],
)
def test_what_cannot_be_shown_is_refused(new_viewer: NewViewer, data: Any, words: str) -> None:
    viewer = new_viewer()
    with pytest.raises(ImageError, match=words):
        viewer.load_image(data)
    assert viewer.image_labels == ()
    assert state(viewer)["picture"] == {}


@pytest.mark.parametrize("word", ["TOP-DOWN", "BOTTOM-UP"])
def test_the_order_of_rows_is_told(new_viewer: NewViewer, word: str) -> None:
    viewer = new_viewer(frame(sky(), ROWORDER=word))
    assert state(viewer)["picture"]["top_down"] is (word == "TOP-DOWN")


@pytest.mark.parametrize(
    "load",
    [
        lambda data, path: data.tolist(),
        lambda data, path: NDData(data),
        lambda data, path: CCDData(data, unit="adu"),
        lambda data, path: frame(data).save(path),
        lambda data, path: str(frame(data).save(path)),
        lambda data, path: frame(data).save(path).read_bytes(),
    ],
    ids=["list", "NDData", "CCDData", "path", "text", "bytes"],
)
def test_it_takes_what_astronomers_have(new_viewer: NewViewer, load: Any, tmp_path: Any) -> None:
    data = sky()
    viewer = new_viewer(load(data, tmp_path / "sky.fits"))
    np.testing.assert_array_equal(viewer.get_image().data, data)
    np.testing.assert_allclose(values_shown(viewer), data, 1e-3)


@pytest.mark.parametrize("data", [None, object(), {"a": 1}, [["a"]]], ids=str)
def test_it_takes_nothing_else(new_viewer: NewViewer, data: Any) -> None:
    with pytest.raises(ImageError, match=r"^no picture of "):
        new_viewer().load_image(data)


# ---- The controls ----


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
        ("debayer", "yes"),
        ("picture", {"error": "from outside"}),
        ("markers", [{}]),
        ("no_such", 1),
    ],
    ids=str,
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


# ---- The box ----


def test_a_box_gives_the_region(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    assert viewer.region is None
    line(viewer).bring_state(box=[10, 20, 30, 15])
    assert viewer.region == Region(10, 20, 30, 15)
    viewer.box = Region(70, -5, 30, 15)
    assert state(viewer)["box"] == [70, 0, 10, 10]  # what is within the image
    viewer.box = []
    assert viewer.region is None


def test_a_box_may_be_numbers_of_numpy(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    viewer.box = np.array([1, 2, 3, 4]).tolist()
    viewer.box = [np.int64(5), np.float64(6.0), 7, 8]
    assert viewer.region == (5, 6, 7, 8)


def test_without_a_box_there_is_no_subframe(new_viewer: NewViewer) -> None:
    assert new_viewer(frame(sky())).subframe is None
    assert new_viewer().subframe is None


# ---- Labels ----


def test_each_label_keeps_its_settings(new_viewer: NewViewer) -> None:
    viewer = new_viewer()
    viewer.load_image(sky(), "red")
    line(viewer).bring_state(colormap="inferno", view=[5.0, 6.0, 7.0], box=[1, 2, 3, 4])
    viewer.set_cuts((1, 2))
    viewer.load_image(sky(30, 30), "green")
    known = state(viewer)
    assert known["picture"]["size"] == [30, 30]
    assert (known["colormap"], known["view"], known["box"]) == ("gray", [], [])
    viewer.show("red")
    known = state(viewer)
    assert known["picture"]["size"] == [80, 60]
    assert (known["colormap"], known["view"], known["box"]) == ("inferno", [5, 6, 7], [1, 2, 3, 4])
    assert (known["black"], known["white"]) == (1, 2)


def test_what_is_not_shown_can_be_set(new_viewer: NewViewer) -> None:
    viewer = new_viewer()
    viewer.load_image(sky(), "red")
    viewer.load_image(sky(seed=2), "green")
    sent = len(line(viewer).states)
    viewer.set_cuts((1, 2), "red")
    viewer.set_colormap("viridis", "red")
    viewer.set_viewport((3, 4), 5, "red")
    assert len(line(viewer).states) == sent
    viewer.show("red")
    assert (viewer.black, viewer.white, viewer.colormap) == (1, 2, "viridis")
    assert viewer.view == [3, 4, 5]


@pytest.mark.parametrize(("shape", "view"), [((60, 80), [5, 6, 7]), ((30, 30), [])])
def test_the_next_image_of_a_label_is_shown_as_the_last(
    new_viewer: NewViewer, shape: Any, view: list[float]
) -> None:
    viewer = new_viewer(frame(sky()))
    viewer.set_stretch("asinh")
    viewer.view = [5, 6, 7]
    serial = viewer.picture["serial"]
    viewer.load_image(sky(*shape, seed=9))
    assert (viewer.stretch, viewer.view) == ("asinh", view)
    assert viewer.picture["serial"] > serial


def test_the_first_image_is_shown_as_the_controls_are_set(new_viewer: NewViewer) -> None:
    viewer = new_viewer(colormap="viridis", stretch="sqrt")
    viewer.load_image(sky())
    assert (viewer.get_colormap(), viewer.stretch) == ("viridis", "sqrt")


def test_an_image_replaced_is_let_go(new_viewer: NewViewer) -> None:
    first = frame(sky())
    kept = weakref.ref(first)
    viewer = new_viewer(first)
    del first
    viewer.load_image(sky(seed=2))
    assert kept() is None


def test_a_closed_viewer_lets_its_images_go(new_viewer: NewViewer) -> None:
    first = frame(sky())
    kept = weakref.ref(first)
    viewer = new_viewer(first)
    del first
    viewer.close()
    assert kept() is None
    viewer.close()


def test_how_it_is_written(new_viewer: NewViewer) -> None:
    assert repr(new_viewer()) == "<Viewer of no image>"
    assert repr(new_viewer(frame(sky()))) == "<Viewer of <Frame 80x60 uint16>>"


# ---- What browsers ask for ----


def need(viewer: Viewer, **wish: Any) -> tuple[Any, list[bytes]]:
    whole = {"x": 0, "y": 0, "width": 10, "height": 10, "factor": 1}
    return ask(viewer, type="need", **(whole | wish))


def test_a_part_is_told_exactly(new_viewer: NewViewer) -> None:
    data = sky(2000, 3000)
    viewer = new_viewer(frame(data))
    tile, buffers = need(viewer, x=100, y=200, width=50, height=40)
    assert (tile["x"], tile["y"], tile["factor"], tile["exact"]) == (100, 200, [1, 1], True)
    assert tile["serial"] == viewer.picture["serial"]
    np.testing.assert_array_equal(levels_of(tile, *buffers).values(), data[200:240, 100:150])


def test_a_part_is_binned_as_asked(new_viewer: NewViewer) -> None:
    data = sky(2000, 3000)
    viewer = new_viewer(frame(data))
    tile, buffers = need(viewer, x=100, y=200, width=50, height=41, factor=2)
    assert (tile["factor"], tile["shape"], tile["exact"]) == ([2, 2], [25, 20], False)
    means = data[200:240, 100:150].reshape(20, 2, 25, 2).mean((1, 3))
    np.testing.assert_allclose(levels_of(tile, *buffers).values(), means, atol=0.5)


def test_a_part_is_clipped_to_the_image(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    tile, _ = need(viewer, x=-5.4, y=50, width=20, height=500)
    assert (tile["x"], tile["y"], tile["shape"]) == (0, 50, [15, 10])


def test_a_part_is_never_large(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(np.zeros((3, 2000, 2100), np.uint8)))
    tile, buffers = need(viewer, width=2100, height=2000)
    assert tile["factor"] == [3, 3]
    assert len(buffers[0]) <= 1_500_000


@pytest.mark.parametrize(
    "wish",
    [
        {"x": 500},
        {"width": 0},
        {"height": -3},
        {"x": "1"},
        {"x": None},
        {"y": 1e99},
        {"factor": "much"},
        {"width": [5]},
    ],
    ids=str,
)
def test_what_is_no_part_is_answered_with_nothing(new_viewer: NewViewer, wish: Any) -> None:
    viewer = new_viewer(frame(sky()))
    answer, buffers = need(viewer, **wish)
    assert (set(answer), buffers) == ({"type", "id", "serial"}, [])


@pytest.mark.parametrize("factor", [0, -7, 0.2, 10**8])
def test_any_factor_will_do(new_viewer: NewViewer, factor: Any) -> None:
    tile, buffers = need(new_viewer(frame(sky())), factor=factor)
    assert len(buffers[0]) == np.prod(tile["shape"])


def test_without_an_image_there_is_no_part(new_viewer: NewViewer) -> None:
    assert need(new_viewer())[1] == []


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (np.array([[1, 2], [3, 65535]], np.uint16), [65535]),
        (np.array([[1.0, 2], [3, 0.1]]), [0.1]),
        (np.array([[1.0, 2], [3, np.nan]]), [None]),
        (np.array([[1.0, 2], [3, np.inf]], ">f4"), [None]),
        (np.arange(12, dtype=np.int64).reshape(3, 2, 2), [3, 7, 11]),
    ],
    ids=["uint16", "float", "NaN", "infinite", "three planes"],
)
def test_values_are_those_of_the_array(new_viewer: NewViewer, data: Any, values: list[Any]) -> None:
    answer, _ = ask(new_viewer(frame(data)), type="value", x=1, y=1)
    assert (answer["x"], answer["y"], answer["values"]) == (1, 1, values)


@pytest.mark.parametrize("place", [(-1, 0), (80, 0), (0, 60), ("a", 0), (None, None), (1e99, 0)])
def test_outside_there_is_no_value(new_viewer: NewViewer, place: Any) -> None:
    x, y = place
    answer, _ = ask(new_viewer(frame(sky())), type="value", x=x, y=y)
    assert answer["values"] == []


@pytest.mark.parametrize("content", [{}, {"type": "need"}, {"type": "else"}, "need", None, [1]])
def test_other_messages_are_not_answered(new_viewer: NewViewer, content: Any) -> None:
    viewer = new_viewer(frame(sky()))
    line(viewer).bring(content)
    assert line(viewer).contents == []


# ---- Threads ----


def test_several_threads_may_set_it(new_viewer: NewViewer) -> None:
    viewer = new_viewer(frame(sky()))
    troubles: list[BaseException] = []

    def turn(name: str) -> None:
        try:
            for number in range(1, 20):
                viewer.set_cuts((number, number + 1))
                viewer.set_cuts("auto")
                viewer.mark((number, number), name)
                line(viewer).bring_state(colormap="viridis" if number % 2 else "gray")
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=turn, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    assert set(viewer.catalog_labels) == set("abc")
    expected = auto_shades(sky())
    assert (viewer.black, viewer.white, viewer.midtone) == pytest.approx(expected)
    known = state(viewer)
    assert {mark["label"] for mark in known["markers"]} == set("abc")
    assert (known["black"], known["white"]) == (viewer.black, viewer.white)
