"""Frames to live pictures."""

import io

import numpy as np
import pytest
from astropy import visualization as vis
from PIL import Image

from indinb import Frame
from indinb.errors import ImageError
from indinb.images.stretch import Midtone, Shades, to_bytes
from indinb.widgets.imaging.broadcast import GRADES, Grade
from indinb.widgets.imaging.developing import Developed, Look, develop, histogram, shaded, steadied

LINEAR = vis.LinearStretch()
AUTO = Look(None, "auto", LINEAR, [])
CURVES = [LINEAR, vis.SqrtStretch(), vis.AsinhStretch(0.1), vis.LogStretch(1000)]


def frame_of(data: object, **header: object) -> Frame:
    return Frame(np.asarray(data), unit="adu", header=header)


def sky(shape: tuple[int, ...] = (200, 300), dtype: str = "u2") -> Frame:
    lots = np.random.default_rng(5)
    return frame_of(lots.normal(500, 20, shape).clip(0, 1000).astype(dtype))


def jpeg(done: Developed) -> Image.Image:
    return Image.open(io.BytesIO(done.buffers[0]))


def show(frame: Frame, look: Look = AUTO, grade: Grade = GRADES[0]) -> Developed:
    return develop(frame, look, grade, None)


# Shades


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: type(curve).__name__)
@pytest.mark.parametrize("midtone", [0.5, 0.05])
@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "i4", "f4", "f8"])
def test_shades_are_those_of_astropy(curve: vis.BaseStretch, midtone: float, dtype: str):
    values = np.arange(0, 250, dtype=dtype).reshape(10, 25)
    stretch = vis.CompositeStretch(curve, Midtone(midtone))
    expected = to_bytes(values, vis.ImageNormalize(vmin=20, vmax=210, stretch=stretch))
    got = shaded(values, Shades(20, 210, midtone), curve)
    assert np.abs(got.astype(int) - expected).max() <= 1
    if dtype in ("u1", "u2"):
        np.testing.assert_array_equal(got, expected)


def test_what_has_no_value_is_black():
    values = np.array([[np.nan, np.inf, -np.inf, 0.5]], np.float32)
    assert shaded(values, Shades(0, 1), LINEAR).tolist() == [[0, 255, 0, 127]]


@pytest.mark.parametrize("dtype", ["u2", "f4"])
@pytest.mark.parametrize("white", [5, 3])
def test_where_nothing_is_between_black_and_white_all_is_black(dtype: str, white: int):
    assert shaded(np.array([[4, 5, 6]], dtype), Shades(5, white), LINEAR).tolist() == [[0, 0, 0]]


def test_of_a_constant_picture_there_is_something_to_see():
    done = show(frame_of(np.full((8, 8), 7, np.float32)))
    assert done.facts["size"] == [8, 8]
    assert (done.facts["low"], done.facts["high"]) == (7.0, 8.0)


def test_of_nothing_there_is_none():
    with pytest.raises(ImageError, match="no pixel is finite"):
        show(frame_of(np.full((8, 8), np.nan)))


@pytest.mark.parametrize("shape", [(5,), (2, 5, 5), (0, 4)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]):
    with pytest.raises(ImageError):
        show(frame_of(np.zeros(shape)))


def test_shades_change_slowly_and_come_to_rest():
    shades, goal = Shades(100, 1000, 0.2), Shades(130, 1100, 0.3)
    ways = [abs(shades.white - goal.white)]
    for _ in range(12):
        shades = steadied(shades, goal)
        ways.append(abs(shades.white - goal.white))
    assert ways == sorted(ways, reverse=True)
    assert steadied(shades, goal) == shades
    assert abs(shades.black - goal.black) < 0.03 * 900


def test_shades_of_before_count():
    frame = sky()
    alone = show(frame).shades
    near = Shades(alone.black * 0.95, alone.white, alone.midtone)
    mixed = develop(frame, AUTO, GRADES[0], near).shades
    assert near.black < mixed.black < alone.black


def test_shades_by_hand_are_kept():
    look = AUTO._replace(shades=Shades(1, 2, 0.3))
    assert show(sky(), look).shades == Shades(1, 2, 0.3)


@pytest.mark.parametrize("interval", ["auto", "zscale", "percentile", "minmax"])
def test_intervals_by_name(interval: str):
    black, white, _ = show(sky(), AUTO._replace(interval=interval)).shades
    assert black < 500 < white


