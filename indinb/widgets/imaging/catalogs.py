"""Catalogues over a picture: where their stars are, and how they are marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.table import Table
from astropy.wcs import WCS
from numpy.typing import NDArray

from indinb.errors import UnknownTarget
from indinb.instruments.mounts.targets import is_body, resolve
from indinb.widgets.imaging.colors import hex_color
from indinb.widgets.snapshot import Json

SHAPES = ("circle", "square", "crosshair", "plus", "diamond")

STYLE: Json = {"shape": "circle", "color": "red", "size": 12.0}
"""Of markers that nobody has styled."""

COLUMNS = ("x", "y", "coord")
"""The columns of positions, as a catalogue keeps them."""

_PLACES = 'places are a name like "M31", a SkyCoord, a table, or pairs of column and row'

Kept = TypeVar("Kept")


def choose(kept: Mapping[str, Kept], label: str | None, kind: str) -> Kept:
    """Return what has a label, or without a label the only one.

    Raises
    ------
    ValueError
        If there is none of that label, or without one none at all or several.

    Examples
    --------
    >>> choose({"m31": 1}, None, "image")
    1
    """
    if label is None and len(kept) == 1:
        return next(iter(kept.values()))
    names = ", ".join(map(repr, kept)) or "none"
    if label is not None:
        if label in kept:
            return kept[label]
        raise ValueError(f"{kind.capitalize()} label {label!r} not found; loaded: {names}")
    if not kept:
        raise ValueError(f"No {kind} is loaded yet")
    raise ValueError(f"Multiple {kind} labels defined, so choose one of {names}")


@dataclass
class Catalog:
    """Positions with a style.

    Parameters
    ----------
    table : Table
        With columns ``x`` and ``y`` in pixels, ``coord`` on the sky, or both.
    on_sky : bool
        Whether markers follow the sky where a picture knows it.
    texts : sequence of str
        One for each position, or none.
    style : dict
        Shape, colour and size of the markers.
    marked : bool
        Whether somebody has pointed at them, rather than loaded a table.
    """

    table: Table
    on_sky: bool = False
    texts: Sequence[str] = ()
    style: Json = field(default_factory=STYLE.copy)
    marked: bool = False

    def renamed(self, *names: str) -> Table:
        """Return a copy with other names for `COLUMNS`, which take the place of what has them."""
        table = self.table.copy()
        table.remove_columns(
            [name for name in names if name in table.colnames and name not in COLUMNS]
        )
        known = {old: new for old, new in zip(COLUMNS, names, strict=True) if old in table.colnames}
        table.rename_columns(list(known), list(known.values()))
        return table

    def pixels(self, wcs: WCS | None) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return where the positions are in a picture, NaN where that is not known."""
        table = self.table
        if wcs is not None and "coord" in table.colnames and (self.on_sky or not _has_xy(table)):
            return on_picture(table["coord"], wcs)
        if not _has_xy(table):
            return np.empty(0), np.empty(0)
        return _numbers(table["x"]), _numbers(table["y"])

    def markers(self, label: str, wcs: WCS | None) -> Json:
        """Describe the markers to the browser: those that are somewhere."""
        x, y = self.pixels(wcs)
        there = np.isfinite(x) & np.isfinite(y)
        texts = [text for text, shown in zip(self.texts, there, strict=False) if shown]
        return {
            "label": label,
            "shape": self.style["shape"],
            "color": hex_color(self.style["color"]),
            "size": float(self.style["size"]),
            "xs": x[there].astype("<f4").tobytes(),
            "ys": y[there].astype("<f4").tobytes(),
            "texts": texts,
        }


def styled(shape: str, color: Any, size: float, **others: Any) -> Json:
    """Return a style, if markers can be drawn like that.

    Raises
    ------
    ValueError
        If not.

    Examples
    --------
    >>> styled("circle", "red", 5)
    {'shape': 'circle', 'color': 'red', 'size': 5}
    """
    if shape not in SHAPES:
        raise ValueError(f"{shape!r} is no shape of markers, which are {', '.join(SHAPES)}")
    hex_color(color)
    if not 0 < size < np.inf:
        raise ValueError(f"the size of markers is their diameter in screen pixels, not {size!r}")
    return {"shape": shape, "color": color, "size": size, **others}


def places(given: Any) -> Table:
    """Return what somebody points at, whatever it is, as a table of positions.

    Raises
    ------
    ValueError
        If these are no places, or a name is not known.

    Examples
    --------
    >>> places((3, 4)).colnames
    ['x', 'y']
    >>> places("M31")["coord"][0].to_string(precision=1)
    '10.7 41.3'
    """
    if isinstance(given, Table):
        return given
    if isinstance(given, str):
        given = _named(given)
    if isinstance(given, SkyCoord):
        return Table({"coord": given.reshape(-1)})
    try:
        pairs = np.atleast_2d(np.asarray(given, float))
    except (TypeError, ValueError):
        raise ValueError(_PLACES) from None
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError(_PLACES)
    return Table({"x": pairs[:, 0], "y": pairs[:, 1]})


def _named(name: str) -> SkyCoord:
    if is_body(name):
        raise ValueError(f"{name!r} moves, and a name stands for one place: give a SkyCoord")
    try:
        return resolve(name)
    except UnknownTarget as error:  # whose rest says how to point a telescope
        why = str(error).partition(". ")[0]
        raise ValueError(f"{why}; {_PLACES}") from None


def positions(table: Table, names: Sequence[str], on_sky: bool, wcs: WCS | None) -> Table:
    """Copy a table with its positions in `COLUMNS`, on the picture and on the sky if possible.

    Parameters
    ----------
    table : Table
        Any, with positions.
    names : sequence of str
        What it calls `COLUMNS`.
    on_sky : bool
        Whether the positions on the sky are those that count, which must be known then.
    wcs : WCS or None
        Of the picture.

    Raises
    ------
    ValueError
        If the positions that count are not known.
    """
    copied = table.copy()
    known = {old: new for old, new in zip(names, COLUMNS, strict=True) if old in table.colnames}
    copied.remove_columns(
        [name for name in COLUMNS if name in copied.colnames and name not in known]
    )
    copied.rename_columns(list(known), list(known.values()))
    has_xy, has_sky = _has_xy(copied), "coord" in copied.colnames
    if on_sky and not has_sky and (wcs is None or not has_xy):
        raise ValueError("Cannot use sky coordinates without a column of them or a WCS")
    if not on_sky and not has_xy and (wcs is None or not has_sky):
        raise ValueError("Cannot use pixel coordinates without pixel columns or a WCS")
    if wcs is not None and has_sky and not has_xy:
        copied["x"], copied["y"] = on_picture(copied["coord"], wcs)
    if wcs is not None and has_xy and not has_sky:
        copied["coord"] = wcs.pixel_to_world(copied["x"], copied["y"])
    return copied


def on_picture(sky: SkyCoord, wcs: WCS) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return columns and rows of places on the sky, NaN for those behind the picture.

    Examples
    --------
    >>> wcs = WCS({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CDELT1": -0.1, "CDELT2": 0.1})
    >>> x, y = on_picture(SkyCoord([0, 180], [0, 0], unit="deg"), wcs)
    >>> x
    array([-1., nan])
    """
    x, y = map(np.atleast_1d, wcs.world_to_pixel(sky))
    return x, y


def _numbers(column: Any) -> NDArray[Any]:
    numbers: NDArray[Any] = np.ma.filled(np.ma.asarray(column, float), np.nan)
    return numbers


def _has_xy(table: Table) -> bool:
    return {"x", "y"} <= set(table.colnames)
