"""Watching the pictures that arrive, whoever has asked for them."""

import asyncio
import datetime as dt
import gc
import itertools
import signal
import threading
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from indinb import Camera, Client, Frame
from indinb.client import operation as operation_module
from indinb.client import reading
from indinb.errors import ConnectionLost, Failed
from indinb.instruments.cameras.watching import Watch
from indinb.protocol.messages import EnableBlob, Message
from indinb.protocol.vocabulary import BlobMode, State
from tests.captures import TINY_FITS
from tests.client.fakes import CCD, IMAGE, FakeServer, delete, numbers, update
from tests.client.harbour import Harbour
from tests.instruments.cameras.fakes import BINNING, BUSY, FRAME, OK, SMALL, WHOLE, Make, at, of
from tests.instruments.evidence import picture
from tests.simulators import rest
from tests.waiting import look_until, wait_until

STREAM_FRAME = numbers("CCD_STREAM_FRAME", {"X": 0.0, "Y": 0.0, "WIDTH": 3.0, "HEIGHT": 2.0})


@pytest.fixture
def camera(make: Make) -> Camera:
    return make(*SMALL)[0]


@pytest.fixture
def server(camera: Camera) -> FakeServer:
    return camera.device.connection.server


def numbered(number: int) -> Message:
    """Return a picture whose last pixel is a number."""
    data = bytearray(TINY_FITS)
    end = TINY_FITS.rstrip(b"\0")
    data[len(end) - 1] = number
    return picture(bytes(data))


def last_pixel(frame: Frame) -> int:
    return int(frame.data[-1, -1]) & 0xFF


def test_pictures_of_somebody_else(camera: Camera, server: FakeServer):
    with camera.watch() as frames:
        server.tell(BUSY, picture(), OK)
        server.tell(picture())
        assert [next(frames).data.tolist() for _ in range(2)] == [[[1, 2, 3], [4, 5, 6]]] * 2


def test_pictures_of_ones_own(camera: Camera):
    with camera.watch() as frames:
        mine = camera.expose(1)
        np.testing.assert_array_equal(next(frames).data, mine.data)


def test_the_picture_before_is_not_shown(camera: Camera, server: FakeServer):
    server.tell(numbered(1))
    with camera.watch() as frames:
        server.tell(numbered(2))
        assert last_pixel(next(frames)) == 2


def test_it_has_the_server_send_pictures(camera: Camera, server: FakeServer):
    camera.watch().close()
    assert EnableBlob(CCD, IMAGE.name, BlobMode.ALSO) in server.heard(EnableBlob)


def test_it_leaves_alone_what_was_chosen(camera: Camera, server: FakeServer):
    camera.device.connection.enable_blobs(CCD, IMAGE.name, "Only")
    camera.watch().close()
    assert server.heard(EnableBlob) == [EnableBlob(CCD, IMAGE.name, BlobMode.ONLY)]


def test_the_newest_are_kept(camera: Camera, server: FakeServer):
    with camera.watch(room=3) as frames:
        server.tell(*map(numbered, range(1, 9)))
        assert [last_pixel(next(frames)) for _ in range(3)] == [6, 7, 8]


def test_who_waits_gets_the_next(camera: Camera, server: FakeServer):
    with camera.watch() as frames:
        taken: list[int] = []
        waiter = threading.Thread(target=lambda: taken.append(last_pixel(next(frames))))
        waiter.start()
        wait_for_somebody(frames)
        server.tell(numbered(5))
        waiter.join(5)
    assert taken == [5]


def wait_for_somebody(frames: object, count: int = 1) -> None:
    """Wait until somebody waits for the next picture."""
    while len(frames._inbox._waiting) < count:
        threading.Event().wait(0.001)


def test_several_may_wait_each_for_a_picture_of_its_own(camera: Camera, server: FakeServer):
    taken: list[int] = []
    with camera.watch() as frames:
        waiters: list[threading.Thread] = []
        for count in (1, 2, 3):
            waiters.append(threading.Thread(target=lambda: taken.extend(map(last_pixel, frames))))
            waiters[-1].start()
            wait_for_somebody(frames, count)
        server.tell(numbered(5))
        server.tell(numbered(6))
        look_until(lambda: sorted(taken) == [5, 6])
    for waiter in waiters:
        waiter.join(5)
        assert not waiter.is_alive()


