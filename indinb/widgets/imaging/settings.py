"""How a picture is shown: what its controls are set to."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from astropy import units as u
from astropy import visualization as vis
from astropy.coordinates import SkyCoord
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.images.stretch import AUTO, Midtone, Shades, shades
from indinb.widgets.imaging.colors import GRAY
from indinb.widgets.imaging.curves import (
    CUSTOM,
    MANUAL,
    interval_name,
    interval_named,
    samples,
    stretch_name,
    stretch_named,
)

CONTROLS = (
    "black",
    "white",
    "midtone",
    "stretch",
    "parameter",
    "interval",
    "colormap",
    "debayer",
    "view",
    "box",
)
"""The names of what both sides may change."""

_LIMITS = frozenset({"black", "white", "midtone"})


@dataclass
class Settings:
    """What the controls of a picture are set to, by the names of the viewer's traits.

    Objects of astropy that controls have no name for are kept beside them, and count as long as
    nobody touches the control.
    """

    black: float = 0.0
    white: float = 1.0
    midtone: float = 0.5
    stretch: str = "linear"
    parameter: float = 0.0
    interval: str = AUTO
    colormap: str = GRAY
    debayer: bool = False
    view: list[float] = field(default_factory=list)
    box: list[int] = field(default_factory=list)
    _cuts: tuple[Shades, vis.BaseInterval] | None = None
    _curve: vis.BaseStretch | None = None
    _sky: tuple[list[float], dict[str, Any]] | None = None

    def controls(self) -> dict[str, Any]:
        """Return what is set, by the names of the controls."""
        return {name: getattr(self, name) for name in CONTROLS}

    def take(self, news: dict[str, Any]) -> None:
        """Take what controls have been set to; moving a limit is choosing it by hand."""
        for name, value in news.items():
            setattr(self, name, value)
        if news.keys() & _LIMITS and "interval" not in news:
            self.interval = MANUAL
        if news.keys() & {"stretch", "parameter"} and self.stretch != CUSTOM:
            parameter = news.get("parameter", 0.0)
            self.curve = stretch_named(self.stretch, parameter)

    def for_size(self, is_same: bool) -> Self:
        """Return them for the next picture: in one of another size, all of it is in view."""
        return replace(self) if is_same else replace(self, view=[], box=[])

    # ---- Shades ----

    @property
    def shades(self) -> Shades:
        """Black, white and midtone."""
        return Shades(self.black, self.white, self.midtone)

    @shades.setter
    def shades(self, chosen: Shades) -> None:
        self.black, self.white, self.midtone = chosen

    @property
    def cuts(self) -> vis.BaseInterval:
        """The interval, as long as black and white are what it has made them."""
        if self.interval != MANUAL:
            return interval_named(self.interval)
        if self._cuts is not None and self._cuts[0] == self.shades:
            return self._cuts[1]
        return vis.ManualInterval(self.black, self.white)

    def cut(self, interval: vis.BaseInterval, values: NDArray[Any]) -> None:
        """Choose black and white by an interval of astropy.

        Raises
        ------
        ImageError
            If there is nothing between them.
        """
        name = interval_name(interval)
        chosen = shades(values, AUTO if name == AUTO else interval, self.curve)
        if not np.isfinite(chosen).all():
            raise ImageError(f"black and white are finite, not {chosen.black} and {chosen.white}")
        self.interval, self.shades, self._cuts = name, chosen, (chosen, interval)

    def choose_shades(self, values: NDArray[Any]) -> None:
        """Choose black, white and midtone anew, unless they are chosen by hand."""
        if self.interval != MANUAL:
            self.shades = shades(values, self.interval, self.curve)

    # ---- Stretch ----

    @property
    def curve(self) -> vis.BaseStretch:
        """The stretch, without the midtone."""
        if self.stretch != CUSTOM:
            return stretch_named(self.stretch, self.parameter)
        return self._curve or vis.LinearStretch()

    @curve.setter
    def curve(self, chosen: vis.BaseStretch) -> None:
        self.stretch, self.parameter = stretch_name(chosen)
        self._curve = chosen

    def samples(self) -> bytes:
        """Return the shades of a stretch that has no name."""
        return samples(self.curve) if self.stretch == CUSTOM else b""

    def norm(self) -> vis.ImageNormalize:
        """Map values to shades, 0 to 1, as the browser does; to black if black is above white."""
        stretch = vis.CompositeStretch(self.curve, Midtone(self.midtone))
        white = max(self.black, self.white)
        return vis.ImageNormalize(vmin=self.black, vmax=white, stretch=stretch, clip=True)

    # ---- View ----

    @property
    def sky(self) -> dict[str, Any]:
        """Centre and field as they were given on the sky, if nobody has moved the view."""
        return self._sky[1] if self._sky is not None and self._sky[0] == self.view else {}

    def look(self, view: list[float], center: Any, fov: Any) -> None:
        """Take a view, and remember what was given on the sky."""
        given = self.sky
        for name, value in (("center", center), ("fov", fov)):
            if isinstance(value, SkyCoord | u.Quantity):
                given = {**given, name: value}
            elif value is not None and view != self.view:
                given = {kept: given[kept] for kept in given if kept != name}
        self.view, self._sky = view, (view, given)
