import datetime as dt

import pytest

from indinb.protocol.vocabulary import State
from indinb.simulator.devices.site import ObservatorySimulator
from indinb.simulator.devices.telescope import TelescopeSimulator
from indinb.simulator.world import CALAR_ALTO, WINTER_EVENING
from tests.simulator.bench import Bench

SITE, TIME = "GEOGRAPHIC_COORD", "TIME_UTC"
LA_SILLA = {"LAT": -29.26, "LONG": 289.27, "ELEV": 2400.0}


@pytest.fixture
def bench():
    with Bench(ObservatorySimulator, TelescopeSimulator, seed=7) as bench:
        yield bench


@pytest.mark.parametrize("device", [ObservatorySimulator.name, TelescopeSimulator.name])
def test_whoever_sets_the_place_moves_the_observatory(bench, device):
    bench.ask(SITE, LA_SILLA, device=device)
    bench.run(1.5)
    assert tuple(bench.world.site) == pytest.approx((-29.26, -70.73, 2400))
    for driver in bench.drivers.values():
        assert driver.properties[SITE].values == pytest.approx(LA_SILLA)
        assert driver.properties[SITE].state is State.OK


@pytest.mark.parametrize("device", [ObservatorySimulator.name, TelescopeSimulator.name])
def test_whoever_sets_the_time_sets_the_clock(bench, device):
    bench.ask(TIME, UTC="2026-07-01T22:00:00", OFFSET="2", device=device)
    assert bench.clock.utc == dt.datetime(2026, 7, 1, 22, tzinfo=dt.UTC)
    bench.run(1.5)
    for name in bench.drivers:
        assert bench.updates(TIME, name)[-1].values["UTC"].startswith("2026-07-01T22:00:0")


def test_a_zone_in_the_time_is_understood(bench):
    bench.ask(TIME, UTC="2026-07-01T22:00:00+02:00")
    assert bench.clock.utc == dt.datetime(2026, 7, 1, 20, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "values", [{"UTC": "nonsense"}, {"UTC": ""}, {"UTC": "2026-07-01T22:00:00", "OFFSET": "east"}]
)
def test_no_time_is_refused(bench, values):
    bench.ask(TIME, values)
    assert bench[TIME].state is State.ALERT
    assert bench.clock.utc.date() == WINTER_EVENING.date()
    assert "Date/Time is invalid" in bench.notices[-1]


def test_a_place_that_is_none_is_refused(bench):
    bench.ask(SITE, LAT=0, LONG=0, ELEV=0)
    assert bench[SITE].state is State.IDLE
    assert bench.world.site == CALAR_ALTO


@pytest.mark.parametrize(("name", "value"), [("LAT", 91), ("LONG", 361), ("LONG", -181)])
def test_a_place_that_is_nowhere_is_refused(bench, name, value):
    bench.ask(SITE, {name: value})
    assert bench[SITE].state is State.ALERT
    assert bench.world.site == CALAR_ALTO


def test_west_may_be_negative_and_is_told_as_east(bench):
    bench.ask(SITE, LONG=-70.5)
    assert bench[SITE]["LONG"] == 289.5
    assert bench.world.site.longitude == -70.5


def test_the_mount_turns_with_the_place(bench):
    before = bench.drivers[TelescopeSimulator.name].where()["RA"]
    bench.ask(SITE, LONG=bench[SITE]["LONG"] - 15)
    after = bench.drivers[TelescopeSimulator.name].where()["RA"]
    assert (before - after) % 24 == pytest.approx(1, abs=1e-6)
