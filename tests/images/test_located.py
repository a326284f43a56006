"""Parts of frames: on the sensor, on the sky, and in their headers."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.nddata import StdDevUncertainty
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ImageError
from indinb.images.frame import Frame
from indinb.images.region import Region
from indinb.images.sensor import part_of
from tests.images.samples import fits_bytes, pixels, real_header

BINNED = {"XBINNING": 2, "YBINNING": 3, "XORGSUBF": 50.5, "YORGSUBF": 10}


@pytest.fixture
def sky():
    return Frame.from_fits(fits_bytes(pixels((100, 200)), real_header("exposure_wcs")))


def framed(header, shape=(100, 200)):
    return Frame(np.zeros(shape, np.uint16), unit="adu", header=fits.Header(header))


# ---- on the sensor


def test_without_cards_it_is_all_of_the_sensor():
    assert framed({}).on_sensor() == Region(0, 0, 200, 100)
    assert framed({}).on_sensor((5, 6, 7, 8)) == (5, 6, 7, 8)
    assert framed({}, (3, 100, 200)).on_sensor() == (0, 0, 200, 100)


def test_a_binned_subframe():
    assert framed(BINNED).on_sensor() == (101, 30, 400, 300)
    assert framed(BINNED).on_sensor(Region(1, 2, 3, 4)) == (103, 36, 6, 12)


def test_the_first_row_of_a_frame_that_is_turned_is_the_last_of_the_sensor():
    frame = framed(BINNED | {"ROWORDER": "BOTTOM-UP"})
    assert frame.on_sensor() == (101, 30, 400, 300)
    assert frame.on_sensor((0, 0, 200, 1)) == (101, 30 + 99 * 3, 400, 3)


def test_what_is_outside_does_not_count():
    assert framed({}).on_sensor((190, -5, 20, 10)) == (190, 0, 10, 5)
    with pytest.raises(ImageError, match="lies outside the image, which has 200 x 100"):
        framed({}).on_sensor((200, 0, 5, 5))


@pytest.mark.parametrize("odd", ["two", 0, -3, float("nan"), 1e300, True])
def test_cards_that_make_no_sense_are_not_read(odd):
    frame = Frame(np.zeros((10, 10)), unit="adu", header={"XBINNING": odd, "XORGSUBF": "left"})
    assert frame.on_sensor() == (0, 0, 10, 10)


parts = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(5, 60), st.integers(5, 60))


@given(parts, parts, st.sampled_from(["TOP-DOWN", "BOTTOM-UP", ""]))
def test_a_part_of_a_part_knows_its_place(outer, inner, order):
    frame = framed(BINNED | {"ROWORDER": order})
    part = frame.cutout(outer)
    try:
        within = Region(*inner).within(part.shape)
    except ImageError:
        return
    smaller = part.cutout(within)
    in_frame = (outer[0] + within.x, outer[1] + within.y, within.width, within.height)
    assert smaller.on_sensor() == part.on_sensor(within) == frame.on_sensor(in_frame)


# ---- cutouts


def test_a_cutout_has_all_that_the_frame_has(sky):
    sky.mask = pixels(sky.shape) > 60_000
    sky.uncertainty = StdDevUncertainty(np.ones(sky.shape))
    sky.header["DATASUM"] = "123"
    part = sky.cutout((50, 10, 40, 20))
    assert repr(part) == "<Frame 40x20 uint16, 1 s Light>"
    assert part.unit == u.adu
    np.testing.assert_array_equal(part.data, sky.data[10:30, 50:90])
    np.testing.assert_array_equal(part.mask, sky.mask[10:30, 50:90])
    assert part.uncertainty.array.shape == (20, 40)
    expected = sky.wcs.pixel_to_world_values(55, 15)
    np.testing.assert_allclose(part.wcs.pixel_to_world_values(5, 5), expected)
    assert (part.header["NAXIS1"], part.header["NAXIS2"]) == (40, 20)
    assert "DATASUM" not in part.header
    assert sky.header["NAXIS1"] == 200


def test_a_saved_cutout_is_the_same(sky, tmp_path):
    part = sky.cutout((50, 10, 40, 20))
    again = Frame.from_fits(part.save(tmp_path / "part.fits"))
    np.testing.assert_array_equal(again.data, part.data)
    assert again.on_sensor() == part.on_sensor() == (50, 10, 40, 20)
    place = again.wcs.pixel_to_world_values(3, 4)
    np.testing.assert_allclose(place, part.wcs.pixel_to_world_values(3, 4))


@pytest.mark.parametrize(
    ("center", "size", "expected"),
    [
        ((100, 50), 1, (100, 50, 1, 1)),
        ((100, 50), 3, (99, 49, 3, 3)),
        ((100, 50), (4, 2), (99, 50, 4, 2)),
        ((100.4, 49.6), 3, (99, 49, 3, 3)),
        ((0, 99), 21, (0, 89, 11, 11)),
        ((100, 50), 1000, (0, 0, 200, 100)),
        ((100, 50), 3 * u.dimensionless_unscaled, (99, 49, 3, 3)),
        ((100, 50), (4, 2) * u.pix, (99, 50, 4, 2)),
    ],
)
def test_around_a_pixel(sky, center, size, expected):
    assert sky.cutout(center, size).on_sensor() == expected


def test_around_a_place_on_the_sky(sky):
    scale = real_header("exposure_wcs")["SCALE"] * u.arcsec
    center = sky.wcs.pixel_to_world(120, 40)
    assert sky.cutout(center.icrs, 11).on_sensor() == (115, 35, 11, 11)
    assert sky.cutout(center, 21 * scale).on_sensor() == (110, 30, 21, 21)
    assert sky.cutout((120, 40), (21 * scale, 5 * scale)).on_sensor() == (110, 38, 21, 5)


def test_places_that_are_not_in_the_frame(sky):
    with pytest.raises(ImageError, match="lies outside the image, which has 200 x 100"):
        sky.cutout((500, 50), 10)
    center = sky.wcs.pixel_to_world(100, 50)
    with pytest.raises(ImageError):
        sky.cutout(SkyCoord(center.ra + 180 * u.deg, -center.dec), 10)
    for place, size in ((center, 10), ((100, 50), 1 * u.arcmin)):
        with pytest.raises(ImageError, match="it has no WCS"):
            framed({}).cutout(place, size)
    with pytest.raises(u.UnitConversionError):
        sky.cutout((100, 50), 5 * u.s)


@pytest.mark.parametrize("place", [None, 100, (100, 100), (1, 2, 3, 4, 5), (1.5, 2, 3, 4), "abcd"])
def test_what_is_no_rectangle_is_told_with_what_is(sky, place):
    with pytest.raises(TypeError, match=r"^a cutout takes \(x, y, width, height\), or .* alone$"):
        sky.cutout(place)


@pytest.mark.parametrize("center", [None, 100, (1, 2, 3), ("a", "b")])
def test_what_is_no_centre_is_told_with_what_is(sky, center):
    with pytest.raises(TypeError, match=r"^a cutout takes .*, or a centre.* as a centre$"):
        sky.cutout(center, 100)


@pytest.mark.parametrize("place", [(100, 50, 0, 5), (100, 50, 5, -1)])
def test_rectangles_have_pixels(sky, place):
    with pytest.raises(ValueError, match=r"^there is no pixel in \d x -?\d: a cutout takes"):
        sky.cutout(place)


def test_what_is_outside_is_left_out(sky):
    assert sky.cutout((100, 50, 3000, 200)).on_sensor() == (100, 50, 100, 50)


def test_planes_are_cut_alike():
    header = real_header("exposure_wcs")
    planes = Frame.from_fits(fits_bytes(pixels((3, 20, 30)), header))
    part = planes.cutout((5, 6, 7, 8))
    assert part.shape == (3, 8, 7)
    expected = planes.wcs.celestial.pixel_to_world_values(5, 6)
    np.testing.assert_allclose(part.wcs.celestial.pixel_to_world_values(0, 0), expected)


# ---- slices


@pytest.mark.parametrize(
    ("item", "part"),
    [
        (np.s_[10:30, 50:90], (50, 10, 40, 20)),
        (np.s_[10:30], (0, 10, 200, 20)),
        (np.s_[:, -20:], (180, 0, 20, 100)),
        (np.s_[...], (0, 0, 200, 100)),
        (np.s_[..., 5:], (5, 0, 195, 100)),
        (np.s_[10:30, ...], (0, 10, 200, 20)),
        (np.s_[10:30, ..., 5:], (5, 10, 195, 20)),
        ((), (0, 0, 200, 100)),
        (np.s_[::2, :], None),
        (np.s_[::-1], None),
        (np.s_[5], None),
        (np.s_[5:5], None),
        (np.zeros((100, 200), bool), None),
    ],
)
def test_which_part_a_slice_is(item, part):
    assert part_of(item, (100, 200)) == part


def test_slices_are_those_of_ccddata(sky):
    np.testing.assert_array_equal(sky[::2, ::3].data, sky.data[::2, ::3])
    assert sky[10:20].on_sensor() == (0, 10, 200, 10)


def test_colours_of_a_part_when_colortyp_tells_them():
    header = {"COLORTYP": "RGGB"}
    part = framed(header).cutout((11, 7, 20, 20))
    assert framed(header).bayer == "RGGB"
    assert part.bayer == "BGGR"
    assert part.debayered()[0].bayer is None


@pytest.mark.parametrize("item", [np.s_[::2, ::2], np.s_[::-1], np.s_[..., ::3]])
def test_pixels_with_gaps_have_no_place_and_no_colours(item):
    header = {"BAYERPAT": "RGGB", "XBAYROFF": 1, "XORGSUBF": 7, "XBINNING": 1, "OBJECT": "M31"}
    frame = framed(header)
    assert dict(frame[item].header) == {"OBJECT": "M31"}
    assert frame[item].bayer is None
    assert frame.header["BAYERPAT"] == "RGGB"
    assert frame[::1, ::1].bayer == frame.bayer


def test_planes_know_where_they_are_on_the_sky():
    frame = Frame.from_fits(fits_bytes(pixels((3, 100, 200)), real_header("exposure_wcs")))
    place = frame.wcs.pixel_to_world(50, 40)
    for plane in (frame[0], frame[1, 10:, 10:], frame.cutout((10, 10, 90, 80))):
        assert plane.cutout(place, 5).shape[-2:] == (5, 5)
