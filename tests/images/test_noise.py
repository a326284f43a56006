import numpy as np
import pytest

from indinb.images.noise import Noise, sky_noise


def sky(sigma, level=28.0, size=50_000):
    return np.random.default_rng(0).normal(level, sigma, size)


@pytest.mark.parametrize("sigma", [0.6, 0.9, 1.3, 3, 20])
@pytest.mark.parametrize("step", [0.25, 1, 16])
def test_noise_of_whole_steps_is_that_before_rounding(sigma, step):
    rounded = sky(sigma * step, 1000.0 * step) / step
    found = sky_noise(rounded.round() * step)
    assert found.sigma == pytest.approx(sigma * step, rel=0.15)


def test_stars_do_not_make_noise():
    video = sky(0.9).round()
    video[:2000] = 245
    assert sky_noise(video).sigma == pytest.approx(0.95, abs=0.05)


def test_fine_numbers_have_no_step():
    sigma, step = sky_noise(sky(0.01))
    assert sigma == pytest.approx(0.01, rel=0.05)
    assert step == 0


def test_a_sky_without_noise_has_that_of_rounding():
    video = np.full(1000, 28.0)
    video[:30] = 29
    assert sky_noise(video) == (0.5, 1)
    video[:30] = 900
    assert sky_noise(video) == (0.5, 1)


def test_what_is_the_same_all_over_tells_of_no_noise():
    assert sky_noise(np.full(100, 28.0)) == Noise(0, 0)


def test_an_empty_border_is_no_sky():
    frame = sky(10, 1000.0, 1000).round()
    frame[:600] = 0
    assert sky_noise(frame).sigma == 0
