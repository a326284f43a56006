"""What is written, in which order, and what happens to what cannot be written."""

import datetime as dt
import gc
import weakref
from pathlib import Path

import pytest

from indinb.client import backlog as backlog_module
from indinb.client.archive import Archive
from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import Kind, State
from tests.client.bench import GUIDERS_IMAGE, TIME, Bench, blob, label, one_error, written
from tests.client.fakes import CCD, GUIDE_IMAGE, IMAGE, TEMPERATURE, define, delete, update
from tests.client.helpers import race

# What is written


def test_a_picture_is_written_by_the_worker(bench: Bench, archive: Archive, tmp_path: Path):
    picture = bench.send_picture("stars")
    assert written(tmp_path) == []
    assert archive.unsaved == (picture,)
    bench.worker.work()
    assert [path.name for path in tmp_path.iterdir()] == [f"CCD_001_{TIME}.fits"]
    assert written(tmp_path) == ["stars"]
    assert archive.unsaved == ()


def test_every_picture_of_every_camera(bench: Bench, archive: Archive, tmp_path: Path):
    bench.send_picture("1")
    bench.send_picture("2", of=GUIDE_IMAGE)
    bench.send_picture("3", of=GUIDERS_IMAGE)
    bench.send_picture("4", format=".NEF")
    bench.worker.work()
    names = sorted(path.name for path in tmp_path.iterdir())
    numbered = [f"CCD_001_{TIME}.fits", f"CCD_002_{TIME}.fits", f"CCD_003_{TIME}.nef"]
    assert names == [*numbered, f"Guide_001_{TIME}.fits"]
    assert written(tmp_path) == ["1", "2", "4", "3"]


def test_equal_pictures_are_not_the_same(bench: Bench, archive: Archive, tmp_path: Path):
    for _ in range(3):
        bench.send_picture("dark")
    bench.worker.work()
    assert written(tmp_path) == ["dark"] * 3


def test_a_picture_is_written_once(bench: Bench, archive: Archive, tmp_path: Path):
    bench.send_picture("stars")
    bench.say(update(IMAGE, State.BUSY), IMAGE, update(IMAGE, State.OK), TEMPERATURE)
    bench.say(update(TEMPERATURE, State.OK, CCD_TEMPERATURE_VALUE=5.0), delete(IMAGE), IMAGE)
    bench.worker.work()
    assert written(tmp_path) == ["stars"]


def test_members_that_did_not_come_are_not_written_again(bench: Bench, archive, tmp_path: Path):
    both = define(Kind.BLOB, "BOTH", *IMAGE.members, *GUIDE_IMAGE.members)
    bench.say(both)
    bench.say(Update(Kind.BLOB, CCD, "BOTH", {"CCD1": blob("a"), "CCD2": blob("b")}))
    bench.say(Update(Kind.BLOB, CCD, "BOTH", {"CCD2": blob("c")}))
    bench.worker.work()
    assert written(tmp_path) == ["a", "b", "c"]


@pytest.mark.parametrize("format", [".stream", ".STREAM", ".stream_jpg", "Stream.z"])
def test_video_is_not_written(format: str, bench: Bench, archive: Archive, tmp_path: Path):
    bench.send_picture("moving", format=format)
    bench.worker.work()
    assert written(tmp_path) == []
    assert archive.unsaved == ()


def test_what_is_left_out_is_not_written(bench: Bench, archive: Archive, tmp_path: Path):
    with archive.leaving_out(CCD):
        trial = bench.send_picture("trial")
        bench.send_picture("guide", of=GUIDERS_IMAGE)
        assert archive.stored(trial, CCD)
    bench.send_picture("stars")
    bench.worker.work()
    assert written(tmp_path) == ["stars", "guide"]


def test_somebody_hears_of_pictures_before_they_are_kept(bench: Bench, tmp_path: Path):
    heard = []
    archive = Archive(bench, label, lambda change: heard.append((change.name, archive.unsaved)))
    archive.save_to(tmp_path)
    bench.send_picture("stars")
    bench.say(update(IMAGE, State.BUSY), update(TEMPERATURE, State.OK))
    assert heard == [("CCD1", ())]
    bench.worker.work()
    archive.close()


