import pytest

from indinb.protocol.vocabulary import State
from indinb.simulator.devices.dome import DomeSimulator
from indinb.simulator.world import Pointing
from tests.simulator.bench import Bench

DEVICE = "Dome Simulator"


def azimuth(bench: Bench) -> float:
    return bench["ABS_DOME_POSITION"].value


def test_it_is_shut_while_nobody_is_connected() -> None:
    with Bench(DomeSimulator, connect=False) as bench:
        assert (bench.light.shut, bench.light.slit) == (True, 0)


def test_light_comes_in_when_the_shutter_is_wholly_open(bench: Bench) -> None:
    bench.ask("DOME_SHUTTER", "SHUTTER_OPEN")
    bench.run(4.9)
    assert bench.light.shut
    bench.run(0.2)
    assert not bench.light.shut
    bench.ask("DOME_SHUTTER", "SHUTTER_CLOSE")
    assert bench.light.shut


def test_a_shutter_that_is_stopped_lets_nothing_in(bench: Bench) -> None:
    bench.ask("DOME_SHUTTER", "SHUTTER_OPEN")
    bench.run(2)
    bench.ask("DOME_ABORT_MOTION", "ABORT")
    assert bench["DOME_SHUTTER"].state is State.ALERT
    assert bench["DOME_ABORT_MOTION"].state is State.ALERT
    bench.run(10)
    assert bench.light.shut
    bench.ask("DOME_SHUTTER", "SHUTTER_OPEN")
    bench.run(6)
    assert not bench.light.shut


def test_a_shutter_is_to_open_or_to_close(bench: Bench) -> None:
    bench.ask("DOME_SHUTTER", {"SHUTTER_CLOSE": False})
    assert bench["DOME_SHUTTER"].state is State.IDLE
    assert bench["DOME_SHUTTER"]["SHUTTER_CLOSE"]


@pytest.mark.parametrize(("target", "seconds", "sense"), [(90, 9, "DOME_CW"), (340, 2, "DOME_CCW")])
def test_it_turns_the_shorter_way(bench: Bench, target: float, seconds: float, sense: str) -> None:
    bench.ask("ABS_DOME_POSITION", target)
    assert bench["DOME_MOTION"].on == sense
    bench.run(seconds - 0.1)
    assert bench["ABS_DOME_POSITION"].state is State.BUSY
    bench.run(0.2)
    assert (azimuth(bench), bench.light.slit) == (target, target)
    assert bench["DOME_MOTION"].on is None


def test_it_turns_by_some_degrees(bench: Bench) -> None:
    bench.ask("REL_DOME_POSITION", -20)
    assert bench.updates("REL_DOME_POSITION")[0].message == (
        "Dome is moving -20.00 degrees counter clockwise..."
    )
    assert bench.settle("REL_DOME_POSITION") is State.OK
    assert azimuth(bench) == 340


def test_it_turns_until_it_is_stopped(bench: Bench) -> None:
    bench.ask("DOME_MOTION", "DOME_CCW")
    bench.run(40.5)
    bench.ask("DOME_MOTION", {"DOME_CCW": False})
    assert azimuth(bench) == pytest.approx(315)
    bench.run(5)
    assert bench.light.slit == pytest.approx(315)


def test_one_that_turns_takes_no_other_target(bench: Bench) -> None:
    bench.ask("ABS_DOME_POSITION", 90)
    bench.run(1)
    bench.ask("ABS_DOME_POSITION", 10)
    assert "Please stop dome" in bench.notices[-1]
    bench.settle("ABS_DOME_POSITION")
    assert azimuth(bench) == 90


def test_it_is_stopped_where_it_is(bench: Bench) -> None:
    bench.ask("REL_DOME_POSITION", 100)
    bench.run(2.5)
    bench.ask("DOME_ABORT_MOTION", "ABORT")
    assert azimuth(bench) == pytest.approx(25)
    states = {bench[f"{name}_DOME_POSITION"].state for name in ("ABS", "REL")}
    assert states == {State.IDLE}
    assert bench["DOME_MOTION"].state is State.IDLE


def test_it_parks_and_shuts_whatever_it_does(bench: Bench) -> None:
    bench.ask("DOME_SHUTTER", "SHUTTER_OPEN")
    bench.ask("DOME_MOTION", "DOME_CCW")
    bench.run(6)
    bench.ask("DOME_PARK", "PARK")
    assert bench.settle("DOME_PARK") is State.OK
    assert (azimuth(bench), bench["DOME_PARK"].on) == (90, "PARK")
    assert bench.light.shut


