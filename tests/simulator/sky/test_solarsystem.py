from dataclasses import fields
from datetime import UTC, datetime, timedelta

import ephem
import numpy as np
import pytest
from astropy.coordinates import TETE, EarthLocation, SkyCoord, get_body
from astropy.time import Time

from indinb.instruments.earth import offline
from indinb.simulator.astrometry import Site, of_date, separation, spherical
from indinb.simulator.sky.solarsystem import NAMES, bodies, sun_altitude

SITES = [Site(48.2, 11.6, 520), Site(-70, -120), Site(0, 179.9, 4000)]
NIGHTS = [datetime(2026, 11, 27, 3, tzinfo=UTC) + timedelta(days=83 * n) for n in range(6)]


def arcseconds(body, other):
    return float(separation(*spherical(body.direction), other.ra.deg, other.dec.deg)) * 3600


def body_of(name, when, site=SITES[0]):
    return bodies(when, site)[NAMES.index(name)]


def pyephem(name, when, site=SITES[0]):
    """The same body by another program, on theories of its own."""
    observer = ephem.Observer()
    observer.lat, observer.lon = str(site.latitude), str(site.longitude)
    observer.elevation, observer.pressure = site.elevation, 0
    observer.date = when.replace(tzinfo=None)
    body = getattr(ephem, name)()
    body.compute(observer)
    return body


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("when", NIGHTS[::2])
@pytest.mark.parametrize("name", NAMES)
def test_places_are_astropys(name, when, site):
    place = EarthLocation.from_geodetic(site.longitude, site.latitude, site.elevation)
    with offline():
        seen = get_body(name.lower(), Time(when), place, ephemeris="builtin")
        theirs = SkyCoord(seen.ra, seen.dec, frame=seen.frame.replicate_without_data()).icrs
    # UT1 and UTC differ by some tenths of a second, which turn the site under the Moon.
    assert arcseconds(body_of(name, when, site), theirs) < (0.5 if name == "Moon" else 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_a_telescope_on_coordinates_of_date_finds_them(name):
    when, site = NIGHTS[1], SITES[0]
    place = EarthLocation.from_geodetic(site.longitude, site.latitude, site.elevation)
    with offline():
        seen = get_body(name.lower(), Time(when), place, ephemeris="builtin")
        theirs = seen.transform_to(TETE(obstime=Time(when), location=place))
    ra, dec = of_date(*spherical(body_of(name, when).direction), when)
    # The site's own speed adds 0.3 arcsec of aberration, and light bends near the Sun.
    assert separation(ra, dec, theirs.ra.deg, theirs.dec.deg) * 3600 < 2.5


@pytest.mark.parametrize("when", NIGHTS)
@pytest.mark.parametrize("name", NAMES)
def test_light_and_size_are_pyephems(name, when):
    ours, theirs = body_of(name, when), pyephem(name, when)
    assert ours.radius == pytest.approx(theirs.size / 2, rel=0.02)
    if name != "Sun":
        assert ours.illuminated == pytest.approx(theirs.phase / 100, abs=0.01)
    # Its formulas are older, and differ by up to a magnitude for crescents.
    tolerance = {"Mercury": 0.9, "Venus": 0.6, "Moon": 0.6}.get(name, 0.35)
    assert ours.magnitude == pytest.approx(theirs.mag, abs=tolerance)


def test_the_moon_stands_elsewhere_from_elsewhere():
    here, there = (body_of("Moon", NIGHTS[0], site) for site in (Site(60, 10), Site(-60, 10)))
    assert 1 < float(separation(*spherical(here.direction), *spherical(there.direction))) < 2


def test_phases_of_the_moon():
    full, new = datetime(2026, 11, 24, 15, tzinfo=UTC), datetime(2026, 12, 9, 1, tzinfo=UTC)
    assert body_of("Moon", full).illuminated > 0.99
    assert body_of("Moon", full).magnitude == pytest.approx(-12.6, abs=0.3)
    assert body_of("Moon", new).illuminated < 0.01
    assert body_of("Moon", new).phase_angle > 170


@pytest.mark.parametrize("days", [4, 7, 10, 18, 22, 25])
def test_the_bright_limb_looks_to_the_sun(days):
    when = datetime(2026, 12, 9, 1, tzinfo=UTC) + timedelta(days=days)
    moon, sun = body_of("Moon", when), body_of("Sun", when)
    places = [SkyCoord(*spherical(body.direction), unit="deg") for body in (moon, sun)]
    towards = places[0].position_angle(places[1]).deg
    assert abs((moon.limb_angle - towards + 180) % 360 - 180) < 0.3
    assert (moon.limb_angle > 180) == (days < 14)  # lit in the west while it waxes


def test_rings_make_saturn_brighter():
    wide, edge_on = (body_of("Saturn", datetime(year, 7, 1, tzinfo=UTC)) for year in (2017, 2025))
    assert edge_on.magnitude - wide.magnitude > 0.6


def test_a_thin_crescent_of_venus():
    when = datetime(2026, 10, 24, 4, tzinfo=UTC)  # at inferior conjunction
    venus = body_of("Venus", when)
    assert venus.phase_angle > 163.7
    assert -5 < venus.magnitude < -3.5
    assert venus.radius == pytest.approx(31, abs=1)


@pytest.mark.parametrize("site", SITES)
def test_the_suns_altitude_is_pyephems(site):
    for when in NIGHTS:
        theirs = np.degrees(float(pyephem("Sun", when, site).alt))
        assert sun_altitude(when, site) == pytest.approx(theirs, abs=0.01)


def test_they_move_once_a_second():
    when = NIGHTS[0]
    assert bodies(when + timedelta(milliseconds=900), SITES[0]) is bodies(when, SITES[0])
    later = bodies(when + timedelta(seconds=1), SITES[0])
    for before, after in zip(bodies(when, SITES[0]), later, strict=True):
        moved = np.degrees(np.linalg.norm(after.direction - before.direction)) * 3600
        assert 0 < moved < 1


def test_all_numbers_are_plain():
    for body in bodies(NIGHTS[0], SITES[0]):
        assert body.direction.shape == (3,)
        assert np.linalg.norm(body.direction) == pytest.approx(1)
        others = [getattr(body, field.name) for field in fields(body)[2:]]
        assert [type(number) for number in others] == [float] * len(others)
        assert 0 <= body.limb_angle < 360


def apart(one, other):
    return float(separation(*spherical(one.direction), *spherical(other.direction)))


def test_the_eclipse_of_august_2026_is_total_in_burgos():
    when, burgos = datetime(2026, 8, 12, 18, 29, 45, tzinfo=UTC), Site(42.35, -3.69, 860)
    sun, moon = bodies(when, burgos)[:2]
    assert moon.radius > sun.radius
    assert apart(sun, moon) * 3600 < moon.radius - sun.radius + 10


def test_it_is_partial_in_lisbon():
    sun, moon = bodies(datetime(2026, 8, 12, 18, 36, tzinfo=UTC), Site(38.72, -9.14, 50))[:2]
    assert 60 < apart(sun, moon) * 3600 - (moon.radius - sun.radius) < 300


def test_the_great_conjunction_of_2020():
    when = datetime(2020, 12, 21, 18, 20, tzinfo=UTC)
    jupiter, saturn = (body_of(name, when) for name in ("Jupiter", "Saturn"))
    assert apart(jupiter, saturn) * 60 == pytest.approx(6.1, abs=0.2)
    assert jupiter.magnitude == pytest.approx(-2.0, abs=0.1)
    assert saturn.magnitude == pytest.approx(0.6, abs=0.1)


@pytest.fixture(scope="module")
def years():
    """Each body through eight years, as a list."""
    nights = [NIGHTS[0] + timedelta(days=13.7 * n) for n in range(213)]
    return dict(
        zip(NAMES, zip(*(bodies(when, SITES[0]) for when in nights), strict=True), strict=True)
    )


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("Sun", 943, 976.5),
        ("Moon", 870, 1025),
        ("Mercury", 2.2, 6.6),
        ("Venus", 4.7, 33.2),
        ("Mars", 1.7, 12.6),
        ("Jupiter", 15, 25.2),
        ("Saturn", 7.4, 10.4),
        ("Uranus", 1.6, 2.1),
        ("Neptune", 1.0, 1.2),
    ],
)
def test_sizes_through_the_years(years, name, least, most):
    radii = [body.radius for body in years[name]]
    assert least < min(radii) < max(radii) < most