def test_what_cannot_be_read_is_left_out(
    camera: Camera, server: FakeServer, caplog: pytest.LogCaptureFixture
):
    with camera.watch() as frames:
        server.tell(picture(b"no FITS"), numbered(7))
        assert last_pixel(next(frames)) == 7
    assert "a picture of CCD Simulator was left out" in caplog.text


@pytest.mark.parametrize(
    ("format", "data", "pixels"),
    [
        (".stream", bytes(range(6)), [[0, 1, 2], [3, 4, 5]]),
        (".stream", np.arange(6, dtype="<u2").tobytes(), [[0, 1, 2], [3, 4, 5]]),
    ],
    ids=["8 bits", "16 bits"],
)
def test_video_has_a_size_of_its_own(make: Make, format, data, pixels):
    camera, _ = make(*WHOLE, STREAM_FRAME)  # whose chip is 1280 x 1024
    with camera.watch() as frames:
        camera.device.connection.server.tell(picture(data, format))
        assert next(frames).data.tolist() == pixels


def test_the_size_of_video_may_change(make: Make):
    camera, _ = make(*WHOLE, STREAM_FRAME)
    smaller = update(STREAM_FRAME, State.OK, WIDTH=2.0)
    with camera.watch() as frames:
        server = camera.device.connection.server
        server.tell(picture(bytes(6), ".stream"), smaller, picture(bytes(4), ".stream"))
        assert [next(frames).shape, next(frames).shape] == [(2, 3), (2, 2)]


def video(*shape: int, format: str = ".stream", dtype: str = "u1") -> Message:
    """Return a picture of video that counts its pixels, as it is sent."""
    data = np.arange(np.prod(shape)).astype(dtype).tobytes()
    return picture(data, format)


def turned(width: float, height: float) -> Message:
    return update(STREAM_FRAME, State.OK, WIDTH=width, HEIGHT=height)


def test_pictures_under_way_keep_the_size_that_they_have(make: Make):
    camera, _ = make(*WHOLE, STREAM_FRAME)
    with camera.watch(room=9) as frames:
        server = camera.device.connection.server
        server.tell(video(2, 3), turned(5, 4), video(2, 3), video(4, 5), video(4, 5))
        shown = [next(frames).data for _ in range(4)]
        assert [each.shape for each in shown] == [(2, 3), (2, 3), (4, 5), (4, 5)]
        for each in shown:  # none is skewed
            np.testing.assert_array_equal(each, np.arange(each.size).reshape(each.shape))
        assert frames.left_out == 0


def test_pictures_of_either_size_are_left_out_and_counted(
    make: Make, caplog: pytest.LogCaptureFixture
):
    camera, _ = make(*WHOLE, STREAM_FRAME)
    with camera.watch(room=9) as frames:
        server = camera.device.connection.server
        server.tell(video(2, 3), turned(2, 3), *[video(2, 3)] * 3, video(3, 2))
        assert [next(frames).shape, next(frames).shape] == [(2, 3), (3, 2)]
        assert frames.left_out == 3
    assert [record.getMessage() for record in caplog.records] == [
        "a picture of CCD Simulator was left out: the video is of 2 x 3 pixels now, but these 6 "
        "bytes may be of another size; more like it are only counted"
    ]


def test_each_change_of_size_may_be_told(make: Make, caplog: pytest.LogCaptureFixture):
    camera, _ = make(*WHOLE, STREAM_FRAME)
    with camera.watch(room=9) as frames:
        server = camera.device.connection.server
        server.tell(*[picture(bytes(7), ".stream")] * 9, video(2, 3))
        assert next(frames).shape == (2, 3)
        server.tell(turned(4, 4), *[picture(bytes(7), ".stream")] * 9, video(4, 4))
        assert next(frames).shape == (4, 4)
        assert frames.left_out == 18
    told = [record.getMessage() for record in caplog.records]
    assert [message.count("3 x 2") + 2 * message.count("4 x 4") for message in told] == [1, 2]


