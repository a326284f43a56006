import math

import pytest

from indinb.protocol.vocabulary import State
from indinb.simulator.astrometry import separation
from indinb.simulator.devices.telescope import TelescopeSimulator
from tests.simulator.bench import Bench
from tests.simulator.devices.sending import POSITION, at, gone
from tests.simulator.devices.stories import captured, story

NAME = TelescopeSimulator.name
AXES = ("MOUNT_AXES",)
IDLE, OK, BUSY = State.IDLE, State.OK, State.BUSY


@pytest.fixture
def bench():
    with Bench(TelescopeSimulator) as bench:
        yield bench


def told(bench, without=AXES):
    return story(bench.messages, NAME, without)


# The sessions with INDI's simulator


def test_slew_as_captured(bench):
    bench.ask("TELESCOPE_PARK", "UNPARK")
    bench.run(1)
    bench.ask("ON_COORD_SET", "TRACK")
    bench.run(0.3)
    bench.ask(POSITION, at(bench, 3, 60))
    bench.run(20)
    assert told(bench) == captured("slew", NAME, AXES)
    assert bench[POSITION]["DEC"] == pytest.approx(60)


def test_abort_as_captured(bench):
    gone(bench, 3, 60)
    bench.ask(POSITION, at(bench, 0.1, 20))
    bench.run(2)
    assert bench[POSITION].state is BUSY
    bench.ask("TELESCOPE_ABORT_MOTION", "ABORT")
    bench.run(2)
    assert told(bench) == captured("slew_abort", NAME, AXES)
    assert 20 < bench[POSITION]["DEC"] < 60


def test_slew_without_track_as_captured(bench):
    gone(bench, 3, 48)
    bench.ask("ON_COORD_SET", "SLEW")
    bench.ask(POSITION, at(bench, 2.8, 50))
    bench.run(10)
    bench.ask("ON_COORD_SET", "TRACK")
    assert told(bench) == captured("slew_mode_slew", NAME, AXES)


def test_slew_below_the_horizon_as_captured(bench):
    gone(bench, 3, 61)
    bench.ask(POSITION, at(bench, 3, -80))
    bench.run(6)
    assert told(bench) == captured("slew_below_horizon", NAME, AXES)


def test_sync_as_captured(bench):
    gone(bench, 2, 50)
    bench.ask("TELESCOPE_TRACK_STATE", "TRACK_ON")
    bench.run(1)
    bench.ask("ON_COORD_SET", "SYNC")
    bench.ask(POSITION, at(bench, 3, 55))
    bench.run(2)
    bench.ask("ON_COORD_SET", "TRACK")
    assert told(bench) == captured("sync", NAME, AXES)
    assert bench[POSITION]["DEC"] == pytest.approx(55)


def test_park_as_captured(bench):
    gone(bench, 3, -72, tracking=False)
    bench.ask("TELESCOPE_PARK", "PARK")
    bench.run(45)
    bench.ask(POSITION, at(bench, 3, 60))
    bench.run(2)
    bench.ask("TELESCOPE_PARK", "UNPARK")
    assert told(bench) == captured("park", NAME, AXES)


def test_keys_and_pulses_as_captured(bench):
    gone(bench, 3, -18)
    bench.ask("TELESCOPE_MOTION_NS", "MOTION_NORTH")
    bench.run(1.5)
    bench.ask("TELESCOPE_MOTION_NS", MOTION_NORTH=False)
    bench.run(1.5)
    bench.ask("TELESCOPE_TIMED_GUIDE_NS", TIMED_GUIDE_N=1000, TIMED_GUIDE_S=0)
    bench.run(2)
    without = (*AXES, POSITION)  # INDI's was on its way
    assert told(bench, without) == captured("motion", NAME, without)
    assert [*bench["TELESCOPE_TIMED_GUIDE_NS"].values.values()] == [0, 0]


def test_time_and_site_as_captured(bench):
    bench.ask("TIME_UTC", UTC="2026-11-22T10:00:00", OFFSET="1")
    bench.run(1)
    for longitude in (16.3, -16.3, 16.3):
        bench.ask("GEOGRAPHIC_COORD", LAT=48.2, LONG=longitude, ELEV=200)
        bench.run(1)
    assert told(bench) == captured("time_site", NAME, AXES)


# Going


def test_it_begins_unparked_at_the_pole_and_stands(bench):
    assert bench["TELESCOPE_PARK"].on == "UNPARK"
    assert bench["TELESCOPE_TRACK_STATE"].on == "TRACK_OFF"
    assert bench[POSITION]["DEC"] == pytest.approx(90)
    assert bench["TELESCOPE_PIER_SIDE"].on == "PIER_EAST"


def test_who_stands_reports_that_the_sky_goes_by(bench):
    begin = bench[POSITION]["RA"]
    bench.run(240)
    assert bench[POSITION]["RA"] - begin == pytest.approx(241 / 3600, abs=2e-4)
    assert bench.states(POSITION) == [IDLE]


def test_a_slew_without_track_stands_when_it_stood(bench):
    bench.ask("ON_COORD_SET", "SLEW")
    bench.ask(POSITION, at(bench, 3, 60))
    bench.run(30)
    assert bench[POSITION].state is IDLE
    assert bench["TELESCOPE_TRACK_STATE"].on == "TRACK_OFF"
    assert any("slew is complete" in notice for notice in bench.notices)


