"""What the pictures of a camera show of the way of the light."""

from collections.abc import Callable

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io.fits import Header
from astropy.wcs import WCS

from indinb.protocol.vocabulary import State
from indinb.simulator.devices.ccd import CCDSimulator
from indinb.simulator.devices.focuser import FocuserSimulator
from indinb.simulator.devices.wheel import FilterSimulator
from indinb.simulator.world import Pointing
from tests.simulator.bench import Bench
from tests.simulator.devices.pictures import CCD, expose, header, opened, picture, small

DEVICE = CCD

M67 = Pointing(132.85, 11.82, 70.0, 200.0, reported=(132.90, 11.85), pier="EAST")


def light_of(pixels: np.ndarray) -> float:
    """Light above the background."""
    return float((pixels - np.median(pixels)).sum())


def wcs(cards: Header) -> WCS:
    return WCS(Header([card for card in cards.cards if card.keyword != "DATE-OBS"]))


@pytest.fixture
def aimed(bench: Bench) -> Bench:
    bench.light.pointing = lambda: M67
    bench.ask("CCD_GAIN", 0)
    small(bench)
    return bench


def test_a_cap_and_a_shut_dome_make_it_dark(aimed: Bench) -> None:
    bright = picture(aimed, 5)
    for attribute in ("capped", "shut"):
        setattr(aimed.light, attribute, True)
        dark = picture(aimed, 5)
        setattr(aimed.light, attribute, False)
        assert dark.std() < 0.1 * bright.std()
        assert np.median(dark) < np.median(bright)
    aimed.light.slit = 90.0
    assert picture(aimed, 5).std() < 0.1 * bright.std()
    aimed.light.slit = 205.0
    assert picture(aimed, 5).std() > 0.9 * bright.std()


def test_a_panel_makes_it_evenly_bright(aimed: Bench) -> None:
    aimed.light.capped, aimed.light.panel = True, 1.0
    aimed.ask("CCD_FRAME_TYPE", "FRAME_FLAT")
    full = np.median(picture(aimed, 1)) - 500
    aimed.light.panel = 0.5
    half = np.median(picture(aimed, 1)) - 500
    assert full == pytest.approx(2 * half, rel=0.01)
    assert full > 5000


@pytest.mark.parametrize("kind", ["FRAME_DARK", "FRAME_BIAS"])
def test_darks_and_biases_take_no_light(aimed: Bench, kind: str) -> None:
    aimed.ask("CCD_FRAME_TYPE", kind)
    pixels = picture(aimed, 5)
    assert np.median(pixels) == pytest.approx(500, abs=2)


def test_clouds_dim_the_stars(aimed: Bench) -> None:
    clear = light_of(picture(aimed, 10))
    aimed.light.clouds = 2.5
    assert light_of(picture(aimed, 10)) == pytest.approx(clear / 10, rel=0.4)


def test_a_larger_aperture_gathers_more(aimed: Bench) -> None:
    before = light_of(picture(aimed, 5))
    aimed.light.aperture = 100.0
    assert light_of(picture(aimed, 5)) == pytest.approx(4 * before, rel=0.2)


def test_the_scope_of_the_camera_wins_over_that_of_the_mount(aimed: Bench) -> None:
    assert header(aimed)["FOCALLEN"] == 127
    aimed.ask("SCOPE_INFO", {"FOCAL_LENGTH": 500, "APERTURE": 80})
    cards = header(aimed)
    assert (cards["FOCALLEN"], cards["APTDIA"]) == (500, 80)
    aimed.light.focal_length = 900.0
    assert header(aimed)["FOCALLEN"] == 500


def test_focus_away_from_the_best_spreads_the_stars(aimed: Bench) -> None:
    aimed.light.focus = 36_700.0
    sharp = picture(aimed, 1).max()
    aimed.light.focus = 39_700.0
    assert picture(aimed, 1).max() < 0.6 * sharp


