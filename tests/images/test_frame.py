import copy
import io
import pickle

import ccdproc
import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.nddata import CCDData, StdDevUncertainty
from astropy.wcs import WCS
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from indinb.errors import ImageError
from indinb.images import blobs
from indinb.images.frame import Frame
from tests.images.samples import blob, fits_bytes, pixels, real_header, with_cards

PIXELS = pixels((20, 30))
NOT_OURS = {"", "BUNIT", "EXTEND", "MJD-OBS", "BZERO", "BSCALE"}  # what astropy adds or leaves out


@pytest.fixture
def frame():
    return Frame.from_blob(blob(fits_bytes(PIXELS, real_header())))


@pytest.fixture
def sky():
    """A frame with a WCS."""
    return Frame.from_blob(blob(fits_bytes(pixels((100, 200)), real_header("exposure_wcs"))))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def counts(value, **options):
    return Frame(np.full((4, 5), value, np.uint16), unit="adu", **options)


def shades_of(png):
    return np.asarray(Image.open(io.BytesIO(png)))


# ---- what it is made of


def test_a_blob_becomes_ccddata(frame):
    assert isinstance(frame, CCDData)
    assert frame.dtype == np.uint16
    assert frame.unit == u.adu
    assert frame.wcs is None
    assert frame.path is None
    assert frame.header["INSTRUME"] == "CCD Simulator"
    np.testing.assert_array_equal(frame.data, PIXELS)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_file_in_memory(kind):
    frame = Frame.from_fits(kind(fits_bytes(PIXELS)))
    np.testing.assert_array_equal(frame.data, PIXELS)
    assert frame.path is None


def test_a_file_on_disk(tmp_path, monkeypatch):
    (tmp_path / "m31.fits.fz").write_bytes(fits_bytes(PIXELS, compressed=True))
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (tmp_path / "m31.fits.fz", str(tmp_path / "m31.fits.fz"), "~/m31.fits.fz"):
        frame = Frame.from_fits(path)
        assert frame.path == tmp_path / "m31.fits.fz"
        np.testing.assert_array_equal(frame.data, PIXELS)


def test_errors_are_those_of_the_decoder(tmp_path):
    with pytest.raises(ImageError, match=r"'\.ser' is none of"):
        Frame.from_blob(blob(b"", ".ser"))
    with pytest.raises(ImageError, match="not a FITS image"):
        Frame.from_fits(b"junk")
    with pytest.raises(FileNotFoundError):
        Frame.from_fits(tmp_path / "missing.fits")


def test_the_geometry_reaches_the_decoder(monkeypatch):
    monkeypatch.setattr(blobs, "_decoders", {})

    @blobs.decoder(".raw")
    def raw(blob, geometry=None):
        return blobs.Image(np.frombuffer(blob.data, "u1").reshape(geometry), fits.Header())

    assert Frame.from_blob(blob(bytes(6), ".raw"), geometry=(2, 3)).shape == (2, 3)


@pytest.mark.parametrize(
    ("bunit", "unit"),
    [("adu", u.adu), ("ADU", u.adu), ("electron", u.electron), ("furlongs", u.adu)],
)
def test_the_unit_is_adu_unless_the_header_has_another(bunit, unit):
    assert Frame.from_fits(fits_bytes(PIXELS, fits.Header({"BUNIT": bunit}))).unit == unit


# ---- world coordinates


def test_the_wcs_of_a_real_header(sky):
    # As the driver wrote it: RADECSYS, CDELT and CROTA, and no warning of that.
    header = real_header("exposure_wcs")
    assert sky.wcs.has_celestial
    center = sky.wcs.pixel_to_world(99, 49)
    assert center.ra.deg == pytest.approx(header["CRVAL1"])
    assert center.dec.deg == pytest.approx(header["CRVAL2"])
    assert center.frame.name == "fk5"
    neighbour = sky.wcs.pixel_to_world(100, 49)
    assert center.separation(neighbour).arcsec == pytest.approx(header["SCALE"], rel=1e-4)