def test_what_fits_no_size_takes_no_place(make: Make):
    camera, _ = make(*WHOLE, STREAM_FRAME)
    with camera.watch(room=1) as frames:
        server = camera.device.connection.server
        server.tell(video(2, 3), *[picture(bytes(7), ".stream")] * 5)
        assert next(frames).shape == (2, 3)


def test_video_may_be_a_part_of_what_is_read_out(make: Make):
    frame = at(FRAME, X=100.0, Y=60.0, WIDTH=8.0, HEIGHT=8.0)
    binning = at(BINNING, HOR_BIN=2.0, VER_BIN=2.0)
    part = numbers("CCD_STREAM_FRAME", {"X": 1.0, "Y": 2.0, "WIDTH": 3.0, "HEIGHT": 2.0})
    camera, _ = make(*SMALL, frame, binning, part)
    with camera.watch() as watch:
        camera.device.connection.server.tell(picture(bytes(6), ".stream"))
        assert next(watch).on_sensor() == (102, 64, 6, 4)


def test_video_tells_when_it_came_and_of_which_camera(make: Make):
    exposure = numbers("STREAMING_EXPOSURE", {"STREAMING_EXPOSURE_VALUE": 0.25})
    camera, _ = make(*WHOLE, STREAM_FRAME, exposure)
    with camera.watch() as frames:
        camera.device.connection.server.tell(video(2, 3))
        header = next(frames).header
    assert header["INSTRUME"] == camera.name
    assert header["EXPTIME"] == 0.25
    begun, end = (dt.datetime.fromisoformat(header[key]) for key in ("DATE-OBS", "DATE-END"))
    assert end - begun == dt.timedelta(seconds=0.25)
    assert abs(end - dt.datetime.now(dt.UTC).replace(tzinfo=None)) < dt.timedelta(minutes=5)
    assert "OBJECT" not in header  # another client may have begun it


def test_video_of_16_bits_in_colours_packed(make: Make):
    camera, _ = make(*WHOLE, STREAM_FRAME)
    colours = np.arange(18, dtype="<u2") * 3000
    packed = picture(zlib.compress(colours.tobytes()), ".stream.z", size=36)
    with camera.watch() as frames:
        camera.device.connection.server.tell(packed)
        frame = next(frames)
    expected = np.moveaxis(colours.reshape(2, 3, 3), -1, 0)
    np.testing.assert_array_equal(frame.data, expected)
    assert frame.dtype == np.uint16


def test_damaged_video_is_told_once(make: Make, caplog: pytest.LogCaptureFixture):
    camera, _ = make(*WHOLE, STREAM_FRAME)
    with camera.watch(room=9) as frames:
        server = camera.device.connection.server
        server.tell(*[picture(b"no zlib", ".stream.z", size=6)] * 3)
        server.tell(*[picture(b"no JPEG", ".stream_jpg")] * 3, video(2, 3))
        assert next(frames).shape == (2, 3)
        assert frames.left_out == 6
    assert len(caplog.records) == 1


def test_damaged_stills_are_told_each(
    camera: Camera, server: FakeServer, caplog: pytest.LogCaptureFixture
):
    with camera.watch() as frames:
        server.tell(picture(b"no FITS"), picture(b"no FITS"), numbered(1))
        assert last_pixel(next(frames)) == 1
        assert frames.left_out == 2
    assert len(caplog.records) == 2


@pytest.mark.parametrize("definitions", [(), WHOLE])
def test_cameras_that_tell_no_size_of_video(make: Make, definitions):
    camera, _ = make(*SMALL, *definitions[len(SMALL) :])
    whole = bool(definitions)
    with camera.watch() as frames:
        server = camera.device.connection.server
        server.tell(picture(bytes(1280 * 1024), ".stream"), numbered(2))
        shapes = [next(frames).shape for _ in range(1 + whole)]
        assert shapes == [*[(1024, 1280)] * whole, (2, 3)]
        assert frames.left_out == (not whole)


