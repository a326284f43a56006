"""The camera's card, and the pictures that come."""

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from indinb import Frame
from indinb.protocol.messages import Blob, Delete, Update
from indinb.protocol.vocabulary import BlobMode, State
from indinb.widgets import darkroom
from indinb.widgets.darkroom import facts
from tests.captures import TINY_FITS
from tests.client.fakes import SOON, update
from tests.waiting import look_until
from tests.widgets.observers import CCD, EXPOSURE, IMAGE, Begin, Observer, definitions, of

TEMPERATURE = of(CCD, "CCD_TEMPERATURE")
COOLER = of(CCD, "CCD_COOLER")
ONE: dict[str, Any] = {"exposure": "2", "count": "1", "binning": None, "frame_type": "light"}


def exposes(state: State, left: float = 0.0) -> Update:
    return update(EXPOSURE, state, CCD_EXPOSURE_VALUE=left)


def fits_of(pixels: Any, **header: Any) -> bytes:
    """Return a FITS file."""
    file = io.BytesIO()
    fits.PrimaryHDU(np.asarray(pixels, np.uint16), fits.Header(header)).writeto(file)
    return file.getvalue()


def finish(observer: Observer, data: bytes = TINY_FITS) -> None:
    """Let an exposure that is under way end with a picture."""
    observer.tell(exposes(State.OK))
    observer.send_picture(data)


@pytest.fixture
def camera(observer: Observer) -> Observer:
    observer.answers.set("CCD_EXPOSURE", exposes(State.BUSY, 2.0))
    return observer


# ---- What it tells ----


def test_it_tells_what_it_has(camera: Observer) -> None:
    card = camera["camera"]
    assert (card["light"], card["words"]) == ("Idle", "Ready")
    assert card["frame_types"] == ["light", "bias", "dark", "flat"]
    assert card["binnings"] == [1, 2, 3, 4]
    assert card["plan"] == {"exposure": "1", "count": "1", "binning": None, "frame_type": "light"}
    assert card["can"]["expose"]
    assert not card["can"]["abort"]


def test_a_small_camera_offers_what_it_has(begin: Begin) -> None:
    names = ("CONNECTION", "DRIVER_INFO", "CCD_EXPOSURE", "CCD1")
    card = begin(*[each for each in definitions(CCD) if each.name in names])["camera"]
    assert card["temperature"] is None
    assert card["cooler"] is None
    assert card["binnings"] == []
    assert card["frame_types"] == ["light"]
    assert card["can"] == {"expose": True, "cool": False, "switch": False, "abort": False}


def test_the_temperature(camera: Observer) -> None:
    camera.tell(update(TEMPERATURE, State.OK, CCD_TEMPERATURE_VALUE=-9.96))
    assert camera["camera"]["temperature"] == "\N{MINUS SIGN}10.0 °C"


@pytest.mark.parametrize("typed", ["-10", "\N{MINUS SIGN}10", "-10,0", " -10.0 "])
def test_a_temperature_that_is_typed(camera: Observer, typed: str) -> None:
    camera.act("camera", "cool", celsius=typed)
    asked = camera.asked("CCD_TEMPERATURE")
    assert [each["CCD_TEMPERATURE_VALUE"] for each in asked] == [-10.0]


def test_a_temperature_that_makes_no_sense(camera: Observer) -> None:
    camera.act("camera", "cool", celsius="cold")
    assert camera["camera"]["note"]["text"] == "'cold' is no temperature in °C"
    camera.act("camera", "cool", celsius="-300")
    assert "CCD_TEMPERATURE" in camera["camera"]["note"]["text"]
    assert camera.asked("CCD_TEMPERATURE") == []


@pytest.mark.parametrize(("on", "member"), [(True, "COOLER_ON"), (False, "COOLER_OFF")])
def test_the_cooler(camera: Observer, on: bool, member: str) -> None:
    camera.tell(COOLER)
    camera.act("camera", "cooler", on=on)
    assert [each[member] for each in camera.asked("CCD_COOLER")] == [True]
    camera.tell(update(COOLER, State.BUSY, COOLER_ON=on, COOLER_OFF=not on))
    assert camera["camera"]["cooler"] is on


