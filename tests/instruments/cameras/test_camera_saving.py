"""Where a camera's frames are, once they have been written on arrival."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from indinb import Camera, Client, Frame
from indinb.errors import ImageError
from indinb.protocol.messages import Message, New
from indinb.protocol.vocabulary import State
from tests import captures
from tests.client.fakes import ABORT, CONNECTION, FRAME_TYPE, IMAGE, FakeServer
from tests.instruments.evidence import EXPOSURE, exposing, picture

BUSY, OK = exposing(State.BUSY, 1.0), exposing(State.OK)


class Driver:
    """Answers to exposures with what it is told to."""

    def __init__(self) -> None:
        self.answer = [BUSY, picture(), OK]

    def __call__(self, new: New) -> list[Message]:
        return self.answer


@pytest.fixture
def driver() -> Driver:
    return Driver()


@pytest.fixture
def client(driver: Driver) -> Iterator[Client]:
    server = FakeServer(CONNECTION, FRAME_TYPE, EXPOSURE, ABORT, IMAGE, answer=driver)
    with Client(server.transport, "fake", on_close=server.close).open() as client:
        yield client


@pytest.fixture
def camera(client: Client) -> Camera:
    return Camera(client.devices["CCD Simulator"])


@pytest.fixture
def folder(client: Client, tmp_path: Path) -> Path:
    client.save_to = tmp_path
    return tmp_path


def test_nothing_is_saved_unless_asked(camera: Camera):
    assert camera.expose(1).path is None


@pytest.mark.parametrize("answer", [[BUSY, picture(), OK], [BUSY, OK, picture()]])
def test_a_frame_knows_its_file(answer, driver: Driver, camera: Camera, folder: Path):
    driver.answer = answer
    for number in range(1, 30):
        frame = camera.expose(1)
        assert frame.path.parent == folder
        assert f"_{number:03}_" in frame.path.name
        assert frame.path.read_bytes()[2880:] == captures.TINY_FITS[2880:]
    assert len(list(folder.iterdir())) == 29
    assert Frame.from_fits(frame.path).data.tolist() == frame.data.tolist()


def test_a_frame_that_is_decoded_before_the_archive_hears_of_it(camera: Camera, folder: Path):
    archive = camera.device.connection.archive
    archive._subscription.close()
    frame = camera.expose(1)
    assert [frame.path] == list(folder.iterdir())


def test_saving_elsewhere_changes_the_path(camera: Camera, folder: Path):
    frame = camera.expose(1)
    first = frame.path
    assert frame.save(folder / "copy.fits") == frame.path == folder / "copy.fits"
    assert first.exists()


def test_a_frame_that_cannot_be_written_is_still_a_frame(
    camera: Camera, folder: Path, caplog: pytest.LogCaptureFixture
):
    folder.rename(folder.with_name("unplugged"))
    frame = camera.expose(1)
    assert frame.path is None
    assert frame.data.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert "the folder is gone" in caplog.text
    client = camera.device.connection
    client.save_to = folder
    assert camera.expose(1).path.parent == folder
    assert client.unsaved == ()
    assert len(list(folder.iterdir())) == 2


def test_a_picture_that_cannot_be_read_is_written(driver: Driver, camera: Camera, folder: Path):
    driver.answer = [BUSY, picture(b"no FITS at all"), OK]
    with pytest.raises(ImageError):
        camera.expose(1)
    camera.device.connection.worker.submit(int).result(20)
    (path,) = folder.iterdir()
    assert path.read_bytes() == b"no FITS at all"
    assert path.name.startswith("CCD-Simulator_001_")


def test_video_has_no_file(driver: Driver, camera: Camera, folder: Path):
    driver.answer = [BUSY, picture(b"moving", ".stream"), picture(), OK]
    assert [camera.expose(1).path] == list(folder.iterdir())


def test_a_frame_that_was_written_can_be_let_go(camera: Camera, folder: Path):
    frame = weakref.ref(camera.expose(1))
    camera.device.connection.worker.submit(int).result(20)
    gc.collect()
    assert frame() is None
