import io

import numpy as np
import pytest
from astropy.visualization import ContrastBiasStretch, ManualInterval, PowerStretch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from indinb.errors import ImageError
from indinb.images.encoding import encode_png
from indinb.images.stretch import (
    INTERVALS,
    STRETCHES,
    Midtone,
    auto_shades,
    factors,
    normalization,
    shrink,
    to_bytes,
)


def shades_of(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def picture(data, interval="zscale", stretch="linear", longest=1024):
    values = shrink(data, longest)
    return shades_of(encode_png(to_bytes(values, normalization(values, interval, stretch))))


def blockwise(data, height, width):
    """Means of bins, the slow and plain way."""
    rows, columns = (side // n for side, n in zip(data.shape, (height, width), strict=True))
    bins = data[: rows * height, : columns * width].reshape(rows, height, columns, width)
    return bins.mean(axis=(1, 3), dtype=np.float64)


@pytest.mark.parametrize(
    ("shape", "longest", "shrunk"),
    [
        ((1024, 1280), 1024, (512, 640)),
        ((1024, 1024), 1024, (1024, 1024)),
        ((1025, 3), 1024, (512, 1)),
        ((4096, 4096), 1024, (1024, 1024)),
        ((100, 200), 50, (25, 50)),
        ((1, 1), 1, (1, 1)),
        ((1, 5000), 1024, (1, 1000)),
        ((2, 5000), 1024, (1, 1000)),
        ((3, 30, 40), 20, (3, 15, 20)),
        ((1, 30, 40), 20, (15, 20)),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_the_longer_side_fits(shape, longest, shrunk, dtype):
    assert shrink(np.ones(shape, dtype), longest).shape == shrunk
    assert (shrink(np.ones(shape, dtype), longest) == 1).all()


@settings(deadline=None)
@given(
    npst.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int16, np.int32, np.float32]),
        npst.array_shapes(min_dims=2, max_dims=2, max_side=12),
        elements=st.integers(0, 127),
    ),
    st.integers(1, 12),
)
def test_bins_are_means(data, longest):
    np.testing.assert_allclose(
        shrink(data, longest), blockwise(data, *factors(data, longest)), rtol=1e-6
    )


def test_the_brightest_image_does_not_overflow():
    assert (shrink(np.full((256, 256), 65535, np.uint16), 1) == 65535).all()


def test_pixels_that_are_not_finite_do_not_count():
    data = np.array([[1, np.nan, np.nan, np.inf], [3, 2, np.nan, -np.inf]])
    np.testing.assert_array_equal(shrink(data, 2), [[2, np.nan]])


@pytest.mark.parametrize(
    ("given", "binned"),
    [("uint8", "float32"), ("uint16", "float32"), ("int16", "float32"), ("float32", "float32"),
     (">f4", "float32"), ("int32", "float64"), ("uint32", "float64"), ("float64", "float64")],
)  # fmt: skip
def test_type_of_the_means(given, binned):
    assert shrink(np.ones((4, 4), given), 2).dtype == np.dtype(binned)


PLANES = "it takes one plane of pixels, or three"


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((), f"a single number: {PLANES}"),
        ((5,), f"5 numbers: {PLANES}"),
        ((0, 3), f"0x3 numbers: {PLANES}"),
        ((3, 0, 3), f"3x0x3 numbers: {PLANES}"),
        ((2, 4, 5), f"2x4x5 numbers: {PLANES}; to show one plane: viewer(data[0])"),
        ((2, 1, 1, 4, 4), f"2x1x1x4x4 numbers: {PLANES}"),
        ((1, 2, 4, 4), f"1x2x4x4 numbers: {PLANES}; to show one plane: viewer(data[0, 0])"),
    ],
)
def test_what_is_not_an_image(shape, words):
    with pytest.raises(ImageError) as caught:
        shrink(np.zeros(shape))
    assert str(caught.value) == f"no picture of {words}"


@pytest.mark.parametrize(
    ("shape", "way"),
    [((4, 5, 3), "np.moveaxis(data, -1, 0)"), ((4, 5, 4), "np.moveaxis(data[..., :3], -1, 0)")],
)
def test_colours_behind_columns_are_refused_with_the_way_out(shape, way):
    data = np.zeros(shape)
    with pytest.raises(ImageError) as caught:
        shrink(data)
    assert str(caught.value).endswith(f"before rows and columns: {way}")
    assert shrink(eval(way, {"np": np, "data": data})).shape == (3, 4, 5)


@pytest.mark.parametrize("shape", [(1, 4, 5), (1, 1, 4, 5), (1, 3, 4, 5), (1, 1, 1, 1, 5)])
def test_axes_of_length_1_are_left_out(shape):
    data = np.arange(np.prod(shape)).reshape(shape)
    np.testing.assert_array_equal(
        shrink(data), data.reshape(shape[-3:] if 3 in shape else shape[-2:])
    )


