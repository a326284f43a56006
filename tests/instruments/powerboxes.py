"""What power boxes of several kinds announce."""

import math

from indinb import Power
from indinb.protocol.messages import Define, New
from indinb.protocol.vocabulary import Interface, State, SwitchRule
from tests.client.fakes import numbers, switches, texts

BOX = "Power Box"
ANY, ONE_AT_MOST = SwitchRule.ANY_OF_MANY, SwitchRule.AT_MOST_ONE


def info(interface: Interface) -> Define:
    """Return what a driver tells of itself."""
    return texts("DRIVER_INFO", {"DRIVER_INTERFACE": str(int(interface))}, device=BOX)


def outputs(name: str, stem: str, *on: bool) -> Define:
    """Return a property of many switches that are on or off."""
    return switches(name, {f"{stem}_{n}": each for n, each in enumerate(on, 1)}, ANY, device=BOX)


def words(name: str, stem: str, *labels: str) -> Define:
    """Return a property of labels."""
    return texts(name, {f"{stem}_{n}": label for n, label in enumerate(labels, 1)}, device=BOX)


def readings(name: str, low: float = 0.0, high: float = 0.0, **values: float) -> Define:
    """Return a property of numbers."""
    return numbers(name, values, low, high, device=BOX, state=State.OK)


def relay(number: int, label: str, on: bool = False) -> Define:
    """Return the property of a relay."""
    return switches(
        f"DIGITAL_OUTPUT_{number}", {"OFF": not on, "ON": on}, ONE_AT_MOST, device=BOX, label=label
    )


SENSORS = readings("POWER_SENSORS", SENSOR_VOLTAGE=12.3, SENSOR_CURRENT=1.5, SENSOR_POWER=18.45)

INDI_2 = (
    info(Interface.POWER | Interface.WEATHER),
    outputs("POWER_CHANNELS", "POWER_CHANNEL", True, False, False),
    words("POWER_LABELS", "POWER_LABEL", "Mount", "Camera", "Focuser"),
    readings("POWER_CURRENTS", POWER_CURRENT_1=1.2, POWER_CURRENT_2=0.0, POWER_CURRENT_3=math.nan),
    outputs("DEW_CHANNELS", "DEW_CHANNEL", False, True),
    words("DEW_LABELS", "DEW_LABEL", "Main scope", "Guide scope"),
    readings("DEW_DUTY_CYCLES", 0.0, 100.0, DEW_DUTY_1=0.0, DEW_DUTY_2=40.0),
    readings("DEW_CURRENTS", DEW_CURRENT_1=0.0, DEW_CURRENT_2=0.8),
    outputs("USB_PORTS", "USB_PORT", True, True),
    words("USB_LABELS", "USB_LABEL", "Camera", ""),
    SENSORS,
)
"""What a driver on the power interface of INDI 2 announces."""

PEGASUS = (
    info(Interface.AUXILIARY | Interface.FOCUSER | Interface.WEATHER),
    outputs("POWER_CONTROL", "POWER_CONTROL", True, True, False, False),
    words("POWER_CONTROL_LABEL", "POWER_LABEL", "Mount", "Camera", "", "Fan"),
    readings("POWER_CURRENT", **{f"POWER_CURRENT_{n}": n / 10 for n in range(1, 5)}),
    readings("DEW_PWM", 0.0, 100.0, DEW_A=0.0, DEW_B=50.0, DEW_C=0.0),
    readings("DEW_CURRENT", DEW_CURRENT_A=0.0, DEW_CURRENT_B=0.4, DEW_CURRENT_C=0.0),
    outputs("USB_PORT_CONTROL", "PORT", True, False),
    SENSORS,
)
"""What Pegasus' Ultimate Powerbox announces in INDI 1.9."""

RELAYS = (
    info(Interface.OUTPUT),
    relay(10, "Output #10"),
    relay(2, "Output #2", on=True),
    relay(1, "Output #1"),
    texts("DIGITAL_OUTPUT_LABELS", {"DIGITAL_OUTPUT_1": "Lamp"}, device=BOX),
    readings("PULSE_0", 0.0, 60_000.0, DURATION=0.0),
)
"""What a box of relays announces in INDI 2."""


def labelled(*labels: str) -> tuple[Define, Define]:
    """Return the channels of a box with these labels."""
    return (
        outputs("POWER_CHANNELS", "POWER_CHANNEL", *[False] * len(labels)),
        words("POWER_LABELS", "POWER_LABEL", *labels),
    )


def asked(box: Power) -> list[tuple[str, dict]]:
    """Return what the box was asked to do."""
    return [(new.name, dict(new.values)) for new in box.device.connection.server.heard(New)]
