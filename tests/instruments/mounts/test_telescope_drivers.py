"""Mounts that INDI's simulators are not: slow, silent, broken, and with other things to offer."""

from collections.abc import Callable

import pytest
from astropy import units as u
from astropy.coordinates import AltAz, SkyCoord

from indinb import Client, Telescope
from indinb.errors import (
    Aborted,
    Failed,
    OperationTimeout,
    OutOfRange,
    Refused,
    UnknownProperty,
)
from indinb.instruments.mounts import rules as mountrules
from indinb.instruments.mounts import slewing
from indinb.protocol.messages import Delete, New
from indinb.protocol.vocabulary import State
from tests.client.fakes import MOUNT, numbers, switches, update
from tests.instruments.mounts import fakes as mounts
from tests.waiting import wait_until

M31 = SkyCoord("00h42m44s", "+41d16m09s")
EOD = "EQUATORIAL_EOD_COORD"
BUSY = update(mounts.OF_DATE, State.BUSY)
RATE = numbers("TELESCOPE_TRACK_RATE", {"TRACK_RATE_RA": 15.0, "TRACK_RATE_DE": 0.0}, device=MOUNT)
FLIP = switches(
    "ON_COORD_SET", {"TRACK": True, "SLEW": False, "SYNC": False, "FLIP": False}, device=MOUNT
)
SIDE = switches(
    "TELESCOPE_PIER_SIDE", {"PIER_WEST": False, "PIER_EAST": False}, mounts.ONE, device=MOUNT
)
TARGET = numbers("TARGET_EOD_COORD", {"RA": 0.0, "DEC": 0.0}, device=MOUNT)

Make = Callable[..., Telescope]


@pytest.fixture
def make(connect: Callable[..., Client]) -> Make:
    """Return a function that makes a mount at the pole of the Earth of what else it has."""

    def make(*definitions, **answers) -> Telescope:
        answer = mounts.answering(**answers)
        client = connect(mounts.OF_DATE, mounts.POLE, mounts.ABORT, *definitions, answer=answer)
        return Telescope(client.devices[MOUNT])

    return make


def _sent(telescope: Telescope, *names: str) -> list[tuple[str, dict]]:
    heard = telescope.device.connection.server.heard(New)
    return [(new.name, dict(new.values)) for new in heard if new.name in names]


def _tell(telescope: Telescope, *messages: object) -> None:
    telescope.device.connection.server.tell(*messages)


# Slews that go wrong


def test_an_alert_in_mid_slew(make: Make):
    telescope = make(EQUATORIAL_EOD_COORD=[BUSY])
    operation = telescope.start_slew("M31")
    _tell(telescope, update(mounts.OF_DATE, State.BUSY, RA=0.9, DEC=41.0))
    assert not operation.done()
    _tell(telescope, update(mounts.OF_DATE, State.ALERT, "[ERROR] Motor stalled"))
    with pytest.raises(Failed, match=r"slew .* to M31: the mount reports an error.*Motor stalled"):
        operation.result()
    assert telescope.object is None


def test_a_mount_that_is_never_busy(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mountrules, "GRACE", 0.0)
    telescope = make(EQUATORIAL_EOD_COORD=[update(mounts.OF_DATE, State.OK)] * 2)
    with pytest.raises(Refused, match="did not begin to move"):
        telescope.slew("M31")


def test_a_mount_that_is_there_without_being_busy(make: Make):
    of_date = {"RA": 0.7377, "DEC": 41.41}
    there = [update(mounts.OF_DATE, State.OK, **of_date)] * 2
    telescope = make(EQUATORIAL_EOD_COORD=there)
    _tell(telescope, update(mounts.OF_DATE, State.OK, **of_date))
    assert telescope.slew(telescope.radec).separation(M31) < 10 * u.arcmin


def test_a_mount_that_is_busy_for_ever(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slewing, "TIMEOUT", 0.05)
    telescope = make(EQUATORIAL_EOD_COORD=[BUSY])
    with pytest.raises(OperationTimeout, match="its state is Busy"):
        telescope.slew("M31")


