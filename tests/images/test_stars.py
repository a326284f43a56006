"""Stars in pictures that were computed, so that all of them are known."""

import sys

import numpy as np
import pytest
from astropy import units as u
from astropy.nddata import CCDData

from indinb import Frame
from indinb.errors import ImageError
from indinb.images.stars import find_stars
from tests.images.starfields import NOISE, SKY, field, grid, nearest, noise, star, wcs_at

COLUMNS = ["x", "y", "flux", "peak", "snr", "hfr", "fwhm", "eccentricity", "saturated"]
PLACES = grid()


@pytest.mark.parametrize("fwhm", [2.2, 3.0, 4.5, 8.0])
def test_places_light_and_widths_are_right(fwhm):
    table = find_stars(field(PLACES, flux=50_000, fwhm=fwhm))
    assert len(table) == len(PLACES)
    found, off = nearest(PLACES, table)
    assert off.max() < 0.05
    np.testing.assert_allclose(found["flux"], 50_000, rtol=0.02)
    np.testing.assert_allclose(found["fwhm"], fwhm, rtol=0.03)
    np.testing.assert_allclose(found["hfr"], fwhm / 2, rtol=0.06)
    assert found["eccentricity"].max() < 0.25
    assert table.meta["fwhm"] == pytest.approx(fwhm, rel=0.01)
    assert table.meta["hfr"] == pytest.approx(fwhm / 2, rel=0.02)
    assert table.meta["aperture"] == pytest.approx(1.5 * fwhm, rel=0.06)


@pytest.mark.parametrize("eccentricity", [0.4, 0.6, 0.8])
@pytest.mark.parametrize("angle", [0, 0.5, 2])
def test_eccentricity(eccentricity, angle):
    table = find_stars(field(PLACES[:6], fwhm=4, eccentricity=eccentricity, angle=angle))
    assert len(table) == 6
    np.testing.assert_allclose(table["eccentricity"], eccentricity, atol=0.04)
    np.testing.assert_allclose(table["fwhm"], 4, rtol=0.03)


def test_the_brightest_comes_first():
    fluxes = np.geomspace(1500, 90_000, len(PLACES))
    shape = (200, 250)
    image = noise(shape)
    for (x, y), flux in zip(PLACES, fluxes, strict=True):
        image += star(shape, x, y, flux, 3)
    table = find_stars(image)
    assert len(table) == len(PLACES)
    assert np.all(np.diff(table["flux"]) <= 0)
    np.testing.assert_allclose(table["flux"], fluxes[::-1], rtol=0.02, atol=4 * NOISE * 8)


def test_the_background_is_told_and_taken_off():
    table = find_stars(field(PLACES))
    assert table.meta["background"] == pytest.approx(SKY, abs=0.5)
    assert table.meta["noise"] == pytest.approx(NOISE, rel=0.05)
    highest = star((9, 9), 4, 4, 20_000, 3).max()
    assert 0.6 * highest < table["peak"].min() <= table["peak"].max() < highest + 5 * NOISE


def test_a_sloping_sky_does_not_matter():
    slope = np.linspace(0, 300, 250)
    found, off = nearest(PLACES, find_stars(field(PLACES) + slope))
    assert off.max() < 0.05
    np.testing.assert_allclose(found["flux"], 20_000, rtol=0.02)


def test_signal_to_noise_is_that_of_the_aperture():
    table = find_stars(field(PLACES))
    area = np.pi * table.meta["aperture"] ** 2
    np.testing.assert_allclose(table["snr"], 20_000 / (NOISE * np.sqrt(area)), rtol=0.05)
    with_light = find_stars(field(PLACES), gain=2.0)
    np.testing.assert_allclose(
        with_light["snr"], 20_000 / np.sqrt(NOISE**2 * area + 20_000 / 2), rtol=0.05
    )


def test_the_threshold_counts():
    image = field(PLACES, flux=700)
    assert len(find_stars(image, threshold=3)) > len(find_stars(image, threshold=10))
    assert len(find_stars(image, threshold=100)) == 0


# What is no star


def test_noise_is_no_star():
    assert len(find_stars(noise((600, 800)))) == 0
    assert len(find_stars(noise((600, 800)), bayer=True)) == 0


