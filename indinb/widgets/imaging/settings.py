"""How a picture is shown: what its controls are set to."""

from dataclasses import dataclass, field
from typing import Any

from astropy import visualization as vis
from numpy.typing import NDArray

from indinb.images.stretch import AUTO, Midtone, Shades, shades
from indinb.widgets.imaging.colors import GRAY
from indinb.widgets.imaging.curves import (
    CUSTOM,
    MANUAL,
    interval_name,
    interval_named,
    stretch_name,
    stretch_named,
)

LIMITS = frozenset({"black", "white", "midtone"})
CURVE = frozenset({"stretch", "parameter"})


@dataclass
class Settings:
    """What the controls of a picture are set to, by the names of the viewer's traits.

    Names say what the controls know; objects of astropy that have no name are kept beside them,
    as long as nobody touches the control.
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
    _cuts: tuple[vis.BaseInterval, Shades] | None = None
    _curve: vis.BaseStretch | None = None

    @property
    def shades(self) -> Shades:
        """Black, white and midtone."""
        return Shades(self.black, self.white, self.midtone)

    @shades.setter
    def shades(self, chosen: Shades) -> None:
        self.black, self.white, self.midtone = chosen

    @property
    def curve(self) -> vis.BaseStretch:
        """The stretch, without the midtone."""
        if self._curve is not None and self.stretch == CUSTOM:
            return self._curve
        return vis.LinearStretch() if self.stretch == CUSTOM else self._named_curve()

    @curve.setter
    def curve(self, chosen: vis.BaseStretch) -> None:
        self.stretch, self.parameter = stretch_name(chosen)
        self._curve = chosen

    @property
    def cuts(self) -> vis.BaseInterval:
        """The interval, as long as black and white are what it made them."""
        if self.interval != MANUAL:
            return interval_named(self.interval)
        if self._cuts is not None and self._cuts[1] == self.shades:
            return self._cuts[0]
        return vis.ManualInterval(self.black, self.white)

    def cut(self, interval: vis.BaseInterval, values: NDArray[Any]) -> None:
        """Choose black and white by an interval of astropy."""
        name = interval_name(interval)
        self.shades = shades(values, AUTO if name == AUTO else interval, self.curve)
        self.interval = name
        self._cuts = interval, self.shades

    def choose_shades(self, values: NDArray[Any]) -> None:
        """Choose black, white and midtone anew, unless they are chosen by hand."""
        if self.interval != MANUAL:
            self.shades = shades(values, self.interval, self.curve)

    def norm(self) -> vis.ImageNormalize:
        """Map values to shades, 0 to 1, as the browser does."""
        stretch = vis.CompositeStretch(self.curve, Midtone(self.midtone))
        return vis.ImageNormalize(vmin=self.black, vmax=self.white, stretch=stretch)

    def take(self, news: dict[str, Any]) -> None:
        """Take what a control has been set to; shades of names are to be chosen afterwards."""
        for name, value in news.items():
            setattr(self, name, value)
        if news.keys() & LIMITS and "interval" not in news:
            self.interval = MANUAL
        if "stretch" in news and self.stretch != CUSTOM:
            # another stretch's parameter would be none of this one
            self.parameter = stretch_name(self._named_curve(news.get("parameter", 0.0)))[1]

    def _named_curve(self, parameter: float | None = None) -> vis.BaseStretch:
        return stretch_named(self.stretch, self.parameter if parameter is None else parameter)
