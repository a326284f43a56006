"""PyIndi-Client's interface over indinb's client: ``from indinb import pyindi as PyIndi``.

``python -m indinb.pyindi script.py`` runs a script unchanged, whose ``import PyIndi`` finds this;
`install` does the same for what is imported later, as in a notebook.

What the original does, this does, without its crashes: a callback that raises is logged, a server
that is lost may be connected again, and handles then live on. Scripts edit properties on sheets of
their own, so nobody else takes for true what a driver has not confirmed.

Examples
--------
>>> from indinb import pyindi as PyIndi
>>> client = PyIndi.BaseClient()
>>> client.getHost(), client.getPort()
('localhost', 7624)
>>> bool(client.getDevice("Telescope Simulator"))
False
"""

import sys
import types

from indinb.pyindi.callbacks import BaseMediator as BaseMediator
from indinb.pyindi.client import AbstractBaseClient as AbstractBaseClient
from indinb.pyindi.client import BaseClient as BaseClient
from indinb.pyindi.constants import *  # noqa: F403
from indinb.pyindi.device import BaseDevice as BaseDevice
from indinb.pyindi.properties import Property as Property
from indinb.pyindi.properties import PropertyBlob as PropertyBlob
from indinb.pyindi.properties import PropertyLight as PropertyLight
from indinb.pyindi.properties import PropertyNumber as PropertyNumber
from indinb.pyindi.properties import PropertySwitch as PropertySwitch
from indinb.pyindi.properties import PropertyText as PropertyText
from indinb.pyindi.widgets import WidgetViewBlob as WidgetViewBlob
from indinb.pyindi.widgets import WidgetViewLight as WidgetViewLight
from indinb.pyindi.widgets import WidgetViewNumber as WidgetViewNumber
from indinb.pyindi.widgets import WidgetViewSwitch as WidgetViewSwitch
from indinb.pyindi.widgets import WidgetViewText as WidgetViewText

# Names of the same things in the views of INDI 2.x, and in INDI 1.x.
PropertyViewText = ITextVectorProperty = PropertyText
PropertyViewNumber = INumberVectorProperty = PropertyNumber
PropertyViewSwitch = ISwitchVectorProperty = PropertySwitch
PropertyViewLight = ILightVectorProperty = PropertyLight
PropertyViewBlob = IBLOBVectorProperty = PropertyBlob
IText, INumber, ISwitch = WidgetViewText, WidgetViewNumber, WidgetViewSwitch
ILight, IBLOB = WidgetViewLight, WidgetViewBlob

PyIndi = sys.modules[__name__]  # where the original has a package, and in it a module

__all__ = [  # for `import *`, which must not bring names that scripts have, such as `client`
    name
    for name, value in tuple(globals().items())
    if value is PyIndi or not (name.startswith("_") or isinstance(value, types.ModuleType))
]


def __dir__() -> list[str]:
    return [*__all__, "install"]


def install() -> None:
    """Let ``import PyIndi`` find this module from now on, in this program."""
    sys.modules["PyIndi"] = sys.modules["PyIndi.PyIndi"] = PyIndi
