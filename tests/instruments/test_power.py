"""Power boxes of INDI 2, Pegasus' boxes of INDI 1.9, and boxes of relays."""

import asyncio
import math
from collections.abc import Callable

import pytest
from astropy import units as u

import indinb
from indinb import Client, Focuser, Power
from indinb.client.procedure import Procedure
from indinb.errors import Aborted, Failed, OutOfRange, UnknownElement, UnknownProperty
from indinb.instruments import durations
from indinb.protocol.messages import Define, Member, Message, New
from indinb.protocol.vocabulary import Interface, Kind, Permission, State, SwitchRule
from tests.client.fakes import ManualClock, define, delete, numbers, obey, switches, texts, update
from tests.waiting import wait_until

OK, BUSY, ALERT = State.OK, State.BUSY, State.ALERT
BOX = "Power Box"
ANY, ONE_AT_MOST = SwitchRule.ANY_OF_MANY, SwitchRule.AT_MOST_ONE
READ_ONLY = Permission.READ_ONLY


def info(interface: Interface) -> Define:
    return texts("DRIVER_INFO", {"DRIVER_INTERFACE": str(int(interface))}, device=BOX)


def outputs(name: str, stem: str, *on: bool) -> Define:
    """Return a property of many switches that are on or off."""
    return switches(name, {f"{stem}_{n}": each for n, each in enumerate(on, 1)}, ANY, device=BOX)


def words(name: str, stem: str, *labels: str) -> Define:
    """Return a property of labels."""
    return texts(name, {f"{stem}_{n}": label for n, label in enumerate(labels, 1)}, device=BOX)


def readings(name: str, low: float = 0.0, high: float = 0.0, **values: float) -> Define:
    """Return a property of numbers."""
    return numbers(name, values, low, high, device=BOX, state=OK)


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


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., Power]:
    """Return a function that makes a box of definitions and its answer."""

    def make(*definitions: Define, answer: Callable[[New], list[Message]] = obey) -> Power:
        return Power(connect(*definitions, answer=answer).devices[BOX])

    return make


def asked(box: Power) -> list[tuple[str, dict]]:
    """Return what the box was asked to do."""
    return [(new.name, dict(new.values)) for new in box.device.connection.server.heard(New)]


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
    with pytest.raises(OutOfRange, match=r"takes percent such as 40 \* u.percent"):
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


# Labels


def labelled(*labels: str) -> tuple[Define, Define]:
    return (
        outputs("POWER_CHANNELS", "POWER_CHANNEL", *[False] * len(labels)),
        words("POWER_LABELS", "POWER_LABEL", *labels),
    )


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (("Camera", "Camera", "Mount"), ["Camera (1)", "Camera (2)", "Mount"]),
        (("", " ", "Mount"), ["Power_Channel_1", "Power_Channel_2", "Mount"]),
        ((" Camera ", "Mount\t"), ["Camera", "Mount"]),
    ],
)
def test_labels_that_repeat_or_are_empty(make, labels: tuple[str, ...], names: list[str]):
    channels = make(*labelled(*labels)).channels
    assert list(channels) == names
    assert [channels[name] for name in names] == [channels[n + 1] for n in range(len(names))]
    assert len(set(channels.values())) == len(names)


def test_no_label_at_all_is_the_place(make):
    silent = [Member(f"CHANNEL_{n}", " ", False) for n in (1, 2)]
    box = make(define(Kind.SWITCH, "POWER_CHANNELS", *silent, rule=ANY, device=BOX))
    assert list(box.channels) == ["Output (1)", "Output (2)"]
    box.channels[2].turn_on()
    assert asked(box) == [("POWER_CHANNELS", {"CHANNEL_2": True})]


def test_which_of_several(make):
    channels = make(*labelled("Camera", "Camera", "Mount")).channels
    with pytest.raises(UnknownElement, match=r"several .* 'Camera': .*'Camera \(1\)', 'Camera"):
        _ = channels["Camera"]


