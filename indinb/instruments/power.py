"""Power boxes, and boxes of relays."""

import re
from typing import NamedTuple

from astropy import units as u

from indinb.client.device import Device
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.outlets import Channel, DewHeater, Outlets, Relay, nth
from indinb.instruments.readings import members, number
from indinb.protocol.vocabulary import Interface


class _Bank(NamedTuple):
    """Properties whose members belong together, place by place."""

    outputs: str
    labels: str
    currents: str = ""
    switches: str = ""


# First of INDI 2, then of Pegasus' boxes in INDI 1.9.
_CHANNELS = (
    _Bank("POWER_CHANNELS", "POWER_LABELS", "POWER_CURRENTS"),
    _Bank("POWER_CONTROL", "POWER_CONTROL_LABEL", "POWER_CURRENT"),
)
_HEATERS = (
    _Bank("DEW_DUTY_CYCLES", "DEW_LABELS", "DEW_CURRENTS", "DEW_CHANNELS"),
    _Bank("DEW_PWM", "DEW_CONTROL_LABEL", "DEW_CURRENT"),
)
_PORTS = (_Bank("USB_PORTS", "USB_LABELS"), _Bank("USB_PORT_CONTROL", "USB_CONTROL_LABEL"))
_RELAY = re.compile(r"DIGITAL_OUTPUT_(\d{1,4})")
_RELAY_LABELS = "DIGITAL_OUTPUT_LABELS"  # whose members are called as the relays' properties


@instrument(Interface.POWER)
class Power(Instrument):
    """A box that switches other instruments on and off.

    Examples
    --------
    ::

        client.power.channels                    # by their labels
        client.power.channels["Mount"].turn_on()
        client.power.voltage
    """

    marks = (*tuple(bank.outputs for bank in (*_CHANNELS, *_HEATERS, *_PORTS)), "DIGITAL_OUTPUT_1")

    @property
    def channels(self) -> Outlets[Channel]:
        """The outputs that are on or off, by their labels, relays among them."""
        return Outlets([*self._switches(_CHANNELS), *self._relays()])

    @property
    def usb_ports(self) -> Outlets[Channel]:
        """The USB ports that can be switched, by their labels."""
        return Outlets(self._switches(_PORTS))

    @property
    def dew_heaters(self) -> Outlets[DewHeater]:
        """The outputs for dew heaters, by their labels."""
        return Outlets(
            [
                DewHeater(
                    self.device,
                    bank.outputs,
                    member,
                    nth(self.device, bank.labels, place),
                    nth(self.device, bank.currents, place),
                    nth(self.device, bank.switches, place),
                )
                for bank in _HEATERS
                for place, member in enumerate(members(self.device, bank.outputs))
            ]
        )

    @property
    def voltage(self) -> u.Quantity | None:
        """The voltage that the box gets, in volt; None if it does not tell."""
        return self._sensor("SENSOR_VOLTAGE", u.V)

    @property
    def current(self) -> u.Quantity | None:
        """The current that the box takes, in ampere; None if it does not tell."""
        return self._sensor("SENSOR_CURRENT", u.A)

    @property
    def power(self) -> u.Quantity | None:
        """The power that the box takes, in watt; None if it does not tell."""
        return self._sensor("SENSOR_POWER", u.W)

    def _switches(self, banks: tuple[_Bank, ...]) -> list[Channel]:
        return [
            Channel(
                self.device,
                bank.outputs,
                member,
                nth(self.device, bank.labels, place),
                nth(self.device, bank.currents, place),
            )
            for bank in banks
            for place, member in enumerate(members(self.device, bank.outputs))
        ]

    def _relays(self) -> list[Channel]:
        names = sorted(filter(_RELAY.fullmatch, self.device), key=_number_of)
        return [_relay(self.device, name) for name in names]

    def _sensor(self, member: str, unit: u.UnitBase) -> u.Quantity | None:
        told = number(self.device, "POWER_SENSORS", member)
        return None if told is None else told * unit


def _relay(device: Device, name: str) -> Relay:
    return Relay(device, name, "ON", (_RELAY_LABELS, name))


def _number_of(name: str) -> int:
    return int(name.rpartition("_")[2])
