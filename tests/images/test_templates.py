"""Names of files by templates."""

import datetime as dt

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from indinb.images import naming
from indinb.images.frame import Frame
from indinb.images.templates import fields, filled, label, split
from tests.images.samples import blob, fits_bytes

HEADER = {
    "OBJECT": "M 31", "FRAME": "Light", "FILTER": "H alpha", "EXPTIME": 60.0, "GAIN": 120.0,
    "DATE-OBS": "2026-11-22T10:18:04.977", "INSTRUME": "ZWO CCD", "CCD-TEMP": -9.97,
    "XBINNING": 2, "YBINNING": 1,
}  # fmt: skip


def frame(**changes):
    return Frame(np.zeros((2, 3), np.uint16), unit="adu", header=fits.Header(HEADER | changes))


def test_all_fields():
    assert fields(HEADER) == {
        "object": "M-31", "type": "Light", "filter": "H-alpha", "exposure": "60s",
        "date": "2026-11-22", "time": "10-18-04.977", "camera": "ZWO-CCD", "temperature": "-10C",
        "binning": "2x1", "gain": "120",
    }  # fmt: skip


def test_a_header_that_tells_nothing():
    assert not any(fields({"EXPTIME": "long", "CCD-TEMP": float("nan"), "GAIN": True}).values())
    arrived = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert fields({}, arrived)["date"] == "2026-01-02"
    assert fields({"CCD-TEMP": -0.2})["temperature"] == "0C"


@pytest.mark.parametrize(
    ("template", "known", "path"),
    [
        ("{object}.fits", {"object": "M31"}, "M31.fits"),
        ("{object}/{type}_{filter}.fits", {"type": "Dark"}, "Dark.fits"),
        ("a/{object}/{filter}/x.fits", {"filter": "Red"}, "a/Red/x.fits"),
        ("{object}_{filter}_{type}.fits", {"type": "Dark"}, "Dark.fits"),
        ("{temperature}_{type}.fits", {"temperature": "-10C", "type": "Dark"}, "_-10C_Dark.fits"),
        ("{object}/..{object}.fits", {"object": "M31"}, "M31/M31.fits"),
        ("../{object}.fits", {"object": "M31"}, "../M31.fits"),
        ("{{{object}}}.fits", {"object": "M31"}, "{M31}.fits"),
        ("{number}.fits", {}, "007.fits"),
        ("{number:05}.fits", {}, "00007.fits"),
        ("/tmp/{object}.fits", {"object": "M31"}, "/tmp/M31.fits"),
    ],
)
def test_filling_in(template, known, path):
    assert filled(template, known, 7).as_posix() == path


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{colour}.fits", r"'\{colour\}' is none of \{object\}, \{type\}, .*\{number\}"),
        ("{object.__class__}.fits", "is none of"),
        ("{object!r}.fits", "is none of"),
        ("{}.fits", "is none of"),
        ("{object:>900000000}.fits", "has a format"),
        ("{number:>900000000}.fits", "has a format"),
        ("{number:5}.fits", "has a format"),  # of spaces
        ("a/{object.fits", "a brace of '.*a/{object.fits' is not closed"),
        ("{object}}.fits", "a brace of .* is not closed, or not opened"),
    ],
)
def test_templates_that_cannot_be(tmp_path, template, words):
    with pytest.raises(ValueError, match=words):
        frame().save(f"{tmp_path}/{template}")
    assert not list(tmp_path.iterdir())


def test_folders_are_made_and_numbers_go_on(tmp_path):
    template = f"{tmp_path}/{{object}}/{{filter}}_{{number}}.fits"
    paths = [frame().save(template) for _ in range(3)]
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "M-31/H-alpha_001.fits", "M-31/H-alpha_002.fits", "M-31/H-alpha_003.fits",
    ]  # fmt: skip
    paths[1].unlink()
    assert frame().save(template).name == "H-alpha_004.fits"
    assert frame(FILTER="Red").save(template).name == "Red_001.fits"