def test_the_wcs_is_the_only_truth(sky):
    gone = {"CTYPE1", "CRVAL1", "CRPIX2", "CDELT1", "CROTA1", "CROTA2", "RADECSYS"}
    assert not gone & set(sky.header)
    assert sky.header["RADESYS"] == "FK5"
    assert sky.header["EQUINOX"] == 2000  # it is that of RA and DEC, too


def test_a_part_of_a_frame_keeps_its_place(sky):
    part = sky[10:30, 50:90]
    assert isinstance(part, Frame)
    assert part.shape == (20, 40)
    expected = sky.wcs.pixel_to_world_values(55, 15)
    np.testing.assert_allclose(part.wcs.pixel_to_world_values(5, 5), expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"CTYPE1": "LINEAR", "CTYPE2": "LINEAR"},
        {"CTYPE1": ""},
        {"CTYPE1": "RA---XXX"},
        {"CTYPE2": "RA---TAN"},
        {"CTYPE1": 5},
        {"CDELT1": 0.0},
        {"CRVAL1": "twelve"},
        {"CUNIT1": "furlong"},
        {"A_ORDER": 2},
        {"A_ORDER": 10**9, "B_ORDER": 10**9, "A_0_2": 1e-5, "B_0_2": 1e-5},
        {"AP_ORDER": "many"},
    ],
)
def test_without_a_sound_celestial_wcs_the_header_stays(changes):
    header = real_header("exposure_wcs")
    header.update(changes)
    frame = Frame.from_fits(fits_bytes(PIXELS, header))
    assert frame.wcs is None
    assert all(frame.header[key] == value for key, value in changes.items())


def test_distortion_and_cd_matrix_survive_saving(tmp_path):
    wcs = {"CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP", "CRVAL1": 10.0, "CRVAL2": 41.0,
           "CRPIX1": 15.0, "CRPIX2": 10.0, "CD1_1": -3e-4, "CD1_2": 1e-5, "CD2_1": 1e-5,
           "CD2_2": 3e-4, "A_ORDER": 2, "B_ORDER": 2, "A_2_0": 1e-4, "B_0_2": 2e-4}  # fmt: skip
    frame = Frame.from_fits(fits_bytes(PIXELS, fits.Header(wcs)))
    again = Frame.from_fits(frame.save(tmp_path / "sip.fits"))
    expected = WCS(fits.Header(wcs), fix=False).all_pix2world([[3, 4]], 0)
    for each in (frame, again):
        np.testing.assert_allclose(each.wcs.all_pix2world([[3, 4]], 0), expected)
        assert not [key for key in each.header if key.startswith(("CD", "PC", "A_", "B_"))]


# ---- arithmetic


def test_uint16_does_not_wrap():
    light, dark = counts(5), counts(10)
    for difference in (light - dark, light.subtract(dark), Frame.subtract(light, dark)):
        assert isinstance(difference, Frame)
        assert difference.dtype == np.float32
        assert (difference.data == -5).all()
    assert light.dtype == dark.dtype == np.uint16


@pytest.mark.parametrize(("master", "scale"), [(Frame, True), (Frame, False), (CCDData, False)])
def test_ccdproc_subtracts_a_dark(master, scale):
    light, dark = counts(5, header={"EXPTIME": 2.0}), counts(10, header={"EXPTIME": 2.0})
    result = ccdproc.subtract_dark(
        light, master(dark), exposure_time="EXPTIME", exposure_unit=u.s, scale=scale
    )
    assert isinstance(result, Frame)
    assert result.dtype == np.float32
    assert (result.data == -5).all()


