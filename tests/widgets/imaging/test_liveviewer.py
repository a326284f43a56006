"""The live view: a camera's pictures in a browser, which is a test here."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from indinb import Camera, Client, display
from indinb.client import quiet
from indinb.instruments.cameras.live import Live
from indinb.instruments.cameras.watching import Watch
from indinb.protocol.messages import Message
from indinb.protocol.vocabulary import State
from indinb.servers import EmbeddedServer
from indinb.widgets import render
from indinb.widgets.imaging.liveviewer import LiveViewer, live_viewer
from tests.client.fakes import FakeServer, ManualClock
from tests.instruments.cameras.fakes import BUSY, OK, WHOLE, Driver, of, stopping
from tests.instruments.evidence import picture
from tests.simulators import connected, rest
from tests.waiting import look_until
from tests.widgets.comms import FakeComm, Json

Close = Callable[[Any], Any]


def fits_of(pixels: Any, **header: Any) -> bytes:
    file = io.BytesIO()
    fits.PrimaryHDU(np.asarray(pixels), fits.Header(header)).writeto(file)
    return file.getvalue()


def sky(level: int = 500) -> bytes:
    pixels = np.random.default_rng(level).normal(level, 20, (64, 96)).astype(np.uint16)
    return fits_of(pixels, FILTER="Red")


class Browser:
    """Looks at a live view.

    Parameters
    ----------
    viewer : LiveViewer
        What it looks at.
    """

    def __init__(self, viewer: LiveViewer) -> None:
        self.viewer = viewer
        self.line: FakeComm = viewer.comm

    def look(self) -> None:
        """Open a page."""
        self.line.bring({"type": "seen", "serial": 0, "took_ms": 0})

    def seen(self, serial: int) -> None:
        self.line.bring({"type": "seen", "serial": serial, "took_ms": 3})

    @property
    def frames(self) -> list[Json]:
        return [content for content in self.line.contents if content["type"] == "frame"]

    def wait_for(self, count: int) -> Json:
        """Wait until so many pictures have been sent, and return the last of them."""
        look_until(lambda: len(self.frames) >= count)
        return self.frames[count - 1]

    @property
    def told(self) -> Json:
        """What the line over the picture says."""
        self.viewer._flush()
        return self.viewer.live


class Night:
    """A camera, its driver, and who looks at it."""

    def __init__(self, close_later: Close) -> None:
        self.driver = Driver(*WHOLE, CCD_ABORT_EXPOSURE=[stopping()], CCD_EXPOSURE=[[BUSY]])
        self.server = FakeServer(*WHOLE, answer=self.driver)
        self.client = Client(self.server.transport, "fake:7000", on_close=self.server.close)
        self.client.open()
        self.server.tell()
        self.camera = of(self.client)
        self._close_later = close_later

    def show(self, source: Live | Watch) -> Browser:
        return Browser(self._close_later(live_viewer(source)))

    def live(self, *args: Any, **options: Any) -> tuple[Live, Browser]:
        live = self.camera.live(*args or (100,), **options)
        look_until(lambda: self.exposures == 1)
        browser = self.show(live)
        browser.look()
        return live, browser

    @property
    def exposures(self) -> int:
        return [name for name, _ in self.driver.asked].count("CCD_EXPOSURE")

    def come(self, data: bytes | None = None) -> None:
        """Let a picture come, and the next be begun."""
        before = self.exposures
        self.tell(picture(sky() if data is None else data), OK)
        look_until(lambda: self.exposures > before)

    def tell(self, *messages: Message) -> None:
        self.server.tell(*messages)
        self.settle()

    def settle(self) -> None:
        """Wait until the worker has done all."""
        self.client.worker.submit(int).result(20)
        self.client.worker.submit(int).result(20)


@pytest.fixture
def night(close_later: Close, monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    night = Night(close_later)
    yield night
    night.client.close()


# Pictures


def test_a_picture_is_sent_as_jpeg(night: Night):
    live, browser = night.live()
    night.come()
    frame = browser.wait_for(1)
    jpeg, counts = browser.line.files[:2]
    assert frame["size"] == [96, 64]
    assert (frame["x"], frame["y"], frame["width"], frame["height"]) == (0, 0, 96, 64)
    assert (frame["serial"], frame["planes"], frame["top_down"]) == (1, 1, False)
    assert frame["unit"] == "adu"
    assert frame["grid"] is None
    shown = Image.open(io.BytesIO(jpeg))
    assert (shown.format, shown.mode, shown.size) == ("JPEG", "L", (96, 64))
    assert np.frombuffer(counts, "<u4").sum() == 96 * 64
    assert frame["low"] < 500 < frame["high"]
    live.stop()


def test_one_at_a_time_and_the_newest_wins(night: Night):
    live, browser = night.live()
    for _ in range(5):
        night.come()
    assert [frame["serial"] for frame in browser.frames] == [1]
    assert (browser.told["shown"], browser.told["dropped"]) == (0, 3)
    browser.seen(1)
    night.settle()
    assert [frame["serial"] for frame in browser.frames] == [1, 2]
    browser.seen(2)
    assert (browser.told["shown"], browser.told["dropped"]) == (2, 3)
    assert live.taken == 5
    live.stop()


def test_nothing_is_developed_until_somebody_looks(night: Night):
    live = night.camera.live(100)
    look_until(lambda: night.exposures)
    browser = night.show(live)
    night.come()
    assert browser.frames == []
    browser.look()
    night.settle()
    assert len(browser.frames) == 1
    live.stop()


def test_a_page_that_is_opened_again_gets_the_newest_and_its_place(night: Night):
    live, browser = night.live()
    night.come()
    browser.look()
    night.settle()
    assert [("grid" in frame) for frame in browser.frames] == [True, True]
    browser.seen(2)
    night.come()
    assert "grid" not in browser.frames[-1]
    live.stop()


def test_a_place_on_the_sky_is_told_when_it_changes(night: Night):
    place = {
        "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": 41.0,
        "CRPIX1": 1.0, "CRPIX2": 1.0, "CDELT1": -0.001, "CDELT2": 0.001,
    }  # fmt: skip
    live, browser = night.live()
    for serial, there in enumerate((place, place, place | {"CRVAL1": 11.0}), 1):
        night.come(fits_of(np.arange(12.0).reshape(3, 4), **there))
        browser.seen(serial)
    assert [frame.get("grid") for frame in browser.frames] == [
        {"shape": [33, 33]}, None, {"shape": [33, 33]}
    ]  # fmt: skip
    vectors = np.frombuffer(browser.line.files[2], "<f4").reshape(33, 33, 3)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, rtol=1e-6)
    live.stop()


def test_a_picture_that_cannot_be_read_is_told(night: Night):
    live, browser = night.live()
    night.come(b"no picture")
    assert "FITS" in browser.told["message"]
    assert browser.told["dropped"] == 1
    night.come()
    assert browser.told["message"] == ""
    assert len(browser.frames) == 1
    live.stop()


def test_the_value_of_a_pixel(night: Night):
    live, browser = night.live()
    night.come(fits_of(np.arange(12, dtype=np.uint16).reshape(3, 4)))
    browser.line.bring({"type": "value", "id": 7, "x": 1, "y": 2})
    assert browser.line.take("value") == [
        {"type": "value", "id": 7, "serial": 1, "x": 1, "y": 2, "values": [9]}
    ]
    live.stop()


def test_the_value_is_of_the_picture_that_is_seen(night: Night):
    live, browser = night.live()
    for first in (5, 6):
        night.come(fits_of(np.full((3, 4), first, np.uint16)))
    browser.line.bring({"type": "value", "id": 7, "x": 1, "y": 2})
    assert [(one["serial"], one["values"]) for one in browser.line.take("value")] == [(1, [5])]
    live.stop()


# How it looks


def test_shades_follow_the_sky(night: Night):
    live, browser = night.live()
    night.come()
    told = browser.told
    assert told["state"] == "running"
    viewer = browser.viewer
    assert viewer.black < 500 < viewer.white
    assert viewer.interval == "auto"
    live.stop()


def test_shades_by_hand(night: Night):
    live, browser = night.live()
    night.come()
    browser.seen(1)
    browser.viewer.set_state({"black": 0.0, "white": 65535.0, "interval": "manual"})
    night.settle()
    assert len(browser.frames) == 2  # at once, though no picture has come
    dark = Image.open(io.BytesIO(browser.line.files[2]))
    assert np.asarray(dark).max() < 40
    browser.seen(2)
    night.come()
    assert (browser.viewer.black, browser.viewer.white) == (0.0, 65535.0)
    browser.seen(3)
    assert browser.told["shown"] == 2  # what was shown once more counts once
    live.stop()


@pytest.mark.parametrize(
    "news", [{"stretch": "log"}, {"interval": "minmax"}, {"view": [40.0, 30.0, 20.0]}]
)
def test_another_look_is_shown_at_once(night: Night, news: Json):
    live, browser = night.live()
    night.come()
    browser.seen(1)
    before = browser.line.files[0]
    browser.viewer.set_state(news)
    night.settle()
    assert len(browser.frames) == 2
    assert browser.line.files[2] != before
    live.stop()


def test_a_stretch_that_nobody_knows_is_none(night: Night):
    live, browser = night.live()
    browser.viewer.set_state({"stretch": "custom"})
    night.come()
    browser.wait_for(1)
    assert browser.told["message"] == ""
    live.stop()


def test_a_stretch_by_name_alone_has_its_usual_parameter(night: Night):
    live, browser = night.live()
    browser.viewer.set_state({"stretch": "log"})
    assert browser.line.states[-1]["parameter"] == 1000.0
    browser.viewer.set_state({"parameter": -5.0})
    assert browser.viewer.parameter == 1000.0
    live.stop()


def test_colours_are_the_browsers(night: Night):
    live, browser = night.live()
    night.come()
    browser.viewer.set_state({"colormap": "viridis"})
    assert len(browser.viewer.colors) == 3 * 256
    assert len(browser.frames) == 1
    live.stop()


# What is told


def test_words(night: Night):
    live, browser = night.live(2)
    assert browser.line.opened["live"]["state"] == "running"
    assert browser.told["words"] == "2 s"
    night.come()
    assert browser.told["words"] == "96 \N{MULTIPLICATION SIGN} 64 · 2 s · Red"
    assert repr(browser.viewer) == "<LiveViewer of <Live CCD Simulator, 2 s>>"
    live.stop()


def test_the_counts_are_told_twice_a_second_at_most(clock: ManualClock, night: Night):
    live, browser = night.live()
    clock.advance(1)
    browser.line.states.clear()
    for serial in range(1, 21):
        night.come()
        browser.seen(serial)
        clock.advance(0.1)
    told = [state["live"]["shown"] for state in browser.line.states if "live" in state]
    assert 3 <= len(told) <= 5
    clock.advance(0.5)
    assert browser.viewer.live["shown"] == 20
    live.stop()


def test_stop(night: Night):
    live, browser = night.live()
    night.come()
    browser.line.bring({"type": "stop"})
    look_until(lambda: not live.running)
    look_until(lambda: browser.viewer.picture)
    assert browser.viewer.live["state"] == "stopped"
    assert browser.viewer.picture["size"] == [96, 64]
    assert browser.viewer.picture["exact"]
    browser.line.bring({"type": "value", "id": 1, "x": 0, "y": 0})  # of the picture that stays
    assert browser.line.take("value")[0]["values"][0] == browser.viewer.get_image().data[0, 0]


def test_stop_before_any_picture(night: Night):
    live, browser = night.live()
    browser.line.bring({"type": "stop"})
    look_until(lambda: browser.viewer.live["state"] == "stopped")
    night.settle()
    assert browser.viewer.picture == {}
    assert not live.running


def test_a_lost_link_is_told(night: Night):
    live, browser = night.live()
    night.server.cut()
    look_until(lambda: browser.viewer.live["state"] == "stopped")
    assert "is lost" in browser.viewer.live["message"]
    assert not live.running


def test_the_end_of_the_client(night: Night):
    _, browser = night.live()
    night.come()
    night.client.close()
    look_until(lambda: browser.viewer.live["state"] == "stopped")
    assert browser.viewer.live["message"] == ""


def test_who_closes_it_gets_no_more(night: Night):
    live, browser = night.live()
    night.come()
    browser.seen(1)
    browser.viewer.close()
    night.come()
    assert len(browser.frames) == 1
    assert live.running
    live.stop()


def test_shown_twice_it_is_one_view(night: Night):
    live, browser = night.live()
    assert live_viewer(live) is browser.viewer
    bundle = render(live)
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == browser.viewer.model_id
    assert bundle["text/plain"] == "<Live CCD Simulator, 100 s>"
    assert "<td>running</td>" in bundle["text/html"]
    live.stop()


def test_cells_show_it_by_itself(night: Night, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(display, "_render", render)
    live, browser = night.live()
    for source in (live, night.camera.watch()):
        shown = source._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in shown
        night._close_later(live_viewer(source))
    live.stop()
    assert browser.viewer is not None


# A box becomes the subframe


def test_a_subframe(night: Night):
    live, browser = night.live()
    night.come()
    browser.viewer.set_state({"box": [10, 8, 32, 16]})
    browser.line.bring({"type": "subframe"})
    look_until(lambda: night.exposures == 3)
    frames = [values for name, values in night.driver.asked if name == "CCD_FRAME"]
    expected = live.newest.on_sensor((10, 8, 32, 16))
    names = ("X", "Y", "WIDTH", "HEIGHT")
    assert frames == [dict(zip(names, map(float, expected), strict=True))]
    assert browser.viewer.box == []
    browser.line.bring({"type": "subframe"})
    look_until(lambda: night.exposures == 4)
    frames = [values for name, values in night.driver.asked if name == "CCD_FRAME"]
    assert frames[-1] == {"X": 0.0, "Y": 0.0, "WIDTH": 1280.0, "HEIGHT": 1024.0}
    assert live.running
    live.stop()


def test_the_subframe_is_what_it_was_at_the_end(night: Night):
    before = night.camera.subframe
    live, browser = night.live()
    night.come()
    browser.viewer.set_state({"box": [10, 8, 32, 16]})
    browser.line.bring({"type": "subframe"})
    look_until(lambda: night.exposures == 3)
    assert night.camera.subframe != before
    live.stop()
    assert night.camera.subframe == before
    assert live.error is None


def test_a_subframe_that_the_camera_cannot_do_is_told(night: Night):
    live, browser = night.live()
    night.come(fits_of(np.zeros((64, 96), np.uint16), XORGSUBF=1275, XBINNING=1))
    browser.viewer.set_state({"box": [90, 8, 6, 16]})
    browser.line.bring({"type": "subframe"})
    assert "is not within the 1280 x 1024 pixels" in browser.told["message"]
    assert night.exposures == 2
    live.stop()


# Watching


def test_a_watch_shows_what_arrives(night: Night):
    with night.camera.watch() as frames:
        browser = night.show(frames)
        browser.look()
        night.tell(picture(sky()))
        assert browser.wait_for(1)["size"] == [96, 64]
        assert next(frames).shape == (64, 96)  # the loop misses nothing
        assert browser.told["fps"] is None
        assert repr(browser.viewer) == "<LiveViewer of <Watch CCD Simulator>>"
    look_until(lambda: browser.viewer.live["state"] == "stopped")
    look_until(lambda: browser.viewer.picture)


def test_stop_ends_a_watch(night: Night):
    frames = night.camera.watch()
    browser = night.show(frames)
    browser.line.bring({"type": "stop"})
    assert list(frames) == []
    look_until(lambda: browser.viewer.live["state"] == "stopped")


def test_a_watch_has_no_subframe(night: Night):
    with night.camera.watch() as frames:
        browser = night.show(frames)
        night.tell(picture(sky()))
        browser.line.bring({"type": "subframe"})
        assert [name for name, _ in night.driver.asked] == []
        assert "camera.live() has subframes" in browser.told["message"]
    look_until(lambda: browser.viewer.live["state"] == "stopped")


# With INDI's simulators, and ours


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(["--devices", "Guide Simulator"])
    yield server
    server.close()


@pytest.fixture(scope="module", params=["indiserver", "embedded"])
def simulators(request: pytest.FixtureRequest) -> Iterator[Client]:
    with connected(request.getfixturevalue(request.param)) as client:
        yield client


@pytest.mark.parametrize("stream", [False, True], ids=["exposures", "video"])
def test_live(simulators: Client, stream: bool, close_later: Close):
    camera: Camera = simulators.camera
    camera.device["POLLING_PERIOD"].set(20).result()
    with camera.live(0.05, stream=stream, binning=4) as live:
        browser = Browser(close_later(live_viewer(live)))
        browser.look()
        for serial in (1, 2):
            assert browser.wait_for(serial)["size"] == [320, 256]
            simulators.telescope.radec  # noqa: B018  others are asked meanwhile
            browser.seen(serial)
    look_until(lambda: browser.viewer.picture)
    assert camera.device["CCD_EXPOSURE"].state is not State.BUSY
    assert browser.viewer.picture["size"] == [320, 256]
    told = browser.viewer.live
    header = live.newest.header
    assert header["INSTRUME"] == camera.device.name
    for card in ("DATE-OBS", "RA", "DEC", "TELESCOP", "IMAGETYP"):
        assert header[card]
    assert told["shown"] + told["dropped"] in (live.taken, live.taken - 1, live.taken - 2)
    rest(camera)


def test_what_a_box_has_set_is_set_no_more_at_the_end(simulators: Client):
    camera: Camera = simulators.camera
    whole = camera.subframe
    with camera.live(0.05, stream=False, binning=1) as live:
        look_until(lambda: live.taken)
        live.change(subframe=(64, 32, 128, 96))
        look_until(lambda: camera.subframe == (64, 32, 128, 96))
        look_until(lambda: live.newest.shape == (96, 128))
    assert camera.subframe == whole
    assert camera.expose(0.01).on_sensor()[2:] == whole[2:]
