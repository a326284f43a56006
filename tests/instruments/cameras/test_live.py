"""Live views: picture after picture, until somebody stops them."""

import gc
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from astropy import units as u

from indinb import Camera, Client, Frame
from indinb.errors import (
    Aborted,
    ConnectionLost,
    Failed,
    ImageError,
    OutOfRange,
    Refused,
    UnknownProperty,
)
from indinb.instruments.cameras import filming
from indinb.instruments.cameras.headers import Headers
from indinb.instruments.cameras.live import Live
from indinb.protocol.messages import Blob, Message
from indinb.protocol.vocabulary import State
from tests.client.fakes import SOON, delete, numbers, update
from tests.instruments.cameras.fakes import (
    ALERT,
    BUSY,
    OK,
    SMALL,
    VIDEO,
    WHOLE,
    Make,
    stopping,
)
from tests.instruments.evidence import EXPOSURE, picture
from tests.simulators import rest
from tests.waiting import look_until, wait_until

STREAMING = numbers("STREAMING_EXPOSURE", {"STREAMING_EXPOSURE_VALUE": 0.1}, 0.001, 10)
STARTED = update(VIDEO, State.BUSY, STREAM_ON=True, STREAM_OFF=False)
ENDED = update(VIDEO, State.IDLE, STREAM_ON=False, STREAM_OFF=True)


class Roll:
    """Lets a camera expose when a test says so.

    Parameters
    ----------
    make : callable
        Makes a camera of definitions.
    *definitions
        What it has.
    """

    def __init__(self, make: Make, *definitions: Message, **lessons: object) -> None:
        lessons = {"CCD_ABORT_EXPOSURE": [stopping()], "CCD_EXPOSURE": [[BUSY]], **lessons}
        self.camera, self.driver = make(*definitions, **lessons)
        self.server = self.camera.device.connection.server

    def come(self, data: bytes | None = None) -> None:
        """Let the picture come that is exposed; the next exposure is begun then."""
        before = self.exposures
        self.server.tell(picture() if data is None else picture(data), OK)
        look_until(lambda: self.exposures > before)
        self.server.tell()

    def asked(self, name: str) -> list[dict[str, object]]:
        return [values for asked, values in self.driver.asked if asked == name]

    @property
    def exposures(self) -> int:
        return len(self.asked("CCD_EXPOSURE"))

    def live(self, *args: object, **options: object) -> Live:
        live = self.camera.live(*args, **options)
        look_until(lambda: self.exposures)
        self.server.tell()
        return live


@pytest.fixture
def roll(make: Make) -> Roll:
    return Roll(make, *SMALL)


@pytest.fixture(autouse=True)
def soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filming, "PAUSES", (0.001, 0.001, 0.001))


# Exposures


def test_the_next_exposure_is_begun_when_the_last_has_come(roll: Roll):
    with roll.live(2) as live:
        roll.come()
        roll.come()
        assert roll.asked("CCD_EXPOSURE") == [{"CCD_EXPOSURE_VALUE": 2.0}] * 3
        assert live.taken == 2
        assert live.newest.data.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_before_the_first_there_is_nothing(roll: Roll):
    with roll.live(2) as live:
        assert live.newest is None
        assert live.taken == 0
        assert live.fps is None
        assert live.running


def test_the_newest_is_decoded_once_and_when_it_is_wanted(
    roll: Roll, monkeypatch: pytest.MonkeyPatch
):
    decoded: list[Blob] = []
    frame = Headers.frame

    def note(self: Headers, blob: Blob, geometry: object = None) -> Frame:
        decoded.append(blob)
        return frame(self, blob, geometry)

    monkeypatch.setattr(Headers, "frame", note)
    with roll.live(2) as live:
        for _ in range(3):
            roll.come()
        assert decoded == []
        assert live.newest is live.newest
        assert len(decoded) == 1


def test_what_cannot_be_read_says_so_to_who_looks(roll: Roll):
    with roll.live(2) as live:
        roll.come(b"no picture")
        with pytest.raises(ImageError):
            _ = live.newest
        roll.come()
        assert live.newest is not None


