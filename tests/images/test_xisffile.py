"""XISF, with a stand-in for the package ``xisf``: its licence keeps it out of our tests.

The stand-in has the three calls of version 0.9.7 that we use, and the values that they return.
"""

import sys
import zlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ImageError
from indinb.images.blobs import decode
from indinb.images.frame import Frame
from indinb.images.xisffile import read_xisf
from tests.images.samples import blob, pixels

SIGNATURE = b"XISF0100"
KEYWORDS = {
    "INSTRUME": [{"value": "CCD Simulator", "comment": "CCD Name"}],
    "EXPTIME": [{"value": "2.000000E+00", "comment": "Total Exposure Time (s)"}],
    "XBINNING": [{"value": "1", "comment": ""}],
    "EXTEND": [{"value": "T", "comment": "may contain extensions"}],
    "FILTER": [{"value": "R/G", "comment": ""}],
    "OBSERVER": [{"value": "José O'Neil", "comment": "90 °"}],
    "OBJCTRA": [{"value": "23 59 09.08", "comment": "Object J2000 RA in Hours"}],
    "CCD-TEMP": [{"value": "-10", "comment": "x" * 200}],
    "HISTORY": [{"value": "", "comment": "one"}, {"value": "", "comment": "two"}],
}


class StandIn:
    """Reads what `xisf_bytes` wrote, the way the package reads XISF."""

    files: list[str]

    def __init__(self, fname):
        self.files.append(fname)
        with open(fname, "rb") as file:  # noqa: PTH123  as the package does
            if file.read(8) != SIGNATURE:
                raise ValueError("File doesn't have XISF signature")
            shape = np.frombuffer(file.read(12), "<i4")
            self.pixels = np.frombuffer(file.read(), "<u2")[: shape.prod()].reshape(shape)

    def get_images_metadata(self):
        return [{"FITSKeywords": KEYWORDS}]

    def read_image(self, n=0, data_format="channels_last"):
        assert n == 0
        assert data_format == "channels_first"
        return self.pixels


def xisf_bytes(data):
    planes = data.reshape(-1, *data.shape[-2:])
    return SIGNATURE + np.array(planes.shape, "<i4").tobytes() + planes.astype("<u2").tobytes()


@pytest.fixture
def files(monkeypatch):
    """Install the stand-in; return the names of the files that it opens."""
    package = ModuleType("xisf")
    package.XISF = StandIn
    StandIn.files = []
    monkeypatch.setitem(sys.modules, "xisf", package)
    return StandIn.files


@pytest.fixture
def missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "xisf", None)


@pytest.mark.usefixtures("missing")
@pytest.mark.parametrize("format", [".xisf", "XISF", ".xisf.z"])
def test_without_the_package_the_error_says_how_to_get_it(format):
    data = xisf_bytes(pixels())
    sent = blob(zlib.compress(data) if format.endswith(".z") else data, format, len(data))
    with pytest.raises(ImageError, match=r"pip install indinb\[xisf\]; blob\.save\('image\.xisf'"):
        decode(sent)
    assert bytes(sent)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("shape", [(4, 6), (3, 4, 6)])
def test_planes_come_first_and_a_single_one_is_none(shape):
    expected = pixels(shape)
    data, _ = decode(blob(xisf_bytes(expected), ".xisf"))
    np.testing.assert_array_equal(data, expected)
    assert data.dtype == np.uint16
    assert data.dtype.isnative
    data[0, 0] = 7


@pytest.mark.usefixtures("files")
def test_fits_keywords_become_a_header():
    header = read_xisf(xisf_bytes(pixels())).header
    assert header["INSTRUME"] == "CCD Simulator"
    assert header.comments["INSTRUME"] == "CCD Name"
    assert header["EXPTIME"] == 2.0
    assert header["XBINNING"] == 1
    assert header["EXTEND"] is True
    assert header["FILTER"] == "R/G"
    assert header["OBSERVER"] == "Jos? O'Neil"
    assert header["OBJCTRA"] == "23 59 09.08"
    assert header["CCD-TEMP"] == -10
    assert len(header["HISTORY"]) == 2
    assert header["ROWORDER"] == "TOP-DOWN"
    assert len(list(header.values())) == len(header)


@pytest.mark.filterwarnings("ignore")
@given(st.dictionaries(st.text(max_size=12), st.tuples(st.text(), st.text()), max_size=4))
def test_any_keyword_can_be_read(keywords):
    with pytest.MonkeyPatch.context() as monkeypatch:
        package = ModuleType("xisf")
        package.XISF, StandIn.files = StandIn, []
        monkeypatch.setitem(sys.modules, "xisf", package)
        told = {name: [{"value": a, "comment": b}] for name, (a, b) in keywords.items()}
        monkeypatch.setattr(StandIn, "get_images_metadata", lambda _: [{"FITSKeywords": told}])
        header = read_xisf(xisf_bytes(pixels())).header
    assert len(list(header.values())) == len(header)


def test_nothing_is_left_on_the_disk(files):
    read_xisf(xisf_bytes(pixels()))
    with pytest.raises(ImageError):
        read_xisf(b"junk")
    assert len(files) == 2
    assert not [name for name in files if Path(name).parent.exists()]


@pytest.mark.usefixtures("files")
def test_it_is_a_frame_like_any_other(tmp_path):
    frame = Frame.from_blob(blob(xisf_bytes(pixels()), ".xisf"))
    assert repr(frame) == "<Frame 6x4 uint16, 2 s>"
    again = Frame.from_fits(frame.save(tmp_path))
    np.testing.assert_array_equal(again.data, pixels())
    assert again.header["INSTRUME"] == "CCD Simulator"


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("file", [b"", b"junk", SIGNATURE, xisf_bytes(pixels())[:-2]])
def test_damaged_files(file):
    with pytest.raises(ImageError, match=f"these {len(file)} bytes are not an XISF image: "):
        read_xisf(file)


@pytest.mark.usefixtures("files")
def test_what_comes_after_the_image_does_not_matter():
    file = xisf_bytes(pixels()) + bytes(1000)
    np.testing.assert_array_equal(decode(blob(file, ".xisf")).data, pixels())
