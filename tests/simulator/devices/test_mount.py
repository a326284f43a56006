import datetime as dt

import numpy as np
import pytest

from indinb.simulator.astrometry import horizontal, of_date, separation, sidereal_time
from indinb.simulator.devices.mount import LUNAR, SIDEREAL, Axis, Mount
from indinb.simulator.world import CALAR_ALTO, WINTER_EVENING, World


class ManualClock:
    """A clock that goes as we tell it."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.start = WINTER_EVENING

    def at(self, elapsed: float) -> dt.datetime:
        return self.start + dt.timedelta(seconds=elapsed)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def world(clock):
    return World(clock, CALAR_ALTO, seed=4)


@pytest.fixture
def mount(world):
    """A mount without errors."""
    mount = Mount(world)
    mount.perfect = True
    return mount


@pytest.fixture
def real(world):
    """A mount as it is in life."""
    return Mount(world)


def arcsec(one, other):
    return 3600 * float(separation(one.ra, one.dec, other.ra, other.dec))


def beside(mount, clock):
    """How far from what it reports a mount looks, in arcsec."""
    here = mount.pointing()
    return 3600 * float(
        separation(*of_date(here.ra, here.dec, clock.at(clock.elapsed)), *mount.radec)
    )


def gone_to(mount, clock, ra, dec, **options):
    mount.slew(ra, dec, **options)
    clock.elapsed += 100
    assert not mount.slewing


def lst(clock):
    return sidereal_time(clock.at(clock.elapsed), CALAR_ALTO.longitude)


def test_an_axis_turns_for_several_reasons_at_once(clock):
    axis = Axis(clock, 10)
    axis.turn("a", 1)
    axis.turn("b", -2, seconds=3)
    clock.elapsed = 2
    assert axis.angle(2) == pytest.approx(8)
    assert axis.turning("b")
    clock.elapsed = 5
    assert (axis.angle(5), axis.turning("a"), axis.turning("b")) == (pytest.approx(9), True, False)
    axis.halt("a")
    clock.elapsed = 9
    assert axis.angle(9) == pytest.approx(9)


def test_what_an_axis_does_anew_replaces_what_it_did(clock):
    axis = Axis(clock, 0)
    axis.turn("a", 1)
    clock.elapsed = 2
    axis.turn("a", 10, seconds=1)
    clock.elapsed = 8
    assert axis.angle(8) == pytest.approx(12)
    axis.halt("never begun")
    assert axis.angle(8) == pytest.approx(12)


def test_it_begins_at_the_pole_and_stands(mount, clock):
    assert mount.radec == pytest.approx(((lst(clock) - 90) % 360, 90))
    assert not mount.tracking
    assert not mount.slewing
    assert not mount.over_the_pole
    assert mount.pointing().altitude == pytest.approx(CALAR_ALTO.latitude)


def test_in_the_south_it_begins_at_the_southern_pole(clock):
    world = World(clock, CALAR_ALTO._replace(latitude=-30.0))
    mount = Mount(world)
    assert mount.radec[1] == pytest.approx(-90)
    gone_to(mount, clock, (lst(clock) + 30) % 360, -50.0)
    assert mount.over_the_pole
    assert mount.radec[1] == pytest.approx(-50)
    assert mount.axes[1] == pytest.approx(-130)


@pytest.mark.parametrize(
    ("hour_angle", "dec", "seconds"),
    [(60, 90, 5), (30, 60, 10), (90, 0, 15), (90, -30, 20), (-90, 0, 15), (-60, 80, 5)],
)
def test_a_slew_takes_six_degrees_per_second(mount, clock, hour_angle, dec, seconds):
    mount.slew((lst(clock) - hour_angle) % 360, dec)
    clock.elapsed = seconds - 0.01
    assert mount.slewing
    clock.elapsed = seconds + 0.01
    assert not mount.slewing


@pytest.mark.parametrize("ra", [0.0, 0.001, 120.0, 240.0, 359.999])
@pytest.mark.parametrize("dec", [-90.0, -89.9, -20.0, 0.0, 45.0, 89.9, 90.0])
def test_it_reaches_every_place(mount, clock, ra, dec):
    gone_to(mount, clock, ra, dec)
    assert float(separation(*mount.radec, ra, dec)) * 3600 < 0.001
    assert mount.radec[0] < 360
    there = mount.pointing()
    assert 3600 * separation(*of_date(there.ra, there.dec, clock.at(clock.elapsed)), ra, dec) < 0.01


def test_on_the_way_it_is_between(mount, clock):
    gone_to(mount, clock, lst(clock) - 60, 40)
    begin = mount.hour_angle
    mount.slew(lst(clock) - begin - 18, 40)
    clock.elapsed += 1.5
    assert mount.slewing
    assert mount.hour_angle - begin == pytest.approx(9, abs=0.01)


def test_a_slew_below_the_horizon_is_not_refused(mount, clock):
    gone_to(mount, clock, lst(clock), -80)
    assert mount.pointing().altitude < 0


def test_a_slew_replaces_another(mount, clock):
    mount.slew(10, 20)
    clock.elapsed += 2
    gone_to(mount, clock, 200, 50)
    assert mount.radec == pytest.approx((200, 50), abs=1e-6)


@pytest.mark.parametrize(("ra", "dec"), [(10, 41), (200, -30), (0, 0), (80, 88)])
def test_tracking_holds_a_place_of_the_sky_for_an_hour(mount, clock, ra, dec):
    gone_to(mount, clock, ra, dec)
    begin = mount.pointing()
    for _ in range(6):
        clock.elapsed += 600
        assert arcsec(mount.pointing(), begin) < 0.05


@pytest.mark.parametrize("dec", [0, 40, -60, 85])
def test_who_stands_sees_the_sky_go_by(mount, clock, dec):
    gone_to(mount, clock, 50, dec)
    mount.track(False)
    begin = mount.pointing()
    clock.elapsed += 10
    end = mount.pointing()
    assert arcsec(end, begin) == pytest.approx(150.41 * np.cos(np.radians(dec)), rel=0.01)
    assert (end.altitude, end.azimuth) == pytest.approx((begin.altitude, begin.azimuth))
    assert (end.ra - begin.ra + 360) % 360 < 180


def test_a_slew_without_tracking_ends_on_the_place_and_stands(mount, clock):
    mount.slew(300, 20, then_track=False)
    while mount.slewing:
        clock.elapsed += 0.01
    assert mount.radec == pytest.approx((300, 20), abs=0.0002)
    assert not mount.tracking
    clock.elapsed += 60
    assert mount.radec[0] == pytest.approx(300.25, abs=0.001)


def test_other_rates_run_away_from_the_stars(mount, clock):
    gone_to(mount, clock, 100, 10)
    mount.rates = (LUNAR, 0)
    mount.track(True)
    clock.elapsed += 3600
    assert mount.radec[0] - 100 == pytest.approx(SIDEREAL - LUNAR, abs=0.001)


@pytest.mark.parametrize("hour_angle", [40, -40])
def test_a_rate_in_declination_goes_north_on_either_side(mount, clock, hour_angle):
    mount.rates = (SIDEREAL, 2.0)
    mount.slew(lst(clock) - hour_angle, 30)
    clock.elapsed += 100
    begin = mount.radec[1]
    clock.elapsed += 100
    assert (mount.radec[1] - begin) * 3600 == pytest.approx(200)


def test_setting_the_clock_moves_no_axis(mount, clock):
    gone_to(mount, clock, 100, 10)
    mount.track(False)
    before = mount.axes, mount.pointing().altitude, mount.radec[0]
    clock.start += dt.timedelta(hours=1)
    assert mount.axes == before[0]
    assert mount.pointing().altitude == pytest.approx(before[1])
    assert mount.radec[0] - before[2] == pytest.approx(15.04, abs=0.01)


@pytest.mark.parametrize("hour_angle", [50, -50])
@pytest.mark.parametrize(
    ("direction", "ra", "dec"), [("N", 0, 1), ("S", 0, -1), ("W", -1, 0), ("E", 1, 0)]
)
def test_a_pulse_moves_at_its_rate(mount, clock, hour_angle, direction, ra, dec):
    gone_to(mount, clock, lst(clock) - hour_angle, 0)
    begin = mount.radec
    mount.guide(direction, rate=0.5, seconds=2)
    clock.elapsed += 1
    halfway = mount.radec
    clock.elapsed += 60
    end = mount.radec
    moved = [3600 * ((now - then + 180) % 360 - 180) for now, then in zip(end, begin, strict=True)]
    assert moved == pytest.approx([15.04 * ra, 15.04 * dec], abs=0.01)
    assert 3600 * separation(*halfway, *begin) == pytest.approx(7.52, abs=0.01)


def test_a_pulse_moves_the_telescope_too(real, clock):
    gone_to(real, clock, lst(clock) - 50, 20)
    begin = real.pointing()
    real.guide("N", rate=1.0, seconds=1)
    clock.elapsed += 1
    assert (real.pointing().dec - begin.dec) * 3600 == pytest.approx(15.04, abs=0.3)


@pytest.mark.parametrize("hour_angle", [50, -50])
@pytest.mark.parametrize(
    ("direction", "coordinate", "sign"), [("N", 1, 1), ("S", 1, -1), ("W", 0, -1), ("E", 0, 1)]
)
def test_it_can_be_pushed(mount, clock, hour_angle, direction, coordinate, sign):
    gone_to(mount, clock, lst(clock) - hour_angle, 10)
    begin = mount.radec
    mount.push(direction, speed=2.5)
    clock.elapsed += 2
    mount.release(direction)
    clock.elapsed += 50
    assert (mount.radec[coordinate] - begin[coordinate] + 180) % 360 - 180 == pytest.approx(
        5 * sign
    )
    assert mount.tracking


def test_abort_leaves_it_where_it_is_and_tracking_as_before(mount, clock):
    gone_to(mount, clock, 20, 20)
    mount.slew(200, -20)
    clock.elapsed += 2
    mount.stop()
    there = mount.radec
    clock.elapsed += 30
    assert mount.radec == pytest.approx(there)
    assert mount.tracking
    mount.track(False)
    mount.slew(20, 20)
    clock.elapsed += 1
    mount.stop()
    assert not mount.tracking


def test_park_goes_to_a_place_over_the_ground(mount, clock):
    gone_to(mount, clock, 20, 20)
    mount.park(-90, 0)
    assert not mount.tracking
    clock.elapsed += 100
    begin = mount.pointing()
    assert mount.axes == pytest.approx((90, 180))
    assert (begin.altitude, begin.azimuth) == pytest.approx((0, 90))
    clock.elapsed += 1000
    assert mount.pointing().azimuth == pytest.approx(90)


def test_the_side_of_the_pier_follows_the_hour_angle(mount, clock):
    gone_to(mount, clock, lst(clock) - 30, 20)
    assert not mount.over_the_pole
    assert min(mount.pointing().rotation, 360 - mount.pointing().rotation) < 0.2
    gone_to(mount, clock, lst(clock) + 30, 20)
    assert mount.over_the_pole
    assert mount.pointing().rotation == pytest.approx(180, abs=0.2)


def test_tracking_over_the_meridian_changes_no_side_but_a_slew_does(mount, clock):
    gone_to(mount, clock, lst(clock) + 5, 20)
    ra = mount.radec[0]
    clock.elapsed += 3600
    assert mount.hour_angle > 9
    assert mount.over_the_pole
    gone_to(mount, clock, ra, 20)
    assert not mount.over_the_pole
    assert mount.radec == pytest.approx((ra, 20))


def test_the_side_may_change_later(mount, clock):
    mount.flip_at = 10
    gone_to(mount, clock, lst(clock) - 5, 20)
    assert mount.over_the_pole


def test_a_fork_goes_over_no_pole(mount, clock):
    mount.german = False
    for hour_angle in (30, -100, 170, -170):
        gone_to(mount, clock, lst(clock) - hour_angle, 20)
        assert not mount.over_the_pole
        assert float(separation(*mount.radec, lst(clock) - hour_angle, 20)) < 0.5


def test_altitude_and_azimuth_are_those_of_the_place(mount, clock):
    gone_to(mount, clock, lst(clock) - 25, 33)
    altitude, azimuth = horizontal(mount.hour_angle, 33, CALAR_ALTO.latitude)
    assert mount.pointing()[2:4] == pytest.approx((altitude, azimuth))


@pytest.mark.parametrize("dec", [-20, 40, 75, 90])
def test_it_looks_a_few_arcminutes_beside_what_it_reports(real, clock, dec):
    gone_to(real, clock, lst(clock) - 20, dec)
    assert 30 < beside(real, clock) < 430
    real.perfect = True
    assert beside(real, clock) < 0.001


def test_a_sync_takes_the_error_away_there(real, clock):
    gone_to(real, clock, lst(clock) - 20, 40)
    truth = real.pointing()
    real.sync(*of_date(truth.ra, truth.dec, clock.at(clock.elapsed)))
    assert arcsec(real.pointing(), truth) < 1e-6
    assert beside(real, clock) < 0.001
    gone_to(real, clock, lst(clock) - 25, 42)
    assert beside(real, clock) < 30  # near by it is small
    gone_to(real, clock, lst(clock) - 120, -30)
    assert beside(real, clock) > 10  # the pole is still beside the pole


@pytest.mark.parametrize(("hour_angle", "pier"), [(20, "EAST"), (-20, "WEST")])
def test_it_tells_what_it_believes_besides(real, clock, hour_angle, pier):
    gone_to(real, clock, lst(clock) - hour_angle, 40)
    here = real.pointing()
    believed = of_date(*here.reported, clock.at(clock.elapsed))
    assert 3600 * separation(*believed, *real.radec) < 0.001
    assert here.pier == pier


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_sync_over_the_meridian_keeps_the_side(real, clock, minutes):
    gone_to(real, clock, lst(clock) + 0.1 * minutes, 40)
    side, truth = real.over_the_pole, real.pointing()
    real.sync(lst(clock) - 0.3 * minutes, 40)
    assert real.over_the_pole == side
    assert arcsec(real.pointing(), truth) < 1e-6
    assert real.radec[0] == pytest.approx(lst(clock) - 0.3 * minutes)


def test_a_sync_far_away_turns_the_tube(real, clock):
    real.sync(lst(clock) + 40, -10)
    assert real.radec == pytest.approx(((lst(clock) + 40) % 360, -10))
    assert beside(real, clock) < 500
    assert real.over_the_pole


def test_without_errors_a_sync_moves_the_telescope(mount, clock):
    gone_to(mount, clock, 30, 40)
    mount.sync(31, 40)
    assert beside(mount, clock) < 0.001
    mount.perfect = False
    assert beside(mount, clock) < 500


def test_the_worm_swings_the_telescope_while_it_tracks(real, clock):
    gone_to(real, clock, lst(clock) - 20, 0)
    ras = []
    for _ in range(96):
        clock.elapsed += 10
        ras.append(real.pointing().ra * 3600)
    first, second = np.array(ras[:48]), np.array(ras[48:])
    assert np.ptp(first) == pytest.approx(6, abs=0.3)
    assert np.abs(first - second).max() < 0.5  # after 480 s it comes again
    assert np.abs(first[:24] - first[24:]).max() > 3


def test_the_errors_follow_from_the_seed(clock):
    def errors(seed):
        return Mount(World(clock, CALAR_ALTO, seed)).pointing()

    assert errors(1) == errors(1)
    assert errors(1) != errors(2)
