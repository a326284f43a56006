"""Files of what is in view, drawn by Python."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from indinb.widgets import Viewer
from tests.widgets.imaging.framed import frame, sky

NewViewer = Callable[..., Viewer]


def pixels(path: Path) -> NDArray[Any]:
    """Return red, green and blue of a file, its first row at the top."""
    return np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("RGB"))


@pytest.fixture
def corner() -> NDArray[np.uint8]:
    """Return a dark picture of 80 by 40, with one white corner: the first rows and columns."""
    data = np.zeros((40, 80), np.uint8)
    data[:10, :20] = 200
    return data


@pytest.mark.parametrize(("order", "row"), [("BOTTOM-UP", -20), ("TOP-DOWN", 20)])
def test_the_whole_picture(
    new_viewer: NewViewer, corner: Any, tmp_path: Path, order: str, row: int
) -> None:
    viewer = new_viewer(frame(corner, ROWORDER=order))
    viewer.set_cuts("minmax")
    viewer.save(tmp_path / "corner.png")
    drawn = pixels(tmp_path / "corner.png")
    assert drawn.shape == (512, 1024, 3)
    assert list(drawn[row, 20]) == [255, 255, 255]
    assert list(drawn[-row, 20]) == [0, 0, 0]
    assert (drawn == 255).mean() == pytest.approx(1 / 16, abs=0.002)


def test_shades_are_those_of_the_view(new_viewer: NewViewer, tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (64, 4))
    viewer = new_viewer(frame(ramp))
    viewer.set_stretch("sqrt")
    viewer.set_cuts((0, 255))
    viewer.midtone = 0.3
    viewer.save(tmp_path / "ramp.png")
    t = np.sqrt(np.arange(256) / 255)
    expected = 255 * (0.3 - 1) * t / ((2 * 0.3 - 1) * t - 0.3)
    np.testing.assert_allclose(pixels(tmp_path / "ramp.png")[30, :256, 0], expected, atol=1)


def test_colours_are_those_of_the_view(new_viewer: NewViewer, corner: Any, tmp_path: Path) -> None:
    viewer = new_viewer(frame(corner))
    viewer.set_cuts("minmax")
    viewer.set_colormap("viridis")
    viewer.save(tmp_path / "corner.png")
    drawn = pixels(tmp_path / "corner.png")
    assert list(drawn[-10, 10]) == [253, 231, 36]
    assert list(drawn[10, -10]) == [68, 1, 84]


def test_only_what_is_in_view(new_viewer: NewViewer, corner: Any, tmp_path: Path) -> None:
    viewer = new_viewer(frame(corner))
    viewer.set_cuts("minmax")
    viewer.set_viewport((19.5, 9.5), 10)  # the shorter side; the corner is its quarter
    viewer.save(tmp_path / "part.png")
    drawn = pixels(tmp_path / "part.png")
    assert drawn.shape == (512, 1024, 3)
    assert (drawn == 255).mean() == pytest.approx(1 / 4, abs=0.01)
    assert list(drawn[-5, 5]) == [255, 255, 255]


def test_beyond_the_image_it_is_black(new_viewer: NewViewer, corner: Any, tmp_path: Path) -> None:
    viewer = new_viewer(frame(corner))
    viewer.set_viewport((1000, 1000), 10)
    viewer.save(tmp_path / "dark.png")
    assert pixels(tmp_path / "dark.png").max() == 0


def test_markers_are_drawn_over_it(new_viewer: NewViewer, corner: Any, tmp_path: Path) -> None:
    viewer = new_viewer(frame(corner))
    viewer.save(tmp_path / "without.png")
    shapes = ["circle", "square", "crosshair", "plus", "diamond"]
    for number, shape in enumerate(shapes):
        viewer.mark((30 + 10 * number, 30), shape, shape=shape, color="red", size=40)
    viewer.save(tmp_path / "with.png")
    changed = (pixels(tmp_path / "with.png") != pixels(tmp_path / "without.png")).any(-1)
    red = pixels(tmp_path / "with.png")[changed].mean(0)
    assert red[0] > 2 * red[1]
    for number in range(len(shapes)):
        x, y = (30 + 10 * number + 0.5) * 12.8, 512 - 30.5 * 12.8
        rows, columns = np.nonzero(changed[int(y) - 40 : int(y) + 40, int(x) - 40 : int(x) + 40])
        assert (np.ptp(rows), np.ptp(columns)) == (pytest.approx(40, abs=6),) * 2
        assert np.mean(columns) == pytest.approx(40, abs=2)


def test_texts_are_drawn_as_they_are(new_viewer: NewViewer, corner: Any, tmp_path: Path) -> None:
    viewer = new_viewer(frame(corner))
    viewer.mark([(40, 20)], size=5)
    viewer.save(tmp_path / "without.png")
    viewer.mark([(40, 20)], texts=["$\\frac{"], size=5)  # no formula, however it looks
    viewer.save(tmp_path / "with.png")
    assert (pixels(tmp_path / "with.png") != pixels(tmp_path / "without.png")).any()


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("png", b"\x89PNG"), ("jpg", b"\xff\xd8"), ("pdf", b"%PDF"), ("svg", b"<?xml")],
)
def test_the_suffix_says_the_format(
    new_viewer: NewViewer, tmp_path: Path, suffix: str, start: bytes
) -> None:
    path = tmp_path / f"sky.{suffix.upper()}"
    new_viewer(frame(sky())).save(str(path))
    assert path.read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("name", "given"),
    [("sky.fits", ".fits"), ("sky.bmp", ".bmp"), ("sky", "a name without a suffix")],
)
def test_an_unknown_format_writes_nothing(
    new_viewer: NewViewer, tmp_path: Path, name: str, given: str
) -> None:
    with pytest.raises(ValueError, match="is no format of pictures") as caught:
        new_viewer(frame(sky())).save(tmp_path / name)
    expected = f"{given} is no format of pictures: write .png, .jpg, .pdf or .svg"
    assert str(caught.value) == expected
    assert list(tmp_path.iterdir()) == []


def test_it_returns_where_the_file_is(
    new_viewer: NewViewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    viewer = new_viewer(frame(sky()))
    assert viewer.save("sky.png") == tmp_path / "sky.png"
    assert viewer.save("~/home.png") == tmp_path / "home.png"
    assert pixels(tmp_path / "home.png").shape == pixels(tmp_path / "sky.png").shape


def test_a_missing_folder_is_named(new_viewer: NewViewer, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        new_viewer(frame(sky())).save(tmp_path / "none" / "sky.png")
    assert str(caught.value) == f"there is no folder {tmp_path / 'none'}"


def test_files_are_replaced_only_when_asked(new_viewer: NewViewer, tmp_path: Path) -> None:
    viewer, path = new_viewer(frame(sky())), tmp_path / "sky.png"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="overwrite=True replaces it"):
        viewer.save(path)
    assert path.read_text() == "mine"
    viewer.save(path, overwrite=True)
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "data",
    [np.arange(60, dtype=np.uint8).reshape(3, 4, 5), np.array([[5]]), np.full((4, 4), 7.0)],
    ids=["colours", "1x1", "constant"],
)
def test_odd_pictures_are_saved(new_viewer: NewViewer, tmp_path: Path, data: Any) -> None:
    new_viewer(frame(data)).save(tmp_path / "odd.png")
    height, width = data.shape[-2:]
    shape = pixels(tmp_path / "odd.png").shape
    assert shape[1] / shape[0] == pytest.approx(width / height, abs=0.01)


def test_no_window_is_opened(new_viewer: NewViewer, tmp_path: Path) -> None:
    import matplotlib.pyplot as plt

    new_viewer(frame(sky())).save(tmp_path / "sky.png")
    assert plt.get_fignums() == []
