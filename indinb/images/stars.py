"""Stars in a picture: where they are, how bright and how sharp."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from astropy.nddata import CCDData
from astropy.table import Table
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.images.bayer import pattern
from indinb.images.gaia import add_gaia
from indinb.images.starshapes import FWHM, shapes
from indinb.images.units import egain

_KERNEL = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.float32)  # stars are smoothed by it
_LEAST = 5  # pixels of a star above the threshold
_SHARPEST = 0.3  # of its height is left of a star when smoothed; of a hot pixel a quarter
_SHARPEST_SMOOTHED = 0.6  # where 2 x 2 pixels are one already: of a hot pixel 9/16
_NARROWEST = 1.0  # FWHM of stars, in pixels
_LONGEST = 10  # times as long as wide: more is a trail, or a hot column
_APERTURE = 1.5  # FWHM; holds 99.8 % of a Gaussian's light
_FULL = 0.99  # of the highest number is saturated: cameras stop a little below
_SIDE = 4  # pixels, below which there is no room for a star
_BOX = 64  # pixels of background that are taken together
_PIXELS = 300_000  # that may belong to stars: what sep has room for unless it is told
_BLUR = 0.25  # variance of a mean of two pixels
_SQUARE = 1 / 12  # variance of a pixel, which apertures take to be full of light
_FORMATS = {
    **dict.fromkeys(("x", "y", "hfr", "fwhm", "eccentricity"), ".2f"),
    **dict.fromkeys(("flux", "peak", "snr"), ".1f"),
}

Numbers = NDArray[Any]


class _Picture(NamedTuple):
    """One plane of pixels, and of each the highest number that went into it."""

    light: Numbers
    highest: Numbers
    blank: NDArray[np.bool_]
    smoothed: bool = False


def stars(
    frame: CCDData,
    threshold: float = 5.0,
    catalog: str | None = None,
    saturation: float | None = None,
) -> Table:
    """Find the stars in a frame; see `indinb.Frame.stars`, which is this.

    Parameters
    ----------
    frame : CCDData
        One plane, or red, green and blue.
    threshold : float
        As of `find_stars`.
    catalog : str, optional
        ``"gaia"``.
    saturation : float, optional
        As of `find_stars`; without, the header's SATURATE counts, if there is one. Its
        EGAIN counts, too, for ``snr``.

    Returns
    -------
    astropy.table.Table
        As of `find_stars`, with units, ``coord`` (SkyCoord) if the frame has a WCS, and of a
        catalogue ``magnitude``, ``source_id`` and ``separation``, masked where it has no star.

    Raises
    ------
    ImageError
        If the data are not an image, or a catalogue is asked for without a WCS.
    ImportError
        If a package is missing: it says how to install it.
    ValueError
        If there is no catalogue of that name.

    Examples
    --------
    >>> rows, columns = np.indices((100, 120))
    >>> sky = np.random.default_rng(0).normal(100, 2, (100, 120))
    >>> sky += 500 * np.exp(-((columns - 60) ** 2 + (rows - 40) ** 2) / 4)
    >>> stars(CCDData(sky, unit="adu"))["flux"].unit
    Unit("adu")
    """
    if catalog not in (None, "gaia"):
        raise ValueError(f'the catalogue is "gaia" or None, not {catalog!r}')
    if catalog is not None and not _on_the_sky(frame):
        raise ImageError("without a WCS nobody knows which stars of the catalogue these are")
    level = _number(frame.header.get("SATURATE")) if saturation is None else saturation
    table = find_stars(
        frame.data, frame.mask, threshold, level, _is_bayer(frame), _electrons(frame)
    )
    _add_units(table, frame.unit)
    if _on_the_sky(frame):
        coordinates = frame.wcs.celestial.pixel_to_world(table["x"].data, table["y"].data)
        table.add_column(coordinates, 2, "coord")
    if catalog is not None:
        add_gaia(table, frame.wcs.celestial)
    return table


def find_stars(
    data: NDArray[Any],
    mask: NDArray[np.bool_] | None = None,
    threshold: float = 5.0,
    saturation: float | None = None,
    bayer: bool = False,
    gain: float | None = None,
) -> Table:
    """Find the stars in an array, with the package sep.

    Parameters
    ----------
    data : numpy.ndarray
        Rows by columns; or three planes of those, whose mean is looked at.
    mask : numpy.ndarray of bool, optional
        True where pixels are not to be looked at, as NaN and infinity never are.
    threshold : float
        Standard deviations of the sky's noise above it.
    saturation : float, optional
        The number from which on a pixel is full; without, 99 % of the highest that an unsigned
        integer of the array can be. Floating-point numbers have no such end.
    bayer : bool
        Whether the pixels lie behind red, green and blue filters. Then means of 2 x 2 pixels, with
        one set of filters each, are looked at. They begin at each pixel, so places stay right, and
        the widths of stars are put right again.
    gain : float, optional
        Electrons of one unit, for the noise of the stars' own light; without, the sky's alone
        counts.

    Returns
    -------
    astropy.table.Table
        The brightest first: ``x``, ``y`` (pixels; the centre of the first one is 0, 0), ``flux``
        (within ``meta["aperture"]``) and ``peak``, both above the background; ``snr`` (flux over
        its noise); ``hfr`` (radius that holds half of the flux), ``fwhm`` (of a Gaussian with the
        same second moments, NaN of what has no bounds; both in pixels), ``eccentricity`` (0 is
        round), ``saturated``. Hot pixels and trails are none: what is narrower than a pixel is
        left out, and what is ten times as long as wide. The meta has ``background``, ``noise``,
        ``aperture`` (radius in pixels), the medians ``hfr`` and ``fwhm`` of the stars that are not
        saturated (NaN if there are none), and ``bayer``.

    Raises
    ------
    ImageError
        If the array is not an image, or too full of stars.
    ImportError
        If sep is not installed.
    ValueError
        If the threshold is not more than 0.

    Examples
    --------
    >>> rows, columns = np.indices((100, 120))
    >>> sky = np.random.default_rng(0).normal(100, 2, (100, 120))
    >>> sky += 500 * np.exp(-((columns - 60.3) ** 2 + (rows - 40) ** 2) / 4)
    >>> star, = find_stars(sky)
    >>> print(f"{star['x']:.1f} {star['y']:.1f} {star['fwhm']:.1f} {star['hfr']:.1f}")
    60.3 40.0 3.3 1.7
    """
    if not threshold > 0:
        raise ValueError(f"the threshold is more than 0 standard deviations, not {threshold!r}")
    sep = _package()
    picture = _picture(data, mask, bayer)
    level = _highest(data.dtype) if saturation is None else saturation
    table, meta = _empty(), dict.fromkeys(("background", "noise", "aperture"), np.nan)
    if min(picture.light.shape) >= _SIDE and not picture.blank.all():
        with _in_one_line():
            table, meta = _measured(sep, picture, threshold, level, gain)
    _format(table)
    table.sort("flux", reverse=True)
    table.meta.update(meta | _medians(table) | {"bayer": bayer})
    return table


def _package() -> ModuleType:
    try:
        import sep
    except ImportError:
        raise ImportError("finding stars takes the package sep: pip install sep") from None
    module: ModuleType = sep
    return module


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Tell in one line what sep stumbles over; it raises plain exceptions."""
    try:
        yield
    except (ImageError, MemoryError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageError(f"no stars can be found: {reason}") from error


def _format(table: Table) -> None:
    for name, form in _FORMATS.items():
        table[name].info.format = form


def _on_the_sky(frame: CCDData) -> bool:
    return frame.wcs is not None and bool(frame.wcs.has_celestial)


def _is_bayer(frame: CCDData) -> bool:
    return frame.data.ndim == 2 and pattern(frame.header, frame.shape[0]) is not None


def _electrons(frame: CCDData) -> float | None:
    """Return the electrons of one count, if the header tells."""
    gain = egain(frame.header)
    return None if gain is None or frame.unit != u.adu else float(gain.value)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value > 0 else None


def _highest(dtype: np.dtype[Any]) -> float:
    return _FULL * np.iinfo(dtype).max if dtype.kind == "u" else np.inf


def _picture(data: NDArray[Any], mask: NDArray[np.bool_] | None, bayer: bool) -> _Picture:
    planes = data[0] if data.ndim == 3 and len(data) == 1 else data
    _check(planes)
    blank = _blank(data, mask).reshape(planes.shape)
    if planes.ndim == 3:
        return _united(list(planes), list(blank))
    if not bayer:
        return _united([planes], [blank])
    return _united(_shifted(planes), _shifted(blank))._replace(smoothed=True)


def _check(planes: NDArray[Any]) -> None:
    if planes.ndim < 2 or planes.shape[:-2] not in ((), (3,)):
        shape = "x".join(map(str, planes.shape)) or "single"
        raise ImageError(f"no stars in {shape} numbers: it takes one plane of pixels, or three")
    if planes.dtype.kind not in "buif":
        raise ImageError(f"no stars in {planes.dtype.name}: it takes real numbers")


def _blank(data: NDArray[Any], mask: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    unknown: NDArray[np.bool_] = ~np.isfinite(data)
    return unknown if mask is None else unknown | mask


def _shifted(plane: Numbers) -> list[Numbers]:
    """Return the four corners of each square of 2 x 2 pixels."""
    return [plane[:-1, :-1], plane[:-1, 1:], plane[1:, :-1], plane[1:, 1:]]


def _united(parts: list[Numbers], blanks: list[Numbers]) -> _Picture:
    first, *others = parts
    narrow = np.result_type(first.dtype, np.float32) == np.float32
    light, highest = first.astype(np.float32 if narrow else float, order="C"), first
    for part in others:
        light += part
        highest = np.fmax(highest, part)
    light /= len(parts)
    blank: NDArray[np.bool_] = np.logical_or.reduce(blanks)
    light[blank] = 0
    return _Picture(light, highest, blank)


def _empty() -> Table:
    numbers = ("x", "y", "flux", "peak", "snr", "hfr", "fwhm", "eccentricity")
    return Table(
        {name: np.zeros(0) for name in numbers} | {"saturated": np.zeros(0, bool)}, meta={}
    )


def _medians(table: Table) -> dict[str, float]:
    good = table[~table["saturated"] & np.isfinite(table["fwhm"])]
    return {name: float(np.median(good[name])) if len(good) else np.nan for name in ("hfr", "fwhm")}


def _measured(
    sep: ModuleType, picture: _Picture, threshold: float, level: float, gain: float | None
) -> tuple[Table, dict[str, float]]:
    light = picture.light
    background = sep.Background(light, picture.blank, bw=_BOX, bh=_BOX)
    noise = float(background.globalrms)
    facts = {"background": float(background.globalback), "noise": noise, "aperture": np.nan}
    if not noise > 0:
        return _empty(), facts
    background.subfrom(light)
    light[picture.blank] = 0
    found = _starlike(_extracted(sep, picture, threshold * noise), picture.smoothed)
    if not len(found):
        return _empty(), facts
    table, facts["aperture"] = _photometry(sep, picture, found, noise, gain)
    table["saturated"] = picture.highest[found["ypeak"], found["xpeak"]] >= level
    if picture.smoothed:  # the squares' middles are half a pixel further
        table["x"] += 0.5
        table["y"] += 0.5
    return table[~(table["fwhm"] < _NARROWEST) & (table["flux"] > 0)], facts


def _extracted(sep: ModuleType, picture: _Picture, limit: float) -> Numbers:
    sep.set_extract_pixstack(max(_PIXELS, picture.light.size // 2))
    try:
        found: Numbers = sep.extract(
            picture.light,
            limit,
            mask=picture.blank,
            minarea=_LEAST,
            filter_kernel=_KERNEL,
            filter_type="conv",
        )
    except Exception as error:  # which is all that sep raises
        reason = " ".join(str(error).split())
        raise ImageError(f"too much to tell stars apart ({reason}): raise the threshold") from error
    return found


def _starlike(found: Numbers, smoothed: bool) -> Numbers:
    """Leave hot pixels out (of stars, those around the highest are bright, too), and trails."""
    least = _SHARPEST_SMOOTHED if smoothed else _SHARPEST
    spread = found["cpeak"] > least * found["peak"]
    return found[spread & (found["a"] < _LONGEST * found["b"])]


def _photometry(
    sep: ModuleType, picture: _Picture, found: Numbers, noise: float, gain: float | None
) -> tuple[Table, float]:
    light, blank = picture.light, picture.blank
    rough, _ = sep.flux_radius(light, found["x"], found["y"], 6 * found["a"], 0.5, mask=blank)
    usual = float(np.median(rough[rough > 0])) if (rough > 0).any() else 1.0
    x, y = _centered(sep, picture, found, 2 * usual / FWHM)
    aperture = _APERTURE * 2 * usual
    radius = np.maximum(aperture, 3 * found["a"])  # what is larger than stars is not cut off
    pixel_noise = 2 * noise if picture.smoothed else noise  # of four pixels, as if on their own
    flux, error, _ = sep.sum_circle(light, x, y, radius, err=pixel_noise, gain=gain, mask=blank)
    hfr, _ = sep.flux_radius(light, x, y, radius, 0.5, normflux=flux, mask=blank)
    shape = shapes(light, x, y, hfr, _BLUR if picture.smoothed else 0.0)
    columns = {
        "x": x,
        "y": y,
        "flux": flux,
        "peak": found["peak"].astype(float),
        "snr": flux / error,
        "hfr": _sharpened(hfr, picture.smoothed),
        "fwhm": shape.fwhm,
        "eccentricity": shape.eccentricity,
    }
    return Table(columns), aperture


def _sharpened(hfr: Numbers, smoothed: bool) -> Numbers:
    """Take off half flux radii what pixels and means of them have added."""
    blur = _SQUARE + (_BLUR if smoothed else 0.0)
    return np.asarray(np.sqrt(np.maximum(hfr**2 - blur * FWHM**2 / 4, 0)))


def _centered(
    sep: ModuleType, picture: _Picture, found: Numbers, sigma: float
) -> tuple[Numbers, Numbers]:
    """Find the middles through a Gaussian window; where it strays, they stay where they were."""
    x, y, _ = sep.winpos(
        picture.light, found["x"], found["y"], np.full(len(found), sigma), mask=picture.blank
    )
    near = np.hypot(x - found["x"], y - found["y"]) < max(2.0, sigma)
    return np.where(near, x, found["x"]), np.where(near, y, found["y"])


def _add_units(table: Table, unit: u.UnitBase | None) -> None:
    for name in ("x", "y", "hfr", "fwhm"):
        table[name].unit = u.pix
    for name in ("flux", "peak"):
        table[name].unit = unit