# ---- Exposures ----


def test_an_exposure(camera: Observer) -> None:
    camera.act("camera", "expose", **ONE)
    assert camera.asked("CCD_EXPOSURE") == [{"CCD_EXPOSURE_VALUE": 2.0}]
    card = camera["camera"]
    assert (card["light"], card["words"]) == ("Busy", "Exposing")
    assert card["can"]["abort"]
    assert "s left" in card["progress"]["detail"] or card["progress"]["detail"] == "reading out"
    finish(camera)
    card = camera["camera"]
    assert (card["words"], card["progress"], card["note"]) == ("Ready", None, None)
    assert card["plan"]["exposure"] == "2"


@pytest.mark.parametrize(
    ("typed", "seconds"), [("0,5", 0.5), ("2 min", 120.0), ("500 ms", 0.5), (" 3 ", 3.0)]
)
def test_times_that_are_typed(camera: Observer, typed: str, seconds: float) -> None:
    camera.act("camera", "expose", **ONE | {"exposure": typed})
    assert camera.asked("CCD_EXPOSURE") == [{"CCD_EXPOSURE_VALUE": pytest.approx(seconds)}]


@pytest.mark.parametrize(
    "wish",
    [
        {"exposure": "long"},
        {"exposure": ""},
        {"exposure": "3 m"},
        {"exposure": "-1"},
        {"exposure": "nan"},
        {"exposure": "1e9"},
        {"count": "0"},
        {"count": "1.5"},
        {"count": "many"},
        {"count": "inf"},
        {"binning": 99},
    ],
)
def test_what_makes_no_sense_says_so(camera: Observer, wish: dict[str, Any]) -> None:
    camera.act("camera", "expose", **ONE | wish)
    card = camera["camera"]
    assert card["note"]["level"] == "alert"
    assert not card["series"]
    assert camera.asked("CCD_EXPOSURE") == []


def test_binning_and_type(camera: Observer) -> None:
    camera.act("camera", "expose", **ONE | {"binning": 2, "frame_type": "dark"})
    assert camera.asked("CCD_BINNING") == [{"HOR_BIN": 2.0, "VER_BIN": 2.0}]
    assert [each["FRAME_DARK"] for each in camera.asked("CCD_FRAME_TYPE")] == [True]
    assert camera["camera"]["plan"]["binning"] == 2


def test_several_frames(camera: Observer) -> None:
    camera.act("camera", "expose", **ONE | {"count": "3"})
    for number in (1, 2, 3):
        assert camera["camera"]["words"] == f"Exposing {number} of 3"
        assert len(camera.asked("CCD_EXPOSURE")) == number
        finish(camera)
    assert camera["camera"]["words"] == "Ready"
    assert len(camera.asked("CCD_EXPOSURE")) == 3


def test_a_series_is_not_begun_twice(camera: Observer) -> None:
    camera.act("camera", "expose", **ONE | {"count": "3"})
    camera.act("camera", "expose", **ONE)
    assert "are not over" in camera["camera"]["note"]["text"]
    assert len(camera.asked("CCD_EXPOSURE")) == 1


def test_a_loop_goes_on_until_it_is_switched_off(camera: Observer) -> None:
    camera.act("camera", "loop", on=True)
    camera.act("camera", "expose", **ONE)
    for number in (1, 2, 3):
        assert camera["camera"]["words"] == f"Exposing {number}"
        finish(camera)
    camera.act("camera", "loop", on=False)
    finish(camera)
    assert camera["camera"]["words"] == "Ready"
    assert len(camera.asked("CCD_EXPOSURE")) == 4


def test_a_series_ends_when_one_fails(camera: Observer) -> None:
    camera.act("camera", "expose", **ONE | {"count": "3"})
    camera.tell(exposes(State.ALERT))
    camera.wait()
    card = camera["camera"]
    assert "the exposure failed" in card["note"]["text"]
    assert not card["series"]
    assert len(camera.asked("CCD_EXPOSURE")) == 1


