import sqlite3
from contextlib import closing

import pytest
from pyongc import DBPATH, ongc

from indinb.simulator.astrometry import spherical
from indinb.simulator.sky.ongc import entries


def listed(name, kind):
    (found,) = [entry for entry in entries(kind) if entry.name == name]
    return found


@pytest.mark.parametrize(
    ("name", "kind"), [("NGC0224", "G"), ("NGC6205", "GCl"), ("NGC1976", "Cl+N"), ("IC0405", "Neb")]
)
def test_an_entry_is_what_the_package_says(name, kind):
    entry, theirs = listed(name, kind), ongc.get(name)
    ra, dec = spherical(entry.direction)
    assert (float(ra), float(dec)) == pytest.approx(
        tuple(angle * 57.29577951308232 for angle in theirs.rad_coords)
    )
    assert (entry.major, entry.minor, entry.angle) == theirs.dimensions
    assert (entry.b, entry.v) == theirs.magnitudes[:2]


def test_types_add_up():
    with closing(sqlite3.connect(DBPATH)) as database:
        query = "SELECT count(*) FROM objects WHERE type IN ('G', 'PN')"
        ((count,),) = database.execute(query)
    both = entries("G", "PN")
    assert len(both) == count == len(entries("G")) + len(entries("PN"))
    assert {entry.type for entry in both} == {"G", "PN"}


def test_there_is_no_such_type():
    assert entries("Comet") == []
    assert entries() == []


def test_v_before_b():
    m31 = listed("NGC0224", "G")
    assert m31.magnitude == m31.v == 3.44
    assert m31._replace(v=None).magnitude == pytest.approx(4.29 - 0.8)
    assert m31._replace(v=None, b=None).magnitude is None
