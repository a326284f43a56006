"""Parts of a sensor."""

import numpy as np

from indinb.simulator.imaging.inputs import Region, Sky


def test_a_region_cuts_what_it_says():
    image = np.arange(20).reshape(4, 5)
    assert image[Region(1, 2, 3, 2).slices].tolist() == [[11, 12, 13], [16, 17, 18]]


def test_a_region_grows_on_all_sides():
    assert Region(10, 20, 30, 40).grown(5) == Region(5, 15, 40, 50)


def test_an_empty_sky_is_a_sky():
    assert Sky() == (None, (), ())
