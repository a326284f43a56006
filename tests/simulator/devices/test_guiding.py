import pytest

from indinb.protocol.vocabulary import State
from indinb.simulator.devices.guiding import Guiding
from indinb.simulator.properties import Refused
from tests.simulator.bench import Bench

NS, WE = "TELESCOPE_TIMED_GUIDE_NS", "TELESCOPE_TIMED_GUIDE_WE"


class Port(Guiding):
    """A camera's port for guiding, and nothing else."""

    name = "Port"
    executable = "port"


@pytest.fixture
def bench():
    with Bench(Port) as bench:
        yield bench


@pytest.fixture
def pulses(bench):
    """What the mount was asked to do."""
    pulses = []
    bench.light.guide = lambda *pulse: pulses.append(pulse)
    return pulses


@pytest.mark.parametrize("direction", "NSWE")
def test_a_pulse_reaches_the_mount_and_ends(bench, pulses, direction):
    name = NS if direction in "NS" else WE
    bench.ask(name, {f"TIMED_GUIDE_{direction}": 1500})
    assert pulses == [(direction, 1.5)]
    assert bench[name].state is State.BUSY
    assert bench[name][f"TIMED_GUIDE_{direction}"] == 1500
    bench.run(1.4)
    assert bench[name].state is State.BUSY
    bench.run(0.2)
    assert bench[name].state is State.IDLE
    assert set(bench[name].values.values()) == {0}


def test_both_axes_are_guided_at_once(bench, pulses):
    bench.ask(NS, TIMED_GUIDE_N=1000)
    bench.ask(WE, TIMED_GUIDE_E=500)
    bench.run(0.6)
    assert (bench[NS].state, bench[WE].state) == (State.BUSY, State.IDLE)
    assert pulses == [("N", 1), ("E", 0.5)]


def test_of_two_opposite_ways_the_first_wins(bench, pulses):
    bench.ask(NS, TIMED_GUIDE_N=100, TIMED_GUIDE_S=200)
    assert pulses == [("N", 0.1)]


def test_a_pulse_of_nothing_is_over_at_once(bench, pulses):
    bench.ask(NS, TIMED_GUIDE_N=0, TIMED_GUIDE_S=0)
    bench.run(0.01)
    assert bench.states(NS) == [State.BUSY, State.IDLE]
    assert pulses == [("N", 0)]


def test_a_new_pulse_replaces_the_old_one(bench, pulses):
    bench.ask(NS, TIMED_GUIDE_N=1000, TIMED_GUIDE_S=0)
    bench.run(0.5)
    bench.ask(NS, TIMED_GUIDE_N=0, TIMED_GUIDE_S=1000)
    bench.run(0.9)
    assert bench[NS].state is State.BUSY
    bench.run(0.2)
    assert bench[NS].state is State.IDLE


def test_too_long_a_pulse_is_refused(bench, pulses):
    bench.ask(NS, TIMED_GUIDE_N=70_000)
    assert bench[NS].state is State.ALERT
    assert pulses == []


def test_what_a_mount_refuses_is_refused(bench):
    def refuse(direction, seconds):
        raise Refused("it is parked", State.IDLE)

    bench.light.guide = refuse
    bench.ask(NS, TIMED_GUIDE_N=100)
    assert bench[NS].state is State.IDLE
    assert bench.notices == ["[WARNING] it is parked"]


def test_without_a_mount_nothing_moves(bench):
    bench.ask(WE, TIMED_GUIDE_W=100)
    bench.run(0.2)
    assert bench.states(WE) == [State.BUSY, State.IDLE]


def test_they_are_shown_where_the_device_wants(bench):
    assert bench[NS].group == bench[WE].group == "Guider Control"
