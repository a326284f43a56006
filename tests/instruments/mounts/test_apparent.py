"""Quick directions: against astropy's frames."""

import pytest
from astropy import units as u
from astropy.coordinates import TETE, AltAz, EarthLocation, HADec, SkyCoord, get_sun
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

from indinb.instruments.earth import offline
from indinb.instruments.mounts import apparent
from indinb.instruments.mounts.apparent import Equatorial

NOW = Time("2026-06-15T20:30")
CALAR_ALTO = EarthLocation(lat=37.2 * u.deg, lon=-2.5 * u.deg, height=0 * u.m)

hours = st.floats(0, 23.9999)
declinations = st.floats(-90, 90)


def _sky(place: Equatorial, frame: object = "icrs") -> SkyCoord:
    return SkyCoord(place.ra * u.hourangle, place.dec * u.deg, frame=frame)


@pytest.mark.parametrize("ra", [0.0, 5.5, 23.99])
@pytest.mark.parametrize("dec", [-89.0, -12.0, 0.0, 60.0])
@pytest.mark.parametrize("date", ["2000-01-01T12:00", "2026-06-15T20:30", "2027-12-31T23:59"])
def test_directions_are_those_of_astropy(ra: float, dec: float, date: str):
    now = Time(date)
    with offline():
        place = SkyCoord(ra * u.hourangle, dec * u.deg, frame=TETE(obstime=now))
        there = place.transform_to(AltAz(obstime=now, location=CALAR_ALTO))
        assert _sky(apparent.icrs(ra, dec, now)).separation(place.icrs) < 0.01 * u.arcsec
    found = apparent.horizontal(ra, dec, now, 37.2, -2.5)
    seen = SkyCoord(alt=found.altitude * u.deg, az=found.azimuth * u.deg, frame=AltAz())
    flat = SkyCoord(alt=there.alt, az=there.az, frame=AltAz())
    assert seen.separation(flat) < 15 * u.arcsec  # by UT1, and the observer's own motion
    with offline():
        west = place.transform_to(HADec(obstime=now, location=CALAR_ALTO)).ha
    off = west.hour - apparent.hour_angle(ra, now, -2.5)
    assert abs((off + 12) % 24 - 12) < 0.002


@settings(max_examples=50)
@given(hours, declinations)
def test_there_and_back(ra: float, dec: float):
    place = Equatorial(ra, dec)
    back = apparent.icrs(*apparent.of_date(ra, dec, NOW), NOW)
    assert apparent.separation(back, place) < 0.001 / 3600
    over = apparent.horizontal(ra, dec, NOW, 37.2, -2.5)
    back = apparent.equatorial(*over, NOW, 37.2, -2.5)
    assert apparent.separation(back, place) < 0.001 / 3600


@pytest.mark.parametrize("date", ["2026-03-20T14:46", "2026-06-15T20:30", "2026-12-31T00:00"])
def test_the_sun(date: str):
    now = Time(date)
    with offline():
        theirs = get_sun(now).transform_to(TETE(obstime=now))
    ours = _sky(apparent.sun(now), TETE(obstime=now))
    flat = SkyCoord(theirs.ra, theirs.dec, frame=TETE(obstime=now))
    assert ours.separation(flat) < 30 * u.arcsec


@given(hours, declinations, hours, declinations)
def test_separations(ra: float, dec: float, other: float, height: float):
    one, two = Equatorial(ra, dec), Equatorial(other, height)
    wanted = _sky(one).separation(_sky(two)).deg
    assert apparent.separation(one, two) == pytest.approx(wanted, abs=1e-6)