def test_ccdproc_calibrates_and_combines(frame):
    gained = ccdproc.gain_correct(frame, 1.5 * u.electron / u.adu)
    assert isinstance(gained, Frame)
    assert gained.dtype == np.float32
    assert gained.unit == u.electron
    flat = frame + 1 * u.adu
    assert isinstance(ccdproc.flat_correct(frame, flat), Frame)
    assert isinstance(ccdproc.trim_image(frame[:10, :12]), Frame)
    combined = ccdproc.combine([frame, frame, frame], method="median")
    np.testing.assert_array_equal(combined.data, PIXELS)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_ccdproc_calibrates_what_may_not_be_written_to(dtype):
    sent = fits_bytes(np.full((20, 30), 100, dtype), fits.Header({"EXPTIME": 2.0}))
    light, bias = Frame.from_fits(sent), Frame.from_fits(sent) * 0.1
    flat = Frame.from_fits(sent) * 0.5
    reduced = ccdproc.flat_correct(ccdproc.subtract_bias(light, bias), flat)
    assert type(reduced) is Frame
    assert reduced.dtype == np.float32
    assert reduced.unit == u.adu
    np.testing.assert_allclose(reduced.data, 90)
    assert (light.data == 100).all()
    combiner = ccdproc.Combiner([light, reduced, reduced])
    combiner.sigma_clipping(low_thresh=1, high_thresh=1)
    np.testing.assert_allclose(combiner.median_combine().data, 90)
    gained = ccdproc.gain_correct(
        ccdproc.create_deviation(
            light, gain=2 * u.electron / u.adu, readnoise=5 * u.electron, disregard_nan=True
        ),
        2 * u.electron / u.adu,
    )
    assert gained.unit == u.electron
    np.testing.assert_allclose(gained.uncertainty.array, np.sqrt(200 + 25))


def test_the_four_operators():
    a, b = counts(60_000), counts(3)
    assert ((a + a).data == 120_000).all()
    assert ((b - a).data == -59_997).all()
    assert ((a * a).data == 3.6e9).all()
    assert ((b / counts(4)).data == 0.75).all()
    assert (a * a).unit == u.adu**2
    assert (a / a).unit == u.dimensionless_unscaled


@pytest.mark.parametrize("number", [2, -1, 70_000, 0.5, np.float64(0.5), np.int64(-3), 2 / u.s])
def test_numbers_and_quantities(number):
    product = counts(1000) * number
    assert product.dtype == np.float32
    assert (product.data == np.float32(1000 * getattr(number, "value", number))).all()
    assert (counts(1000) / number).dtype == np.float32


def test_a_number_may_come_first():
    mean = 0.5 * (counts(1) + counts(2))
    assert isinstance(mean, Frame)
    assert (mean.data == 1.5).all()


def test_units_count():
    assert ((counts(5) - 10 * u.adu).data == -5).all()
    with pytest.raises(u.UnitConversionError):
        counts(5) - 10
    with pytest.raises(u.UnitConversionError):
        counts(5) + 10 * u.s


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [("uint8", "uint16", "float32"), ("int16", "float32", "float32"), ("int32", "int32", "float64"),
     ("uint16", "float64", "float64"), ("float32", "float32", "float32")],
)  # fmt: skip
def test_types_of_the_results(left, right, result):
    a, b = (Frame(np.ones((2, 2), dtype), unit="adu") for dtype in (left, right))
    assert (a - b).dtype == (b * a).dtype == np.dtype(result)


def test_the_header_is_that_of_the_first():
    light, dark = counts(5, header={"FRAME": "Light"}), counts(1, header={"FRAME": "Dark"})
    assert (light - dark).header["FRAME"] == "Light"
    assert "FRAME" not in light.subtract(dark, handle_meta=None).header
    (light - dark).header["FRAME"] = "Calibrated"
    assert light.header["FRAME"] == "Light"


def test_uncertainties_do_not_wrap_either():
    frame = counts(500, uncertainty=StdDevUncertainty(np.ones((4, 5))))
    np.testing.assert_allclose((frame * frame).uncertainty.array, 500 * np.sqrt(2))


