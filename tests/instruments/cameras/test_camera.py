"""Cameras: INDI's simulators, and a camera that misbehaves."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from astropy import units as u

from indinb import Camera, Client, Frame, display
from indinb.client import operation as operation_module
from indinb.client.operation import Operation
from indinb.errors import (
    Aborted,
    ConnectionLost,
    Failed,
    ImageError,
    OutOfRange,
    Refused,
    UnknownProperty,
)
from indinb.instruments.cameras import imager
from indinb.instruments.cameras.chips import MAIN
from indinb.protocol.messages import Delete, Message, New
from indinb.protocol.vocabulary import State
from tests.client.fakes import ABORT, CONNECTION, FRAME_TYPE, IMAGE, FakeServer, update
from tests.instruments.evidence import EXPOSURE, exposing, picture
from tests.simulators import rest
from tests.waiting import wait_until

SHORT = 0.05  # seconds
LONG = 60.0  # seconds: nobody waits for the end of it


@pytest.fixture(params=["camera", "guide_camera"])
def either(request: pytest.FixtureRequest, client: Client) -> Camera:
    return _quick(getattr(client, request.param))


@pytest.fixture
def camera(client: Client) -> Camera:
    return _quick(client.camera)


def _quick(camera: Camera) -> Camera:
    """Let a simulator look often whether the exposure is over, and read all pixels."""
    camera.device["POLLING_PERIOD"].set(20).result()
    camera.device["CCD_BINNING"].set(HOR_BIN=1, VER_BIN=1).result()
    return camera


def _begin(camera: Camera, seconds: float = LONG) -> Operation[Frame]:
    """Start an exposure, and return when the camera says that it exposes."""
    operation = camera.start_exposure(seconds)
    wait_until(camera.device, lambda: camera.exposing)
    return operation


# With INDI's simulators


def test_a_second_exposure_at_once_is_refused(camera: Camera):
    first = camera.start_exposure(0.3)
    with pytest.raises(Refused, match="exposing already"):
        camera.start_exposure(SHORT)
    assert first.result().header["EXPTIME"] == 0.3
    assert camera.expose(SHORT).header["EXPTIME"] == SHORT


@pytest.mark.parametrize("aborted", [False, True])
def test_an_exposure_that_is_over_is_let_go(camera: Camera, aborted: bool):
    operation = _begin(camera) if aborted else camera.start_exposure(SHORT)
    assert imager._running[MAIN][camera.device] is operation
    over = threading.Event()
    operation.add_done_callback(lambda _: over.set())  # called after the camera's own
    if aborted:
        operation.abort()
    assert over.wait(5)
    assert camera.device not in imager._running[MAIN]


def test_an_exposure_right_after_an_abort(camera: Camera):
    first = _begin(camera)
    camera.abort()
    assert camera.expose(SHORT).header["EXPTIME"] == SHORT
    assert isinstance(first.exception(0), Aborted)


def test_a_bias_lasts_as_short_as_the_camera_can(camera: Camera):
    frame = camera.expose(0, frame_type="bias")
    assert frame.header["FRAME"] == "Bias"


def test_what_is_out_of_range_is_refused_before_anything_is_set(camera: Camera):
    camera.expose(SHORT)
    with pytest.raises(OutOfRange):
        camera.start_exposure(1e6, frame_type="dark")
    assert camera.device["CCD_FRAME_TYPE"].value == "FRAME_LIGHT"


def test_an_exposure_is_a_frame(either: Camera):
    frame = either.expose(SHORT)
    assert isinstance(frame, Frame)
    assert frame.shape == (1024, 1280)
    assert frame.dtype == np.uint16
    assert frame.header["EXPTIME"] == SHORT
    assert frame.header["INSTRUME"] == either.name
    assert not either.exposing


@pytest.mark.parametrize("exposure", [50 * u.ms, 0.05 * u.s, SHORT, np.float32(0.05), "50 ms"])
def test_an_exposure_time_has_a_unit_or_is_in_seconds(camera: Camera, exposure: object):
    assert camera.expose(exposure).header["EXPTIME"] == pytest.approx(0.05)


@pytest.mark.parametrize("frame_type", ["light", "bias", "dark", "flat", "Dark"])
def test_frame_types(camera: Camera, frame_type: str):
    frame = camera.expose(SHORT, frame_type=frame_type)
    assert frame.header["FRAME"] == frame_type.title()


def test_the_frame_type_does_not_stay(camera: Camera):
    camera.expose(SHORT, "dark")
    assert camera.expose(SHORT).header["FRAME"] == "Light"


def test_binning_stays_until_it_is_changed(camera: Camera):
    assert camera.binning == (1, 1)
    assert camera.expose(SHORT, binning=4).shape == (256, 320)
    assert camera.expose(SHORT).shape == (256, 320)
    assert camera.expose(SHORT, binning=(4, 2)).shape == (512, 320)
    assert camera.binning == (4, 2)
    assert camera.expose(SHORT, binning=np.int64(2)).header["XBINNING"] == 2


@pytest.mark.parametrize(
    ("exposure", "complaint"),
    [
        (0.001, r"exposes from 0\.01 s to 3600 s, not for 0\.001 s"),
        (4000, r"exposes from 0\.01 s to 3600 s, not for 4000 s"),
        (2 * u.h, r"not for 7200 s"),
        (-1, "no exposure time is -1"),
        (float("nan"), "no exposure time is nan"),
        (np.inf * u.s, "no exposure time is inf"),
        ("abc", "'abc' is no exposure time: give seconds"),
        (None, "None is no exposure time"),
        (2 * u.m, r"<Quantity 2\. m> is no exposure time"),
        ([1, 2], "is no exposure time"),
    ],
)
def test_impossible_exposure_times(camera: Camera, exposure: object, complaint: str):
    with pytest.raises(OutOfRange, match=complaint):
        camera.expose(exposure)
    assert not camera.exposing


@pytest.mark.parametrize("frame_type", ["darks", "FRAME_DARK", "", None, 1])
def test_unknown_frame_types(camera: Camera, frame_type: object):
    with pytest.raises(OutOfRange, match="no frame type: use one of light, bias, dark, flat"):
        camera.expose(SHORT, frame_type)
    assert not camera.exposing


@pytest.mark.parametrize("binning", [1.5, "2", (2,), (1, 2, 3), (1.5, 2), ()])
def test_what_is_no_binning(camera: Camera, binning: object):
    with pytest.raises(OutOfRange, match=r"no binning: give a whole number, or \(horizontal"):
        camera.expose(SHORT, binning=binning)
    assert not camera.exposing


@pytest.mark.parametrize("binning", [0, 5, (1, 100), (-1, 1)])
def test_binning_that_the_camera_has_not(camera: Camera, binning: object):
    with pytest.raises(OutOfRange, match="BIN of CCD_BINNING of CCD Simulator goes from 1 to 4"):
        camera.expose(SHORT, binning=binning)
    assert camera.binning == (1, 1)


def test_leftovers_are_put_right(camera: Camera):
    camera.device["UPLOAD_MODE"].set("UPLOAD_LOCAL").result()
    camera.device["CCD_TRANSFER_FORMAT"].set("FORMAT_NATIVE").result()
    camera.device["CCD_FAST_TOGGLE"].set("INDI_ENABLED").result()
    camera.device["CCD_VIDEO_STREAM"].set("STREAM_ON").result()
    assert camera.expose(SHORT).dtype == np.uint16
    assert camera.device["UPLOAD_MODE"].value == "UPLOAD_CLIENT"
    assert camera.device["CCD_VIDEO_STREAM"].value == "STREAM_OFF"
    rest(camera)


def test_a_busy_camera_refuses_and_goes_on(camera: Camera):
    operation = _begin(camera)
    with pytest.raises(Refused, match=r"CCD Simulator is exposing already: camera\.abort\(\)"):
        camera.expose(SHORT)
    assert not operation.done()
    operation.abort()
    assert isinstance(operation.exception(), Aborted)


def test_two_cameras_at_once(client: Client):
    running = [_begin(_quick(camera), 0.3) for camera in (client.camera, client.guide_camera)]
    names = [operation.result().header["INSTRUME"] for operation in running]
    assert names == ["CCD Simulator", "Guide Simulator"]


def test_progress_is_the_time_that_is_left(camera: Camera):
    operation = _begin(camera)
    fraction, detail, remaining = operation.progress
    assert 0 <= fraction < 0.5
    assert detail == "exposing"
    assert 30 < remaining <= LONG
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    assert operation.progress.fraction == 1


def test_abort_of_the_operation(either: Camera):
    operation = _begin(either)
    operation.abort()
    with pytest.raises(Aborted, match=f"expose {either.name} for 60 s: aborted"):
        operation.result()
    assert not either.exposing
    assert either.expose(SHORT).shape == (1024, 1280)


def test_abort_of_the_camera(either: Camera):
    operation = _begin(either)
    either.abort()
    assert not either.exposing
    with pytest.raises(Aborted, match="the exposure was stopped"):
        operation.result()
    assert either.expose(SHORT).shape == (1024, 1280)


def test_abort_of_an_idle_camera(camera: Camera):
    camera.abort()
    assert camera.expose(SHORT).shape == (1024, 1280)


def test_ctrl_c_stops_the_camera(camera: Camera, monkeypatch: pytest.MonkeyPatch):
    followed = []

    def press_ctrl_c(operation: object) -> None:
        wait_until(camera.device, lambda: camera.exposing)
        followed.append(operation)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(display, "_follow", press_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        camera.expose(LONG)
    monkeypatch.undo()
    assert isinstance(followed[0].exception(), Aborted)
    assert not camera.exposing
    assert camera.expose(SHORT).shape == (1024, 1280)


def test_ctrl_c_stops_the_camera_whose_result_is_waited_for(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
):
    def press_ctrl_c(*_: object) -> None:
        monkeypatch.undo()
        signal.raise_signal(signal.SIGINT)

    operation = _begin(camera)
    monkeypatch.setattr(operation_module.futures, "wait", press_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        operation.result()
    assert isinstance(operation.exception(0), Aborted)
    assert not camera.exposing
    assert camera.expose(SHORT).shape == (1024, 1280)


def test_await_an_exposure(camera: Camera):
    async def take() -> list[Frame]:
        return [await camera.start_exposure(SHORT), await camera.start_exposure(SHORT, "dark")]

    assert [frame.header["FRAME"] for frame in asyncio.run(take())] == ["Light", "Dark"]


def test_a_limit_in_async_code_stops_the_camera(camera: Camera):
    async def take() -> None:
        await asyncio.wait_for(_begin(camera), timeout=0.01)

    with pytest.raises(TimeoutError):
        asyncio.run(take())
    wait_until(camera.device, lambda: not camera.exposing)


def test_without_connection_the_error_says_what_to_do(client: Client):
    camera = client.guide_camera
    camera.device.disconnect()
    advice = r"client\.devices\['Guide Simulator'\]\.connect\(\)"
    for use in (partial(camera.expose, 1), camera.abort, lambda: camera.exposing):
        with pytest.raises(UnknownProperty, match=advice):
            use()
    camera.connect()
    assert not camera.exposing


# With a camera that does as it is told


Answer = Callable[[New], list[Message]]


@pytest.fixture
def faulty() -> Iterator[Callable[[Answer], Camera]]:
    """Return a function that makes a camera of its answer to ``CCD_EXPOSURE``."""
    clients = []

    def make(answer: Answer) -> Camera:
        definitions = (CONNECTION, FRAME_TYPE, EXPOSURE, ABORT, IMAGE)
        server = FakeServer(*definitions, answer=answer)
        client = Client(server.transport, "fake", on_close=server.close).open()
        clients.append(client)
        return Camera(client.devices["CCD Simulator"])

    yield make
    for client in clients:
        client.close()


BUSY, READING_OUT = exposing(State.BUSY, 1.0), exposing(State.BUSY)
OK = exposing(State.OK)


def test_a_frame_type_that_the_camera_lacks_is_refused(faulty: Callable[[Answer], Camera]):
    camera = faulty(lambda new: pytest.fail("it exposes all the same"))
    with pytest.raises(Refused, match="has no FRAME_FLAT; it has FRAME_LIGHT"):
        camera.expose(1, frame_type="flat")


def test_closing_the_client_ends_what_waits_to_be_decoded(faulty: Callable[[Answer], Camera]):
    camera = faulty(lambda new: [BUSY, picture(), OK])
    connection = camera.device.connection
    taken, go_on = threading.Event(), threading.Event()
    busy = connection.worker.submit(go_on.wait)  # which keeps the picture waiting
    camera.device["CCD_EXPOSURE"].observe(
        lambda change: taken.set() if change.new.state is State.OK else None
    )
    operation = camera.start_exposure(1)
    assert taken.wait(5)
    closing = threading.Thread(target=connection.close)
    closing.start()
    assert isinstance(operation.exception(5), ConnectionLost)
    go_on.set()
    closing.join(5)
    assert busy.result(0)


def test_a_camera_whose_link_is_gone_is_not_exposing(faulty: Callable[[Answer], Camera]):
    camera = faulty(lambda new: [BUSY])
    operation = camera.start_exposure(1)
    wait_until(camera.device, lambda: camera.exposing)
    camera.device.connection.close()
    assert isinstance(operation.exception(5), ConnectionLost)
    assert not camera.exposing
    for ask in (lambda: camera.expose(1), camera.abort):
        with pytest.raises(ConnectionLost, match="this client was closed"):
            ask()


def test_a_small_camera(faulty: Callable[[Answer], Camera]):
    camera = faulty(lambda new: [BUSY, READING_OUT, picture(), OK])
    assert camera.expose(1).data.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_the_drivers_words_explain_a_failure(faulty: Callable[[Answer], Camera]):
    camera = faulty(
        lambda new: [BUSY, exposing(State.ALERT, message="[ERROR] The shutter is stuck")]
    )
    with pytest.raises(Failed, match=r"expose CCD Simulator for 1 s: .*The shutter is stuck"):
        camera.expose(1)


def test_a_driver_that_dies_while_it_exposes(faulty: Callable[[Answer], Camera]):
    last_words = "[ERROR] USB is gone"
    camera = faulty(lambda new: [BUSY, Delete("CCD Simulator", message=last_words)])
    with pytest.raises(Failed) as error:
        camera.expose(60)
    assert str(error.value) == (
        "expose CCD Simulator for 60 s: its driver has died or was stopped: the server took the "
        "device back; when it is there again, connect it again: "
        "client.devices['CCD Simulator'].connect(); the driver said '[ERROR] USB is gone'"
    )
    with pytest.raises(UnknownProperty, match="is gone"):
        camera.expose(1)


def test_a_broken_picture(faulty: Callable[[Answer], Camera]):
    camera = faulty(lambda new: [BUSY, picture(b"no FITS at all"), OK])
    with pytest.raises(ImageError):
        camera.expose(1)


def test_a_camera_that_cannot_stop(faulty: Callable[[Answer], Camera]):
    def answer(new: New) -> list[Message]:
        return [BUSY] if new.name == EXPOSURE.name else [update(ABORT, State.ALERT, ABORT=False)]

    camera = faulty(answer)
    operation = _begin(camera, 1)
    with pytest.raises(Failed, match="stop CCD Simulator: the camera could not stop"):
        camera.abort()
    assert not operation.done()
