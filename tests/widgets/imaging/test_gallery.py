"""Frames in cells: one viewer each, a small picture, and how long frames are kept."""

import gc
import io
import weakref
from typing import Any

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from PIL import Image

from indinb import display, widgets
from indinb.errors import ImageError
from indinb.images.encoding import encode_png
from indinb.images.frame import Frame
from indinb.images.stretch import normalization, to_bytes
from indinb.widgets import Viewer, viewer
from indinb.widgets.imaging import gallery
from tests.widgets.imaging.framed import ask, frame, line, sky, state, values_shown

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def nothing_is_kept(all_closed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_render", widgets.render)
    gallery._recent.clear()


def shown(frame: Frame) -> display.MimeBundle:
    """Show a frame as the last line of a cell does."""
    return frame._repr_mimebundle_(include=None, exclude=None)


def viewer_in(bundle: display.MimeBundle) -> Viewer:
    found: Any = _instances[bundle[VIEW]["model_id"]]
    return found  # type: ignore[no-any-return]


def picture_in(bundle: display.MimeBundle) -> Any:
    return np.asarray(Image.open(io.BytesIO(bundle["image/png"])))


def test_a_cell_shows_text_picture_and_viewer() -> None:
    taken = frame(sky(), EXPTIME=2.0)
    bundle = shown(taken)
    assert set(bundle) == {"text/plain", "image/png", VIEW}
    assert bundle["text/plain"] == "<Frame 80x60 uint16, 2 s>"
    assert repr(viewer_in(bundle)) == "<Viewer of <Frame 80x60 uint16, 2 s>>"
    np.testing.assert_array_equal(values_shown(viewer_in(bundle)), taken.data)


def test_a_viewer_that_a_cell_shows_has_a_picture_as_well() -> None:
    view = widgets.viewer(frame(sky()))
    bundle: Any = view._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png", VIEW}
    assert bundle["image/png"] == view.thumbnail()
    assert set(Viewer()._repr_mimebundle_()) == {"text/plain", VIEW}


def test_the_picture_is_that_of_the_viewer() -> None:
    data = sky()
    shades = to_bytes(data, normalization(data))
    expected = np.asarray(Image.open(io.BytesIO(encode_png(shades))))
    drawn = picture_in(shown(frame(data))).astype(int)
    assert drawn.shape == (60, 80)
    assert np.abs(drawn - expected).max() < 4  # of its 64 greys
    assert drawn.max() == 255


@pytest.mark.parametrize("order", ["TOP-DOWN", "BOTTOM-UP"])
def test_the_picture_is_the_right_way_up(order: str) -> None:
    data = np.zeros((40, 30))
    data[:5] = 1
    drawn = picture_in(shown(frame(data, ROWORDER=order)))
    bright = drawn[:5] if order == "TOP-DOWN" else drawn[-5:]
    assert (bright == 255).all()
    assert (drawn == 255).sum() == bright.size


@pytest.mark.parametrize(
    ("shape", "drawn"), [((1024, 1280), (256, 320)), ((3, 99, 999), (33, 333))]
)
def test_the_picture_is_small(shape: Any, drawn: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 999, shape).astype(np.uint16)
    assert picture_in(shown(frame(noise))).shape[:2] == drawn


def test_where_black_is_above_white_the_picture_is_black() -> None:
    taken = frame(sky())
    line(viewer_in(shown(taken))).bring_state(black=5000.0, white=100.0, interval="manual")
    assert picture_in(shown(taken)).max() == 0


def test_shown_twice_it_is_the_same_viewer() -> None:
    taken = frame(sky())
    assert viewer_in(shown(taken)) is viewer_in(shown(taken)) is viewer(taken)
    assert line(viewer(taken)).states == []
    assert viewer(frame(sky())) is not viewer(taken)


def test_pixels_changed_in_place_are_shown_as_they_are() -> None:
    taken = frame(sky())
    seen = viewer_in(shown(taken))
    taken.data[:] = 7
    assert viewer_in(shown(taken)) is seen
    np.testing.assert_array_equal(values_shown(seen), taken.data)
    assert seen.picture["serial"] == 2


@pytest.mark.parametrize("label", [None, "other"])
def test_a_viewer_that_shows_another_image_is_left_alone(label: str | None) -> None:
    taken, other = frame(sky()), frame(sky(30, 30))
    first = viewer(taken)
    first.load_image(other, label)
    second = viewer_in(shown(taken))
    assert second is not first
    assert second is viewer(taken) is viewer_in(shown(taken))
    assert state(second)["picture"]["size"] == [80, 60]
    assert state(first)["picture"]["size"] == [30, 30]


def test_asked_for_a_frame_there_is_a_viewer_of_it() -> None:
    taken = frame(sky())
    first = viewer(taken)
    first.load_image(frame(sky(30, 30)))
    assert viewer(taken) is not first
    assert viewer(taken).get_image() is taken


def test_a_viewer_that_shows_its_frame_again_is_the_same() -> None:
    taken = frame(sky())
    first = viewer(taken)
    first.load_image(frame(sky(30, 30)), "other")
    first.show("image")
    assert viewer(taken) is viewer_in(shown(taken)) is first


def test_a_closed_viewer_is_made_anew() -> None:
    taken = frame(sky())
    first = viewer_in(shown(taken))
    first.close()
    second = viewer_in(shown(taken))
    assert second is not first
    assert second.comm is not None
    second.close()
    assert viewer(taken) is not second


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.full((3, 3), np.nan), "there is nothing to show: no pixel is finite"),
        (np.zeros(5), "no picture of 5 numbers: it takes one plane of pixels, or three"),
        (np.zeros((2, 2, 2, 2)), "no picture of 2x2x2x2 numbers: "),
        (np.zeros((0, 4)), "no picture of 0x4 numbers: "),
    ],
    ids=["NaN", "1-D", "4-D", "empty"],
)
def test_what_cannot_be_shown_says_so(data: Any, words: str) -> None:
    taken = frame(data)
    bundle = shown(taken)
    assert set(bundle) == {"text/plain", VIEW}
    seen = viewer_in(bundle)
    (key,) = state(seen)["picture"]
    assert key == "error"
    assert state(seen)["picture"]["error"].startswith(words)
    assert repr(seen) == f"<Viewer of {taken!r}>"
    assert viewer_in(shown(taken)) is seen
    with pytest.raises(ImageError):
        viewer(data)


