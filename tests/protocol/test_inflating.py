import zlib

import numpy as np
import pytest

from indinb.errors import ImageError
from indinb.protocol.inflating import inflated
from indinb.protocol.messages import Blob
from tests.images.samples import at_most, blob


def test_other_formats_stay_as_they_are():
    plain = blob(b"hello", ".txt", 5)
    assert inflated(plain) is plain


@pytest.mark.parametrize("suffix", [".z", ".Z", ".z "])
def test_the_rest_of_the_format_stays(suffix):
    assert inflated(blob(zlib.compress(b"hello"), ".Txt" + suffix, 5)) == Blob(
        memoryview(b"hello"), ".Txt", 5
    )


@pytest.mark.parametrize("size", [0, 4, 6, 1 << 70])
def test_the_size_announced_counts(size):
    with pytest.raises(ImageError, match=f"does not inflate to the {size} bytes"):
        inflated(blob(zlib.compress(b"hello"), ".txt.z", size))


def test_damage_is_told():
    with pytest.raises(ImageError, match="these 7 bytes are not zlib data: "):
        inflated(blob(b"no zlib", ".txt.z", 5))


def test_zlib_data_are_not_held_twice():
    data = np.random.default_rng(1).integers(0, 4, 20_000_000).astype(np.uint8).tobytes()
    packed = blob(zlib.compress(data, 1), ".bin.z", len(data))
    with at_most(1.3 * len(data)):
        assert inflated(packed).data == data
