"""Cuts, stretch, colours and view of each picture, as astropy's viewers are told them.

These are methods of astro-image-display-api_, which all of that package's viewers have.

.. _astro-image-display-api: https://github.com/astropy/astro-image-display-api
"""

from typing import Any

from astropy import units as u
from astropy import visualization as vis
from astropy.coordinates import SkyCoord

from indinb.images.stretch import AUTO, INTERVALS
from indinb.widgets.imaging import checks
from indinb.widgets.imaging.colors import known_colormap
from indinb.widgets.imaging.curves import (
    NAMED,
    PARAMETERS,
    interval_named,
    stretch_named,
)
from indinb.widgets.imaging.stage import Stage
from indinb.widgets.imaging.viewport import (
    center_in_pixels,
    fov_in_pixels,
    on_sky,
    whole_view,
)


class Controls(Stage):
    """Pictures whose controls a program can set, with or without a label of several."""

    def set_cuts(
        self,
        cuts: tuple[float, float] | vis.BaseInterval | str,
        image_label: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Choose the values shown as black and as white.

        Parameters
        ----------
        cuts : tuple of float, astropy.visualization.BaseInterval or str
            Black and white, or how to choose them: ``"auto"`` (the sky is dark, and what is faint
            in it shows), ``"zscale"``, ``"percentile"`` (99.5 % of the pixels) or ``"minmax"``.
        image_label : str, optional
            Of which image; not needed if there is only one.
        **kwargs
            Other viewers have more options, which are ignored.

        Raises
        ------
        TypeError
            If they are none of these.
        ValueError
            If there is no such image, or several and no label.
        """
        with self._lock:
            image = self._image(image_label)
            image.settings.cut(_interval(cuts), image.values)
            self._settle(image)

    def get_cuts(self, image_label: str | None = None, **kwargs: Any) -> vis.BaseInterval:
        """Return how black and white are chosen.

        Parameters
        ----------
        image_label : str, optional
            Of which image; not needed if there is only one.
        **kwargs
            Ignored.

        Returns
        -------
        astropy.visualization.BaseInterval
            A ManualInterval where somebody has moved black or white.

        Raises
        ------
        ValueError
            If there is no such image, or several and no label.
        """
        return self._image(image_label).settings.cuts

    def set_stretch(
        self, stretch: vis.BaseStretch | str, image_label: str | None = None, **kwargs: Any
    ) -> None:
        """Choose the way from black to white.

        Parameters
        ----------
        stretch : astropy.visualization.BaseStretch or str
            Any, or ``"linear"``, ``"sqrt"``, ``"squared"``, ``"asinh"``, ``"log"`` or ``"power"``.
        image_label : str, optional
            Of which image; not needed if there is only one.
        **kwargs
            Ignored.

        Raises
        ------
        TypeError
            If it is none of these.
        ValueError
            If there is no such image, or several and no label.
        """
        with self._lock:
            image = self._image(image_label)
            image.bend(_stretch(stretch))
            self._settle(image)

    def get_stretch(self, image_label: str | None = None, **kwargs: Any) -> vis.BaseStretch:
        """Return the way from black to white, to which the midtone comes.

        Parameters
        ----------
        image_label : str, optional
            Of which image; not needed if there is only one.
        **kwargs
            Ignored.

        Returns
        -------
        astropy.visualization.BaseStretch
            The stretch.

        Raises
        ------
        ValueError
            If there is no such image, or several and no label.
        """
        return self._image(image_label).settings.curve

    def set_colormap(self, map_name: str, image_label: str | None = None, **kwargs: Any) -> None:
        """Choose colours for shades.

        Parameters
        ----------
        map_name : str
            Of a colour map of matplotlib.
        image_label : str, optional
            Of which image; not needed if there is only one.
        **kwargs
            Ignored.

        Raises
        ------
        ValueError
            If there is no colour map of that name, no such image, or several and no label.
        """
        with self._lock:
            image = self._image(image_label)
            image.settings.colormap = known_colormap(map_name)
            self._settle(image)

    def get_colormap(self, image_label: str | None = None, **kwargs: Any) -> str:
        """Return the name of the colour map.

        Parameters
        ----------
        image_label : str, optional
            Of which image; not needed if there is only one.
        **kwargs
            Ignored.

        Returns
        -------
        str
            As matplotlib knows it.

        Raises
        ------
        ValueError
            If there is no such image, or several and no label.
        """
        return self._image(image_label).settings.colormap

    def set_viewport(
        self,
        center: SkyCoord | tuple[float, float] | None = None,
        fov: u.Quantity | float | None = None,
        image_label: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Choose the part of an image that is in view.

        Parameters
        ----------
        center : SkyCoord or (float, float), optional
            A place on the sky, or column and row, of which (0, 0) is the centre of the first
            pixel. It stays where it is by default.
        fov : Quantity or float, optional
            What the shorter side of the viewer shows, as an angle or a number of pixels. It stays
            as it is by default.
        image_label : str, optional
            Of which image; not needed if there is only one.
        **kwargs
            Ignored.

        Raises
        ------
        TypeError
            If they are something else, or on the sky and the image has no WCS.
        ValueError
            If there is no such image, several and no label, or nothing could be seen.
        """
        with self._lock:
            image = self._image(image_label)
            x, y, pixels = image.settings.view or whole_view(image.size)
            if center is not None:
                x, y = center_in_pixels(center, image.wcs)
            if fov is not None:
                pixels = fov_in_pixels(fov, image.wcs, image.size)
            image.settings.look(checks.view([x, y, pixels]), center, fov)
            self._settle(image)

    def get_viewport(
        self, sky_or_pixel: str | None = None, image_label: str | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Return the part of an image that is in view.

        Parameters
        ----------
        sky_or_pixel : "sky", "pixel" or None
            How to tell it: None is on the sky if the image has a WCS.
        image_label : str, optional
            Of which image; not needed if there is only one.
        **kwargs
            Ignored.

        Returns
        -------
        dict
            ``center``, ``fov`` and ``image_label``, as `set_viewport` takes them.

        Raises
        ------
        ValueError
            If the image has no WCS and the sky is asked for, if there is no such image, or several
            and no label.
        """
        if sky_or_pixel not in ("sky", "pixel", None):
            raise ValueError(f"sky_or_pixel must be 'sky', 'pixel' or None, not {sky_or_pixel!r}")
        with self._lock:
            image = self._image(image_label)
            label = next(name for name, one in self._images.items() if one is image)
            view = image.settings.view or whole_view(image.size)
        x, y, fov = view
        told: dict[str, Any] = {"center": (x, y), "fov": fov, "image_label": label}
        if sky_or_pixel == "pixel" or (sky_or_pixel is None and image.wcs is None):
            return told
        if image.wcs is None:
            raise ValueError(f"WCS is not set: nobody knows where on the sky {label!r} is")
        center, field = on_sky(view, image.wcs, image.size)
        return {**told, "center": center, "fov": field, **image.settings.sky}


def _interval(cuts: Any) -> vis.BaseInterval:
    match cuts:
        case vis.BaseInterval():
            return cuts
        case str() if cuts in (AUTO, *INTERVALS):
            return interval_named(cuts)
        case (black, white):
            return vis.ManualInterval(float(black), float(white))
    names = ", ".join((AUTO, *INTERVALS))
    raise TypeError(f"cuts must be (black, white), an interval of astropy or one of {names}")


def _stretch(stretch: Any) -> vis.BaseStretch:
    if isinstance(stretch, vis.BaseStretch):
        return stretch
    if isinstance(stretch, str) and stretch in NAMED:
        return stretch_named(stretch, PARAMETERS.get(stretch, 0.0))
    names = ", ".join(NAMED)
    raise TypeError(f"Stretch {stretch!r} is not valid: a stretch of astropy, or one of {names}")
