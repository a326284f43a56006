"""Weather stations: INDI's simulator and ours."""

import asyncio
from collections.abc import Iterator

import pytest
from astropy import units as u

from indinb import Client, Weather
from indinb.errors import (
    OperationTimeout,
    UnknownProperty,
)
from indinb.protocol.vocabulary import State
from tests.instruments.smalldevices import WEATHER
from tests.waiting import wait_until

OK, BUSY, ALERT, IDLE = State.OK, State.BUSY, State.ALERT, State.IDLE
CALM = {"Weather": 0, "Temperature": 15, "Wind": 0, "Gust": 0, "Precip": 0}
WIND = "WEATHER_WIND_SPEED"


@pytest.fixture
def weather(observatory: Client) -> Iterator[Weather]:
    """Return a station in calm weather, and leave it so."""
    weather = Weather(observatory.devices[WEATHER])
    make(weather)
    yield weather
    weather.device["WEATHER_OVERRIDE"].set(OVERRIDE=False).result()
    make(weather)


def make(weather: Weather, **conditions: float) -> None:
    """Make the weather, and let the station measure it."""
    weather.device["WEATHER_CONTROL"].set(CALM | conditions).result()
    weather.refresh()


# With INDI's simulator, and ours


def test_what_it_measures(weather: Weather):
    make(weather, Wind=12.5)
    assert weather.parameters == {
        "WEATHER_FORECAST": 0,
        "WEATHER_TEMPERATURE": 15 * u.deg_C,
        WIND: 12.5 * u.km / u.h,
        "WEATHER_WIND_GUST": 0 * u.km / u.h,
        "WEATHER_RAIN_HOUR": 0 * u.mm,
    }
    assert weather.labels[WIND] == "Wind (kph)"
    assert weather.parameters[WIND].to(u.m / u.s).value == pytest.approx(3.472, abs=1e-3)


def test_calm_weather_is_safe(weather: Weather):
    assert weather.is_safe
    assert weather.why_unsafe == ()
    assert weather.status is OK
    assert set(weather.conditions.values()) == {OK}
    assert "WEATHER_WIND_GUST" not in weather.conditions  # it is not critical
    assert 0 * u.s <= weather.age < 10 * u.s


@pytest.mark.parametrize(
    ("conditions", "status", "why"),
    [
        ({"Wind": 18.5}, BUSY, "Wind (kph) is near its limit (18.50)"),
        ({"Wind": 50}, ALERT, "Wind (kph) is beyond its limit (50.00)"),
        ({"Precip": 10}, ALERT, "Precip (mm) is beyond its limit (10.00)"),
        ({"Temperature": -20}, ALERT, "Temperature (C) is beyond its limit (-20.00)"),
    ],
)
def test_weather_that_is_not_safe(weather: Weather, conditions: dict, status: State, why: str):
    make(weather, **conditions)
    assert not weather.is_safe
    assert weather.why_unsafe == (why,)
    assert weather.status is status


def test_a_gust_that_is_not_critical_is_safe(weather: Weather):
    make(weather, Gust=50)
    assert weather.is_safe


def test_overridden_weather_is_not_safe_though_its_status_is_ok(weather: Weather):
    make(weather, Wind=50)
    weather.device["WEATHER_OVERRIDE"].set(OVERRIDE=True).result()
    wait_until(weather.device, lambda: weather.device["WEATHER_OVERRIDE"].state is BUSY)
    assert weather.status is OK
    assert weather.conditions[WIND] is ALERT
    assert not weather.is_safe
    assert "its judgement is overridden" in weather.why_unsafe


def test_a_refresh_ends_when_the_readings_are_there(weather: Weather):
    weather.device["WEATHER_CONTROL"].set(CALM | {"Wind": 33}).result()
    assert weather.parameters[WIND].value == 0  # the readings change by an update only
    weather.refresh()
    assert weather.parameters[WIND].value == 33
    assert weather.conditions[WIND] is ALERT


def test_forecast_is_a_reading_and_a_range_of_the_same_name(weather: Weather):
    make(weather, Weather=1)
    assert weather.parameters["WEATHER_FORECAST"] == 1
    assert set(weather.device["WEATHER_FORECAST"]) >= {"MIN_OK", "MAX_OK"}


def test_a_station_that_is_not_connected_is_not_safe(weather: Weather):
    weather.disconnect()
    try:
        assert weather.why_unsafe == ("it is not connected",)
        assert weather.status is IDLE
        assert weather.conditions == {}
        assert weather.age is None
        with pytest.raises(UnknownProperty, match="connect"):
            _ = weather.parameters
    finally:
        weather.connect()
        wait_until(weather.device, lambda: "WEATHER_CONTROL" in weather.device)


def test_waiting_until_it_is_safe(weather: Weather):
    make(weather, Wind=50)
    operation = weather.start_wait_until_safe(timeout=20)
    assert operation.progress.detail == "Wind (kph) is beyond its limit (50.00)"
    assert operation.progress.fraction is None
    assert operation.label == "wait until Weather Simulator is safe"
    make(weather)
    assert operation.result() is None
    assert operation.progress.fraction == 1.0


def test_what_is_safe_needs_no_waiting(weather: Weather):
    assert weather.wait_until_safe(timeout=0) is None
    assert weather.wait_until_safe(timeout=1 * u.min, for_=0.1 * u.s) is None


def test_time_for_waiting_runs_out(weather: Weather):
    make(weather, Precip=10)
    with pytest.raises(OperationTimeout) as caught:
        weather.wait_until_safe(timeout=0.05)
    assert str(caught.value) == (
        "wait until Weather Simulator is safe: not in time: Precip (mm) is beyond its limit (10.00)"
    )


def test_await_the_weather(weather: Weather):
    asyncio.run(asyncio.wait_for(weather.start_wait_until_safe(), 5))
