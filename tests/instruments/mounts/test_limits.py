"""How far a mount may go: limits by themselves, and a mount that is kept within them."""

import re
from collections.abc import Callable, Iterator

import pytest
from astropy import units as u
from astropy.coordinates import AltAz, SkyCoord
from astropy.time import Time

from indinb import Client, Telescope
from indinb.errors import Failed, OutOfRange
from indinb.instruments.mounts import apparent, limitwatch
from indinb.instruments.mounts.apparent import Equatorial
from indinb.instruments.mounts.limits import Limits
from indinb.protocol.vocabulary import State
from indinb.simulation import simulate
from tests.client.fakes import MOUNT, update
from tests.instruments.mounts import fakes as mounts
from tests.waiting import wait_until

NIGHT = Time("2026-01-15T20:30")
NOON = Time("2026-06-21T12:10")
CALAR_ALTO = (37.2, -2.5)
HIGH = Equatorial(2.0, 60.0)


# By themselves


def test_by_default_the_horizon_and_the_sun():
    limits = Limits()
    assert (limits.altitude, limits.hour_angle, limits.sun) == (0 * u.deg, None, 15 * u.deg)
    assert limits.active
    limits.off()
    assert not limits.active
    limits.on()
    assert limits.altitude == 0 * u.deg


@pytest.mark.parametrize("angle", [20, 20.0, "20", 20 * u.m, [1, 2] * u.deg, 200 * u.deg])
@pytest.mark.parametrize("name", ["altitude", "hour_angle", "sun"])
def test_what_is_no_limit(name: str, angle: object):
    limits = Limits()
    with pytest.raises(OutOfRange, match=rf"limits\.{name} is an angle .*such as .* or None"):
        setattr(limits, name, angle)


@pytest.mark.parametrize(
    ("name", "angle", "direction", "moment", "words"),
    [
        ("altitude", 0 * u.deg, Equatorial(20.0, -30.0), NIGHT, "° below the hori.*altitude is 0°"),
        ("altitude", 1200 * u.arcmin, Equatorial(6.0, -30.0), NIGHT, "° high: .*altitude is 20°"),
        ("hour_angle", 60 * u.deg, Equatorial(22.0, 85.0), NIGHT, "west of the meridian: .* 4 h"),
        ("hour_angle", 4 * u.hourangle, Equatorial(12.0, 85.0), NIGHT, "east of the meridian"),
        ("sun", 15 * u.deg, Equatorial(6.0, 23.0), NOON, "° from the Sun: .*sun is 15°"),
    ],
)  # fmt: skip
def test_each_limit_says_what_it_forbids(
    name: str, angle: u.Quantity, direction: Equatorial, moment: Time, words: str
):
    limits = Limits()
    limits.off()
    assert limits.breach(direction, moment, *CALAR_ALTO) is None
    setattr(limits, name, angle)
    broken = limits.breach(direction, moment, *CALAR_ALTO)
    assert re.search(words, broken), broken
    assert broken.endswith("telescope.limits.off() switches all limits off")
    assert limits.breach(HIGH, moment, *CALAR_ALTO) is None


def test_a_sun_that_is_down_hurts_nobody():
    limits = Limits()
    limits.altitude = None
    assert limits.breach(apparent.sun(NIGHT), NIGHT, *CALAR_ALTO) is None


# Mounts that are kept within them


