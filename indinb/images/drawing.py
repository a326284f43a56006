"""CCDData that can draw itself."""

from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.visualization import BaseInterval, BaseStretch

from indinb.images.encoding import encode_png
from indinb.images.lazydata import LazyCCDData
from indinb.images.stretch import (
    AUTO,
    LONGEST,
    factors,
    normalization,
    shrink,
    to_bytes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Drawable(LazyCCDData):
    """What `Frame` has of a picture."""

    @property
    def is_top_down(self) -> bool:
        """Whether the header's ROWORDER is TOP-DOWN; else the first row is at the bottom."""
        return str(self.header.get("ROWORDER")).strip().upper() == "TOP-DOWN"

    def to_png(
        self,
        interval: str | BaseInterval = AUTO,
        stretch: str | BaseStretch = "linear",
        longest: int = LONGEST,
    ) -> bytes:
        r"""Draw the frame, binned to the size of a screen.

        Parameters
        ----------
        interval : str or astropy.visualization.BaseInterval
            Black and white: ``"auto"`` (the sky is dark, and what is faint in it shows),
            ``"zscale"``, ``"percentile"`` (99.5 % of the pixels) or ``"minmax"``.
        stretch : str or astropy.visualization.BaseStretch
            In between: ``"linear"``, ``"sqrt"``, ``"asinh"`` or ``"log"``.
        longest : int
            Pixels on the longer side, at most.

        Returns
        -------
        bytes
            A PNG file. The first row is at the bottom, unless the header's ROWORDER is TOP-DOWN.

        Raises
        ------
        ImageError
            If the data are not an image, or no pixel is finite.

        Examples
        --------
        >>> Drawable(np.eye(50), unit="adu").to_png("minmax", "log")[:4]
        b'\x89PNG'
        """
        values = shrink(self.data, longest)
        return encode_png(
            to_bytes(values, normalization(values, interval, stretch)), self.is_top_down
        )

    def plot(
        self,
        ax: "Axes | None" = None,
        interval: str | BaseInterval = AUTO,
        stretch: str | BaseStretch = "linear",
        **imshow: Any,
    ) -> "Axes":
        """Draw the frame with matplotlib, over the coordinates of the sky if it has a WCS.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; without, in a new figure.
        interval, stretch : str or object of astropy.visualization
            See `to_png`.
        **imshow
            Options of `matplotlib.axes.Axes.imshow`, like ``cmap="viridis"``.

        Returns
        -------
        matplotlib.axes.Axes
            In pixels of the frame, binned though they are shown; the first one is at (0, 0).

        Raises
        ------
        ImageError
            If the data are not an image, or no pixel is finite.

        Examples
        --------
        >>> from matplotlib.figure import Figure
        >>> axes = Drawable(np.eye(50), unit="adu").plot(Figure().subplots(), cmap="viridis")
        >>> float(axes.get_xlim()[1])
        49.5
        """
        values = shrink(self.data)
        norm = normalization(values, interval, stretch)
        height, width = np.multiply(values.shape[-2:], factors(self.data))
        axes = self._new_axes() if ax is None else ax
        axes.imshow(
            np.moveaxis(to_bytes(values, norm), 0, -1) if values.ndim == 3 else values,
            origin="lower",  # WCS axes know no other: they are turned instead
            extent=(-0.5, width - 0.5, -0.5, height - 0.5),
            **{"norm": norm, "cmap": "gray", **imshow},
        )
        axes.yaxis.set_inverted(self.is_top_down)
        return axes

    def _new_axes(self) -> "Axes":
        from matplotlib import pyplot as plt

        wcs = self.wcs.celestial if self.wcs is not None and self.wcs.has_celestial else None
        axes: Axes = plt.figure().add_subplot(projection=wcs)
        if wcs is not None:
            axes.set(**dict(zip(("xlabel", "ylabel"), map(_label, wcs.wcs.ctype), strict=True)))
        return axes


def _label(ctype: str) -> str:
    """Name an axis of the sky, whose own name in astropy is like ``pos.eq.ra``."""
    name = ctype.partition("-")[0]
    return "Dec" if name == "DEC" else name
