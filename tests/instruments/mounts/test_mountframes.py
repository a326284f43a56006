"""The coordinates that mounts speak: against astropy, and with mounts of each kind."""

from collections.abc import Callable

import pytest
from astropy import units as u
from astropy.coordinates import FK5, ICRS, TETE, AltAz, EarthLocation, HADec, SkyCoord
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

from indinb import Client, Telescope
from indinb.errors import OutOfRange, UnknownProperty
from indinb.instruments.earth import offline
from indinb.instruments.mounts.frames import (
    HORIZONTAL,
    J2000,
    OF_DATE,
    Coordinates,
    complete,
    coordinates_of,
)
from tests.client.fakes import MOUNT
from tests.instruments.mounts import fakes as mounts

NOW = Time("2026-01-15T20:30")
HERE = EarthLocation(lat=50 * u.deg, lon=14 * u.deg, height=300 * u.m)
M31 = SkyCoord("00h42m44s", "+41d16m09s")
EACH = pytest.mark.parametrize("spoken", [OF_DATE, J2000, HORIZONTAL], ids=lambda each: each.name)


@EACH
@settings(max_examples=25)
@given(st.floats(0, 360), st.floats(-90, 90))
def test_there_and_back(spoken: Coordinates, ra: float, dec: float):
    place = SkyCoord(ra * u.deg, dec * u.deg)
    told = spoken.write(place, NOW, lambda: HERE)
    with offline():
        back = spoken.read(told, NOW, lambda: HERE).icrs
    assert back.separation(place) < 0.001 * u.arcsec


@pytest.mark.parametrize("ra", [0.0, 0.001, 90.0, 359.999])
@pytest.mark.parametrize("dec", [-89.9, -30.0, 0.0, 89.9])
def test_what_is_written_is_what_astropy_says(ra: float, dec: float):
    place = SkyCoord(ra * u.deg, dec * u.deg)
    with offline():
        of_date = place.transform_to(TETE(obstime=NOW))
        j2000 = place.transform_to(FK5(equinox="J2000"))
        over = place.transform_to(AltAz(obstime=NOW, location=HERE))
    told = OF_DATE.write(place, NOW, lambda: HERE)
    written = SkyCoord(told["RA"] * u.hourangle, told["DEC"] * u.deg, frame=TETE(obstime=NOW))
    assert written.separation(of_date) < 0.01 * u.arcsec
    assert 0 <= told["RA"] < 24
    told = J2000.write(place, NOW, lambda: HERE)
    written = SkyCoord(told["RA"] * u.hourangle, told["DEC"] * u.deg, frame=FK5(equinox="J2000"))
    assert written.separation(j2000) < 0.1 * u.arcsec
    told = HORIZONTAL.write(place, NOW, lambda: HERE)
    written = SkyCoord(told["AZ"] * u.deg, told["ALT"] * u.deg, frame=over.frame)
    assert written.separation(over) < 0.01 * u.arcsec


@pytest.mark.parametrize("told", [{"RA": float("nan"), "DEC": 1.0}, {"RA": 1.0, "DEC": 91.0}])
def test_what_is_no_direction(told: dict):
    with pytest.raises(OutOfRange, match="tells no direction"):
        OF_DATE.read(told, NOW, lambda: HERE)


@pytest.mark.parametrize("frame", [AltAz, HADec])
def test_a_direction_from_here_and_now(frame: type):
    bare = SkyCoord(10 * u.deg, 40 * u.deg, frame=frame())
    whole = complete(bare, NOW, lambda: HERE)
    assert (whole.obstime, whole.location) == (NOW, HERE)
    assert whole.spherical.lat == 40 * u.deg
    earlier = SkyCoord(10 * u.deg, 40 * u.deg, frame=frame(obstime=Time("2000-01-01")))
    assert complete(earlier, NOW, lambda: HERE).obstime == Time("2000-01-01")


def test_what_is_on_the_sky_is_complete():
    assert complete(M31, NOW, lambda: pytest.fail("the site was asked for")) is M31
    assert complete(M31.galactic, NOW, lambda: pytest.fail("asked")).frame.name == "galactic"


MOUNTS = {
    OF_DATE: (mounts.OF_DATE, mounts.J2000, mounts.HORIZONTAL),
    J2000: (mounts.J2000, mounts.HORIZONTAL),
    HORIZONTAL: (mounts.HORIZONTAL,),
}


@EACH
def test_mounts_of_each_kind(spoken: Coordinates, connect: Callable[..., Client]):
    client = connect(*MOUNTS[spoken], mounts.POLE, mounts.ABORT, answer=mounts.arriving)
    telescope = Telescope(client.devices[MOUNT])
    assert coordinates_of(telescope.device) is spoken
    assert telescope.slew(M31).separation(M31) < 1 * u.arcsec
    assert telescope.radec.separation(M31) < 1 * u.arcmin  # over the horizon, the sky turns
    assert telescope.altaz.alt.deg == pytest.approx(41.4, abs=0.3)
    assert telescope.object is None
    assert telescope.target.separation(M31) < 1 * u.arcsec
    (wanted,) = mounts.asked(client.server.received, spoken.name)
    assert set(wanted) == set(spoken.members)


@EACH
def test_abort_and_failure_of_each_kind(spoken: Coordinates, connect: Callable[..., Client]):
    client = connect(*MOUNTS[spoken], mounts.POLE, mounts.ABORT, answer=mounts.arriving)
    telescope = Telescope(client.devices[MOUNT])
    assert telescope.slew("M31").separation(M31) < 1 * u.arcmin
    telescope.abort()
    assert telescope.object == "M31"


def test_over_the_horizon_it_has_to_know_where_it_stands(connect: Callable[..., Client]):
    client = connect(mounts.HORIZONTAL, mounts.NOWHERE, answer=mounts.arriving)
    telescope = Telescope(client.devices[MOUNT])
    for use in (lambda: telescope.radec, lambda: telescope.slew(M31)):
        with pytest.raises(OutOfRange, match="does not know where it stands"):
            use()


def test_on_the_sky_it_need_not(connect: Callable[..., Client]):
    client = connect(mounts.J2000, mounts.NOWHERE, answer=mounts.arriving)
    telescope = Telescope(client.devices[MOUNT])
    assert telescope.slew(M31).separation(M31) < 1 * u.arcsec
    assert telescope.radec.is_equivalent_frame(ICRS())


def test_a_mount_without_coordinates(connect: Callable[..., Client]):
    telescope = Telescope(connect(mounts.PARK).devices[MOUNT])
    with pytest.raises(UnknownProperty, match="EQUATORIAL_EOD_COORD"):
        telescope.slew(M31)
