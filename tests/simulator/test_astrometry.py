from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import TETE, AltAz, EarthLocation, SkyCoord
from astropy.time import Time

from indinb.instruments.earth import offline
from indinb.simulator.astrometry import (
    Site,
    altaz,
    cone,
    equatorial,
    from_earth_centre,
    horizontal,
    icrs,
    of_date,
    separation,
    sidereal_time,
    spherical,
    tangents,
    tt,
    unit_vectors,
    utc,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*dubious year")  # of astropy, about the future

DATES = [
    datetime(1995, 3, 1, 6, tzinfo=UTC),
    datetime(2026, 11, 27, 2, 30, 15, 250_000, tzinfo=UTC),
    datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),
]
SITE = Site(48.2, 11.6, 520.0)


@pytest.fixture
def directions():
    """Directions all over the sky, both poles and the meridian of RA 0h among them."""
    z, ra = np.random.default_rng(1).uniform([-1, 0], [1, 360], (200, 2)).T
    dec = np.degrees(np.arcsin(z))
    ra = np.append(ra, [0, 0, 359.9999, 0.0001, 0, 123])
    dec = np.append(dec, [90, -90, 10, -10, 0, 89.9999])
    return ra, dec


def arcseconds(ra, dec, other):
    return 3600 * separation(ra, dec, other.ra.deg, other.dec.deg)


@pytest.mark.parametrize("when", DATES)
def test_coordinates_of_date_are_astropys(when, directions):
    with offline():
        theirs = SkyCoord(*directions, unit="deg").transform_to(TETE(obstime=Time(when)))
    assert arcseconds(*of_date(*directions, when), theirs).max() < 0.01


@pytest.mark.parametrize("when", DATES)
def test_icrs_is_astropys(when, directions):
    with offline():
        theirs = SkyCoord(*directions, unit="deg", frame=TETE(obstime=Time(when))).icrs
    assert arcseconds(*icrs(*directions, when), theirs).max() < 0.01


@pytest.mark.parametrize("when", DATES)
def test_there_and_back(when, directions):
    ra, dec = icrs(*of_date(*directions, when), when)
    assert separation(ra, dec, *directions).max() * 3600 < 1e-4
    assert (ra >= 0).all()
    assert (ra < 360).all()


@pytest.mark.parametrize("when", DATES)
@pytest.mark.parametrize("longitude", [-120.5, 0, 11.6])
def test_sidereal_time_is_astropys(when, longitude):
    with offline():
        theirs = Time(when).sidereal_time("apparent", longitude * u.deg).deg
    ours = sidereal_time(when, longitude)
    assert 0 <= ours < 360
    # Theirs knows UT1, which is less than 0.9 s from UTC; beyond the tables it is not known.
    assert abs((ours - theirs + 180) % 360 - 180) * 3600 < 15


def test_altitude_and_azimuth_are_astropys(directions):
    when = DATES[1]
    place = EarthLocation.from_geodetic(SITE.longitude, SITE.latitude, SITE.elevation)
    with offline():
        frame = AltAz(obstime=Time(when), location=place)
        theirs = SkyCoord(*directions, unit="deg").transform_to(frame)
    altitude, azimuth = altaz(unit_vectors(*directions), when, SITE)
    # The Earth's turning in the second that UT1 may be off, and the site's own aberration.
    assert separation(azimuth, altitude, theirs.az.deg, theirs.alt.deg).max() * 3600 < 15


def test_the_horizon_by_hand():
    altitude, azimuth = horizontal([0, 0, -90, 90, 0], [0, 90, 0, 0, 70], latitude=50)
    np.testing.assert_allclose(altitude, [40, 50, 0, 0, 70], atol=1e-12)
    np.testing.assert_allclose(azimuth, [180, 0, 90, 270, 0], atol=1e-6)


@pytest.mark.parametrize("latitude", [-90, -33, 0, 50, 89])
def test_the_horizon_and_back(latitude):
    hour_angle, dec = np.meshgrid([-179.0, -60, 0.1, 130], [-89.0, -20, 0, 45, 89])
    altitude, azimuth = horizontal(hour_angle, dec, latitude)
    again = equatorial(altitude, azimuth, latitude)
    np.testing.assert_allclose(again, [hour_angle, dec], atol=1e-6)


def test_vectors_and_back(directions):
    vectors = unit_vectors(*directions)
    assert vectors.shape == (len(directions[0]), 3)
    assert vectors.dtype == np.float64
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1)
    assert separation(*spherical(vectors), *directions).max() < 1e-9


def test_right_ascension_is_not_negative():
    ra, _ = spherical(unit_vectors([-10, 350, 370], 0))
    np.testing.assert_allclose(ra, [350, 350, 10])