def test_masks_add_up():
    a, b = counts(5, mask=np.eye(4, 5)), counts(5, mask=np.eye(4, 5, k=1))
    np.testing.assert_array_equal((a - b).mask, np.eye(4, 5) + np.eye(4, 5, k=1) > 0)


def test_the_saved_difference_is_what_was_computed(frame, tmp_path):
    difference = frame * 0.5 - 100 * u.adu  # its header still has BITPIX 16 and BZERO 32768
    again = Frame.from_fits(difference.save(tmp_path / "difference.fits"))
    assert again.dtype == np.float32
    np.testing.assert_array_equal(again.data, PIXELS * np.float32(0.5) - 100)


def test_sums_and_means_are_exact():
    frame = Frame(np.full((500, 500), 65535, np.uint16), unit="adu")
    assert frame.sum().data == 500 * 500 * 65535
    assert frame.mean().data == frame.max().data == 65535
    assert "65535" in repr(frame.mean())


# ---- files


def same_header(one, other):
    cards, others = (
        sorted((key, value) for key, value in header.items() if key not in NOT_OURS)
        for header in (one, other)
    )
    return cards == others


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("name", ["exposure", "exposure_wcs"])
def test_a_round_trip_keeps_all(name, compressed, tmp_path):
    frame = Frame.from_fits(fits_bytes(PIXELS, real_header(name), compressed))
    path = frame.save(tmp_path / "frame.fits")
    assert path == frame.path == tmp_path / "frame.fits"
    again = Frame.from_fits(path)
    assert again.dtype == np.uint16
    np.testing.assert_array_equal(again.data, PIXELS)
    assert same_header(frame.header, again.header)
    assert repr(again) == repr(frame)
    assert (again.wcs is None) == (name == "exposure")
    if again.wcs:
        place = again.wcs.pixel_to_world_values(3, 4)
        np.testing.assert_allclose(place, frame.wcs.pixel_to_world_values(3, 4))


def test_read_and_write_of_ccddata(sky, tmp_path):
    path = tmp_path / "frame.fits"
    sky.mask = np.zeros(sky.shape, bool)
    sky.write(path)
    again = Frame.read(path)
    assert isinstance(again, Frame)
    assert again.dtype == np.uint16
    assert again.unit == u.adu
    assert again.wcs.has_celestial
    np.testing.assert_array_equal(again.data, sky.data)
    assert again.mask.shape == sky.shape
    assert CCDData.read(path).shape == sky.shape


def test_other_programs_see_unsigned_integers(frame, tmp_path):
    with fits.open(frame.save(tmp_path), do_not_scale_image_data=True) as hdus:
        assert hdus[0].header["BITPIX"] == 16
        assert hdus[0].header["BZERO"] == 32768
        assert hdus[0].header["BUNIT"] == "adu"


def test_the_name_tells_what_it_is(frame, here):
    frame.header["OBJECT"] = "M31"
    expected = here / "M31_Light_Red_2s_2026-11-22T10-18-04.977.fits"
    assert frame.save() == expected
    assert expected.is_file()
    assert frame.save(here, overwrite=True) == expected


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ({}, "frame.fits"),
        ({"OBJECT": "Unknown", "FRAME": "Dark", "EXPTIME": 0.001}, "Dark_0.001s.fits"),
        ({"IMAGETYP": "Flat Frame", "FILTER": "H alpha"}, "Flat-Frame_H-alpha.fits"),
        ({"OBJECT": "../../etc/passwd"}, "etc-passwd.fits"),
        ({"OBJECT": "/tmp/x", "FILTER": "C:\\x"}, "tmp-x_C-x.fits"),
        ({"OBJECT": "-rf *", "EXPTIME": "2; rm"}, "rf.fits"),
        ({"OBJECT": ".hidden", "FRAME": ".."}, "hidden.fits"),
        ({"OBJECT": "x" * 60}, "x" * 40 + ".fits"),
        ({"OBJECT": 31, "FILTER": True, "EXPTIME": None}, "31_True.fits"),
    ],
)
def test_names_from_odd_headers(header, name, here):
    assert counts(1, header=fits.Header(header)).save() == here / name


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["OBJECT", "FRAME", "FILTER", "DATE-OBS"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
    )
)
def test_text_from_the_wire_is_never_a_path(tmp_path_factory, header):
    folder = tmp_path_factory.mktemp("frames")
    path = counts(1, header=header | {"EXPTIME": 1}).save(folder)
    assert path.resolve().parent == folder.resolve()
    assert not path.name.startswith((".", "-"))
    assert path.name.isprintable()
    assert [path] == list(folder.iterdir())


