"""Targets: coordinates as text and as values, names offline and online.

Positions typed here are public facts (SIMBAD's ICRS coordinates, eclipses and conjunctions); the
rest is compared with what astropy, PyEphem and pyongc say by another way.
"""

import socket
import threading

import ephem
import ephem.stars
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_body
from astropy.coordinates.name_resolve import NameResolveError
from astropy.time import Time
from astropy.utils import iers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyongc import ongc

from indinb.errors import IndiError, UnknownTarget
from indinb.instruments.mounts import targets
from indinb.instruments.mounts.targets import is_body, resolve

M31 = SkyCoord("00h42m44s", "+41d16m09s")
J2000 = Time("J2000")


def refuse(*_args, **_kwargs):
    raise OSError("the network is down")


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """Cut the network off. Astropy warns when it cannot download, and a warning is an error."""
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(SkyCoord, "from_name", refuse)


def close_to(found, expected, limit=0.1 * u.arcsec):
    assert found.isscalar
    assert found.name == "icrs"
    return found.separation(expected) < limit


# Values


@pytest.mark.parametrize(
    "position",
    [
        M31,
        M31.galactic,
        SkyCoord(10 * u.deg, 41 * u.deg, frame="fk5", equinox="J2026.5"),
        SkyCoord(alt=45 * u.deg, az=180 * u.deg, frame="altaz"),
    ],
)
def test_a_position_is_returned_as_it_is(position):
    assert resolve(position) is position


@pytest.mark.parametrize(
    ("name", "moves"),
    [("Sun", True), ("the Moon", True), (" jupiter ", True), ("Vega", False), ("M31", False)],
)
def test_bodies_move_among_the_stars(name, moves):
    assert is_body(name) is moves


def test_several_positions_are_not_a_target():
    with pytest.raises(UnknownTarget, match="one position, not 2"):
        resolve(SkyCoord([1, 2] * u.deg, [3, 4] * u.deg))


@pytest.mark.parametrize("ra", [15 * u.deg, 1 * u.hourangle, 900 * u.arcmin, np.pi / 12 * u.rad])
def test_two_angles_are_ra_and_dec(ra):
    assert close_to(resolve(ra, -41 * u.deg), SkyCoord("1h -41d"))


def test_the_edges_of_the_sky_are_on_it():
    assert resolve(0 * u.deg, 90 * u.deg).dec == 90 * u.deg
    assert resolve(24 * u.hourangle, -90 * u.deg).dec == -90 * u.deg


@pytest.mark.parametrize(
    ("ra", "dec"),
    [
        (-1 * u.deg, 0 * u.deg),
        (360.1 * u.deg, 0 * u.deg),
        (25 * u.hourangle, 0 * u.deg),
        (10 * u.deg, 90.1 * u.deg),
        (10 * u.deg, -91 * u.deg),
        (np.nan * u.deg, 0 * u.deg),
        (0 * u.deg, np.inf * u.deg),
        ([10, 20] * u.deg, [30, 40] * u.deg),
    ],
)
def test_angles_off_the_sky(ra, dec):
    with pytest.raises(UnknownTarget, match="not one place on the sky"):
        resolve(ra, dec)


def test_lengths_are_not_angles():
    with pytest.raises(UnknownTarget, match=r"angles \(u\.deg, u\.hourangle\), not 10\.0 m"):
        resolve(10 * u.m, 41 * u.deg)


@pytest.mark.parametrize("given", [(10, 41), (10.68, 41.27), (10 * u.deg, 41), (10,), (None,)])
def test_numbers_need_units(given):
    with pytest.raises(
        TypeError, match=r"with units like .*\(a bare 10 could be hours or degrees\)"
    ):
        resolve(*given)


# Text


