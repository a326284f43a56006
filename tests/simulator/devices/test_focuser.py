import pytest

from indinb.protocol.vocabulary import State
from tests.simulator.bench import Bench

DEVICE = "Focuser Simulator"


def test_it_is_in_focus_at_the_begin(bench: Bench) -> None:
    assert bench.light.focus == bench.light.best_focus == bench["ABS_FOCUS_POSITION"].value
    assert bench["FWHM"].value == bench["SEEING_SETTINGS"].value


def test_it_moves_ten_thousand_steps_a_second(bench: Bench) -> None:
    bench.ask("ABS_FOCUS_POSITION", 56_700)
    bench.run(1.5)
    assert bench["ABS_FOCUS_POSITION"].state is State.BUSY
    assert bench.light.focus == 46_700
    bench.run(0.6)
    assert (bench["ABS_FOCUS_POSITION"].state, bench.light.focus) == (State.OK, 56_700)
    assert bench.notices == ["[INFO] Focuser moved to position 56700"]


def test_it_moves_slower_with_a_longer_delay(bench: Bench) -> None:
    bench.ask("DELAY", 1000)
    bench.ask("ABS_FOCUS_POSITION", 37_700)
    bench.run(0.9)
    assert bench["ABS_FOCUS_POSITION"].state is State.BUSY
    bench.run(0.2)
    assert bench["ABS_FOCUS_POSITION"].state is State.OK


def test_without_delay_it_is_there_at_once(bench: Bench) -> None:
    bench.ask("DELAY", 0)
    bench.ask("ABS_FOCUS_POSITION", 0)
    bench.run(0.1)
    assert bench["ABS_FOCUS_POSITION"].value == 0


@pytest.mark.parametrize(
    ("name", "steps", "end"),
    [
        ("ABS_FOCUS_POSITION", 100_001, "maximum position is 100000"),
        ("ABS_FOCUS_POSITION", -1, "minimum position is 0"),
        ("REL_FOCUS_POSITION", 36_701, "minimum position is 0"),
    ],
)
def test_it_goes_to_the_ends_and_no_further(
    bench: Bench, name: str, steps: float, end: str
) -> None:
    bench.ask(name, steps)
    assert bench.notices == [f"[ERROR] Requested position out of bound. Focus {end}"]
    assert bench[name].state is State.ALERT
    bench.run(10)
    assert bench.light.focus == 36_700


def test_it_is_stopped_where_it_is(bench: Bench) -> None:
    bench.ask("FOCUS_MOTION", "FOCUS_OUTWARD")
    bench.ask("REL_FOCUS_POSITION", 20_000)
    bench.run(0.25)
    bench.ask("FOCUS_ABORT_MOTION", "ABORT")
    assert bench["ABS_FOCUS_POSITION"].value == bench.light.focus == 39_200
    assert bench["ABS_FOCUS_POSITION"].state is State.IDLE
    assert bench["REL_FOCUS_POSITION"].state is State.IDLE
    bench.run(10)
    assert bench.light.focus == 39_200


def test_stopping_what_stands_changes_nothing(bench: Bench) -> None:
    bench.ask("FOCUS_ABORT_MOTION", "ABORT")
    assert bench.updates("ABS_FOCUS_POSITION") == []
    assert bench["FOCUS_ABORT_MOTION"].state is State.OK


def test_the_last_of_two_targets_counts(bench: Bench) -> None:
    bench.ask("REL_FOCUS_POSITION", 20_000)
    bench.run(0.5)
    bench.ask("ABS_FOCUS_POSITION", 40_000)
    assert bench["REL_FOCUS_POSITION"].state is State.IDLE
    bench.settle("ABS_FOCUS_POSITION")
    assert bench.light.focus == 40_000


def test_another_maximum_changes_all_limits(bench: Bench) -> None:
    bench.ask("FOCUS_MAX", 80_000)
    assert bench["ABS_FOCUS_POSITION"].members["FOCUS_ABSOLUTE_POSITION"].max == 80_000
    assert bench["FOCUS_SYNC"].members["FOCUS_SYNC_VALUE"].max == 80_000
    assert bench["REL_FOCUS_POSITION"].members["FOCUS_RELATIVE_POSITION"].max == 40_000
    bench.ask("ABS_FOCUS_POSITION", 90_000)
    assert bench["ABS_FOCUS_POSITION"].state is State.ALERT