def test_parked_it_does_not_move(bench: Bench) -> None:
    bench.ask("DOME_PARK", "PARK")
    bench.run(20)
    bench.clear()
    bench.ask("DOME_PARK", "PARK")
    assert bench.notices == ["[INFO] Dome already parked."]
    bench.ask("ABS_DOME_POSITION", 10)
    assert bench["ABS_DOME_POSITION"].state is State.ALERT
    bench.ask("DOME_MOTION", "DOME_CW")
    bench.run(5)
    assert azimuth(bench) == 90


def test_unparked_it_opens(bench: Bench) -> None:
    bench.ask("DOME_PARK", "PARK")
    bench.run(20)
    bench.ask("DOME_PARK", "UNPARK")
    assert bench["DOME_PARK"].state is State.BUSY
    assert bench.settle("DOME_PARK") is State.OK
    assert not bench.light.shut
    bench.ask("ABS_DOME_POSITION", 80)
    assert bench.settle("ABS_DOME_POSITION") is State.OK


@pytest.mark.parametrize("wanted", ["PARK", "UNPARK"])
def test_parking_is_stopped(bench: Bench, wanted: str) -> None:
    if wanted == "UNPARK":
        bench.ask("DOME_PARK", "PARK")
        bench.run(20)
    bench.ask("DOME_PARK", wanted)
    bench.run(2)
    bench.ask("DOME_ABORT_MOTION", "ABORT")
    assert (bench["DOME_PARK"].state, bench["DOME_PARK"].on) == (State.IDLE, None)
    where = azimuth(bench)
    bench.run(20)
    assert azimuth(bench) == where


def test_it_parks_where_it_is_told(bench: Bench) -> None:
    bench.ask("ABS_DOME_POSITION", 20)
    bench.run(5)
    bench.ask("DOME_PARK_OPTION", "PARK_CURRENT")
    assert bench["DOME_PARK_POSITION"].value == 20
    bench.ask("DOME_PARK_OPTION", "PARK_WRITE_DATA")
    assert bench.notices[-1] == "[INFO] Saved Park Status/Position."
    bench.ask("DOME_PARK_OPTION", "PARK_DEFAULT")
    assert bench["DOME_PARK_POSITION"].value == 90


def test_slaved_it_follows_the_telescope(bench: Bench) -> None:
    target = 40.0
    bench.light.pointing = lambda: Pointing(0, 0, 45, target)
    bench.ask("DOME_AUTOSYNC", "DOME_AUTOSYNC_ENABLE")
    bench.run(6)
    assert bench.light.slit == 40
    target = 44.0
    bench.run(6)
    assert bench.light.slit == 40  # within the threshold
    target = 46.0
    bench.run(6)
    assert bench.light.slit == 46
    bench.ask("DOME_AUTOSYNC", "DOME_AUTOSYNC_DISABLE")
    target = 180.0
    bench.run(6)
    assert bench.light.slit == 46


def test_slaved_and_parked_it_stays(bench: Bench) -> None:
    bench.light.pointing = lambda: Pointing(0, 0, 45, 200)
    bench.ask("DOME_PARK", "PARK")
    bench.ask("DOME_AUTOSYNC", "DOME_AUTOSYNC_ENABLE")
    bench.run(30)
    assert bench.light.slit == 90


def test_it_goes_to_a_preset(bench: Bench) -> None:
    bench.ask("Presets", {"Preset 3": 30})
    bench.ask("Goto", "Preset 3")
    bench.settle("ABS_DOME_POSITION")
    assert azimuth(bench) == 30


def test_a_disconnected_dome_stays_as_it_was(bench: Bench) -> None:
    bench.ask("DOME_MOTION", "DOME_CW")
    bench.ask("DOME_SHUTTER", "SHUTTER_OPEN")
    bench.run(2)
    bench.ask("CONNECTION", "DISCONNECT")
    bench.run(10)
    bench.ask("CONNECTION", "CONNECT")
    assert azimuth(bench) == bench.light.slit == pytest.approx(20)
    assert bench["DOME_SHUTTER"].on is None
    assert bench.light.shut