@pytest.mark.parametrize(
    "text",
    [
        "00:42:44 +41:16:09",
        "0:42:44 41:16:09",
        "  00:42:44,+41:16:09\n",
        "00:42:44, 41:16:09",
        "00h42m44s +41d16m09s",
        "00H42M44S +41D16M09S",
        "00h42m44s+41d16m09s",
        "0 42 44 41 16 9",
        "00 42 44.0 +41 16 09",
        "00h 42m 44s, +41° 16\N{PRIME} 09\N{DOUBLE PRIME}",
        "00ʰ42ᵐ44ˢ +41°16\N{PRIME}09\N{DOUBLE PRIME}",
        "0h42m44s/+41°16'9''",
        "00h 42m 44s\t41° 16\N{RIGHT SINGLE QUOTATION MARK} 9\N{RIGHT DOUBLE QUOTATION MARK}",
        "10d41m00s +41d16m09s",
        "10.68333333d 41.26916667d",
        "10.68333333° +41.26916667°",
        "10.68333333 deg, 41.26916667 deg",
        "0.712222222h 41.26916667",
        "J004244.00+411609.0",
        "SDSS J004244.00+411609.0",
    ],
)
def test_pasted_coordinates(text):
    assert close_to(resolve(text), M31)


def test_ra_and_dec_as_two_texts():
    assert close_to(resolve("00:42:44", "+41:16:09"), M31)


@pytest.mark.parametrize("minus", ["-", "\N{MINUS SIGN}", "\N{EN DASH}", "\N{HYPHEN}"])
def test_every_minus_is_a_minus(minus):
    assert close_to(resolve(f"05:35:17 {minus}00:23:28"), SkyCoord("5h35m17s -0d23m28s"))


def test_two_fields_are_hours_and_minutes():
    assert close_to(resolve("00 42.5 +41 16"), SkyCoord("00h42m30s +41d16m00s"))


@pytest.mark.parametrize("text", ["6h +30", "6h, 30", "6h 30d", "6h 30:00", "6.0h 30", "6h0m0s 30"])
def test_what_cannot_be_minutes_is_dec(text):
    assert close_to(resolve(text), SkyCoord("6h +30d"))


def sexagesimal(tenths, template):
    """Spell tenths of a second (of time or arc) by a template for hours or degrees, min and s."""
    minutes, tenths = divmod(tenths, 600)
    return template.format(minutes // 60, minutes % 60, tenths / 10)


@settings(deadline=None)
@given(
    ra=st.integers(0, 24 * 36000 - 1),
    dec=st.integers(-90 * 36000, 90 * 36000),
    templates=st.sampled_from(
        [
            ("{:02}:{:02}:{:04.1f}", "{:02}:{:02}:{:04.1f}"),
            ("{} {} {}", "{} {} {}"),
            ("{:02}h{:02}m{:04.1f}s", "{:02}d{:02}m{:04.1f}s"),
            ("{}h {}m {}s", "{}° {}' {}\""),
            ("{}h{}m{}s", "{}°{}\N{PRIME}{}\N{DOUBLE PRIME}"),
        ]
    ),
    between=st.sampled_from([" ", ", ", ",", "", "  "]),
)
@example(ra=0, dec=-1, templates=("{}:{}:{}", "{}:{}:{}"), between="")
def test_what_is_written_is_read(ra, dec, templates, between):
    sign = "-" if dec < 0 else "+"
    text = sexagesimal(ra, templates[0]) + between + sign + sexagesimal(abs(dec), templates[1])
    found = resolve(text)
    assert found.ra.hour * 36000 == pytest.approx(ra, abs=1e-4)
    assert found.dec.degree * 36000 == pytest.approx(dec, abs=1e-4)


@settings(deadline=None)
@given(st.floats(0, 359.9), st.floats(-90, 90))
def test_what_astropy_writes_is_read(ra, dec):
    position = SkyCoord(ra * u.deg, dec * u.deg)
    assert close_to(resolve(position.to_string("hmsdms", precision=4)), position, 1 * u.mas)


@pytest.mark.parametrize(
    "text", ["10.68 41.27", "10.68, 41.27", "10 41", "+10.68 +41.27", "10 41d"]
)
def test_bare_numbers_in_text_need_units(text):
    with pytest.raises(
        UnknownTarget, match=r'could be hours or degrees: write .* "10\.68d 41\.27d"'
    ):
        resolve(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12", "cannot tell RA from Dec"),
        ("0 42 44 41 16", "cannot tell RA from Dec"),
        ("0 42 44,3 +41 16 9", "cannot tell RA from Dec"),
        ("00-42-44 +41-16-09", "cannot tell RA from Dec"),
        ("6h 30", r"cannot tell RA from Dec in '6h 30': write coordinates like"),
        ("6h30m 20", "cannot tell RA from Dec"),
        ("98d 30", "cannot tell RA from Dec"),
        ("0 42 44s +41 16 9", "'0 42 44s' has no h, d or °"),
        ('0:42:44 +41:16:09"', "has no h, d or °"),
        ("25:00:00 +41:16:09", r"cannot read '25:00:00' .*hour"),
        ("00:61:00 +41:16:09", r"cannot read '00:61:00' .*minute"),
        ("1:2:3:4 +5:6:7", "cannot read '1:2:3:4'"),
        ("-1:00:00 +41:16:09", "not one place on the sky"),
        ("370d 41d", "not one place on the sky"),
        ("00:42:44 +91:00:00", "not one place on the sky"),
        ("00:42:44 -90:00:01", "not one place on the sky"),
        ("J294244+411609", "not one place on the sky"),
        ("", "not a name"),
        (" ?! ", "not a name"),
    ],
)
def test_text_that_is_no_place(text, message):
    with pytest.raises(UnknownTarget, match=message):
        resolve(text)