def test_what_came_before_is_not_written(bench: Bench, tmp_path: Path):
    archive = Archive(bench, label)
    bench.send_picture("early")
    archive.save_to(tmp_path)
    bench.say(update(IMAGE, State.OK))
    bench.worker.work()
    assert written(tmp_path) == []
    archive.close()


def test_the_arrival_is_told_to_who_names(bench: Bench, tmp_path: Path):
    asked = []

    def note(*arrival):
        asked.append(arrival)
        return label(*arrival)

    archive = Archive(bench, note)
    archive.save_to(tmp_path)
    before = dt.datetime.now(dt.UTC)
    picture = bench.send_picture("stars")
    after = dt.datetime.now(dt.UTC)
    bench.worker.work()
    archive.close()
    ((same, device, moment),) = asked
    assert same is picture
    assert device == CCD
    assert before <= moment <= after


# On and off


def test_it_is_off_at_first(bench: Bench):
    archive = Archive(bench, label)
    assert archive.folder is None
    bench.send_picture("stars")
    archive.store(blob("stars"), CCD)
    assert archive.stored(blob("stars"), CCD) is not None
    assert archive.unsaved == ()
    archive.close()


def test_on_and_off(bench: Bench, archive: Archive, tmp_path: Path):
    assert archive.folder == tmp_path
    bench.send_picture("1")
    archive.save_to(None)
    archive.save_to(None)
    assert archive.folder is None
    bench.send_picture("2")
    bench.worker.work()
    assert written(tmp_path) == ["1"]  # which had arrived
    archive.save_to(tmp_path)
    bench.send_picture("3")
    bench.worker.work()
    assert written(tmp_path) == ["1", "3"]


def test_another_folder(bench: Bench, archive: Archive, tmp_path: Path):
    bench.send_picture("1")
    bench.worker.work()
    archive.save_to(tmp_path / "other")
    assert archive.folder == tmp_path / "other"
    bench.send_picture("2")
    bench.worker.work()
    assert written(tmp_path / "other") == ["2"]


def test_a_folder_that_cannot_be_leaves_all_as_it_was(bench, archive: Archive, tmp_path: Path):
    (tmp_path / "file").write_text("precious")
    with pytest.raises(NotADirectoryError, match="nothing can be saved there"):
        archive.save_to(tmp_path / "file" / "astro")
    assert archive.folder == tmp_path
    bench.send_picture("stars")
    bench.worker.work()
    assert written(tmp_path) == ["stars", "precious"]


# What cannot be written


def test_a_full_disk_is_reported_and_the_picture_kept(
    bench: Bench, archive: Archive, tmp_path: Path, caplog, full_disk
):
    full_disk(True)
    picture = bench.send_picture("stars")
    bench.worker.work()
    assert "the '.fits' of 5 bytes that 'CCD Simulator' sent at " in caplog.text
    assert f" UTC was not written to {tmp_path}: [Errno 28] No space left on dev" in caplog.text
    assert one_error(caplog).endswith(
        "; it stays in memory, in client.unsaved: set client.save_to again, to this folder or "
        "another, to write it"
    )
    assert archive.unsaved == (picture,)
    assert archive.unsaved[0] is picture
    assert written(tmp_path) == []


def test_set_again_it_writes_first_what_is_unsaved(
    bench: Bench, archive: Archive, tmp_path: Path, full_disk
):
    full_disk(True)
    bench.send_picture("1")
    bench.send_picture("2")
    bench.worker.work()
    full_disk(False)
    bench.send_picture("3")
    bench.worker.work()
    assert len(archive.unsaved) == 2  # nobody knows for how long the disk has room
    archive.save_to(tmp_path / "other")
    bench.send_picture("4")
    bench.worker.work()
    assert written(tmp_path / "other") == ["1", "2", "4"]
    assert archive.unsaved == ()
    (tmp_path / "other").rename(tmp_path.with_name("away"))
    assert written(tmp_path) == ["3"]


