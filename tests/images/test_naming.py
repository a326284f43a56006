"""Names of files, from headers and from whatever else comes over the wire."""

import dataclasses
import datetime as dt
import re
import zlib
from pathlib import PureWindowsPath

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import example, given
from hypothesis import strategies as st

from indinb.images import fitsfile, naming
from indinb.images.naming import exposure, file_name, frame_type, label, safe
from tests.images.samples import (
    at_most,
    blob,
    cards,
    fits_bytes,
    header_block,
    pixels,
    real_header,
    with_cards,
)

ARRIVED = dt.datetime(2026, 11, 22, 10, 18, 5, 250_000, dt.UTC)
ARRIVAL = "2026-11-22T10-18-05.250"
M31 = {
    "OBJECT": "M31",
    "FRAME": "Light",
    "FILTER": "Red",
    "EXPTIME": 60.0,
    "DATE-OBS": "2026-11-22T10:18:04.977",
}
STEM, START = "M31_Light_Red_60s", "2026-11-22T10-18-04.977"


def labelled(data, format=".fits", device="CCD Simulator", size=None):
    return label(blob(data, format, size), device, ARRIVED)


def file_of(header, **options):
    return fits_bytes(pixels(), fits.Header(header), **options)


# ---- from headers


def test_a_label_is_made_from_the_header():
    data = file_of(M31)
    assert labelled(data) == (STEM, START, ".fits", data)


def test_the_header_of_a_real_camera():
    header = real_header()
    found = labelled(fits_bytes(pixels(), header))
    assert found.stem == "Light_Red_2s"  # its object is "Unknown"
    assert found.start == header["DATE-OBS"].replace(":", "-")


def test_the_header_of_a_packed_picture():
    data = file_of(M31, compressed=True)
    assert labelled(data, ".fits.fz") == (STEM, START, ".fits.fz", data)


def test_a_picture_after_an_empty_part():
    hdus = fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(pixels(), fits.Header(M31))])
    data = b"".join(bytes(str(hdu.header), "ascii").ljust(2880) for hdu in hdus)
    assert labelled(data)[:2] == (STEM, START)


def test_only_a_header():
    alone = header_block(*cards(SIMPLE="T", BITPIX=8, NAXIS=0), "OBJECT  = 'M31'")
    assert labelled(alone).stem == "M31"
    assert labelled(alone + b"XTENSION= 'IMAGE'").stem == "M31"


def test_pixels_are_not_looked_at():
    data = with_cards("OBJECT  = 'M31'") + bytes(50 << 20)
    with at_most(5 << 20):
        assert labelled(data).stem == "M31"
    assert labelled(data[:2880]).stem == "M31"  # cut off


@pytest.mark.parametrize(
    "odd",
    ["GAIN    = nan", "EXPTIME = 2,5", "FRAME   = 'Light", "CONTINUE  'x'", "\xff\0\n", "=" * 80],
)
def test_odd_cards_do_not_matter(odd):
    assert labelled(with_cards("OBJECT  = 'M31'", odd)).stem.startswith("M31")


@pytest.mark.parametrize("missing", ["OBJECT", "FRAME", "FILTER", "EXPTIME"])
def test_what_is_not_known_is_left_out(missing):
    header = {key: value for key, value in M31.items() if key != missing}
    assert labelled(file_of(header)).stem in (
        "Light_Red_60s",
        "M31_Red_60s",
        "M31_Light_60s",
        "M31_Light_Red",
    )


def test_a_header_that_tells_nothing():
    assert labelled(file_of({}))[:2] == ("CCD-Simulator", ARRIVAL)


