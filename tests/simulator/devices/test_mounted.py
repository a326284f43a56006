import pytest

from indinb.simulator.astrometry import of_date
from indinb.simulator.devices.telescope import TelescopeSimulator
from tests.simulator.bench import Bench
from tests.simulator.devices.sending import POSITION, at, error, gone


@pytest.fixture
def bench():
    with Bench(TelescopeSimulator) as bench:
        yield bench


def test_pointing_error_can_be_turned_off(bench):
    gone(bench, 2, 40)
    assert 30 < error(bench) < 430
    bench.ask("POINTING_ERROR", "INDI_DISABLED")
    assert error(bench) < 0.01
    bench.ask("POINTING_ERROR", "INDI_ENABLED")
    assert error(bench) > 30


def test_a_sync_on_what_is_seen_takes_the_error_away(bench):
    gone(bench, 2, 40)
    here = bench.light.pointing()
    ra, dec = of_date(here.ra, here.dec, bench.clock.utc)
    bench.ask("ON_COORD_SET", "SYNC")
    bench.ask(POSITION, RA=float(ra) / 15, DEC=float(dec))
    assert error(bench) < 0.1
    assert bench.light.pointing().ra == pytest.approx(here.ra, abs=1e-6)


def test_a_mount_model_adds_to_the_error(bench):
    gone(bench, 2, 40)
    bench.ask("MOUNT_MODEL", MM_ID=1)
    assert error(bench) == pytest.approx(3600, abs=430)
    bench.ask("MOUNT_MODEL", MM_ID=0)
    assert error(bench) < 430


def test_the_side_of_the_pier_is_told(bench):
    gone(bench, 2, 40)
    bench.ask(POSITION, at(bench, -2, 40))
    bench.settle(POSITION)
    assert [each.values["PIER_WEST"] for each in bench.updates("TELESCOPE_PIER_SIDE")] == [True]
    assert bench.light.pointing().rotation == pytest.approx(180, abs=0.5)
    bench.ask("SIM_PIER_SIDE", "PS_OFF")
    bench.run(0.5)
    assert bench["TELESCOPE_PIER_SIDE"].on is None


def test_a_later_flip(bench):
    bench.ask("FLIP_HA", FLIP_HA=15)
    gone(bench, 0.5, 40)
    assert bench["TELESCOPE_PIER_SIDE"].on == "PIER_WEST"


def test_a_fork_knows_no_side(bench):
    bench.ask("MOUNT_TYPE", "EQ_FORK")
    gone(bench, -2, 40)
    assert bench["TELESCOPE_PIER_SIDE"].on is None
    assert bench["MOUNT_AXES"]["SECONDARY"] == pytest.approx(40)
