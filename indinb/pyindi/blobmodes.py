"""Which BLOBs the server was asked for."""

from indinb.pyindi.constants import B_ALSO


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
        self._modes: dict[tuple[str, str | None], int] = {}

    def set(self, device: str, name: str | None, mode: int) -> bool:
        """Note a mode, of a property or all of them, and tell whether it changes anything."""
        concerned = {
            key: value
            for key, value in self._modes.items()
            if key == (device, name) or (name is None and key[0] == device)
        }
        if (device, name) in concerned and set(concerned.values()) == {mode}:
            return False
        others = {key: value for key, value in self._modes.items() if key not in concerned}
        self._modes = {**others, (device, name): mode}
        return True

    def get(self, device: str, name: str | None) -> int:
        """Return the mode of a property; without one, of the device."""
        of_device = self._modes.get((device, None), B_ALSO)
        return self._modes.get((device, name), of_device)

    def all(self) -> list[tuple[str, str | None, int]]:
        """Return what was noted, devices before their properties."""
        noted = sorted(self._modes.items(), key=lambda item: item[0][1] is not None)
        return [(device, name, mode) for (device, name), mode in noted]
