"""What is written, in which order, and what happens to what cannot be written."""

import datetime as dt
import errno
import gc
import logging
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from indinb.client import archive as archive_module
from indinb.client import folder as folder_module
from indinb.client.archive import Archive
from indinb.protocol.messages import Blob, Update
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import (
    CCD,
    GUIDE_IMAGE,
    IMAGE,
    TEMPERATURE,
    Desk,
    define,
    delete,
    update,
)
from tests.client.helpers import race

TIME = "2026-11-22T10-18-04.977"
GUIDER = "Guide Simulator"
GUIDERS_IMAGE = define(Kind.BLOB, "CCD1", *IMAGE.members, device=GUIDER)


class ManualWorker(Executor):
    """Works when it is told to."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Future[object], Callable[[], object]]] = []
        self.ended = False

    def submit(self, task, /, *args):
        if self.ended:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[object] = Future()
        self.tasks.append((future, lambda: task(*args)))
        return future

    def work(self, most: int = 1000) -> None:
        for _ in range(min(most, len(self.tasks))):
            future, task = self.tasks.pop(0)
            future.set_result(task())

    def end(self) -> None:
        """Cancel what waits, and take no more."""
        self.ended = True
        self.tasks.clear()


class Bench(Desk):
    """A desk with cameras, and a worker beside it."""

    def __init__(self) -> None:
        super().__init__(IMAGE, GUIDE_IMAGE, GUIDERS_IMAGE, TEMPERATURE)
        self.worker = ManualWorker()

    def send_picture(self, text: str, of=IMAGE, **fields) -> Blob:
        """Let a picture arrive, and return it."""
        picture = blob(text, **fields)
        self.say(update(of, State.OK, **{of.members[0].name: picture}))
        return picture


def blob(text: str, format: str = ".fits") -> Blob:
    data = memoryview(text.encode())
    return Blob(data, format, len(data))


def label(blob: Blob, device: str, arrived: dt.datetime) -> tuple[str, str, str, memoryview]:
    return device.split()[0], TIME, blob.format.lower(), blob.data


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def archive(bench: Bench, tmp_path: Path):
    archive = Archive(bench, label)
    archive.save_to(tmp_path)
    yield archive
    archive.close()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch):
    """Return a function that lets the disk be full, or no more."""

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def switch(full: bool) -> None:
        if full:
            monkeypatch.setattr(folder_module.os, "fsync", fail)
        else:
            monkeypatch.undo()

    return switch


def written(path: Path) -> list[str]:
    """Return what the files hold, by the order of their names."""
    return [file.read_text() for file in sorted(path.iterdir())]


def one_error(caplog: pytest.LogCaptureFixture) -> str:
    """Return the only error that was logged since this was last asked: it is one line."""
    (record,) = caplog.records
    caplog.clear()
    assert record.levelno == logging.ERROR
    assert "\n" not in record.getMessage()
    return record.getMessage()


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
    room = 2 * (archive_module._OVERHEAD + 1)
    monkeypatch.setattr(archive_module, "MOST_UNSAVED", room)
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
    monkeypatch.setattr(archive_module, "MOST_UNSAVED", 0)
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
    assert len(archive._paths) == 1
    assert archive._cost == 0


# The end


def test_the_end_writes_what_waits(bench: Bench, archive: Archive, tmp_path: Path):
    bench.send_picture("1")
    bench.send_picture("2")
    bench.worker.end()
    bench.send_picture("3")  # which the reader was just taking in
    archive.close()
    assert written(tmp_path) == ["1", "2", "3"]
    assert archive.unsaved == ()
    bench.send_picture("4")
    archive.close()
    assert written(tmp_path) == ["1", "2", "3"]


def test_the_end_tries_again_what_failed(bench, archive: Archive, tmp_path: Path, caplog):
    archive.save_to(tmp_path / "usb")
    (tmp_path / "usb").rmdir()
    bench.send_picture("stars")
    bench.worker.work()
    one_error(caplog)
    bench.worker.end()
    archive.close()
    assert "the folder is gone" in one_error(caplog)
    (tmp_path / "usb").mkdir()
    archive.close()
    assert written(tmp_path / "usb") == ["stars"]


def test_after_the_end_a_folder_can_still_be_set(
    bench: Bench, archive: Archive, tmp_path: Path, full_disk
):
    full_disk(True)
    picture = bench.send_picture("stars")
    bench.worker.end()
    archive.close()
    assert archive.unsaved == (picture,)
    full_disk(False)
    archive.save_to(tmp_path / "other")
    assert written(tmp_path / "other") == ["stars"]
    assert archive.stored(picture, CCD).result(0).parent == tmp_path / "other"


def test_two_who_end_it(bench: Bench, archive: Archive, tmp_path: Path):
    for number in range(50):
        bench.send_picture(str(number))
    bench.worker.end()
    race(*[archive.close] * 4)
    assert sorted(written(tmp_path), key=int) == [str(number) for number in range(50)]
