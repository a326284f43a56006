"""What the way of the light lets a camera see."""

import asyncio
import math

import pytest

from indinb.simulator.devices.view import ANDROMEDA, Track, behind_dome, look, source
from indinb.simulator.world import Light, Pointing
from tests.simulator.bench import Bench
from tests.simulator.devices.pictures import CCD

DEVICE = CCD
UP = Pointing(ra=100.0, dec=20.0, altitude=45.0, azimuth=180.0)


@pytest.mark.parametrize(
    ("changes", "guide", "expected"),
    [
        ({}, False, "sky"),
        ({"capped": True}, False, "dark"),
        ({"capped": True, "panel": 0.5}, False, "panel"),
        ({"panel": 0.5}, False, "sky"),
        ({"capped": True, "panel": 0.5}, True, "sky"),
        ({"shut": True}, False, "dark"),
        ({"shut": True}, True, "dark"),
        ({"shut": True, "capped": True, "panel": 0.5}, False, "panel"),
        ({"slit": 180.0}, False, "sky"),
        ({"slit": 90.0}, False, "dark"),
        ({"slit": 90.0}, True, "dark"),
    ],
)
def test_the_source_of_light(changes: dict[str, float], guide: bool, expected: str) -> None:
    light = Light(**changes)
    assert source(light, UP, shutter=True, guide=guide) == expected
    assert source(light, UP, shutter=False, guide=guide) == "dark"


@pytest.mark.parametrize(("slit", "azimuth"), [(5, 355), (355, 5), (0, 360), (180, 172)])
def test_a_slit_reaches_across_north(slit: float, azimuth: float) -> None:
    assert not behind_dome(Light(slit=slit), UP._replace(azimuth=azimuth, altitude=20))


def test_without_a_mount_it_looks_at_andromeda() -> None:
    assert look(Light()) == ANDROMEDA
    assert look(Light(pointing=lambda: UP)) == UP


def tracked(bench: Bench, pointing, seconds: float) -> Track:
    """Follow where a mount looks at each second."""
    bench.light.pointing = lambda: pointing(bench.clock.elapsed)
    track = Track(bench.light, bench.clock)
    bench.wait(track.follow(seconds))
    return track


def test_a_mount_that_stands_leaves_no_trail(bench: Bench) -> None:
    assert tracked(bench, lambda _: UP, 10).trail() == ()


@pytest.mark.parametrize("dec", [0.0, 60.0, 89.0])
def test_a_drift_to_the_east(bench: Bench, dec: float) -> None:
    begin = bench.clock.elapsed
    rate = 15 / 3600 / math.cos(math.radians(dec))
    drift = lambda now: UP._replace(ra=359.99 + rate * (now - begin), dec=dec)  # noqa: E731
    trail = tracked(bench, drift, 4).trail()
    assert sum(weight for weight, _, _ in trail) == pytest.approx(4)
    east = sum(weight * east for weight, east, _ in trail) / 4
    assert east == pytest.approx(30, rel=0.01)
    assert max(abs(north) for _, _, north in trail) < 1
    assert trail[-1][1] > 55


def test_short_and_long_exposures_are_looked_at_often_enough(bench: Bench) -> None:
    moving = lambda now: UP._replace(dec=now / 3600)  # noqa: E731
    assert 8 <= len(tracked(bench, moving, 0.1).trail()) <= 9
    assert 150 <= len(tracked(bench, moving, 10).trail()) <= 201
    assert len(tracked(bench, moving, 1000).trail()) <= 401


def test_a_slew_in_an_exposure_is_bounded(bench: Bench) -> None:
    turned = lambda now: UP._replace(ra=UP.ra + 180 * (now > 2))  # noqa: E731
    assert all(math.isfinite(east) for _, east, _ in tracked(bench, turned, 4).trail())
    bench.wait(asyncio.sleep(0))
