"""Moving mounts by hand, by guiding pulses, and aside between pictures."""

import math
import signal
from collections.abc import Callable

import pytest
from astropy import units as u

from indinb import Client, Telescope, display
from indinb.client.operation import Operation
from indinb.errors import Aborted, ConnectionLost, Failed, OutOfRange, Refused
from indinb.instruments.mounts.dithering import lot
from indinb.instruments.mounts.nudging import keys
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import State
from tests.client.fakes import MOUNT, numbers, update
from tests.client.harbour import Harbour
from tests.instruments.mounts import fakes as mounts
from tests.waiting import wait_until

NS, WE = "TELESCOPE_MOTION_NS", "TELESCOPE_MOTION_WE"
NORTH, SOUTH, WEST, EAST = "MOTION_NORTH", "MOTION_SOUTH", "MOTION_WEST", "MOTION_EAST"
NO_NS = {NORTH: False, SOUTH: False}
RATE = numbers("GUIDE_RATE", {"GUIDE_RATE_WE": 0.5, "GUIDE_RATE_NS": 0.25}, device=MOUNT)
PULSE_NS = numbers(
    "TELESCOPE_TIMED_GUIDE_NS", {"TIMED_GUIDE_N": 0.0, "TIMED_GUIDE_S": 0.0}, 0, 60e3, device=MOUNT
)
PULSE_WE = numbers(
    "TELESCOPE_TIMED_GUIDE_WE", {"TIMED_GUIDE_W": 0.0, "TIMED_GUIDE_E": 0.0}, 0, 60e3, device=MOUNT
)


# With INDI's simulator


@pytest.fixture
def telescope(client: Client) -> Telescope:
    """Return a mount that stands on the equator of the sky, and moves slowly by hand."""
    telescope = client.telescope
    telescope.limits.off()
    telescope.device["GEOGRAPHIC_COORD"].set(LAT=50.0, LONG=14.0, ELEV=300.0).result()
    telescope.unpark()
    telescope.sync(10 * u.deg, 5 * u.deg)
    telescope.track()
    telescope.slew_rate = "2x"
    return telescope


def test_it_moves_and_stops(telescope: Telescope):
    before = telescope.radec
    telescope.move("north", 0.6 * u.s)
    assert not telescope.moved_by_hand
    assert dict(telescope.device[NS].vector) == NO_NS
    wait_until(telescope.device, lambda: not telescope.slewing)
    moved = before.separation(telescope.radec)
    assert 0.02 * u.deg < moved < 3 * u.deg
    assert telescope.object is None
    assert telescope.tracking


def test_it_stops_when_it_is_aborted(telescope: Telescope):
    operation = telescope.start_move("SE", 60 * u.s)
    wait_until(telescope.device, lambda: telescope.moved_by_hand)
    operation.abort()
    with pytest.raises(Aborted):
        operation.result()
    wait_until(telescope.device, lambda: not telescope.moved_by_hand)


