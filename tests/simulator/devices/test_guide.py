"""The guide camera."""

import numpy as np
import pytest

from indinb.protocol.vocabulary import State
from indinb.simulator.world import Pointing
from tests.simulator.bench import Bench
from tests.simulator.devices.pictures import GUIDE, header, picture, small

DEVICE = GUIDE
PLEIADES = Pointing(56.75, 24.12, 70.0, 200.0)


@pytest.fixture(autouse=True)
def small_frames(bench: Bench) -> None:
    bench.light.pointing = lambda: PLEIADES
    small(bench)


def test_it_is_at_the_guide_scope(bench: Bench) -> None:
    bench.light.guide_focal_length, bench.light.guide_aperture = 200.0, 40.0
    cards = header(bench)
    assert (cards["FOCALLEN"], cards["APTDIA"]) == (200, 40)
    assert cards["INSTRUME"] == GUIDE


def test_filters_focus_and_caps_are_not_before_it(bench: Bench) -> None:
    before = picture(bench, 2)
    bench.light.filters["CCD Simulator"] = "H_Alpha"
    bench.light.focus = 10_000.0
    bench.light.capped = True
    bench.light.rotation = 45.0
    assert np.corrcoef(picture(bench, 2).ravel(), before.ravel())[0, 1] > 0.5
    assert not {"FILTER", "FOCUSPOS", "ROTATANG"} & set(header(bench))


def test_a_shut_dome_is(bench: Bench) -> None:
    bright = np.median(picture(bench, 5))
    bench.light.shut = True
    assert np.median(picture(bench, 5)) < bright


def test_its_bias_can_be_set(bench: Bench) -> None:
    bench.ask("CCD_FRAME_TYPE", "FRAME_BIAS")
    low = np.median(picture(bench))
    bench.ask("SIMULATOR_SETTINGS", {"SIM_BIAS": 110})
    assert np.median(picture(bench)) == pytest.approx(low + 100, abs=1)


@pytest.mark.parametrize("setting", ["SIM_XRES", "SIM_YRES", "SIM_XSIZE", "SIM_YSIZE"])
def test_a_chip_of_nothing_is_refused(bench: Bench, setting: str) -> None:
    bench.ask("SIMULATOR_SETTINGS", {setting: 0})
    assert bench["SIMULATOR_SETTINGS"].state is State.ALERT
    assert picture(bench).shape == (150, 200)


def test_pulses_move_the_mount(bench: Bench) -> None:
    pulses = []
    bench.light.guide = lambda direction, seconds: pulses.append((direction, seconds))
    bench.ask("TELESCOPE_TIMED_GUIDE_WE", {"TIMED_GUIDE_W": 0, "TIMED_GUIDE_E": 250})
    assert pulses == [("E", 0.25)]


def test_it_sends_video(bench: Bench) -> None:
    bench.ask("CCD_VIDEO_STREAM", "STREAM_ON")
    bench.run(0.5)
    bench.ask("CCD_VIDEO_STREAM", "STREAM_OFF")
    assert {len(each.data) for each in bench.blobs()} == {200 * 150}
