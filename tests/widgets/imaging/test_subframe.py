"""A box in the picture as the subframe of a camera."""

from collections.abc import Callable

from indinb.widgets import Viewer
from tests.widgets.imaging.framed import frame, line, sky


def test_a_box_is_a_subframe_in_pixels_of_the_sensor(new_viewer: Callable[..., Viewer]) -> None:
    viewer = new_viewer(frame(sky(), XBINNING=2, YBINNING=3))
    assert viewer.subframe is None
    line(viewer).bring_state(box=[10, 20, 30, 15])
    assert viewer.subframe == (20, 60, 60, 45)