def test_the_best_focus_moves_with_temperature_and_filter(bench: Bench) -> None:
    bench.light.temperature = -5.0
    bench.run(1.1)
    assert bench["SIM_FOCUSING"]["SIM_FOCUS_POSITION"] == bench.light.best_focus == 36_800
    bench.light.filters["Filter Simulator"] = "Blue"
    bench.run(1.1)
    assert bench.light.best_focus == 36_920
    bench.ask("SIM_FOCUSING", {"SIM_FOCUS_POSITION": 30_000})
    assert bench.light.best_focus == 30_000
    bench.light.temperature = 0.0
    bench.light.filters["Filter Simulator"] = "Red"
    bench.run(1.1)
    assert bench.light.best_focus == bench["SIM_FOCUSING"]["SIM_FOCUS_POSITION"] == 29_780


def test_seeing_spreads_the_stars(aimed: Bench) -> None:
    sharp = picture(aimed, 1).max()
    aimed.ask("SIM_FOCUSING", {"SIM_SEEING": 40})
    assert picture(aimed, 1).max() < 0.5 * sharp


def test_rotator_and_camera_turn_the_field(aimed: Bench) -> None:
    aimed.ask("WCS_CONTROL", "WCS_ENABLE")

    def up() -> float:
        matrix = wcs(header(aimed)).pixel_scale_matrix
        return float(np.degrees(np.arctan2(-matrix[0, 1], -matrix[1, 1])) % 360)

    assert up() == pytest.approx(0, abs=0.01)
    aimed.light.rotation = 30.0
    assert up() == pytest.approx(30, abs=0.01)
    aimed.ask("SIMULATOR_SETTINGS", {"SIM_ROTATION": 15})
    assert up() == pytest.approx(45, abs=0.01)


def test_the_filter_is_that_of_the_wheel_that_is_named() -> None:
    with Bench(CCDSimulator, FilterSimulator, FocuserSimulator) as bench:
        small(bench)
        bench.ask("FILTER_SLOT", 2, device="Filter Simulator")
        bench.run(1)
        assert header(bench)["FILTER"] == "Green"
        bench.ask("ACTIVE_DEVICES", {"ACTIVE_FILTER": CCD})
        assert header(bench)["FILTER"] == "Red"
        bench.ask("FILTER_SLOT", 3)
        bench.run(1)
        assert header(bench)["FILTER"] == "Blue"
        bench.ask("ACTIVE_DEVICES", {"ACTIVE_FILTER": "Nobody"})
        assert "FILTER" not in header(bench)


def test_a_filter_takes_light(aimed: Bench) -> None:
    clear = light_of(picture(aimed, 10))
    aimed.light.filters["Filter Simulator"] = "H_Alpha"
    assert light_of(picture(aimed, 10)) < 0.2 * clear


def test_headers_tell_only_of_what_is_there(bench: Bench) -> None:
    small(bench)
    alone = header(bench)
    assert not {"TELESCOP", "RA", "DEC", "OBJCTRA", "SITELAT", "FOCUSPOS", "FILTER"} & set(alone)
    bench.light.pointing = lambda: M67
    bench.light.focus = 36_000.0
    cards = header(bench)
    assert (cards["RA"], cards["DEC"], cards["PIERSIDE"]) == (132.90, 11.85, "EAST")
    assert (cards["FOCUSPOS"], cards["TELESCOP"]) == (36_000, "Telescope Simulator")
    bench.ask("ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": "", "ACTIVE_FOCUSER": "None"})
    assert not {"TELESCOP", "RA", "SITELAT", "FOCUSPOS", "FOCUSTEM"} & set(header(bench))


def test_headers_tell_what_somebody_has_written(aimed: Bench) -> None:
    aimed.ask("FITS_HEADER", {"FITS_OBSERVER": "Caroline", "FITS_OBJECT": "M45"})
    aimed.ask("CCD_OFFSET", 30)
    cards = header(aimed)
    assert (cards["OBSERVER"], cards["OBJECT"], cards["OFFSET"]) == ("Caroline", "M45", 30)
    assert cards["EGAIN"] == pytest.approx(2.818, abs=1e-3)
    assert cards["SATURATE"] == 500 + 30 + round(60_000 / cards["EGAIN"])
    assert cards["DATE-OBS"].startswith("2026-01-15T20:30:0")


