"""The viewer's two halves together: what Python sends is what a browser shows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from astropy.visualization import SinhStretch

from indinb.images.stretch import to_bytes
from indinb.widgets import Viewer
from indinb.widgets.imaging.settings import CONTROLS
from tests.widgets.imaging.framed import frame, m31, sky, state
from tests.widgets.imaging.viewers import ViewerPage

TOLD = (*CONTROLS, "curve", "colors", "markers")


@pytest.mark.parametrize("stretch", ["linear", "asinh", "custom"])
def test_shades_are_the_same(
    open_viewer: Callable[..., ViewerPage], new_viewer: Callable[..., Viewer], stretch: str
) -> None:
    data = sky(256, 256)
    viewer = new_viewer(frame(data, wcs=m31()))
    viewer.set_stretch(SinhStretch() if stretch == "custom" else stretch)
    known: Any = state(viewer)
    page = open_viewer(known["picture"], **{name: known[name] for name in TOLD})
    page.square(256)
    page.settle()
    drawn = page.drawn()[::-1, :, 0].astype(int)  # the first row is at the bottom
    expected = to_bytes(data, viewer._image(None).settings.norm()).astype(int)
    assert np.abs(drawn - expected).max() <= 1