@pytest.mark.parametrize("bayer", [False, True])
def test_hot_pixels_are_no_stars(bayer):
    image = field(PLACES)
    clean = find_stars(image, bayer=bayer)
    far = image - SKY < 4 * NOISE
    far[::7] = far[:, ::6] = False  # no two beside each other
    rows, columns = np.nonzero(far[1::7, 1::6])
    chosen = np.random.default_rng(0).choice(len(rows), 300, replace=False)
    image[7 * rows[chosen] + 1, 6 * columns[chosen] + 1] += np.geomspace(100, 50_000, 300)
    found, _ = nearest(PLACES, find_stars(image, bayer=bayer))
    table = find_stars(image, bayer=bayer)
    assert len(clean) == len(PLACES)
    assert len(table) <= len(PLACES) + 1
    assert np.median(found["fwhm"]) == pytest.approx(3, rel=0.05)


@pytest.mark.parametrize("hot", [np.s_[60, 60:62], np.s_[60:62, 60], np.s_[:, 60]])
def test_pairs_and_columns_of_hot_pixels_are_no_stars(hot):
    image = noise((200, 250))
    image[hot] += 3000
    assert len(find_stars(image)) == 0


def test_a_trail_is_no_star():
    image = field(PLACES[:3])
    rows, columns = np.indices(image.shape)
    image += 300 * np.exp(-((rows - 0.5 * columns - 60) ** 2) / 4)
    assert len(find_stars(image)) <= 3


# Masks and numbers that are none


@pytest.mark.parametrize("kind", ["mask", "nan", "infinity"])
def test_what_is_masked_is_no_star(kind):
    image, (x, y) = field(PLACES), PLACES[7].round().astype(int)
    region = np.s_[y - 8 : y + 9, x - 8 : x + 9]
    mask = None
    if kind == "mask":
        mask = np.zeros(image.shape, bool)
        mask[region] = True
    else:
        image[region] = np.nan if kind == "nan" else np.inf
    table = find_stars(image, mask)
    assert len(table) == len(PLACES) - 1
    others = np.delete(PLACES, 7, 0)
    assert nearest(others, table)[1].max() < 0.05
    assert np.isfinite(table["flux"]).all()


def test_a_dead_column_beside_a_star_costs_little():
    image = field(PLACES)
    image[:, int(PLACES[0, 0]) + 6] = np.nan
    found, off = nearest(PLACES, find_stars(image))
    assert off.max() < 0.05
    np.testing.assert_allclose(found["flux"], 20_000, rtol=0.03)


EMPTY = {
    "constant": np.full((100, 120), 7, np.uint16),
    "one pixel": np.ones((1, 1)),
    "one row": noise((1, 300)),
    "one column": noise((300, 1)),
    "three rows": noise((3, 300)),
    "only NaN": np.full((50, 60), np.nan),
    "only infinity": np.full((50, 60), np.inf),
    "truth values": np.ones((50, 60), bool),
    "small": noise((4, 4)),
    "no pixels": np.zeros((0, 5)),
    "huge numbers": np.full((50, 60), 1e300),
}


@pytest.mark.parametrize("bayer", [False, True])
@pytest.mark.parametrize("name", EMPTY)
def test_pictures_without_stars_give_an_empty_table(name, bayer):
    table = find_stars(EMPTY[name], bayer=bayer)
    assert table.colnames == COLUMNS
    assert len(table) == 0
    assert np.isnan(table.meta["hfr"])
    assert np.isnan(table.meta["fwhm"])
    assert table["saturated"].dtype == bool


def test_all_masked_is_empty():
    image = field(PLACES)
    assert len(find_stars(image, np.ones(image.shape, bool))) == 0


@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4), (3, 3, 4, 4)])
def test_what_is_no_picture(shape):
    with pytest.raises(ImageError, match=r"no stars in \S+ numbers: it takes one plane"):
        find_stars(np.ones(shape))


@pytest.mark.parametrize("kind", [complex, "U4", "M8[s]"])
def test_what_is_no_number(kind):
    with pytest.raises(ImageError, match=r"no stars in \w+(\[s\])?: it takes real numbers"):
        find_stars(np.zeros((4, 5), kind))


