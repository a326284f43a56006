import sqlite3
import time
from contextlib import closing

import numpy as np
import pytest
from pyongc import DBPATH

from indinb.simulator.astrometry import cone, unit_vectors
from indinb.simulator.sky.deepsky import REFLECTING, DeepSky
from indinb.simulator.sky.ongc import entries


@pytest.fixture(scope="module")
def everything():
    return DeepSky().extended(unit_vectors(0, 0), radius=180)


@pytest.fixture(scope="module")
def named(everything):
    return {thing.name: thing for thing in everything}


@pytest.mark.parametrize(
    ("name", "ra", "dec", "size", "angle", "magnitude"),
    [
        ("NGC0224", 10.685, 41.269, (177.83, 69.66), 35, 3.44),
        ("NGC1976", 83.819, -5.390, (90, 60), None, 4.0),
        ("NGC6720", 283.396, 33.029, (1.27, 1.27), None, 8.8),
    ],
)
def test_well_known_objects(named, name, ra, dec, size, angle, magnitude):
    thing = named[name]
    assert cone(thing.direction, unit_vectors(ra, dec), 0.01)
    assert (thing.major, thing.minor) == size
    assert thing.angle == angle
    assert thing.magnitude == magnitude


@pytest.mark.parametrize(
    ("name", "kind", "profile", "emission"),
    [
        ("NGC0224", "galaxy", "disc", "continuum"),
        ("NGC4486", "galaxy", "spheroid", "continuum"),  # M87, elliptical
        ("NGC3115", "galaxy", "spheroid", "continuum"),  # lenticular
        ("NGC1976", "nebula", "nebula", "hydrogen"),
        ("NGC7000", "nebula", "nebula", "hydrogen"),
        ("NGC2068", "nebula", "nebula", "reflection"),  # M78 reflects the light of stars
        ("NGC6853", "planetary nebula", "nebula", "oxygen"),
        ("NGC1952", "supernova remnant", "nebula", "hydrogen"),
        ("NGC6205", "globular cluster", "spheroid", "continuum"),
    ],
)
def test_kinds(named, name, kind, profile, emission):
    thing = named[name]
    assert (thing.kind, thing.profile, thing.emission) == (kind, profile, emission)


@pytest.mark.parametrize("name", ["NGC1973", "NGC1975", "NGC1977", "NGC1432", "NGC1435", "NGC7023"])
def test_blue_nebulae_reflect_whatever_their_type_says(named, name):
    assert (named[name].kind, named[name].emission) == ("nebula", "reflection")


def test_exceptions_are_nebulae_that_need_one():
    types = {row.name: row.type for row in entries("Cl+N", "HII", "Neb", "EmN", "RfN")}
    assert {types[name] for name in REFLECTING} == {"Cl+N", "HII", "Neb"}


def test_exceptions_have_another_colour_alone(named):
    (entry,) = [row for row in entries("Neb") if row.name == "NGC1973"]
    assert named["NGC1973"].magnitude == entry.magnitude
    maia = named["NGC1432"]  # without a magnitude, so as dark as other nebulae
    area = np.pi / 4 * maia.major * maia.minor * 3600
    assert maia.magnitude + 2.5 * np.log10(area) == pytest.approx(23.5)


def test_a_globular_cluster_glows_less_than_it_shines(named):
    assert 5.8 < named["NGC6205"].magnitude < 7


def test_what_is_not_an_extended_object_is_left_out(named):
    query = "SELECT name FROM objects WHERE type IN ('Dup', 'NonEx', '*', '**', 'OCl', 'GPair')"
    with closing(sqlite3.connect(DBPATH)) as database:
        others = {name for (name,) in database.execute(query)}
    assert len(others) > 1000
    assert others.isdisjoint(named)


def test_all_galaxies_are_there_once(everything):
    names = [thing.name for thing in everything if thing.kind == "galaxy"]
    assert sorted(names) == sorted(entry.name for entry in entries("G"))


def test_every_number_can_be_used(everything):
    sizes = np.array([(thing.major, thing.minor) for thing in everything])
    assert np.isfinite(sizes).all()
    assert (sizes > 0).all()
    magnitudes = np.array([thing.magnitude for thing in everything])
    assert magnitudes.min() > 0
    assert magnitudes.max() < 22
    directions = np.array([thing.direction for thing in everything])
    np.testing.assert_allclose(np.linalg.norm(directions, axis=-1), 1)


def test_an_unmeasured_nebula_is_faint(named):
    nebula = named["IC0360"]  # of 180 by 100 arcmin, without a magnitude
    area = np.pi / 4 * 180 * 100 * 3600
    assert nebula.magnitude + 2.5 * np.log10(area) == pytest.approx(23.5)


def test_a_cone_has_what_reaches_into_it():
    sky = DeepSky()
    beside_m31 = unit_vectors(10.685 + 1.5, 41.269)  # 1.1 degrees from its centre

    def names(radius):
        return {thing.name for thing in sky.extended(beside_m31, radius)}

    assert "NGC0224" in names(0.01)
    assert "NGC0221" not in names(0.01)
    assert names(0.01) < names(2)
    assert {"NGC0221", "NGC0205"} < names(2)


def test_cones_reach_across_ra_0h_and_the_poles(everything):
    sky = DeepSky()
    for center in (unit_vectors(0, 0), unit_vectors(0, 90), unit_vectors(0, -90)):
        found = {thing.name for thing in sky.extended(center, 5)}
        there = {thing.name for thing in everything if cone(thing.direction, center, 5)}
        assert there
        assert there <= found


@pytest.mark.calm
def test_it_loads_soon():
    begin = time.process_time()
    DeepSky()
    assert time.process_time() - begin < 0.5


@pytest.mark.parametrize("hubble", ["E", "E-S0", "E?", "S0", "S0-a", "Sb", "SBc", "IB", ""])
def test_profiles_go_by_hubbles_types(everything, hubble):
    names = {entry.name for entry in entries("G") if entry.hubble == hubble}
    profiles = {thing.profile for thing in everything if thing.name in names}
    assert profiles == {"spheroid" if hubble.startswith("E") or hubble == "S0" else "disc"}


@pytest.mark.parametrize(
    ("type", "kind", "size"),
    [("Neb", "nebula", 5), ("HII", "nebula", 5), ("SNR", "supernova remnant", 20)],
)
def test_what_has_no_size_gets_the_usual_one(named, type, kind, size):
    unknown = [entry for entry in entries(type) if entry.major is None]
    assert unknown
    for entry in unknown:
        thing = named[entry.name]
        assert (thing.kind, thing.major, thing.minor) == (kind, size, size)


def test_what_has_one_axis_is_round(everything):
    single = {row.name for row in entries("PN", "G", "GCl") if row.major and row.minor is None}
    assert len(single) > 200
    assert all(thing.major == thing.minor for thing in everything if thing.name in single)


def test_galaxies_are_as_bright_as_galaxies_are(everything):
    """Mean brightness over the whole size: neither a star's nor nothing."""
    galaxies = [thing for thing in everything if thing.kind == "galaxy"]
    areas = np.array([thing.major * thing.minor for thing in galaxies]) * np.pi / 4 * 3600
    surface = np.array([thing.magnitude for thing in galaxies]) + 2.5 * np.log10(areas)
    assert 21.5 < np.median(surface) < 22.6
    assert np.mean((surface > 20) & (surface < 26)) > 0.99
