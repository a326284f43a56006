"""What all instruments have in common, and which device is which instrument."""

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any, ClassVar, TypeVar

from indinb import display
from indinb.client.device import Device
from indinb.client.procedure import Steps
from indinb.client.property import Property
from indinb.printable import printable
from indinb.protocol.vocabulary import Interface

SKY_QUALITY = Interface(1 << 32)
"""Sky quality meters, for which INDI has no bit: this one is ours, and no driver tells it."""

_TOLD_BY_ALL = 0xFFFF  # the bits that drivers before INDI 2 know


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
    marks : tuple of str
        Properties by which a device shows that it is of this kind, any of them. They count where
        its driver tells nothing, or has no word for the kind; see `kinds_of`.
    """

    interface: ClassVar[Interface]
    marks: ClassVar[tuple[str, ...]] = ()

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
        return display.render(self.device) | {"text/plain": repr(self)}


Kind = TypeVar("Kind", bound=type[Instrument])

_kinds: dict[Interface, type[Instrument]] = {}


def instrument(interface: Interface) -> Callable[[Kind], Kind]:
    """Register a class as the instrument for a bit of a driver's interface.

    A kind for which INDI has no bit takes one beyond INDI's, as `SKY_QUALITY` is; devices of this
    kind are known by its `Instrument.marks` alone.
    """

    def register(kind: Kind) -> Kind:
        kind.interface = interface
        _kinds[interface] = kind
        return kind

    return register


def kinds_of(device: Device) -> Interface:
    """Return what kinds of instrument a device is, as far as is known now.

    The driver tells it by its ``DRIVER_INFO``. Where that is missing, zero, or no number, the
    device's properties tell, by the `Instrument.marks` of each kind; these tell as well of kinds
    that drivers before INDI 2 have no bits for, such as power boxes.

    Parameters
    ----------
    device : Device
        Any. What it is may change at any time: when it connects, for one.
    """
    told = device.interfaces
    untold = (bit for bit in _kinds if not told or bit > _TOLD_BY_ALL)
    return reduce(operator.or_, (bit for bit in untold if has_marks(device, bit)), told)


def has_marks(device: Device, interface: Interface) -> bool:
    """Whether a device has any of the properties that mark a kind."""
    return any(mark in device for mark in _marks(interface))


def lacks_marks(device: Device, interface: Interface) -> bool:
    """Whether a device is connected, and yet has none of the properties that mark a kind."""
    return device.connected and bool(_marks(interface)) and not has_marks(device, interface)


def _marks(interface: Interface) -> tuple[str, ...]:
    return _kinds[interface].marks if interface in _kinds else ()


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
    known = kinds_of(device)
    return [kind(device) for bit, kind in sorted(_kinds.items()) if bit in known]
