"""Parking mounts, and sending them home."""

from collections.abc import Callable

import pytest
from astropy import units as u
from astropy.coordinates import AltAz, HADec, SkyCoord

from indinb import Client, Telescope
from indinb.errors import (
    Aborted,
    ConnectionLost,
    Failed,
    OperationTimeout,
    Refused,
    UnknownProperty,
)
from indinb.instruments.mounts import parking
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import State, SwitchRule
from tests.client.fakes import MOUNT, delete, numbers, switches, update
from tests.instruments.mounts import fakes as mounts
from tests.waiting import wait_until

PARKED = update(mounts.PARK, State.OK, PARK=True, UNPARK=False)
ON_ITS_WAY = update(mounts.PARK, State.BUSY, PARK=True, UNPARK=False)
STOPPED = update(mounts.PARK, State.ALERT, PARK=False, UNPARK=False)
OPTION = switches(
    "TELESCOPE_PARK_OPTION",
    dict.fromkeys(("PARK_CURRENT", "PARK_DEFAULT", "PARK_WRITE_DATA"), False),
    SwitchRule.AT_MOST_ONE,
    device=MOUNT,
)
WHERE = {
    "HA": numbers("TELESCOPE_PARK_POSITION", {"PARK_HA": 0.0, "PARK_DEC": 0.0}, device=MOUNT),
    "RA": numbers("TELESCOPE_PARK_POSITION", {"PARK_RA": 0.0, "PARK_DEC": 0.0}, device=MOUNT),
    "AZ": numbers("TELESCOPE_PARK_POSITION", {"PARK_AZ": 0.0, "PARK_ALT": 0.0}, device=MOUNT),
}

Make = Callable[..., Telescope]


@pytest.fixture
def make(connect: Callable[..., Client]) -> Make:
    """Return a function that makes a mount of what it has besides coordinates."""

    def make(*definitions, **answers) -> Telescope:
        answer = mounts.answering(**answers)
        client = connect(mounts.OF_DATE, mounts.SITE, mounts.ABORT, *definitions, answer=answer)
        return Telescope(client.devices[MOUNT])

    return make


def _sent(telescope: Telescope, name: str) -> list[dict]:
    return mounts.asked(telescope.device.connection.server.heard(New), name)


def _tell(telescope: Telescope, *messages: object) -> None:
    telescope.device.connection.server.tell(*messages)


# Parking


def test_a_slew_that_has_only_been_prepared_goes_nowhere_while_it_parks(make: Make):
    """Its coordinates would come after the parking, and stop it."""
    slewing_only = mounts.HOW._replace(
        members=[each._replace(value=each.name == "SLEW") for each in mounts.HOW.members]
    )
    telescope = make(mounts.PARK, slewing_only, ON_COORD_SET=[], TELESCOPE_PARK=[ON_ITS_WAY])
    slew = telescope.start_slew("Polaris")
    operation = telescope.start_park()
    with pytest.raises(Aborted, match=r"park .* was asked for instead"):
        slew.result()
    _tell(telescope, update(mounts.HOW, State.OK, TRACK=True, SLEW=False))
    assert _sent(telescope, "EQUATORIAL_EOD_COORD") == []
    _tell(telescope, PARKED)
    operation.result()


@pytest.mark.parametrize("act", ["slew", "unpark", "move"])
def test_what_has_just_been_asked_to_park_is_left_alone(make: Make, act: str):
    """Its driver may not have said yet that it is on its way."""
    telescope = make(mounts.PARK, mounts.NORTH_SOUTH, TELESCOPE_PARK=[])
    operation = telescope.start_park()
    words = {"slew": ("Polaris",), "move": ("north", 1 * u.s), "unpark": ()}[act]
    with pytest.raises(Refused, match="on its way to park"):
        getattr(telescope, f"start_{act}")(*words)
    assert not operation.done()
    _tell(telescope, PARKED)
    operation.result()


def test_parking_twice_parks_once(make: Make):
    """A second request would stop the mount half-way."""
    telescope = make(mounts.PARK, TELESCOPE_PARK=[ON_ITS_WAY])
    first = telescope.start_park()
    wait_until(telescope.device, lambda: telescope.device["TELESCOPE_PARK"].state is State.BUSY)
    assert telescope.start_park() is first
    assert not telescope.parked
    _tell(telescope, PARKED)
    assert first.result() is None
    assert telescope.parked
    telescope.park()
    assert _sent(telescope, "TELESCOPE_PARK") == [{"PARK": True}]