# The end


def test_close_ends_the_iteration(camera: Camera, server: FakeServer):
    frames = camera.watch()
    server.tell(numbered(1), numbered(2))
    frames.close()
    server.tell(numbered(3))
    assert [last_pixel(frame) for frame in frames] == [1, 2]
    assert list(frames) == []
    frames.close()


def test_stop_is_close_as_of_live_views(camera: Camera):
    frames = camera.watch()
    assert frames.running
    frames.stop()
    assert list(frames) == []
    assert not frames.running


def test_close_ends_who_waits(camera: Camera):
    frames = camera.watch()
    left: list[Frame] = []
    waiter = threading.Thread(target=lambda: left.extend(frames))
    waiter.start()
    wait_for_somebody(frames)
    frames.close()
    waiter.join(5)
    assert not waiter.is_alive()
    assert left == []


def test_the_end_of_the_client_ends_the_iteration(camera: Camera, server: FakeServer):
    frames = camera.watch()
    taken: list[Frame] = []
    waiter = threading.Thread(target=lambda: taken.extend(frames))
    waiter.start()
    wait_for_somebody(frames)
    server.tell(picture())
    wait_for_somebody(frames)
    camera.device.connection.close()
    waiter.join(5)
    assert not waiter.is_alive()
    assert len(taken) == 1


def test_a_lost_link_is_told(camera: Camera, server: FakeServer):
    with camera.watch() as frames:
        server.cut()
        connection = camera.device.connection
        wait_until(connection, lambda: connection.status == "lost")
        with pytest.raises(ConnectionLost):
            next(frames)


def test_when_the_link_is_back_it_goes_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "FIRST_DELAY", 0.001)
    harbour = Harbour(*SMALL)
    client = Client(harbour.open(), "fake:7000", reopen=harbour.open)
    with client.open(), of(client).watch() as frames:
        harbour.server.tell(numbered(1))
        harbour.cut(client)
        harbour.server.tell(numbered(2))
        assert [last_pixel(next(frames)) for _ in range(2)] == [1, 2]
    harbour.close()


def test_a_driver_that_is_gone_is_told(camera: Camera, server: FakeServer):
    with camera.watch() as frames:
        server.tell(numbered(1), delete(IMAGE))
        assert last_pixel(next(frames)) == 1
        for _ in range(2):
            with pytest.raises(Failed, match="the driver took CCD1 back"):
                next(frames)


def test_ctrl_c_ends_the_waiting_alone(
    camera: Camera, server: FakeServer, monkeypatch: pytest.MonkeyPatch
):
    def press_ctrl_c(*_: object) -> None:
        monkeypatch.undo()
        signal.raise_signal(signal.SIGINT)

    with camera.watch() as frames:
        monkeypatch.setattr(operation_module.futures, "wait", press_ctrl_c)
        with pytest.raises(KeyboardInterrupt):
            next(frames)
        server.tell(numbered(4))
        assert last_pixel(next(frames)) == 4


def test_who_forgets_to_close_it(camera: Camera, server: FakeServer):
    observers = camera.device.connection.observers
    camera.watch().close()  # from now on, headers are completed
    before = len(observers.interested(CCD, IMAGE.name))
    frames = camera.watch()
    server.tell(picture())
    for _ in frames:
        break
    del frames
    gc.collect()
    assert len(observers.interested(CCD, IMAGE.name)) == before


# In async code


def test_async(camera: Camera, server: FakeServer):
    async def watch() -> list[int]:
        taken = []
        with camera.watch() as frames:
            server.tell(numbered(1), numbered(2))
            async for frame in frames:
                taken.append(last_pixel(frame))
                if len(taken) == 2:
                    frames.close()
        return taken

    assert asyncio.run(watch()) == [1, 2]