def test_numbers_go_on_from_one_time_to_the_next(tmp_path):
    template = f"{tmp_path}/{{type}}_{{number:04}}_{{date}}_{{time}}.fits"
    times = ["2026-11-22T10:18:04", "2026-11-22T10:19:04", "2026-11-23T00:00:00"]
    names = [frame(**{"DATE-OBS": time}).save(template).name for time in times]
    assert [name[:10] for name in names] == ["Light_0001", "Light_0002", "Light_0003"]


def test_a_template_without_a_number_replaces_nothing(tmp_path):
    template = f"{tmp_path}/{{object}}.fits"
    frame().save(template)
    with pytest.raises(FileExistsError):
        frame().save(template)
    frame().save(template, overwrite=True)


def test_a_suffix_that_is_not_known_makes_no_folder(tmp_path):
    with pytest.raises(ValueError, match="ends with none of"):
        frame().save(f"{tmp_path}/{{object}}/{{type}}.doc")
    assert not list(tmp_path.iterdir())


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from(["OBJECT", "FRAME", "FILTER", "INSTRUME"]), TEXT))
def test_text_from_the_wire_is_never_a_path(header):
    path = filled("{object}/{camera}/x{filter}_{type}_{number}.fits", fields(header), 1)
    assert len(path.parts) <= 3
    assert not path.is_absolute()
    assert not any(part.startswith((".", "-")) for part in path.parts)
    assert path.as_posix().isprintable()


# ---- of what arrives


ARRIVED = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("template", "stem", "start"),
    [
        ("{object}/{date}/{type}_{number}", "M-31/2026-11-22/Light", ""),
        ("{object}_{type}.fits", "M-31_Light", ""),
        ("{camera}/{type}_{number:04}_{time}.fits.fz", "ZWO-CCD/Light", "10-18-04.977"),
        ("{number}_{date}", "frame", "2026-11-22"),
    ],
)
def test_labels_by_a_template(template, stem, start):
    sent = blob(fits_bytes(np.zeros((2, 3), np.uint16), fits.Header(HEADER)))
    found = label(template, naming.label(sent, "Camera", ARRIVED), "Camera", ARRIVED)
    assert found == (stem, start, ".fits", sent.data)


def test_what_has_no_header_is_named_by_its_device_and_arrival():
    plain = naming.label(blob(b"?", ".NEF"), "Canon DSLR", ARRIVED)
    found = label("{camera}/{object}_{date}", plain, "Canon DSLR", ARRIVED)
    assert found[:3] == ("Canon-DSLR/2026-01-02", "", ".nef")


def test_a_template_begins_with_a_folder():
    assert split("{object}") == (".", "{object}")
    assert split("/{object}/x") == ("/", "{object}/x")
    assert split("a/b{object}/x") == ("a", "b{object}/x")
    with pytest.raises(ValueError, match="goes into the last part"):
        split("a/{number}/x")


def test_a_name_of_which_only_the_suffix_is_left(tmp_path):
    nothing = Frame(np.zeros((2, 3), np.uint16), unit="adu")
    for template in ("{object}.fits", "{object}_{filter}.fits"):
        assert nothing.save(tmp_path / template, overwrite=True).name == "frame.fits"
    assert nothing.save(tmp_path / "{object}/{type}.fits.fz").name == "frame.fits.fz"


@pytest.mark.parametrize("object", ["nul", "CON", "com1"])
def test_devices_of_windows_are_no_names(object):
    told = fields({"OBJECT": object})
    assert filled("{object}/{object}.fits", told).as_posix() == f"_{object}/_{object}.fits"
    assert naming.file_name({"OBJECT": object}) == f"_{object}.fits"


def test_numbers_beyond_belief_make_no_names():
    told = fields({"CCD-TEMP": 1e300, "XBINNING": 1e300, "GAIN": -1e300})
    assert not any(told.values())
