import pytest

from indinb.protocol.vocabulary import State
from tests.simulator.bench import Bench

DEVICE = "Rotator Simulator"


def angle(bench: Bench) -> float:
    return bench["ABS_ROTATOR_ANGLE"].value


def test_it_turns_ten_degrees_a_second(bench: Bench) -> None:
    bench.ask("ABS_ROTATOR_ANGLE", 30)
    bench.run(1.05)
    assert bench.light.rotation == pytest.approx(10)
    bench.run(2)
    assert (angle(bench), bench["ABS_ROTATOR_ANGLE"].state) == (30, State.OK)
    assert bench.light.rotation == 30


def test_it_takes_the_shorter_way(bench: Bench) -> None:
    bench.ask("ABS_ROTATOR_ANGLE", 350)
    bench.run(1.5)
    assert (angle(bench), bench["ABS_ROTATOR_ANGLE"].state) == (350, State.OK)


def test_it_is_stopped_where_it_is_and_ok(bench: Bench) -> None:
    bench.ask("ABS_ROTATOR_ANGLE", 90)
    bench.run(2.5)
    bench.ask("ROTATOR_ABORT_MOTION", "ABORT")
    assert (angle(bench), bench["ABS_ROTATOR_ANGLE"].state) == (pytest.approx(25), State.OK)
    bench.run(10)
    assert angle(bench) == bench.light.rotation == pytest.approx(25)


def test_what_it_is_called_does_not_turn_it(bench: Bench) -> None:
    bench.ask("ABS_ROTATOR_ANGLE", 30)
    bench.run(4)
    bench.ask("SYNC_ROTATOR_ANGLE", 10)
    assert (angle(bench), bench.light.rotation) == (10, 30)
    bench.ask("ABS_ROTATOR_ANGLE", 20)
    bench.run(4)
    assert (angle(bench), bench.light.rotation) == (20, 40)


def test_reversed_it_turns_the_other_way(bench: Bench) -> None:
    bench.ask("ABS_ROTATOR_ANGLE", 30)
    bench.run(4)
    bench.ask("ROTATOR_REVERSE", "INDI_ENABLED")
    assert (angle(bench), bench.light.rotation) == (30, 30)
    bench.ask("ABS_ROTATOR_ANGLE", 40)
    bench.run(4)
    assert (angle(bench), bench.light.rotation) == (40, 20)


def test_there_are_no_more_than_360_degrees(bench: Bench) -> None:
    bench.ask("ABS_ROTATOR_ANGLE", 400)
    assert bench["ABS_ROTATOR_ANGLE"].state is State.ALERT
    bench.run(4)
    assert angle(bench) == 0


def test_it_goes_to_a_preset(bench: Bench) -> None:
    bench.ask("Presets", PRESET_1=15)
    bench.ask("Goto", "Preset 1")
    assert bench.notices[0] == "[INFO] Moving to Preset 1 with angle 15."
    bench.run(4)
    assert angle(bench) == 15


def test_a_disconnected_rotator_stays_where_it_was(bench: Bench) -> None:
    bench.ask("ABS_ROTATOR_ANGLE", 90)
    bench.run(2)
    bench.ask("CONNECTION", "DISCONNECT")
    bench.run(5)
    bench.ask("CONNECTION", "CONNECT")
    assert angle(bench) == bench.light.rotation == pytest.approx(20)