@pytest.mark.filterwarnings("ignore::astropy.utils.exceptions.AstropyWarning")
@settings(deadline=None, max_examples=50)
@given(st.text("0123456789 .:,;/+-hdms°'\"", max_size=30) | st.text(max_size=20))
def test_any_text_is_a_place_or_unknown(text):
    try:
        found = resolve(text)
    except UnknownTarget:
        return
    assert found.isscalar


# Names


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("M31", "10.685d 41.269d"),
        ("m31", "10.685d 41.269d"),
        ("M 31", "10.685d 41.269d"),
        ("M-31", "10.685d 41.269d"),
        ("Messier 31", "10.685d 41.269d"),
        ("NGC224", "10.685d 41.269d"),
        ("ngc  224", "10.685d 41.269d"),
        ("NGC-0224", "10.685d 41.269d"),
        ("UGC 454", "10.685d 41.269d"),
        ("Andromeda Galaxy", "10.685d 41.269d"),
        ("andromeda", "10.685d 41.269d"),
        ("Orion Nebula", "83.82d -5.39d"),
        ("great orion  nebula", "83.82d -5.39d"),
        ("M42", "83.82d -5.39d"),
        ("Whirlpool", "202.47d 47.195d"),
        ("Whirlpool Galaxy", "202.47d 47.195d"),
        ("Pleiades", "56.75d 24.117d"),
        ("M45", "56.75d 24.117d"),
        ("Melotte 22", "56.75d 24.117d"),
        ("M 40", "185.552d 58.083d"),
        ("Ring Nebula", "283.396d 33.029d"),
        ("cat's eye nebula", "269.639d 66.633d"),
        ("Cats-Eye Nebula", "269.639d 66.633d"),
        ("The Horsehead Nebula", "85.25d -2.46d"),
        ("Barnard 33", "85.25d -2.46d"),
        ("Omega Centauri", "201.697d -47.48d"),
        ("47 Tuc", "6.022d -72.081d"),
        ("Caldwell 106", "6.022d -72.081d"),
        ("IC 1396", "324.75d 57.49d"),
        ("Large Magellanic Cloud", "80.894d -69.756d"),
        ("the Running Man Nebula", "83.8d -4.85d"),
        ("running man", "83.8d -4.85d"),
    ],
)
def test_deep_sky_objects(name, place):
    assert close_to(resolve(name), SkyCoord(place), 0.15 * u.deg)


