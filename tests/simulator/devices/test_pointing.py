import math

import numpy as np
import pytest

from indinb.simulator.astrometry import separation
from indinb.simulator.devices.pointing import PERFECT, Errors, drawn, line_of_sight

SMALL = 0.01  # degrees
ANGLES = [(h, d) for h in (-120, -45, 0, 30, 100) for d in (-60, -10, 0, 25, 70)]


def beside(hour_angle, dec, errors):
    """Where the telescope looks beside (hour_angle, dec): in hour angle and declination."""
    there, up = line_of_sight(hour_angle, dec, errors)
    return float(there) - hour_angle, float(up) - dec


def far(errors, hour_angle, dec):
    """How far from (hour_angle, dec) the telescope looks, in arcmin."""
    there = [float(line_of_sight(h, d, errors)[i]) for h, d in [(hour_angle, dec)] for i in (0, 1)]
    return 60 * float(separation(*there, hour_angle, dec))


@pytest.mark.parametrize(("hour_angle", "dec"), ANGLES)
def test_without_errors_the_axes_tell_the_place(hour_angle, dec):
    assert beside(hour_angle, dec, PERFECT) == pytest.approx((0, 0), abs=1e-11)


@pytest.mark.parametrize(("hour_angle", "dec"), ANGLES)
def test_beyond_the_pole_the_same_place_is_seen_from_the_other_side(hour_angle, dec):
    there, up = line_of_sight(hour_angle + 180, 180 - dec)
    assert float(separation(there, up, hour_angle, dec)) < 1e-10


def test_at_the_pole_the_primary_axis_tells_the_hour_angle():
    hour_angle, dec = line_of_sight(77, 90)
    assert (float(hour_angle), float(dec)) == pytest.approx((77, 90))


@pytest.mark.parametrize(("hour_angle", "dec"), ANGLES)
@pytest.mark.parametrize(
    ("name", "hour_angle_term", "dec_term"),
    [
        ("ih", lambda h, d: 1, lambda h, d: 0),
        ("id", lambda h, d: 0, lambda h, d: 1),
        ("ch", lambda h, d: 1 / math.cos(d), lambda h, d: 0),
        ("np", lambda h, d: math.tan(d), lambda h, d: 0),
        ("ma", lambda h, d: -math.cos(h) * math.tan(d), lambda h, d: math.sin(h)),
        ("me", lambda h, d: math.sin(h) * math.tan(d), lambda h, d: math.cos(h)),
    ],
)
def test_small_errors_are_those_of_tpoint(name, hour_angle_term, dec_term, hour_angle, dec):
    h, d = math.radians(hour_angle), math.radians(dec)
    expected = SMALL * hour_angle_term(h, d), SMALL * dec_term(h, d)
    assert beside(hour_angle, dec, Errors(**{name: SMALL})) == pytest.approx(expected, abs=2e-5)


def test_the_worm_swings_three_arcseconds_in_eight_minutes():
    primaries = np.arange(0, 3600 * 8, 10) * 15.041067 / 3600  # eight hours of tracking
    errors = drawn(1)._replace(ih=0, id=0, ma=0, me=0)
    swings = np.array([3600 * beside(primary, 0, errors)[0] for primary in primaries])
    assert swings.max() == pytest.approx(3, abs=0.01)
    assert swings.min() == pytest.approx(-3, abs=0.01)
    assert swings[:48] == pytest.approx(swings[48:96], abs=1e-6)  # 48 times 10 s
    assert np.abs(swings[:24] + swings[24:48]).max() < 1e-6


@pytest.mark.parametrize("seed", range(30))
def test_drawn_errors_are_a_few_arcminutes(seed):
    errors = drawn(seed)
    assert 2 <= 60 * math.hypot(errors.ih, errors.id) <= 5
    assert 1 <= 60 * math.hypot(errors.ma, errors.me) <= 2
    assert all(far(errors, h, d) < 7.1 for h, d in ANGLES)


def test_drawn_errors_differ_from_seed_to_seed_and_to_every_side():
    assert drawn(3) == drawn(3)
    assert len({drawn(seed) for seed in range(30)}) == 30
    east = [drawn(seed).ih > 0 for seed in range(200)]
    assert 70 < sum(east) < 130


def test_the_error_is_smooth_over_the_sky_and_its_pole():
    errors = drawn(5)
    secondaries = np.linspace(60, 120, 601)  # over the pole, 0.1 degrees at a time
    there = line_of_sight(40, secondaries, errors)
    steps = separation(there[0][1:], there[1][1:], there[0][:-1], there[1][:-1])
    assert steps == pytest.approx(0.1, abs=1e-6)


def test_errors_are_added():
    assert drawn(0).more(1, 2, 3, 4, 5, 6).ch == 3
    assert drawn(0).more(1, 0, 0, 0, 0, 0).ih == drawn(0).ih + 1
    assert drawn(0).more(0, 0, 0, 0, 0, 0) == drawn(0)
