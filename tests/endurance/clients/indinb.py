"""indinb."""

from collections.abc import Callable
from typing import Any

from indinb import Camera, connect
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.protocol.vocabulary import Kind, Permission


class Session:
    """See the package."""

    def __init__(self, port: int, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._stumbles = False
        self._client = connect("127.0.0.1", port)
        self._client.observe(self._hear)
        tell("connected")

    def values(self, device: str) -> dict[str, Any]:
        return values(self._client.devices[device])

    def write(self, device: str, name: str, member: str, text: str) -> None:
        self._client.devices[device][name].set({member: text})

    def expose(self, device: str, seconds: float) -> None:
        exposure = Camera(self._client.devices[device]).start_exposure(seconds)
        exposure.add_done_callback(lambda _: self._tell("failed"))

    def stumble(self) -> None:
        self._stumbles = True

    def close(self) -> None:
        self._client.close()

    def _hear(self, change: Change) -> None:
        if change.type == "status":
            self._tell(change.new)
        elif change.type == "deleted":
            self._tell("gone")
        elif self._stumbles:
            self._stumbles = False
            chnage  # noqa: B018, F821


def values(device: Device) -> dict[str, Any]:
    """Return what it shows, and what the others are compared with."""
    found = {}
    for name, each in device.items():
        if each.kind is not Kind.BLOB and each.permission is not Permission.WRITE_ONLY:
            found |= {f"{name}.{member}": _plain(value) for member, value in each.items()}
    return found


def _plain(value: Any) -> float | str:
    if isinstance(value, bool):
        return "On" if value else "Off"
    return value if isinstance(value, float) else str(value)