@pytest.mark.parametrize(
    ("name", "brightest", "faintest"),
    [
        ("Sun", -26.8, -26.7),
        ("Moon", -13, -2),
        ("Mercury", -2.6, 7.5),
        ("Venus", -5.0, -3.6),
        ("Mars", -2.9, 2.0),
        ("Jupiter", -2.95, -1.6),
        ("Saturn", -0.6, 1.3),
        ("Uranus", 5.3, 6.1),
        ("Neptune", 7.6, 8.1),
    ],
)
def test_magnitudes_through_the_years(years, name, brightest, faintest):
    """Between the extremes that Mallama and Hilton give, or a little beyond."""
    magnitudes = [body.magnitude for body in years[name]]
    assert brightest < min(magnitudes) < max(magnitudes) < faintest


@pytest.mark.parametrize(("name", "most"), [("Mercury", 28.4), ("Venus", 47.9)])
def test_inner_planets_stay_near_the_sun(years, name, most):
    elongations = [apart(*pair) for pair in zip(years[name], years["Sun"], strict=True)]
    assert 0.8 * most < max(elongations) < most


@pytest.mark.parametrize("name", NAMES[4:])
def test_outer_planets_are_nearly_full(years, name):
    least = 0.83 if name == "Mars" else 0.98
    assert all(least < body.illuminated <= 1 for body in years[name])


def test_the_sun_is_always_full(years):
    assert {body.illuminated for body in years["Sun"]} == {1.0}
    assert {body.phase_angle for body in years["Sun"]} == {0.0}


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        bodies(datetime(2026, 1, 1), SITES[0])
