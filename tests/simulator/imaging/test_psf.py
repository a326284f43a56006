"""The image of one star."""

import numpy as np
import pytest

from indinb.simulator.imaging.psf import Psf, disc_kernel

from .skies import centroid, half_flux_radius


def place(psf, phase):
    """Give the place within its pixel of a star of this phase."""
    return (phase + 0.5) / psf.phases - 0.5


@pytest.mark.parametrize(("fwhm", "disc"), [(1.2, 0.0), (1.8, 0.0), (1.8, 4.0), (4.0, 2.0)])
def test_all_light_is_there(fwhm, disc):
    psf = Psf(fwhm, disc)
    sums = psf.stamps(psf.half).sum(axis=(2, 3), dtype=float)
    assert sums == pytest.approx(np.ones_like(sums), abs=0.002)


@pytest.mark.parametrize("disc", [0.0, 1.0, 5.0])
def test_stamps_are_where_their_phases_say(disc):
    psf = Psf(1.8, disc)
    stamps = psf.stamps(psf.half)
    for row, column in ((0, 0), (3, 11), (15, 8)):
        row, column = (phase % psf.phases for phase in (row, column))
        expected = psf.half + np.array([place(psf, column), place(psf, row)])
        assert centroid(stamps[row, column].astype(float)) == pytest.approx(expected, abs=0.005)


def test_its_width_is_the_fwhm():
    psf = Psf(6.0)
    middle = psf.phases // 2
    profile = psf.stamps(psf.half)[middle, middle][psf.half]
    assert (profile > profile.max() / 2).sum() == pytest.approx(6, abs=1)


def test_the_moffat_law_holds_within_a_radius():
    psf = Psf(3.0)
    axis = np.arange(-40, 40, 0.1)
    light = psf.density(axis[None, :], axis[:, None]) * 0.01
    near = np.hypot.outer(axis, axis) < psf.radius
    assert light.sum() == pytest.approx(1, abs=0.001)
    assert light[near].sum() == pytest.approx(0.75, abs=0.005)


def test_a_small_stamp_is_cut_from_the_large_one():
    psf = Psf(1.8)
    small, large = psf.stamps(3)[2, 5], psf.stamps(psf.half)[2, 5]
    cut = slice(psf.half - 3, psf.half + 4)
    assert np.array_equal(small, large[cut, cut])


@pytest.mark.parametrize("disc", [0.0, 2.0, 6.0])
def test_the_wing_goes_on_where_the_stamp_ends(disc):
    psf = Psf(1.8, disc)
    middle = psf.phases // 2
    stamp = psf.stamps(psf.half)[middle, middle]
    offset = psf.half - place(psf, middle)
    edge = psf.wing(np.array(offset), np.array(-place(psf, middle)))
    assert stamp[psf.half, -1] == pytest.approx(edge, rel=0.1)


def test_a_brighter_star_reaches_further():
    psf = Psf(1.8)
    for flux in (1e4, 1e6, 1e8):
        reach = psf.reach(flux, 1.0)
        assert flux * psf.wing(np.array(float(reach)), np.array(0.0)) <= 1
        assert flux * psf.wing(np.array(reach - 2.0), np.array(0.0)) > 0.5


def test_defocus_makes_an_even_disc():
    psf = Psf(1.0, 8.0)
    middle = psf.phases // 2
    stamp = psf.stamps(psf.half)[middle, middle]
    inner = stamp[psf.half - 2 : psf.half + 3, psf.half - 2 : psf.half + 3]
    assert inner == pytest.approx(1 / (np.pi * 16), rel=0.1)


def test_hfr_grows_smoothly_with_defocus():
    radii = []
    for disc in np.arange(0, 6, 0.25):
        psf = Psf(1.8, disc)
        middle = psf.phases // 2
        stamp = psf.stamps(psf.half)[middle, middle].astype(float)
        cut = slice(psf.half - 7, psf.half + 8)
        radii.append(
            half_flux_radius(stamp[cut, cut], 7 + place(psf, middle), 7 + place(psf, middle))
        )
    steps = np.diff(radii)
    assert (steps > -1e-4).all()
    assert np.diff(steps).max() < 0.02


def test_tall_pixels_make_flat_stars():
    psf = Psf(4.0, aspect=2.0)
    middle = psf.phases // 2
    stamp = psf.stamps(psf.half)[middle, middle].astype(float)
    half = stamp > stamp.max() / 2
    assert half.any(axis=0).sum() > 1.5 * half.any(axis=1).sum()
    assert stamp.sum() == pytest.approx(1, abs=0.005)


def test_phases_are_fewer_for_wide_stars():
    assert Psf(1.8).phases == 16
    assert Psf(12.0).phases == 6


def test_the_disc_is_round_and_about_the_first_pixel():
    disc = np.fft.fftshift(disc_kernel((64, 64), 20.0)).astype(float)
    assert centroid(disc) == pytest.approx([32, 32], abs=0.01)
    assert np.count_nonzero(disc) == pytest.approx(np.pi * 100, rel=0.15)
