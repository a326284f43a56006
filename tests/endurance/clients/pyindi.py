"""pyindi-client: INDI's own client in C++, wrapped for Python."""

from collections.abc import Callable
from typing import Any

import PyIndi

_KINDS = {
    PyIndi.INDI_NUMBER: (PyIndi.PropertyNumber, lambda member: member.getValue()),
    PyIndi.INDI_TEXT: (PyIndi.PropertyText, lambda member: member.getText() or ""),
    PyIndi.INDI_SWITCH: (PyIndi.PropertySwitch, lambda member: member.getStateAsString()),
    PyIndi.INDI_LIGHT: (PyIndi.PropertyLight, lambda member: member.getStateAsString()),
}


class Client(PyIndi.BaseClient):
    """Tells what it is told."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.stumbles = False
        self._tell = tell

    def serverConnected(self) -> None:  # noqa: N802
        self._tell("connected")

    def serverDisconnected(self, code: int) -> None:  # noqa: N802
        self._tell("lost")

    def removeDevice(self, device: Any) -> None:  # noqa: N802
        self._tell("gone")

    def removeProperty(self, gone: Any) -> None:  # noqa: N802
        self._tell("gone")

    def updateProperty(self, update: Any) -> None:  # noqa: N802
        if self.stumbles:
            self.stumbles = False
            udpate  # noqa: B018, F821


class Session:
    """See the package."""

    def __init__(self, port: int, tell: Callable[[str], None]) -> None:
        self._client = Client(tell)
        self._client.setServer("127.0.0.1", port)
        self._client.connectServer()

    def values(self, device: str) -> dict[str, Any]:
        found = {}
        for each in self._client.getDevice(device).getProperties():
            if each.getType() in _KINDS and each.getPermission() != PyIndi.IP_WO:
                cast, read = _KINDS[each.getType()]
                name = each.getName()
                found |= {f"{name}.{member.getName()}": read(member) for member in cast(each)}
        return found

    def write(self, device: str, name: str, member: str, text: str) -> None:
        found = self._client.getDevice(device).getText(name)
        found.findWidgetByName(member).setText(text)
        self._client.sendNewText(found)

    def expose(self, device: str, seconds: float) -> None:
        found = self._client.getDevice(device).getNumber("CCD_EXPOSURE")
        found[0].setValue(seconds)
        self._client.sendNewNumber(found)

    def stumble(self) -> None:
        self._client.stumbles = True

    def close(self) -> None:
        self._client.disconnectServer()
