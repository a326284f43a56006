"""Flats that find their exposure: a camera that counts light, INDI's simulators, and ours."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st

from indinb import Camera, Client, Frame, display
from indinb.errors import Failed, OutOfRange, Refused
from indinb.instruments.cameras.flats import Target, level_of
from indinb.protocol.messages import Message, New, Update
from indinb.protocol.vocabulary import State
from tests.client.fakes import ABORT, CONNECTION, IMAGE, numbers, switches, texts
from tests.instruments.evidence import EXPOSURE, exposing, picture

INFO = texts("DRIVER_INFO", {"DRIVER_INTERFACE": "2"})
TYPES = switches(
    "CCD_FRAME_TYPE",
    {"FRAME_LIGHT": True, "FRAME_BIAS": False, "FRAME_DARK": False, "FRAME_FLAT": False},
)
NO_BIAS = switches("CCD_FRAME_TYPE", {"FRAME_LIGHT": True, "FRAME_FLAT": False})
BIAS = 1000.0


class Light:
    """A camera under a light: so many counts a second, on a bias."""

    def __init__(self, rate: float | Callable[[int], float]) -> None:
        self._rate = rate if callable(rate) else lambda _: rate
        self._kind = "FRAME_LIGHT"
        self.taken: list[tuple[str, float]] = []

    def __call__(self, new: New) -> list[Message]:
        if new.name == "CCD_FRAME_TYPE":
            self._kind = next(name for name, on in new.values.items() if on)
        if new.name != EXPOSURE.name:
            return [Update(new.kind, new.device, new.name, new.values, State.OK)]
        seconds = float(new.values["CCD_EXPOSURE_VALUE"])
        self.taken.append((self._kind, seconds))
        light = 0 if self._kind == "FRAME_BIAS" else self._rate(len(self.taken)) * seconds
        return [
            exposing(State.BUSY, seconds),
            picture(self._file(BIAS + light)),
            exposing(State.OK),
        ]

    def _file(self, level: float) -> bytes:
        file = io.BytesIO()
        fits.PrimaryHDU(np.full((4, 6), min(level, 65535), np.uint16)).writeto(file)
        return file.getvalue()


Make = Callable[..., Camera]


@pytest.fixture
def camera(connect: Callable[..., Client]) -> Make:
    def make(light: Light, types=TYPES, *more) -> Camera:
        known = (CONNECTION, INFO, types, EXPOSURE, ABORT, IMAGE, *more)
        return Camera(connect(*known, answer=light).devices["CCD Simulator"])

    return make


@pytest.mark.parametrize("rate", [1e3, 1e4, 1e5, 1e6])
def test_the_exposure_is_found(camera: Make, rate: float):
    light = Light(rate)
    flats = camera(light).flats(3, 30_000)
    levels = [level_of(frame) for frame in flats]
    assert len(levels) == 3
    assert levels == pytest.approx([30_000] * 3, rel=0.05)
    assert flats.exposure.to_value(u.s) == pytest.approx(29_000 / rate, rel=0.05)
    assert light.taken[0] == ("FRAME_BIAS", 0.01)
    assert len(light.taken) <= 8
    assert len({seconds for _, seconds in light.taken[-4:]}) <= 2


def test_trials_are_not_saved(camera: Make, tmp_path: Path):
    one = camera(Light(1e5))
    one.device.connection.save_to = tmp_path
    paths = {frame.path for frame in one.flats(2)}
    assert paths == set(tmp_path.iterdir())
    assert all("Flat-Frame" in path.name for path in paths)
    assert one.expose(1).path in set(tmp_path.iterdir())


def test_a_camera_without_a_bias(camera: Make):
    light = Light(1e4)
    (frame,) = camera(light, NO_BIAS).flats(1, 30_000)
    assert level_of(frame) == pytest.approx(30_000, rel=0.05)
    assert {kind for kind, _ in light.taken} == {"FRAME_FLAT"}


def test_it_goes_on_where_it_was(camera: Make):
    light = Light(1e5)
    flats = camera(light).flats(1)
    list(flats)
    before = len(light.taken)
    list(flats)
    assert len(light.taken) == before + 1


@pytest.mark.parametrize(
    ("rate", "complaint"),
    [
        (0, r"too dark .* 30 s give 1 000, and longest=30 s is allowed; make it brighter"),
        (100, r"too dark .* 30 s give 4 000"),
        (1e9, r"too bright .* 0\.01 s give 65 535, and shortest=0\.01 s is allowed; make it dark"),
        (5e6, r"too bright .* 0\.01 s give 51 000"),
    ],
)
def test_light_that_is_not_right(camera: Make, rate: float, complaint: str):
    with pytest.raises(Refused, match=complaint):
        list(camera(Light(rate)).flats(1))


def test_light_that_is_not_steady(camera: Make):
    flicker = Light(lambda number: 1e4 if number % 2 else 1e5)
    with pytest.raises(Failed, match=r"no exposure was found in 12 trials.*is the light steady\?"):
        list(camera(flicker).flats(1))


@pytest.mark.parametrize("counts", [500, 65_000])
def test_counts_that_the_camera_does_not_have(camera: Make, counts: float):
    with pytest.raises(OutOfRange, match="this camera counts from 1 000, its bias, to 65 535"):
        list(camera(Light(1e4)).flats(1, counts))


@pytest.mark.parametrize("bits", [1e9, 1e300])
def test_a_camera_of_any_number_of_bits(camera: Make, bits: float):
    info = numbers("CCD_INFO", {"CCD_BITSPERPIXEL": bits})
    assert len(list(camera(Light(1e5), TYPES, info).flats(1))) == 1


def test_a_camera_of_12_bits(camera: Make):
    info = numbers("CCD_INFO", {"CCD_MAX_X": 6.0, "CCD_MAX_Y": 4.0, "CCD_BITSPERPIXEL": 12.0})
    with pytest.raises(OutOfRange, match="to 4 095"):
        list(camera(Light(1e3), TYPES, info).flats(1, 30_000))
    (frame,) = camera(Light(1e3), TYPES, info).flats(1, 2500)
    assert level_of(frame) == pytest.approx(2500, rel=0.05)


@pytest.mark.parametrize(
    "options",
    [
        {"tolerance": 0},
        {"tolerance": 1},
        {"shortest": 0},
        {"shortest": 5, "longest": 1},
        {"longest": -1},
        {"filter": "Purple"},
        {"binning": "x"},
    ],
)
def test_what_cannot_be_is_refused_at_once(client: Client, options: dict[str, object]):
    with pytest.raises(OutOfRange):
        client.camera.flats(1, **options)


@given(st.floats(1e-3, 100), st.floats(0, 65535), st.floats(0, 5000), st.floats(6000, 50_000))
def test_the_next_trial_is_within_limits(seconds, level, bias, counts):
    target = Target(counts, 0.05, 1e-3, 100)
    with contextlib.suppress(Refused):
        after = target.next(seconds, level, bias, 65535)
        assert seconds / 10 * 0.9 <= after <= seconds * 10 * 1.1
        assert 1e-3 <= after <= 100


@pytest.mark.parametrize("shape", [(3, 4), (1500, 2000), (3, 900, 1200)])
def test_level(shape):
    data = np.full(shape, 7, np.uint16)
    data[..., 0, :] = 60_000
    assert level_of(Frame(data, unit="adu")) == 7


COUNTS = {"indiserver": 50_000, "embedded": 700}  # there it is light, and here it is night


def test_flats_of_simulators(
    client: Client, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(display, "_follow", lambda _: None)
    client.camera.device["POLLING_PERIOD"].set(20).result()
    wanted = COUNTS[request.node.callspec.params["client"]]
    flats = client.camera.flats(2, wanted, tolerance=0.1, binning=4)
    for frame in flats:
        assert frame.header["FRAME"] == "Flat"
        assert level_of(frame) == pytest.approx(wanted, rel=0.15)
    client.camera.device["CCD_BINNING"].set(HOR_BIN=1, VER_BIN=1).result()