def test_every_common_name_finds_its_object_or_a_star_in_it():
    for thing in ongc.listObjects(withname=True):
        place = SkyCoord(*thing.rad_coords, unit=u.rad)
        for name in thing.identifiers[3]:
            assert close_to(resolve(name.upper()), place, 1 * u.deg), name


@pytest.mark.parametrize("name", ["Owl", "Helix", "Cocoon", "Butterfly"])
def test_half_a_name_that_several_share_is_not_guessed(name):
    with pytest.raises(UnknownTarget, match=f"did you mean {name} .* or {name} "):
        resolve(name)


def test_the_name_of_a_star_is_not_half_the_name_of_a_nebula():
    resolve("lam Cen Nebula")
    with pytest.raises(UnknownTarget, match="did you mean lam Cen Nebula"):
        resolve("lam Cen")


def test_an_object_without_a_position_is_looked_for_online(monkeypatch):
    unplaced = next(x for x in ongc.listObjects(type=["NonEx"]) if x.rad_coords is None)
    monkeypatch.setattr(SkyCoord, "from_name", lambda _name: M31)
    assert resolve(unplaced.name) is M31


# Stars


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Vega", "18h36m56.336s +38d47m01.28s"),
        ("SIRIUS", "06h45m08.917s -16d42m58.02s"),
        ("polaris", "02h31m49.095s +89d15m50.79s"),
        ("Arcturus", "14h15m39.672s +19d10m56.67s"),
        (" Betelgeuse ", "05h55m10.305s +07d24m25.43s"),
        ("Kaus Australis", "18h24m10.318s -34d23m04.62s"),
        ("kaus-australis", "18h24m10.318s -34d23m04.62s"),
    ],
)
def test_named_stars_in_2000(name, place):
    assert close_to(resolve(name, time=J2000), SkyCoord(place), 0.5 * u.arcsec)


def test_a_star_keeps_moving():
    then = SkyCoord(
        "14h15m39.672s +19d10m56.67s",
        pm_ra_cosdec=-1093.39 * u.mas / u.yr,
        pm_dec=-2000.06 * u.mas / u.yr,
        distance=11.26 * u.pc,
        obstime=J2000,
    )
    when = Time("J2025")
    found = resolve("Arcturus", time=when)
    assert close_to(found, then.apply_space_motion(when).icrs, 0.5 * u.arcsec)
    assert found.separation(then) > 50 * u.arcsec


def test_every_star_stands_where_pyephem_computes_it():
    when = Time("2026-06-01")
    for name in ephem.stars.stars:
        star = ephem.star(name, "2026/6/1", epoch="2000")
        place = SkyCoord(star.a_ra, star.a_dec, unit=u.rad)
        assert close_to(resolve(name, time=when), place, 1 * u.arcsec), name


def test_stars_are_wanted_for_now():
    now = resolve("Arcturus", time=Time.now())
    assert close_to(resolve("Arcturus"), now, 1 * u.mas)


# The Sun, the Moon and planets


def test_the_eclipse_of_2024_over_mexico():
    when = Time("2024-04-08T18:18")
    torreon = EarthLocation.from_geodetic(-103.45 * u.deg, 25.54 * u.deg, 1120 * u.m)
    sun, moon = (resolve(name, time=when, location=torreon) for name in ("Sun", "moon"))
    assert close_to(moon, sun, 0.02 * u.deg)
    assert resolve("Moon", time=when).separation(sun) > 0.2 * u.deg


def test_the_transit_of_venus_in_2012():
    sun, venus = (resolve(name, time=Time("2012-06-06T01:30")) for name in ("sun", "VENUS"))
    assert close_to(venus, sun, 0.16 * u.deg)


