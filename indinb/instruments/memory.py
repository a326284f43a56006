"""Which devices were said to play which parts, kept from one program to the next.

It is a small file of JSON in the folder of settings: by server, the names of devices by role.
Nobody's night ends because it is damaged, or cannot be written: that is only logged.
"""

import json
import logging
import tempfile
from pathlib import Path

from astropy.config import get_config_dir

logger = logging.getLogger(__name__)

_FILE = "roles.json"
_LARGEST = 1 << 20  # bytes: more than anybody's observatories need

Names = dict[str, str]
"""Names of devices, by role."""


class Memory:
    """What is remembered of the server at one address.

    Parameters
    ----------
    address : str
        As in "localhost:7624".

    Notes
    -----
    The folder is that of `astropy.config.get_config_dir`, for indinb.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def recall(self) -> Names:
        """Return the names of devices by role; none where nothing sound is remembered."""
        try:
            return _sound(_read(_path()).get(self._address, {}))
        except (OSError, ValueError) as error:
            logger.warning("what client.use(…) has been told before is lost: %s", error)
            return {}

    def keep(self, names: Names) -> None:
        """Remember these names instead of those before."""
        try:
            path = _path()
            _write(path, _but_for(path, self._address) | ({self._address: names} if names else {}))
        except OSError as error:
            logger.warning("client.use(…) cannot be remembered: %s", error)


def _path() -> Path:
    return Path(get_config_dir("indinb")) / _FILE


def _read(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            known = json.loads(file.read(_LARGEST))
    except FileNotFoundError:
        return {}
    except RecursionError:
        raise ValueError(f"{path} is damaged") from None
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    if not isinstance(known, dict):
        raise ValueError(f"{path} is damaged: it holds no servers")
    return known


def _sound(names: object) -> Names:
    told = names if isinstance(names, dict) else {}
    return {role: name for role, name in told.items() if isinstance(name, str)}


def _but_for(path: Path, address: str) -> dict[str, object]:
    """Return what is known of other servers; what is damaged is given up."""
    try:
        known = _read(path)
    except ValueError:
        return {}
    return {other: names for other, names in known.items() if other != address}


def _write(path: Path, known: dict[str, object]) -> None:
    """Replace the file by a whole one, whoever reads or writes it at the same time."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        part = Path(folder) / path.name
        part.write_text(json.dumps(known, indent=2, ensure_ascii=False), "utf-8")
        part.replace(path)
