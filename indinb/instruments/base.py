"""What all instruments have in common, and which device is which instrument."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from indinb.client import display
from indinb.client.device import Device
from indinb.client.procedure import Steps
from indinb.client.property import Property
from indinb.printable import printable
from indinb.protocol.vocabulary import Interface


class Instrument:
    """A view on a device as an instrument of one kind; a device can be several.

    Parameters
    ----------
    device : Device
        That has the properties of this kind of instrument.

    Attributes
    ----------
    interface : Interface
        The bit by which drivers say that they are of this kind.
    """

    interface: ClassVar[Interface]

    def __init__(self, device: Device) -> None:
        self.device = device

    @property
    def name(self) -> str:
        """The device's name."""
        return self.device.name

    @property
    def connected(self) -> bool:
        """Whether the driver is connected to its hardware."""
        return self.device.connected

    def connect(self) -> None:
        """Connect the driver to its hardware; see `Device.connect`."""
        self.device.connect()

    def disconnect(self) -> None:
        """Disconnect the driver from its hardware."""
        self.device.disconnect()

    def _ensure(self, name: str, member: str) -> Steps[None]:
        """Switch a member on, if the driver has it and lets it be switched."""
        found = self._find(name)
        if found is None or not found.permission.writable:
            return
        if found.vector.get(member) is False:
            yield found.set(member)

    def _find(self, name: str) -> Property | None:
        return self.device.get(name)

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} {self.name}>")

    def summary(self) -> display.Summary:
        """Describe its device as a table."""
        return self.device.summary()

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self.device)


Kind = TypeVar("Kind", bound=type[Instrument])

_kinds: dict[Interface, type[Instrument]] = {}


def instrument(interface: Interface) -> Callable[[Kind], Kind]:
    """Register a class as the instrument for a bit of a driver's interface."""

    def register(kind: Kind) -> Kind:
        kind.interface = interface
        _kinds[interface] = kind
        return kind

    return register


def instruments(device: Device) -> list[Instrument]:
    """List the instruments that a device is.

    Parameters
    ----------
    device : Device
        Any.

    Returns
    -------
    list of Instrument
        In the order of INDI's interface bits; empty when indinb knows none of its kinds.
    """
    return [kind(device) for bit, kind in sorted(_kinds.items()) if bit in device.interfaces]
