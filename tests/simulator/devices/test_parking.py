import pytest

from indinb.protocol.vocabulary import State
from indinb.simulator.devices.parking import sexagesimal
from indinb.simulator.devices.telescope import TelescopeSimulator
from tests.simulator.bench import Bench
from tests.simulator.devices.stories import story


@pytest.fixture
def bench():
    with Bench(TelescopeSimulator) as bench:
        yield bench


PARK = "TELESCOPE_PARK"
POSITION = "EQUATORIAL_EOD_COORD"


@pytest.fixture
def parked(bench):
    bench.ask(PARK, "PARK")
    assert bench.settle(PARK) is State.OK
    bench.clear()
    return bench


def parking(bench):
    return [each for each in story(bench.messages, bench.driver.name) if each.startswith(PARK)]


def test_parking_ends_at_the_park_position(parked):
    assert parked[PARK].on == "PARK"
    assert parked.driver.mount.hour_angle == pytest.approx(-90)
    assert parked[POSITION]["DEC"] == pytest.approx(0)
    assert parked[POSITION].state is State.IDLE
    assert not parked.driver.mount.tracking


def test_a_parked_mount_stays_where_it_is(parked):
    before = parked.light.pointing()
    parked.run(600)
    after = parked.light.pointing()
    assert (after.altitude, after.azimuth) == pytest.approx((before.altitude, before.azimuth))


def test_parking_again_is_idle(parked):
    parked.ask(PARK, "PARK")
    assert parked.notices == ["[INFO] Telescope already parked."]
    assert parking(parked) == ["TELESCOPE_PARK Idle PARK"]


@pytest.mark.parametrize("wanted", ["PARK", "UNPARK"])
def test_asking_on_the_way_aborts(bench, wanted):
    bench.ask("TELESCOPE_TRACK_STATE", "TRACK_ON")
    bench.ask(PARK, "PARK")
    bench.run(2)
    bench.ask(PARK, wanted)
    bench.run(1)
    assert parking(bench) == ["TELESCOPE_PARK Busy PARK", "TELESCOPE_PARK Alert"]
    assert "[INFO] Parking/Unparking aborted." in bench.notices
    assert bench[POSITION].state is State.OK  # it tracks on
    bench.ask(PARK, "PARK")
    assert bench.settle(PARK) is State.OK


def test_aborting_all_motion_aborts_parking(bench):
    bench.ask(PARK, "PARK")
    bench.run(2)
    bench.ask("TELESCOPE_ABORT_MOTION", "ABORT")
    bench.run(1)
    assert bench[PARK].state is State.ALERT
    assert bench[PARK].on is None
    assert bench[POSITION].state is State.IDLE
    assert "[INFO] Mount is parked." not in bench.notices


def test_a_slew_aborts_parking(bench):
    bench.ask(PARK, "PARK")
    bench.run(2)
    bench.ask(POSITION, RA=10, DEC=80)
    assert bench[PARK].state is State.ALERT
    assert bench.settle(POSITION) is State.OK
    assert bench[POSITION].values == pytest.approx({"RA": 10, "DEC": 80})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (POSITION, {"RA": 1.0, "DEC": 1.0}),
        ("TELESCOPE_TRACK_STATE", {"TRACK_ON": True}),
        ("TELESCOPE_MOTION_NS", {"MOTION_NORTH": True}),
        ("TELESCOPE_MOTION_WE", {"MOTION_WEST": True}),
        ("TELESCOPE_TIMED_GUIDE_NS", {"TIMED_GUIDE_N": 1000}),
    ],
)
def test_a_parked_mount_does_not_move(parked, name, values):
    before = parked.driver.mount.axes
    parked.ask(name, values)
    parked.run(2)
    assert parked.driver.mount.axes == before
    assert parked[name].state is State.IDLE
    assert any("park" in notice and "[WARNING]" in notice for notice in parked.notices)