def test_what_waits_is_written_once_when_the_folder_changes(
    bench: Bench, archive: Archive, tmp_path: Path
):
    bench.send_picture("1")
    archive.save_to(tmp_path / "other")
    bench.worker.work()
    assert written(tmp_path / "other") == ["1"]
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_folder_that_is_gone(bench: Bench, archive: Archive, tmp_path: Path, caplog):
    archive.save_to(tmp_path / "usb")
    (tmp_path / "usb").rmdir()
    picture = bench.send_picture("stars")
    bench.worker.work()
    assert f"to {tmp_path}/usb: the folder is gone, perhaps with its disk; it" in one_error(caplog)
    assert archive.unsaved == (picture,)
    assert written(tmp_path) == []
    archive.save_to(tmp_path / "usb")
    bench.worker.work()
    assert written(tmp_path / "usb") == ["stars"]


def test_what_is_sent_cannot_break_the_line_of_the_report(bench, archive, caplog, full_disk):
    full_disk(True)
    archive.store(blob("stars", ".fits\nERROR"), "CCD\nSimulator")
    bench.worker.work()
    assert r"the '.fits\nERROR' of 5 bytes that 'CCD\nSimulator' sent" in one_error(caplog)


@pytest.mark.parametrize("error", [ValueError("embedded null byte"), MemoryError("too large")])
def test_whatever_goes_wrong_the_picture_is_kept(error, bench, tmp_path: Path, caplog):
    def fail(blob, device, arrived):
        raise error

    archive = Archive(bench, fail)
    archive.save_to(tmp_path)
    picture = bench.send_picture("stars")
    bench.worker.work()
    assert str(error) in one_error(caplog)
    assert archive.unsaved == (picture,)
    archive.close()


def test_too_much_that_waits_is_not_kept(bench, archive, tmp_path, caplog, monkeypatch):
    room = 2 * (backlog_module._OVERHEAD + 1)
    monkeypatch.setattr(backlog_module, "MOST_UNSAVED", room)
    for text in "123":
        bench.send_picture(text)
    message = one_error(caplog)
    assert f"is neither written nor kept: {room} bytes of others wait already" in message
    assert [bytes(picture) for picture in archive.unsaved] == [b"1", b"2"]
    bench.worker.work(1)
    bench.send_picture("4")
    bench.worker.work()
    assert written(tmp_path) == ["1", "2", "4"]
    bench.send_picture("5")  # as those that are written count no more
    bench.worker.work()
    assert written(tmp_path) == ["1", "2", "4", "5"]
    assert caplog.records == []


def test_one_picture_is_kept_however_large_it_is(bench, archive, tmp_path, monkeypatch):
    monkeypatch.setattr(backlog_module, "MOST_UNSAVED", 0)
    bench.send_picture("large")
    bench.worker.work()
    assert written(tmp_path) == ["large"]


# Where it is


def test_where_a_picture_is(bench: Bench, archive: Archive, tmp_path: Path):
    picture = bench.send_picture("stars")
    place = archive.stored(picture, CCD)
    assert not place.done()
    bench.worker.work()
    assert place.result(0) == tmp_path / f"CCD_001_{TIME}.fits"
    assert written(tmp_path) == ["stars"]


def test_who_asks_before_the_archive_has_heard(bench: Bench, archive: Archive, tmp_path: Path):
    picture = blob("stars")
    place = archive.stored(picture, CCD)
    bench.say(update(IMAGE, State.OK, CCD1=picture))
    bench.worker.work()
    assert place.result(0).read_text() == "stars"
    assert written(tmp_path) == ["stars"]


def test_a_picture_that_is_nowhere(bench: Bench, archive: Archive, full_disk):
    full_disk(True)
    place = archive.stored(bench.send_picture("stars"), CCD)
    bench.worker.work()
    assert place.result(0) is None


def test_many_who_store_the_same(bench: Bench, archive: Archive, tmp_path: Path):
    for number in range(50):
        picture = blob(str(number))
        race(*[lambda picture=picture: archive.store(picture, CCD)] * 4)
    bench.worker.work()
    assert sorted(written(tmp_path), key=int) == [str(number) for number in range(50)]


def test_what_is_written_is_let_go(bench: Bench, archive: Archive):
    picture = weakref.ref(bench.send_picture("1"))
    bench.worker.work()
    assert picture() is not None
    bench.send_picture("2")
    bench.worker.work()
    gc.collect()
    assert picture() is None
    assert len(archive._backlog._paths) == 1
    assert archive._backlog.cost == 0
