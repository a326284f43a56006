import math

import numpy as np
import pytest

from indinb.simulator.astrometry import airmass
from indinb.simulator.sky.atmosphere import (
    DARK,
    moonlight,
    night,
    sky_brightness,
    twilight,
)

HIGH_MOON = {"moon_altitude": 60, "altitude": 70, "separation": 60}


def test_high_up_air_is_flat():
    altitudes = np.array([20, 30, 45, 60, 90])
    np.testing.assert_allclose(airmass(altitudes), 1 / np.sin(np.radians(altitudes)), rtol=0.01)


@pytest.mark.parametrize(("altitude", "published"), [(10, 5.60), (5, 10.3), (2, 19.4), (0, 38)])
def test_low_down_it_is_as_kasten_and_young_have_it(altitude, published):
    assert airmass(altitude) == pytest.approx(published, rel=0.03)


def test_air_is_never_more_than_at_the_horizon():
    masses = airmass(np.linspace(90, -90, 500))
    assert (np.diff(masses) >= 0).all()
    assert masses[-1] == airmass(0)


def test_night_is_brighter_towards_the_horizon():
    values = [night(altitude) for altitude in (90, 60, 30, 15)]
    assert values[0] == DARK
    assert values == sorted(values, reverse=True)
    assert 0.3 < values[0] - values[2] < 0.8
    assert np.isfinite(night(-20))


def test_twilight_grows_dark_without_steps():
    altitudes = np.arange(40, -18.3, -0.01)
    values = np.array([twilight(altitude) for altitude in altitudes])
    assert (np.diff(values) >= 0).all()
    assert np.diff(values).max() < 0.02
    assert values[0] == pytest.approx(3.5, abs=0.5)  # full day


@pytest.mark.parametrize(("sun", "published"), [(-5, 11.84), (-10, 18.0), (-15, 21.32)])
def test_twilight_is_patats(sun, published):
    assert twilight(sun) == pytest.approx(published, abs=0.02)


@pytest.mark.parametrize("dark", [18, 20, 21.6, 22])
def test_night_begins_at_the_end_of_twilight(dark):
    values = np.array([sky_brightness(90, sun, dark=dark) for sun in np.arange(0, -30, -0.01)])
    assert (np.diff(values) >= -1e-9).all()
    assert np.diff(values).max() < 0.06
    assert values[-1] == pytest.approx(dark)


def test_a_full_moon_lights_the_sky():
    alone = moonlight(phase_angle=0, **HIGH_MOON)
    assert 17.5 < alone < 19  # Krisciunas and Schaefer: some three magnitudes above the dark sky
    assert sky_brightness(70, -40, moon=alone) < alone


def test_moonlight_goes_with_the_phase():
    values = [moonlight(phase_angle=phase, **HIGH_MOON) for phase in (0, 45, 90, 135, 180)]
    assert values == sorted(values)
    assert values[2] - values[0] > 2


def test_moonlight_grows_towards_the_moon():
    place = {"phase_angle": 30, "moon_altitude": 50, "altitude": 50}
    values = [moonlight(**place, separation=apart) for apart in (0, 2, 9.9, 10.1, 30, 80)]
    assert values == sorted(values)
    assert np.isfinite(values).all()
    assert values[3] - values[2] < 0.2  # no step where dust takes over


def test_moonlight_without_moon():
    below = {**HIGH_MOON, "moon_altitude": -0.1}
    assert moonlight(phase_angle=0, **below) == math.inf
    assert sky_brightness(90, -40, moon=math.inf) == pytest.approx(DARK)


def test_clean_air_scatters_less():
    clean, hazy = (moonlight(10, **HIGH_MOON, coefficient=k) for k in (0.1, 0.4))
    assert clean > hazy


def test_the_day_outshines_the_moon():
    assert sky_brightness(50, 30, moon=18) == pytest.approx(sky_brightness(50, 30), abs=1e-4)