@pytest.mark.parametrize(
    ("then", "error", "words"),
    [
        (PARKED, None, ""),
        (STOPPED, Failed, "reports an error"),
        (update(mounts.PARK, State.IDLE, PARK=False, UNPARK=True), Aborted, "stopped on its way"),
        (delete(mounts.PARK), Failed, "took TELESCOPE_PARK back"),
    ],
    ids=["parked", "Alert", "stopped", "deleted"],
)
def test_another_client_parks_it(make: Make, then: object, error: type | None, words: str):
    telescope = make(mounts.PARK)
    _tell(telescope, ON_ITS_WAY)
    operation = telescope.start_park()
    assert not operation.done()
    _tell(telescope, then)
    if error is None:
        operation.result()
    else:
        with pytest.raises(error, match=words):
            operation.result()
    assert _sent(telescope, "TELESCOPE_PARK") == []


def test_what_another_client_parks_can_be_stopped(make: Make):
    telescope = make(mounts.PARK)
    _tell(telescope, ON_ITS_WAY)
    operation = telescope.start_park()
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    assert _sent(telescope, "TELESCOPE_ABORT_MOTION") == [{"ABORT": True}]


def test_what_another_client_parks_may_have_no_way_to_be_stopped(connect: Callable[..., Client]):
    client = connect(mounts.OF_DATE, mounts.PARK)
    client.server.tell(ON_ITS_WAY)
    operation = Telescope(client.devices[MOUNT]).start_park()
    operation.abort()
    with pytest.raises(Aborted, match=r"the mount goes on: .* no property") as caught:
        operation.result()
    assert caught.value.goes_on


def test_it_does_not_park_for_ever(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parking, "TIMEOUT", 0.05)
    telescope = make(mounts.PARK, TELESCOPE_PARK=[ON_ITS_WAY])
    with pytest.raises(OperationTimeout):
        telescope.park()
    with pytest.raises(OperationTimeout):
        telescope.park()
    assert len(_sent(telescope, "TELESCOPE_PARK")) == 1


def test_on_its_way_to_park_it_does_nothing_else(make: Make):
    telescope = make(mounts.PARK, mounts.TRACK)
    _tell(telescope, ON_ITS_WAY)
    for use in (lambda: telescope.slew("M31"), telescope.track, telescope.unpark):
        with pytest.raises(Refused, match=r"on its way to park: telescope\.abort\(\) stops it"):
            use()
    assert _sent(telescope, "TELESCOPE_PARK") == []


def test_a_mount_that_can_only_be_parked(make: Make):
    one = mounts.PARK_ONLY
    done = [update(one, State.BUSY, PARK=True), update(one, State.OK, PARK=False)]
    telescope = make(one, TELESCOPE_PARK=done)
    telescope.park()
    with pytest.raises(Refused, match="has no switch to unpark it"):
        telescope.unpark()


def test_a_mount_that_can_only_be_parked_and_stays_so(make: Make):
    one = mounts.PARK_ONLY
    done = [update(one, State.BUSY, PARK=True), update(one, State.OK, PARK=True)]
    telescope = make(one, TELESCOPE_PARK=done)
    telescope.park()
    assert telescope.parked
    with pytest.raises(Refused, match="is parked"):
        telescope.slew("M31")


def test_a_parked_mount_of_a_closed_client_is_closed_first_of_all(make: Make):
    telescope = make(
        mounts.PARK_ONLY, TELESCOPE_PARK=[update(mounts.PARK_ONLY, State.OK, PARK=True)]
    )
    telescope.park()
    telescope.device.connection.close()
    with pytest.raises(ConnectionLost, match="was closed"):
        telescope.slew("M31")


def test_a_mount_that_cannot_park(make: Make):
    with pytest.raises(UnknownProperty, match="TELESCOPE_PARK"):
        make().park()


def test_a_dome_that_locks(make: Make):
    refusal = update(mounts.PARK, State.ALERT, "[ERROR] Cannot unpark mount when dome is locking")
    telescope = make(mounts.PARK, TELESCOPE_PARK=[refusal])
    with pytest.raises(Failed, match="dome is locking"):
        telescope.unpark()


# Where it parks


