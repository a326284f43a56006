"""Which BLOBs a change brings."""

import pytest

from indinb.client.arrivals import arrived, is_raw_video, is_video, with_only
from indinb.client.observers import Change
from indinb.protocol.messages import Blob, Notice
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import CCD, IMAGE, TEMPERATURE, define, delete, update
from tests.histories import changes_of

BOTH = define(Kind.BLOB, "CCD1", *IMAGE.members, IMAGE.members[0]._replace(name="PREVIEW"))


def blob(format=".fits"):
    return Blob(memoryview(b"stars"), format, 5)


def brought(*messages, known=(BOTH,)):
    """Return the members that each change brings."""
    return [set(arrived(change)) for change in changes_of(known, *messages)]


def test_a_blob_arrives_once():
    picture = blob()
    report = update(BOTH, State.OK, CCD1=picture)
    (change,) = changes_of([BOTH], report)
    assert arrived(change)["CCD1"] is picture
    repeats = [update(BOTH, State.BUSY), update(BOTH, PREVIEW=blob()), BOTH]
    assert brought(report, *repeats) == [{"CCD1"}, set(), {"PREVIEW"}, set()]


def test_equal_blobs_are_not_the_same():
    assert brought(*[update(BOTH, CCD1=blob())] * 2) == [{"CCD1"}, set()]
    assert brought(update(BOTH, CCD1=blob()), update(BOTH, CCD1=blob())) == [{"CCD1"}] * 2


def test_an_empty_blob_is_one():
    assert brought(update(BOTH, CCD1=Blob(memoryview(b""), ".fits", 0))) == [{"CCD1"}]


@pytest.mark.parametrize("format", [".stream", ".STREAM", ".stream_jpg", "Stream.z"])
def test_video_does_not_count(format):
    assert brought(update(BOTH, CCD1=blob(format), PREVIEW=blob())) == [{"PREVIEW"}]


def test_video_counts_if_it_is_wanted():
    report = update(BOTH, CCD1=blob(".stream"), PREVIEW=blob())
    (change,) = changes_of([BOTH], report)
    assert set(arrived(change, video=True)) == {"CCD1", "PREVIEW"}
    assert [is_video(each) for each in change.new.values()] == [True, False]


def test_a_definition_with_other_members_does_not_bring_the_old_blob_again():
    changes = changes_of([IMAGE], update(IMAGE, CCD1=blob()), BOTH)
    assert changes[-1].type == "defined"
    assert changes[-1].new["CCD1"] is not None
    assert arrived(changes[-1]) == {}


def test_nothing_else_brings_any():
    says = Notice(CCD, "stars")
    told = [says, TEMPERATURE, update(TEMPERATURE, State.BUSY), delete(TEMPERATURE)]
    assert not any(brought(*told, known=[IMAGE]))
    assert arrived(Change("status", None, "server", "connected", "lost")) == {}


def test_what_is_left_holds_only_what_it_is_told_to():
    before = update(BOTH, CCD1=blob(), PREVIEW=blob())
    after = update(BOTH, State.BUSY, message="read out", CCD1=blob())
    change = changes_of([BOTH], before, after)[-1]
    left = with_only(change, arrived(change))
    assert dict(left.old) == {"CCD1": None, "PREVIEW": None}
    assert dict(left.new) == {"CCD1": change.new["CCD1"], "PREVIEW": None}
    assert arrived(left) == arrived(change)
    assert dict(with_only(change, {}).new) == {"CCD1": None, "PREVIEW": None}
    assert change.new["PREVIEW"] is not None  # what is published is not changed
    for name in ("definition", "state", "message", "epoch", "received"):
        assert getattr(left.new, name) == getattr(change.new, name)


def test_what_has_no_blobs_is_left_as_it_is():
    (change,) = changes_of([TEMPERATURE], update(TEMPERATURE, State.BUSY))
    assert with_only(change, {}) is change


@pytest.mark.parametrize(
    ("format", "raw"),
    [
        *[(each, True) for each in (".stream", ".stream.z", "stream", ".STREAM", ".Stream.Z")],
        *[(each, False) for each in (".stream_jpg", ".fits", ".fits.z", ".bin", "", ".z")],
    ],
)
def test_raw_video_does_not_tell_its_size(format, raw):
    assert is_raw_video(blob(format)) is raw
    assert is_video(blob(format)) or not raw