def test_options_are_those_of_expose(make: Make):
    roll = Roll(make, *WHOLE)
    with roll.live(2 * u.s, binning=2, subframe=(0, 0, 64, 32)):
        assert ("CCD_BINNING", {"HOR_BIN": 2.0, "VER_BIN": 2.0}) in roll.driver.settings
        frame = {"X": 0.0, "Y": 0.0, "WIDTH": 64.0, "HEIGHT": 32.0}
        assert ("CCD_FRAME", frame) in roll.driver.settings


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"exposure": -1}, OutOfRange),
        ({"exposure": 1e9}, OutOfRange),
        ({"binning": 77}, OutOfRange),
        ({"gain": 3}, UnknownProperty),
        ({"stream": True}, UnknownProperty),
        ({"upload": "local"}, OutOfRange),
    ],
)
def test_what_the_camera_cannot_do_is_refused_at_once(make: Make, options, error):
    roll = Roll(make, *[each for each in WHOLE if each is not VIDEO])
    with pytest.raises(error):
        roll.camera.live(**{"exposure": 1, **options})
    assert roll.driver.asked == []
    assert roll.camera.running is None


def test_how_it_looks(roll: Roll):
    with roll.live(2) as live:
        assert repr(live) == "<Live CCD Simulator, 2 s>"
        assert live.words == "2 s"
        assert live.summary().rows == [["2 s", "running", "0"]]
    assert repr(live) == "<Live CCD Simulator, 2 s>"
    assert live.summary().rows == [["2 s", "stopped", "0"]]


def test_the_rate(roll: Roll, monkeypatch: pytest.MonkeyPatch):
    moments = iter([10.0, 10.5, 11.0, 11.0, 15.0])
    with roll.live(2) as live:
        monkeypatch.setattr("indinb.instruments.cameras.live.monotonic", lambda: next(moments))
        for _ in range(3):
            roll.come()
        assert live.fps == pytest.approx(2.0)
        assert live.fps == pytest.approx(2 / 4.5)  # as none comes any more
    assert live.fps is None


# The end


def test_stop_in_mid_exposure_stops_the_camera(roll: Roll):
    live = roll.live(100)
    live.stop()
    assert roll.asked("CCD_ABORT_EXPOSURE") == [{"ABORT": True}]
    assert not live.running
    assert live.error is None
    assert roll.camera.running is None
    live.stop()
    assert roll.exposures == 1


def test_stop_need_not_be_waited_for(roll: Roll):
    live = roll.live(100)
    stopped = live.start_stop()
    assert stopped.result(SOON) is None


def test_after_the_end_the_camera_is_free(roll: Roll):
    roll.live(100).stop()
    roll.driver.lessons["CCD_EXPOSURE"] = [[BUSY, picture(), OK]]
    assert roll.camera.expose(1).shape == (2, 3)


def test_while_it_lasts_no_exposure_can_be_begun(roll: Roll):
    with roll.live(100):
        for begin in (roll.camera.expose, roll.camera.start_exposure):
            with pytest.raises(Refused, match=r"shows a live view: live\.stop\(\) ends that"):
                begin(1)


def test_it_does_not_begin_while_an_exposure_lasts(roll: Roll):
    exposure = roll.camera.start_exposure(100)
    with pytest.raises(Refused, match=r"camera\.abort\(\)"):
        roll.camera.live(1)
    exposure.abort()
    with pytest.raises(Aborted):
        exposure.result(SOON)
    roll.live(1).stop()


def test_who_aborts_the_exposure_ends_it(roll: Roll):
    live = roll.live(100)
    roll.camera.abort()
    look_until(lambda: not live.running)
    assert isinstance(live.error, Aborted)


def test_a_new_one_takes_its_place(roll: Roll):
    first = roll.live(100)
    with roll.camera.live(50) as second:
        look_until(lambda: not first.running)
        look_until(lambda: roll.exposures == 2)
        assert first.error is None
        assert second.running
        assert roll.asked("CCD_EXPOSURE")[-1] == {"CCD_EXPOSURE_VALUE": 50.0}
        roll.come()
        assert (first.taken, second.taken) == (0, 1)
    assert roll.camera.running is None


