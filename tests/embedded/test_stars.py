"""Stars in the embedded observatory's pictures: where and as bright as the catalogue says."""

from collections.abc import Callable

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import EarthLocation
from astropy.table import Table, vstack

from indinb import Client, Frame
from indinb.protocol.vocabulary import State
from tests.embedded.measuring import alone, catalogue, in_field, matched, sources
from tests.waiting import wait_until

NORTH = [
    (0.0, 89.9),
    (200.0, 85.0),
    (20.0, 45.0),
    (359.9, 30.0),
    (0.1, 10.0),
    (95.0, -8.0),
    (56.7, 24.1),
    (101.0, 41.5),
    (30.0, 60.0),
    (60.0, 0.0),
]
"""Fields that the northern observatory sees on its winter evening: right ascension, declination."""

SOUTH = [
    (0.0, -89.9),
    (100.0, -85.0),
    (0.0, -45.0),
    (359.5, -30.0),
    (35.0, -70.0),
    (80.0, -69.0),
    (60.0, -20.0),
    (95.0, -52.7),
    (40.0, -10.0),
    (75.0, 10.0),
]
"""Fields that an observatory in the south sees then."""

CHILE = EarthLocation.from_geodetic(-2.5 * u.deg, -30 * u.deg, 2400 * u.m)
"""As far south as that in Chile, but on the meridian of the northern one."""


@pytest.fixture(scope="module")
def stars() -> Table:
    return catalogue(6.0)


def _look(client: Client, ra: float, dec: float, seconds: float = 5.0):
    client.telescope.slew(ra * u.deg, dec * u.deg)
    return client.camera.expose(seconds)


def _lid(client: Client, wanted: str) -> None:
    """Close or open the lid, which takes its time."""
    lid = client.devices["Light Panel Simulator"]["CAP_PARK"]
    lid.set(wanted).result()
    wait_until(lid, lambda: lid.state is State.OK)


def _flat(client: Client) -> Frame:
    """Take a picture of the flat panel."""
    panel = client.devices["Light Panel Simulator"]
    _lid(client, "PARK")
    panel["FLAT_LIGHT_INTENSITY"].set(100).result()
    panel["FLAT_LIGHT_CONTROL"].set("FLAT_LIGHT_ON").result()
    flat = client.camera.expose(2, frame_type="flat")
    panel["FLAT_LIGHT_CONTROL"].set("FLAT_LIGHT_OFF").result()
    _lid(client, "UNPARK")
    assert 10_000 < np.median(flat.data) < 50_000
    return flat


@pytest.mark.parametrize(("site", "fields"), [(None, NORTH), (CHILE, SOUTH)])
def test_positions_and_magnitudes(observe: Callable[..., Client], stars: Table, site, fields):
    client = observe(speed=100, site=site, devices="Light Panel Simulator")
    flat = _flat(client)
    everywhere = []
    for ra, dec in fields:
        frame = _look(client, ra, dec)
        known = in_field(stars, frame, margin=20)
        known, found = matched(known[alone(known, frame)], sources(frame, flat))
        assert len(known) >= 8, (ra, dec)
        off = np.hypot(known["x"] - found["x"], known["y"] - found["y"])
        assert off.max() < 0.3, (ra, dec)
        magnitude = known["g"] + 2.5 * np.log10(found["flux"])
        everywhere.append(Table({"residual": magnitude - np.median(magnitude), "g": known["g"]}))
    residuals = vstack(everywhere)
    assert len(residuals) > 200
    assert residuals["residual"].std() < 0.05


def test_stars_fill_the_whole_field(observe: Callable[..., Client], stars: Table):
    client = observe(speed=100)
    frame = _look(client, 60.0, 30.0, 20)
    found = sources(frame)
    assert len(found) > 500
    for column, length in (("x", frame.shape[1]), ("y", frame.shape[0])):
        quarters = np.histogram(found[column], 4, (0, length))[0]
        assert quarters.min() > 0.6 * quarters.max()


def test_the_pointing_error_is_small_and_off_with_one_property(observe: Callable[..., Client]):
    client = observe(speed=100)
    error = client.telescope.device["POINTING_ERROR"]
    off = []
    for switch in ("INDI_ENABLED", "INDI_DISABLED"):
        error.set(switch).result()
        frame = _look(client, 40.0, 30.0)
        centre = frame.wcs.pixel_to_world(639.5, 511.5)
        off.append(centre.separation(client.telescope.radec).arcmin)
    assert 0.5 < off[0] < 15
    assert off[1] < 0.1


def test_focus_is_a_v_whose_minimum_is_where_the_property_says(observe: Callable[..., Client]):
    client = observe(speed=100)
    client.telescope.slew(60 * u.deg, 30 * u.deg)
    focuser = client.devices["Focuser Simulator"]["ABS_FOCUS_POSITION"]
    best = client.camera.device["SIM_FOCUSING"]["SIM_FOCUS_POSITION"]
    offsets = np.arange(-2400, 2401, 600)
    radii = []
    for offset in offsets:
        focuser.set(best + offset).result()
        found = sources(client.camera.expose(5), threshold=15)
        radii.append(np.median(found["hfr"][found["peak"] < 50_000]))
    assert radii[len(radii) // 2] == min(radii)
    assert np.all(np.diff(radii[:4]) < 0)
    assert np.all(np.diff(radii[5:]) > 0)
    curve = np.polynomial.Polynomial.fit(offsets, np.square(radii), 2).convert()
    assert abs(-curve.coef[1] / (2 * curve.coef[2])) < 100
