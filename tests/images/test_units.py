"""What headers tell of the numbers."""

import math

import pytest
from astropy import units as u
from astropy.io import fits

from indinb.images.frame import Frame
from indinb.images.units import egain, full_at, unit
from tests.images.samples import fits_bytes, pixels

PER_ADU = u.electron / u.adu


def header(**cards):
    return fits.Header([fits.Card(key, *told) for key, told in cards.items()])


@pytest.mark.parametrize(
    ("cards", "found"),
    [
        ({}, None),
        ({"EGAIN": (0.8, "Electrons per ADU")}, 0.8),
        ({"EGAIN": (1, "[e-/ADU] Electrons per A/D unit")}, 1),
        ({"EGAIN": (0.0, "")}, None),
        ({"EGAIN": ("much", "")}, None),
        ({"GAIN": (120, "Gain")}, None),
        ({"GAIN": (120, "Sensor gain")}, None),
        ({"GAIN": (1.5, "[e-/ADU] Gain")}, 1.5),
        ({"GAIN": (1.5, "gain, electrons/adu")}, 1.5),
        ({"GAIN": (1.5, "Electrons per DN")}, 1.5),
        ({"GAIN": (1.5, "e/ADU"), "EGAIN": (0.7, "")}, 0.7),
        ({"GAIN": (1.5, "e/ADU"), "EGAIN": ("", "")}, 1.5),
    ],
)
def test_electrons_of_an_adu(cards, found):
    expected = None if found is None else found * PER_ADU
    assert egain(header(**cards)) == expected


def test_a_frame_can_be_corrected_for_its_gain():
    frame = Frame.from_fits(fits_bytes(pixels(), fits.Header({"EGAIN": 0.5})))
    assert (frame * frame.egain).unit == u.electron
    assert (frame * frame.egain).data[-1, -1] == 65_535 / 2
    assert Frame.from_fits(fits_bytes(pixels())).egain is None
    assert Frame(pixels(), unit="adu", header={"GAIN": 5}).egain is None  # of a dict


def test_full_pixels_are_known_of_small_numbers_only():
    for kind, most in (("uint8", 255), ("uint16", 65_535), ("int16", None), ("float32", None)):
        assert full_at({}, pixels().astype(kind).dtype) == most
    assert full_at({"SATURATE": math.inf}, pixels().dtype) == 65_535


def test_units_that_nobody_knows_are_adu():
    for bunit in ("ADU", "furlong", True):
        assert unit(fits.Header({"BUNIT": bunit})) == u.adu