def test_a_camera_that_goes_amid_a_series(camera: Observer) -> None:
    camera.act("camera", "expose", **ONE | {"count": "3"})
    camera.tell(Delete(CCD))
    assert camera["camera"]["condition"] == "missing"
    camera.tell(*definitions(CCD))
    card = camera["camera"]
    assert card["condition"] == "ready"
    assert not card["series"]


# ---- Abort ----


def test_abort_ends_the_series(camera: Observer) -> None:
    camera.act("camera", "expose", **ONE | {"count": "3"})
    camera.abort("camera")
    camera.tell(exposes(State.IDLE))
    card = camera["camera"]
    assert card["note"]["level"] == "info"
    assert not card["series"]
    assert camera.asked("CCD_ABORT_EXPOSURE") == [{"ABORT": True}]
    assert len(camera.asked("CCD_EXPOSURE")) == 1


def test_abort_of_an_exposure_that_a_cell_waits_for(camera: Observer) -> None:
    operation = camera.client.camera.start_exposure(2)
    look_until(lambda: camera.client.camera.exposing)
    assert camera["camera"]["progress"] is not None
    camera.abort("camera")
    camera.tell(exposes(State.IDLE))
    assert operation.exception(SOON) is not None
    assert camera.asked("CCD_ABORT_EXPOSURE") == [{"ABORT": True}]


def test_abort_of_another_clients_exposure(camera: Observer) -> None:
    camera.tell(exposes(State.BUSY, 31.4))
    assert camera["camera"]["progress"] == {"fraction": None, "detail": "31 s left"}
    camera.abort("camera")
    assert camera.asked("CCD_ABORT_EXPOSURE") == [{"ABORT": True}]


def test_abort_between_two_frames(camera: Observer) -> None:
    """The next one is on its way to the worker, which has a picture to develop."""
    camera.act("camera", "expose", **ONE | {"count": "3"})
    free = threading.Event()
    camera.server.tell(exposes(State.OK))
    job = camera.client.worker.submit(free.wait, 20)
    camera.server.tell(update(IMAGE, State.OK, CCD1=Blob(memoryview(TINY_FITS), ".fits", 5760)))
    camera.line.bring({"type": "abort", "id": 1, "card": "camera"})
    free.set()
    job.result(SOON)
    camera.settle()
    assert len(camera.asked("CCD_EXPOSURE")) == 1
    assert not camera["camera"]["series"]


def test_nothing_is_aborted_where_nothing_is(camera: Observer) -> None:
    camera.abort("camera")
    assert camera.asked("CCD_ABORT_EXPOSURE") == []
    assert camera["camera"]["note"] is None


# ---- Pictures ----


def picture(observer: Observer) -> Image.Image:
    """Ask for the picture as a browser does, and return it."""
    observer.line.bring({"type": "picture"})
    return Image.open(io.BytesIO(observer.line.files[-1]))


def test_a_picture_comes_whoever_asked_for_it(camera: Observer) -> None:
    camera.send_picture()
    camera.look()
    described = camera.state["picture"]
    assert described["serial"] == 1
    assert described["size"] == "3 × 2"  # noqa: RUF001
    assert [described[word] for word in ("min", "median", "max")] == ["1", "3.5", "6"]
    assert described["file"] is None
    assert picture(camera).size == (3, 2)
    assert camera.line.take("picture") == [{"type": "picture", "serial": 1}]


@pytest.mark.parametrize("order", ["BOTTOM-UP", "TOP-DOWN"])
def test_a_picture_is_the_right_way_up(camera: Observer, order: str) -> None:
    """Its first row is dark, and its last one bright."""
    rows = np.repeat([0, 1000], 32)
    camera.send_picture(fits_of(rows[:, np.newaxis] * np.ones(64), ROWORDER=order))
    shown = picture(camera)
    assert shown.format == "JPEG"
    top, bottom = shown.getpixel((32, 2)), shown.getpixel((32, 60))
    assert (top < bottom) == (order == "TOP-DOWN")


