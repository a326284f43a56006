"""One image of a viewer, and how it is shown."""

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from astropy import visualization as vis
from numpy.typing import NDArray

from indinb.images.encoding import encode_png
from indinb.images.frame import Frame
from indinb.images.levels import levels
from indinb.images.stretch import shrink, to_bytes
from indinb.widgets.imaging import drawing
from indinb.widgets.imaging.settings import Settings
from indinb.widgets.snapshot import Json

_GREYS = 0b11111100  # 64 of them: more would only be noise, which takes room in notebooks


class LoadedImage:
    """One image of a viewer.

    Parameters
    ----------
    frame : Frame
        The image.
    settings : Settings
        How it is shown.
    weakly : bool
        Let the frame go when nobody else has it any more: its overview stays.

    Raises
    ------
    ImageError
        If it cannot be shown.
    """

    def __init__(self, frame: Frame, settings: Settings, weakly: bool = False) -> None:
        self._frame: Callable[[], Frame | None] = weakref.ref(frame) if weakly else lambda: frame
        self.settings = settings
        self.name = repr(frame)
        self.wcs = drawing.celestial(frame)
        self._draw(frame)

    @property
    def frame(self) -> Frame | None:
        """The image, if it is still there."""
        return self._frame()

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        width, height = self.picture["size"]
        return width, height

    @property
    def values(self) -> NDArray[Any]:
        """The pixels of the overview: the very ones, as long as the frame is there."""
        frame = self.frame
        if frame is None:
            return self._levels.values()
        return drawing.overview(frame, self.settings.debayer).values

    def keep(self, frame: Frame) -> None:
        """Keep the frame from now on."""
        self._frame = lambda: frame

    def refresh(self, frame: Frame) -> None:
        """Draw the frame anew, if its pixels are others than before."""
        values, _, *_ = drawing.overview(frame, self.settings.debayer)
        now = levels(values, self.settings.shades)
        if not np.array_equal(now.pixels, self._levels.pixels) or now[1:] != self._levels[1:]:
            self._draw(frame)

    def take(self, news: Json) -> None:
        """Take what controls have been set to."""
        self.settings.take(news)
        if "debayer" in news:
            self._debayer()
        elif news.keys() & {"interval", "stretch", "parameter"}:
            self.settings.choose_shades(self.values)

    def bend(self, stretch: vis.BaseStretch) -> None:
        """Take another stretch, and the midtone that belongs to it."""
        self.settings.curve = stretch
        self.settings.choose_shades(self.values)

    def thumbnail(self, longest: int) -> bytes:
        """Draw the overview small, as PNG."""
        table = to_bytes(self._levels.table(), self.settings.norm())
        shades = shrink(table[self._levels.pixels], longest).astype(np.uint8)
        few = (shades & _GREYS | shades >> 6).astype(np.uint8)
        return encode_png(few, self.picture["top_down"])

    def _debayer(self) -> None:
        frame = self.frame
        if frame is None:  # as it is gone, it stays as it is
            self.settings.debayer = not self.settings.debayer
        else:
            self._draw(frame)

    def _draw(self, frame: Frame) -> None:
        values, factor, *_ = drawing.overview(frame, self.settings.debayer)
        self.settings.choose_shades(values)
        found = levels(values, self.settings.shades)
        if np.may_share_memory(found.pixels, values):  # else all of the frame would be kept
            found = found._replace(pixels=found.pixels.copy())
        self._levels = found
        self.picture = drawing.picture(frame, self._levels, factor)