@pytest.mark.parametrize("kind", [complex, "U4", "M8[s]", object])
def test_what_is_not_a_number(kind):
    with pytest.raises(ImageError, match=r"no picture of \S+: it takes real numbers"):
        shrink(np.zeros((4, 4), kind))


@pytest.mark.parametrize("largest", [1e30, 1e300, 1.7e308])
@pytest.mark.parametrize("stretch", ["linear", "sqrt", "asinh", "log"])
def test_shades_of_numbers_without_measure(largest, stretch):
    data = np.random.default_rng(0).normal(500, 10, (100, 100))
    data[:20] = largest
    shown = picture(data, "auto", stretch)  # from the bottom up
    assert (shown[-20:] == 255).all()
    assert shown[:-20].max() < 255
    data[20:40] = -largest
    assert (picture(data, "auto", stretch)[-20:] == 255).all()


def test_shades_run_from_black_to_white():
    data = np.array([[0, 100], [200, 400]], np.uint16)
    np.testing.assert_array_equal(picture(data, "minmax"), [[127, 255], [0, 63]])


def test_beyond_the_interval_is_black_or_white():
    data = np.array([[0.0, 10, 20, 30]])
    shades = picture(data, ManualInterval(10, 20))
    np.testing.assert_array_equal(shades, [[0, 0, 255, 255]])


def test_stretches_differ_between_black_and_white_only():
    data = np.array([[0.0, 1, 16]])
    shades = {name: picture(data, "minmax", name)[0] for name in STRETCHES}
    shades["power"] = picture(data, "minmax", PowerStretch(2))[0]
    assert all((row[0], row[2]) == (0, 255) for row in shades.values())
    order = sorted(shades, key=lambda name: shades[name][1])
    assert order == ["power", "linear", "asinh", "sqrt", "log"]


def test_intervals_differ_in_what_they_leave_out():
    values = np.random.default_rng(1).normal(1000, 10, (200, 200))
    values[:2] = 50_000
    norms = {name: normalization(values, name) for name in INTERVALS}
    assert norms["minmax"].vmax == 50_000
    assert norms["zscale"].vmax < norms["percentile"].vmax == 50_000
    assert norms["percentile"].vmin > norms["minmax"].vmin


@pytest.mark.parametrize("choice", [{"interval": "max"}, {"stretch": "cubic"}])
def test_unknown_names_are_told_with_the_known_ones(choice):
    with pytest.raises(ValueError, match=r"'(max|cubic)' is none of (auto|linear), .*, "):
        normalization(np.ones((2, 2)), **choice)


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("stretch", STRETCHES)
@pytest.mark.parametrize(
    "data",
    [
        np.zeros((1, 1)),
        np.full((1, 1), 65535, np.uint16),
        np.full((20, 30), 1000, np.uint16),
        np.full((20, 30), -3e38, np.float32),
        np.where(np.eye(20), np.nan, 5.0),
        np.where(np.eye(20), 1.7e308, -1.7e308),
        np.where(np.eye(20), np.inf, np.arange(20.0)),
    ],
)
def test_odd_images_make_a_picture(data, interval, stretch):
    shades = picture(data, interval, stretch)
    assert shades.shape == data.shape
    assert shades.dtype == np.uint8


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nothing_finite_is_nothing_to_show(value):
    with pytest.raises(ImageError, match="nothing to show"):
        picture(np.full((4, 4), value))


@settings(deadline=None)
@given(
    npst.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int16, np.int64, np.float32, np.float64]),
        npst.array_shapes(min_dims=1, max_dims=3, max_side=5),
    ),
    st.sampled_from(sorted(INTERVALS)),
    st.sampled_from(sorted(STRETCHES)),
    st.integers(1, 6),
)
def test_any_array_makes_a_picture_or_an_image_error(data, interval, stretch, longest):
    try:
        shades = picture(data, interval, stretch, longest)
    except ImageError:
        return
    assert shades.dtype == np.uint8
    assert max(shades.shape[:2]) <= longest


def test_nan_is_black_and_infinity_white():
    values = np.array([np.nan, 1, 2, np.inf])
    shades = to_bytes(values, normalization(values, "minmax"))
    np.testing.assert_array_equal(shades, [0, 0, 255, 255])


def test_black_above_white_is_refused():
    with pytest.raises(ImageError, match=r"from 20 \(black\) to 10"):
        normalization(np.ones((2, 2)), ManualInterval(20, 10))


def test_planes_are_red_green_and_blue():
    data = np.zeros((3, 2, 2), np.uint16)
    data[0, 0, 0] = data[1, 0, 1] = data[2, 1, 0] = 500
    red, green, blue, black = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)
    np.testing.assert_array_equal(picture(data, "minmax"), [[blue, black], [red, green]])