def test_a_driver_that_dies(make: Make):
    telescope = make(EQUATORIAL_EOD_COORD=[BUSY])
    operation = telescope.start_slew("M31")
    _tell(telescope, BUSY, Delete(MOUNT))
    with pytest.raises(Failed, match="its driver has died"):
        operation.result()


def test_an_abort_is_no_arrival(make: Make):
    """A mount that tracked before is Ok again soon after."""
    telescope = make(EQUATORIAL_EOD_COORD=[BUSY])
    operation = telescope.start_slew("M31")
    _tell(telescope, BUSY, update(mounts.OF_DATE, State.IDLE), update(mounts.OF_DATE, State.OK))
    with pytest.raises(Aborted, match="stopped on its way"):
        operation.result()


def test_an_ok_of_before_is_no_arrival(make: Make):
    telescope = make(EQUATORIAL_EOD_COORD=[update(mounts.OF_DATE, State.OK), BUSY])
    operation = telescope.start_slew("M31")
    _tell(telescope)
    assert not operation.done()
    (asked,) = (values for name, values in _sent(telescope, EOD))
    _tell(telescope, update(mounts.OF_DATE, State.OK, **asked))
    assert operation.result().separation(M31) < 1 * u.arcmin


def test_a_second_slew_takes_over(make: Make):
    telescope = make(EQUATORIAL_EOD_COORD=[BUSY])
    first = telescope.start_slew("M31")
    second = telescope.start_slew("Polaris")
    with pytest.raises(Aborted, match="was asked for instead"):
        first.result()
    asked = _sent(telescope, EOD)[-1][1]
    _tell(telescope, update(mounts.OF_DATE, State.OK, **asked))
    second.result()
    assert telescope.object == "Polaris"


def test_a_mount_that_is_not_told_how(make: Make):
    """Only what is not so already is asked for, and after a sync the mode is put back."""
    telescope = make(mounts.HOW)
    telescope.slew(M31)
    assert _sent(telescope, "ON_COORD_SET") == []
    telescope.sync(M31)
    asked = [name for _, on in _sent(telescope, "ON_COORD_SET") for name, yes in on.items() if yes]
    assert asked == ["SYNC", "TRACK"]
    order = [name for name, _ in _sent(telescope, "ON_COORD_SET", EOD)]
    assert order == [EOD, "ON_COORD_SET", EOD, "ON_COORD_SET"]


def test_a_sync_of_a_sky_that_turns(make: Make, monkeypatch: pytest.MonkeyPatch):
    """The next report is a little aside already; and one from before is no failure."""
    telescope = make(mounts.HOW, EQUATORIAL_EOD_COORD=[update(mounts.OF_DATE, State.IDLE)])
    operation = telescope.start_sync(M31)
    _tell(telescope)
    assert not operation.done()
    _tell(telescope)
    (asked,) = (values for name, values in _sent(telescope, EOD))
    _tell(telescope, update(mounts.OF_DATE, State.OK, RA=asked["RA"] + 1e-4, DEC=asked["DEC"]))
    operation.result()
    monkeypatch.setattr(mountrules, "GRACE", 0.0)
    with pytest.raises(Refused, match="did not take it"):
        telescope.sync("Polaris")
    assert telescope.device["ON_COORD_SET"].value == "TRACK"


@pytest.mark.parametrize(
    "target",
    [
        SkyCoord(100 * u.deg, 50 * u.deg, frame=AltAz()),
        AltAz(100 * u.deg, 50 * u.deg),
        SkyCoord(alt=50 * u.deg, az=100 * u.deg, frame="altaz"),
    ],
    ids=["SkyCoord", "AltAz", "by name"],
)
def test_directions_over_the_horizon(make: Make, target: object):
    telescope = make()
    telescope.slew(target)
    assert telescope.altaz.alt.deg == pytest.approx(50, abs=0.05)
    assert telescope.altaz.az.deg == pytest.approx(100, abs=0.3)


def test_two_bare_numbers(make: Make):
    telescope = make()
    with pytest.raises(TypeError, match="a bare 10 could be hours or degrees"):
        telescope.slew(10, 41)
    assert _sent(telescope, EOD) == []


