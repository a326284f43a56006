"""Whole pictures, measured as an observer would."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from indinb.simulator.astrometry import unit_vectors
from indinb.simulator.imaging.inputs import Region, Sky
from indinb.simulator.imaging.optics import Optics
from indinb.simulator.imaging.photometry import FILTERS
from indinb.simulator.imaging.picture import Camera, expected, flat_field
from indinb.simulator.imaging.scene import Scene
from indinb.simulator.imaging.sensor import PEDESTAL, Sensor

from .skies import (
    CENTER,
    OPTICS,
    SENSOR,
    body,
    centroid,
    crowd,
    disc_sum,
    full_sky,
    half_flux_radius,
    scene,
    signal,
    stars,
    stars_at,
    thing,
)

FAULTY = Sensor(width=256, height=200)
MIDDLE = (128.3, 100.2)


def one_star(of, magnitude=8.0, at=MIDDLE):
    return stars_at([at], magnitude, of)


def test_fluxes_follow_magnitudes():
    pixels = [(40 + 45 * column, 40 + 40 * row) for row in range(4) for column in range(5)]
    magnitudes = np.linspace(3, 12, 20)
    image = signal(scene(), stars_at(pixels, magnitudes, scene()))
    fluxes = np.array([disc_sum(image, x, y, 6) for x, y in pixels])
    measured = -2.5 * np.log10(fluxes)
    assert measured - magnitudes == pytest.approx((measured - magnitudes).mean(), abs=0.02)


def test_a_star_of_gaias_zero_point():
    image = signal(scene(altitude=90.0), one_star(scene(), 6.0))
    air = 10 ** (-0.4 * 0.2)
    share = (np.pi * 0.025**2 / 0.7278) * (0.85 * 0.75 / 0.7) * 0.7 * air
    assert disc_sum(image, *MIDDLE, 25) == pytest.approx(
        10 ** (0.4 * (25.6874 - 6)) * share * 10, rel=0.01
    )


@pytest.mark.parametrize("rotation", [0.0, 77.0])
def test_stars_are_where_the_projection_says(rotation):
    of = scene(rotation=rotation)
    for x, y in np.random.default_rng(2).uniform(30, 160, (10, 2)):
        image = signal(of, one_star(of, 7.0, (x, y)))
        left, top = round(x) - 12, round(y) - 12
        found = centroid(image[top : top + 25, left : left + 25]) + np.array([left, top])
        assert found == pytest.approx([x, y], abs=0.05)


@pytest.mark.parametrize("center", [(0.0, 0.0), (12.0, 90.0), (300.0, -90.0), (359.999, 50.0)])
def test_fields_at_the_seams_of_the_sky_are_whole(center):
    of = replace(scene(), ra=center[0], dec=center[1])
    pixels = [(30.0, 30.0), (220.0, 30.0), (30.0, 170.0), (220.0, 170.0)]
    image = signal(of, stars_at(pixels, 7.0, of))
    sums = [disc_sum(image, x, y, 8) for x, y in pixels]
    assert sums == pytest.approx([sums[0]] * 4, rel=0.01)


def test_hfr_is_a_v_with_its_foot_at_the_focus():
    steps = np.arange(-2000, 2001, 200)
    radii = []
    for step in steps:
        image = signal(scene(focus=float(step)), one_star(scene()))
        cut = image[80:121, 108:149]
        radii.append(half_flux_radius(cut, MIDDLE[0] - 108, MIDDLE[1] - 80))
    radii = np.array(radii)
    assert steps[radii.argmin()] == 0
    assert radii == pytest.approx(radii[::-1], rel=1e-6)
    assert (np.diff(radii[10:]) > 0).all()
    assert np.diff(radii[14:]) == pytest.approx(np.diff(radii[14:]).mean(), rel=0.25)


def test_focus_moves_no_light_away():
    sums = [
        disc_sum(signal(scene(focus=float(step)), one_star(scene())), *MIDDLE, 60)
        for step in (0, 1000, 1990, 2100, 5000)
    ]
    assert sums == pytest.approx([sums[0]] * 5, rel=0.01)


def test_near_and_far_defocus_look_alike():
    """The way that far defocus is drawn is another: nothing may jump."""
    limit = 8.0 * 5.2 * 2.54 / 0.05
    near, far = (signal(scene(focus=step), one_star(scene())) for step in (limit - 1, limit + 1))
    assert near == pytest.approx(far, abs=0.04 * near.max())


def test_worse_seeing_makes_wider_stars():
    peaks = [signal(scene(seeing=seeing), one_star(scene())).max() for seeing in (2, 8, 20)]
    assert peaks[0] > peaks[1] > peaks[2]


def test_colours_tell_in_filters():
    of = scene()
    pair = stars_at([(80.0, 100.0), (180.0, 100.0)], 8.0, of, colors=[0.0, 2.0])
    ratios = {}
    for name in FILTERS:
        image = signal(scene(filter=name), pair)
        ratios[name] = disc_sum(image, 180, 100, 8) / disc_sum(image, 80, 100, 8)
    assert ratios["Luminance"] == pytest.approx(1, rel=0.01)
    assert ratios["Blue"] < ratios["Green"] < 1 < ratios["Red"]


def test_a_hydrogen_nebula_shines_in_its_line():
    nebula = [thing("nebula", emission="hydrogen")]
    sums = {name: signal(scene(filter=name), None, nebula).sum() for name in FILTERS}
    assert sums["H_Alpha"] > 3 * max(sums["OIII"], sums["SII"], sums["Green"])


def test_the_sky_glows_by_its_magnitude():
    dark, bright = (np.median(signal(scene(glow=glow))) for glow in (21.0, 18.5))
    assert bright / dark == pytest.approx(10, rel=0.01)


def test_clouds_and_low_altitudes_dim():
    sums = [
        signal(scene(**changes), one_star(scene())).sum()
        for changes in ({}, {"clouds": 1.0}, {"altitude": 15.0})
    ]
    assert sums[0] / sums[1] == pytest.approx(2.512, rel=0.01)
    assert sums[2] < 0.75 * sums[0]


def test_clouds_do_not_take_the_glow_below_them():
    clear, cloudy = (np.median(signal(scene(glow=20.0, clouds=c))) for c in (0.0, 3.0))
    assert clear == cloudy


@pytest.mark.parametrize("focus", [0.0, 1500.0, 4000.0])
@pytest.mark.parametrize("trail", [(), ((1.0, -30.0, 10.0), (1.0, 40.0, 5.0))])
def test_a_part_of_the_sensor_sees_a_part_of_the_picture(focus, trail):
    region = Region(61, 33, 110, 87)
    whole, part = (
        expected(scene(focus=focus, trail=trail, region=area), Optics(), FAULTY, *full_sky())
        for area in (None, region)
    )
    assert part.shape == region.shape
    difference = np.abs(part - whole[region.slices])
    assert (difference < 0.5 + 0.002 * part).mean() > 0.999


def test_trails_move_light_and_keep_it():
    trail = ((1.0, -100.0, 0.0), (1.0, 100.0, 0.0))
    still, moved = (signal(scene(trail=way), one_star(scene())) for way in ((), trail))
    assert disc_sum(moved, *MIDDLE, 60) == pytest.approx(disc_sum(still, *MIDDLE, 60), rel=0.01)
    assert moved.max() < 0.3 * still.max()
    lit = np.flatnonzero(moved[100] > moved[100].max() / 2)
    assert lit[-1] - lit[0] == pytest.approx(200 / 8.445, abs=1.5)


def test_a_shift_of_the_field_shifts_the_stars_back():
    east = signal(scene(trail=((1.0, 84.45, 0.0),)), one_star(scene()))
    assert centroid(east[80:121, 108:169]) + np.array([108, 80]) == pytest.approx(
        [MIDDLE[0] + 10, MIDDLE[1]], abs=0.05
    )


def test_a_trail_takes_in_what_was_outside():
    way = ((1.0, -200.0, 0.0), (1.0, 200.0, 0.0))
    outside = one_star(scene(), 5.0, (-12.0, 100.0))
    assert signal(scene(trail=way), outside)[100, :6].min() > 100


def test_no_pixel_has_less_than_nothing_beside_a_bright_trail():
    seen = scene(trail=((1.0, 0.0, 0.0), (1.0, 90.0, 60.0)), glow=50.0)
    silent = replace(SENSOR, read_noise=0.0, dark_current=0.0)
    sky = Sky(one_star(seen, 3.0))
    assert signal(seen, *sky, sensor=silent).min() >= 0
    picture = Camera(OPTICS, silent).take(seen, lambda: sky, 1)
    assert np.median(picture) == PEDESTAL


def test_flats_correct_pictures():
    seen = scene(glow=16.0, exposure=30.0)
    light = signal(seen, optics=Optics(), sensor=FAULTY)
    panel = scene(light="panel", panel=2000.0)
    flat = signal(panel, optics=Optics(), sensor=FAULTY)
    assert light.std() / light.mean() > 0.03
    corrected = light / flat
    assert corrected / corrected.mean() == pytest.approx(1, abs=0.01)


def test_corners_are_a_fifth_darker():
    flat = flat_field(Optics(), Sensor(dust=0, unevenness=0.0))
    corners = flat[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.mean() / flat.max() == pytest.approx(0.8, abs=0.03)


def test_a_panel_shines_through_the_filter():
    means = [
        signal(scene(light="panel", panel=1000.0, filter=name)).mean()
        for name in ("Luminance", "Red", "H_Alpha")
    ]
    assert means[0] == pytest.approx(10_000)
    assert means[0] > 2 * means[1] > 10 * means[2]


@pytest.mark.parametrize("light", ["dark", "panel"])
def test_no_star_shines_through_a_cap(light):
    closed = scene(light=light, panel=10.0)
    assert np.array_equal(signal(closed, *full_sky()), signal(closed))


def test_darks_have_heat_only():
    dark = signal(scene(light="dark", temperature=12.0, exposure=100.0), *full_sky())
    assert np.median(dark) == pytest.approx(0.05 * 4 * 100)


def test_bias_frames_have_nothing():
    assert not signal(scene(exposure=0.0, temperature=20.0), *full_sky()).any()


def test_things_without_a_magnitude_are_left_out():
    nameless = thing("disc", magnitude=np.nan)
    assert np.array_equal(signal(scene(), None, [nameless]), signal(scene()))


def test_what_is_behind_the_telescope_is_not_seen():
    away = -unit_vectors(*CENTER)
    sky = (
        stars(away, 3.0),
        [thing("disc", at=away)],
        [SimpleNamespace(**vars(body()) | {"direction": away})],
    )
    assert np.array_equal(signal(scene(), *sky), signal(scene()))


def test_planets_are_points_and_the_moon_is_not():
    planet, moon = (signal(scene(), None, (), [body(radius, 3.0)]) for radius in (5.0, 300.0))
    star = signal(scene(), stars(unit_vectors(*CENTER), 3.0))
    assert planet == pytest.approx(star, rel=1e-5)
    assert moon.sum() == pytest.approx(star.sum(), rel=0.05)
    assert moon.max() < 0.02 * star.max()


class Counting:
    """A sky that counts how often it is looked at."""

    def __init__(self):
        self.looks = 0

    def __call__(self):
        self.looks += 1
        return Sky(crowd())


def test_the_same_seed_gives_the_same_bytes():
    pictures = [
        Camera(Optics(), FAULTY, seed=seed).take(scene(glow=19.0), full_sky, 3)
        for seed in (0, 0, 1)
    ]
    assert pictures[0].tobytes() == pictures[1].tobytes()
    assert pictures[0].tobytes() != pictures[2].tobytes()


def test_another_frame_has_other_noise_of_the_same_sky():
    camera, sky = Camera(OPTICS, SENSOR), Counting()
    of = scene(glow=19.0)
    first, second = (camera.take(of, sky, number).astype(float) for number in (1, 2))
    assert sky.looks == 1
    assert (first != second).mean() > 0.8
    assert np.median(first - second) == pytest.approx(0, abs=2)


def test_jitter_gives_the_same_picture():
    camera, sky = Camera(OPTICS, SENSOR), Counting()
    of = scene()
    first = camera.take(of, sky, 1)
    again = camera.take(replace(of, ra=of.ra + 1e-8, altitude=of.altitude + 1e-4), sky, 1)
    assert np.array_equal(first, again)
    assert sky.looks == 1


def test_a_new_scene_is_looked_at():
    camera, sky = Camera(OPTICS, SENSOR), Counting()
    for dec in (20.0, 20.1, 20.0):
        camera.take(replace(scene(), dec=dec), sky, 1)
    assert sky.looks == 3


def test_settings_of_the_readout_need_no_new_look():
    camera, sky = Camera(OPTICS, SENSOR), Counting()
    of = scene(glow=19.0)
    plain = camera.take(of, sky, 1)
    binned = camera.take(of, sky, 1, gain=0, offset=10, binning=(2, 2))
    assert sky.looks == 1
    assert (plain.shape, binned.shape) == ((200, 256), (100, 128))
    sky_level = np.median(plain) - PEDESTAL
    assert np.median(binned) - PEDESTAL - 10 == pytest.approx(4 * sky_level / 2.818, rel=0.05)


def test_bright_stars_saturate():
    picture = Camera(OPTICS, SENSOR).take(scene(), lambda: Sky(one_star(scene(), 0.0)), 1)
    assert picture.max() == SENSOR.full_well + PEDESTAL
    assert (picture == picture.max()).sum() > 20


def test_the_default_rig_sees_twelfth_magnitude_in_ten_seconds():
    of = Scene(*CENTER, exposure=10.0)
    star = stars_at([MIDDLE], 12.0, of)
    picture = Camera(OPTICS, SENSOR).take(of, lambda: Sky(star), 1).astype(float)
    background, noise = np.median(picture), picture.std()
    assert picture[99:102, 127:130].sum() - 9 * background > 5 * 3 * noise
