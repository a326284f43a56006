"""What determines a picture."""

from dataclasses import replace

import pytest

from indinb.simulator.imaging.inputs import Region
from indinb.simulator.imaging.optics import Optics
from indinb.simulator.imaging.scene import Scene
from indinb.simulator.imaging.sensor import Sensor

SCENE = Scene(83.82, -5.39, altitude=40.0, trail=((0.5, 0.0, 0.0), (0.5, 3.0, 4.0)))

JITTER = {
    "ra": 83.82 + 1e-7,
    "dec": -5.39 + 1e-7,
    "altitude": 40.002,
    "temperature": 0.02,
    "focus": 0.2,
    "seeing": 2.501,
    "trail": ((0.5, 0.001, 0.0), (0.5, 3.0, 4.001)),
    "glow": 20.501,
    "clouds": 0.001,
}

CHANGES = {
    "ra": 83.82 + 1e-5,
    "dec": -5.39 + 1e-5,
    "rotation": 0.01,
    "mirrored": True,
    "altitude": 40.1,
    "temperature": 0.2,
    "exposure": 1.001,
    "focus": 1.0,
    "seeing": 2.6,
    "filter": "Red",
    "glow": 20.6,
    "clouds": 0.1,
    "trail": (),
    "light": "dark",
    "panel": 1.0,
    "region": Region(0, 0, 10, 10),
}


@pytest.mark.parametrize("name", JITTER)
def test_jitter_is_rounded_away(name):
    assert replace(SCENE, **{name: JITTER[name]}).rounded() == SCENE.rounded()


@pytest.mark.parametrize("name", CHANGES)
def test_what_can_be_seen_is_kept(name):
    assert replace(SCENE, **{name: CHANGES[name]}).rounded() != SCENE.rounded()


def test_rounding_twice_changes_nothing_more():
    once = replace(SCENE, ra=123.456789123, dec=-0.000001, altitude=33.333333).rounded()
    assert once.rounded() == once


def test_full_turns_are_one_place():
    assert Scene(359.9999999999, 0).rounded() == Scene(0.0, 0).rounded()
    assert Scene(-10.0, 0).rounded() == Scene(350.0, 0).rounded()


def test_the_shortest_exposure_is_not_rounded_to_nothing():
    assert replace(SCENE, exposure=1e-5).rounded().exposure == 1e-5


def test_light_comes_from_a_known_place():
    with pytest.raises(ValueError, match="'lamp' is none of sky, dark, panel"):
        Scene(0, 0, light="lamp")


def test_its_projection_is_that_of_the_whole_sensor():
    part = replace(SCENE, region=Region(0, 0, 64, 64), rotation=12.0, mirrored=True)
    projection = part.projection(Optics(focal_length=1000), Sensor(pixel_y=10.4))
    assert projection.shape == (1024, 1280)
    assert projection.scale_y == 2 * projection.scale_x == pytest.approx(2.145, abs=0.001)
    assert (projection.center_ra, projection.rotation, projection.mirrored) == (83.82, 12.0, True)