@pytest.mark.parametrize(
    ("told", "start"),
    [
        ("2026-11-22T10:18:04.977", START),
        ("2026-11-22T10:18:04.977123", START),
        ("2026-11-22T10:18:04", "2026-11-22T10-18-04.000"),
        ("2026-11-22T12:18:04.977+02:00", START),
        ("2026-11-22T10:18:04.977Z", START),
        ("2026-13-22T10:18:04", ARRIVAL),
        ("22/11/99", ARRIVAL),
        ("../../etc", ARRIVAL),
        ("0001-01-01T00:00:00+23:59", ARRIVAL),
        ("", ARRIVAL),
        (2026, ARRIVAL),
        (True, ARRIVAL),
    ],
)
def test_the_start_is_a_time_in_utc(told, start):
    assert labelled(file_of({"DATE-OBS": told})).start == start


# ---- of what is no FITS file


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xe0 a JPEG",
        b"SIMPLE",
        b"SIMPLE  =                    T".ljust(2880),
        b"SIMPLE  = " + bytes(2870),
        b"XTENSION= 'IMAGE   '" + b"END".ljust(2860),
        header_block(*cards(SIMPLE="T", NAXIS="'x'")),
    ],
)
def test_what_is_damaged_has_the_name_of_the_device(data):
    found = labelled(data, device="Canon DSLR EOS 600D")
    assert found == ("Canon-DSLR-EOS-600D", ARRIVAL, ".fits", data)


def test_a_header_without_end_is_not_looked_through_for_long(monkeypatch):
    monkeypatch.setattr(fitsfile, "_LONGEST_HEADERS", 2880)
    data = b"SIMPLE  =                    T".ljust(80)
    assert labelled(data.ljust(28_800) + b"END").stem == "CCD-Simulator"
    assert labelled(with_cards("OBJECT  = 'M31'")).stem == "M31"
    assert labelled(with_cards(*["COMMENT"] * 40, "OBJECT  = 'M31'")).stem == "CCD-Simulator"


@pytest.mark.parametrize("device", ["", "..", "/", "\0", "Unknown", "---"])
def test_a_device_without_a_name(device):
    assert labelled(b"", device=device).stem == "frame"


# ---- compression


def test_zlib_is_inflated():
    data = file_of(M31)
    packed = zlib.compress(data)
    for format, suffix in [(".fits.z", ".fits"), (".FITS.Z", ".fits"), (".ser.z", ".ser")]:
        found = labelled(packed + bytes(3), format, size=len(data))
        assert found == (STEM, START, suffix, data)


def test_what_does_not_inflate_is_written_as_it_came():
    data = zlib.compress(b"stars")
    for broken, size in [(data, 4), (data[:5], 5), (b"stars", 5)]:
        assert labelled(broken, ".fits.z", size=size)[2:] == (".fits.z", broken)