def test_a_position_is_called_by_another_number_and_nothing_moves(bench: Bench) -> None:
    bench.ask("FOCUS_SYNC", 1000)
    assert bench["ABS_FOCUS_POSITION"].value == 1000
    assert bench.light.focus == 36_700
    bench.ask("ABS_FOCUS_POSITION", 2000)
    bench.settle("ABS_FOCUS_POSITION")
    assert bench.light.focus == 37_700


def test_a_moving_focuser_is_not_synchronized(bench: Bench) -> None:
    bench.ask("ABS_FOCUS_POSITION", 0)
    bench.ask("FOCUS_SYNC", 1000)
    assert bench["FOCUS_SYNC"].state is State.ALERT


def test_backlash_has_to_be_enabled_first(bench: Bench) -> None:
    bench.ask("FOCUS_BACKLASH_STEPS", 100)
    assert bench.notices == ["[WARNING] Focuser backlash must be enabled first."]
    assert bench["FOCUS_BACKLASH_STEPS"].state is State.IDLE
    bench.ask("FOCUS_BACKLASH_TOGGLE", "INDI_ENABLED")
    bench.ask("FOCUS_BACKLASH_STEPS", 100)
    assert bench["FOCUS_BACKLASH_STEPS"].state is State.OK


def test_stars_are_larger_out_of_focus_and_in_bad_air(bench: Bench) -> None:
    bench.ask("ABS_FOCUS_POSITION", 37_000)
    bench.settle("ABS_FOCUS_POSITION")
    outside = bench["FWHM"].value
    bench.ask("ABS_FOCUS_POSITION", 36_400)
    bench.settle("ABS_FOCUS_POSITION")
    assert outside == pytest.approx(bench["FWHM"].value)
    assert outside > 3.5
    bench.ask("SEEING_SETTINGS", 10)
    assert bench["FWHM"].value == pytest.approx((outside**2 - 3.5**2 + 10**2) ** 0.5)
    bench.ask("ABS_FOCUS_POSITION", 0)
    bench.settle("ABS_FOCUS_POSITION")
    assert bench["FWHM"].value == 60


@pytest.mark.parametrize(
    ("mode", "shown", "hidden"),
    [
        ("Absolute", "ABS_FOCUS_POSITION", "REL_FOCUS_POSITION"),
        ("Relative", "REL_FOCUS_POSITION", "ABS_FOCUS_POSITION"),
        ("Timer", "FOCUS_TIMER", "FOCUS_MAX"),
    ],
)
def test_modes_know_less(bench: Bench, mode: str, shown: str, hidden: str) -> None:
    bench.ask("Mode", mode)
    assert bench[shown].defined
    assert not bench[hidden].defined
    bench.ask("CONNECTION", "DISCONNECT")
    assert not bench[shown].defined
    bench.ask("CONNECTION", "CONNECT")
    assert bench[shown].defined
    assert not bench[hidden].defined
    bench.ask("Mode", "All")
    assert bench[hidden].defined
    assert not bench["FOCUS_TIMER"].defined


def test_by_the_timer_it_moves_faster_at_a_higher_speed(bench: Bench) -> None:
    bench.ask("Mode", "Timer")
    bench.ask("FOCUS_TIMER", 1000)
    assert bench.settle("FOCUS_TIMER") is State.OK
    assert bench.light.focus == 31_700
    bench.ask("FOCUS_SPEED", 2)
    bench.ask("FOCUS_MOTION", "FOCUS_OUTWARD")
    bench.ask("FOCUS_TIMER", 1000)
    bench.settle("FOCUS_TIMER")
    assert bench.light.focus == 41_700


def test_it_goes_to_a_preset(bench: Bench) -> None:
    bench.ask("Presets", PRESET_2=30_000)
    bench.ask("Goto", "Preset 2")
    assert bench.notices == ["[INFO] Moving to Preset 2 with position 30000."]
    bench.settle("ABS_FOCUS_POSITION")
    assert bench.light.focus == 30_000


def test_it_tells_the_temperature_of_the_air(bench: Bench) -> None:
    bench.light.temperature = -5.0
    bench.run(1.5)
    assert bench["FOCUS_TEMPERATURE"].value == -5.0


def test_a_disconnected_focuser_stays_where_it_was(bench: Bench) -> None:
    bench.ask("ABS_FOCUS_POSITION", 56_700)
    bench.run(0.5)
    bench.ask("CONNECTION", "DISCONNECT")
    bench.run(10)
    bench.ask("CONNECTION", "CONNECT")
    assert bench.light.focus == bench["ABS_FOCUS_POSITION"].value == 41_700
    assert bench["ABS_FOCUS_POSITION"].state is State.IDLE