def test_a_limit_in_async_code_loses_nothing(camera: Camera, server: FakeServer):
    async def watch() -> int:
        with camera.watch() as frames:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(frames), 0.01)
            server.tell(numbered(9))
            return last_pixel(await anext(frames))

    assert asyncio.run(watch()) == 9


# With INDI's simulators, and ours


def test_somebody_else_exposes(client: Client, another: Callable[[], Client]):
    camera = client.camera
    with camera.watch() as frames:
        other = another().camera
        other.device["POLLING_PERIOD"].set(20).result()
        mine = other.expose(0.05, binning=4)
        np.testing.assert_array_equal(next(frames).data, mine.data)


def test_watching_video(client: Client):
    camera = client.camera
    camera.device["CCD_BINNING"].set(HOR_BIN=4, VER_BIN=4).result()
    with camera.watch(room=2) as frames:
        camera.start_streaming(0.1).result(20)
        assert camera.streaming
        assert [next(frames).shape for _ in range(2)] == [(256, 320)] * 2
        camera.stop_streaming()
    assert not camera.streaming
    assert camera.expose(0.05, binning=1).shape == (1024, 1280)
    rest(camera)


@pytest.fixture
def filming(client: Client) -> Iterator[Camera]:
    """Return a camera that sends video, binned by 4; afterwards it is as before."""
    camera, device = client.camera, client.camera.device
    device["CCD_BINNING"].set(HOR_BIN=4, VER_BIN=4).result()
    camera.start_streaming(0.05).result(20)
    yield camera
    camera.stop_streaming()
    rest(camera)
    device["CCD_STREAM_ENCODER"].set("RAW").result()
    device["CCD_COMPRESSION"].set("INDI_DISABLED").result()
    device["CCD_BINNING"].set(HOR_BIN=1, VER_BIN=1).result()


def until(frames: Watch, shape: tuple[int, int]) -> list[tuple[int, ...]]:
    """Return the sizes that come before one of a given size."""
    return list(itertools.takewhile(lambda each: each != shape, (each.shape for each in frames)))


def test_the_part_and_the_binning_of_video_change(filming: Camera):
    """Video of INDI's simulator has the new size at once, ours after a picture of the old one."""
    device, whole = filming.device, (256, 320)
    with filming.watch(room=50) as frames:
        assert next(frames).shape == whole
        device["CCD_STREAM_FRAME"].set(X=10, Y=20, WIDTH=200, HEIGHT=100).result(20)
        assert set(until(frames, (100, 200))) <= {whole}
        device["CCD_STREAM_FRAME"].set(X=10, Y=20, WIDTH=100, HEIGHT=200).result(20)
        assert set(until(frames, (200, 100))) <= {(100, 200)}
        device["CCD_BINNING"].set(HOR_BIN=2, VER_BIN=2).result(20)
        assert set(until(frames, (512, 640))) <= {(200, 100)}
        device["CCD_BINNING"].set(HOR_BIN=4, VER_BIN=4).result(20)
        assert set(until(frames, whole)) <= {(512, 640)}
        assert {next(frames).shape for _ in range(3)} == {whole}
        assert 0 < frames.left_out <= 3  # of 200 x 100 or 100 x 200


@pytest.mark.parametrize(
    ("name", "member", "format"),
    [
        ("CCD_COMPRESSION", "INDI_ENABLED", ".stream.z"),
        ("CCD_STREAM_ENCODER", "MJPEG", ".stream_jpg"),
    ],
)
def test_video_may_be_packed_or_jpeg(filming: Camera, name, member, format):
    image = filming.device["CCD1"]
    filming.device[name].set(member).result(20)
    wait_until(image, lambda: image["CCD1"] is not None and image["CCD1"].format == format)
    with filming.watch(room=50) as frames:
        assert {next(frames).shape for _ in range(3)} == {(256, 320)}
        assert frames.left_out == 0
        assert image["CCD1"].format == format


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


def test_it_can_be_made_of_a_view_that_is_gone(connect: Callable[..., Client]):
    client = connect(*SMALL)
    with of(client).watch() as frames:
        client.server.tell(numbered(3))
        assert last_pixel(next(frames)) == 3
