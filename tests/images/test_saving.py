"""Frames to files of all kinds."""

import gzip
import io
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import PIL.Image
import pytest
from astropy.io import fits
from astropy.nddata import StdDevUncertainty

from indinb.errors import ImageError
from indinb.images import saving
from indinb.images.frame import Frame
from tests.images.samples import fits_bytes, pixels, real_header

KINDS = ["uint8", "int16", "uint16", "int32", "uint32", "int64", "float32", "float64"]
FITS = [".fits", ".fit", ".FTS", ".fits.gz", ".fits.fz", ".fz"]


@pytest.fixture
def frame():
    return Frame.from_fits(fits_bytes(pixels((20, 30)), real_header("exposure_wcs")))


def of_kind(kind):
    values = np.random.default_rng(0).normal(100, 30, (40, 50))
    return Frame(values.astype(kind), unit="adu", header=fits.Header({"OBJECT": "M31"}))


@pytest.mark.parametrize("suffix", FITS)
@pytest.mark.parametrize("kind", KINDS)
def test_fits_keeps_every_number(tmp_path, suffix, kind):
    frame = of_kind(kind)
    path = frame.save(tmp_path / f"frame{suffix}")
    assert list(tmp_path.iterdir()) == [path]
    content = path.read_bytes()
    again = Frame.from_fits(gzip.decompress(content) if suffix == ".fits.gz" else content)
    assert again.dtype == frame.dtype
    np.testing.assert_array_equal(again.data, frame.data)
    assert again.header["OBJECT"] == "M31"


def test_packed_files_are_smaller_and_say_how(tmp_path):
    for kind, method in (("uint16", "RICE_1"), ("float32", "GZIP_2")):
        path = of_kind(kind).save(tmp_path / f"{kind}.fits.fz")
        with fits.open(path, disable_image_compression=True) as hdus:
            assert hdus[1].header["ZCMPTYPE"] == method
    large = Frame(np.tile(of_kind("uint16").data, (10, 10)), unit="adu")
    plain, packed = (large.save(tmp_path / name) for name in ("a.fits", "a.fits.fz"))
    assert packed.stat().st_size < plain.stat().st_size * 0.7


@pytest.mark.parametrize("suffix", FITS)
def test_mask_and_uncertainty_and_wcs_come_back(frame, tmp_path, suffix):
    frame.mask = frame.data > 30_000
    frame.uncertainty = StdDevUncertainty(np.sqrt(frame.data.astype(float)))
    place = 1 if suffix.endswith("fz") else 0  # astropy takes no packed image for the first one
    again = Frame.read(frame.save(tmp_path / f"frame{suffix}"), format="fits", hdu=place)
    assert isinstance(again, Frame)
    assert again.dtype == np.uint16
    np.testing.assert_array_equal(again.data, frame.data)
    np.testing.assert_array_equal(again.mask, frame.mask)
    np.testing.assert_array_equal(again.uncertainty.array, frame.uncertainty.array)
    assert again.unit == frame.unit
    assert again.wcs.has_celestial


# ---- pictures


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("order", ["TOP-DOWN", ""])
def test_a_tiff_holds_the_very_numbers_as_one_sees_them(tmp_path, kind, order):
    frame = of_kind(kind)
    frame.header["ROWORDER"] = order
    with PIL.Image.open(frame.save(tmp_path / "frame.tif")) as picture:
        seen = np.asarray(picture)
    assert seen.dtype == kind
    np.testing.assert_array_equal(seen if order else seen[::-1], frame.data)


def test_what_a_tiff_cannot_hold(tmp_path):
    with PIL.Image.open(of_kind("int32").save(tmp_path / "wide.tiff")) as picture:
        assert picture.mode == "F"
    for data in (np.zeros((3, 4, 5), np.uint16), np.zeros(4), np.zeros((2, 4, 5), np.uint8)):
        with pytest.raises(ImageError, match="no TIFF is written of"):
            Frame(data, unit="adu").save(tmp_path / "bad.tif")
    assert [path.name for path in tmp_path.iterdir()] == ["wide.tiff"]
    colored = Frame(np.zeros((3, 4, 5), np.uint8), unit="adu").save(tmp_path / "colour.tif")
    with PIL.Image.open(colored) as picture:
        assert (picture.mode, picture.size) == ("RGB", (5, 4))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG"])