def test_what_becomes_good_is_shown_after_all() -> None:
    taken = frame(np.full((3, 3), np.nan))
    seen = viewer_in(shown(taken))
    taken.data[:] = 5
    assert "image/png" in shown(taken)
    assert state(seen)["picture"]["size"] == [3, 3]
    taken.data[:] = np.nan
    assert "image/png" not in shown(taken)
    assert set(state(seen)["picture"]) == {"error"}


# ---- How long frames are kept ----


def test_the_last_eight_are_kept() -> None:
    taken = [frame(sky(seed=seed)) for seed in range(9)]
    seen = [viewer_in(shown(one)) for one in taken]
    kept = [weakref.ref(one) for one in taken]
    taken.clear()
    gc.collect()
    assert [one() is not None for one in kept] == [False] + 8 * [True]
    assert seen[1].get_image() is kept[1]()


def test_showing_it_again_keeps_it() -> None:
    taken = [frame(sky(seed=seed)) for seed in range(8)]
    for one in [*taken, taken[0], frame(sky(seed=9))]:
        shown(one)
    kept = [weakref.ref(one) for one in taken]
    taken.clear()
    one = None
    gc.collect()
    assert [one() is not None for one in kept] == [True, False] + 6 * [True]


@pytest.fixture
def gone() -> Viewer:
    """Return a viewer whose frame is gone."""
    taken = frame(sky(2000, 3000))
    seen = viewer_in(shown(taken))
    gallery._recent.clear()
    return seen


def test_of_a_frame_that_is_gone_the_overview_stays(gone: Viewer) -> None:
    tile, buffers = ask(gone, type="need", x=0, y=0, width=9, height=9, factor=1)
    assert (set(tile), buffers) == ({"type", "id", "serial"}, [])
    answer, _ = ask(gone, type="value", x=1, y=1)
    assert answer["values"] == []
    assert state(gone)["picture"]["size"] == [3000, 2000]
    with pytest.raises(ValueError, match="No image is left"):
        gone.get_image()
    assert gone.subframe is None


def test_controls_work_without_the_frame(gone: Viewer, tmp_path: Any) -> None:
    black = gone.black
    line(gone).bring_state(interval="minmax")
    assert gone.black < black
    line(gone).bring_state(debayer=True)
    assert state(gone)["debayer"] is False
    gone.set_stretch("log")
    gone.save(tmp_path / "overview.png")
    assert np.ptp(np.asarray(Image.open(tmp_path / "overview.png").convert("L"))) > 100


def test_a_viewer_that_was_asked_for_keeps_its_frame() -> None:
    taken = frame(sky())
    shown(taken)
    seen, kept = viewer(taken), weakref.ref(taken)
    gallery._recent.clear()
    del taken
    gc.collect()
    assert seen.get_image() is kept()
    assert kept() is not None


def test_viewers_are_forgotten_with_their_frames() -> None:
    gc.collect()
    before = len(gallery._viewers)
    taken = frame(sky())
    viewer(taken).close()
    assert len(gallery._viewers) == before + 1
    del taken
    gc.collect()
    assert len(gallery._viewers) == before


def test_results_of_arithmetic_have_viewers_of_their_own() -> None:
    taken = frame(sky())
    half = taken / 2
    assert viewer(half) is not viewer(taken)
    assert viewer(taken[:10]) is not viewer(taken)


# ---- What it costs ----


def test_a_default_frame_is_sent_in_half_a_megabyte() -> None:
    random = np.random.default_rng(0)
    data = random.normal(1000, 30, (1024, 1280))
    data[random.integers(0, 1024, 3000), random.integers(0, 1280, 3000)] += 5000  # stars
    bundle = shown(frame(data.astype(np.uint16)))
    opened = line(viewer_in(bundle)).opened
    picture = opened["picture"]
    pixels = len(picture["low"]) + len(picture["high"])
    texts = len(opened["_esm"]) + len(opened["_css"])
    sent = pixels + texts + 4 / 3 * len(bundle["image/png"])
    assert 50e3 < sent < 500e3
