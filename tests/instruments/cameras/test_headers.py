"""Headers of what cameras send: INDI's simulators, ours, and cameras that tell little."""

import gc
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

import indinb
from indinb import Camera, Client, Frame, Telescope
from indinb.images.fitsfile import find_header
from indinb.instruments.cameras.headers import headers_of
from indinb.instruments.roles import roles_of
from indinb.protocol.messages import Blob, Message, New
from indinb.protocol.vocabulary import State
from tests import captures
from tests.client.fakes import ABORT, CONNECTION, FRAME_TYPE, IMAGE, MOUNT, RADEC, switches, texts
from tests.instruments.evidence import EXPOSURE, exposing, picture
from tests.waiting import wait_until

SHORT = 0.02
WANTED = (
    "OBJECT OBSERVER FILTER RA DEC OBJCTRA OBJCTDEC FOCUSPOS FOCUSTEM SITELAT SITELONG AIRMASS "
    "DATE-OBS DATE-END IMAGETYP GAIN OFFSET INSTRUME TELESCOP EQUINOX"
)


@pytest.fixture
def observed(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Camera]:
    """Return a quick camera whose mount was sent to M31, and whose frames are saved."""
    monkeypatch.setattr(Telescope, "object", "M31")
    roles_of(client).observer = "Ann"
    camera = client.camera
    camera.device["POLLING_PERIOD"].set(20).result()
    camera.device["CCD_BINNING"].set(HOR_BIN=4, VER_BIN=4).result()
    client.save_to = tmp_path
    yield camera
    client.save_to = None
    roles_of(client).observer = None
    camera.device["CCD_BINNING"].set(HOR_BIN=1, VER_BIN=1).result()


def cards(data: bytes | memoryview) -> list[bytes]:
    start, stop, _ = find_header(data)
    return [bytes(data[at : at + 80]) for at in range(start, stop, 80)]


def assert_the_same(frame: Frame) -> None:
    """Check that a frame in memory and its file say the same."""
    with fits.open(frame.path) as hdus:
        hdus.verify("exception")
        written = hdus[-1].header
        np.testing.assert_array_equal(hdus[-1].data, frame.data)
    assert frame.path is not None
    again = Frame.from_fits(frame.path)
    assert sorted(map(str, again.header.cards)) == sorted(map(str, frame.header.cards))
    for keyword in ("OBJECT", "FILTER", "DATE-END"):
        assert written.get(keyword) == frame.header.get(keyword)


# With INDI's simulators, and with ours


def test_every_card_is_there(observed: Camera):
    frame = observed.expose(SHORT)
    missing = [key for key in WANTED.split() if frame.header.get(key) in (None, "", "Unknown")]
    assert missing == []
    assert frame.header["OBJECT"] == "M31"
    assert frame.header["OBSERVER"] == "Ann"
    assert frame.header["IMAGETYP"] == "Light Frame"
    assert frame.path.name.startswith(f"M31_Light_{frame.header['FILTER']}_0.02s_001_")
    assert_the_same(frame)


def test_the_drivers_cards_stay(observed: Camera):
    frame = observed.expose(SHORT)
    sent = observed.device["CCD1"]["CCD1"].data
    written = frame.path.read_bytes()
    assert [card for card in cards(sent) if card not in cards(written)] == []
    assert len(cards(written)) > len(cards(sent))
    assert written[find_header(written)[2] :] == bytes(sent[find_header(sent)[2] :])


def test_darks_have_no_object_and_say_so_to_the_driver(observed: Camera):
    observed.expose(SHORT)
    frame = observed.expose(SHORT, "dark")
    assert frame.header["OBJECT"] == "Unknown"
    assert frame.path.name.startswith("Dark_")
    assert_the_same(frame)


def test_a_packed_frame(observed: Camera):
    frame = observed.expose(SHORT, compression=True)
    assert frame.path.suffix == ".fz"
    assert frame.header["OBJECT"] == "M31"
    assert "DATE-END" in frame.header
    assert_the_same(frame)
    observed.expose(SHORT, compression=False)