def test_of_three_in_a_row_the_last_remains(roll: Roll):
    lives = [roll.camera.live(seconds) for seconds in (100, 50, 20)]
    look_until(lambda: roll.asked("CCD_EXPOSURE")[-1:] == [{"CCD_EXPOSURE_VALUE": 20.0}])
    assert [live.running for live in lives] == [False, False, True]
    lives[-1].stop()


class Slow(dict):
    """Tells two threads at once what it holds, unless only one may ask at a time."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.both = threading.Barrier(2)

    def get(self, *args: object) -> object:
        found = super().get(*args)
        with suppress(threading.BrokenBarrierError):
            self.both.wait(0.2)
        return found


def test_of_two_at_once_one_follows_the_other(roll: Roll):
    first = roll.live(100)
    belongings = roll.camera.device.connection.belongings
    belongings[Live] = Slow(belongings[Live])
    with ThreadPoolExecutor(2) as pool:
        lives = list(pool.map(roll.camera.live, (50, 20)))
    look_until(lambda: roll.exposures >= 2)
    look_until(lambda: [first.running, *(live.running for live in lives)].count(True) == 1)
    assert [live.error for live in lives] == [None, None]
    (last,) = belongings[Live].values()
    assert last.running
    last.stop()
    assert not belongings[Live]


def test_a_new_one_that_is_refused_leaves_the_old_alone(roll: Roll):
    with roll.live(100) as live:
        with pytest.raises(OutOfRange):
            roll.camera.live(-1)
        assert live.running
        roll.come()
        assert live.taken == 1


def test_it_goes_on_with_other_settings(make: Make):
    roll = Roll(make, *WHOLE)
    with roll.live(100, binning=2) as live:
        live.change(subframe=(8, 8, 64, 32))
        look_until(lambda: roll.exposures == 2)
        frame = {"X": 8.0, "Y": 8.0, "WIDTH": 64.0, "HEIGHT": 32.0}
        assert roll.asked("CCD_FRAME") == [frame]
        assert roll.asked("CCD_BINNING")[-1] == {"HOR_BIN": 2.0, "VER_BIN": 2.0}
        with pytest.raises(OutOfRange):
            live.change(subframe=(0, 0, 10_000, 1))
        assert live.running
    with pytest.raises(Refused):
        live.change(binning=1)


def test_the_end_of_the_client_is_its_end(roll: Roll):
    live = roll.live(100)
    roll.camera.device.connection.close()
    assert not live.running
    assert live.error is None
    assert len(roll.asked("CCD_ABORT_EXPOSURE")) == 1


def test_a_client_closed_by_an_observer_stops_the_camera(roll: Roll):
    live = roll.live(100)
    client = roll.camera.device.connection
    closed = threading.Event()

    def close(_: object) -> None:
        client.close()
        closed.set()

    client.observe(close)
    roll.server.send(BUSY)
    assert closed.wait(SOON)
    look_until(lambda: roll.asked("CCD_ABORT_EXPOSURE"))
    assert not live.running


def test_a_lost_link_is_told(roll: Roll):
    live = roll.live(100)
    roll.server.cut()
    look_until(lambda: not live.running)
    assert isinstance(live.error, ConnectionLost)
    assert "is lost" in live.trouble


def test_when_nobody_knows_it_it_goes_on(roll: Roll):
    roll.live(100)
    gc.collect()
    before = roll.exposures
    roll.come()
    assert roll.exposures == before + 1
    roll.camera.live(1).stop()


# What goes wrong


def test_what_fails_is_tried_again(make: Make):
    roll = Roll(make, *SMALL, CCD_EXPOSURE=[[BUSY, ALERT], [BUSY]])
    told: list[str] = []
    live = roll.camera.live(1)
    live.join(lambda _: None, lambda: told.append(live.trouble))
    look_until(lambda: roll.exposures == 2)
    assert "the exposure failed" in live.trouble
    roll.come()
    assert live.trouble == ""
    live.stop()
    assert any("the exposure failed" in words for words in told)
    assert live.error is None


def test_what_fails_again_and_again_ends_it(make: Make):
    roll = Roll(make, *SMALL, CCD_EXPOSURE=[[BUSY, ALERT]])
    live = roll.camera.live(1)
    look_until(lambda: not live.running)
    assert roll.exposures == 1 + len(filming.PAUSES)
    assert isinstance(live.error, Failed)
    assert "the exposure failed" in live.trouble


def test_stop_ends_the_pause(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(filming, "PAUSES", (1000.0,))
    roll = Roll(make, *SMALL, CCD_EXPOSURE=[[BUSY, ALERT]])
    live = roll.camera.live(1)
    look_until(lambda: live.trouble)
    live.stop()
    assert live.error is None
    assert roll.exposures == 1


def test_a_driver_that_is_gone_ends_it(roll: Roll):
    live = roll.live(100)
    roll.server.tell(delete(EXPOSURE))
    look_until(lambda: not live.running)
    assert isinstance(live.error, Failed)


# Video


def film(make: Make) -> Roll:
    lessons = {"CCD_VIDEO_STREAM": [[STARTED], [ENDED]]}
    return Roll(make, *WHOLE, STREAMING, **lessons)


@pytest.mark.parametrize(
    ("args", "streams"),
    [
        ({}, True),
        ({"exposure": 0.5}, True),
        ({"exposure": 0.6}, False),
        ({"exposure": 0.1, "stream": False}, False),
        ({"exposure": 3, "stream": True}, True),
        ({"stream": False}, False),
    ],
)
def test_when_video_is_used(make: Make, args, streams):
    roll = film(make)
    with roll.camera.live(**args):
        look_until(lambda: roll.exposures or roll.asked("CCD_VIDEO_STREAM"))
        roll.server.tell()
        assert bool(roll.asked("CCD_VIDEO_STREAM")) == streams
        assert bool(roll.exposures) != streams
        exposed = {"STREAMING_EXPOSURE_VALUE": args.get("exposure")}
        set_to = roll.asked("STREAMING_EXPOSURE")
        assert set_to == ([exposed] if streams and "exposure" in args else [])


def video(roll: Roll, **options: object) -> Live:
    live = roll.camera.live(**options)
    look_until(lambda: roll.camera.streaming)
    roll.server.tell()
    return live


def test_video_is_shown_and_stopped(make: Make):
    roll = film(make)
    live = video(roll)
    small = bytes(1280 * 1024)
    roll.server.tell(picture(small, ".stream"), picture(small, ".stream"))
    assert live.taken == 2
    assert live.newest.shape == (1024, 1280)
    assert repr(live) == "<Live CCD Simulator, video>"
    live.stop()
    assert roll.asked("CCD_VIDEO_STREAM") == [{"STREAM_ON": True}, {"STREAM_OFF": True}]
    assert not roll.camera.streaming
    assert live.error is None


def test_while_video_lasts_the_camera_is_occupied(make: Make):
    roll = film(make)
    with video(roll):
        for begin in (lambda: roll.camera.expose(1), roll.camera.start_streaming):
            with pytest.raises(Refused, match="live view"):
                begin()


def test_video_that_somebody_stops_ends_it(make: Make):
    roll = film(make)
    live = video(roll)
    roll.server.tell(ENDED)
    assert not live.running
    assert isinstance(live.error, Aborted)
    assert len(roll.asked("CCD_VIDEO_STREAM")) == 1


def test_the_end_of_the_client_stops_video(make: Make):
    roll = film(make)
    live = video(roll)
    roll.camera.device.connection.close()
    assert not live.running
    look_until(lambda: len(roll.asked("CCD_VIDEO_STREAM")) == 2)


def test_video_is_begun_anew_with_a_subframe(make: Make):
    roll = Roll(make, *WHOLE, CCD_VIDEO_STREAM=[[STARTED], [ENDED], [STARTED], [ENDED]])
    with video(roll) as live:
        live.change(subframe=(8, 8, 64, 32))
        look_until(lambda: len(roll.asked("CCD_VIDEO_STREAM")) == 3)
        names = [name for name, _ in roll.driver.asked]
        assert names == ["CCD_VIDEO_STREAM", "CCD_VIDEO_STREAM", "CCD_FRAME", "CCD_VIDEO_STREAM"]


def test_video_that_fails_is_begun_again(make: Make):
    failed = update(VIDEO, State.ALERT, STREAM_ON=False, STREAM_OFF=True)
    roll = Roll(make, *WHOLE, CCD_VIDEO_STREAM=[[failed], [STARTED], [ENDED]])
    live = video(roll)
    assert len(roll.asked("CCD_VIDEO_STREAM")) == 2
    live.stop()


def test_a_time_that_video_cannot_do_is_refused(make: Make):
    roll = film(make)
    with pytest.raises(OutOfRange):
        roll.camera.live(60, stream=True)
    assert roll.driver.asked == []


def test_video_of_a_driver_that_is_gone_ends(make: Make):
    roll = film(make)
    live = video(roll)
    roll.server.tell(delete(VIDEO), delete(EXPOSURE))
    look_until(lambda: not live.running)
    assert isinstance(live.error, Failed)


# With INDI's simulators, and ours


@pytest.fixture
def camera(client: Client) -> Camera:
    client.camera.device["POLLING_PERIOD"].set(20).result()
    return client.camera


@pytest.mark.parametrize("stream", [False, True], ids=["exposures", "video"])
def test_pictures_come_until_it_is_stopped(camera: Camera, client: Client, stream: bool):
    with camera.live(0.05, stream=stream, binning=4) as live:
        wait_until(camera.device, lambda: live.taken >= 2)
        assert client.telescope.radec is not None  # others are asked meanwhile
        client.focuser.move_by(10)
        assert live.newest.shape == (256, 320)
        with pytest.raises(Refused):
            camera.expose(1)
    assert not camera.streaming
    assert not camera.exposing
    assert live.fps is None
    assert camera.expose(0.05).shape == (256, 320)
    rest(camera)


def test_a_subframe_while_it_runs(camera: Camera):
    with camera.live(0.05, stream=False, binning=1) as live:
        live.change(subframe=(64, 32, 128, 64))
        wait_until(camera.device, lambda: _shape(live) == (64, 128))


def _shape(live: Live) -> tuple[int, ...] | None:
    try:
        return None if live.newest is None else live.newest.shape
    except ImageError:
        return None


def test_video_knows_its_place_on_the_sensor(camera: Camera):
    with camera.live(0.05, stream=True, binning=4, subframe="full") as live:
        wait_until(camera.device, lambda: live.newest is not None)
        assert live.newest.on_sensor((10, 20, 30, 40)) == (40, 80, 120, 160)
    rest(camera)


def test_stop_in_mid_exposure(camera: Camera):
    live = camera.live(100, binning=4)
    wait_until(camera.device, lambda: camera.exposing)
    live.stop()
    assert not camera.exposing
    assert camera.expose(0.05, subframe="full").shape == (256, 320)


def test_a_watch_sees_the_same(camera: Camera):
    with camera.watch() as frames, camera.live(0.05, stream=False) as live:
        first = next(frames)
        wait_until(camera.device, lambda: live.taken >= 1)
        assert first.shape == live.newest.shape


def test_a_closed_client_leaves_the_camera_free(client: Client, another: Callable[[], Client]):
    other = another()
    other.camera.live(100, binning=4)
    device = client.camera.device
    wait_until(device, lambda: device["CCD_EXPOSURE"].state is State.BUSY)
    other.close()
    wait_until(device, lambda: device["CCD_EXPOSURE"].state is not State.BUSY)


@pytest.fixture
def another(client: Client):
    """Return a function that connects to the same server once more."""
    import indinb

    clients = []

    def connect() -> Client:
        host, port = client.address.split(":")
        clients.append(indinb.connect(host, int(port)))
        return clients[-1]

    yield connect
    for each in clients:
        each.close()