def test_abort_leaves_a_parked_mount_parked(parked):
    parked.ask("TELESCOPE_ABORT_MOTION", "ABORT")
    parked.run(1)
    assert parked[PARK].on == "PARK"
    assert parked.notices == []


def test_unparking(parked):
    parked.ask(PARK, "UNPARK")
    assert parked[PARK].state is State.OK
    assert parked.notices == ["[INFO] Mount is unparked."]
    parked.ask("TELESCOPE_TRACK_STATE", "TRACK_ON")
    assert parked.driver.mount.tracking


@pytest.mark.parametrize("shut", [True, False])
@pytest.mark.parametrize("policy", ["DOME_LOCKS", "DOME_IGNORED"])
def test_a_dome_that_is_shut_may_lock_the_mount(parked, shut, policy):
    parked.ask("DOME_POLICY", policy)
    parked.light.shut = shut
    parked.ask(PARK, "UNPARK")
    locked = shut and policy == "DOME_LOCKS"
    assert parked[PARK].state is (State.ALERT if locked else State.OK)
    assert parked[PARK].on == ("PARK" if locked else "UNPARK")


def test_it_parks_where_it_is_told_to(bench):
    bench.ask("TELESCOPE_PARK_POSITION", PARK_HA=2, PARK_DEC=50)
    bench.ask(PARK, "PARK")
    bench.settle(PARK)
    assert bench.driver.mount.hour_angle == pytest.approx(30)
    assert bench[POSITION]["DEC"] == pytest.approx(50)


def test_where_it_is_may_become_the_park_position(bench):
    bench.ask(POSITION, RA=5, DEC=30)
    bench.settle(POSITION)
    bench.ask("TELESCOPE_TRACK_STATE", "TRACK_OFF")
    bench.ask("TELESCOPE_PARK_OPTION", "PARK_CURRENT")
    assert bench["TELESCOPE_PARK_POSITION"].values == pytest.approx(
        {"PARK_HA": bench.driver.mount.hour_angle / 15, "PARK_DEC": 30}
    )
    before = bench.driver.mount.axes
    bench.ask(PARK, "PARK")
    bench.settle(PARK)
    assert bench.driver.mount.axes == pytest.approx(before)
    assert bench["TELESCOPE_PARK_OPTION"].on is None


def test_the_default_position_comes_back(bench):
    bench.ask("TELESCOPE_PARK_POSITION", PARK_HA=2, PARK_DEC=50)
    bench.ask("TELESCOPE_PARK_OPTION", "PARK_DEFAULT")
    assert bench["TELESCOPE_PARK_POSITION"].values == {"PARK_HA": -6, "PARK_DEC": 0}


@pytest.mark.parametrize(
    ("option", "notice"),
    [
        ("PARK_WRITE_DATA", "[INFO] Saved Park Status/Position."),
        ("PARK_PURGE_DATA", "[INFO] Park data purged."),
    ],
)
def test_park_data(bench, option, notice):
    bench.ask("TELESCOPE_PARK_OPTION", option)
    assert bench.notices == [notice]
    assert bench["TELESCOPE_PARK_OPTION"].state is State.OK


def test_no_other_park_position_while_parked(parked):
    parked.ask("TELESCOPE_PARK_OPTION", "PARK_CURRENT")
    assert parked["TELESCOPE_PARK_OPTION"].state is State.ALERT
    assert parked["TELESCOPE_PARK_POSITION"]["PARK_HA"] == -6


@pytest.mark.parametrize(
    ("ra", "dec", "text"),
    [
        (0, 0, "RA:  0:00:00 - DEC:  0:00:00"),
        (359.999, -0.5, "RA: 24:00:00 - DEC: -0:30:00"),
        (166.375, 60, "RA: 11:05:30 - DEC: 60:00:00"),
    ],
)
def test_coordinates_are_written_as_indi_does(ra, dec, text):
    assert sexagesimal(ra, dec) == text
