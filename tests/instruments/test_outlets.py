"""Outputs by labels that repeat, are empty or change, and outputs that are switched for a while."""

from collections.abc import Callable

import pytest
from astropy import units as u

from indinb import Client, Power
from indinb.client.procedure import Procedure
from indinb.errors import Aborted, OutOfRange, UnknownElement, UnknownProperty
from indinb.instruments import durations
from indinb.protocol.messages import Define, Member, Message, New
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import ManualClock, define, delete, obey, update
from tests.instruments.powerboxes import (
    ANY,
    BOX,
    INDI_2,
    RELAYS,
    asked,
    labelled,
    words,
)
from tests.waiting import wait_until

OK, BUSY = State.OK, State.BUSY


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., Power]:
    """Return a function that makes a box of definitions and its answer."""

    def make(*definitions: Define, answer: Callable[[New], list[Message]] = obey) -> Power:
        return Power(connect(*definitions, answer=answer).devices[BOX])

    return make


# Labels


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


def test_what_is_gone_can_still_be_shown(make):
    box = make(*INDI_2, *RELAYS)
    outputs = [*box.channels.values(), *box.dew_heaters.values()]
    box.device.connection.server.tell(*map(delete, (*INDI_2, *RELAYS)))
    wait_until(box.device, lambda: not box.channels)
    assert all(repr(each).endswith(f"of {BOX}>") for each in outputs)


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
