"""Series of frames: INDI's simulators, ours, and a camera whose link is lost."""

import asyncio
import dataclasses
import signal
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from astropy import units as u

from indinb import Camera, Client, Frame, Telescope, display
from indinb.client import quiet, reading
from indinb.client.operation import Operation
from indinb.errors import Aborted, ConnectionLost, Failed, OperationTimeout, OutOfRange
from indinb.instruments.cameras import sequence as room
from indinb.instruments.cameras import seriesrun
from indinb.instruments.cameras.sequence import Series
from indinb.instruments.cameras.seriesrun import Run
from indinb.instruments.durations import Pause
from indinb.protocol.messages import Message, New, Update
from indinb.protocol.vocabulary import State
from tests.client.fakes import ABORT, CONNECTION, FRAME_TYPE, IMAGE, FakeServer, texts, update
from tests.client.harbour import Harbour
from tests.instruments.evidence import EXPOSURE, exposing, picture
from tests.waiting import look_until, wait_until

SHORT = 0.02
LONG = 60.0
BUSY, OK = exposing(State.BUSY, 1.0), exposing(State.OK)
INFO = texts("DRIVER_INFO", {"DRIVER_INTERFACE": "2"})
SMALL = (CONNECTION, INFO, FRAME_TYPE, EXPOSURE, ABORT, IMAGE)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Return the operations that were shown."""
    shown: list[Run] = []
    monkeypatch.setattr(display, "_follow", shown.append)
    return shown


@pytest.fixture
def camera(client: Client, runs: list[Run]) -> Camera:
    camera = client.camera
    camera.device["POLLING_PERIOD"].set(20).result()
    return camera


# With INDI's simulators, and with ours


def test_frames_one_after_another(camera: Camera, runs: list[Run], client: Client, tmp_path: Path):
    client.save_to = tmp_path
    series = camera.sequence(3, SHORT, filter="Green", binning=4)
    assert len(series) == 3
    frames = list(series)
    client.save_to = None
    assert [frame.header["EXPTIME"] for frame in frames] == [SHORT] * 3
    assert {frame.shape for frame in frames} == {(256, 320)}
    assert client.filter_wheel.current == "Green"
    assert {frame.header["FILTER"] for frame in frames} == {"Green"}
    numbers = [frame.path.name.split("_Green_0.02s_")[1][:3] for frame in frames]
    assert numbers == ["001", "002", "003"]
    (run,) = runs  # one bar for all
    assert run.result(0) == 3
    assert run.label == "3 lights of 0.02 s with CCD Simulator"


def test_frames_in_async_code(camera: Camera, runs: list[Run]):
    async def take() -> list[str]:
        return [frame.header["FRAME"] async for frame in camera.sequence(2, 0, frame_type="bias")]

    assert asyncio.run(take()) == ["Bias", "Bias"]
    assert runs[0].result(0) == 2


def test_abort_ends_the_loop_and_stops_the_camera(camera: Camera, runs: list[Run]):
    def abort() -> None:
        look_until(lambda: runs)
        wait_until(camera.device, lambda: camera.exposing)
        runs[0].abort()

    thread = threading.Thread(target=abort)
    thread.start()
    with pytest.raises(Aborted):
        list(camera.sequence(3, LONG))
    thread.join()
    assert isinstance(runs[0].exception(0), Aborted)
    assert not camera.exposing


def test_ctrl_c_stops_the_camera(camera: Camera, runs: list[Run]):
    pressed = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    pressed.start()
    with pytest.raises(KeyboardInterrupt):
        list(camera.sequence(2, LONG))
    pressed.join()
    wait_until(camera.device, lambda: not camera.exposing)
    assert isinstance(runs[0].exception(5), Aborted)
    assert len(list(camera.sequence(1, SHORT))) == 1


def test_a_break_ends_it(camera: Camera, runs: list[Run]):
    for _ in camera.sequence(3, SHORT):
        break
    assert runs[0].result(0) == 1
    assert not camera.exposing


def test_what_cannot_be_is_refused_at_once(camera: Camera):
    for bad in (0, -1, 2.5, "3", None):
        with pytest.raises(OutOfRange, match="is no number of frames"):
            camera.sequence(bad, SHORT)
    for options in (
        {"frame_type": "darks"},
        {"filter": "Purple"},
        {"binning": "x"},
        {"dither": 5},
        {"dither": 5 * u.s},
        {"dither": -5 * u.arcsec},
        {"dither": float("nan") * u.arcsec},
    ):
        with pytest.raises(OutOfRange):
            camera.sequence(1, SHORT, **options)
    with pytest.raises(OutOfRange, match="no delay is -1"):
        camera.sequence(1, SHORT, delay=-1)
    with pytest.raises(OutOfRange, match="exposes from"):
        camera.sequence(1, 1e6)
    with pytest.raises(TypeError):
        camera.sequence(1, SHORT, colour="Red")


# With a camera that does as it is told


class Driver:
    """Answers to exposures with what it is told to, one answer after the other."""

    def __init__(self, *answers: list[Message]) -> None:
        self.answers = list(answers)
        self.asked: list[New] = []

    def __call__(self, new: New) -> list[Message]:
        self.asked.append(new)
        if new.name == ABORT.name:
            return [update(ABORT, State.OK, ABORT=False), exposing(State.IDLE)]
        if new.name != EXPOSURE.name:
            return [Update(new.kind, new.device, new.name, new.values, State.OK)]
        return self.answers.pop(0) if self.answers else [BUSY, picture(), OK]

    @property
    def exposures(self) -> int:
        return sum(new.name == EXPOSURE.name for new in self.asked)


Make = Callable[[Driver], Camera]


@pytest.fixture
def small(connect: Callable[..., Client], runs: list[Run]) -> Make:
    def make(driver: Driver) -> Camera:
        return Camera(connect(*SMALL, answer=driver).devices["CCD Simulator"])

    return make


def test_a_frame_is_taken_when_it_is_asked_for(small: Make):
    driver = Driver()
    frames = iter(small(driver).sequence(3, 1))
    assert driver.exposures == 0
    next(frames)
    assert driver.exposures == 1
    next(frames)
    assert driver.exposures == 2


def test_no_more_than_one_frame_is_held(small: Make, runs: list[Run]):
    alive: list[weakref.ref[Frame]] = []
    for frame in small(Driver()).sequence(4, 1):
        alive.append(weakref.ref(frame))
        del frame
        look_until(lambda: not any(one() for one in alive))  # the worker lets go a little later
    assert len(alive) == 4


def test_what_fails_ends_it(small: Make, runs: list[Run]):
    driver = Driver([BUSY, picture(), OK], [exposing(State.ALERT, message="[ERROR] stuck")])
    taken = []
    with pytest.raises(Failed, match="stuck"):
        taken.extend(small(driver).sequence(3, 1))
    assert isinstance(runs[0].exception(0), Failed)
    assert driver.exposures == 2


def test_a_frame_is_tried_again(small: Make):
    driver = Driver([exposing(State.ALERT, message="[ERROR] stuck")])
    assert len(list(small(driver).sequence(2, 1, retries=1))) == 2
    assert driver.exposures == 3


def test_abort_between_two_frames(small: Make, runs: list[Run]):
    frames = iter(small(Driver()).sequence(3, 1))
    next(frames)
    runs[0].abort()
    with pytest.raises(Aborted):
        next(frames)
    assert list(frames) == []


def test_leaving_async_code_stops_the_camera(small: Make, runs: list[Run]):
    camera = small(driver := Driver([BUSY]))

    async def take() -> None:
        async for _ in camera.sequence(2, LONG):
            pytest.fail("it was taken")

    async def limited() -> None:
        await asyncio.wait_for(take(), 0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(limited())
    wait_until(camera.device, lambda: not camera.exposing)
    assert driver.asked[-1].name == ABORT.name
    assert isinstance(runs[0].exception(0), Aborted)


def test_progress_of_all(small: Make, runs: list[Run]):
    camera = small(Driver([BUSY, picture(), OK], [exposing(State.BUSY, 6.0)]))
    frames = iter(camera.sequence(4, 10, delay=0))
    next(frames)
    assert runs[0].progress[:2] == (0.25, "")

    def go_on() -> None:
        with pytest.raises(Aborted):
            next(frames)

    thread = threading.Thread(target=go_on)
    thread.start()
    look_until(lambda: (runs[0].progress.fraction or 0) > 0.3)
    fraction, detail, left = runs[0].progress
    assert fraction == pytest.approx((1 + 0.4) / 4, abs=0.05)
    assert detail.startswith("2 of 4: ")
    assert left > 0
    runs[0].abort()
    thread.join()


def test_what_is_shown_is_put_away_at_the_end(small: Make, monkeypatch: pytest.MonkeyPatch):
    hidden: list[str] = []
    monkeypatch.setattr(display, "_follow", lambda run: lambda: hidden.append(run.state))
    frames = iter(small(Driver()).sequence(2, 1))
    next(frames)
    assert hidden == []
    frames.close()
    assert hidden == ["done"]


def test_the_first_frame_tells_how_long_all_take():
    step: Operation[Frame] = Operation("expose")
    run = Run("all", 5, lambda _: step, lambda: 10.0)
    run._start()
    assert run.progress.remaining == pytest.approx(50)
    step.fail(Failed("enough"))
    run.fail(Failed("enough"))


def test_the_telescope_is_moved_between_two_frames(
    connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, runs: list[Run]
):
    mount = texts("DRIVER_INFO", {"DRIVER_INTERFACE": "1"}, device="Mount")
    driver = Driver()
    client = connect(*SMALL, mount, answer=driver)
    moves: list[Any] = []

    def dither(self: Telescope, amount: u.Quantity) -> Operation[None]:
        moves.append((amount, driver.exposures))
        return Pause("dither", 0.001)

    monkeypatch.setattr(Telescope, "start_dither", dither)
    frames = list(Camera(client.devices["CCD Simulator"]).sequence(3, 1, dither=5 * u.arcsec))
    assert len(frames) == 3
    assert moves == [(5 * u.arcsec, 1), (5 * u.arcsec, 2)]


def test_a_delay(small: Make, monkeypatch: pytest.MonkeyPatch):
    pauses: list[float] = []
    monkeypatch.setattr(room, "Pause", lambda label, s: pauses.append(s) or Pause(label, 0.001))
    assert len(list(small(Driver()).sequence(3, 1, delay=2 * u.min))) == 3
    assert pauses == [120, 120]


# When the link is lost


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbour]:
    monkeypatch.setattr(reading, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(reading, "SHORT", 0)
    monkeypatch.setattr(reading, "LONGEST_DELAY", 0.01)
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    harbour = Harbour(*SMALL, make=partial(FakeServer, answer=Driver([BUSY])))
    yield harbour
    harbour.close()


@pytest.fixture
def moored(harbour: Harbour, runs: list[Run]) -> Iterator[Client]:
    with Client(harbour.open(), "fake:7000", reopen=harbour.open).open() as client:
        yield client


def lose(client: Client, harbour: Harbour, act: Callable[[], object]) -> threading.Thread:
    """Lose the link as soon as the camera exposes, on another thread."""
    camera = client.camera

    def lose() -> None:
        wait_until(camera.device, lambda: camera.exposing)
        act()

    thread = threading.Thread(target=lose)
    thread.start()
    return thread


def test_a_frame_is_taken_again_when_the_link_is_back(
    moored: Client, harbour: Harbour, caplog: pytest.LogCaptureFixture, runs: list[Run]
):
    def cut() -> None:
        harbour.server.cut()

    # The next one knows nothing of a binning or an exposure: its camera is not even connected.
    driver = Driver()
    harbour.definitions = (
        update_connection(False),
        *SMALL[1:],
    )
    harbour._make = partial(FakeServer, answer=driver)
    thread = lose(moored, harbour, cut)
    frames = list(moored.camera.sequence(2, 1))
    thread.join()
    assert len(frames) == 2
    assert runs[0].result(0) == 2
    assert "frame 1 of 2 with CCD Simulator is taken again when the link is back" in caplog.text
    assert driver.asked[0].name == "CONNECTION"
    assert driver.exposures == 2


def update_connection(on: bool) -> Any:
    members = [
        member._replace(value=on if member.name == "CONNECT" else not on)
        for member in CONNECTION.members
    ]
    return CONNECTION._replace(members=tuple(members))


def test_a_camera_that_has_gone_on_is_stopped_first(moored: Client, harbour: Harbour):
    driver = Driver()
    still = EXPOSURE._replace(state=State.BUSY)
    harbour.definitions = (CONNECTION, INFO, FRAME_TYPE, still, ABORT, IMAGE)
    harbour._make = partial(FakeServer, answer=driver)
    thread = lose(moored, harbour, lambda: harbour.server.cut())
    assert len(list(moored.camera.sequence(1, 1))) == 1
    thread.join()
    assert driver.asked[0].name == ABORT.name


def test_a_client_that_is_closed_ends_it(moored: Client, harbour: Harbour, runs: list[Run]):
    thread = lose(moored, harbour, moored.close)
    with pytest.raises(ConnectionLost):
        list(moored.camera.sequence(2, 1))
    thread.join()
    assert isinstance(runs[0].exception(0), ConnectionLost)


def test_a_link_that_does_not_come_back(
    moored: Client, harbour: Harbour, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(seriesrun, "RETURN_PATIENCE", 0.1)

    def cut() -> None:
        harbour.refusals = 10**9
        harbour.server.cut()

    thread = lose(moored, harbour, cut)
    with pytest.raises(OperationTimeout, match=r"the link is not back after 0\.1 s"):
        list(moored.camera.sequence(2, 1))
    thread.join()


def test_a_link_that_is_lost_again_and_again(moored: Client, harbour: Harbour):
    cameras: list[int] = []

    def cut_each(new: New) -> list[Message]:
        if new.name == EXPOSURE.name:
            cameras.append(1)
            harbour.server.cut()
        return []

    harbour._make = partial(FakeServer, answer=cut_each)
    thread = lose(moored, harbour, lambda: harbour.server.cut())
    with pytest.raises(ConnectionLost):
        list(moored.camera.sequence(2, 1))
    thread.join()
    assert len(cameras) == 4


def test_it_tells_what_it_is(small: Make):
    series = small(Driver()).sequence(2, 5)
    assert isinstance(series, Series)
    assert repr(series) == "<Series: 2 lights of 5 s with CCD Simulator>"


def test_bias_frames_are_biases(small: Make):
    lights = small(Driver()).sequence(2, 5)
    series = Series(dataclasses.replace(lights.plan, frame_type="bias"))
    assert repr(series) == "<Series: 2 biases of 5 s with CCD Simulator>"