def test_wcs_is_the_truth_and_not_what_the_mount_reports(aimed: Bench) -> None:
    assert "CRVAL1" not in header(aimed)
    aimed.ask("WCS_CONTROL", "WCS_ENABLE")
    assert aimed["CCD_ROTATION"].defined
    aimed.ask("CCD_BINNING", {"HOR_BIN": 2, "VER_BIN": 2})
    cards = header(aimed)
    center = wcs(cards).pixel_to_world(49.5, 36.5)
    apart = center.separation(SkyCoord(M67.ra * u.deg, M67.dec * u.deg))
    assert apart < 30 * u.arcsec
    assert cards["RA"] == 132.90
    aimed.ask("WCS_CONTROL", "WCS_DISABLE")
    assert not aimed["CCD_ROTATION"].defined


def test_what_the_mount_does_meanwhile_leaves_trails(aimed: Bench) -> None:
    still = picture(aimed, 8).max()
    begin = aimed.clock.elapsed
    aimed.light.pointing = lambda: M67._replace(
        ra=M67.ra + (aimed.clock.elapsed - begin) * 15 / 3600
    )
    assert picture(aimed, 8).max() < 0.8 * still


def test_warm_chips_have_more_dark_current(aimed: Bench) -> None:
    aimed.ask("CCD_FRAME_TYPE", "FRAME_DARK")
    aimed.ask("CCD_GAIN", 90)
    cold = picture(aimed, 60).mean()
    aimed.light.temperature = 24.0
    aimed.run(1.1)
    assert picture(aimed, 60).mean() > cold + 20


@pytest.mark.parametrize(
    ("setting", "value", "statistic", "larger"),
    [
        ("SIM_NOISE", 100, np.std, True),
        ("SIM_SKYGLOW", 16, np.median, True),
        ("SIM_MAXVAL", 600, np.max, False),
        ("SIM_LIMITINGMAG", 4, light_of, False),
    ],
)
def test_settings_of_the_simulator(
    aimed: Bench, setting: str, value: float, statistic: Callable, larger: bool
) -> None:
    aimed.ask("CCD_FRAME", {"X": 0, "Y": 0, "WIDTH": 300, "HEIGHT": 300})
    before = statistic(picture(aimed, 2))
    aimed.ask("SIMULATOR_SETTINGS", {setting: value})
    assert aimed["SIMULATOR_SETTINGS"].state is State.OK
    assert bool(statistic(picture(aimed, 2)) > before) is larger


def test_a_colour_camera_has_a_filter_on_each_pixel(aimed: Bench) -> None:
    aimed.light.capped, aimed.light.panel = True, 1.0
    aimed.ask("SIMULATE_BAYER", "INDI_ENABLED")
    hdu = opened(expose(aimed, 1))
    pixels = np.asarray(hdu.data, float)
    assert hdu.header["BAYERPAT"] == "RGGB"
    red, blue = np.median(pixels[0::2, 0::2]), np.median(pixels[1::2, 1::2])
    green = np.median(pixels[0::2, 1::2])
    assert red > green > blue
    assert green == pytest.approx(np.median(pixels[1::2, 0::2]), rel=0.01)


def test_pulses_move_the_mount(bench: Bench) -> None:
    pulses = []
    bench.light.guide = lambda direction, seconds: pulses.append((direction, seconds))
    bench.ask("TELESCOPE_TIMED_GUIDE_NS", {"TIMED_GUIDE_N": 500, "TIMED_GUIDE_S": 0})
    assert pulses == [("N", 0.5)]


def _session(seed: int = 0, frames: int = 2) -> list[bytes]:
    with Bench(CCDSimulator, seed=seed) as bench:
        bench.light.pointing = lambda: M67
        small(bench)
        return [bytes(expose(bench, 1).data) for _ in range(frames)]


def test_the_same_night_gives_the_same_bytes() -> None:
    assert _session() == _session()


def test_each_frame_and_each_seed_has_noise_of_its_own() -> None:
    one, two = _session()
    assert one[-40_000:] != two[-40_000:]
    assert _session(seed=1)[0][-40_000:] != one[-40_000:]
