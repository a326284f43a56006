"""From magnitudes to electrons."""

import numpy as np
import pytest

from indinb.simulator.astrometry import airmass
from indinb.simulator.imaging.photometry import (
    FILTERS,
    GAIA_APERTURE,
    GAIA_EFFICIENCY,
    SOLAR_COLOR,
    dimming,
    electrons,
    find_filter,
    transparency,
)

COLORED = ["Red", "Green", "Blue", "H_Alpha", "SII", "OIII", "LPR"]


def test_five_magnitudes_are_a_factor_of_a_hundred():
    rates = electrons(np.array([5.0, 10.0, 15.0]), 0.002, 0.5)
    assert rates[:-1] / rates[1:] == pytest.approx([100, 100])


def test_gaia_itself_counts_by_its_zero_point():
    vega = electrons(0.0, GAIA_APERTURE, GAIA_EFFICIENCY)
    assert vega == pytest.approx(1.88e10, rel=0.01)


def test_light_grows_with_area_and_efficiency():
    assert electrons(9.0, 2.0, 0.3) == pytest.approx(6 * electrons(9.0, 1.0, 0.1))


def test_luminance_does_not_care_for_colour():
    kept = dimming(np.array([-0.3, 0.8, 3.0]), FILTERS["Luminance"])
    assert kept == pytest.approx([0.7, 0.7, 0.7])


@pytest.mark.parametrize("name", COLORED)
def test_a_filter_takes_light_away(name):
    band, clear = FILTERS[name], FILTERS["Luminance"]
    assert 0 < band.stars < clear.stars
    assert 0 < band.glow < clear.glow
    assert max(band.hydrogen, band.oxygen) < clear.hydrogen


def test_red_stars_are_brighter_in_red():
    colors = np.array([0.0, SOLAR_COLOR, 2.5])
    ratio = dimming(colors, FILTERS["Red"]) / dimming(colors, FILTERS["Blue"])
    assert (np.diff(ratio) > 0).all()


def test_a_colour_of_nonsense_stays_finite():
    assert np.isfinite(dimming([np.inf, -np.inf, np.nan, 90.0], FILTERS["Blue"])).all()


def test_colours_add_up_to_about_all_light():
    parts = sum(FILTERS[name].stars for name in ("Red", "Green", "Blue"))
    assert parts == pytest.approx(FILTERS["Luminance"].stars, rel=0.1)


def test_narrow_bands_pass_their_own_lines():
    hydrogen, oxygen = FILTERS["H_Alpha"], FILTERS["OIII"]
    assert hydrogen.throughput("hydrogen") > 4 * hydrogen.throughput("oxygen")
    assert oxygen.throughput("oxygen") > 4 * oxygen.throughput("hydrogen")
    assert hydrogen.throughput("continuum") == hydrogen.stars


def test_narrow_bands_bring_out_nebulae():
    for name, line in (("H_Alpha", "hydrogen"), ("OIII", "oxygen"), ("LPR", "hydrogen")):
        band, clear = FILTERS[name], FILTERS["Luminance"]
        contrast = band.throughput(line) / band.glow
        assert contrast > 2 * clear.throughput(line) / clear.glow


def test_dust_reflects_blue_light():
    red, green, blue = (FILTERS[name] for name in ("Red", "Green", "Blue"))
    assert red.throughput("reflection") < red.stars
    assert green.throughput("reflection") > 1.2 * green.stars
    assert blue.throughput("reflection") > 1.5 * blue.stars
    clear = FILTERS["Luminance"]
    assert clear.throughput("reflection") == pytest.approx(clear.stars)


def test_hydrogen_and_oxygen_share_the_light():
    for band in FILTERS.values():
        both = band.throughput("hydrogen and oxygen")
        assert both == pytest.approx((band.hydrogen + band.oxygen) / 2)


@pytest.mark.parametrize("name", ["Clear", "", "Filter 9", "red"])
def test_an_unknown_filter_is_clear(name):
    assert find_filter(name) is FILTERS["Luminance"]


def test_blanks_around_a_name_do_not_count():
    assert find_filter(" H_Alpha ") is FILTERS["H_Alpha"]


def test_airmass_is_about_the_secant():
    for altitude in (30.0, 45.0, 60.0, 80.0):
        assert airmass(altitude) == pytest.approx(1 / np.sin(np.radians(altitude)), rel=0.01)


def test_airmass_is_finite_at_the_horizon_and_below():
    assert airmass(0.0) == airmass(-20.0) == pytest.approx(38, abs=1)


def test_air_takes_more_of_the_blue():
    red, blue = (transparency(30.0, 0.0, FILTERS[name]) for name in ("Red", "Blue"))
    assert blue < red < 1


def test_clouds_add_magnitudes():
    clear, cloudy = (transparency(50.0, clouds, FILTERS["Red"]) for clouds in (0.0, 1.0))
    assert clear / cloudy == pytest.approx(10**0.4)