def test_a_picture_too_full_of_stars_says_so(monkeypatch):
    import sep

    def fail(*_, **__):
        raise Exception("object deblending overflow:\n limit reached")

    monkeypatch.setattr(sep, "extract", fail)
    with pytest.raises(ImageError, match=r"\(object deblending overflow: limit reached\): raise"):
        find_stars(field(PLACES))


# Saturation


def saturated_field():
    image = field(PLACES, flux=100_000, fwhm=4)
    x, y = PLACES[3]
    image += star(image.shape, x, y, 3e6, 4)
    return np.clip(image, 0, 65535)


@pytest.mark.parametrize(
    ("kind", "level"), [(np.uint16, None), (float, 65_000), (np.float32, 65_000.0)]
)
def test_full_pixels_are_told(kind, level):
    table = find_stars(saturated_field().astype(kind), saturation=level)
    assert len(table) == len(PLACES)
    assert table["saturated"].tolist() == [True] + [False] * (len(PLACES) - 1)
    assert table.meta["fwhm"] == pytest.approx(4, rel=0.02)  # the others'


def test_numbers_without_an_end_are_never_full():
    assert not find_stars(saturated_field())["saturated"].any()
    assert not find_stars(saturated_field().astype(np.uint32))["saturated"].any()


def test_twelve_bits_may_be_said_by_hand():
    image = np.clip(saturated_field() / 16, 0, 4095).astype(np.uint16)
    assert not find_stars(image)["saturated"].any()
    assert find_stars(image, saturation=4095)["saturated"].sum() == 1


def test_the_header_may_tell_what_is_full():
    image = np.clip(saturated_field(), 0, 40_000)
    frame = Frame(image, unit="adu", header={"SATURATE": 40_000})
    assert frame.stars()["saturated"].sum() == 1
    assert frame.stars(saturation=50_000)["saturated"].sum() == 0
    odd = Frame(image, unit="adu", header={"SATURATE": "much"})
    assert odd.stars()["saturated"].sum() == 0


# Colours


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int32, np.float32, ">f8"])
def test_all_kinds_of_numbers(kind):
    image = (field(PLACES) / 16).astype(kind)
    found, off = nearest(PLACES, find_stars(image, saturation=1e9))
    assert off.max() < 0.1
    np.testing.assert_allclose(found["fwhm"], 3, rtol=0.06)


def test_of_three_planes_the_mean_is_looked_at():
    planes = np.stack([field(PLACES, flux=flux) for flux in (10_000, 20_000, 30_000)])
    found, off = nearest(PLACES, find_stars(planes))
    assert off.max() < 0.05
    np.testing.assert_allclose(found["flux"], 20_000, rtol=0.02)
    planes[1, 20, 30] = np.nan
    assert len(find_stars(planes)) == len(PLACES)
    assert len(find_stars(planes[:1])) == len(PLACES)


@pytest.mark.parametrize("fwhm", [2.5, 4.0])
def test_a_bayer_mosaic_is_smoothed_and_places_stay_right(fwhm):
    image = field(PLACES, fwhm=fwhm, flux=40_000)
    image[::2, ::2] *= 1.0
    image[1::2, 1::2] *= 1.4  # a white sky, not a black one: as filters make it
    image[::2, 1::2] *= 0.8
    image[1::2, ::2] *= 0.8
    frame = Frame(image, unit="adu", header={"BAYERPAT": "RGGB"})
    table = frame.stars()
    assert table.meta["bayer"] is True
    assert len(table) == len(PLACES)
    found, off = nearest(PLACES, table)
    assert off.max() < 0.2
    assert np.hypot(*np.mean([found["x"] - PLACES[:, 0], found["y"] - PLACES[:, 1]], 1)) < 0.05
    np.testing.assert_allclose(found["flux"], 40_000, rtol=0.05)
    np.testing.assert_allclose(found["fwhm"], fwhm, rtol=0.1)
    assert table.meta["fwhm"] == pytest.approx(fwhm, rel=0.05)
    assert table.meta["hfr"] == pytest.approx(fwhm / 2, rel=0.08)


