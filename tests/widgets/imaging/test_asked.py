"""What browsers ask the viewer for."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from indinb.widgets import Viewer
from indinb.widgets.imaging import drawing
from tests.widgets.imaging.framed import HUGE, ask, cut, frame, levels_of, line, sky

NewViewer = Callable[..., Viewer]


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
        {"width": HUGE},
    ],
    ids=cut,
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


@pytest.mark.parametrize(
    "place", [(-1, 0), (80, 0), (0, 60), ("a", 0), (None, None), (1e99, 0), (0, HUGE)], ids=cut
)
def test_outside_there_is_no_value(new_viewer: NewViewer, place: Any) -> None:
    x, y = place
    answer, _ = ask(new_viewer(frame(sky())), type="value", x=x, y=y)
    assert answer["values"] == []


@pytest.mark.parametrize("content", [{}, {"type": "need"}, {"type": "else"}, "need", None, [1]])
def test_other_messages_are_not_answered(new_viewer: NewViewer, content: Any) -> None:
    viewer = new_viewer(frame(sky()))
    line(viewer).bring(content)
    assert line(viewer).contents == []


@pytest.mark.parametrize("kind", ["need", "value"])
def test_an_answer_has_the_number_of_its_picture(
    new_viewer: NewViewer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A cell shows another picture while a thread answers for the first one."""
    viewer = new_viewer(frame(sky()))
    read = drawing.pixels

    def read_slowly(data: Any) -> Any:
        monkeypatch.setattr(drawing, "pixels", read)
        viewer.load_image(frame(sky(seed=2)))
        return read(data)

    monkeypatch.setattr(drawing, "pixels", read_slowly)
    answer, _ = ask(viewer, type=kind, x=1, y=1, width=5, height=5, factor=1)
    assert viewer.picture["serial"] == 2
    assert answer["serial"] == 1
