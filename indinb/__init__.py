"""indinb: the observatory in a notebook.

>>> import indinb
>>> indinb.connect  # doctest: +ELLIPSIS
<function connect at ...>
"""

import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from indinb import display

if TYPE_CHECKING:
    from indinb import errors as errors
    from indinb import instruments as instruments
    from indinb import pyindi as pyindi
    from indinb import widgets as widgets
    from indinb.client.gathering import gather as gather
    from indinb.errors import IndiError as IndiError
    from indinb.images.frame import Frame as Frame
    from indinb.instruments import GPS as GPS
    from indinb.instruments import Camera as Camera
    from indinb.instruments import Dome as Dome
    from indinb.instruments import DustCap as DustCap
    from indinb.instruments import FilterWheel as FilterWheel
    from indinb.instruments import FlatPanel as FlatPanel
    from indinb.instruments import Focuser as Focuser
    from indinb.instruments import GuideChip as GuideChip
    from indinb.instruments import Guider as Guider
    from indinb.instruments import Limits as Limits
    from indinb.instruments import Power as Power
    from indinb.instruments import Rotator as Rotator
    from indinb.instruments import SkyQuality as SkyQuality
    from indinb.instruments import Telescope as Telescope
    from indinb.instruments import Weather as Weather
    from indinb.observatory import Client as Client
    from indinb.observatory import connect as connect
    from indinb.simulation import simulate as simulate

# What is public is loaded when it is first asked for, so that importing indinb costs nothing.
_PUBLIC = {
    "Camera": "indinb.instruments",
    "Client": "indinb.observatory",
    "Dome": "indinb.instruments",
    "DustCap": "indinb.instruments",
    "FilterWheel": "indinb.instruments",
    "FlatPanel": "indinb.instruments",
    "Focuser": "indinb.instruments",
    "Frame": "indinb.images.frame",
    "GPS": "indinb.instruments",
    "GuideChip": "indinb.instruments",
    "Guider": "indinb.instruments",
    "IndiError": "indinb.errors",
    "Limits": "indinb.instruments",
    "Power": "indinb.instruments",
    "Rotator": "indinb.instruments",
    "SkyQuality": "indinb.instruments",
    "Telescope": "indinb.instruments",
    "Weather": "indinb.instruments",
    "connect": "indinb.observatory",
    "errors": "indinb",
    "gather": "indinb.client.gathering",
    "instruments": "indinb",
    "pyindi": "indinb",
    "simulate": "indinb.simulation",
    "widgets": "indinb",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("indinb")
    try:
        home = _PUBLIC[name]
    except KeyError:
        raise AttributeError(f"indinb has no {name!r}") from None
    if home == __name__:
        return importlib.import_module(f"{home}.{name}")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return __all__


def _render(thing: Any) -> display.MimeBundle:
    if not _runs_in_a_notebook():
        return display.static(thing)
    from indinb.widgets import render

    return render(thing)


def _follow(operation: Any) -> Callable[[], None] | None:
    if _runs_in_a_notebook():
        from indinb.widgets import follow

        follow(operation)
        return None
    from indinb import terminal

    return terminal.follow(operation)


def _runs_in_a_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


display.fill(_render, _follow)
