import numpy as np

from indinb.simulator.sky.colors import color, color_of


def test_colours_are_those_of_stars():
    colors = color(np.random.default_rng(0).random(100_000))
    assert colors.dtype == np.float32
    assert colors.min() >= 0
    assert colors.max() <= 2.5
    assert 0.7 < np.median(colors) < 0.9  # near the Sun's
    assert np.mean(colors > 1.5) < 0.15


def test_colours_grow_with_the_share():
    assert (np.diff(color(np.linspace(0, 1, 1000))) > 0).all()


def test_numbers_next_to_each_other_have_colours_of_their_own():
    colors = color_of(np.arange(-50_000, 50_000))
    shares = np.histogram(colors, color([0, 0.25, 0.5, 0.75, 1]))[0] / len(colors)
    np.testing.assert_allclose(shares, 0.25, atol=0.01)
    assert abs(np.corrcoef(colors[:-1], colors[1:])[0, 1]) < 0.02


def test_a_star_keeps_its_colour():
    sources = np.array([1576683529448755328, -32349, 0])
    np.testing.assert_array_equal(color_of(sources), color_of(sources[::-1])[::-1])


def test_colours_take_any_shares():
    assert color(0.5) == color([0.5])[0] == color(np.float32(0.5))
