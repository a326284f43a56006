import pytest

from indinb.protocol.vocabulary import State
from indinb.simulator.devices.weather import WeatherSimulator
from indinb.simulator.world import Site
from tests.simulator.bench import Bench

DEVICE = "Weather Simulator"

GOOD = {"Weather": 0, "Temperature": 15, "Wind": 0, "Gust": 0, "Precip": 0}


def make(bench: Bench, **weather: float) -> None:
    bench.ask("WEATHER_CONTROL", GOOD | weather)
    bench.ask("WEATHER_REFRESH", "REFRESH")


@pytest.mark.parametrize(
    ("weather", "name", "state"),
    [
        ({"Temperature": 24}, "WEATHER_TEMPERATURE", State.OK),
        ({"Temperature": 24.1}, "WEATHER_TEMPERATURE", State.BUSY),
        ({"Temperature": -4.1}, "WEATHER_TEMPERATURE", State.BUSY),
        ({"Temperature": 30.1}, "WEATHER_TEMPERATURE", State.ALERT),
        ({"Temperature": -10.1}, "WEATHER_TEMPERATURE", State.ALERT),
        ({"Wind": 0}, "WEATHER_WIND_SPEED", State.OK),
        ({"Wind": 18}, "WEATHER_WIND_SPEED", State.BUSY),
        ({"Wind": 21}, "WEATHER_WIND_SPEED", State.ALERT),
        ({"Precip": 1}, "WEATHER_RAIN_HOUR", State.ALERT),
        ({"Weather": 1}, "WEATHER_FORECAST", State.ALERT),
    ],
)
def test_lights_tell_what_is_safe(
    bench: Bench, weather: dict[str, float], name: str, state: State
) -> None:
    make(bench, **weather)
    assert bench["WEATHER_STATUS"][name] is state
    assert bench["WEATHER_STATUS"].state is state


def test_gusts_are_no_matter_of_safety(bench: Bench) -> None:
    make(bench, Gust=50)
    assert bench["WEATHER_PARAMETERS"]["WEATHER_WIND_GUST"] == 50
    assert bench["WEATHER_STATUS"].state is State.OK


def test_warnings_are_said(bench: Bench) -> None:
    make(bench, Temperature=29, Precip=1)
    assert bench.notices[1:] == [
        "[WARNING] Warning: Parameter Temperature (C) value (29) is in the warning zone!",
        "[WARNING] Caution: Parameter Precip (mm) value (1) is in the danger zone!",
    ]


def test_the_weather_is_found_by_the_next_update(bench: Bench) -> None:
    bench.ask("WEATHER_CONTROL", GOOD | {"Wind": 50})
    bench.run(59)
    assert bench["WEATHER_STATUS"].state is State.OK
    bench.run(2)
    assert bench["WEATHER_STATUS"].state is State.ALERT


def test_updates_come_as_often_as_is_wanted(bench: Bench) -> None:
    bench.ask("WEATHER_UPDATE", 2)
    bench.run(10.5)
    assert len(bench.updates("WEATHER_PARAMETERS")) == 5
    bench.ask("WEATHER_UPDATE", 0)
    bench.clear()
    bench.run(100)
    assert bench.updates("WEATHER_PARAMETERS") == []


@pytest.mark.parametrize(("weather", "clouds"), [({}, 0), ({"Weather": 1}, 1), ({"Precip": 5}, 5)])
def test_bad_weather_is_in_the_way_of_the_light(
    bench: Bench, weather: dict[str, float], clouds: float
) -> None:
    make(bench, Temperature=-3, **weather)
    assert (bench.light.clouds, bench.light.temperature) == (clouds, -3)


def test_there_is_no_worse_weather_than_bad(bench: Bench) -> None:
    bench.ask("WEATHER_CONTROL", Weather=2)
    assert bench["WEATHER_CONTROL"].state is State.ALERT
    assert bench["WEATHER_CONTROL"]["Weather"] == 0


def test_another_range_is_judged_by_at_once(bench: Bench) -> None:
    bench.ask("WEATHER_TEMPERATURE", MIN_OK=0, MAX_OK=10)
    assert bench["WEATHER_STATUS"]["WEATHER_TEMPERATURE"] is State.ALERT
    assert bench["WEATHER_TEMPERATURE"].state is State.OK


def test_an_override_is_no_longer_there_after_all_is_disconnected(bench: Bench) -> None:
    make(bench, Wind=50)
    bench.ask("WEATHER_OVERRIDE", "OVERRIDE")
    assert bench["WEATHER_STATUS"].state is State.OK
    assert bench["WEATHER_STATUS"]["WEATHER_WIND_SPEED"] is State.ALERT
    bench.ask("CONNECTION", "DISCONNECT")
    bench.ask("CONNECTION", "CONNECT")
    assert bench["WEATHER_STATUS"].state is State.ALERT
    assert (bench["WEATHER_OVERRIDE"].state, bench["WEATHER_OVERRIDE"].on) == (State.IDLE, None)


def test_the_station_stands_at_the_observatory() -> None:
    with Bench(WeatherSimulator, site=Site(10, -20, 300)) as bench:
        assert list(bench["GEOGRAPHIC_COORD"].values.values()) == [10, 340, 300]


def test_lights_cannot_be_written(bench: Bench) -> None:
    bench.ask("WEATHER_STATUS", WEATHER_FORECAST=State.ALERT)
    assert bench.messages == []


def test_updates_without_pause_leave_time_for_others(bench: Bench) -> None:
    bench.ask("WEATHER_UPDATE", 1e-9)
    bench.clear()
    bench.run(1)
    assert 10 <= len(bench.updates("WEATHER_PARAMETERS")) <= 25
