"""The viewer: its picture, its box, its labels, and threads."""

import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.nddata import CCDData, NDData
from astropy.wcs import WCS

from indinb.errors import ImageError
from indinb.images.region import Region
from indinb.images.stretch import auto_shades, shrink
from indinb.widgets import Viewer
from tests.widgets.imaging.framed import ask, frame, line, sky, state, values_shown

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
    np.testing.assert_allclose(values_shown(viewer), expected.reshape(shape[::-1]), 3e-3, 0.02)


def test_three_planes_are_colours(new_viewer: NewViewer) -> None:
    data = np.arange(60, dtype=np.uint8).reshape(3, 4, 5)
    viewer = new_viewer(frame(data))
    assert state(viewer)["picture"]["planes"] == 3
    np.testing.assert_array_equal(values_shown(viewer), data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.full((3, 3), np.nan), "no pixel is finite"),
        (3, "no picture of a single number: it takes one plane"),
        (np.zeros(5), "no picture of 5 numbers"),
        (np.zeros((9, 9, 3)), r"np\.moveaxis\(data, -1, 0\)$"),
        (np.zeros((2, 2, 2, 2)), "no picture of 2x2x2x2 numbers"),
        (np.zeros((0, 4)), "no picture of 0x4 numbers"),
        (np.zeros((3, 3), complex), "no picture of complex128: it takes real numbers"),
    ],
    ids=["NaN", "number", "1-D", "colours last", "4-D", "empty", "complex"],
)
def test_what_cannot_be_shown_is_refused(new_viewer: NewViewer, data: Any, words: str) -> None:
    viewer = new_viewer()
    with pytest.raises(ImageError, match=words):
        viewer.load_image(data)
    assert viewer.image_labels == ()
    assert state(viewer)["picture"] == {}


def test_images_of_radio_telescopes_are_shown(new_viewer: NewViewer, tmp_path: Any) -> None:
    wcs = WCS(naxis=4)
    wcs.wcs.ctype = ["RA---SIN", "DEC--SIN", "FREQ", "STOKES"]
    wcs.wcs.crval = [10.6847, 41.2690, 1.4e9, 1]
    wcs.wcs.crpix = [11, 21, 1, 1]
    wcs.wcs.cdelt = [-0.001, 0.001, 1e6, 1]
    data = sky().astype("f4")[np.newaxis, np.newaxis]
    fits.writeto(tmp_path / "radio.fits", data, wcs.to_header())
    viewer = new_viewer(tmp_path / "radio.fits")
    assert state(viewer)["picture"]["size"] == [80, 60]
    np.testing.assert_allclose(values_shown(viewer), data[0, 0], 1e-3)
    assert ask(viewer, type="value", x=20, y=20)[0]["values"] == [30000]
    viewer.mark(SkyCoord(10.6847, 41.2690, unit="deg"))
    (told,) = state(viewer)["markers"]
    assert np.frombuffer(told["xs"] + told["ys"], "<f4") == pytest.approx([10, 20], abs=1e-3)
    viewer.load_image(sky()[np.newaxis, np.newaxis])
    assert viewer.get_image().to_png().startswith(b"\x89PNG")


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


@pytest.mark.parametrize(
    "data", [None, object(), {"a": 1}, [["a"]]], ids=["None", "object", "dict", "texts"]
)
def test_it_takes_nothing_else(new_viewer: NewViewer, data: Any) -> None:
    with pytest.raises(ImageError, match=r"^no picture of "):
        new_viewer().load_image(data)


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