def test_nothing_is_overwritten_unless_asked(frame, tmp_path):
    path = tmp_path / "m31.fits"
    path.write_text("precious")
    with pytest.raises(FileExistsError, match=r"m31.fits is there already; overwrite=True"):
        frame.save(path)
    assert path.read_text() == "precious"
    assert frame.path is None
    assert frame.save(path, overwrite=True) == path
    assert Frame.from_fits(path).shape == PIXELS.shape


def test_no_folder_is_made(frame, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        frame.save(tmp_path / "missing" / "m31.fits")
    assert str(caught.value) == f"there is no folder {tmp_path / 'missing'}"
    assert not list(tmp_path.iterdir())


def test_cards_against_the_rules_do_not_stop_saving(tmp_path):
    frame = Frame.from_fits(with_cards("GAIN    = nan", "EXPTIME = 2,5", "FRAME   = 'Light"))
    assert repr(frame) == "<Frame 3x2 uint8, Light>"
    assert Frame.from_fits(frame.save(tmp_path)).header["GAIN"] == "nan"


def test_copies(sky, tmp_path):
    sky.save(tmp_path)
    for twin in (copy.copy(sky), copy.deepcopy(sky), pickle.loads(pickle.dumps(sky))):
        assert type(twin) is Frame
        assert twin.path == sky.path
        assert twin.header == sky.header
        assert twin.wcs.has_celestial
        np.testing.assert_array_equal(twin.data, sky.data)
    assert type(sky.copy()) is Frame
    assert sky.copy().data is not sky.data


# ---- what it looks like


def test_the_repr_is_short_and_stable(frame):
    assert repr(frame) == str(frame) == "<Frame 30x20 uint16, 2 s Light>"
    assert repr(counts(1)) == "<Frame 5x4 uint16>"
    assert repr(counts(1, header={"EXPTIME": 0.5})) == "<Frame 5x4 uint16, 0.5 s>"
    assert repr(counts(1, header={"FRAME": "Bias"})) == "<Frame 5x4 uint16, Bias>"
    assert repr(Frame(np.zeros((3, 4, 5)), unit="adu")) == "<Frame 5x4x3 float64>"


def test_the_notebook_gets_picture_and_text(frame):
    shown, _ = DisplayFormatter().format(frame)
    assert set(shown) == {"image/png", "text/plain"}
    assert shown["text/plain"] == repr(frame)
    assert shown["image/png"] == frame.to_png()


@pytest.mark.parametrize("data", [np.full((4, 4), np.nan), np.zeros((2, 4, 4)), np.zeros(7)])
def test_what_cannot_be_drawn_is_still_told(data):
    frame = Frame(data, unit="adu")
    assert DisplayFormatter().format(frame)[0] == {"text/plain": repr(frame)}
    with pytest.raises(ImageError):
        frame.to_png()


def test_the_picture_has_the_rows_as_the_header_says(frame):
    top_down = shades_of(frame.to_png("minmax"))
    np.testing.assert_array_equal(top_down, PIXELS // 257)
    for order in ("BOTTOM-UP", "", None, 5):
        frame.header["ROWORDER"] = order
        np.testing.assert_array_equal(shades_of(frame.to_png("minmax")), top_down[::-1])
    frame.header["ROWORDER"] = "top-down "
    np.testing.assert_array_equal(shades_of(frame.to_png("minmax")), top_down)


def test_the_size_of_the_picture_can_be_chosen(frame):
    assert shades_of(frame.to_png("percentile", "asinh", longest=15)).shape == (10, 15)


def test_the_screen_shows_a_large_frame_binned():
    frame = Frame(np.zeros((2100, 3000), np.uint16), unit="adu")
    assert shades_of(frame.to_png()).shape == (700, 1000)


# ---- matplotlib


def test_a_plot_over_coordinates_that_are_not_the_skys():
    axes = Frame(np.eye(50), unit="adu", wcs=WCS(naxis=2)).plot(interval="minmax")
    assert axes.name == "rectilinear"
    plt.close(axes.figure)


def test_a_plot_on_axes_of_ones_own(frame):
    axes = Figure().subplots()
    figures = plt.get_fignums()
    assert frame.plot(axes, "minmax", "asinh", cmap="viridis", alpha=0.5) is axes
    image = axes.images[0]
    assert image.get_cmap().name == "viridis"
    assert image.get_alpha() == 0.5
    assert (image.norm.vmin, image.norm.vmax) == (0, 65535)
    np.testing.assert_array_equal(image.get_array(), PIXELS)
    assert plt.get_fignums() == figures


@pytest.mark.parametrize("given", ["frame", "sky"])
@pytest.mark.parametrize("order", ["TOP-DOWN", "BOTTOM-UP"])
def test_coordinates_are_those_of_the_pixels(given, order, request):
    frame = request.getfixturevalue(given)
    frame.header["ROWORDER"] = order
    axes = frame.plot()
    height, width = frame.shape
    assert axes.get_xlim() == (-0.5, width - 0.5)
    assert sorted(axes.get_ylim()) == [-0.5, height - 0.5]
    assert axes.yaxis.get_inverted() == (order == "TOP-DOWN")
    first = axes.transData.transform((0, 0))[1]
    last = axes.transData.transform((0, height - 1))[1]
    assert (first > last) == (order == "TOP-DOWN")
    plt.close(axes.figure)


def test_with_a_wcs_the_axes_show_the_sky(sky):
    axes = sky.plot()
    assert axes.wcs.has_celestial
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("RA", "Dec")
    axes.figure.canvas.draw()
    plt.close(axes.figure)


def test_binned_pixels_keep_their_coordinates():
    axes = Frame(np.zeros((2101, 3001), np.uint16), unit="adu").plot(Figure().subplots())
    assert axes.images[0].get_array().shape == (700, 1000)
    assert tuple(axes.images[0].get_extent()) == (-0.5, 2999.5, -0.5, 2099.5)


def test_planes_are_colours():
    data = np.zeros((3, 4, 5))
    data[0, 0, 0] = 7
    axes = Frame(data, unit="adu").plot(Figure().subplots(), "minmax")
    shown = axes.images[0].get_array()
    assert shown.shape == (4, 5, 3)
    assert tuple(shown[0, 0]) == (255, 0, 0)


def test_a_plot_of_planes_with_a_wcs():
    header = real_header("exposure_wcs")
    frame = Frame.from_fits(fits_bytes(pixels((3, 20, 30)), header))
    axes = frame.plot()
    axes.figure.canvas.draw()
    assert shades_of(frame.to_png()).shape == (20, 30, 3)
    plt.close(axes.figure)


@pytest.mark.parametrize("odd", [0, np.nan, np.inf])
@pytest.mark.parametrize("shape", [(1, 2), (5, 5)])
def test_odd_images_are_drawn(odd, shape):
    data = np.full(shape, 9.0)
    data[0, 0] = odd
    axes = Frame(data, unit="adu").plot(Figure().subplots(), stretch="log")
    axes.figure.canvas.draw()