@pytest.mark.parametrize("ra", [0.0, 1e-9, 359.9999999])
def test_around_midnight(make: Make, ra: float):
    telescope = make()
    place = SkyCoord(ra * u.deg, 20 * u.deg)
    assert telescope.slew(place).separation(place) < 1 * u.arcsec
    (asked,) = (values for name, values in _sent(telescope, EOD))
    assert 0 <= asked["RA"] < 24


# Tracking


def test_rates_come_before_the_mode(make: Make):
    telescope = make(mounts.TRACK, mounts.MODE, RATE)
    telescope.track((15.5 * u.arcsec / u.s, 0.01 * u.deg / u.hour))
    sent = _sent(telescope, "TELESCOPE_TRACK_RATE", "TELESCOPE_TRACK_MODE", "TELESCOPE_TRACK_STATE")
    assert [name for name, _ in sent] == [RATE.name, mounts.MODE.name, "TELESCOPE_TRACK_STATE"]
    assert sent[0][1] == pytest.approx({"TRACK_RATE_RA": 15.5, "TRACK_RATE_DE": 0.01})
    assert telescope.tracking_mode == "custom"


def test_words_for_tracking(make: Make):
    telescope = make(mounts.TRACK, mounts.MODE)
    assert telescope.tracking_mode == "sidereal"
    telescope.track("solar")
    assert telescope.tracking_mode == "solar"
    with pytest.raises(OutOfRange, match="does not track 'lunar': it has sidereal, solar"):
        telescope.track("lunar")
    with pytest.raises(UnknownProperty, match="TELESCOPE_TRACK_RATE"):
        telescope.track((15 * u.arcsec / u.s, 0 * u.arcsec / u.s))


@pytest.mark.parametrize("mode", [15.0, (15, 0), (15 * u.arcsec, 0 * u.arcsec), ("a", "b")])
def test_what_are_no_rates(make: Make, mode: object):
    with pytest.raises(OutOfRange, match="or two rates with units"):
        make(mounts.TRACK, mounts.MODE, RATE).track(mode)


# Where it points, and its pier


def test_pier_side(make: Make):
    telescope = make(SIDE)
    assert telescope.pier_side is None
    _tell(telescope, update(SIDE, State.OK, PIER_WEST=True))
    assert telescope.pier_side == "west"
    _tell(telescope, update(SIDE, State.OK, PIER_WEST=False, PIER_EAST=True))
    assert telescope.pier_side == "east"
    assert make().pier_side is None


def test_hour_angle_and_time_to_the_meridian(make: Make):
    telescope = make()
    there = telescope.altaz  # from the pole, azimuth runs with the hour angle
    assert -12 <= telescope.hour_angle.hour < 12
    turned = (telescope.hour_angle.deg + 180 - there.az.deg + 180) % 360 - 180
    assert turned == pytest.approx(0, abs=0.1)
    hours = telescope.time_to_meridian.to_value(u.hour)
    assert hours == pytest.approx(-telescope.hour_angle.hour * 0.99727, abs=0.01)


def test_target(make: Make):
    telescope = make(TARGET)
    assert telescope.target is None
    telescope.slew(M31)
    assert telescope.target.separation(M31) < 1 * u.arcsec
    _tell(telescope, update(TARGET, State.IDLE, RA=5.0, DEC=10.0))
    assert telescope.target.ra.hour == pytest.approx(4.98, abs=0.03)


@pytest.mark.parametrize("offered", [True, False])
def test_flip(make: Make, offered: bool):
    telescope = make(FLIP if offered else mounts.HOW)
    telescope.flip()
    ((_, asked),) = _sent(telescope, EOD)
    assert asked == {"RA": 1.0, "DEC": 40.0}
    on = [name for _, each in _sent(telescope, "ON_COORD_SET") for name, yes in each.items() if yes]
    assert on == (["FLIP", "TRACK"] if offered else [])


def test_a_mount_that_sees_no_reason_to_flip(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mountrules, "GRACE", 0.0)
    telescope = make(FLIP, EQUATORIAL_EOD_COORD=[update(mounts.OF_DATE, State.OK)])
    with pytest.raises(Refused, match="no reason to change sides"):
        telescope.flip()
    wait_until(telescope.device, lambda: telescope.device["ON_COORD_SET"].value == "TRACK")
