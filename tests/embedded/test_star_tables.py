"""Tables of stars in the embedded observatory's pictures, against the catalogue."""

from collections.abc import Callable

import numpy as np
import pytest
from astropy import units as u

from indinb import Client
from tests.embedded.measuring import alone, catalogue, in_field

FULL = 50_000.0
"""Counts of a pixel from which on it is not measured."""


@pytest.mark.parametrize("place", [(56.7, 24.1), (60.0, 0.0), (20.0, 45.0)])
def test_stars_are_where_the_catalogue_has_them(observe: Callable[..., Client], place):
    client = observe(speed=100)
    client.telescope.slew(*(place * u.deg))
    frame = client.camera.expose(5)
    table = frame.stars(catalog="gaia", saturation=FULL)
    assert len(table) > 100
    assert table.meta["residual"] < 2 * u.arcsec

    stars = in_field(catalogue(6.0), frame, margin=20)
    stars = stars[alone(stars, frame)]
    rows = {row["source_id"]: row for row in table[~table["magnitude"].mask]}
    found = [rows.get(star["id"]) for star in stars]
    known = [(star, row) for star, row in zip(stars, found, strict=True) if row is not None]
    assert len(known) >= 0.9 * len(stars)
    off = [np.hypot(star["x"] - row["x"], star["y"] - row["y"]) for star, row in known]
    assert max(off) < 0.3

    measured = [row for _, row in known if not row["saturated"]]
    zero = [row["magnitude"] + 2.5 * np.log10(row["flux"]) for row in measured]
    assert len(zero) >= 5
    assert np.std(zero) < 0.15  # without a flat the corners are darker


def test_out_of_focus_stars_are_large_and_in_focus_small(observe: Callable[..., Client]):
    client = observe(speed=100)
    client.telescope.slew(60 * u.deg, 30 * u.deg)
    focuser = client.devices["Focuser Simulator"]["ABS_FOCUS_POSITION"]
    best = client.camera.device["SIM_FOCUSING"]["SIM_FOCUS_POSITION"]
    metas = []
    for offset in (0, 1000, 2000, 3000):
        focuser.set(best + offset).result()
        metas.append(client.camera.expose(5).stars(threshold=10).meta)
    for size in ("hfr", "fwhm"):
        assert np.all(np.diff([meta[size] for meta in metas]) > 0.1), size
    assert metas[-1]["hfr"] > 1.5 * metas[0]["hfr"]


def test_stars_that_fill_their_pixels_are_told(observe: Callable[..., Client]):
    client = observe(speed=100)
    client.telescope.slew(56.87 * u.deg, 24.1 * u.deg)  # the Pleiades
    frame = client.camera.expose(5)
    table = frame.stars()
    full = frame.data >= frame.header["SATURATE"]
    assert frame.stats().saturated == np.mean(full) > 0
    assert 0 < table["saturated"].sum() < len(table)
    assert table["peak"][table["saturated"]].min() > table["peak"][~table["saturated"]].max()