# What goes out


@pytest.mark.parametrize("order", ["BOTTOM-UP", "TOP-DOWN"])
def test_the_top_row_of_the_jpeg_is_that_of_the_screen(order: str):
    rows = np.repeat([0, 60_000], 32)[:, np.newaxis] * np.ones(64)
    done = show(frame_of(rows.astype(np.uint16), ROWORDER=order), AUTO._replace(interval="minmax"))
    top = jpeg(done).getpixel((32, 2))
    assert (top < 100) == (order == "TOP-DOWN")
    assert done.facts["top_down"] == (order == "TOP-DOWN")


@pytest.mark.parametrize(
    ("shape", "grade", "size", "part"),
    [
        ((200, 300), GRADES[0], (300, 200), (300, 200)),
        ((2000, 3000), GRADES[0], (1000, 666), (3000, 1998)),
        ((2000, 3000), GRADES[2], (500, 333), (3000, 1998)),
        ((1, 1), GRADES[0], (1, 1), (1, 1)),
        ((2, 5000), GRADES[0], (1000, 1), (5000, 2)),
    ],
)
def test_sizes(shape: tuple[int, int], grade: Grade, size: object, part: object):
    done = show(sky(shape), grade=grade)
    assert jpeg(done).size == size
    assert (done.facts["width"], done.facts["height"]) == part
    assert done.facts["size"] == list(shape[::-1])


def test_what_is_in_view_goes_out_finer():
    done = show(sky((2000, 3000)), AUTO._replace(view=[1500.0, 1000.0, 400.0]))
    facts = done.facts
    assert (facts["x"], facts["y"], facts["width"], facts["height"]) == (1050, 700, 901, 601)
    assert jpeg(done).size == (901, 601)


def test_a_view_of_another_frame_is_the_whole():
    assert show(sky(), AUTO._replace(view=[5000.0, 10.0, 40.0])).facts["width"] == 300


def test_colours():
    planes = np.zeros((3, 32, 32), np.uint8)
    planes[0] = 200
    done = show(frame_of(planes), AUTO._replace(interval="minmax"))
    assert done.facts["planes"] == 3
    red, green, blue = jpeg(done).getpixel((16, 16))
    assert red > 200 > 50 > max(green, blue)


@pytest.mark.parametrize("side", [64, 2048])
def test_a_mosaic_is_made_colours_if_that_is_wished(side: int):
    mosaic = np.tile(np.array([[200, 10], [10, 10]], np.uint16), (side // 2, side // 2))
    frame = frame_of(mosaic, BAYERPAT="RGGB", ROWORDER="TOP-DOWN")
    assert show(frame).facts["planes"] == 1
    assert show(frame).facts["bayer"]  # so that the browser can wish for colours
    done = show(frame, AUTO._replace(interval="minmax", debayer=True))
    assert done.facts["planes"] == 3
    red, green, _ = jpeg(done).getpixel((30, 30))
    assert red > 200 > 50 > green


def test_less_quality_takes_less_room():
    sizes = [len(show(sky((400, 500)), grade=grade).buffers[0]) for grade in GRADES]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[2]


# The histogram


def test_each_value_is_counted():
    values = np.arange(256, dtype=np.uint16).repeat(3)
    low, high, counts = histogram(values)
    assert (low, high) == (0.0, 255.0)
    assert np.frombuffer(counts, "<u4").tolist() == [3] * 256


def test_what_has_no_value_is_not_counted():
    _, _, counts = histogram(np.array([np.nan, np.inf, 3.0]))
    assert np.frombuffer(counts, "<u4").sum() == 1
    assert histogram(np.array([np.nan]))[:2] == (0.0, 1.0)


def test_what_is_around_black_and_white_is_counted_finely():
    lots = np.random.default_rng(1)
    values = np.append(lots.normal(500, 10, 60_000), 65_000)
    low, high, counts = histogram(values, Shades(480, 580))
    assert low == values.min()
    assert high == 680
    filled = np.frombuffer(counts, "<u4")
    assert filled.sum() == 60_000
    assert np.count_nonzero(filled) > 80


def test_where_nothing_is_around_black_and_white_all_is_counted():
    values = np.arange(256.0)
    assert histogram(values, Shades(9000, 9100))[:2] == (0.0, 255.0)
