"""The Earth's rotation as it came with astropy: nothing is fetched in the dark."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from astropy.utils import iers
from astropy.utils.exceptions import AstropyWarning

_lock = threading.RLock()  # astropy's settings are those of the whole process


@contextmanager
def offline() -> Iterator[None]:
    """Let astropy transform coordinates with the tables that it has, whatever their age.

    Beyond the tables the Earth is off by a second of time at most, which is 15 arcsec.

    Examples
    --------
    >>> with offline():
    ...     iers.conf.auto_download
    False
    """
    settings = {"auto_download": False, "auto_max_age": None, "iers_degraded_accuracy": "ignore"}
    with _lock, ExitStack() as stack:
        for name, value in settings.items():
            stack.enter_context(iers.conf.set_temp(name, value))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore", iers.IERSWarning)
        warnings.filterwarnings("ignore", "Tried to get polar motions", AstropyWarning)
        yield
