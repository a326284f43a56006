"""Frames on disk: with a small server, and with INDI's simulators."""

import errno
import gc
import os
import re
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import indinb
from indinb import Client, Frame
from indinb.client import folder as folder_module
from indinb.images.fitsfile import find_header
from indinb.protocol.messages import Blob
from indinb.servers import IndiServer
from tests.client.fakes import CCD, FakeServer
from tests.instruments.evidence import picture
from tests.simulators import rest
from tests.waiting import look_until, wait_until

ROOT = Path(__file__).parents[1]
NAME = re.compile(r"CCD-Simulator_\d{3}_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.raw")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def fake(server: FakeServer) -> Iterator[Client]:
    with Client(server.transport, "fake").open() as client:
        server.tell()
        yield client


@pytest.fixture
def busy(fake: Client) -> Iterator[Callable[[], None]]:
    """Keep the worker busy; return what lets it go on."""
    go_on = threading.Event()
    fake.worker.submit(go_on.wait)
    yield go_on.set
    go_on.set()


def send(server: FakeServer, *texts: str) -> None:
    """Let pictures arrive, and wait until the reader has taken them in."""
    server.tell(*(picture(text.encode(), ".raw") for text in texts))


def worked(client: Client) -> None:
    """Wait until the worker has done what it was given."""
    client.worker.submit(int).result(20)


def written(folder: Path) -> list[str]:
    return [path.read_text() for path in sorted(folder.iterdir())]


