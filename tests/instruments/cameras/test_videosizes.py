"""Sizes of video that change in mid-stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.images.image import Geometry
from indinb.instruments.cameras.videosizes import VideoSizes

LARGE, SMALL = Geometry(640, 480), Geometry(320, 240)
WIDE, HIGH = Geometry(320, 200), Geometry(200, 320)


def area(geometry: Geometry) -> int:
    return geometry.width * geometry.height


def followed(*pictures: tuple[Geometry, int | Geometry], pixel: int = 1) -> list[Geometry | None]:
    """Return what becomes of pictures: what is told, and what they are (or their bytes)."""
    sizes = VideoSizes()
    return [
        sizes.fitting(pixel * area(has) if isinstance(has, Geometry) else has, told)
        for told, has in pictures
    ]


@pytest.mark.parametrize("pixel", [1, 2, 3, 6])
def test_as_long_as_nothing_changes(pixel):
    assert followed(*[(LARGE, LARGE)] * 5, pixel=pixel) == [LARGE] * 5


@pytest.mark.parametrize("size", [0, 1, 640 * 480 - 1, 4 * 640 * 480, 5 * 640 * 480, 10**12])
def test_bytes_that_fit_nothing(size):
    assert followed((LARGE, size), (LARGE, LARGE), (LARGE, size)) == [None, LARGE, None]


@pytest.mark.parametrize("pixel", [1, 2, 3, 6])
@pytest.mark.parametrize("late", [0, 1, 2, 3])
@pytest.mark.parametrize("sizes", [(LARGE, SMALL), (SMALL, LARGE)])
def test_pictures_of_the_size_before_may_come_late(sizes, late, pixel):
    before, after = sizes
    pictures = [(before, before), *[(after, before)] * late, *[(after, after)] * 4]
    assert followed(*pictures, pixel=pixel) == [each for _, each in pictures]


@pytest.mark.parametrize("factor", [2, 3, 6])
def test_a_late_picture_is_none_of_more_bytes(factor):
    """It would be as large as one of the new size with 16 bits, or in colours."""
    before, after = Geometry(factor * 100, 80), Geometry(100, 80)
    pictures = [(before, before), (after, before), (after, after)]
    assert followed(*pictures) == [before, before, after]


def test_the_size_before_is_soon_forgotten():
    pictures = [(LARGE, LARGE), (SMALL, SMALL), *[(SMALL, LARGE)] * 3]
    assert followed(*pictures) == [LARGE, SMALL, None, None, None]


def test_if_both_sizes_fit_nobody_guesses():
    pictures = [(WIDE, WIDE), *[(HIGH, HIGH)] * 5]
    assert followed(*pictures) == [WIDE, None, None, None, HIGH, HIGH]


def test_sizes_that_come_and_go():
    pictures = [(LARGE, LARGE), (SMALL, LARGE), (WIDE, SMALL), (WIDE, WIDE), (LARGE, WIDE)]
    assert followed(*pictures) == [LARGE, LARGE, SMALL, WIDE, WIDE]
    assert followed((LARGE, LARGE), (WIDE, SMALL), (WIDE, WIDE)) == [LARGE, None, WIDE]


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1), (1, 3), (6, 1)])
def test_the_depth_may_change_alone(first, second):
    sizes = [first * area(LARGE), second * area(LARGE)]
    assert followed((LARGE, sizes[0]), (LARGE, sizes[1]), (LARGE, sizes[1])) == [LARGE] * 3


def test_depth_and_size_may_change_at_once():
    deep = 2 * area(SMALL)
    pictures = [(LARGE, LARGE), *[(SMALL, deep)] * 5]
    assert followed(*pictures) == [LARGE, None, None, None, SMALL, SMALL]


def test_before_the_first_picture_sizes_do_not_matter():
    assert followed((LARGE, 7), (SMALL, 7), (WIDE, WIDE), (WIDE, WIDE))[2:] == [WIDE, WIDE]


GEOMETRIES = st.builds(Geometry, st.integers(1, 6), st.integers(1, 6))


@given(st.lists(st.tuples(GEOMETRIES, st.integers(1, 5), st.integers(0, 2)), max_size=8))
def test_grey_pictures_are_never_skewed(changes):
    """Whatever the sizes are, as long as pictures are no more than two behind."""
    sizes, before = VideoSizes(), Geometry(7, 7)
    assert sizes.fitting(49, before) == before
    for told, count, late in changes:
        behind = [before] * late
        for has in [*behind, *[told] * (count + 3)]:
            assert sizes.fitting(area(has), told) in (has, None)
        assert sizes.fitting(area(told), told) == told
        before = told
