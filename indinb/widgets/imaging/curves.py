"""Intervals and stretches of astropy by the names that browsers know, and back."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from astropy import visualization as vis

from indinb.images.stretch import AUTO, INTERVALS, auto_shades

MANUAL = "manual"
CUSTOM = "custom"

PARAMETERS = {"asinh": 0.1, "log": 1000.0, "power": 2.0}
"""What `astropy.visualization` calls ``a``, where nobody has chosen it."""

_STRETCHES: Mapping[str, Callable[..., vis.BaseStretch]] = {
    "linear": vis.LinearStretch,
    "sqrt": vis.SqrtStretch,
    "squared": vis.SquaredStretch,
    "asinh": vis.AsinhStretch,
    "log": vis.LogStretch,
    "power": vis.PowerStretch,
}

NAMED = tuple(_STRETCHES)
"""Stretches that browsers know."""

INTERVAL_NAMES = (AUTO, *INTERVALS, MANUAL)
STRETCH_NAMES = (*NAMED, CUSTOM)

_SAMPLES = 1024  # of a curve; many of them near black, where curves are steep


class AutoInterval(vis.BaseInterval):  # type: ignore[misc]  # astropy has no types
    """From three sigma below the sky to the thousandth of the pixels that is brightest."""

    def get_limits(self, values: Any) -> tuple[float, float]:
        """Return black and white of an array."""
        shades = auto_shades(np.asarray(values))
        return shades.black, shades.white


def interval_name(interval: vis.BaseInterval) -> str:
    """Return the name of an interval, ``"manual"`` for those without.

    Examples
    --------
    >>> interval_name(vis.ZScaleInterval()), interval_name(vis.PercentileInterval(90))
    ('zscale', 'manual')
    """
    known = {AUTO: AutoInterval, **INTERVALS}
    return next((name for name, make in known.items() if _alike(interval, make())), MANUAL)


def interval_named(name: str) -> vis.BaseInterval:
    """Return the interval of a name, which is none of ``"manual"``."""
    return AutoInterval() if name == AUTO else INTERVALS[name]()


def stretch_name(stretch: vis.BaseStretch) -> tuple[str, float]:
    """Return the name and the parameter of a stretch, ``"custom"`` for those without.

    Examples
    --------
    >>> stretch_name(vis.LogStretch(500)), stretch_name(vis.SinhStretch())
    (('log', 500.0), ('custom', 0.0))
    """
    parameter = float(getattr(stretch, "a", 0.0))
    for name in NAMED:
        if _alike(stretch, stretch_named(name, parameter)):
            return name, parameter if name in PARAMETERS else 0.0
    return CUSTOM, 0.0


def stretch_named(name: str, parameter: float = 0.0) -> vis.BaseStretch:
    """Return the stretch of a name, with its usual parameter unless it can have the given one.

    Of ``"custom"``, which only tells that there is another one, it is linear.
    """
    make = _STRETCHES.get(name, vis.LinearStretch)
    if name not in PARAMETERS:
        return make()
    try:
        return make(parameter)
    except ValueError:
        return make(PARAMETERS[name])


def samples(stretch: vis.BaseStretch) -> bytes:
    """Return 1024 shades of a stretch, at the fourth powers of evenly spaced numbers."""
    places = np.linspace(0, 1, _SAMPLES) ** 4
    with np.errstate(all="ignore"):
        shades = np.nan_to_num(stretch(places, clip=True))
    return bytes(np.clip(shades, 0, 1).astype("<f4"))


def _alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(vars(one) == vars(other))
