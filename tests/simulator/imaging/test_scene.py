from dataclasses import replace

import pytest

from indinb.simulator.imaging.scene import Scene

SCENE = Scene(ra=83.82, dec=-5.39, altitude=40.0, trail=((0.5, 0.0, 0.0), (0.5, 3.0, 4.0)))


@pytest.mark.parametrize(
    "change",
    [
        {"ra": SCENE.ra + 1e-7},
        {"dec": SCENE.dec + 1e-7},
        {"altitude": 40.002},
        {"temperature": 0.02},
        {"time": 3.0},
        {"trail": ((0.5, 0.001, 0.0), (0.5, 3.0, 4.001))},
    ],
)
def test_jitter_is_rounded_away(change):
    assert replace(SCENE, **change).rounded() == SCENE.rounded()


@pytest.mark.parametrize(
    "change",
    [
        {"ra": SCENE.ra + 1e-5},
        {"dec": SCENE.dec + 1e-5},
        {"focus": 1},
        {"filter": "Red"},
        {"trail": ()},
        {"light": "dark"},
        {"time": 60.0},
        {"exposure": 1.001},
    ],
)
def test_what_can_be_seen_is_kept(change):
    assert replace(SCENE, **change).rounded() != SCENE.rounded()


def test_rounding_is_stable():
    assert SCENE.rounded().rounded() == SCENE.rounded()


def test_a_whole_turn_is_none():
    assert Scene(ra=359.9999999999, dec=0.0).rounded().ra == 0.0


def test_jitter_at_the_pole_is_that_on_the_sky():
    assert Scene(ra=10.0, dec=90.0).rounded() == Scene(ra=10.3, dec=90.0).rounded()


@pytest.mark.parametrize(
    ("altitude", "airmass"), [(90.0, 1.0), (60.0, 1.154), (30.0, 1.994), (10.0, 5.59), (-5.0, 37.9)]
)
def test_airmass(altitude, airmass):
    assert replace(SCENE, altitude=altitude).airmass == pytest.approx(airmass, rel=5e-3)
