"""Stars that change: their light curves, and what the sky makes of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from indinb.simulator.astrometry import altaz, unit_vectors, utc
from indinb.simulator.sky import Sky
from indinb.simulator.sky.stars import Stars
from indinb.simulator.sky.variables import (
    VARIABLES,
    Variable,
    contact,
    eclipses,
    pulsation,
    shining,
)
from indinb.simulator.world import CALAR_ALTO, WINTER_EVENING

PHASES = np.linspace(0, 1, 10_001)
BY_NAME = {variable.name: variable for variable in VARIABLES}
HOUR = 1 / 24

each_variable = pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)


@pytest.fixture(scope="module")
def sky() -> Sky:
    return Sky()


def field(*stars: tuple[float, float, float]) -> Stars:
    """Stars by right ascension, declination and magnitude."""
    ra, dec, magnitudes = np.array(stars, float).reshape(-1, 3).T
    nothing = np.zeros(len(stars))
    return Stars(
        unit_vectors(ra, dec),
        magnitudes.astype(np.float32),
        nothing.astype(np.float32),
        nothing.astype(bool),
    )


def test_an_eclipse_is_as_deep_and_as_long_as_asked() -> None:
    missing = eclipses(PHASES, first=1.2, second=0.3, width=0.2)
    assert missing[0] == pytest.approx(1.2)
    assert missing[5000] == pytest.approx(0.3)
    in_eclipse = PHASES[(missing > 1e-9) & (PHASES < 0.25)]
    assert in_eclipse.max() == pytest.approx(0.1, abs=0.001)
    assert missing[(PHASES > 0.11) & (PHASES < 0.39)].max() < 1e-9


def test_eclipses_are_alike_before_and_after() -> None:
    missing = eclipses(PHASES, first=1.2, second=0.3, width=0.2)
    np.testing.assert_allclose(missing, missing[::-1], atol=1e-12)


def test_touching_stars_never_rest() -> None:
    missing = contact(PHASES, first=0.8, second=0.6)
    assert missing[0] == pytest.approx(0.8)
    assert missing[5000] == pytest.approx(0.6)
    assert missing[2500] == pytest.approx(0)
    resting = np.abs(np.diff(missing)) < 1e-6
    assert np.count_nonzero(resting) < 50


@pytest.mark.parametrize("rise", [0.2, 0.3, 0.5])
def test_a_pulsation_rises_in_its_part_of_the_period(rise: float) -> None:
    missing = pulsation(PHASES, amplitude=0.7, rise=rise)
    assert missing.min() == pytest.approx(0)
    assert missing.max() == pytest.approx(0.7)
    assert PHASES[missing.argmax()] == pytest.approx(1 - rise, abs=0.001)
    rising = missing[missing.argmax() :]
    assert (np.diff(rising) <= 0).all()


def test_phases_count_beyond_one_period() -> None:
    for curve in (lambda phase: pulsation(phase, 0.7, 0.3), lambda phase: contact(phase, 0.8, 0.6)):
        np.testing.assert_allclose(curve(PHASES + 3), curve(PHASES), atol=1e-9)
        np.testing.assert_allclose(curve(PHASES - 1), curve(PHASES), atol=1e-9)


@each_variable
def test_curves_have_no_steps(variable: Variable) -> None:
    missing = variable.curve(PHASES)
    assert np.abs(np.diff(missing)).max() < 0.01
    assert missing[0] == pytest.approx(missing[-1], abs=1e-9)
    assert missing.min() == pytest.approx(0, abs=1e-9)


@each_variable
def test_it_is_the_same_a_period_later(variable: Variable) -> None:
    dates = 2461056.35 + PHASES * variable.period
    np.testing.assert_allclose(
        variable.change(dates), variable.change(dates + 5 * variable.period), atol=1e-4
    )


@each_variable
def test_its_mean_light_is_that_of_the_catalogue(variable: Variable) -> None:
    dates = variable.epoch + np.arange(1000) / 1000 * variable.period
    light = 10 ** (-0.4 * variable.change(dates))
    assert light.mean() == pytest.approx(1, abs=1e-4)
    assert variable.change(dates).min() < -0.02 < 0.2 < variable.change(dates).max()


@pytest.mark.parametrize(
    ("name", "amplitude"),
    [
        ("bet Per", 3.39 - 2.12),
        ("RZ Cas", 7.8 - 6.4),
        ("bet Lyr", 4.36 - 3.25),
        ("W UMa", 8.48 - 7.75),
        ("del Cep", 4.37 - 3.48),
        ("eta Aql", 4.33 - 3.48),
        ("zet Gem", 4.18 - 3.62),
        ("VZ Cnc", 7.91 - 7.18),
    ],
)
def test_ranges_are_those_of_the_catalogues(name: str, amplitude: float) -> None:
    variable = BY_NAME[name]
    change = variable.change(variable.epoch + PHASES * variable.period)
    assert np.ptp(change) == pytest.approx(amplitude, abs=0.005)


@pytest.mark.parametrize("name", ["bet Per", "RZ Cas", "bet Lyr", "W UMa"])
def test_eclipsed_stars_are_faintest_at_the_epoch(name: str) -> None:
    variable = BY_NAME[name]
    change = variable.change(variable.epoch + PHASES * variable.period)
    assert variable.change(variable.epoch) == pytest.approx(change.max())


@pytest.mark.parametrize("name", ["del Cep", "eta Aql", "zet Gem", "VZ Cnc"])
def test_pulsating_stars_are_brightest_at_the_epoch(name: str) -> None:
    variable = BY_NAME[name]
    change = variable.change(variable.epoch + PHASES * variable.period)
    assert variable.change(variable.epoch) == pytest.approx(change.min())


def test_eclipses_of_algol_last_ten_hours() -> None:
    algol = BY_NAME["bet Per"]
    hours = np.arange(-10, 10, 0.01)
    change = algol.change(algol.epoch + hours * HOUR)
    in_eclipse = hours[change > change.min() + 1e-6]
    assert np.ptp(in_eclipse) == pytest.approx(9.8, abs=0.1)


@each_variable
def test_each_is_a_star_of_the_catalogue_and_the_only_one_that_changes(
    sky: Sky, variable: Variable
) -> None:
    mean = sky.stars(variable.direction, 1.0, limit=12)
    now = sky.stars(variable.direction, 1.0, limit=12, when=WINTER_EVENING)
    np.testing.assert_array_equal(mean.directions, now.directions)
    (changed,) = np.flatnonzero(mean.magnitudes != now.magnitudes)
    assert not mean.invented[changed]
    assert mean.magnitudes[changed] < 8
    assert mean.directions[changed] @ variable.direction > np.cos(np.radians(5 / 3600))
    difference = now.magnitudes[changed] - mean.magnitudes[changed]
    assert difference == pytest.approx(variable.change(sum(utc(WINTER_EVENING))), abs=1e-5)


def test_the_catalogue_itself_is_left_alone(sky: Sky) -> None:
    center = BY_NAME["W UMa"].direction
    before = sky.stars(center, 0.5, limit=10).magnitudes.copy()
    sky.stars(center, 0.5, limit=10, when=WINTER_EVENING)
    np.testing.assert_array_equal(sky.stars(center, 0.5, limit=10).magnitudes, before)


def test_where_nothing_varies_nothing_changes(sky: Sky) -> None:
    pleiades = unit_vectors(56.75, 24.1)
    stars, now = (sky.stars(pleiades, 2, limit=14, when=when) for when in (None, WINTER_EVENING))
    for column in Stars.__slots__:
        np.testing.assert_array_equal(getattr(stars, column), getattr(now, column))
    some = field((10.0, 41.0, 5.0))
    assert shining(some, WINTER_EVENING) is some
    assert len(shining(field(), WINTER_EVENING)) == 0


def test_of_two_stars_at_its_place_it_is_the_brighter_one() -> None:
    cepheid = BY_NAME["del Cep"]
    pair = field((cepheid.ra, cepheid.dec, 9.0), (cepheid.ra, cepheid.dec + 0.001, 4.0))
    faint, bright = shining(pair, WINTER_EVENING).magnitudes
    assert faint == 9
    assert bright != 4


def test_magnitudes_stay_narrow() -> None:
    variable = VARIABLES[0]
    stars = field((variable.ra, variable.dec, 2.0))
    assert shining(stars, WINTER_EVENING).magnitudes.dtype == np.float32


def test_times_need_a_time_zone() -> None:
    variable = VARIABLES[0]
    with pytest.raises(ValueError, match="time zone"):
        shining(field((variable.ra, variable.dec, 2.0)), datetime(2026, 1, 15))


def test_algol_is_rising_from_an_eclipse_on_the_first_evening() -> None:
    algol = BY_NAME["bet Per"]
    middle = datetime(2026, 1, 15, 18, 11, tzinfo=UTC)
    minutes = np.arange(-90, 90)
    change = [algol.change(sum(utc(middle + timedelta(minutes=int(each))))) for each in minutes]
    assert abs(minutes[np.argmax(change)]) < 5
    assert algol.change(sum(utc(WINTER_EVENING))) > 0.3


def test_a_whole_period_can_be_followed_high_in_the_sky_in_the_first_night() -> None:
    star = BY_NAME["VZ Cnc"]
    nights = [WINTER_EVENING + timedelta(hours=1 + hour) for hour in (0, star.period / HOUR)]
    altitudes = [float(altaz(star.direction, when, CALAR_ALTO)[0]) for when in nights]
    assert min(altitudes) > 30


def test_curves_may_be_exchanged() -> None:
    star = replace(BY_NAME["VZ Cnc"], curve=lambda phase: np.zeros_like(phase))
    assert star.change(star.epoch) == pytest.approx(0)