def test_a_camera_that_listens_to_others(observed: Camera):
    actives = observed.device["ACTIVE_DEVICES"]
    actives.set(ACTIVE_TELESCOPE="EQMod", ACTIVE_FILTER="none", ACTIVE_FOCUSER="none").result()
    frame = observed.expose(SHORT)
    assert actives["ACTIVE_TELESCOPE"] == "Telescope Simulator"
    assert actives["ACTIVE_FILTER"] == "Filter Simulator"
    assert {"RA", "DEC", "FILTER", "FOCUSPOS", "AIRMASS"} <= set(frame.header)


def test_another_clients_frame_tells_nothing_of_our_doing(
    observed: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    client = observed.device.connection
    observed.expose(SHORT, "dark")  # from here on the driver knows of no object
    ours = property(lambda mount: "M31" if mount.device.connection is client else None)
    monkeypatch.setattr(Telescope, "object", ours)
    arrived = observed.device["CCD1"]
    before = arrived.value
    host, _, port = client.address.rpartition(":")
    with indinb.connect(host, int(port)) as other:
        other.camera.expose(SHORT)
        wait_until(arrived, lambda: arrived.value is not before)
    client.worker.submit(int).result(20)
    (path,) = tmp_path.glob("Light*")
    header = fits.getheader(path)
    assert header["OBJECT"] == "Unknown"
    assert "DATE-END" in header
    assert "FILTER" in header


def test_what_is_watched_is_complete(observed: Camera):
    with observed.watch() as frames:
        taken = observed.expose(SHORT)
        frame = next(frames)
    assert frame.header["OBJECT"] == "M31"
    assert frame.header["DATE-END"] == taken.header["DATE-END"]


# With a camera that tells little


BUSY, OK = exposing(State.BUSY, 1.0), exposing(State.OK)
HERE = switches("CONNECTION", {"CONNECT": True, "DISCONNECT": False}, device=MOUNT)
MOUNT_INFO = texts("DRIVER_INFO", {"DRIVER_INTERFACE": "1"}, device=MOUNT)
SMALL = (CONNECTION, FRAME_TYPE, EXPOSURE, ABORT, IMAGE, HERE, MOUNT_INFO, RADEC)
INFO = texts("DRIVER_INFO", {"DRIVER_INTERFACE": "2"})

Make = Callable[..., Camera]


@pytest.fixture
def camera(connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setattr(Telescope, "object", "M31")

    def make(*answer: Message) -> Camera:
        def obey(new: New) -> list[Message]:
            return list(answer) if new.name == EXPOSURE.name else []

        return Camera(connect(*SMALL, INFO, answer=obey).devices["CCD Simulator"])

    return make


@pytest.mark.parametrize("order", [[BUSY, picture(), OK], [BUSY, OK, picture()]])
def test_a_bare_file_is_completed(camera: Make, order: list[Message], tmp_path: Path):
    small = camera(*order)
    small.device.connection.save_to = tmp_path
    for _ in range(5):  # whoever hears of it first
        frame = small.expose(1)
        assert frame.header["OBJECT"] == "M31"
        assert frame.header["IMAGETYP"] == "Light Frame"
        assert frame.header["TELESCOP"] == MOUNT
        assert frame.header["RA"] == pytest.approx(82.0, abs=1)
        assert frame.path.name.startswith("M31_Light-Frame_")
        assert_the_same(frame)


def png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.eye(4, dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_a_frame_that_is_no_fits_file(camera: Make, tmp_path: Path):
    small = camera(BUSY, picture(png(), ".png"), OK)
    small.device.connection.save_to = tmp_path
    frame = small.expose(1)
    assert frame.header["OBJECT"] == "M31"
    assert frame.header.comments["OBJECT"]
    assert frame.path.read_bytes() == png()  # which has no place for it


def test_the_names_are_those_of_the_begin(camera: Make, monkeypatch: pytest.MonkeyPatch):
    small = camera(BUSY)
    operation = small.start_exposure(1)
    wait_until(small.device, lambda: small.exposing)
    monkeypatch.setattr(Telescope, "object", "M42")
    small.device.connection.server.tell(picture(), OK)
    assert operation.result().header["OBJECT"] == "M31"


def test_what_comes_before_a_camera_begins_is_not_ours(camera: Make, tmp_path: Path):
    late = picture(captures.TINY_FITS)
    small = camera(late, BUSY, picture(), OK)
    client = small.device.connection
    client.save_to = tmp_path
    frame = small.expose(1)
    client.worker.submit(int).result(20)
    (other,) = set(tmp_path.iterdir()) - {frame.path}
    assert "OBJECT" not in fits.getheader(other)
    assert fits.getheader(other)["TELESCOP"] == MOUNT
    assert frame.header["OBJECT"] == "M31"


def test_a_mistake_costs_no_picture(
    camera: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    monkeypatch.setattr("indinb.instruments.cameras.headers.facts", lambda *_: 1 / 0)
    small = camera(BUSY, picture(), OK)
    small.device.connection.save_to = tmp_path
    frame = small.expose(1)
    assert frame.path.read_bytes() == captures.TINY_FITS
    assert "the header of" in caplog.text


def test_what_is_gone_is_forgotten(camera: Make):
    small = camera(BUSY, picture(), OK)
    headers = headers_of(small.device.connection)
    small.expose(1)
    small.expose(1)
    gc.collect()
    assert len(headers._scenes) == 1  # of the picture that the model has
    assert headers._exposures == {}


def test_a_blob_that_nobody_has_noted_stays(camera: Make):
    blob = Blob(memoryview(captures.TINY_FITS), ".fits", len(captures.TINY_FITS))
    headers = headers_of(camera().device.connection)
    assert headers.completed(blob, blob) == blob


# Which part of the sensor it is


@pytest.fixture
def sky() -> Iterator[Camera]:
    """Return a camera that sees many stars, and is quick."""
    with indinb.simulate(seed=1, speed=20) as client:
        client.telescope.device.connect()
        client.camera.device.connect()
        yield client.camera


def test_a_region_of_a_frame_becomes_the_subframe(sky: Camera):
    whole = sky.expose(5, binning=2, subframe="full")
    assert (whole.header["XORGSUBF"], whole.header["YORGSUBF"]) == (0, 0)
    outer = sky.expose(5, binning=2, subframe=whole.on_sensor((101, 50, 200, 160)))
    assert outer.shape == (160, 200)
    assert (outer.header["XORGSUBF"], outer.header["YORGSUBF"]) == (101, 50)
    inner = sky.expose(5, binning=1, subframe=outer.on_sensor((11, 20, 100, 80)))
    assert inner.shape == (160, 200)
    assert inner.on_sensor() == (224, 140, 200, 160)
    shown = (whole.cutout((112, 70, 100, 80)), outer.cutout((11, 20, 100, 80)), inner)
    assert {part.on_sensor() for part in shown} == {inner.on_sensor()}
    binned = inner.data.reshape(80, 2, 100, 2).sum((1, 3))
    assert best_shift(shown[0].data, binned) == best_shift(shown[1].data, binned) == (0, 0)


def best_shift(one: np.ndarray, other: np.ndarray) -> tuple[int, int]:
    """Return by how many pixels one picture has to be moved to be most like another."""
    shifts = [(y, x) for y in range(-3, 4) for x in range(-3, 4)]
    return max(
        shifts,
        key=lambda shift: np.corrcoef(np.roll(one, shift, (0, 1)).ravel(), other.ravel())[0, 1],
    )


def test_files_are_named_by_a_template(observed: Camera, tmp_path: Path):
    client = observed.device.connection
    client.save_to = f"{tmp_path}/{{object}}/{{type}}_{{binning}}_{{number}}"
    assert client.save_to == tmp_path
    frames = [observed.expose(SHORT) for _ in range(2)]
    names = [frame.path.relative_to(tmp_path).as_posix() for frame in frames]
    assert names == ["M31/Light_4x4_001.fits", "M31/Light_4x4_002.fits"]
    assert_the_same(frames[1])
    with pytest.raises(ValueError, match="is none of"):
        client.save_to = f"{tmp_path}/{{colour}}"
    client.save_to = tmp_path
    assert observed.expose(SHORT).path.name.startswith("M31_Light_")
