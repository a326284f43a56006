"""The devices of a connection, by name."""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from typing import TYPE_CHECKING, Any

from indinb import display
from indinb.client.device import Device
from indinb.client.property import did_you_mean
from indinb.errors import UnknownDevice

if TYPE_CHECKING:
    from indinb.client.connection import Connection


class Devices(Mapping[str, Device]):
    """The devices that the server announces now, by name."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection

    def __getitem__(self, name: str) -> Device:
        if name not in self._connection.model.devices():
            raise self.unknown(name)
        return self._connection.handle(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._connection.model.devices())

    def __len__(self) -> int:
        return len(self._connection.model.devices())

    def items(self) -> ItemsView[str, Device]:
        """Return names and devices as they are at this moment, whichever goes away meanwhile."""
        return {name: self._connection.handle(name) for name in self}.items()

    def values(self) -> ValuesView[Device]:
        """Return the devices as they are at this moment, whichever goes away meanwhile."""
        return dict(self.items()).values()

    def __repr__(self) -> str:
        return "\n".join(map(repr, map(self._connection.handle, self))) or "<no devices>"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def summary(self) -> display.Summary:
        """Describe them as a table."""
        columns = ["device", "connected", "interfaces", "properties"]
        rows = [_row(device) for device in map(self._connection.handle, self)]
        return display.Summary(f"Devices of {self._connection.address}", columns, rows)

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.static(self)

    def unknown(self, name: str) -> UnknownDevice:
        """Return the error that says that there is no such device, and what to do."""
        known = list(self)
        hint = did_you_mean(name, known) or f"; there is {', '.join(known) or 'none at all'}"
        return UnknownDevice(f"{self._connection.address} announces no device {name!r}{hint}")


def _row(device: Device) -> list[str]:
    connected = ("yes" if device.connected else "no") + (", stale" if device.stale else "")
    return [device.name, connected, device.interfaces.name or "GENERAL", str(len(device))]
