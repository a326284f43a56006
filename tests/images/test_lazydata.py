"""Pixels that are made when somebody first looks at them."""

import copy
import gc
import os
import pickle
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from astropy import units as u
from astropy.nddata import CCDData, StdDevUncertainty

from indinb.client.shared_memory import map_block
from indinb.errors import ImageError
from indinb.images.frame import Frame
from indinb.images.image import Geometry, Image, Pixels
from tests.images.samples import at_most, blob, fits_bytes, pixels, real_header

PIXELS = pixels((20, 30))


class Camera:
    """Counts how often its pixels are made."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self):
        self.made += 1
        return PIXELS.copy()


@pytest.fixture
def camera():
    return Camera()


@pytest.fixture
def frame(camera):
    lazy = Pixels(PIXELS.shape, PIXELS.dtype, camera)
    return Frame.from_image(Image(lazy, real_header()))


def test_what_a_frame_tells_of_itself_takes_no_pixels(frame, camera):
    assert frame.shape == (20, 30)
    assert frame.size == 600
    assert frame.dtype == np.uint16
    assert repr(frame) == str(frame) == "<Frame 30x20 uint16, 2 s Light>"
    assert (frame.unit, frame.wcs, frame.mask, frame.uncertainty) == (u.adu, None, None, None)
    assert frame.header["FRAME"] == "Light"
    assert not frame.is_decoded
    assert camera.made == 0


def test_the_pixels_are_made_once(frame, camera):
    assert frame.data is frame.data
    np.testing.assert_array_equal(frame.data, PIXELS)
    assert frame.is_decoded
    assert camera.made == 1


def test_two_threads_get_the_same_pixels():
    together = threading.Barrier(2, timeout=60)
    begun = []

    def make():
        begun.append(1)
        return PIXELS.copy()

    frame = Frame(Pixels(PIXELS.shape, PIXELS.dtype, make), unit="adu")

    def look(_):
        together.wait()
        return frame.data

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(look, range(2))
    assert one is other
    assert begun == [1]


def test_pixels_that_fail_once_may_be_tried_again():
    answers = [MemoryError("no room"), PIXELS]

    def make():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    frame = Frame(Pixels(PIXELS.shape, PIXELS.dtype, make), unit="adu")
    with pytest.raises(MemoryError):
        frame.data  # noqa: B018  the look is the test
    assert frame.data is PIXELS


def test_the_blob_is_let_go_once_the_pixels_are_made():
    sent = np.frombuffer(fits_bytes(PIXELS, real_header()), np.uint8)
    gone = weakref.ref(sent)
    frame = Frame.from_fits(memoryview(sent))
    del sent
    gc.collect()
    assert gone() is not None
    assert frame.data.flags.writeable
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda f: pickle.loads(pickle.dumps(f)), Frame.copy]
)
def test_copies_are_of_their_own(frame, twin):
    other = twin(frame)
    assert type(other) is Frame
    assert other.header == frame.header
    other.data[0, 0] = 99
    np.testing.assert_array_equal(frame.data, PIXELS)


def test_a_shallow_copy_shares_the_pixels(frame, camera):
    twin = copy.copy(frame)
    assert not twin.is_decoded
    assert twin.data is frame.data
    assert camera.made == 1


def test_pixels_may_be_replaced_unseen(frame, camera):
    frame.data = np.ones((2, 3))
    assert frame.shape == (2, 3)
    assert frame.dtype == float
    assert camera.made == 0


def test_mask_and_uncertainty_are_those_of_ccddata(frame):
    frame.mask = PIXELS > 60_000
    frame.uncertainty = StdDevUncertainty(np.ones(PIXELS.shape))
    part = frame[5:10, 3:9]
    np.testing.assert_array_equal(part.data, PIXELS[5:10, 3:9])
    assert part.mask.shape == part.uncertainty.array.shape == (5, 6)


@pytest.mark.parametrize(
    "result",
    [
        lambda f: (f - 1 * u.adu).data,
        lambda f: f[...].data - 1.0,
        lambda f: np.asarray(f) - 1.0,
        lambda f: f.__array__() - 1.0,
        lambda f: CCDData(f).data - 1.0,
        lambda f: f.to_hdu()[0].data - 1.0,
        lambda f: np.asarray(Pixels(f.shape, f.dtype, lambda: f.data)) - 1.0,
    ],
)
def test_whatever_looks_at_the_pixels_gets_them(frame, result):
    np.testing.assert_array_equal(result(frame), PIXELS - 1.0)


def test_damage_is_told_at_once():
    sent = fits_bytes(pixels((100, 100)), real_header())
    with pytest.raises(ImageError, match="the FITS file is cut off: 12000 of"):
        Frame.from_blob(blob(sent[:12_000]))
    with pytest.raises(ImageError, match="no raw image of 3 x 2 pixels"):
        Frame.from_blob(blob(bytes(7), ".bin"), Geometry(3, 2))


@pytest.mark.parametrize(
    ("sent", "format", "geometry"),
    [
        (fits_bytes(pixels((512, 512)), real_header()), ".fits", None),
        (pixels((512, 512)).tobytes(), ".bin", Geometry(512, 512, 16)),
        (bytes(3 * 512 * 512), ".stream", Geometry(512, 512, 8)),
    ],
)
def test_a_frame_takes_no_memory_before_it_is_looked_at(sent, format, geometry):
    Frame.from_fits(fits_bytes(PIXELS, real_header()))  # loads what astropy needs
    received = blob(sent, format)
    with at_most(200_000):
        frame = Frame.from_blob(received, geometry)
        assert repr(frame).startswith(("<Frame 512x512 uint16", "<Frame 512x512x3 uint8"))


@pytest.mark.skipif(sys.byteorder == "big", reason="there the bytes have to be swapped")
@pytest.mark.parametrize(
    ("sent", "format", "geometry"),
    [
        (fits_bytes(pixels().astype(np.uint8), real_header()), ".fits", None),
        (pixels().tobytes(), ".bin", Geometry(6, 4, 16)),
    ],
)
def test_numbers_that_need_nothing_are_those_of_the_blob(sent, format, geometry):
    received = memoryview(sent)
    frame = Frame.from_blob(blob(received, format), geometry)
    assert np.shares_memory(frame.data, np.frombuffer(received, np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        frame.data[0, 0] = 1
    mine = frame.copy()
    mine.data[0, 0] = 1
    assert (mine.data != frame.data).sum() <= 1


@pytest.mark.skipif(sys.platform != "linux", reason="there is no shared memory")
def test_shared_memory_is_the_storage_of_a_frame():
    block = os.memfd_create("frame")
    os.write(block, pixels((40, 60)).tobytes())
    frame = Frame.from_blob(blob(map_block(block), ".bin"), Geometry(60, 40, 16))
    os.pwrite(block, b"\xff\xff", 0)  # as no driver does; but it is seen at once
    os.close(block)
    assert frame.data[0, 0] == 65535
    np.testing.assert_array_equal(frame.data[1:], pixels((40, 60))[1:])


def test_another_thread_may_make_the_pixels_meanwhile(camera):
    class Overtaken(Frame):
        """Whose pixels another thread makes as soon as they have been asked for."""

        @property
        def _data(self):
            told, self.told = self.told, getattr(self.told, "array", lambda: self.told)()
            return told

        @_data.setter
        def _data(self, values):
            self.told = values

    frame = Overtaken(Pixels((20, 30), np.uint16, camera), unit="adu")
    frame._data = Pixels((20, 30), np.uint16, camera)
    np.testing.assert_array_equal(frame.data, PIXELS)