@pytest.fixture
def north(connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> Telescope:
    """Return a mount at the pole of the Earth, which points 40° up and does as it is told."""
    monkeypatch.setattr(limitwatch, "PERIOD", 0.0)
    monkeypatch.setattr(limitwatch, "SHORTEST", 0.0)
    client = connect(
        mounts.OF_DATE, mounts.POLE, mounts.PARK, mounts.ABORT, mounts.TRACK, mounts.NORTH_SOUTH,
        answer=mounts.arriving,
    )  # fmt: skip
    return Telescope(client.devices[MOUNT])


def _sent(telescope: Telescope, name: str) -> list[dict]:
    return mounts.asked(telescope.device.connection.server.received, name)


def _tell(telescope: Telescope, *messages: object) -> None:
    telescope.device.connection.server.tell(*messages)


TRACKING = update(mounts.TRACK, State.BUSY, TRACK_ON=True, TRACK_OFF=False)
BELOW = update(mounts.OF_DATE, State.OK, RA=1.0, DEC=-5.0)


def test_a_slew_beyond_a_limit_is_refused(north: Telescope):
    with pytest.raises(
        OutOfRange, match=r"Sirius is 17° below the horizon: telescope\.limits\.alt"
    ):
        north.slew("Sirius")
    north.limits.altitude = 50 * u.deg
    with pytest.raises(OutOfRange, match=r"00h42m44s \+41d16m09s is 41° high"):
        north.start_slew(SkyCoord("00h42m44s", "+41d16m09s"))
    assert _sent(north, "EQUATORIAL_EOD_COORD") == []
    north.limits.off()
    north.slew("Sirius")
    assert north.object == "Sirius"


def test_limits_stay_with_the_mount(north: Telescope):
    north.limits.altitude = 30 * u.deg
    assert Telescope(north.device).limits is north.limits


def test_a_mount_that_tracks_beyond_its_limits_is_stopped(
    north: Telescope, caplog: pytest.LogCaptureFixture
):
    _tell(north, TRACKING)
    _tell(north)
    assert _sent(north, "TELESCOPE_TRACK_STATE") == []
    _tell(north, BELOW)
    wait_until(north.device, lambda: not north.tracking)
    assert _sent(north, "TELESCOPE_ABORT_MOTION") == [{"ABORT": True}]
    assert _sent(north, "TELESCOPE_TRACK_STATE") == [{"TRACK_OFF": True}]
    words = "was stopped: it points 5° below the horizon: telescope.limits.altitude is 0°"
    assert caplog.text.count(words) == 1


def test_after_a_stop_there_is_no_loop_of_messages(
    north: Telescope, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    """A mount that does not listen is told again, and the observer is not."""
    monkeypatch.setattr(limitwatch, "PATIENCE", 0.0)
    north.device.connection.server.answer = lambda new: ()
    _tell(north, TRACKING, BELOW)
    for _ in range(5):
        _tell(north, BELOW)
    assert len(_sent(north, "TELESCOPE_TRACK_STATE")) > 1
    assert caplog.text.count("was stopped") == 1
    _tell(north, update(mounts.OF_DATE, State.OK, DEC=30.0))
    _tell(north, BELOW)
    _tell(north)
    assert caplog.text.count("was stopped") == 2


def test_what_goes_on_fails_with_words(north: Telescope):
    operation = north.start_move("south", 60 * u.s)
    wait_until(north.device, lambda: north.device["TELESCOPE_MOTION_NS"]["MOTION_SOUTH"])
    _tell(north, update(mounts.NORTH_SOUTH, State.BUSY, MOTION_SOUTH=True), BELOW)
    with pytest.raises(Failed, match=r"move .* was stopped: it points 5° below the horizon"):
        operation.result()
    wait_until(north.device, lambda: not north.device["TELESCOPE_MOTION_NS"]["MOTION_SOUTH"])


@pytest.mark.parametrize(
    "harmless",
    [
        [update(mounts.OF_DATE, State.BUSY, DEC=-5.0), TRACKING],
        [update(mounts.OF_DATE, State.IDLE, DEC=-5.0)],
        [update(mounts.OF_DATE, State.OK, DEC=float("nan")), TRACKING],
        [update(mounts.PARK, State.BUSY, PARK=True, UNPARK=False), TRACKING, BELOW],
        [update(mounts.PARK, State.OK, PARK=True, UNPARK=False), TRACKING, BELOW],
    ],
    ids=["on its way", "at rest", "nonsense", "going to park", "parked"],
)
def test_it_is_left_alone(north: Telescope, harmless: list):
    for message in (*harmless, *harmless):
        _tell(north, message)
    assert _sent(north, "TELESCOPE_ABORT_MOTION") == []


def test_tracking_beyond_a_limit_does_not_even_begin(north: Telescope):
    _tell(north, BELOW)
    with pytest.raises(OutOfRange, match="where it points is 5° below the horizon"):
        north.track()
    assert _sent(north, "TELESCOPE_TRACK_STATE") == []


def test_a_mount_that_does_not_know_where_it_points_may_track(connect: Callable[..., Client]):
    client = connect(mounts.HORIZONTAL, mounts.NOWHERE, mounts.TRACK, answer=mounts.arriving)
    telescope = Telescope(client.devices[MOUNT])
    telescope.track()
    assert telescope.tracking


def test_switched_off_nothing_is_stopped(north: Telescope):
    north.limits.off()
    _tell(north, TRACKING, BELOW)
    _tell(north)
    assert _sent(north, "TELESCOPE_ABORT_MOTION") == []
    north.track()


def test_a_mount_that_was_never_told_where_it_stands_has_none(
    connect: Callable[..., Client], caplog: pytest.LogCaptureFixture
):
    client = connect(mounts.OF_DATE, mounts.NOWHERE, mounts.TRACK, answer=mounts.arriving)
    telescope = Telescope(client.devices[MOUNT])
    for _ in range(3):
        telescope.slew("Sirius")
        telescope.slew("Polaris")
    assert caplog.text.count("does not know where it stands, so its limits do not hold") == 1


def test_a_client_that_may_only_look_stops_nothing(connect: Callable[..., Client]):
    client = connect(mounts.OF_DATE, mounts.POLE, mounts.TRACK, read_only=True)
    Telescope(client.devices[MOUNT])
    client.server.tell(TRACKING, BELOW)
    client.server.tell()
    assert mounts.asked(client.server.received, "TELESCOPE_TRACK_STATE") == []


@pytest.mark.parametrize("spoken", [mounts.J2000, mounts.HORIZONTAL], ids=lambda of: of.name)
def test_mounts_of_other_kinds(
    spoken: object, connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limitwatch, "SHORTEST", 0.0)
    monkeypatch.setattr(limitwatch, "PERIOD", 0.0)
    client = connect(spoken, mounts.POLE, mounts.ABORT, answer=mounts.arriving)
    Telescope(client.devices[MOUNT])
    low = {"DEC": -5.0} if "EQUATORIAL" in spoken.name else {"ALT": -5.0}
    client.server.tell()
    assert mounts.asked(client.server.received, "TELESCOPE_ABORT_MOTION") == []
    client.server.tell(update(spoken, State.OK, **low))
    client.server.tell()
    assert mounts.asked(client.server.received, "TELESCOPE_ABORT_MOTION")


# In the embedded observatory, whose clock runs fast


@pytest.fixture
def hasty() -> Iterator[Telescope]:
    """Return the mount of an observatory where an hour passes in six seconds."""
    with simulate(speed=600) as client:
        client.devices[MOUNT].connect()
        yield client.telescope


def test_a_tracked_mount_that_runs_into_its_limit_stops(
    hasty: Telescope, caplog: pytest.LogCaptureFixture
):
    west = SkyCoord(alt=25 * u.deg, az=270 * u.deg, frame=AltAz())
    hasty.slew(west)
    assert hasty.tracking
    hasty.limits.altitude = 20 * u.deg
    wait_until(hasty.device, lambda: not hasty.tracking)
    assert 15 * u.deg < hasty.altaz.alt < 20.5 * u.deg
    assert "telescope.limits.altitude is 20°" in caplog.text