@pytest.mark.parametrize(
    "asked", [{"RA": 1.0}, {"RA": 30.0, "DEC": 10.0}, {"RA": 3.0, "DEC": 95.0}]
)
def test_nonsense_stops_no_slew(bench, asked):
    bench.ask(POSITION, at(bench, 3, 0))
    bench.run(1)
    bench.ask(POSITION, asked)
    assert bench[POSITION].state is BUSY
    assert bench.settle(POSITION) is OK
    assert bench[POSITION]["DEC"] == pytest.approx(0, abs=1e-9)


def test_a_slew_lasts_by_the_observatorys_clock():
    with Bench(TelescopeSimulator, speed=20) as bench:
        bench.ask(POSITION, at(bench, 3, 30))  # 60 degrees of the secondary axis
        bench.run(9.9)
        assert bench.driver.mount.slewing
        bench.run(0.2)
        assert not bench.driver.mount.slewing
        bench.run(5)
        assert bench[POSITION].state is OK


def test_a_slew_may_replace_another_and_end_pushes(bench):
    bench.ask("TELESCOPE_MOTION_WE", "MOTION_WEST")
    bench.ask(POSITION, at(bench, 3, 0))
    assert bench["TELESCOPE_MOTION_WE"].on is None
    bench.run(1)
    goal = at(bench, 4, 70)
    bench.ask(POSITION, goal)
    bench.settle(POSITION)
    assert bench[POSITION].values == pytest.approx(goal)


def test_no_sync_on_the_way(bench):
    bench.ask("ON_COORD_SET", "TRACK")
    bench.ask(POSITION, at(bench, 3, 0))
    bench.ask("ON_COORD_SET", "SYNC")
    bench.ask(POSITION, at(bench, 3, 40))
    assert bench[POSITION].state is BUSY
    assert "sync when it is there" in bench.notices[-1]


def test_abort_ends_pushes(bench):
    bench.ask("TELESCOPE_MOTION_NS", "MOTION_SOUTH")
    bench.run(1)
    bench.ask("TELESCOPE_ABORT_MOTION", "ABORT")
    dec = bench.driver.where()["DEC"]
    bench.run(2)
    assert bench["TELESCOPE_MOTION_NS"].on is None
    assert bench.driver.where()["DEC"] == pytest.approx(dec)


# Tracking


@pytest.mark.parametrize(
    ("mode", "drift"), [("SIDEREAL", 0), ("SOLAR", 0.041), ("LUNAR", 0.530), ("CUSTOM", 5.041)]
)
def test_track_modes(bench, mode, drift):
    bench.ask("TELESCOPE_TRACK_RATE", TRACK_RATE_RA=10, TRACK_RATE_DE=1)
    gone(bench, 3, 0)
    bench.ask("TELESCOPE_TRACK_MODE", f"TRACK_{mode}")
    begin = bench.driver.where()
    bench.run(100)
    end = bench.driver.where()
    assert (end["RA"] - begin["RA"]) * 540 == pytest.approx(drift, abs=0.01)
    assert (end["DEC"] - begin["DEC"]) * 36 == pytest.approx(int(mode == "CUSTOM"), abs=0.01)
    assert bench["TELESCOPE_TRACK_MODE"].on == f"TRACK_{mode}"


def test_tracking_is_busy_and_the_position_ok(bench):
    bench.ask("TELESCOPE_TRACK_STATE", "TRACK_ON")
    bench.run(0.5)
    assert (bench["TELESCOPE_TRACK_STATE"].state, bench[POSITION].state) == (BUSY, OK)
    bench.ask("TELESCOPE_TRACK_STATE", "TRACK_OFF")
    bench.run(0.5)
    assert (bench["TELESCOPE_TRACK_STATE"].state, bench[POSITION].state) == (IDLE, IDLE)


def test_the_mount_tracks_on_while_nobody_is_connected(bench):
    gone(bench, 3, 40)
    before = bench.light.pointing()
    bench.ask("CONNECTION", "DISCONNECT")
    bench.run(60)
    after = bench.light.pointing()
    assert 3600 * separation(before.ra, before.dec, after.ra, after.dec) < 4  # of the worm
    bench.ask("CONNECTION", "CONNECT")
    bench.run(1)
    assert bench[POSITION].state is OK


def test_disconnecting_ends_a_slew(bench):
    bench.ask(POSITION, at(bench, 3, 0))
    bench.run(1)
    bench.ask("CONNECTION", "DISCONNECT")
    assert not bench.driver.mount.slewing
    bench.ask("CONNECTION", "CONNECT")
    bench.run(1)
    assert bench[POSITION].state is IDLE
    assert bench["TELESCOPE_PARK"].on == "UNPARK"


# The rest


def test_settings_come_back(bench):
    bench.ask("GUIDE_RATE", GUIDE_RATE_WE=0.9)
    bench.ask("CONFIG_PROCESS", "CONFIG_SAVE")
    bench.ask("GUIDE_RATE", GUIDE_RATE_WE=0.1)
    bench.ask("CONFIG_PROCESS", "CONFIG_LOAD")
    assert bench["GUIDE_RATE"]["GUIDE_RATE_WE"] == 0.9


def test_all_numbers_told_are_finite(bench):
    gone(bench, 3, 90)
    bench.run(5)
    for update in bench.messages:
        values = getattr(update, "values", {})
        assert all(math.isfinite(value) for value in values.values() if isinstance(value, float))
