"""What has changed since the last patch."""

from collections.abc import Iterable

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.property import Property
from indinb.widgets import snapshot
from indinb.widgets.part import Part
from indinb.widgets.snapshot import Json


class News:
    """Names, not values: of what changes several times, only the newest counts."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}
        self._properties: dict[str, dict[str, Property]] = {}
        self._messages: dict[str | None, list[Json]] = {}
        self._some = False

    def __bool__(self) -> bool:
        return self._some

    def touch(self, devices: Iterable[Device] = ()) -> None:
        """Note that something of the connection changed, or what stands at heads of devices."""
        self._some = True
        self._devices |= {device.name: device for device in devices}

    def add(self, change: Change) -> None:
        """Note what an observer was told."""
        match change.owner:
            case Property() as found:
                self.touch([found.device])
                self._properties.setdefault(found.device.name, {})[found.name] = found
            case Device() as device:
                self.touch([device])
            case _:
                self.touch()
        if change.type == "message":
            name = change.owner.name if isinstance(change.owner, Device) else None
            lines = self._messages.setdefault(name, [])
            lines.append(snapshot.of_notice(change.new))
            del lines[: -snapshot.MESSAGES_SHOWN]

    def patch(self, connection: Connection, part: Part) -> Json:
        """Describe it for a browser."""
        present = [device for device in self._devices.values() if device.defined]
        return {
            **snapshot.condition(connection),
            "devices": [self._device(device, part) for device in present],
            "deleted_devices": [d.name for d in self._devices.values() if not d.defined],
            "messages": self._messages.get(None, []),
        }

    def _device(self, device: Device, part: Part) -> Json:
        changed = self._properties.get(device.name, ())
        connection = device.connection
        vectors = connection.model.vectors(device.name)
        present = part.of_these(vectors[name] for name in changed if name in vectors)
        return {
            **snapshot.heading(device),
            "properties": [snapshot.of_property(connection, vector) for vector in present],
            "deleted": [name for name in changed if name not in vectors],
            "messages": self._messages.get(device.name, []),
        }
