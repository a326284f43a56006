"""What is known of a picture, from what instruments tell and from what its driver has written."""

import datetime as dt
from typing import Any

import pytest
from astropy import units as u
from astropy.coordinates import FK5, TETE, AltAz, EarthLocation, SkyCoord
from astropy.io import fits
from astropy.time import Time

from indinb.instruments.cameras.facts import Scene, facts
from indinb.instruments.earth import offline
from tests.client.fakes import numbers, texts, vector
from tests.images.samples import real_header

MOMENT = dt.datetime(2026, 1, 15, 22, 0, tzinfo=dt.UTC)
HEADER = {"DATE-OBS": "2026-01-15T22:00:00.000", "EXPTIME": 60.0}
NAMES = {"telescope": "Mount", "filter_wheel": "Wheel", "focuser": "Focus"}

AIM = {"RA": 5.5, "DEC": 20.0}
SITE = {"LAT": 37.2236, "LONG": 357.4537, "ELEV": 2168.0}
MOUNT = {
    "EQUATORIAL_EOD_COORD": vector(numbers("EQUATORIAL_EOD_COORD", AIM)),
    "GEOGRAPHIC_COORD": vector(numbers("GEOGRAPHIC_COORD", SITE)),
}
FILTERS = texts("FILTER_NAME", {"FILTER_SLOT_NAME_1": "Red", "FILTER_SLOT_NAME_2": " "})


def wheel(slot: float) -> dict[str, Any]:
    told = numbers("FILTER_SLOT", {"FILTER_SLOT_VALUE": slot})
    return {"FILTER_SLOT": vector(told), "FILTER_NAME": vector(FILTERS)}


FOCUS = {
    "ABS_FOCUS_POSITION": vector(numbers("ABS_FOCUS_POSITION", {"FOCUS_ABSOLUTE_POSITION": 5e4})),
    "FOCUS_TEMPERATURE": vector(numbers("FOCUS_TEMPERATURE", {"TEMPERATURE": -3.456})),
}
GAIN = {"gain": ("CCD_CONTROLS", 120.0), "egain": ("EGAIN", 0.8)}


def known(
    header: Any = HEADER, frame_type: str = "light", settings: Any = GAIN, **vectors: Any
) -> dict[str, Any]:
    """Return what is known, by keyword."""
    told = {"telescope": MOUNT, "filter_wheel": wheel(1), "focuser": FOCUS} | vectors
    names = {role: name for role, name in NAMES.items() if told[role]}
    scene = Scene("Camera", frame_type, names, told, settings, MOMENT, "M1", "Ann")
    found = facts(scene, fits.Header(header))
    assert all(fact.comment for fact in found)
    assert len({fact.keyword for fact in found}) == len(found)
    return {fact.keyword: fact.value for fact in found}


def test_all_that_is_known():
    found = known()
    assert found == {
        "OBJECT": "M1",
        "OBSERVER": "Ann",
        "INSTRUME": "Camera",
        "TELESCOP": "Mount",
        "IMAGETYP": "Light Frame",
        "FILTER": "Red",
        "SITELAT": 37.2236,
        "SITELONG": -2.5463,
        "SITEELEV": 2168.0,
        "RA": found["RA"],
        "DEC": found["DEC"],
        "OBJCTRA": found["OBJCTRA"],
        "OBJCTDEC": found["OBJCTDEC"],
        "EQUINOX": 2000.0,
        "RADESYS": "FK5",
        "GAIN": 120.0,
        "EGAIN": 0.8,
        "FOCUSPOS": 50_000,
        "FOCUSTEM": -3.46,
        "DATE-END": "2026-01-15T22:01:00.000",
        "AIRMASS": found["AIRMASS"],
    }


def test_units_and_sources_are_in_the_comments():
    told = {"telescope": MOUNT, "filter_wheel": wheel(1), "focuser": FOCUS}
    found = facts(Scene("Camera", "light", NAMES, told, GAIN, MOMENT), HEADER)
    comments = {fact.keyword: fact.comment for fact in found}
    assert comments["FILTER"] == "Wheel, slot 1"
    assert comments["FOCUSPOS"] == "[steps] Position of Focus"
    assert comments["RA"] == "[deg] J2000, from Mount"
    assert comments["SITEELEV"] == "[m] Elevation, from Mount"
    assert comments["EGAIN"] == "[electron/adu] EGAIN of Camera"
    assert comments["GAIN"] == "CCD_CONTROLS of Camera"
    assert "OBJECT" not in comments
    assert "OBSERVER" not in comments


