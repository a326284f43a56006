"""Galaxies and nebulae."""

import numpy as np
import pytest

from indinb.simulator.imaging.extended import cloud_noise, patches
from indinb.simulator.imaging.patches import add_patch

from .skies import centroid, thing

SCALE = 8.4
MATRIX = np.array([[-1 / SCALE, 0.0], [0.0, -1 / SCALE]])


def draw(of, blur=15.0, size=401):
    image = np.zeros((size, size), np.float32)
    middle = np.full(2, (size - 1) / 2)
    for share, patch, _ in patches(of, blur):
        add_patch(image, middle, MATRIX, patch, share * 1e6)
    return image.astype(float)


def moments(image):
    """Give the position angle and the ratio of the axes."""
    rows, columns = np.indices(image.shape) - (image.shape[0] - 1) / 2
    xx, yy, xy = ((image * a).sum() for a in (columns**2, rows**2, columns * rows))
    values, vectors = np.linalg.eigh([[xx, xy], [xy, yy]])
    east, north = -vectors[:, 1]
    return np.degrees(np.arctan2(east, north)) % 180, np.sqrt(values[0] / values[1])


@pytest.mark.parametrize("profile", ["disc", "spheroid", "nebula"])
@pytest.mark.parametrize("size", [(20.0, 12.0), (2.0, 2.0), (8.0, 1.0), (0.3, 0.2)])
def test_all_its_light_is_there(profile, size):
    image = draw(thing(profile, *size))
    assert image.sum() == pytest.approx(1e6, rel=0.04)
    assert image.min() >= 0


@pytest.mark.parametrize("angle", [0.0, 35.0, 90.0, 160.0])
def test_a_galaxy_lies_along_its_position_angle(angle):
    found, ratio = moments(draw(thing("disc", 20.0, 8.0, angle)))
    assert (found - angle + 90) % 180 == pytest.approx(90, abs=1)
    assert 0.35 < ratio < 0.55


def test_a_galaxy_is_in_its_place_and_brightest_there():
    image = draw(thing("disc"))
    assert centroid(image) == pytest.approx([200, 200], abs=0.1)
    assert np.unravel_index(image.argmax(), image.shape) == (200, 200)


def test_a_spheroid_is_denser_than_a_disc():
    assert draw(thing("spheroid")).max() > 2 * draw(thing("disc")).max()


def test_the_edge_of_a_disc_is_where_the_catalogue_says():
    blank = draw(thing("disc", 20.0, 20.0))
    row = blank[200]
    edge = round(600 / SCALE)
    middle = row[200 + round(0.5 * edge)] / row[200 + edge]
    assert 2.5 * np.log10(middle) == pytest.approx(1.086 * 3.1 * 0.5, abs=0.2)


def test_seeing_softens_a_core():
    sharp, soft = draw(thing("spheroid", 4.0, 3.0), 15.0), draw(thing("spheroid", 4.0, 3.0), 60.0)
    assert sharp.max() > 1.5 * soft.max()
    assert sharp.sum() == pytest.approx(soft.sum(), rel=0.04)


def test_an_unknown_shape_is_round():
    for missing in (None, 0.0, float("nan")):
        image = draw(thing("disc", 20.0, missing, None))
        assert moments(image)[1] == pytest.approx(1, abs=0.02)


def test_a_nebula_is_no_disc():
    image = draw(thing("nebula", 40.0, 40.0))
    rows, columns = np.indices(image.shape) - 200
    ring = image[np.abs(np.hypot(rows, columns) - 60) < 3]
    assert ring.std() > 0.3 * ring.mean()


def test_a_nebula_fades_to_nothing():
    image = draw(thing("nebula", 40.0, 30.0))
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    assert border.max() < 1e-3 * image.max()
    assert np.abs(np.diff(image, axis=1)).max() < 0.2 * image.max()


def test_a_nebula_is_always_the_same():
    assert np.array_equal(draw(thing("nebula")), draw(thing("nebula")))


def test_another_nebula_is_another():
    here, there = thing("nebula"), thing("nebula", at=np.array([0.6, 0.0, 0.8]))
    assert not np.allclose(draw(here), draw(there), rtol=0.1)


def test_an_enormous_thing_is_computed_coarsely():
    for profile in ("disc", "nebula"):
        assert max(part.patch.detail for part in patches(thing(profile, 600.0, 400.0), 15.0)) > 100


def test_cloud_noise_is_smoother_for_steeper_slopes():
    rough, smooth = (cloud_noise(np.random.default_rng(0), 64, slope) for slope in (0.5, 2.5))
    for noise in (rough, smooth):
        assert noise.mean() == pytest.approx(0, abs=1e-9)
        assert noise.std() == pytest.approx(1)
    assert np.diff(smooth).std() < 0.3 * np.diff(rough).std()


def test_cloud_noise_is_even_on_a_texture_that_will_be_stretched():
    noise = cloud_noise(np.random.default_rng(0), 128, 1.8, ratio=0.25)
    down, across = (np.diff(noise, axis=axis).std() for axis in (0, 1))
    assert 2 < down / across < 8


def test_a_nebula_has_a_heart():
    image = np.sort(draw(thing("nebula", 40.0, 40.0)).ravel())[::-1]
    lit = (image > 0.01 * image.max()).sum()
    assert image[: lit // 10].sum() > 0.25 * image.sum()


def test_the_heart_of_a_hydrogen_nebula_shines_in_oxygen_too():
    cloud, heart = patches(thing("nebula", 40.0, 40.0, emission="hydrogen"), 15.0)
    assert (cloud.emission, heart.emission) == ("hydrogen", "hydrogen and oxygen")
    assert cloud.share + heart.share == pytest.approx(1)
    image = draw(thing("nebula", 40.0, 40.0))
    inner = np.zeros_like(image, np.float32)
    add_patch(inner, np.full(2, 200.0), MATRIX, heart.patch, heart.share * 1e6)
    brightest = image > 0.5 * image.max()
    assert 0.5 < inner[brightest].sum() / image[brightest].sum() < 1


def test_a_nebula_of_one_light_has_a_heart_of_the_same():
    for emission in ("oxygen", "reflection", "continuum"):
        parts = patches(thing("nebula", 40.0, 40.0, emission=emission), 15.0)
        assert {part.emission for part in parts} == {emission}