@pytest.mark.parametrize("name", ["Cam", "", 0, 4, -1, None])
def test_no_such_output(make, name: object):
    channels = make(*labelled("Camera", "Mount", "Fan")).channels
    with pytest.raises(
        UnknownElement, match=r"no output is called .*: there is Camera, Mount, Fan"
    ):
        _ = channels[name]


def test_labels_that_change(make):
    box = make(*labelled("Camera", "Mount"))
    camera = box.channels["Camera"]
    box.device.connection.server.tell(update(labelled("", "")[1], OK, POWER_LABEL_1="Guider"))
    assert list(box.channels) == ["Guider", "Mount"]
    assert camera.label == "Guider"  # it is the same output
    camera.turn_on()
    assert box.channels["Guider"].on


def test_fewer_labels_than_channels(make):
    channels, labels = labelled("Camera", "Mount", "Fan")
    box = make(channels, words("POWER_LABELS", "POWER_LABEL", "Camera"))
    assert list(box.channels) == ["Camera", "Power_Channel_2", "Power_Channel_3"]
    held = box.channels["Camera"]
    box.device.connection.server.tell(delete(labels))
    assert held.label == "Power_Channel_1"


def test_markup_in_a_label_is_text(make):
    channels = make(*labelled("<b>Camera</b>", "M\x1b[31m")).channels
    assert next(iter(channels)) == "<b>Camera</b>"
    assert "\x1b" not in repr(channels)


def test_a_channel_that_is_gone(make):
    box = make(*INDI_2)
    camera = box.channels["Camera"]
    box.device.connection.server.tell(delete(INDI_2[1]))
    assert list(box.channels) == []
    for use in (lambda: camera.on, camera.turn_on):
        with pytest.raises(UnknownProperty, match="POWER_CHANNELS"):
            use()


# Off and on again


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """Time for pauses, that goes on when it is told to."""
    clock = ManualClock()
    monkeypatch.setattr(durations, "call_later", clock.call_later)
    return clock


def _cycling(box: Power) -> Procedure[None]:
    """Return a cycle of the mount in its pause."""
    operation = box.channels["Mount"].start_cycle(5 * u.s)
    wait_until(box.device, lambda: not box.channels["Mount"].on)
    box.device.connection.server.tell()  # so that all that follows from it is done
    return operation


def test_cycle(make, clock: ManualClock):
    box = make(*INDI_2)
    operation = _cycling(box)
    assert operation.label == "cycle Mount of Power Box"
    assert [timer.due for timer in clock.pending] == [5]
    clock.advance(5)
    assert operation.result(5) is None
    assert box.channels["Mount"].on
    assert [values for _, values in asked(box)] == [
        {"POWER_CHANNEL_1": False},
        {"POWER_CHANNEL_1": True},
    ]


def test_cycle_in_no_time(make):
    box = make(*RELAYS)
    assert box.channels[2].cycle(0 * u.s) is None
    assert box.channels[2].on


def test_a_cycle_that_is_stopped_leaves_it_off(make, clock: ManualClock):
    box = make(*INDI_2)
    operation = _cycling(box)
    operation.abort()
    with pytest.raises(Aborted):
        operation.result(5)
    assert not box.channels["Mount"].on
    assert clock.pending == []


def test_a_pause_without_a_unit(make):
    with pytest.raises(OutOfRange, match="pause takes a time such as 2"):
        make(*INDI_2).channels["Mount"].start_cycle(2)


def test_a_slow_box(make):
    box = make(*INDI_2, answer=lambda new: [update(INDI_2[1], BUSY)])
    operation = box.channels["Camera"].start_turn_on()
    box.device.connection.server.tell()
    assert not operation.done()
    wait_until(box.device, lambda: box.device["POWER_CHANNELS"].state is BUSY)
    box.device.connection.server.tell(update(INDI_2[1], OK, POWER_CHANNEL_2=True))
    assert operation.result(5) is None
