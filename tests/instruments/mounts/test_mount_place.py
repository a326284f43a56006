"""When and where mounts are: their own clock and site, and how both are set."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time

from indinb import Client, Telescope
from indinb.client.rules import Done
from indinb.errors import Failed, OutOfRange, Refused, UnknownProperty
from indinb.instruments.mounts.place import Clock, shows
from indinb.protocol.vocabulary import State
from indinb.simulation import simulate
from tests.client.fakes import MOUNT, numbers, obey, switches, update
from tests.instruments.evidence import changes
from tests.instruments.mounts import fakes as mounts
from tests.waiting import wait_until

WHEN = dt.datetime(2026, 1, 15, 20, 30, tzinfo=dt.UTC)
TOKYO = EarthLocation(lat=35.7 * u.deg, lon=139.5 * u.deg, height=60 * u.m)
QUITO = EarthLocation(lat=-0.2 * u.deg, lon=-78.5 * u.deg, height=2850 * u.m)


def _said(state: State, utc: str = "2026-01-15T20:30:00", offset: str = "0") -> list:
    return changes([mounts.TIME], update(mounts.TIME, state, UTC=utc, OFFSET=offset))


# The rule by which a clock is set


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ([], type(None)),
        (_said(State.OK), Done),
        (_said(State.OK, "2026-01-15T20:30:02"), Done),
        (_said(State.IDLE), Done),
        (_said(State.OK, "2026-01-15T19:30:00"), type(None)),
        (_said(State.OK, "rubbish"), type(None)),
        (_said(State.BUSY), type(None)),
        (_said(State.IDLE, "2026-01-15T19:30:00"), Refused),
        (_said(State.ALERT), Failed),
    ],
)
def test_when_a_clock_is_set(said: list, verdict: type):
    assert type(shows(WHEN, said)) is verdict


def test_a_clock_that_runs_fast():
    slow = Clock(since=Time.now().unix - 10, speed=1.0)
    fast = Clock(since=Time.now().unix - 10, speed=61.0)
    assert (fast.now - slow.now).sec == pytest.approx(600, abs=5)


# Mounts that tell the time


@pytest.fixture
def mount(connect: Callable[..., Client]) -> Telescope:
    client = connect(mounts.OF_DATE, mounts.NOWHERE, mounts.TIME, answer=obey)
    return Telescope(client.devices[MOUNT])


def _sent(telescope: Telescope, name: str) -> dict:
    return mounts.asked(telescope.device.connection.server.received, name)[-1]


def _ahead(telescope: Telescope) -> float:
    return (telescope.time - Time.now()).sec


def test_what_was_announced_may_be_old(mount: Telescope):
    assert _ahead(mount) == pytest.approx(0, abs=2)


def test_what_is_told_counts(mount: Telescope):
    server = mount.device.connection.server
    server.tell(update(mounts.TIME, State.OK, UTC="2026-01-15T20:30:00", OFFSET="5.5"))
    assert (mount.time - Time("2026-01-15T20:30:00")).sec == pytest.approx(0, abs=5)
    server.tell(update(mounts.TIME, State.OK, UTC="rubbish"))
    assert _ahead(mount) == pytest.approx(0, abs=2)


def test_whole_seconds_make_no_other_clock(mount: Telescope):
    mount.set_time()
    assert abs(_ahead(mount)) < 0.2


def test_the_time_is_set(mount: Telescope):
    mount.time = Time("2026-01-15T20:29:59.6")
    told = _sent(mount, "TIME_UTC")
    assert told["UTC"] == "2026-01-15T20:30:00"
    offset = WHEN.astimezone().utcoffset() / dt.timedelta(hours=1)
    assert told["OFFSET"] == f"{offset:.2f}"
    assert (mount.time - Time(WHEN)).sec == pytest.approx(0, abs=5)


def test_times_of_other_scales_are_utc_there(mount: Telescope):
    mount.set_time(Time("2026-01-15T20:30:00", scale="tai"))
    assert _sent(mount, "TIME_UTC")["UTC"] == "2026-01-15T20:29:23"


@pytest.mark.parametrize("moment", ["2026-01-15", 3, Time(["2026-01-15", "2026-01-16"])])
def test_what_is_no_moment(mount: Telescope, moment: object):
    with pytest.raises(OutOfRange, match="takes one moment"):
        mount.start_set_time(moment)


@pytest.mark.parametrize(
    ("site", "longitude"), [(TOKYO, 139.5), (QUITO, 281.5)], ids=["east", "west"]
)
def test_the_site_is_set(mount: Telescope, site: EarthLocation, longitude: float):
    mount.site = site
    told = _sent(mount, "GEOGRAPHIC_COORD")
    assert told["LONG"] == pytest.approx(longitude)
    assert told["LAT"] == pytest.approx(site.lat.deg)
    assert told["ELEV"] == pytest.approx(site.height.to_value(u.m))
    assert mount.site.lon.deg == pytest.approx(site.lon.deg)


def test_no_place_at_all_is_refused(mount: Telescope):
    with pytest.raises(OutOfRange, match="what drivers take for no place"):
        mount.site = EarthLocation(lat=0 * u.deg, lon=360 * u.deg)
    with pytest.raises(OutOfRange, match="takes an EarthLocation"):
        mount.site = (50, 14)
    with pytest.raises(OutOfRange, match="there is no GPS receiver"):
        mount.set_site()
    assert mounts.asked(mount.device.connection.server.received, "GEOGRAPHIC_COORD") == []


def test_a_gps_receiver_without_a_fix_tells_no_site(connect: Callable[..., Client]):
    """It has a place all the same: the last one."""
    old = {"LAT": 50.0, "LONG": 14.0, "ELEV": 300.0}
    receiver = (
        switches("GPS_REFRESH", {"REFRESH": False}, mounts.ONE, device="GPS"),
        numbers("GEOGRAPHIC_COORD", old, device="GPS", state=State.BUSY),
    )
    client = connect(mounts.OF_DATE, mounts.NOWHERE, *receiver)
    telescope = Telescope(client.devices[MOUNT])
    with pytest.raises(OutOfRange, match=r"GPS does not know where it is: wait for gps\.has_fix"):
        telescope.set_site()
    client.server.tell(update(receiver[1], State.OK))
    telescope.set_site()
    assert telescope.site.lat.deg == pytest.approx(50)


def test_a_mount_that_has_neither(connect: Callable[..., Client]):
    telescope = Telescope(connect(mounts.OF_DATE).devices[MOUNT])
    assert _ahead(telescope) == pytest.approx(0, abs=2)
    for use in (lambda: telescope.site, telescope.set_time, lambda: telescope.set_site(TOKYO)):
        with pytest.raises(UnknownProperty):
            use()


# With INDI's simulator, and the embedded observatory


def test_simulators_take_site_and_time(client: Client):
    telescope = client.telescope
    telescope.site = QUITO
    assert telescope.site.lon.deg == pytest.approx(-78.5)
    telescope.site = TOKYO
    before = telescope.time
    telescope.time = before + 1 * u.hour
    assert (telescope.time - before).to_value(u.s) == pytest.approx(3600, abs=20)
    telescope.time = before
    assert (telescope.time - before).to_value(u.s) == pytest.approx(0, abs=20)


@pytest.fixture
def observatory() -> Iterator[Client]:
    """Return an observatory of one's own, with a GPS receiver."""
    with simulate(devices=["GPS Simulator"], speed=20) as client:
        for name in (MOUNT, "GPS Simulator"):
            client.devices[name].connect()
        yield client


def test_a_time_jump_moves_no_mount(observatory: Client):
    """What stands still stands still over the horizon, while its right ascension jumps."""
    telescope = observatory.telescope
    telescope.slew(SkyCoord(alt=50 * u.deg, az=120 * u.deg, frame=AltAz()))
    telescope.stop_tracking()
    over, sky = telescope.altaz, telescope.radec
    telescope.time = telescope.time + 2 * u.hour
    wait_until(telescope.device, lambda: telescope.radec.separation(sky) > 15 * u.deg)
    assert telescope.altaz.alt.deg == pytest.approx(over.alt.deg, abs=0.3)
    assert telescope.altaz.az.deg == pytest.approx(over.az.deg, abs=0.3)


def test_the_site_of_the_gps_receiver(observatory: Client):
    telescope = observatory.telescope
    telescope.set_site()
    assert telescope.site.lat.deg == pytest.approx(37.2, abs=0.1)
