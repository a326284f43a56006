import pytest

from indinb.protocol.vocabulary import State
from indinb.simulator.devices.telescope import TelescopeSimulator
from tests.simulator.bench import Bench


@pytest.fixture
def bench():
    with Bench(TelescopeSimulator) as bench:
        yield bench


def moved(bench, seconds=1):
    """How far the axes turn in some seconds, in degrees."""
    before = bench.driver.mount.axes
    bench.run(seconds)
    return [now - then for now, then in zip(bench.driver.mount.axes, before, strict=True)]


@pytest.mark.parametrize(
    ("rate", "speed"), [("1x", 15.041 / 3600), ("2x", 0.5), ("3x", 2.5), ("4x", 6)]
)
def test_a_key_moves_at_the_rate_that_is_set(bench, rate, speed):
    bench.ask("TELESCOPE_SLEW_RATE", rate)
    bench.ask("TELESCOPE_MOTION_NS", "MOTION_SOUTH")
    assert moved(bench, 2) == pytest.approx([0, -2 * speed], rel=1e-4)


def test_both_axes_move_at_once_and_stop_one_by_one(bench):
    bench.ask("TELESCOPE_MOTION_NS", "MOTION_SOUTH")
    bench.ask("TELESCOPE_MOTION_WE", "MOTION_WEST")
    assert moved(bench) == pytest.approx([2.5, -2.5])
    bench.ask("TELESCOPE_MOTION_NS", MOTION_SOUTH=False)
    assert moved(bench) == pytest.approx([2.5, 0])
    bench.ask("TELESCOPE_MOTION_WE", MOTION_WEST=False)
    assert moved(bench) == pytest.approx([0, 0])


def test_another_key_of_the_same_axis_replaces_the_first(bench):
    bench.ask("TELESCOPE_MOTION_WE", "MOTION_WEST")
    bench.ask("TELESCOPE_MOTION_WE", "MOTION_EAST")
    assert moved(bench) == pytest.approx([-2.5, 0])
    assert bench["TELESCOPE_MOTION_WE"].on == "MOTION_EAST"


def test_keys_may_be_reversed(bench):
    bench.ask("TELESCOPE_REVERSE_MOTION", REVERSE_WE=True)
    bench.ask("TELESCOPE_MOTION_WE", "MOTION_WEST")
    assert moved(bench) == pytest.approx([-2.5, 0])
    assert bench["TELESCOPE_MOTION_WE"].on == "MOTION_WEST"
    bench.ask("TELESCOPE_REVERSE_MOTION", REVERSE_NS=True)
    bench.ask("TELESCOPE_MOTION_WE", MOTION_WEST=False)
    bench.ask("TELESCOPE_MOTION_NS", "MOTION_NORTH")
    assert moved(bench) == pytest.approx([0, -2.5])


def test_letting_go_tells_where(bench):
    bench.ask("TELESCOPE_MOTION_NS", "MOTION_SOUTH")
    bench.run(2)
    bench.ask("TELESCOPE_MOTION_NS", MOTION_SOUTH=False)
    assert bench["TARGET_EOD_COORD"]["DEC"] == pytest.approx(85)
    assert bench["TELESCOPE_MOTION_NS"].state is State.IDLE


def test_no_keys_while_it_slews(bench):
    bench.ask("EQUATORIAL_EOD_COORD", RA=5, DEC=0)
    bench.run(1)
    bench.ask("TELESCOPE_MOTION_NS", "MOTION_SOUTH")
    assert bench["TELESCOPE_MOTION_NS"].state is State.IDLE
    assert bench["TELESCOPE_MOTION_NS"].on is None
    assert "abort that before" in bench.notices[-1]


@pytest.mark.parametrize(("name", "axis"), [("NS", 1), ("WE", 0)])
def test_pulses_move_at_the_guide_rate(bench, name, axis):
    bench.ask("GUIDE_RATE", {f"GUIDE_RATE_{name}": 0.8})
    bench.ask(f"TELESCOPE_TIMED_GUIDE_{name}", {f"TIMED_GUIDE_{name[1]}": 2000})
    assert bench[f"TELESCOPE_TIMED_GUIDE_{name}"].state is State.BUSY
    turned = [angle * 3600 for angle in moved(bench, 5)]
    assert turned[axis] == pytest.approx(-2 * 0.8 * 15.041, abs=0.01)
    assert turned[1 - axis] == pytest.approx(0)
    assert bench.states(f"TELESCOPE_TIMED_GUIDE_{name}") == [State.BUSY, State.IDLE]
