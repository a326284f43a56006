import datetime as dt

from indinb.simulator.devices.gps import GPSSimulator
from indinb.simulator.world import Site
from tests.simulator.bench import Bench

DEVICE = "GPS Simulator"


def test_it_knows_the_place_and_the_time_of_the_observatory() -> None:
    time = dt.datetime(2026, 3, 1, 23, 59, 58, tzinfo=dt.UTC)
    with Bench(GPSSimulator, site=Site(-30, -70.5, 2400), time=time) as bench:
        assert bench["GEOGRAPHIC_COORD"].values == {"LAT": -30, "LONG": 289.5, "ELEV": 2400}
        assert bench["TIME_UTC"].values == {"UTC": "2026-03-01T23:59:58", "OFFSET": "0.00"}
        bench.run(3)
        bench.ask("GPS_REFRESH", "REFRESH")
        assert bench["TIME_UTC"]["UTC"] == "2026-03-02T00:00:01"


def test_it_refreshes_as_often_as_is_wanted(bench: Bench) -> None:
    bench.ask("GPS_REFRESH_PERIOD", 2)
    bench.run(5)
    assert len(bench.updates("TIME_UTC")) == len(bench.updates("GEOGRAPHIC_COORD")) == 2
    bench.ask("GPS_REFRESH_PERIOD", 0)
    bench.run(60)
    assert len(bench.updates("TIME_UTC")) == 2
    assert bench.notices == [
        "[INFO] GPS Update Timer enabled.",
        "[INFO] GPS Update Timer disabled.",
    ]


def test_it_goes_on_refreshing_when_it_is_connected_again(bench: Bench) -> None:
    bench.ask("GPS_REFRESH_PERIOD", 2)
    bench.ask("CONNECTION", "DISCONNECT")
    bench.run(60)
    assert bench.updates("TIME_UTC") == []
    bench.ask("CONNECTION", "CONNECT")
    bench.run(2.5)
    assert len(bench.updates("TIME_UTC")) == 1


def test_refreshing_without_pause_leaves_time_for_others(bench: Bench) -> None:
    bench.ask("GPS_REFRESH_PERIOD", 1e-9)
    bench.clear()
    bench.run(1)
    assert 10 <= len(bench.updates("TIME_UTC")) <= 25
