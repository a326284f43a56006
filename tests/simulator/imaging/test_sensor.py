"""From light to numbers."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from indinb.simulator.imaging.inputs import Region
from indinb.simulator.imaging.sensor import PEDESTAL, Sensor, egain, generator

SENSOR = Sensor(width=320, height=240)


def even(level, shape=(240, 320)):
    return np.full(shape, level, np.float32)


def read(level, number=1, sensor=SENSOR, **settings):
    return sensor.read_out(even(level), generator(0, 0, number), **settings).astype(float)


@pytest.mark.parametrize("gain", [0, 50, 90, 100])
def test_photon_transfer_gives_the_gain(gain):
    level = 20_000.0
    first, second = (read(level, number, gain=gain) for number in (1, 2))
    variance = (first - second).var() / 2
    mean = ((first + second) / 2).mean() - PEDESTAL
    noise = (SENSOR.read_noise / egain(gain)) ** 2
    assert mean / (variance - noise) == pytest.approx(egain(gain), rel=0.05)


def test_variance_grows_with_light():
    levels = [100.0, 1000.0, 10_000.0, 40_000.0]
    variances = [(read(level, 1) - read(level, 2)).var() / 2 for level in levels]
    assert variances == pytest.approx([level + 25 for level in levels], rel=0.05)


def test_bias_frames_have_the_read_noise_about_the_pedestal():
    bias = read(0.0)
    assert bias.mean() == pytest.approx(PEDESTAL, abs=0.1)
    assert bias.std() == pytest.approx(SENSOR.read_noise, rel=0.03)


def test_the_offset_adds():
    assert np.array_equal(read(100.0, offset=25), read(100.0) + 25)


def test_gain_is_in_tenths_of_a_decibel():
    assert egain(30) / egain(90) == pytest.approx(10 ** (6 / 20))


def test_full_pixels_are_all_the_same():
    assert set(read(1e6).ravel()) == {SENSOR.full_well + PEDESTAL}


def test_the_converter_ends_before_a_pixel_is_full():
    assert set(read(1e6, gain=100).ravel()) == {SENSOR.max_adu}


def test_numbers_do_not_go_below_zero():
    assert read(0.0, offset=-PEDESTAL).min() == 0


@pytest.mark.parametrize("binning", [(2, 2), (3, 1), (4, 4)])
def test_binning_adds_charge(binning):
    binned = read(100.0, binning=binning)
    across, down = binning
    assert binned.shape == (240 // down, 320 // across)
    assert binned.mean() - PEDESTAL == pytest.approx(100 * across * down, rel=0.01)
    assert binned.var() == pytest.approx(100 * across * down + 25, rel=0.1)


def test_binning_adds_the_right_pixels():
    charge = np.zeros((7, 9), np.float32)
    charge[2:4, 4:6] = 1000
    binned = SENSOR.read_out(charge, generator(0, 0, 0), binning=(2, 2)).astype(float) - PEDESTAL
    assert binned.shape == (3, 4)
    assert binned[1, 2] == pytest.approx(4000, abs=400)
    assert np.abs(np.delete(binned.ravel(), 6)).max() < 50


def test_a_full_pixel_gives_no_more_to_its_bin():
    charge = even(10.0)
    charge[0, 0] = 1e6
    binned = SENSOR.read_out(charge, generator(0, 0, 0), gain=0, binning=(2, 2))
    assert binned[0, 0] == pytest.approx(PEDESTAL + 60_030 / egain(0), rel=0.02)


@pytest.mark.parametrize("gain", [0, 45, 90, 100])
@pytest.mark.parametrize("offset", [0, 250])
@pytest.mark.parametrize("binning", [(1, 1), (2, 1), (4, 4)])
def test_the_number_of_a_full_pixel_is_known(gain, offset, binning):
    brightest = read(1e6, gain=gain, offset=offset, binning=binning).max()
    assert brightest == SENSOR.saturation(gain, offset, binning)


def test_reading_does_not_change_the_charge():
    charge = even(50_000.0)
    for binning in ((1, 1), (2, 2)):
        SENSOR.read_out(charge, generator(0, 0, 0), binning=binning)
    assert (charge == 50_000).all()


def test_the_same_frame_is_the_same_and_another_is_not():
    first, again, other = read(500.0, 7), read(500.0, 7), read(500.0, 8)
    assert hashlib.sha256(first).digest() == hashlib.sha256(again).digest()
    assert np.corrcoef(first.ravel(), other.ravel())[0, 1] == pytest.approx(0, abs=0.02)


def test_seed_and_chip_make_other_noise():
    draws = {generator(*of).standard_normal() for of in ((0, 0, 1), (1, 0, 1), (0, 1, 1))}
    assert len(draws) == 3


def test_a_little_more_light_is_a_little_more_signal():
    change = read(1000.5) - read(1000.0)
    assert change.mean() == pytest.approx(0.5, abs=0.05)
    assert change.max() <= 2


def test_dark_grows_with_time_and_heat():
    level = SENSOR.dark(60.0, 0.0, SENSOR.region)
    longer, warmer = SENSOR.dark(120.0, 0.0, SENSOR.region), SENSOR.dark(60.0, 6.0, SENSOR.region)
    assert np.median(level) == pytest.approx(60 * SENSOR.dark_current)
    assert longer == pytest.approx(2 * level)
    assert warmer == pytest.approx(2 * level)


def test_no_exposure_makes_no_dark_current():
    assert not SENSOR.dark(0.0, 30.0, SENSOR.region).any()


def test_some_pixels_are_hot_and_stay_so():
    dark = SENSOR.dark(60.0, 0.0, SENSOR.region)
    hot = dark > 10 * np.median(dark)
    assert hot.sum() == pytest.approx(0.0005 * dark.size, abs=3)
    assert np.array_equal(hot, SENSOR.dark(10.0, 20.0, SENSOR.region) > 10 * 0.5 * 2 ** (20 / 6))
    other = replace(SENSOR, seed=1)
    assert not np.array_equal(dark, other.dark(60.0, 0.0, other.region))


def test_the_dark_of_a_part_is_a_part_of_the_dark():
    region = Region(33, 44, 101, 67)
    whole = SENSOR.dark(60.0, 10.0, SENSOR.region)
    assert np.array_equal(SENSOR.dark(60.0, 10.0, region), whole[region.slices])


def test_pixels_differ_by_half_a_percent():
    clean = replace(SENSOR, dust=0).sensitivity()
    assert clean.mean() == pytest.approx(1, abs=1e-3)
    assert clean.std() == pytest.approx(0.005, rel=0.05)


def test_dust_throws_shadows_a_few_percent_deep():
    smooth = replace(SENSOR, unevenness=0.0).sensitivity()
    assert 0.90 < smooth.min() < 0.99
    assert smooth.max() == pytest.approx(1)
    assert 0.005 < (smooth < 0.999).mean() < 0.3


def test_each_chip_has_faults_of_its_own():
    assert np.array_equal(SENSOR.sensitivity(), SENSOR.sensitivity())
    assert not np.array_equal(SENSOR.sensitivity(), replace(SENSOR, seed=3).sensitivity())
