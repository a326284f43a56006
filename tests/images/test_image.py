import numpy as np
import pytest
from astropy.io import fits

from indinb.errors import ImageError
from indinb.images.image import Geometry, Image, reading, top_down


def test_an_image_is_pixels_and_header():
    data, header = Image(np.eye(2), fits.Header())
    assert data.shape == (2, 2)
    assert len(header) == 0


def test_a_geometry_may_leave_the_bits_open():
    assert Geometry(1280, 1024) == (1280, 1024, None)
    assert Geometry(1280, 1024, 16).bits == 16


def test_every_image_gets_a_header_of_its_own():
    assert dict(top_down()) == {"ROWORDER": "TOP-DOWN"}
    assert top_down() is not top_down()


@pytest.mark.parametrize("error", [ValueError, OSError, KeyError, SyntaxError])
def test_whatever_goes_wrong_is_the_fault_of_the_bytes(error):
    with pytest.raises(ImageError) as caught, reading(bytes(7), "a picture"):
        raise error("of many\n  lines")
    assert str(caught.value).startswith("these 7 bytes are not a picture: ")
    assert str(caught.value).strip("'").endswith("of many lines") or error is KeyError
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value.__cause__, error)


def test_an_image_error_says_it_better():
    with pytest.raises(ImageError, match=r"^cut off$"), reading(b"", "a picture"):
        raise ImageError("cut off")


def test_what_is_no_error_goes_through():
    with pytest.raises(KeyboardInterrupt), reading(b"", "a picture"):
        raise KeyboardInterrupt
    with reading(b"", "a picture"):
        pass


def test_a_complaint_without_words_is_named():
    with (
        pytest.raises(ImageError, match="not a picture: ZeroDivisionError"),
        reading(b"", "a picture"),
    ):
        raise ZeroDivisionError


def test_memory_that_is_short_is_no_fault_of_the_bytes():
    with pytest.raises(MemoryError), reading(b"", "a picture"):
        raise MemoryError