# Which part of the sensor it is


def readout(*told: float) -> dict[str, Any]:
    scene = Scene("Camera", "light", {}, {}, {}, MOMENT, readout=told)
    return {fact.keyword: fact.value for fact in facts(scene, fits.Header())}


def test_the_subframe_begins_in_binned_pixels():
    found = readout(100.0, 30.0, 2, 3)
    assert (found["XORGSUBF"], found["YORGSUBF"]) == (50, 10)
    assert (found["XBINNING"], found["YBINNING"]) == (2, 3)


def test_a_subframe_may_begin_within_a_binned_pixel():
    assert readout(101.0, 0.0, 2, 2)["XORGSUBF"] == 50.5


# Where the telescope points


def aim(found: dict[str, Any]) -> SkyCoord:
    return SkyCoord(found["RA"], found["DEC"], unit="deg", frame=FK5())


def test_a_mount_that_tells_coordinates_of_date():
    of_date = TETE(5.5 * u.hourangle, 20 * u.deg, obstime=Time(MOMENT))
    found = known()
    with offline():
        expected = SkyCoord(of_date).transform_to(FK5())
    assert aim(found).separation(expected) < 0.1 * u.arcsec
    written = SkyCoord(found["OBJCTRA"], found["OBJCTDEC"], unit=("hourangle", "deg"), frame=FK5())
    assert written.separation(expected) < 0.2 * u.arcsec


def test_a_mount_that_tells_coordinates_of_j2000():
    j2000 = {"EQUATORIAL_COORD": vector(numbers("EQUATORIAL_COORD", AIM))}
    assert aim(known(telescope=j2000)).separation(
        SkyCoord(5.5 * u.hourangle, 20 * u.deg, frame=FK5())
    ) < (0.1 * u.arcsec)


def test_a_mount_that_tells_its_place_over_the_horizon():
    told = {"AZ": 200.0, "ALT": 60.0}
    mount = {"HORIZONTAL_COORD": vector(numbers("HORIZONTAL_COORD", told))}
    assert "RA" not in known(telescope=mount)
    found = known(telescope=mount | {"GEOGRAPHIC_COORD": MOUNT["GEOGRAPHIC_COORD"]})
    place = EarthLocation.from_geodetic(SITE["LONG"], SITE["LAT"], SITE["ELEV"])
    with offline():
        there = aim(found).transform_to(AltAz(obstime=Time(MOMENT), location=place))
    assert there.az.deg == pytest.approx(200, abs=1 / 3600)
    assert there.alt.deg == pytest.approx(60, abs=1 / 3600)


def test_right_ascension_stays_below_24_hours():
    edge = {"EQUATORIAL_COORD": vector(numbers("EQUATORIAL_COORD", {"RA": 24 - 1e-7, "DEC": -5.0}))}
    found = known(telescope=edge)
    assert found["OBJCTRA"] == "00 00 00.00"
    assert found["OBJCTDEC"] == "-04 59 59.99"  # ICRS and FK5 differ by some 0.02 arcsec


@pytest.mark.parametrize("bad", [{"RA": float("nan")}, {"DEC": 95.0}, {"DEC": float("inf")}])
def test_a_place_that_is_none(bad: dict[str, float]):
    odd = MOUNT | {"EQUATORIAL_EOD_COORD": vector(numbers("EQUATORIAL_EOD_COORD", AIM | bad))}
    assert not known(telescope=odd).keys() & {"RA", "DEC", "EQUINOX", "AIRMASS"}


@pytest.mark.parametrize("card", [{"EQUINOX": 2000}, {"RADECSYS": "FK5"}, {"CTYPE1": "RA---TAN"}])
def test_the_frame_that_a_driver_has_written_is_left_alone(card: dict[str, Any]):
    found = known(HEADER | card)
    assert "RA" in found
    assert not found.keys() & {"EQUINOX", "RADESYS"}


def test_a_place_that_the_driver_has_written_is_not_computed_again():
    assert not known(HEADER | {"RA": 10.0, "DEC": 41.0}).keys() & {
        "RA",
        "DEC",
        "OBJCTRA",
        "RADESYS",
    }


# Where it stands


