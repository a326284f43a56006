"""The cooler of the camera."""

import pytest

from indinb.protocol.vocabulary import State
from tests.simulator.bench import Bench
from tests.simulator.replay import replay

DEVICE = "CCD Simulator"


def readings(bench: Bench) -> list[tuple[State | None, float]]:
    told = bench.updates("CCD_TEMPERATURE")
    return [(each.state, each.values["CCD_TEMPERATURE_VALUE"]) for each in told]


def test_it_begins_as_captured(bench: Bench) -> None:
    ours, theirs = replay(bench, "temperature")[0]
    assert ours.told("CCD_COOLER") == theirs.told("CCD_COOLER")
    assert ours.told("CCD_TEMPERATURE").states == theirs.told("CCD_TEMPERATURE").states


def test_it_cools_by_half_a_kelvin_a_second(bench: Bench) -> None:
    bench.ask("CCD_TEMPERATURE", -2)
    bench.settle("CCD_TEMPERATURE")
    assert readings(bench)[:4] == [
        (State.BUSY, 0),
        (State.BUSY, -0.5),
        (State.BUSY, -1),
        (State.BUSY, -1.5),
    ]
    assert readings(bench)[-1] == (State.OK, -2)
    assert bench.clock.elapsed == pytest.approx(4, abs=0.2)


def test_it_is_ok_within_the_threshold(bench: Bench) -> None:
    bench.ask("CCD_TEMP_RAMP", {"RAMP_SLOPE": 0, "RAMP_THRESHOLD": 1})
    bench.ask("CCD_TEMPERATURE", -2)
    bench.settle("CCD_TEMPERATURE")
    assert bench["CCD_TEMPERATURE"].value == -1
    bench.run(5)
    assert readings(bench)[-1] == (State.OK, -2)


def test_a_ramp_slows_it_down(bench: Bench) -> None:
    bench.ask("CCD_TEMP_RAMP", {"RAMP_SLOPE": 6, "RAMP_THRESHOLD": 0.1})
    assert bench.notices == [
        "[INFO] Temperature ramp is enabled. Gradual cooling and warming is regulated at "
        "6 Celsius per minute."
    ]
    bench.ask("CCD_TEMPERATURE", -6)
    bench.run(30)
    assert bench["CCD_TEMPERATURE"].value == pytest.approx(-3, abs=0.2)


def test_it_warms_up_when_it_is_off(bench: Bench) -> None:
    bench.ask("CCD_TEMPERATURE", -5)
    bench.settle("CCD_TEMPERATURE")
    bench.clear()
    bench.ask("CCD_COOLER", "COOLER_OFF")
    assert bench["CCD_COOLER"].state is State.IDLE
    assert bench.settle("CCD_TEMPERATURE") is State.OK
    bench.run(1)
    assert bench["CCD_TEMPERATURE"].value == 0
    assert bench.states("CCD_TEMPERATURE") == [State.BUSY, State.OK]


def test_it_cools_again_to_what_was_asked_last(bench: Bench) -> None:
    bench.ask("CCD_TEMPERATURE", -5)
    bench.run(20)
    bench.ask("CCD_COOLER", "COOLER_OFF")
    bench.run(20)
    bench.ask("CCD_COOLER", "COOLER_ON")
    assert bench["CCD_COOLER"].state is State.BUSY
    bench.run(20)
    assert bench["CCD_TEMPERATURE"].value == -5


@pytest.mark.parametrize("celsius", [-50.5, 51, -99])
def test_its_limits(bench: Bench, celsius: float) -> None:
    bench.ask("CCD_TEMPERATURE", celsius)
    assert bench.notices == ["[ERROR] Error: Bad temperature value! Range is [-50.0, 50.0] [C]."]
    assert bench["CCD_TEMPERATURE"].state is State.ALERT
    assert bench["CCD_COOLER"]["COOLER_OFF"]


def test_without_cooling_the_chip_follows_the_air(bench: Bench) -> None:
    bench.light.temperature = 7.5
    bench.run(1.1)
    assert bench["CCD_TEMPERATURE"].value == 7.5
    bench.ask("CCD_TEMPERATURE", 0)
    bench.run(60)
    bench.light.temperature = -3
    bench.run(2)
    assert bench["CCD_TEMPERATURE"].value == 0


def test_the_flattest_ramp_leaves_a_temperature(bench: Bench) -> None:
    bench.ask("CCD_TEMP_RAMP", {"RAMP_SLOPE": 1e-320, "RAMP_THRESHOLD": 0.2})
    bench.ask("CCD_TEMPERATURE", -2)
    bench.settle("CCD_TEMPERATURE")
    assert bench["CCD_TEMPERATURE"].value == pytest.approx(-2, abs=0.3)