def test_tangents_stand_upright(directions):
    vectors = unit_vectors(*directions)
    east, north = tangents(vectors)
    for one, other in ((east, north), (east, vectors), (north, vectors)):
        np.testing.assert_allclose(np.sum(one * other, axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(np.cross(east, north), vectors, atol=1e-12)
    assert (north[np.abs(directions[1]) < 89, 2] > 0).all()


def test_east_is_where_right_ascension_grows():
    east, north = tangents(unit_vectors(350, 40))
    ra, dec = spherical(unit_vectors(350, 40) + 1e-4 * east)
    assert (float(ra) > 350, round(float(dec), 5)) == (True, 40)
    ra, dec = spherical(unit_vectors(350, 40) + 1e-4 * north)
    assert (round(float(ra), 9), float(dec) > 40) == (350, True)


def test_tangents_at_the_pole_are_those_of_ra_0h():
    east, north = tangents(np.array([0.0, 0.0, 1.0]))
    np.testing.assert_allclose([east, north], [[0, 1, 0], [-1, 0, 0]], atol=1e-12)


@pytest.mark.parametrize(
    ("radius", "inside"), [(0.5, [1]), (1.5, [0, 1, 2]), (100, [0, 1, 2, 3]), (400, range(5))]
)
def test_a_cone_reaches_across_ra_0h(radius, inside):
    around = unit_vectors([359, 0, 1, 90, 180], [0, 0, 0, 0, 0])
    assert np.flatnonzero(cone(around, around[1], radius)).tolist() == list(inside)


def test_each_direction_has_a_radius_of_its_own():
    around = unit_vectors([1, 1, 3], 0)
    assert cone(around, unit_vectors(0, 0), np.array([0.5, 2, 4])).tolist() == [False, True, True]


def test_separation_of_small_and_large_angles():
    assert separation(10, 0, 10 + 1e-7, 0) == pytest.approx(1e-7)
    assert separation(0, 90, 77, -90) == pytest.approx(180)
    assert separation(359.5, 60, 0.5, 60) == pytest.approx(0.5, rel=1e-3)


def test_julian_dates_are_astropys():
    for when in DATES:
        assert sum(utc(when)) == pytest.approx(Time(when).jd, abs=1e-9)
    since_2017 = Time(DATES[1]).tt
    assert sum(tt(DATES[1])) == pytest.approx(since_2017.jd, abs=1e-9)


def test_time_zones_do_not_matter():
    there = DATES[1].astimezone(timezone(timedelta(hours=5)))
    assert utc(there) == utc(DATES[1])


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match=r"tzinfo=datetime\.UTC"):
        of_date(0, 0, datetime(2026, 1, 1))


def test_a_site_turns_with_the_earth():
    place = EarthLocation.from_geodetic(SITE.longitude, SITE.latitude, SITE.elevation)
    with offline():
        theirs = place.get_gcrs_posvel(Time(DATES[1]))[0].xyz.to_value(u.m)
    ours = from_earth_centre(DATES[1], SITE) * u.au.to(u.m)
    assert np.linalg.norm(ours - theirs) < 500  # it moves 310 m in a second of time


# Examples worked out in Jean Meeus, Astronomical Algorithms, 2nd edition.
MEEUS = datetime(1987, 4, 10, 19, 21, tzinfo=UTC)
WASHINGTON = Site(38 + 55 / 60 + 17 / 3600, -(77 + 3 / 60 + 56 / 3600))


def test_sidereal_time_by_the_book():
    """Chapter 12, to the second by which UT1 may be off."""
    midnight = MEEUS.replace(hour=0, minute=0)
    book = 15 * (13 + 10 / 60 + 46.1351 / 3600)
    assert sidereal_time(midnight, 0) == pytest.approx(book, abs=1e-4)


def test_altitude_and_azimuth_by_the_book():
    """Chapter 13: Venus, seen from Washington; the book counts azimuth from the south."""
    ra, dec = 15 * (23 + 9 / 60 + 16.641 / 3600), -(6 + 43 / 60 + 11.61 / 3600)
    hour_angle = sidereal_time(MEEUS, WASHINGTON.longitude) - ra
    altitude, azimuth = horizontal(hour_angle, dec, WASHINGTON.latitude)
    assert float(altitude) == pytest.approx(15.1249, abs=2e-4)
    assert float(azimuth) == pytest.approx(68.0337 + 180, abs=2e-4)


def test_aberration_is_twenty_seconds_towards_the_motion_of_the_earth():
    """At the pole of the ecliptic it is the same all year, and turns around it."""
    pole = (270.0, 66.56)
    places = []
    for month in range(1, 13):
        when = datetime(2026, month, 21, tzinfo=UTC)
        # What is left when the turning of the equator is taken out again by a rotation alone.
        angles = separation(*of_date(*pole, when), *of_date(90, -66.56, when))
        places.append((180 - float(angles)) * 3600)
    # Both ends of the axis are drawn to the same side, by 20.5 arcsec each.
    np.testing.assert_allclose(places, 41, atol=0.7)


def test_distances_between_stars_last():
    """Turning the equator moves none against its neighbours; aberration does by 0.01 %."""
    when = DATES[2]
    (ra, other_ra), (dec, other_dec) = of_date([40, 41], [50, 50], when)
    before, after = separation(40, 50, 41, 50), separation(ra, dec, other_ra, other_dec)
    assert float(after) == pytest.approx(float(before), rel=2e-4)


@pytest.mark.parametrize("convert", [of_date, icrs])
def test_shapes_are_kept(convert):
    ra, dec = convert(np.zeros((2, 3)), np.full((2, 3), 45), DATES[0])
    assert ra.shape == dec.shape == (2, 3)
    assert np.ndim(convert(1, 2, DATES[0])[0]) == 0


@pytest.mark.parametrize("latitude", [90, -90])
def test_at_the_pole_altitude_is_declination(latitude):
    altitude, _ = horizontal([0, 50, 170], [10, -20, 89], latitude)
    np.testing.assert_allclose(altitude, np.sign(latitude) * np.array([10, -20, 89]), atol=1e-9)


def test_the_sky_turns_once_in_a_sidereal_day():
    vega = unit_vectors(279.23, 38.78)
    day = timedelta(seconds=86164.0905)
    before, after = (altaz(vega, when, SITE) for when in (DATES[1], DATES[1] + day))
    np.testing.assert_allclose(before, after, atol=0.001)
    half = altaz(vega, DATES[1] + day / 2, SITE)
    assert abs(float(half[0]) - float(before[0])) > 10