def say_that_the_disk_is_full(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# Setting it


def test_it_is_off_at_first(fake: Client, server: FakeServer):
    assert fake.save_to is None
    assert fake.unsaved == ()
    fake.save_to = None
    assert fake.save_to is None
    send(server, "stars")
    assert fake.unsaved == ()


def test_it_takes_a_folder(fake: Client, server: FakeServer, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    fake.save_to = "~/astro"
    assert fake.save_to == tmp_path / "astro"
    send(server, "1", "2")
    worked(fake)
    assert written(tmp_path / "astro") == ["1", "2"]
    assert all(NAME.fullmatch(path.name) for path in (tmp_path / "astro").iterdir())
    fake.save_to = None
    assert fake.save_to is None
    send(server, "3")
    worked(fake)
    assert written(tmp_path / "astro") == ["1", "2"]


def test_it_takes_no_file(fake: Client, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError, match="nothing can be saved there"):
        fake.save_to = tmp_path / "file"
    assert fake.save_to is None


def test_numbers_go_on_with_the_next_client(fake: Client, server: FakeServer, tmp_path: Path):
    (tmp_path / "CCD-Simulator_041_.raw").write_text("0")
    fake.save_to = tmp_path
    send(server, "1")
    worked(fake)
    assert written(tmp_path) == ["0", "1"]
    assert [path.name for path in tmp_path.glob("CCD-Simulator_042_2*.raw")]


def test_the_reader_never_writes(fake: Client, server: FakeServer, tmp_path: Path, monkeypatch):
    threads = set()
    write = folder_module.write_whole

    def note(*args: object) -> None:
        threads.add(threading.current_thread().name)
        write(*args)

    monkeypatch.setattr(folder_module, "write_whole", note)
    fake.save_to = tmp_path
    send(server, "1", "2", "3")
    worked(fake)
    assert threads == {"indinb-worker_0"}


def test_a_full_disk(fake: Client, server: FakeServer, tmp_path: Path, monkeypatch, caplog):
    fake.save_to = tmp_path
    monkeypatch.setattr(folder_module.os, "fsync", say_that_the_disk_is_full)
    send(server, "1", "2")
    worked(fake)
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 2
    assert "No space left on device" in caplog.text
    assert list(map(bytes, fake.unsaved)) == [b"1", b"2"]
    monkeypatch.undo()
    fake.save_to = tmp_path / "other"
    worked(fake)
    assert written(tmp_path / "other") == ["1", "2"]
    assert fake.unsaved == ()


# The end


def test_closing_writes_what_waits(fake: Client, server: FakeServer, tmp_path: Path, busy):
    fake.save_to = tmp_path
    send(server, "1", "2", "3")
    assert len(fake.unsaved) == 3
    closing = threading.Thread(target=fake.close)
    closing.start()
    busy()
    closing.join(20)
    assert written(tmp_path) == ["1", "2", "3"]
    assert fake.unsaved == ()
    assert fake.save_to is None


@pytest.mark.parametrize("thread", ["worker", "reader"])
def test_closing_on_a_thread_of_the_client(thread, fake: Client, server: FakeServer, tmp_path):
    fake.save_to = tmp_path
    closed = threading.Event()

    def close(_: object = None) -> None:
        if not closed.is_set():
            fake.close()
            closed.set()

    if thread == "worker":
        go_on = threading.Event()
        fake.worker.submit(lambda: go_on.wait() and close())
        send(server, "1", "2")
        go_on.set()
    else:
        fake.observe(close)  # after the archive
        server.send(picture(b"1", ".raw"))
    assert closed.wait(20)
    assert written(tmp_path) == (["1", "2"] if thread == "worker" else ["1"])


def test_a_lost_link_loses_no_frame(fake: Client, server: FakeServer, tmp_path: Path, busy):
    fake.save_to = tmp_path
    send(server, "1", "2")
    server.cut()
    wait_until(fake, lambda: fake.status == "lost")
    busy()
    worked(fake)
    assert written(tmp_path) == ["1", "2"]


def test_what_could_not_be_written_is_there_after_the_end(
    fake: Client, server: FakeServer, tmp_path: Path, monkeypatch
):
    ended = []
    fake._on_close = lambda: ended.append(True)
    fake.save_to = tmp_path
    monkeypatch.setattr(folder_module.os, "fsync", say_that_the_disk_is_full)
    send(server, "stars")
    fake.close()
    assert ended == [True]
    monkeypatch.undo()
    assert list(map(bytes, fake.unsaved)) == [b"stars"]
    fake.save_to = tmp_path
    assert written(tmp_path) == ["stars"]


def test_a_client_that_is_forgotten_tries_for_the_last_time(
    server: FakeServer, tmp_path: Path, monkeypatch, caplog
):
    def work() -> weakref.ref[Client]:
        client = Client(server.transport, "fake").open()
        server.tell()
        client.save_to = tmp_path
        send(server, "stars")
        worked(client)
        return weakref.ref(client)

    def is_gone() -> bool:
        gc.collect()
        return gone() is None

    monkeypatch.setattr(folder_module.os, "fsync", say_that_the_disk_is_full)
    gone = work()
    look_until(is_gone)  # its reader looks for it once a second
    look_until(lambda: "No space left on device; it is lost" in caplog.text)
    assert written(tmp_path) == []


# INDI's simulators


@pytest.fixture
def saving(client: Client, tmp_path: Path) -> Iterator[Client]:
    client.camera.device["POLLING_PERIOD"].set(20).result()
    client.save_to = tmp_path
    yield client
    client.save_to = None


def image_of(client: Client) -> Blob:
    return client.devices[CCD]["CCD1"].value


def test_frames_of_a_simulator(saving: Client, tmp_path: Path):
    frame = saving.camera.expose(0.05)
    assert frame.path.parent == tmp_path
    start = frame.header["DATE-OBS"].replace(":", "-")
    assert re.fullmatch(rf"(\w+_)?Light(_\w+)?_0\.05s_001_{start}\.fits", frame.path.name)
    sent, written = bytes(image_of(saving)), frame.path.read_bytes()
    assert written[find_header(written)[2] :] == sent[find_header(sent)[2] :]
    again = Frame.from_fits(frame.path)
    np.testing.assert_array_equal(again.data, frame.data)
    assert again.header == frame.header


def test_numbers_of_a_simulators_frames(saving: Client, tmp_path: Path):
    kinds = ["light", "light", "dark", "light"]
    names = [saving.camera.expose(0.05, kind).path.name for kind in kinds]
    assert [re.search(r"_(\d{3})_", name)[1] for name in names] == ["001", "002", "001", "003"]
    assert len(list(tmp_path.iterdir())) == 4


def test_two_cameras(saving: Client, tmp_path: Path):
    cameras = [saving.camera, saving.guide_camera]
    running = [camera.start_exposure(0.05) for camera in cameras]
    paths = [operation.result().path for operation in running]
    assert {*paths} == {*tmp_path.iterdir()}
    owners = [Frame.from_fits(path).header["INSTRUME"] for path in paths]
    assert owners == [camera.name for camera in cameras]


@pytest.mark.parametrize("local", [True, False], ids=["shared memory", "network"])
def test_packed_frames(local: bool, client: Client, indiserver: IndiServer, tmp_path: Path):
    compression = client.camera.device["CCD_COMPRESSION"]
    compression.set("INDI_ENABLED").result()
    address = f"unix:{indiserver.path}" if local else f"localhost:{indiserver.port}"
    with indinb.connect(address) as other:
        other.save_to = tmp_path
        frame = other.camera.expose(0.05)
    compression.set("INDI_DISABLED").result()
    assert "_0.05s_001_" in frame.path.name
    assert frame.path.name.endswith(".fits.fz")
    np.testing.assert_array_equal(Frame.from_fits(frame.path).data, frame.data)


def test_frames_that_another_client_takes(client: Client, indiserver: IndiServer, tmp_path: Path):
    with indinb.connect(indiserver.host, indiserver.port, read_only=True) as onlooker:
        onlooker.enable_blobs(CCD, "CCD1")
        onlooker.save_to = tmp_path
        frame = client.camera.expose(0.05)
        wait_until(onlooker.devices[CCD]["CCD1"], lambda: image_of(onlooker) is not None)
    (path,) = tmp_path.iterdir()
    assert frame.path is None
    np.testing.assert_array_equal(Frame.from_fits(path).data, frame.data)


def is_video(image: Blob | None) -> bool:
    return image is not None and "stream" in image.format


def test_video_of_a_simulator_is_not_saved(saving: Client, tmp_path: Path):
    video = saving.camera.device["CCD_VIDEO_STREAM"]
    saving.enable_blobs(CCD, "CCD1")
    video.set("STREAM_ON").result()
    wait_until(video.device["CCD1"], lambda: is_video(image_of(saving)))
    video.set("STREAM_OFF").result()
    assert saving.unsaved == ()
    assert list(tmp_path.iterdir()) == []
    rest(saving.camera)
