"""Headers that are completed: byte by byte, and as astropy reads them."""

import io
import math

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from indinb.images.cards import Fact, complete, completed, is_told, plain
from indinb.images.fitsfile import find_header, read_fits, read_header
from tests.images.samples import (
    cards,
    fits_bytes,
    header_block,
    pixels,
    real_header,
    with_cards,
)

M31 = Fact("OBJECT", "M31", "Name of the target")
RED = Fact("FILTER", "Red", "Filter Simulator")
AIRMASS = Fact("AIRMASS", 1.25, "Pickering (2002)")

KEYWORDS = st.sampled_from(
    [
        "OBJECT",
        "OBSERVER",
        "FILTER",
        "RA",
        "DEC",
        "FOCUSPOS",
        "SITELAT",
        "AIRMASS",
        "DATE-END",
        "GAIN",
        "EGAIN",
    ]
)
VALUES = st.one_of(
    st.text(max_size=90),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)
FACTS = st.lists(st.builds(Fact, KEYWORDS, VALUES, st.text(max_size=90)), max_size=50)


def opened(data):
    """Return headers and pixels as astropy has them, which must have nothing to complain of."""
    with fits.open(io.BytesIO(bytes(data))) as hdus:
        hdus.verify("exception")
        return [hdu.header.copy() for hdu in hdus], hdus[-1].data.copy()


@pytest.mark.parametrize("name", ["exposure", "exposure_wcs"])
def test_what_a_real_driver_tells_stays(name):
    before = fits_bytes(pixels(), real_header(name))
    after = bytes(completed(before, [M31, RED, AIRMASS, Fact("SITEELEV", 2168.0, "[m]")]))
    (header,), data = opened(after)
    assert header["OBJECT"] == "M31"
    assert header.comments["OBJECT"] == "Name of the target"
    assert header["SITEELEV"] == 2168.0
    assert (data == pixels()).all()
    old, new = (_lines(file) for file in (before, after))
    changed = [line for line in old if line not in new]
    assert [line[:8].strip() for line in changed] == [b"OBJECT"]
    assert len(new) == len(old) + 1
    assert header["AIRMASS"] == real_header(name)["AIRMASS"] != 1.25


def _lines(file):
    start, stop, _ = find_header(file)
    return [file[at : at + 80] for at in range(start, stop, 80)]


def test_what_is_not_told():
    missing = ("OBJECT  = 'Unknown '", "OBJECT  = ''", "OBJECT  =", "OBJECT  = 'UNKNOWN' / no")
    for card in (*missing, "OBJECT  = 'nan'", "OBJECT  = nan"):
        (header,), _ = opened(completed(with_cards(card), [M31]))
        assert header["OBJECT"] == "M31"
        assert header.count("OBJECT") == 1


@pytest.mark.parametrize("card", ["OBJECT  = 'M 42'", "OBJECT  = 0", "OBJECT  = 'None'"])
def test_what_is_told(card):
    file = with_cards(card)
    assert bytes(completed(file, [M31])) == file


def test_of_several_cards_one_that_tells_something_is_enough():
    file = with_cards("OBJECT  = 'Unknown'", "OBJECT  = 'M42'")
    assert bytes(completed(file, [M31])) == file
    both = completed(with_cards("OBJECT  = ''", "OBJECT  = 'Unknown'"), [M31])
    assert read_header(both, ["OBJECT"])["OBJECT"] == "M31"


def test_nothing_to_add_is_no_copy():
    file = memoryview(fits_bytes(pixels(), fits.Header({"OBJECT": "M42"})))
    assert completed(file, [M31]).obj is file.obj
    assert completed(file, []).obj is file.obj


def test_a_header_grows_by_blocks():
    facts = [Fact(f"KEY{number}", number, "") for number in range(100)]
    (header,), data = opened(completed(fits_bytes(pixels()), facts))
    assert [header[fact.keyword] for fact in facts] == list(range(100))
    assert (data == pixels()).all()