def test_where_it_parks_by_words(make: Make):
    telescope = make(mounts.PARK, OPTION)
    telescope.set_park()
    telescope.set_park("default")
    pressed = [next(n for n, on in each.items() if on) for each in _sent(telescope, OPTION.name)]
    assert pressed == ["PARK_CURRENT", "PARK_WRITE_DATA", "PARK_DEFAULT", "PARK_WRITE_DATA"]
    _tell(telescope, update(mounts.OF_DATE, State.BUSY))
    with pytest.raises(Refused, match="wait until it is there"):
        telescope.set_park()


@pytest.mark.parametrize(
    ("how", "where", "wanted"),
    [
        ("HA", SkyCoord(-90 * u.deg, 10 * u.deg, frame=HADec()), {"PARK_HA": -6, "PARK_DEC": 10}),
        ("AZ", SkyCoord(0 * u.deg, 90 * u.deg, frame=AltAz()), {"PARK_ALT": 90}),
        ("AZ", SkyCoord(120 * u.deg, 9 * u.deg, frame=AltAz()), {"PARK_AZ": 120, "PARK_ALT": 9}),
        ("RA", SkyCoord(30 * u.deg, 50 * u.deg), {"PARK_RA": 2.03, "PARK_DEC": 50.1}),
    ],
)
def test_where_it_parks_by_coordinates(make: Make, how: str, where: SkyCoord, wanted: dict):
    telescope = make(mounts.PARK, WHERE[how])
    telescope.set_park(where)
    (sent,) = _sent(telescope, "TELESCOPE_PARK_POSITION")
    assert {name: sent[name] for name in wanted} == pytest.approx(wanted, abs=0.1)


# Home


def test_home(make: Make):
    way = [update(mounts.HOME, state, GO=True) for state in (State.BUSY, State.OK)]
    telescope = make(mounts.HOME, TELESCOPE_HOME=way)
    telescope.home()
    telescope.find_home()
    telescope.set_home()
    sent = [next(n for n, on in each.items() if on) for each in _sent(telescope, "TELESCOPE_HOME")]
    assert sent == ["GO", "FIND", "SET"]


def test_home_again_would_stop_it(make: Make):
    telescope = make(mounts.HOME, TELESCOPE_HOME=[update(mounts.HOME, State.BUSY, GO=True)])
    operation = telescope.start_home()
    wait_until(telescope.device, lambda: telescope.device["TELESCOPE_HOME"].state is State.BUSY)
    assert not operation.done()
    with pytest.raises(Refused, match="on its way home"):
        telescope.home()
    _tell(telescope, update(mounts.HOME, State.IDLE, GO=False))
    with pytest.raises(Aborted):
        operation.result()


def test_a_mount_without_a_home(make: Make):
    with pytest.raises(Refused, match="has no home position"):
        make().home()
    some = switches("TELESCOPE_HOME", {"SET": False, "GO": False}, mounts.ONE, device=MOUNT)
    assert some.members


# With INDI's simulator


def test_simulators_park_where_they_are(client: Client):
    telescope = client.telescope
    telescope.limits.off()
    telescope.unpark()
    telescope.sync(10 * u.deg, 5 * u.deg)
    telescope.track()  # at rest, it would have to go after its own hour angle
    telescope.set_park()
    telescope.park()
    assert telescope.parked
    telescope.unpark()
    telescope.set_park("default")
    assert telescope.device["TELESCOPE_PARK_POSITION"]["PARK_HA"] == pytest.approx(-6)


def test_simulators_are_stopped_on_their_way(client: Client):
    telescope = client.telescope
    telescope.unpark()
    operation = telescope.start_park()
    wait_until(telescope.device, lambda: telescope.device["TELESCOPE_PARK"].state is State.BUSY)
    assert telescope.start_park() is operation
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    assert not telescope.parked


def test_simulators_do_not_track_after_they_are_unparked(client: Client):
    telescope = client.telescope
    telescope.unpark()
    telescope.sync(10 * u.deg, 5 * u.deg)
    telescope.track()
    telescope.set_park()
    telescope.park()
    wait_until(telescope.device, lambda: not telescope.tracking)
    telescope.unpark()
    assert not telescope.tracking
    telescope.track()
    telescope.abort()
    wait_until(telescope.device, lambda: telescope.device["TELESCOPE_TRACK_STATE"]["TRACK_ON"])
    assert telescope.tracking, "an abort is no end of tracking"