def test_pictures_are_what_one_sees(tmp_path, suffix):
    data = np.tile(np.linspace(0, 60_000, 1200), (8, 1)).astype(np.uint16)
    data[4:] = 0  # dark, at the top
    with PIL.Image.open(Frame(data, unit="adu").save(tmp_path / f"sky{suffix}")) as picture:
        assert picture.format == ("PNG" if suffix == ".png" else "JPEG")
        assert (picture.size, picture.mode) == ((1200, 8), "L")
        seen = np.asarray(picture).astype(int)
    assert seen[0].max() < 40
    assert seen[-1, 1000:].min() > 200


# ---- what can go wrong


@pytest.mark.parametrize("name", ["m31.doc", "m31", "m31.fits.zip", ".fits", "m31.gz"])
def test_other_suffixes_are_refused_before_anything_is_written(frame, tmp_path, name):
    with pytest.raises(ValueError, match=r"ends with none of \.fits, \.fit, .*\.png, \.jpg"):
        frame.save(tmp_path / name)
    assert not list(tmp_path.iterdir())
    assert frame.path is None


@pytest.mark.parametrize("error", [OSError("the disk is full"), KeyboardInterrupt()])
@pytest.mark.parametrize("there", [True, False])
def test_no_half_file_is_left(frame, tmp_path, monkeypatch, error, there):
    path = tmp_path / "frame.fits"
    if there:
        path.write_text("precious")

    def fail(frame, file):
        file.write(b"half")
        raise error

    monkeypatch.setitem(saving._WRITERS, ".fits", fail)
    with pytest.raises(type(error)):
        frame.save(path, overwrite=True)
    assert list(tmp_path.iterdir()) == [path] * there
    assert not there or path.read_text() == "precious"
    assert frame.path is None


@pytest.mark.parametrize("suffix", [".fits", ".fits.gz"])
def test_sums_of_other_bytes_are_not_written(tmp_path, suffix):
    checked = io.BytesIO()
    fits.PrimaryHDU(np.ones((4, 5), np.uint16)).writeto(checked, checksum=True)
    frame = Frame.from_fits(checked.getvalue())
    with fits.open((frame - frame).save(tmp_path / f"none{suffix}"), checksum=True) as hdus:
        assert not hdus[0].data.any()  # a wrong sum would be warned of
    assert "DATASUM" in frame.header


@pytest.mark.parametrize("kind", ["float16", "bool", "complex64"])
def test_what_fits_cannot_hold(tmp_path, kind):
    with pytest.raises(ImageError, match=f"no FITS is written of 50x40 {kind}"):
        of_kind(kind).save(tmp_path / "frame.fits")
    with pytest.raises(ImageError, match="no FITS is written of single float64"):
        of_kind("float64").mean().save(tmp_path / "mean.fits")
    assert not list(tmp_path.iterdir())


def at_once(frames, path):
    """Save frames from as many threads."""
    with ThreadPoolExecutor(len(frames)) as pool:
        return [pool.submit(frame.save, path) for frame in frames]


def test_threads_that_number_files_replace_none(tmp_path):
    frames = [of_kind("uint16") for _ in range(8)]
    paths = {saved.result().name for saved in at_once(frames, tmp_path / "{object}_{number}.fits")}
    assert paths == {f"M31_{number:03}.fits" for number in range(1, 9)}


def test_of_threads_that_want_one_name_one_gets_it(tmp_path, monkeypatch):
    together = threading.Barrier(4, timeout=30)

    def sync(_):
        together.wait()

    monkeypatch.setattr(saving.os, "fsync", sync)
    saved = at_once([of_kind("uint16") for _ in range(4)], tmp_path / "m31.fits")
    errors = [error for each in saved if (error := each.exception())]
    assert list(map(type, errors)) == [FileExistsError] * 3
    assert [path.name for path in tmp_path.iterdir()] == ["m31.fits"]
