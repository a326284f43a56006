from indinb.protocol.vocabulary import State
from tests.simulator.bench import Bench

DEVICE = "Light Panel Simulator"


def close(bench: Bench) -> None:
    bench.ask("CAP_PARK", "PARK")
    bench.run(4)


def shine(bench: Bench, intensity: float) -> None:
    bench.ask("FLAT_LIGHT_CONTROL", "FLAT_LIGHT_ON")
    bench.ask("FLAT_LIGHT_INTENSITY", intensity)


def test_the_telescope_is_open_at_the_begin(bench: Bench) -> None:
    assert (bench.light.capped, bench.light.panel) == (False, 0)


def test_the_panel_shines_when_it_covers_the_telescope(bench: Bench) -> None:
    shine(bench, 51)
    assert bench.light.panel == 0
    close(bench)
    assert (bench.light.capped, bench.light.panel) == (True, 0.2)
    bench.ask("FLAT_LIGHT_INTENSITY", 255)
    assert bench.light.panel == 1
    bench.ask("FLAT_LIGHT_CONTROL", "FLAT_LIGHT_OFF")
    assert bench.light.panel == 0
    bench.ask("FLAT_LIGHT_CONTROL", "FLAT_LIGHT_ON")
    bench.ask("CAP_PARK", "UNPARK")
    assert (bench.light.capped, bench.light.panel) == (True, 0)
    bench.run(4)
    assert not bench.light.capped


def test_the_lid_takes_three_seconds(bench: Bench) -> None:
    bench.ask("CAP_PARK", "PARK")
    bench.run(2.9)
    assert bench["CAP_PARK"].state is State.BUSY
    bench.run(0.2)
    assert bench.states("CAP_PARK") == [State.BUSY, State.OK]


def test_a_lid_that_is_stopped_is_in_the_way(bench: Bench) -> None:
    bench.ask("CAP_PARK", "PARK")
    bench.run(1)
    bench.ask("CAP_ABORT", "ABORT")
    bench.run(10)
    assert (bench["CAP_PARK"].state, bench["CAP_PARK"].on) == (State.ALERT, None)
    assert bench.light.capped
    bench.ask("CAP_PARK", "UNPARK")
    bench.run(4)
    assert not bench.light.capped


def test_a_lid_that_was_left_moving_is_half_way(bench: Bench) -> None:
    bench.ask("CAP_PARK", "UNPARK")
    bench.ask("CONNECTION", "DISCONNECT")
    bench.ask("CONNECTION", "CONNECT")
    assert (bench["CAP_PARK"].state, bench["CAP_PARK"].on) == (State.IDLE, None)
    assert bench.light.capped


def test_there_is_no_more_light_than_there_is(bench: Bench) -> None:
    bench.ask("FLAT_LIGHT_INTENSITY", 256)
    assert bench["FLAT_LIGHT_INTENSITY"].state is State.ALERT