@pytest.mark.parametrize(
    "place",
    [{"LAT": 0.0, "LONG": 0.0, "ELEV": 0.0}, {"LAT": 5.0}, {"LAT": 91.0, "LONG": 5.0, "ELEV": 0.0}],
)
def test_a_site_that_nobody_has_told_is_none(place: dict[str, float]):
    mount = MOUNT | {"GEOGRAPHIC_COORD": vector(numbers("GEOGRAPHIC_COORD", place))}
    assert not known(telescope=mount).keys() & {"SITELAT", "SITELONG", "SITEELEV", "AIRMASS"}


def test_a_site_on_the_meridian_or_the_equator():
    place = {"LAT": 51.4769, "LONG": 0.0, "ELEV": 0.0}
    mount = MOUNT | {"GEOGRAPHIC_COORD": vector(numbers("GEOGRAPHIC_COORD", place))}
    assert known(telescope=mount)["SITELONG"] == 0


def test_air_mass_at_half_time():
    found = known(HEADER | {"EXPTIME": 3600.0})
    place = EarthLocation.from_geodetic(SITE["LONG"], SITE["LAT"], SITE["ELEV"])
    with offline():
        frame = AltAz(obstime=Time(MOMENT) + 0.5 * u.h, location=place)
        secant = aim(found).transform_to(frame).secz
    assert found["AIRMASS"] == pytest.approx(float(secant), abs=0.002)


def test_no_air_mass_below_the_horizon_or_without_a_time():
    down = MOUNT | {
        "EQUATORIAL_EOD_COORD": vector(numbers("EQUATORIAL_EOD_COORD", {"RA": 5.0, "DEC": -80.0}))
    }
    assert "AIRMASS" not in known(telescope=down)
    assert "AIRMASS" not in known({"EXPTIME": 60.0})


def test_the_place_that_a_driver_has_written_counts_for_the_air_mass():
    there = known(HEADER | {"RA": 80.0, "DEC": 20.0})
    assert there["AIRMASS"] != known(HEADER | {"RA": 10.0, "DEC": 41.0})["AIRMASS"]


# Light, focus, time


def test_no_light_no_filter():
    assert known(frame_type="flat")["FILTER"] == "Red"
    for frame_type in ("bias", "dark"):
        assert "FILTER" not in known(frame_type=frame_type)


@pytest.mark.parametrize("slot", [0, -1, 2, 3, float("nan")])
def test_a_filter_without_a_name_is_none(slot: float):
    assert "FILTER" not in known(filter_wheel=wheel(slot))


def test_without_other_instruments():
    found = known(telescope={}, filter_wheel={}, focuser={}, settings={})
    assert found.keys() == {"OBJECT", "OBSERVER", "INSTRUME", "IMAGETYP", "DATE-END"}


def test_a_focus_temperature_by_another_name():
    assert "FOCUSTEM" not in known(HEADER | {"FOCTEMP": 5.0})


@pytest.mark.parametrize(
    "header",
    [{}, {"DATE-OBS": "yesterday", "EXPTIME": 5.0}, {"DATE-OBS": "2026-01-15T22:00:00"}],
)
def test_no_end_without_begin_and_length(header: dict[str, Any]):
    assert "DATE-END" not in known(header)


@pytest.mark.parametrize(
    "nonsense",
    [{"EXPTIME": 1e300}, {"EXPTIME": -1e300}, {"RA": 10.0, "DEC": 95.0}, {"SITELAT": 123.0}],
)
def test_nonsense_of_a_driver_costs_no_other_cards(nonsense: dict[str, float]):
    found = known(HEADER | nonsense)
    assert found.keys() >= {"OBJECT", "FILTER", "FOCUSPOS", "SITELONG", "GAIN"}
    assert not found.keys() & {"AIRMASS"}


def test_a_mount_over_the_horizon_at_no_place():
    told = {
        "HORIZONTAL_COORD": vector(numbers("HORIZONTAL_COORD", {"AZ": 120.0, "ALT": 50.0})),
        "GEOGRAPHIC_COORD": vector(numbers("GEOGRAPHIC_COORD", SITE | {"LAT": -1e300})),
    }
    found = known(telescope=told)
    assert found["OBJECT"] == "M1"
    assert not found.keys() & {"RA", "DEC", "SITELAT"}


def test_the_header_of_a_real_driver():
    found = known(real_header(), frame_type="dark", telescope={})
    assert found["IMAGETYP"] == "Dark Frame"
    assert found["DATE-END"] == "2026-11-22T10:18:06.977"
    assert "AIRMASS" not in found