def test_one_interval_holds_for_all_planes():
    data = np.stack([np.full((2, 2), level, np.uint16) for level in (0, 50, 100)])
    assert (picture(data, "minmax") == (0, 127, 255)).all()


def test_noise_of_a_small_camera_makes_a_picture_for_a_notebook():
    noise = np.random.default_rng(1).poisson(1000, (1024, 1280)).astype(np.uint16)
    values = shrink(noise)
    png = encode_png(to_bytes(values, normalization(values)))
    assert 50_000 < len(png) < 500_000
    assert shades_of(png).shape == (512, 640)


@pytest.fixture
def starry() -> np.ndarray:
    pixels = np.random.default_rng(0).normal(500, 10, (200, 200))
    pixels[10, :100] = 20_000
    return pixels


@pytest.mark.parametrize("stretch", STRETCHES)
def test_automatic_shades_put_the_sky_at_a_fifth_of_white(starry, stretch):
    shown = picture(starry, "auto", stretch)
    assert 0.17 * 255 < np.median(shown) < 0.23 * 255
    assert shown.max() == 255


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_where_all_is_the_same_nothing_is_chosen(value):
    assert auto_shades(np.full((4, 4), value)) == (value, value, 0.5)


def test_automatic_shades_need_a_number(starry):
    with pytest.raises(ImageError, match="no pixel is finite"):
        auto_shades(np.full((4, 4), np.nan))
    starry[5] = np.nan
    assert auto_shades(starry).black == pytest.approx(470, abs=2)


@given(st.floats(0.01, 0.99), st.floats(0, 1))
def test_a_midtone_can_be_undone(midtone, value):
    curve = Midtone(midtone)
    assert curve(np.array([midtone]))[0] == pytest.approx(0.5)
    assert curve.inverse(curve(np.array([value])))[0] == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("midtone", [0, 1, -3, np.nan])
def test_midtones_are_between_black_and_white(midtone):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Midtone(midtone)


def test_values_beyond_white_are_white_in_a_midtone():
    np.testing.assert_allclose(Midtone(0.3)(np.array([-1.0, 2.0])), [0, 1])
    np.testing.assert_allclose(Midtone(0.3)(np.array([-1.0, 2.0]), clip=False), [0, 1])


def test_stretches_that_leave_the_way_from_black_to_white_do_not_begin_anew(starry):
    shown = picture(starry, "minmax", ContrastBiasStretch(3, 0.5))
    assert shown.min() == 0
    assert (shown[starry == starry.min()] == 0).all()
    assert (picture(starry, "auto", ContrastBiasStretch(3, 0.5)) < 128).mean() > 0.9


def with_galaxy(sky, sigma, height):
    rows, columns = np.indices((300, 400))
    pixels = np.random.default_rng(0).normal(sky, sigma, rows.shape)
    galaxy = height * np.exp(-((rows - 150) ** 2 + (columns - 200) ** 2) / (2 * 25**2))
    pixels += galaxy
    pixels[20:22, :10] = 245  # a few stars
    return pixels.round().clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("longest", [400, 200])
@pytest.mark.parametrize("stretch", STRETCHES)
@pytest.mark.parametrize(("sky", "sigma"), [(28, 0.9), (28, 0.35), (28, 0), (1, 0.9), (0, 0.3)])
def test_faint_things_show_in_8_bits(sky, sigma, stretch, longest):
    shown = picture(with_galaxy(sky, sigma, 8), "auto", stretch, longest) / 255
    rows, columns = shown.shape
    assert 0.1 < np.median(shown) < 0.3
    middle = shown[rows // 2 - 5 : rows // 2 + 5, columns // 2 - 5 : columns // 2 + 5]
    assert np.median(middle) > 2 * np.median(shown)
    assert shown.max() == 1


def test_a_few_stars_in_8_bits_do_not_make_the_sky_black():
    shown = picture(with_galaxy(28, 0.3, 0), "auto")
    assert 0.1 < np.median(shown) / 255 < 0.3


def test_noise_alone_is_not_stretched_to_white():
    pixels = np.random.default_rng(0).normal(500, 10, (300, 300))
    pixels[:2, :30] = 20_000  # fewer than one of a thousand
    assert auto_shades(pixels).white == pytest.approx(560, abs=5)


@pytest.mark.parametrize(
    "flat",
    [
        np.random.default_rng(0).integers(0, 65536, (3, 100, 100)).astype(np.uint16),
        np.arange(10_000.0).reshape(100, 100),
        np.arange(256, dtype=np.uint8).repeat(16).reshape(64, 64),
    ],
)
def test_shades_of_flat_distributions_are_numbers_that_there_are(flat):
    black, white, _ = auto_shades(flat)
    assert black == flat.min()
    assert 0.99 * flat.max() < white <= flat.max()
