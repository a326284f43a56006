import pytest

from indinb.protocol.vocabulary import State
from tests.simulator.bench import Bench

DEVICE = "Filter Simulator"


def test_the_wheel_turns_for_half_a_second(bench: Bench) -> None:
    bench.ask("FILTER_SLOT", 5)
    assert bench.notices == ["[INFO] Setting current filter to slot 5"]
    assert [(each.state, *each.values.values()) for each in bench.updates("FILTER_SLOT")] == [
        (State.BUSY, 1.0)
    ]
    bench.run(0.49)
    assert bench["FILTER_SLOT"].state is State.BUSY
    bench.run(0.02)
    assert (bench["FILTER_SLOT"].state, bench["FILTER_SLOT"].value) == (State.OK, 5.0)


def test_the_filter_comes_into_the_light_when_the_wheel_stands(bench: Bench) -> None:
    assert bench.light.filters == {"Filter Simulator": "Red"}
    bench.ask("FILTER_SLOT", 2)
    assert bench.light.filters == {"Filter Simulator": "Red"}
    bench.run(1)
    assert bench.light.filters == {"Filter Simulator": "Green"}


def test_the_filter_it_has_is_turned_to_as_any_other(bench: Bench) -> None:
    bench.ask("FILTER_SLOT", 1)
    bench.run(1)
    assert bench.states("FILTER_SLOT") == [State.BUSY, State.OK]


def test_the_last_of_two_wishes_counts(bench: Bench) -> None:
    bench.ask("FILTER_SLOT", 2)
    bench.run(0.3)
    bench.ask("FILTER_SLOT", 3)
    bench.run(0.3)
    assert bench["FILTER_SLOT"].state is State.BUSY
    bench.run(0.3)
    assert bench["FILTER_SLOT"].value == 3.0


@pytest.mark.parametrize("slot", [0, 9, 99])
def test_there_are_eight_slots(bench: Bench, slot: float) -> None:
    bench.ask("FILTER_SLOT", slot)
    assert bench.notices == ["[ERROR] Error: valid range of filter is from 1 to 8"]
    assert (bench["FILTER_SLOT"].state, bench["FILTER_SLOT"].value) == (State.ALERT, 1.0)


def test_a_member_that_is_not_there_is_refused_in_other_words(bench: Bench) -> None:
    bench.ask("FILTER_SLOT", {"SLOT": 3})
    assert "SLOT is not a member" in bench.notices[0]


def test_filters_get_other_names(bench: Bench) -> None:
    bench.ask("FILTER_NAME", FILTER_SLOT_NAME_1="r'")
    assert bench["FILTER_NAME"]["FILTER_SLOT_NAME_1"] == "r'"
    assert bench["FILTER_NAME"]["FILTER_SLOT_NAME_2"] == "Green"
    assert bench.light.filters == {"Filter Simulator": "r'"}


def test_names_are_kept(bench: Bench) -> None:
    bench.ask("FILTER_NAME", FILTER_SLOT_NAME_1="r'")
    bench.ask("CONFIG_PROCESS", "CONFIG_SAVE")
    bench.ask("FILTER_NAME", FILTER_SLOT_NAME_1="g'")
    bench.ask("CONFIG_PROCESS", "CONFIG_LOAD")
    assert bench["FILTER_NAME"]["FILTER_SLOT_NAME_1"] == "r'"
    bench.ask("CONFIG_PROCESS", "CONFIG_DEFAULT")
    assert bench["FILTER_NAME"]["FILTER_SLOT_NAME_1"] == "Red"