def test_smoothing_does_not_make_noise_small():
    single, smoothed = (find_stars(field(PLACES), bayer=bayer) for bayer in (False, True))
    assert np.median(smoothed["snr"]) == pytest.approx(np.median(single["snr"]), rel=0.2)


def test_three_planes_are_no_mosaic_whatever_their_header_says():
    frame = Frame(np.stack([field(PLACES)] * 3), unit="adu", header={"BAYERPAT": "RGGB"})
    assert frame.stars().meta["bayer"] is False


# Frames


def test_a_frame_has_units_and_the_sky():
    wcs = wcs_at(83.8, -5.4)
    frame = Frame(field(PLACES), unit="adu", wcs=wcs)
    table = frame.stars()
    assert table.colnames == ["x", "y", "coord", *COLUMNS[2:]]
    assert table["flux"].unit == table["peak"].unit == u.adu
    assert table["x"].unit == table["fwhm"].unit == u.pix
    x, y = wcs.world_to_pixel(table["coord"])
    np.testing.assert_allclose([x, y], [table["x"], table["y"]], atol=1e-6)
    assert Frame(field(PLACES), unit="electron").stars()["flux"].unit == u.electron


def test_without_a_wcs_there_is_no_sky():
    assert Frame(field(PLACES), unit="adu").stars().colnames == COLUMNS


def test_frames_are_left_as_they_were():
    data = field(PLACES).astype(np.float32)
    frame = Frame(data.copy(), unit="adu", mask=np.zeros(data.shape, bool))
    frame.stars()
    np.testing.assert_array_equal(frame.data, data)
    assert not frame.mask.any()


def test_the_mask_of_a_frame_counts():
    mask = np.zeros((200, 250), bool)
    mask[:100] = True
    table = Frame(field(PLACES), unit="adu", mask=mask).stars()
    assert len(table) == len(PLACES) / 2
    assert table["y"].min() > 100


def test_any_ccddata_will_do():
    from indinb.images.stars import stars

    assert len(stars(CCDData(field(PLACES), unit="adu"))) == len(PLACES)


def test_the_gain_of_a_frame_counts():
    without, known, other = (
        Frame(field(PLACES), unit=unit, header=header).stars()["snr"][0]
        for unit, header in (("adu", {}), ("adu", {"EGAIN": 2.0}), ("electron", {"EGAIN": 2.0}))
    )
    assert known < 0.9 * without
    assert other == without


def test_without_sep_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sep", None)
    with pytest.raises(ImportError) as error:
        Frame(field(PLACES), unit="adu").stars()
    assert str(error.value) == "finding stars takes the package sep: pip install sep"
    assert error.value.__suppress_context__


@pytest.mark.parametrize("threshold", [-5, 0, np.nan])
def test_a_threshold_is_above_the_sky(threshold):
    with pytest.raises(ValueError, match="more than 0 standard deviations, not"):
        find_stars(field(PLACES), threshold=threshold)


def test_what_sep_stumbles_over_is_told_in_one_line(monkeypatch):
    def fail(*_args, **_options):
        raise ValueError("input array\nis odd")

    monkeypatch.setattr("sep.Background", fail)
    with pytest.raises(ImageError, match=r"^no stars can be found: input array is odd$"):
        find_stars(field(PLACES))


def test_numbers_of_a_table_have_as_many_digits_as_count():
    table = Frame(field(PLACES), unit="adu").stars()
    formats = [table[name].info.format for name in ("x", "flux", "snr", "hfr", "eccentricity")]
    assert formats == [".2f", ".1f", ".1f", ".2f", ".2f"]


def test_a_mask_of_one_plane_is_that_of_the_picture():
    sky = np.random.default_rng(0).normal(100, 2, (1, 50, 60))
    rows, columns = np.indices((50, 60))
    sky[0] += 900 * np.exp(-((columns - 40) ** 2 + (rows - 20) ** 2) / 4)
    for masked in (False, True):
        frame = Frame(sky, unit="adu", mask=np.full(sky.shape, masked))
        assert len(frame.stars()) == (0 if masked else 1)
