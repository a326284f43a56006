"""Files of a camera, and their headers."""

import datetime as dt
import io
from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits as astropy_fits

from indinb.simulator.astrometry import Site
from indinb.simulator.devices import fits
from indinb.simulator.world import Pointing
from tests.captures import CAPTURES

PICTURE = np.arange(65536, dtype=np.uint16).reshape(128, 512)

NOTES = fits.Notes(
    "CCD Simulator",
    dt.datetime(2026, 1, 15, 20, 30, 1, 234_567, tzinfo=dt.UTC),
    exposure=2.0,
    temperature=-10.0,
    pixel=(5.2, 5.2),
    binning=(2, 2),
    frame_type="Light",
    focal_length=127.0,
    aperture=50.0,
    gain=90.0,
    egain=1.0,
)
EVERYTHING = replace(
    NOTES,
    telescope="Telescope Simulator",
    filter="Red",
    rotator=12.0,
    focus=36_700.4,
    air=3.0,
    offset=10.0,
    site=Site(37.2236, 357.4537, 2168.0),
    pointing=Pointing(10.0, 41.0, 30.0, 120.0, reported=(10.6847, -0.5), pier="WEST"),
)


def keywords(notes: fits.Notes) -> dict[str, object]:
    return {card.keyword: card.value for card in fits.header(notes)}


def captured(name: str) -> list[str]:
    text = (CAPTURES.parent / name).read_text(encoding="latin-1")
    words = (line[:8].strip() for line in text.splitlines())
    return [word for word in words if word not in ("", "COMMENT", "EXTEND")]


def reopened(notes: fits.Notes, compress: bool = False):
    data, size = fits.encode(PICTURE, fits.header(notes), compress)
    return astropy_fits.open(io.BytesIO(data))[-1], size, len(data)


def test_there_is_all_that_indi_writes() -> None:
    hdu, _, _ = reopened(EVERYTHING)
    assert set(captured("exposure.hdr")) <= set(hdu.header)


def test_it_is_in_the_order_of_indi() -> None:
    ours = [card.keyword for card in fits.header(EVERYTHING)]
    both = [keyword for keyword in captured("exposure.hdr") if keyword in ours]
    assert [keyword for keyword in ours if keyword in both] == both


def test_the_values() -> None:
    cards = keywords(EVERYTHING)
    assert cards["XPIXSZ"] == 10.4
    assert cards["IMAGETYP"] == "Light Frame"
    assert cards["FOCUSPOS"] == 36_700
    assert cards["SITELONG"] == pytest.approx(-2.5463)
    assert cards["DATE-OBS"] == "2026-01-15T20:30:01.234"
    assert cards["AIRMASS"] == pytest.approx(1.994, abs=0.01)
    assert cards["SCALE"] == pytest.approx(206.265 * 10.4 / 127, abs=1e-3)
    assert cards["PIERSIDE"] == "WEST"


def test_the_position_is_the_one_that_the_mount_reports() -> None:
    cards = keywords(EVERYTHING)
    assert (cards["RA"], cards["DEC"]) == (10.6847, -0.5)
    assert (cards["OBJCTRA"], cards["OBJCTDEC"]) == ("00 42 44.33", "-00 30 00.00")


def test_what_is_not_known_is_not_written() -> None:
    missing = {"TELESCOP", "FILTER", "ROTATANG", "FOCUSPOS", "FOCUSTEM", "SITELAT", "RA", "OBJCTRA"}
    assert not missing & set(keywords(NOTES))
    assert "BAYERPAT" not in keywords(EVERYTHING)


def test_colour_cameras_tell_the_order_of_their_filters() -> None:
    cards = keywords(replace(NOTES, bayer="RGGB"))
    assert (cards["BAYERPAT"], cards["XBAYROFF"], cards["YBAYROFF"]) == ("RGGB", 0, 0)


def test_pixels_are_kept_with_and_without_compression() -> None:
    plain, size, length = reopened(EVERYTHING)
    packed, same_size, packed_length = reopened(EVERYTHING, compress=True)
    assert (plain.data.dtype.kind, size, same_size) == ("u", length, length)
    assert packed_length < length
    assert np.array_equal(plain.data, PICTURE)
    assert np.array_equal(packed.data, PICTURE)
    assert packed.header["OBJCTRA"] == plain.header["OBJCTRA"]


def test_any_text_can_be_the_name_of_an_object() -> None:
    hdu, _, _ = reopened(
        replace(NOTES, object="Galaxie d'Androm\u00e8de\n" + "x" * 200, observer="")
    )
    assert hdu.header["OBJECT"].startswith("Galaxie d'Andromde")


def test_it_tells_what_is_invented() -> None:
    hdu, _, _ = reopened(NOTES)
    history = " ".join(hdu.header["HISTORY"])
    assert "Gaia" in history
    assert "OpenNGC" in history
    assert "invented" in history
    assert "variables is computed" in history
    assert all(len(line) <= 72 for line in fits.HISTORY)


def test_bare_pixels_are_little_endian() -> None:
    data, size = fits.native(np.array([[1, 258]], np.uint16), compress=False)
    assert (data, size) == (b"\x01\x00\x02\x01", 4)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "00 00 00.00"), (-89.99999999, "-90 00 00.00"), (5.9999999, "06 00 00.00")],
)
def test_seconds_never_are_sixty(value: float, text: str) -> None:
    assert fits.sexagesimal(value) == text
