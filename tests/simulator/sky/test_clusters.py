import numpy as np
import pytest

from indinb.simulator.astrometry import cone, spherical, tangents, unit_vectors
from indinb.simulator.sky.catalog import LIMIT, Catalog
from indinb.simulator.sky.clusters import (
    GLOBULAR,
    NEBULOUS,
    OPEN,
    POPULATIONS,
    Clusters,
    members,
)
from indinb.simulator.sky.faint import FAINTEST
from indinb.simulator.sky.ongc import entries

ALL = {entry.name: entry for entry in entries(*POPULATIONS)}
M13, M67, M45, M42 = (ALL[name] for name in ("NGC6205", "NGC2682", "Mel022", "NGC1976"))


def magnitude_of(magnitudes):
    return -2.5 * np.log10(np.sum(10 ** (-0.4 * np.asarray(magnitudes, float))))


def distances(stars, cluster):
    """Arcminutes from the centre."""
    chords = np.linalg.norm(stars.directions - cluster.direction, axis=-1)
    return np.degrees(2 * np.arcsin(chords / 2)) * 60


@pytest.mark.parametrize("population", POPULATIONS.values(), ids=POPULATIONS)
def test_members_have_their_share_of_the_light(population):
    places = (np.arange(population.count) + 0.5) / population.count
    stars = population.magnitudes(8.0, places)
    assert 10 ** (0.4 * (8 - magnitude_of(stars))) == pytest.approx(population.share, rel=0.02)
    assert stars.min() == pytest.approx(8 + population.brightest, abs=0.15)
    assert stars.max() == pytest.approx(8 + population.brightest + population.depth, abs=0.1)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", ["NGC6205", "NGC5904", "NGC7078", "NGC6366", "NGC7006"])
def test_members_and_glow_are_the_whole_globular_cluster(name, seed):
    cluster = ALL[name]
    total = GLOBULAR.usual if cluster.magnitude is None else cluster.magnitude
    parts = [*members(cluster, seed).magnitudes, GLOBULAR.glow(total)]
    assert magnitude_of(parts) == pytest.approx(total, abs=0.02)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_light_of_a_faint_open_cluster(seed):
    cluster = M67._replace(v=9.0)  # all of its members are fainter than the catalogue's limit
    assert magnitude_of(members(cluster, seed).magnitudes) == pytest.approx(9.0, abs=0.1)


@pytest.mark.parametrize(("cluster", "fainter"), [(M45, 3), (M67, 0.3), (M42, 2)])
def test_invented_light_leaves_room_for_the_real_members(cluster, fainter):
    assert magnitude_of(members(cluster).magnitudes) > cluster.magnitude + fainter


def test_the_pleiades_do_not_shine_more_than_they_do():
    real = Catalog().stars(M45.direction, M45.major / 120, limit=LIMIT).magnitudes
    assert magnitude_of([*members(M45).magnitudes, *real]) == pytest.approx(1.2, abs=0.3)


def test_a_globular_cluster_is_dense_in_the_middle():
    away = distances(members(M13), M13)
    assert away.max() < M13.major / 2
    assert np.median(away) == pytest.approx(M13.major / 2 / GLOBULAR.concentration, rel=0.1)
    inner, outer = np.count_nonzero(away < 1), np.count_nonzero(away > 6)
    assert inner / 1**2 > 30 * outer / (8.25**2 - 6**2)


def test_an_open_cluster_is_loose():
    away = distances(members(M67), M67)
    assert away.max() < 16.5
    assert 4 < np.median(away) < 9
    assert 200 < len(away) < 600


def test_members_are_round_about_the_centre():
    stars = members(M13)
    east, north = tangents(M13.direction)
    offsets = (stars.directions - M13.direction) @ np.column_stack([east, north])
    np.testing.assert_allclose(offsets.mean(axis=0), 0, atol=np.radians(0.2 / 60))
    assert np.std(offsets[:, 0]) == pytest.approx(np.std(offsets[:, 1]), rel=0.1)
    np.testing.assert_allclose(np.linalg.norm(stars.directions, axis=-1), 1)


@pytest.mark.parametrize("dec", [90, -90, 89.95])
def test_a_cluster_at_the_pole_is_as_round(dec):
    away = distances(members(M13._replace(dec=dec)), M13._replace(dec=dec))
    np.testing.assert_allclose(np.sort(away), np.sort(distances(members(M13), M13)))


def test_members_are_neither_the_catalogues_nor_too_faint():
    for cluster in ALL.values():
        magnitudes = members(cluster).magnitudes
        assert (magnitudes >= LIMIT).all()
        assert (magnitudes <= FAINTEST).all()


def test_the_light_that_is_too_faint_glows():
    assert GLOBULAR.glow(5.0) == pytest.approx(5 - 2.5 * np.log10(0.4))
    assert 10 < GLOBULAR.glow(10.0) < 10 + 2.5 * np.log10(1 / 0.4)
    assert GLOBULAR.glow(13.0) == 13.0  # no star of it is bright enough


def test_each_cluster_and_each_seed_has_stars_of_its_own():
    twin = M13._replace(name="NGC6205 B")
    for other in (members(twin), members(M13, seed=1)):
        assert not np.isin(other.colors, members(M13).colors).all()
    np.testing.assert_array_equal(members(M13).directions, members(M13).directions)


def test_what_is_not_listed_is_usual():
    nameless = M67._replace(v=None, b=None, major=None)
    stars = members(nameless)
    assert magnitude_of(stars.magnitudes) == pytest.approx(OPEN.usual, abs=0.1)
    assert distances(stars, nameless).max() < 2.5


def test_a_cluster_with_nebula_has_fewer_stars():
    assert NEBULOUS.count < OPEN.count
    assert len(members(M42)) < len(members(M42._replace(type="OCl")))


def test_a_cone_finds_members_of_clusters_that_reach_into_it():
    clusters = Clusters()
    ra, dec = spherical(M13.direction)
    aside = unit_vectors(ra, dec + 0.2)  # beyond its edge at 8.25 arcmin
    some = clusters.stars(aside, 0.15, limit=18)
    assert 0 < len(some) < len(members(M13))
    assert cone(some.directions, aside, 0.15).all()
    assert len(clusters.stars(aside, 0.01, limit=18)) == 0


def test_a_deeper_limit_only_adds():
    clusters = Clusters(seed=3)
    counts = [len(clusters.stars(M13.direction, 0.5, limit)) for limit in (9, 12, 14, 16, 20)]
    assert counts[0] == 0
    assert counts == sorted(set(counts))
    assert counts[-1] == len(members(M13, seed=3))


@pytest.mark.parametrize("type", POPULATIONS)
def test_no_cluster_is_brighter_than_listed(type):
    for cluster in entries(type):
        magnitudes = members(cluster).magnitudes
        if len(magnitudes) and cluster.magnitude is not None:
            assert magnitude_of(magnitudes) > cluster.magnitude - 0.15, cluster.name


def test_all_members_lie_within_the_listed_size():
    for cluster in list(ALL.values())[::20]:
        size = cluster.major or 5
        assert (distances(members(cluster), cluster) <= size / 2 + 1e-6).all(), cluster.name


def test_a_cluster_at_ra_0h_is_found_from_both_sides():
    clusters = Clusters()
    blanco = ALL["NGC7789"]  # at RA 23h 57m
    for ra in (359.3, 0.3):
        center = unit_vectors(ra, blanco.dec)
        assert len(clusters.stars(center, 1.5, limit=18)) == len(members(blanco))
