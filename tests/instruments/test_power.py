"""Power boxes of INDI 2, Pegasus' boxes of INDI 1.9, and boxes of relays."""

import asyncio
import math
from collections.abc import Callable

import pytest
from astropy import units as u

import indinb
from indinb import Client, Focuser, Power
from indinb.errors import Failed, OutOfRange
from indinb.protocol.messages import Define, Message, New
from indinb.protocol.vocabulary import Interface, State
from tests.client.fakes import obey, update
from tests.instruments.powerboxes import (
    BOX,
    INDI_2,
    PEGASUS,
    RELAYS,
    asked,
    readings,
)

OK, ALERT = State.OK, State.ALERT


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., Power]:
    """Return a function that makes a box of definitions and its answer."""

    def make(*definitions: Define, answer: Callable[[New], list[Message]] = obey) -> Power:
        return Power(connect(*definitions, answer=answer).devices[BOX])

    return make


# INDI 2


def test_channels_by_their_labels(make):
    channels = make(*INDI_2).channels
    assert list(channels) == ["Mount", "Camera", "Focuser"]
    assert [channel.on for channel in channels.values()] == [True, False, False]
    assert [channel.current for channel in channels.values()] == [1.2 * u.A, 0 * u.A, None]
    assert channels[2] == channels["Camera"]
    assert repr(channels) == "<3 outputs: Mount, Camera, Focuser>"
    assert repr(channels["Camera"]) == "<Channel Camera of Power Box>"


def test_only_the_changed_channel_is_sent(make):
    box = make(*INDI_2)
    camera = box.channels["Camera"]
    camera.turn_on()
    assert camera.on
    assert asked(box) == [("POWER_CHANNELS", {"POWER_CHANNEL_2": True})]
    camera.turn_off()
    assert not camera.on
    assert asked(box)[1:] == [("POWER_CHANNELS", {"POWER_CHANNEL_2": False})]
    assert box.channels["Mount"].on


def test_what_another_client_switched_stays(make):
    box = make(*INDI_2)
    camera = box.channels["Camera"]
    box.device.connection.server.tell(update(INDI_2[1], OK, POWER_CHANNEL_1=False))
    camera.turn_on()
    assert not box.channels["Mount"].on


def test_a_channel_that_fails(make):
    box = make(*INDI_2, answer=lambda new: [update(INDI_2[1], ALERT)])
    with pytest.raises(Failed):
        box.channels["Camera"].turn_on()
    assert not box.channels["Camera"].on


def test_await_channels(make):
    box = make(*INDI_2)

    async def switch() -> None:
        await box.channels["Camera"].start_turn_on()
        await box.channels["Mount"].start_turn_off()

    asyncio.run(switch())
    assert [channel.on for channel in box.channels.values()] == [False, True, False]


def test_usb_ports(make):
    box = make(*INDI_2)
    assert list(box.usb_ports) == ["Camera", "Usb_Port_2"]  # one by the driver's own label
    box.usb_ports[2].turn_off()
    assert asked(box) == [("USB_PORTS", {"USB_PORT_2": False})]


def test_sensors(make):
    box = make(*INDI_2)
    assert (box.voltage, box.current, box.power) == (12.3 * u.V, 1.5 * u.A, 18.45 * u.W)
    assert box.power.value == pytest.approx((box.voltage * box.current).to_value(u.W))


def test_sensors_that_tell_nothing(make):
    box = make(INDI_2[1])
    assert (box.voltage, box.current, box.power) == (None, None, None)
    box = make(INDI_2[1], readings("POWER_SENSORS", SENSOR_VOLTAGE=math.nan))
    assert (box.voltage, box.current, box.power) == (None, None, None)


# Dew heaters


def test_dew_heaters(make):
    heaters = make(*INDI_2).dew_heaters
    assert list(heaters) == ["Main scope", "Guide scope"]
    assert [heater.duty for heater in heaters.values()] == [0 * u.percent, 40 * u.percent]
    assert heaters["Guide scope"].current == 0.8 * u.A


@pytest.mark.parametrize(("percent", "on"), [(70, True), (0, False)])
def test_a_heater_is_switched_as_well(make, percent: float, on: bool):
    box = make(*INDI_2)
    box.dew_heaters["Main scope"].set_duty(percent * u.percent)
    assert box.dew_heaters["Main scope"].duty == percent * u.percent
    assert asked(box) == [
        ("DEW_DUTY_CYCLES", {"DEW_DUTY_1": float(percent), "DEW_DUTY_2": 40.0}),
        ("DEW_CHANNELS", {"DEW_CHANNEL_1": on}),
    ]


def test_a_heater_without_a_switch(make):
    box = make(*PEGASUS)
    assert list(box.dew_heaters) == ["Dew_A", "Dew_B", "Dew_C"]
    box.dew_heaters["Dew_A"].set_duty(25 * u.percent)
    assert asked(box) == [("DEW_PWM", {"DEW_A": 25.0, "DEW_B": 50.0, "DEW_C": 0.0})]
    assert box.dew_heaters["Dew_B"].current == 0.4 * u.A


@pytest.mark.parametrize(
    "duty", [40, 0.4, 40 * u.dimensionless_unscaled, 40 * u.W, "40 %", None, [1, 2] * u.percent]
)
def test_what_is_no_percentage(make, duty: object):
    with pytest.raises(OutOfRange, match=r"takes a percentage such as 40 \* u.percent"):
        make(*INDI_2).dew_heaters["Main scope"].start_set_duty(duty)


@pytest.mark.parametrize("percent", [-1, 101, math.nan])
def test_too_warm_and_too_cold(make, percent: float):
    box = make(*INDI_2)
    with pytest.raises(OutOfRange, match="DEW_DUTY_CYCLES"):
        box.dew_heaters["Main scope"].start_set_duty(percent * u.percent)
    assert asked(box) == []


# Pegasus' boxes of INDI 1.9


def test_a_box_that_indi_has_no_bit_for(make):
    box = make(*PEGASUS)
    assert Interface.POWER not in box.device.interfaces
    kinds = [type(each) for each in indinb.instruments(box.device)]
    assert Power in kinds
    assert Focuser in kinds


def test_channels_of_pegasus(make):
    box = make(*PEGASUS)
    assert list(box.channels) == ["Mount", "Camera", "Power_Control_3", "Fan"]
    assert box.channels["Fan"].current == 0.4 * u.A
    box.channels["Fan"].turn_on()
    assert asked(box) == [("POWER_CONTROL", {"POWER_CONTROL_4": True})]
    assert list(box.usb_ports) == ["Port_1", "Port_2"]
    assert box.voltage == 12.3 * u.V


# Relays


def test_relays_in_their_order(make):
    channels = make(*RELAYS).channels
    assert list(channels) == ["Lamp", "Output #2", "Output #10"]
    assert [channel.on for channel in channels.values()] == [False, True, False]
    assert [channel.current for channel in channels.values()] == [None] * 3


def test_relays_are_switched_by_one_of_two(make):
    box = make(*RELAYS)
    box.channels["Lamp"].turn_on()
    assert box.channels["Lamp"].on
    box.channels["Output #2"].turn_off()
    assert not box.channels["Output #2"].on
    assert asked(box) == [
        ("DIGITAL_OUTPUT_1", {"OFF": False, "ON": True}),
        ("DIGITAL_OUTPUT_2", {"OFF": True, "ON": False}),
    ]


def test_a_box_of_relays_is_a_power_box(make):
    assert [type(each) for each in indinb.instruments(make(*RELAYS).device)] == [Power]