def test_a_packed_image():
    file = fits_bytes(pixels((40, 60)), fits.Header({"OBJECT": "Unknown"}), compressed=True)
    after = completed(file, [M31, RED])
    (primary, header), data = opened(after)
    assert (header["OBJECT"], header["FILTER"]) == ("M31", "Red")
    assert "FILTER" not in primary
    assert (data == pixels((40, 60))).all()
    image = read_fits(after)
    assert image.header["OBJECT"] == "M31"
    assert (image.data == pixels((40, 60))).all()


def test_a_checksum_is_taken_out_and_that_of_the_data_holds():
    file = io.BytesIO()
    fits.PrimaryHDU(pixels(), fits.Header({"OBJECT": "Unknown"})).writeto(file, checksum=True)
    after = bytes(completed(file.getvalue(), [M31]))
    with fits.open(io.BytesIO(after), checksum=True) as hdus:
        assert hdus[0].verify_datasum() == 1
        assert "CHECKSUM" not in hdus[0].header
    assert bytes(completed(file.getvalue(), [])) == file.getvalue()


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"no FITS at all",
        b"\xff\xd8\xff\xe0 a JPEG",
        b"SIMPLE  =                    T" + b" " * 5000,
        header_block(*cards(SIMPLE="T"))[:80],
    ],
)
def test_what_is_no_fits_file_stays(file):
    assert bytes(completed(file, [M31])) == file


@given(st.binary(max_size=300), FACTS)
@settings(max_examples=50)
def test_any_bytes_stay(data, facts):
    assert bytes(completed(data, facts)) == data


@given(FACTS)
@settings(max_examples=100)
def test_any_facts_make_sound_files(facts):
    (header,), data = opened(completed(fits_bytes(pixels()), facts))
    first = {fact.keyword: fact for fact in reversed(facts) if is_told(_stored(fact))}
    for fact in first.values():
        if isinstance(fact.value, str):
            assert header[fact.keyword] == plain(fact.value)
        else:
            assert math.isclose(header[fact.keyword], fact.value, rel_tol=1e-12, abs_tol=1e-30)
    assert (data == pixels()).all()


def _stored(fact):
    return plain(fact.value) if isinstance(fact.value, str) else fact.value


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_any_text_is_made_to_fit(text):
    made = plain(text)
    assert made.isascii()
    assert (made == "") or made.isprintable()
    assert len(made.replace("'", "''")) <= 68
    assert plain(made) == made.strip()


def test_a_long_comment_is_cut():
    after = completed(fits_bytes(pixels()), [Fact("OBSERVER", "x" * 60, "the name " * 20)])
    (header,), _ = opened(after)
    assert header["OBSERVER"] == "x" * 60
    assert "the name ".startswith(header.comments["OBSERVER"])


def test_a_header_in_memory_says_the_same():
    header = real_header()
    complete(header, [M31, RED, AIRMASS, Fact("NOTE", "ü" * 99, "c" * 99)])
    file = completed(fits_bytes(pixels(), real_header()), [M31, RED, AIRMASS])
    (written,), _ = opened(file)
    assert header["OBJECT"] == written["OBJECT"] == "M31"
    assert header["AIRMASS"] == written["AIRMASS"]
    assert header["NOTE"] == "u" * 68
    assert header.tostring()  # astropy has nothing to complain of


@pytest.mark.parametrize(
    ("value", "told"),
    [("M31", True), (0, True), (False, True), (" ", False), ("unknown", False), (None, False)],
)
def test_is_told(value, told):
    assert is_told(value) is told
    assert is_told(fits.card.UNDEFINED) is False


def test_big_pictures_are_copied_once():
    file = fits_bytes(np.zeros((1000, 1000), np.uint16))
    after = completed(file, [M31])
    assert len(after) == len(file)
    assert after[5760:] == file[5760:]


def test_a_header_that_is_completed_has_no_checksum_of_before():
    header = fits.Header({"CHECKSUM": "abc", "OBJECT": "M31"})
    complete(header, [Fact("OBJECT", "M42", "Name")])
    assert header["CHECKSUM"] == "abc"
    complete(header, [Fact("FILTER", "Red", "Name")])
    assert "CHECKSUM" not in header
