"""Which BLOBs the server was asked for."""

from indinb.pyindi.constants import B_ALSO

Key = tuple[str, str | None]
"""A device, and one of its properties or all."""


class BlobModes:
    """Modes by device, and by property where one was named; B_ALSO, until something was said.

    (That is what INDI's client library says. Servers send none by default.)

    Examples
    --------
    >>> modes = BlobModes()
    >>> modes.set("CCD Simulator", "CCD1", 2)
    True
    >>> modes.set("CCD Simulator", "CCD1", 2)
    False
    >>> modes.get("CCD Simulator", "CCD1"), modes.get("CCD Simulator", None)
    (2, 1)
    """

    def __init__(self) -> None:
        self._modes: dict[Key, int] = {}  # the last that was said is the last

    def set(self, device: str, name: str | None, mode: int) -> bool:
        """Note a mode, of a property or all of them, and tell whether the server has to know."""
        key = (device, name)
        if self._stands(key, mode):
            return False
        kept = {of: noted for of, noted in self._modes.items() if not _covers(key, of)}
        self._modes = {**kept, key: mode}
        return True

    def _stands(self, key: Key, mode: int) -> bool:
        """Tell whether this was the last word on it; those of a device count for all others."""
        noted = list(self._modes.items())
        if (key, mode) not in noted:
            return False
        later = noted[noted.index((key, mode)) + 1 :]
        return not any(of[1] is None or (_covers(key, of) and other != mode) for of, other in later)

    def get(self, device: str, name: str | None) -> int:
        """Return the mode of a property; without one, of the device."""
        of_device = self._modes.get((device, None), B_ALSO)
        return self._modes.get((device, name), of_device)

    def all(self) -> list[tuple[str, str | None, int]]:
        """Return what was noted, devices before their properties."""
        noted = sorted(self._modes.items(), key=lambda item: item[0][1] is not None)
        return [(device, name, mode) for (device, name), mode in noted]


def _covers(key: Key, other: Key) -> bool:
    """Tell whether what is said of the one counts for the other, too."""
    return other == key or (key[1] is None and other[0] == key[0])
