"""Frames to look at, and what a browser is sent of them."""

import zlib
from typing import Any

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from indinb.images.frame import Frame
from indinb.images.levels import Levels
from indinb.widgets import Viewer
from tests.widgets.comms import FakeComm, Json

HUGE = 10**400
"""JSON can have it, and no float can."""


def cut(value: Any) -> str:
    """Return a short name for what a test is about."""
    return str(value)[:40]


def frame(data: Any, **header: Any) -> Frame:
    """Return pixels as a frame."""
    wcs = header.pop("wcs", None)
    keywords = {name.replace("_", "-"): value for name, value in header.items()}
    return Frame(np.asarray(data), unit="adu", header=keywords, wcs=wcs)


def sky(height: int = 60, width: int = 80, seed: int = 1) -> NDArray[np.uint16]:
    """Return a noisy sky with a star in it."""
    noise = np.random.default_rng(seed).normal(1000, 10, (height, width))
    noise[height // 3, width // 4] = 30000
    return noise.astype(np.uint16)


def m31(scale: float = 0.001) -> WCS:
    """Return a WCS whose pixel (10, 20) looks at M 31, north up and east left."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [10.6847, 41.2690]
    wcs.wcs.crpix = [11, 21]
    wcs.wcs.cdelt = [-scale, scale]
    return wcs


def line(viewer: Viewer) -> FakeComm:
    found: FakeComm = viewer.comm
    return found


def state(viewer: Viewer) -> Json:
    """Return what a browser knows: what the viewer opened with, and all that came since."""
    known = dict(line(viewer).opened)
    for news in line(viewer).states:
        known |= news
    return known


def levels_of(layer: Json, low: bytes, high: bytes) -> Levels:
    """Unpack what a browser is sent."""
    columns, rows = layer["shape"]
    shape = (3, rows, columns) if layer["planes"] == 3 else (rows, columns)
    bytes_of = [np.frombuffer(one, np.uint8) for one in (low, zlib.decompress(high))]
    pixels = (bytes_of[0] + 256 * bytes_of[1].astype(np.uint16)).reshape(shape)
    return Levels(pixels, layer["offset"], layer["scale"], layer["root"])


def values_shown(viewer: Viewer) -> NDArray[Any]:
    """Return the values of the picture that a browser has."""
    picture = state(viewer)["picture"]
    return levels_of(picture, picture["low"], picture["high"]).values()


def ask(viewer: Viewer, **wish: Any) -> tuple[Json, list[bytes]]:
    """Ask as the browser's half does, and return the answer."""
    comm = line(viewer)
    comm.files.clear()
    comm.bring({"id": 7, **wish})
    kind = {"need": "tile"}.get(wish["type"], wish["type"])
    (answer,) = comm.take(kind)
    assert answer["id"] == 7
    return answer, list(comm.files)
