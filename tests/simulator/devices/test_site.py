import datetime as dt

import pytest

from indinb.protocol.messages import Define, Update
from indinb.protocol.vocabulary import State
from indinb.simulator.devices.site import ObservatorySimulator
from indinb.simulator.devices.telescope import TelescopeSimulator
from indinb.simulator.world import CALAR_ALTO, WINTER_EVENING
from tests.simulator.bench import Bench

SITE, TIME = "GEOGRAPHIC_COORD", "TIME_UTC"


@pytest.fixture
def bench():
    with Bench(ObservatorySimulator, TelescopeSimulator, seed=7) as bench:
        yield bench


def test_it_is_there_from_the_start():
    with Bench(ObservatorySimulator, connect=False) as bench:
        assert bench.driver.connected
        assert {each.name for each in bench.driver.definitions()} == {
            "CONNECTION",
            "DRIVER_INFO",
            TIME,
            SITE,
            "SIMULATION_SPEED",
            "AMBIENT",
            "SEED",
        }
        assert all(isinstance(each, Define) for each in bench.driver.definitions())


def test_it_shows_the_observatory(bench):
    assert bench[TIME]["UTC"] == WINTER_EVENING.strftime("%Y-%m-%dT%H:%M:%S")
    assert bench[SITE]["LAT"] == CALAR_ALTO.latitude
    assert bench[SITE]["LONG"] == pytest.approx(CALAR_ALTO.longitude + 360)
    assert bench["SEED"].value == 7
    assert bench["SIMULATION_SPEED"].value == 1


def test_the_speed_may_change(bench):
    bench.ask("SIMULATION_SPEED", 100)
    assert bench.clock.speed == 100
    bench.run(150)
    assert bench.driver.clock.elapsed == pytest.approx(150)
    for nonsense in (0, 4000):
        bench.ask("SIMULATION_SPEED", nonsense)
        assert bench["SIMULATION_SPEED"].state is State.ALERT
        assert bench.clock.speed == 100


def test_the_time_is_told_before_a_new_speed(bench):
    bench.run(0.7)
    bench.clear()
    bench.ask("SIMULATION_SPEED", 100)
    told = [update.name for update in bench.messages if isinstance(update, Update)]
    assert told == [TIME, "SIMULATION_SPEED"]


def test_the_time_is_told_once_per_second_of_ours(bench):
    bench.ask("SIMULATION_SPEED", 60)
    bench.clear()
    bench.run(600)
    assert len(bench.updates(TIME)) == pytest.approx(10, abs=1)
    told = dt.datetime.fromisoformat(bench[TIME]["UTC"])
    assert told.replace(tzinfo=dt.UTC) == pytest.approx(
        bench.clock.utc, abs=dt.timedelta(minutes=2)
    )


def test_the_air_may_change(bench):
    bench.ask("AMBIENT", -5)
    assert bench.light.temperature == -5
    bench.light.temperature = 3.0  # by another device
    bench.run(1.5)
    assert bench["AMBIENT"].value == 3


def test_the_seed_cannot_change(bench):
    bench.ask("SEED", 8)
    assert bench["SEED"].value == 7


def test_disconnected_it_shows_nothing(bench):
    bench.ask("CONNECTION", "DISCONNECT")
    assert {each.name for each in bench.driver.definitions()} == {"CONNECTION", "DRIVER_INFO"}


@pytest.mark.parametrize("year", ["0001", "1899", "2100", "9999"])
def test_a_time_at_which_nobody_knows_the_sky_is_refused(bench, year):
    bench.ask(TIME, {"UTC": f"{year}-12-31T23:59:59", "OFFSET": "0"}, device="Telescope Simulator")
    assert bench.clock.utc.year == 2026
    bench.run(2)
    assert any("invalid" in notice for notice in bench.notices)
    assert not any("Overflow" in notice for notice in bench.notices)