def test_the_great_conjunction_of_2020():
    jupiter, saturn = (
        resolve(name, time=Time("2020-12-21T18:20")) for name in ("Jupiter", "Saturn")
    )
    assert 0.09 * u.deg < saturn.separation(jupiter) < 0.12 * u.deg


@pytest.mark.parametrize("name", ["Moon", "Mercury", "Mars", "Uranus", "Neptune"])
def test_a_body_is_found_where_it_is_seen(name):
    when = Time("2024-01-01T22:00")
    paris = EarthLocation.from_geodetic(2.34 * u.deg, 48.84 * u.deg)
    horizon = AltAz(obstime=when, location=paris)
    with iers.conf.set_temp("auto_download", False):
        seen = get_body(name, when, paris).transform_to(horizon)
        found = resolve(name, time=when, location=paris).transform_to(horizon)
    assert found.separation(seen) < 1 * u.arcsec


def test_a_body_is_wanted_for_now():
    assert close_to(resolve("moon"), resolve("moon", time=Time.now()), 10 * u.arcsec)


def test_planets_never_download_the_rotation_of_the_earth(monkeypatch):
    with iers.conf.set_temp("auto_download", False):
        table = iers.IERS_Auto.open()
    monkeypatch.setitem(table.meta, "predictive_mjd", 50000.0)
    resolve("Moon", time=Time("2024-01-01"), location=EarthLocation.from_geodetic(0, 0))
    assert iers.conf.auto_download


# Online


def answer_with(monkeypatch, answer):
    monkeypatch.setattr(SkyCoord, "from_name", answer)


def test_other_names_are_looked_up_online(monkeypatch):
    asked = []
    answer_with(monkeypatch, lambda name: asked.append(name) or M31)
    assert resolve(" 3C 273 ") is M31
    assert asked == ["3C 273"]


def test_known_names_are_not_looked_up_online(monkeypatch):
    answer_with(monkeypatch, lambda name: pytest.fail(f"asked for {name}"))
    for name in ("M31", "Vega", "Moon", "00:42:44 +41:16:09", "J004244.00+411609.0"):
        resolve(name)


def test_a_name_nobody_knows(monkeypatch):
    def nobody(name):
        raise NameResolveError(f"Unable to find coordinates for name {name!r}")

    answer_with(monkeypatch, nobody)
    with pytest.raises(UnknownTarget) as caught:
        resolve("Betelgeuze")
    for part in (
        "'Betelgeuze' is not known",
        "did you mean Betelgeuse?",
        "not in the packaged catalogues (Sun, Moon and planets, bright stars of PyEphem, NGC",
        "the online look-up failed: Unable to find coordinates for name 'Betelgeuze'",
        'write coordinates like "00:42:44 +41:16:09"',
    ):
        assert part in str(caught.value)


def test_without_network_the_error_says_so_in_one_line(monkeypatch):
    def unreachable(_name):
        raise NameResolveError("All Sesame queries failed.\n mirror A: refused\nmirror B: no route")

    answer_with(monkeypatch, unreachable)
    with pytest.raises(UnknownTarget, match=r"failed: mirror B: no route\.") as caught:
        resolve("Qwertyuiop")
    assert "\n" not in str(caught.value)
    assert "did you mean" not in str(caught.value)


def test_a_look_up_that_hangs_is_given_up(monkeypatch):
    looking, hang = [], threading.Event()

    def hanging(_name):
        looking.append(threading.current_thread())
        hang.wait()

    answer_with(monkeypatch, hanging)
    monkeypatch.setattr(targets, "ONLINE_SECONDS", 0.05)
    try:
        with pytest.raises(UnknownTarget, match=r"failed: no answer within 0\.05 s\."):
            resolve("Planet Nine")
        assert looking[0].daemon
    finally:
        hang.set()
        looking[0].join()


def test_an_unknown_target_is_a_value_error_of_indinb():
    assert issubclass(UnknownTarget, IndiError)
    assert issubclass(UnknownTarget, ValueError)