def test_a_picture_is_sent_when_it_is_asked_for(camera: Observer) -> None:
    camera.line.bring({"type": "picture"})
    assert camera.line.files == []
    camera.send_picture()
    assert camera.line.files == []


def test_the_newest_wins(camera: Observer) -> None:
    """While the worker is busy, three pictures come."""
    free = threading.Event()
    job = camera.client.worker.submit(free.wait, 20)
    for level in (1, 2, 3):
        data = fits_of([[level, level]])
        blob = Blob(memoryview(data), ".fits", len(data))
        camera.server.tell(update(IMAGE, State.OK, CCD1=blob))
    free.set()
    job.result(SOON)
    camera.settle()
    camera.look()
    assert camera.state["picture"]["serial"] == 1
    assert camera.state["picture"]["max"] == "3"


def test_what_is_read_of_a_picture(camera: Observer) -> None:
    header = {
        "EXPTIME": 0.5,
        "FILTER": "H_Alpha",
        "FRAME": "Light",
        "DATE-OBS": "2026-01-15T20:31:05.250",
    }
    camera.send_picture(fits_of(np.arange(12).reshape(3, 4), **header))
    camera.look()
    described = camera.state["picture"]
    assert described["exposure"] == "0.5 s"
    assert described["filter"] == "H_Alpha"
    assert described["type"] == "Light"
    assert described["time"] == "20:31:05"


def test_what_is_not_told_is_left_out() -> None:
    described = facts(Frame(np.array([[np.nan, 1.25]]), unit="adu"))
    assert described["exposure"] == described["filter"] == described["time"] == ""
    assert described["max"] == "1.25"


def test_a_picture_that_cannot_be_read_says_so(camera: Observer) -> None:
    camera.send_picture(b"no picture at all")
    camera.look()
    assert camera.state["picture"]["error"]
    camera.send_picture()
    camera.look()
    assert "error" not in camera.state["picture"]


def test_a_picture_of_nothing_says_so(camera: Observer) -> None:
    nothing = fits.PrimaryHDU(np.full((2, 2), np.nan, np.float32))
    file = io.BytesIO()
    nothing.writeto(file)
    camera.send_picture(file.getvalue())
    camera.look()
    assert "no pixel is finite" in camera.state["picture"]["error"]


def test_its_file_is_named_once_it_is_written(camera: Observer, tmp_path: Path) -> None:
    camera.client.save_to = tmp_path
    camera.send_picture(fits_of([[1, 2]], EXPTIME=2.0, FRAME="Light"))

    def named() -> Any:
        camera.look()
        return (camera.state["picture"] or {}).get("file")

    look_until(named)
    assert (tmp_path / named()).exists()
    assert named().startswith("Light_Red_2s_001_")


def test_of_a_guide_chip_nothing_is_shown(camera: Observer) -> None:
    guide = of(CCD, "CCD2")
    blob = Blob(memoryview(TINY_FITS), ".fits", len(TINY_FITS))
    camera.tell(update(guide, State.OK, CCD2=blob))
    camera.look()
    assert camera.state["picture"] is None


def test_who_has_asked_for_pictures_alone_still_gets_them_alone(begin: Begin) -> None:
    observer = begin()
    observer.client.enable_blobs(CCD, "CCD1", BlobMode.ONLY)
    observer.tell(IMAGE)
    assert observer.client.blob_mode(CCD, "CCD1") is BlobMode.ONLY


def test_the_worker_makes_the_pictures(camera: Observer, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    encode: Callable[..., bytes] = darkroom.encode_jpeg

    def note(*args: Any, **options: Any) -> bytes:
        threads.append(threading.current_thread().name)
        return encode(*args, **options)

    monkeypatch.setattr(darkroom, "encode_jpeg", note)
    camera.send_picture()
    assert len(threads) == 1
    assert threads[0].startswith("indinb-worker")
