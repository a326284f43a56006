import dataclasses
import datetime as dt
import os
import typing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.protocol import messages
from indinb.protocol.messages import (
    Blob,
    Define,
    Delete,
    EnableBlob,
    GetProperties,
    Limits,
    Member,
    Message,
    New,
    Notice,
    Ping,
    Update,
    parse_timestamp,
)
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State
from tests.protocol.strategies import moderately


def blob(data=b"data", format=".fits", size=None):
    return Blob(memoryview(data), format, len(data) if size is None else size)


def test_blob_gives_its_bytes():
    picture = blob(b"\x00\x01\x02", ".bin", 3)
    assert bytes(picture) == b"\x00\x01\x02"
    assert len(picture) == 3
    assert (picture.format, picture.size) == (".bin", 3)


def test_blob_is_counted_in_bytes_whatever_it_holds():
    pixels = np.arange(6, dtype=np.uint16)
    picture = Blob(memoryview(pixels), ".bin", 12)
    assert len(picture) == 12
    assert bytes(picture) == pixels.tobytes()


def test_blobs_of_equal_content_are_equal():
    assert blob() == blob()
    assert blob() == blob(bytearray(b"data"))
    assert blob() != blob(b"Data")
    assert blob() != blob(format=".fits.fz")
    assert blob() != blob(size=5)
    assert blob() != b"data"


def test_blob_is_no_key():
    with pytest.raises(TypeError, match="unhashable"):
        hash(blob())


def test_blob_shows_itself_without_its_data():
    assert repr(blob(b"x" * 5000, ".fits.fz", 9000)) == "<Blob .fits.fz of 5000 bytes>"


@pytest.mark.parametrize("field", ["data", "format", "size"])
def test_blob_is_never_changed(field):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(blob(), field, None)


def test_blob_shares_memory_with_what_it_was_made_of():
    pixels = np.zeros(4, np.uint8)
    picture = Blob(memoryview(pixels), ".bin", 4)
    assert np.shares_memory(np.asarray(picture.data), pixels)


def test_blob_is_saved_as_it_came(tmp_path):
    target = blob(b"SIMPLE").save(tmp_path / "image.fits")
    assert target == tmp_path / "image.fits"
    assert target.read_bytes() == b"SIMPLE"


def test_saving_a_blob_replaces_nothing_unasked(tmp_path):
    target = blob(b"first").save(tmp_path / "image.fits")
    with pytest.raises(FileExistsError, match=r"image\.fits is there already; overwrite=True"):
        blob(b"second").save(target)
    assert target.read_bytes() == b"first"
    blob(b"2").save(target, overwrite=True)
    assert target.read_bytes() == b"2"


def test_a_blob_is_saved_by_any_kind_of_path(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert blob().save("~/a.fits") == tmp_path / "a.fits"
    assert blob().save(os.fspath(tmp_path / "b.fits")) == tmp_path / "b.fits"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.fits", "b.fits"]


def test_a_blob_needs_a_folder_to_be_saved_in(tmp_path):
    with pytest.raises(FileNotFoundError):
        blob().save(tmp_path / "missing" / "a.fits")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (GetProperties(), (None, None, "1.7")),
        (EnableBlob("CCD", "CCD1", BlobMode.ALSO), ("CCD", "CCD1", "Also")),
        (New(Kind.TEXT, "CCD", "NAME", {"A": "b"}), ("Text", "CCD", "NAME", {"A": "b"}, None)),
        (Delete("CCD"), ("CCD", None, None, None)),
        (Notice(None, "hello"), (None, "hello", None)),
        (Ping("1"), ("1", False)),
        (Limits(0, None, None), (0, None, None)),
        (Member("A", "a", 1.0), ("A", "a", 1.0, "", 0, 0, 0)),
    ],
)
def test_messages_are_tuples_with_defaults(message, expected):
    assert message == expected


def test_defaults_of_a_definition():
    definition = Define(Kind.TEXT, "CCD", "NAME", ())
    assert definition.state is State.IDLE
    assert definition.permission is Permission.READ_ONLY
    assert definition.rule is None
    assert definition.timeout == 0
    assert (definition.label, definition.group) == ("", "")
    assert (definition.timestamp, definition.message) == (None, None)


def test_an_update_changes_nothing_that_it_does_not_say():
    update = Update(Kind.NUMBER, "CCD", "CCD_EXPOSURE", {})
    assert update.state is None
    assert update.limits is None
    assert update.timeout is None


def test_every_message_is_in_the_union():
    classes = {
        value
        for value in vars(messages).values()
        if isinstance(value, type) and issubclass(value, tuple)
    }
    assert set(typing.get_args(Message)) == classes - {Limits, Member}


@pytest.mark.parametrize("message", typing.get_args(Message))
def test_messages_are_never_changed(message):
    made = message._make(range(len(message._fields)))
    with pytest.raises(AttributeError):
        setattr(made, message._fields[0], "changed")


UTC = dt.UTC
MOMENT = dt.datetime(2026, 11, 22, 10, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T10:18:05", MOMENT),
        ("2026-11-22T10:18:05Z", MOMENT),
        ("2026-11-22 10:18:05", MOMENT),
        ("2026-11-22T10:18:05.25", MOMENT.replace(microsecond=250_000)),
        ("2026-11-22T12:18:05+02:00", MOMENT),
        ("2026-11-22", dt.datetime(2026, 11, 22, tzinfo=UTC)),
    ],
)
def test_timestamps_are_utc(text, moment):
    parsed = parse_timestamp(text)
    assert parsed == moment
    assert parsed.utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize(
    "text",
    [None, "", "now", "10:18:05", "2026-13-01T00:00:00", "2026-11-22T10:18:61", "1795342685"],
)
def test_timestamps_that_say_nothing(text):
    assert parse_timestamp(text) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_timestamps_beyond_the_calendar(text):
    assert parse_timestamp(text) is None


@moderately
@given(st.text() | st.datetimes(timezones=st.timezones()).map(dt.datetime.isoformat))
def test_any_text_is_a_time_or_none(text):
    moment = parse_timestamp(text)
    assert moment is None or moment.tzinfo is UTC
