"""The end of an archive: closed, forgotten, forked, or with a disk that hangs."""

import gc
import threading
from pathlib import Path

import pytest

from indinb.client import backlog as backlog_module
from indinb.client import folder as folder_module
from indinb.client.archive import Archive
from tests.client.bench import Bench, label, one_error, written
from tests.client.fakes import CCD, SOON
from tests.client.helpers import race
from tests.client.test_lifetime import in_child
from tests.waiting import look_until

# Closed


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


def test_what_is_reported_at_the_end_tells_how_long_it_stays(bench, archive, full_disk, caplog):
    full_disk(True)
    bench.send_picture("stars")
    archive.close()
    assert "; it stays in client.unsaved until this program ends: set client.sa" in one_error(
        caplog
    )


def test_two_who_end_it(bench: Bench, archive: Archive, tmp_path: Path):
    for number in range(50):
        bench.send_picture(str(number))
    bench.worker.end()
    race(*[archive.close] * 4)
    assert sorted(written(tmp_path), key=int) == [str(number) for number in range(50)]


# Disks that hang


@pytest.fixture
def hanging_disk(monkeypatch: pytest.MonkeyPatch):
    """Let every write hang until the event is set that this returns, and ends wait for nothing."""
    go_on = threading.Event()
    monkeypatch.setattr(folder_module.os, "fsync", lambda descriptor: go_on.wait())
    monkeypatch.setattr(backlog_module, "END_PATIENCE", 0.01)
    yield go_on
    go_on.set()


def test_the_end_does_not_wait_for_a_disk_that_hangs(
    bench: Bench, archive: Archive, tmp_path: Path, caplog, hanging_disk
):
    bench.send_picture("1")
    bench.send_picture("2")
    archive.close()
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 2
    assert f"not written to {tmp_path}: nothing is written there within 0.01 s; it" in caplog.text
    assert len(archive.unsaved) == 2
    hanging_disk.set()  # and it goes on after all
    look_until(lambda: archive.unsaved == ())
    assert written(tmp_path) == ["1", "2"]


@pytest.mark.parametrize("threads", [True, False])
def test_the_end_while_the_worker_hangs(
    threads, bench: Bench, archive: Archive, tmp_path: Path, caplog, hanging_disk, monkeypatch
):
    bench.send_picture("stars")
    worker = threading.Thread(target=bench.worker.work, name="indinb-worker", daemon=True)
    worker.start()
    look_until(lambda: list(tmp_path.glob(".*.part")))
    with monkeypatch.context() as patch:
        if not threads:
            patch.setattr(threading.Thread, "start", no_thread)
        archive.close()
    assert "nothing is written there within" in one_error(caplog)
    hanging_disk.set()
    worker.join(SOON)
    assert written(tmp_path) == ["stars"]


def no_thread(thread: threading.Thread) -> None:
    raise RuntimeError("can't create new thread at interpreter shutdown")


def test_the_end_where_no_thread_can_be_started(bench, archive, tmp_path, monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    bench.send_picture("stars")
    archive.close()
    assert written(tmp_path) == ["stars"]


# Archives that nobody knows any more


def forgotten(bench: Bench, path: Path) -> None:
    """Let a picture arrive, fail to write it, and forget the archive."""
    archive = Archive(bench, label)
    archive.save_to(path)
    bench.send_picture("stars")
    bench.worker.work()
    assert len(archive.unsaved) == 1
    bench.observers.clear()


def settled() -> None:
    """Wait until the last tries have ended."""
    gc.collect()
    look_until(lambda: not backlog_module._abandoned)


def test_what_is_forgotten_is_tried_for_the_last_time(bench, tmp_path: Path, caplog):
    (tmp_path / "usb").mkdir()
    archive = Archive(bench, label)
    archive.save_to(tmp_path / "usb")
    (tmp_path / "usb").rmdir()
    bench.send_picture("stars")
    bench.worker.work()
    one_error(caplog)
    (tmp_path / "usb").mkdir()
    bench.observers.clear()
    with archive._backlog._lock:  # whoever collects garbage may hold any lock
        del archive
        gc.collect()
    settled()
    assert written(tmp_path / "usb") == ["stars"]
    assert caplog.records == []


def test_what_is_forgotten_is_not_lost_without_a_word(bench, tmp_path, full_disk, caplog):
    full_disk(True)
    forgotten(bench, tmp_path)
    settled()
    first, last = (record.getMessage() for record in caplog.records)
    assert "client.unsaved" in first
    assert "No space left on device; it is lost" in last
    assert written(tmp_path) == []


# In a forked child (see test_lifetime)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_writes_nothing_of_its_parent_s(bench, archive, tmp_path, full_disk):
    full_disk(True)
    bench.send_picture("stars")
    bench.worker.work()

    def end() -> object:
        full_disk(False)
        archive.disown()
        archive.close()
        return archive.folder, archive.unsaved

    assert in_child(end) == "(None, ())"
    assert written(tmp_path) == []
    assert len(archive.unsaved) == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_can_end_while_its_parent_writes(bench, archive, tmp_path):
    bench.send_picture("stars")

    def end() -> object:
        archive.disown()
        bench.send_picture("which the child takes for its own")
        archive.close()
        return archive.unsaved

    with archive._backlog._writing, archive._backlog._lock, bench.observers._lock:
        assert in_child(end) == "()"
    bench.worker.work()
    assert written(tmp_path) == ["stars"]