def test_what_would_inflate_beyond_measure_is_written_as_it_came():
    data = bytes(20_000_000)
    packed = zlib.compress(data)
    assert len(data) > 100 * len(packed)
    with at_most(1_000_000):
        assert labelled(packed, ".fits.z", size=len(data))[2:] == (".fits.z", packed)
    padded = packed.ljust(len(data) // 100)  # as far as it may go
    assert labelled(padded, ".fits.z", size=len(data))[2:] == (".fits", data)


def test_nothing_is_inflated_beyond_a_gibibyte(monkeypatch):
    sizes = []
    monkeypatch.setattr(naming, "inflated", lambda blob: sizes.append(blob.size) or blob)
    came = blob(memoryview(bytes(12_000_000)), ".fits.z", 1 << 30)
    label(came, "CCD", ARRIVED)
    assert label(dataclasses.replace(came, size=(1 << 30) + 1), "CCD", ARRIVED).suffix == ".fits.z"
    assert sizes == [1 << 30]


def test_what_is_too_large_for_memory_is_written_as_it_came(monkeypatch):
    def fail(blob):
        raise MemoryError

    monkeypatch.setattr("indinb.images.naming.inflated", fail)
    assert labelled(b"stars", ".fits.z")[2:] == (".fits.z", b"stars")


# ---- text from the wire


@pytest.mark.parametrize(
    ("format", "suffix"),
    [
        (".fits", ".fits"),
        ("fits", ".fits"),
        (" .FITS ", ".fits"),
        (".fits.fz", ".fits.fz"),
        (".CR2", ".cr2"),
        (".stream_jpg", ".stream_jpg"),
        ("", ".bin"),
        (".", ".bin"),
        ("...", ".bin"),
        ("..fits", ".fits"),
        (".ser.z", ".ser.z"),
        ("../../etc/passwd", ".etc.passwd"),
        ("/etc/passwd", ".etc.passwd"),
        ("..\\x", ".x"),
        (".fits\0.exe", ".fits.exe"),
        (".fits\n", ".fits"),
        (".ﬁts", ".ts"),
        (".x" * 300, ".x" * 8),
        ("x" * 300, "." + "x" * 15),
        ("x" * 15 + ".fits", "." + "x" * 15),
        (".fits:stream", ".fits.stream"),
        ("?*|<>\"'", ".bin"),
    ],
)
def test_suffixes(format, suffix):
    assert labelled(b"...", format).suffix == suffix


HOSTILE = [
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\Windows\\x",
    "\\\\server\\share",
    "nul\0byte",
    "CON",
    "NUL",
    "com1",
    "x" * 300,
    "\N{PILE OF POO}" * 300,
    "望远镜" * 100,
    "two\nlines\r",
    "\N{RIGHT-TO-LEFT OVERRIDE}stif",
    ".hidden",
    "-rf",
    "~",
    "$HOME",
    "trailing. ",
    "\ud800",
]
SAFE = re.compile(r"[\w+][\w.+-]*")


def check_name(device, format):
    """Check the whole name that a BLOB gets, on any system."""
    stem, start, suffix, _ = labelled(b"...", format, device)
    name = f"{stem}_001_{start}{suffix}"
    assert SAFE.fullmatch(name)
    assert name.isprintable()
    assert ".." not in stem[:2]
    assert len(f".{name}.part".encode()) <= 255
    assert PureWindowsPath(name).name == name
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)", name.split(".")[0])
    assert not name.endswith((".", " "))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_never_leave_the_folder(hostile):
    check_name(hostile, ".fits")
    check_name("CCD", hostile)
    check_name(hostile, hostile)


@given(st.text(max_size=300), st.text(max_size=300))
@example("𐀀" * 300, "𐀀" * 300)
def test_any_text_makes_a_name(device, format):
    check_name(device, format)


@given(st.binary(max_size=300))
def test_any_bytes_after_a_begin_make_a_name(data):
    found = labelled(b"SIMPLE  =                    T".ljust(80) + data + b"END".ljust(80))
    assert SAFE.fullmatch(found.stem)


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text.isascii()])
def test_names_from_hostile_headers(hostile):
    text = re.sub(r"[^ -~]", "?", hostile)[:60]
    found = labelled(file_of({"OBJECT": text, "FRAME": text, "FILTER": text, "DATE-OBS": text}))
    assert SAFE.fullmatch(found.stem)
    assert len(found.stem) <= 3 * 40 + 2
    assert found.start == ARRIVAL


# ---- parts, which frames use, too


def test_parts_of_names():
    assert safe("M 31") == "M-31"
    assert safe(None) == safe("Unknown") == safe("..") == ""
    assert frame_type({"FRAME": "Dark", "IMAGETYP": "Light"}) == "Dark"
    assert frame_type({"IMAGETYP": "Dark Frame"}) == "Dark-Frame"
    assert frame_type({}) == ""
    assert exposure({"EXPTIME": 0.001}, "s") == "0.001s"
    assert exposure({"EXPTIME": 120}, " s") == "120 s"
    assert exposure({"EXPTIME": "2,5"}, "s") == exposure({}, "s") == ""


def test_names_of_frames_are_without_number():
    assert file_name(fits.Header(M31)) == f"{STEM}_{START}.fits"
    assert file_name({}) == "frame.fits"


def test_a_dictionary_of_numpy_numbers():
    assert exposure({"EXPTIME": np.float64(2.5)}, "s") == "2.5s"
