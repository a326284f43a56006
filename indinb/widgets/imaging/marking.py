"""Markers over pictures: stars of catalogues, and places that somebody points at."""

import itertools
from collections.abc import Sequence
from typing import Any

from astropy.table import Table

from indinb.widgets.imaging.catalogs import (
    COLUMNS,
    STYLE,
    Catalog,
    choose,
    places,
    positions,
    styled,
)
from indinb.widgets.imaging.controls import Controls

DEFAULT_LABEL = "catalog"

_MARKS = "marks"  # the first of those that somebody makes without a label


class Marking(Controls):
    """Pictures with markers."""

    def load_catalog(
        self,
        table: Table,
        x_colname: str = "x",
        y_colname: str = "y",
        skycoord_colname: str = "coord",
        use_skycoord: bool = False,
        catalog_label: str | None = None,
        catalog_style: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Mark the positions of a table.

        Parameters
        ----------
        table : astropy.table.Table
            Positions in pixels, of which (0, 0) is the centre of the first, on the sky, or both.
        x_colname, y_colname, skycoord_colname : str
            The columns of columns, rows, and SkyCoords.
        use_skycoord : bool
            Whether the places on the sky count; then markers follow the sky from image to image.
            Otherwise the pixels do. What the table has not is computed with the WCS of the image
            that is shown.
        catalog_label : str, optional
            What to call it; a catalogue of the same label goes. Those without share one label.
        catalog_style : dict, optional
            ``shape``, ``color`` and ``size`` as of `set_catalog_style`; otherwise as before.
        **kwargs
            Ignored.

        Raises
        ------
        ValueError
            If the positions that count are not known, or there is no such style.
        """
        self._load(
            table,
            (x_colname, y_colname, skycoord_colname),
            use_skycoord,
            catalog_label or DEFAULT_LABEL,
            catalog_style,
        )

    def mark(
        self,
        positions: Any,
        label: str | None = None,
        texts: Sequence[str] | str | None = None,
        color: str = "red",
        shape: str = "circle",
        size: float = 12.0,
    ) -> None:
        """Mark places in the picture.

        Parameters
        ----------
        positions : SkyCoord, Table, str or array_like
            One place on the sky or many, a table with columns ``coord``, or ``x`` and ``y``, or
            one pair of column and row or many. Or a name as of `Telescope.slew`, but of nothing
            in the solar system, since that moves: ``"M31"``; or coordinates as text. Places on
            the sky need an image with a WCS.
        label : str, optional
            What to call them, to take them away by `unmark`; those of the same label go. Without,
            it is the first that is free of ``"marks"``, ``"marks 2"`` and so on.
        texts : sequence of str, optional
            To write beside the markers.
        color, shape, size : optional
            As of `set_catalog_style`.

        Raises
        ------
        ValueError
            If these are no places, the name is not known, or texts are not as many as they.

        Examples
        --------
        >>> from indinb.widgets import viewer
        >>> view = viewer([[0] * 50] * 50)
        >>> view.mark([(10, 10), (20, 30)], "found", texts=["one", "two"], color="orange")
        >>> view.catalog_labels
        ('found',)
        >>> view.close()
        """
        table = places(positions)
        words = [texts] if isinstance(texts, str) else list(map(str, texts or ()))
        if words and len(words) != len(table):
            raise ValueError(f"{len(table)} places take as many texts, not {len(words)}")
        on_sky = "x" not in table.colnames
        if on_sky and (self._shown is None or self._shown.wcs is None):
            raise ValueError("places on the sky can be marked in an image that has a WCS")
        style = {"shape": shape, "color": color, "size": size}
        with self._lock:
            label = label or self._free_label()
            self._load(table, COLUMNS, on_sky, label, style, words)
            self._catalogs[label].marked = True

    def unmark(self, label: str | None = None) -> None:
        """Take away what `mark` has marked, and leave catalogues.

        Parameters
        ----------
        label : str, optional
            Which marks; all of them by default.

        Raises
        ------
        ValueError
            If there are no marks of that label.

        Examples
        --------
        >>> from indinb.widgets import viewer
        >>> view = viewer([[0] * 50] * 50)
        >>> view.mark((10, 10))
        >>> view.mark((20, 30))
        >>> view.catalog_labels
        ('marks', 'marks 2')
        >>> view.unmark("marks")
        >>> view.catalog_labels
        ('marks 2',)
        >>> view.close()
        """
        with self._lock:
            marked = {name: one for name, one in self._catalogs.items() if one.marked}
            if label is not None:
                choose(marked, label, "mark")
            for name in marked if label is None else (label,):
                del self._catalogs[name]
            self._push()

    def set_catalog_style(
        self,
        catalog_label: str | None = None,
        shape: str = "circle",
        color: str = "red",
        size: float = 5.0,
        **kwargs: Any,
    ) -> None:
        """Choose how markers look.

        Parameters
        ----------
        catalog_label : str, optional
            Of which catalogue; not needed if there is only one.
        shape : str
            ``"circle"``, ``"square"``, ``"crosshair"``, ``"plus"`` or ``"diamond"``.
        color : str
            A name of CSS, or hexadecimal digits as in ``"#ff8800"``.
        size : float
            The diameter, in pixels of the screen.
        **kwargs
            Kept, and returned by `get_catalog_style`.

        Raises
        ------
        ValueError
            If there is no such catalogue, several and no label, or no such style.
        """
        if not self._catalogs and catalog_label is None:
            raise ValueError("Must load a catalog before setting a catalog style")
        with self._lock:
            catalog = choose(self._catalogs, catalog_label, "catalog")
            catalog.style = styled(shape, color, size, **kwargs)
            self._push()

    def get_catalog_style(self, catalog_label: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Return how markers look.

        Parameters
        ----------
        catalog_label : str, optional
            Of which catalogue; not needed if there is only one.
        **kwargs
            Ignored.

        Returns
        -------
        dict
            As `set_catalog_style` takes it; the usual style if there is no catalogue.

        Raises
        ------
        ValueError
            If there is no such catalogue, or several and no label.
        """
        if not self._catalogs and catalog_label is None:
            return {"catalog_label": None, **STYLE}
        catalog = choose(self._catalogs, catalog_label, "catalog")
        return {"catalog_label": self._label_of(catalog), **catalog.style}

    def remove_catalog(self, catalog_label: str | None = None, **kwargs: Any) -> None:
        """Take markers away.

        Parameters
        ----------
        catalog_label : str, optional
            Of which catalogue, ``"*"`` of all; not needed if there is only one.
        **kwargs
            Ignored.

        Raises
        ------
        TypeError
            If it is a list.
        ValueError
            If there is no such catalogue, or several and no label.
        """
        if isinstance(catalog_label, list | tuple):
            raise TypeError("Cannot remove multiple catalogs from a list: give one label, or '*'")
        with self._lock:
            if catalog_label == "*":
                self._catalogs.clear()
            else:
                catalog = choose(self._catalogs, catalog_label, "catalog")
                del self._catalogs[self._label_of(catalog)]
            self._push()

    def get_catalog(
        self,
        x_colname: str = "x",
        y_colname: str = "y",
        skycoord_colname: str = "coord",
        catalog_label: str | None = None,
        **kwargs: Any,
    ) -> Table:
        """Return a copy of a catalogue.

        Parameters
        ----------
        x_colname, y_colname, skycoord_colname : str
            What to call the columns of positions. Those that nobody knows are left out.
        catalog_label : str, optional
            Of which catalogue; not needed if there is only one.
        **kwargs
            Ignored.

        Returns
        -------
        astropy.table.Table
            With all other columns that it had; without rows if there is no catalogue.

        Raises
        ------
        ValueError
            If there is no such catalogue, or several and no label.
        """
        names = x_colname, y_colname, skycoord_colname
        if not self._catalogs and catalog_label is None:
            return Table(names=names)
        return choose(self._catalogs, catalog_label, "catalog").renamed(*names)

    @property
    def catalog_labels(self) -> tuple[str, ...]:
        """The labels of all catalogues."""
        return tuple(self._catalogs)

    def _load(
        self,
        table: Table,
        names: Sequence[str],
        on_sky: bool,
        label: str,
        style: dict[str, Any] | None = None,
        texts: Sequence[str] = (),
    ) -> None:
        known = positions(table, names, on_sky, self._shown and self._shown.wcs)
        with self._lock:
            before = self._catalogs.get(label)
            look = before.style if before else STYLE
            if style is not None:
                style = {name: style[name] for name in style if name != "catalog_label"}
                look = styled(**{**STYLE, **style})
            self._catalogs[label] = Catalog(known, on_sky, texts, look)
            self._push()

    def _label_of(self, catalog: Catalog) -> str:
        return next(label for label, one in self._catalogs.items() if one is catalog)

    def _free_label(self) -> str:
        labels = itertools.chain((_MARKS,), (f"{_MARKS} {n}" for n in itertools.count(2)))
        return next(label for label in labels if label not in self._catalogs)