def test_ctrl_c_stops_it(telescope: Telescope, monkeypatch: pytest.MonkeyPatch):
    def press_ctrl_c(operation: Operation) -> None:
        wait_until(telescope.device, lambda: telescope.moved_by_hand)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(display, "_follow", press_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        telescope.move("west", 60 * u.s)
    wait_until(telescope.device, lambda: not telescope.moved_by_hand)


def test_the_opposite_direction_is_not_only_a_stop(telescope: Telescope):
    first = telescope.start_move("north", 60 * u.s)
    wait_until(telescope.device, lambda: telescope.moved_by_hand)
    second = telescope.start_move("south", 60 * u.s)
    with pytest.raises(Aborted, match="something else was asked for"):
        first.result()
    wait_until(telescope.device, lambda: telescope.device[NS][SOUTH] is True)
    second.abort()
    assert isinstance(second.exception(), Aborted)


def test_slew_rates(telescope: Telescope):
    assert telescope.slew_rates == ["1x", "2x", "3x", "4x"]
    telescope.slew_rate = "find"
    assert telescope.slew_rate == "3x"
    telescope.slew_rate = "1X"
    assert telescope.slew_rate == "1x"
    with pytest.raises(OutOfRange, match="moves at 1x, 2x, 3x, 4x: not at 'warp'"):
        telescope.slew_rate = "warp"


def test_guiding_pulses(telescope: Telescope):
    before = telescope.radec
    telescope.guide("north", 200 * u.ms)
    telescope.guide("west", ms=200)
    assert telescope.radec.separation(before) < 30 * u.arcsec
    with pytest.raises(OutOfRange, match=r"500 \* u\.ms or ms=500"):
        telescope.guide("north", 200)


def test_dithering(telescope: Telescope):
    before = telescope.radec
    telescope.dither(3 * u.arcsec, seed=1)
    assert telescope.radec.separation(before) < 30 * u.arcsec


# With mounts that do as a test wants


@pytest.fixture
def mount(connect: Callable[..., Client]) -> Telescope:
    """Return a mount that does as it is told, and is silent about its site."""
    client = connect(
        mounts.OF_DATE, mounts.PARK, mounts.ABORT, mounts.NORTH_SOUTH, mounts.WEST_EAST,
        answer=mounts.arriving,
    )  # fmt: skip
    return Telescope(client.devices[MOUNT])


def _sent(telescope: Telescope, name: str) -> list[dict]:
    return mounts.asked(telescope.device.connection.server.received, name)


@pytest.mark.parametrize(
    ("words", "pressed"),
    [
        ("N", {NS: NORTH}),
        ("South", {NS: SOUTH}),
        ("w", {WE: WEST}),
        ("north-east", {NS: NORTH, WE: EAST}),
        ("north east", {NS: NORTH, WE: EAST}),
        ("southwest", {NS: SOUTH, WE: WEST}),
        ("SE", {NS: SOUTH, WE: EAST}),
    ],
)
def test_directions(words: str, pressed: dict):
    assert keys(words) == pressed


@pytest.mark.parametrize("words", ["", "up", "NS", "north south", "nn", "northern", None, 3])
def test_what_is_no_direction(words: object):
    with pytest.raises(OutOfRange, match="a mount moves"):
        keys(words)


@pytest.mark.parametrize("duration", [2, 2.0, "2", 2 * u.m, -1 * u.s, 0 * u.s, math.nan * u.s])
def test_what_is_no_time(mount: Telescope, duration: object):
    with pytest.raises(OutOfRange, match=r"some time, such as 2 \* u.s"):
        mount.start_move("north", duration)
    assert _sent(mount, NS) == []


def test_both_keys_are_pressed_and_let_go(mount: Telescope):
    mount.move("NW", 1 * u.ms)
    assert _sent(mount, NS) == [{NORTH: True, SOUTH: False}, NO_NS]
    assert _sent(mount, WE) == [{WEST: True, EAST: False}, {WEST: False, EAST: False}]


def test_a_key_that_is_pressed_is_let_go_before(mount: Telescope):
    server = mount.device.connection.server
    server.tell(update(mounts.NORTH_SOUTH, State.BUSY, MOTION_NORTH=True))
    mount.move("south", 1 * u.ms)
    assert _sent(mount, NS) == [NO_NS, {NORTH: False, SOUTH: True}, NO_NS]


def test_it_is_let_go_when_one_axis_fails(mount: Telescope):
    server = mount.device.connection.server

    def answer(new: New):
        if new.name == WE and any(new.values.values()):
            return [update(mounts.WEST_EAST, State.ALERT, "[ERROR] stuck")]
        return mounts.arriving(new)

    server.answer = answer
    with pytest.raises(Failed, match="stuck"):
        mount.move("NE", 60 * u.s)
    assert _sent(mount, NS)[-1] == NO_NS
    assert _sent(mount, WE)[-1] == {WEST: False, EAST: False}


def test_a_lost_link_ends_it(mount: Telescope):
    operation = mount.start_move("north", 60 * u.s)
    server = mount.device.connection.server
    server.heard(New)
    server.close()
    with pytest.raises(ConnectionLost):
        operation.result()


def test_a_slew_lets_go(mount: Telescope):
    operation = mount.start_move("north", 60 * u.s)
    mount.slew(10 * u.deg, 5 * u.deg)
    assert isinstance(operation.exception(), Aborted)
    server = mount.device.connection.server
    sent = [(new.name, dict(new.values)) for new in server.heard(New)]
    assert sent[:2] == [(NS, {NORTH: True, SOUTH: False}), (NS, NO_NS)]
    assert sent[2][0] == "EQUATORIAL_EOD_COORD"


def test_to_close_the_client_lets_go(mount: Telescope):
    """The mount would go on by itself, with nobody to stop it."""
    operation = mount.start_move("south-east", 60 * u.s)
    wait_until(mount.device, lambda: mount.device[NS][SOUTH] and mount.device[WE][EAST])
    mount.device.connection.close()
    assert isinstance(operation.exception(), Aborted)
    assert _sent(mount, NS)[-1] == NO_NS
    assert _sent(mount, WE)[-1] == {WEST: False, EAST: False}


def test_after_the_link_was_lost_it_lets_go(harbour: Harbour, moored: Client):
    """The mount has moved on in the meantime."""
    moving = mounts.NORTH_SOUTH._replace(
        members=[each._replace(value=each.name == NORTH) for each in mounts.NORTH_SOUTH.members],
        state=State.BUSY,
    )
    mount = (mounts.OF_DATE, mounts.NORTH_SOUTH)
    harbour.server.tell(*mount)
    operation = Telescope(moored.devices[MOUNT]).start_move("north", 60 * u.s)
    harbour.definitions = (mounts.OF_DATE, moving)
    harbour.cut(moored)
    with pytest.raises(ConnectionLost):
        operation.result()
    assert mounts.asked(harbour.server.heard(New), NS) == [NO_NS]
    harbour.cut(moored)
    assert mounts.asked(harbour.server.heard(New), NS) == []


def test_it_is_not_moved_while_it_slews_or_is_parked(mount: Telescope):
    server = mount.device.connection.server
    server.tell(update(mounts.OF_DATE, State.BUSY))
    with pytest.raises(Refused, match=r"on its way: telescope\.abort"):
        mount.move("north", 1 * u.s)
    server.tell(update(mounts.PARK, State.OK, PARK=True, UNPARK=False))
    with pytest.raises(Refused, match="is parked"):
        mount.move("north", 1 * u.s)


def test_progress_of_a_move(mount: Telescope):
    operation = mount.start_move("north", 60 * u.s)
    wait_until(mount.device, lambda: mount.device[NS][NORTH] is True)
    mount.device.connection.server.tell()
    fraction, _, remaining = operation.progress
    assert 0 <= fraction < 0.5
    assert 30 < remaining <= 60
    operation.abort()
    assert isinstance(operation.exception(), Aborted)


# Dithering


def test_a_place_in_a_disc():
    places = [lot(5.0, seed) for seed in range(200)]
    assert all(1 <= math.hypot(*place) <= 5 for place in places)
    assert lot(5.0, 3) == places[3] != places[4]
    east, north = (sum(each) / 200 for each in zip(*places, strict=True))
    assert math.hypot(east, north) < 1


@pytest.mark.parametrize("amount", [5, "5", 5 * u.s, 0 * u.arcsec, 2 * u.deg])
def test_what_is_no_amount(mount: Telescope, amount: object):
    with pytest.raises(OutOfRange, match=r"5 \* u\.arcsec"):
        mount.dither(amount)


def test_dithering_by_pulses(connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch):
    """Twice the same place is no move: it goes around where the mount was sent, not astray."""
    client = connect(mounts.OF_DATE, RATE, PULSE_NS, PULSE_WE, answer=_pulsing)
    telescope = Telescope(client.devices[MOUNT])
    east, north = lot(0.5, 7)
    telescope.dither(0.5 * u.arcsec, seed=7)
    (sent,) = mounts.asked(client.server.received, PULSE_NS.name)
    length = abs(north) / (0.25 * 15.041) * 1000
    assert sent["TIMED_GUIDE_N" if north > 0 else "TIMED_GUIDE_S"] == pytest.approx(length, abs=1)
    (sent,) = mounts.asked(client.server.received, PULSE_WE.name)
    length = abs(east) / math.cos(math.radians(40)) / (0.5 * 15.041) * 1000
    member = "TIMED_GUIDE_E" if east > 0 else "TIMED_GUIDE_W"
    assert sent[member] == pytest.approx(length, rel=0.02)
    telescope.dither(0.5 * u.arcsec, seed=7)
    assert len(mounts.asked(client.server.received, PULSE_NS.name)) == 1


def _pulsing(new: New):
    yield update(PULSE_NS if new.name == PULSE_NS.name else PULSE_WE, State.BUSY, **new.values)
    done = dict.fromkeys(new.values, 0.0)
    yield update(PULSE_NS if new.name == PULSE_NS.name else PULSE_WE, State.IDLE, **done)


def test_a_mount_that_slews_is_not_dithered(mount: Telescope):
    """The slew would be told to have been replaced, and go on."""
    mount.device.connection.server.answer = lambda new: [update(mounts.OF_DATE, State.BUSY)]
    slew = mount.start_slew("M31")
    wait_until(mount.device, lambda: mount.slewing)
    with pytest.raises(Refused, match="on its way"):
        mount.dither(5 * u.arcsec)
    assert not slew.done()
    slew.give_up(Aborted("enough"))


def test_dithering_by_slews(mount: Telescope):
    mount.slew("M31")
    before = mount.radec
    mount.dither(20 * u.arcsec, seed=1)
    assert 3 * u.arcsec < mount.radec.separation(before) < 21 * u.arcsec
    assert mount.object == "M31"
    mount.dither(20 * u.arcsec, seed=2)
    assert mount.radec.separation(before) < 21 * u.arcsec
