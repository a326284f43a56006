"""Domes that do as they are told: failures, those that only turn by angles, and roofs."""

from collections.abc import Callable

import pytest
from astropy import units as u

import indinb
from indinb import Client, Dome
from indinb.errors import Aborted, ConnectionLost, Failed, Refused, UnknownProperty
from indinb.protocol.messages import Message, New, Notice, Update
from indinb.protocol.vocabulary import State, SwitchRule
from tests.client.fakes import Answer, Define, numbers, obey, silence, switches, texts, update
from tests.instruments.hall import DOME, MOUNT
from tests.waiting import wait_until

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT
ONE = SwitchRule.AT_MOST_ONE
INFO = texts("DRIVER_INFO", {"DRIVER_INTERFACE": "32"}, device=DOME)
AZIMUTH = numbers(
    "ABS_DOME_POSITION", {"DOME_ABSOLUTE_POSITION": 30.0}, 0.0, 360.0, device=DOME, state=OK
)
RELATIVE = numbers(
    "REL_DOME_POSITION", {"DOME_RELATIVE_POSITION": 0.0}, -180.0, 180.0, device=DOME, state=OK
)
SHUTTER = switches(
    "DOME_SHUTTER", {"SHUTTER_OPEN": True, "SHUTTER_CLOSE": False}, ONE, device=DOME, state=OK
)
PARK = switches("DOME_PARK", {"PARK": False, "UNPARK": True}, device=DOME, state=OK)
MOTION = switches("DOME_MOTION", {"DOME_CW": False, "DOME_CCW": False}, ONE, device=DOME)
STOP = switches("DOME_ABORT_MOTION", {"ABORT": False}, ONE, device=DOME)
POLICY = switches(
    "DOME_SHUTTER_PARK_POLICY",
    {"SHUTTER_CLOSE_ON_PARK": True, "SHUTTER_OPEN_ON_UNPARK": False},
    SwitchRule.ANY_OF_MANY,
    device=DOME,
)
SLAVING = switches(
    "DOME_AUTOSYNC", {"DOME_AUTOSYNC_ENABLE": False, "DOME_AUTOSYNC_DISABLE": True}, device=DOME
)
ACTIVE = texts("ACTIVE_DEVICES", {"ACTIVE_OTHER": "Else", "ACTIVE_TELESCOPE": ""}, device=DOME)
THRESHOLD = numbers("DOME_PARAMS", {"AUTOSYNC_THRESHOLD": 5.0}, device=DOME)
TELESCOPE = (
    texts("DRIVER_INFO", {"DRIVER_INTERFACE": "1"}, device=MOUNT),
    numbers("EQUATORIAL_EOD_COORD", {"RA": 5.0, "DEC": 89.0}, device=MOUNT, state=OK),
    numbers("GEOGRAPHIC_COORD", {"LAT": 40.0, "LONG": 10.0, "ELEV": 0.0}, device=MOUNT),
)
ALL = (INFO, AZIMUTH, SHUTTER, PARK, MOTION, STOP, SLAVING)
ROOF = (INFO, PARK, MOTION, STOP)


def at(azimuth: float, state: State, message: str | None = None) -> Update:
    """Return a dome's report of its azimuth."""
    return update(AZIMUTH, state, message, DOME_ABSOLUTE_POSITION=azimuth)


def shutter(opens: bool, state: State) -> Update:
    """Return a dome's report of its shutter."""
    return update(SHUTTER, state, SHUTTER_OPEN=opens, SHUTTER_CLOSE=not opens)


def park(parks: bool, state: State) -> Update:
    """Return a dome's report of its parking."""
    return update(PARK, state, PARK=parks, UNPARK=not parks)


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., Dome]:
    """Return a function that makes a dome of definitions and its answer."""

    def make(*definitions: Define, answer: Answer = obey) -> Dome:
        return Dome(connect(*(definitions or ALL), answer=answer).devices[DOME])

    return make


def _asked(dome: Dome) -> list[tuple[str, dict]]:
    return [(new.name, dict(new.values)) for new in dome.device.connection.server.heard(New)]


def _answers(**answers: list[Message]) -> Answer:
    """Return what answers requests by the name of their property."""
    return lambda new: answers[new.name]


# Turning


@pytest.mark.parametrize(("state", "error"), [(ALERT, Failed), (IDLE, Refused)])
def test_a_dome_that_does_not_move(make, state: State, error: type[Exception]):
    """As one that is parked, but does not tell."""
    words = Notice(DOME, "[ERROR] Please unpark before issuing any motion commands.")
    dome = make(INFO, AZIMUTH, answer=lambda new: [words, at(30, state)])
    with pytest.raises(error, match="Please unpark before issuing"):
        dome.move_to(90 * u.deg)


def test_a_parked_dome_is_not_asked_to_turn(make):
    dome = make(*ALL, RELATIVE)
    dome.device.connection.server.tell(park(True, OK))
    for use in (lambda: dome.move_to(90 * u.deg), lambda: dome.move_by(9 * u.deg), dome.slave):
        with pytest.raises(Refused, match=r"is parked: dome\.unpark\(\) first"):
            use()
    assert _asked(dome) == []


def test_a_dome_is_ok_elsewhere_when_it_was_stopped_by_others(make):
    stopped = update(STOP, OK, ABORT=False)
    dome = make(answer=lambda new: [at(30, BUSY), at(50, IDLE), stopped])
    with pytest.raises(Aborted, match=r"to 90\.0°: the dome was stopped on its way, at 50\.0°"):
        dome.move_to(90 * u.deg)


def test_a_dome_that_only_turns_by_angles(make):
    dome = make(INFO, RELATIVE, SHUTTER, STOP)
    assert dome.move_by(-30 * u.deg) is None
    assert _asked(dome) == [("REL_DOME_POSITION", {"DOME_RELATIVE_POSITION": -30})]
    with pytest.raises(UnknownProperty):
        dome.move_to(90 * u.deg)
    assert dome.shutter == "open"


def test_a_turn_by_an_angle_that_is_stopped(make):
    def turn(state: State) -> Update:
        return update(RELATIVE, state, DOME_RELATIVE_POSITION=30.0)

    answer = _answers(
        REL_DOME_POSITION=[turn(BUSY)], DOME_ABORT_MOTION=[turn(IDLE), update(STOP, OK)]
    )
    dome = make(INFO, RELATIVE, STOP, answer=answer)
    operation = dome.start_move_by(30 * u.deg)
    wait_until(dome.device, lambda: dome.moving)
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    assert not dome.moving


# Stopping


def test_an_abort_that_only_stops_the_shutter_is_sent_again(make):
    """While its shutter moves, INDI's driver stops that only, and calls it an Alert."""
    aborts = iter(
        [
            [shutter(True, ALERT), update(STOP, ALERT, ABORT=False)],
            [at(50, IDLE), update(STOP, OK, ABORT=False)],
        ]
    )
    dome = make(answer=lambda new: next(aborts))
    dome.device.connection.server.tell(at(50, BUSY), shutter(True, BUSY))
    dome.abort()
    assert (dome.moving, dome.shutter) == (False, None)
    assert _asked(dome) == [("DOME_ABORT_MOTION", {"ABORT": True})] * 2


def test_an_abort_that_fails_twice_has_failed(make):
    dome = make(answer=lambda new: [update(STOP, ALERT, ABORT=False)])
    dome.device.connection.server.tell(at(50, BUSY))
    with pytest.raises(Failed, match="DOME_ABORT_MOTION"):
        dome.abort()


def test_a_dome_that_cannot_be_stopped_says_so(make):
    with pytest.raises(UnknownProperty, match="DOME_ABORT_MOTION"):
        make(INFO, AZIMUTH).abort()


# The shutter


def test_a_shutter_that_gets_stuck(make):
    dome = make(answer=lambda new: [shutter(True, BUSY), shutter(True, ALERT)])
    with pytest.raises(Failed, match=r"open the shutter of Dome Simulator: .* is not known"):
        dome.open_shutter()
    assert dome.shutter is None
    assert not dome.ready


def test_a_shutter_that_is_stopped(make):
    answer = _answers(
        DOME_SHUTTER=[shutter(False, BUSY)],
        DOME_ABORT_MOTION=[shutter(False, ALERT), update(STOP, ALERT, ABORT=False)],
    )
    dome = make(answer=answer)
    operation = dome.start_close_shutter()
    wait_until(dome.device, lambda: dome.shutter == "closing")
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    wait_until(dome.device, lambda: dome.shutter is None)


def test_a_dome_without_shutter(make):
    dome = make(INFO, AZIMUTH, PARK)
    assert dome.shutter is None
    assert dome.ready
    with pytest.raises(UnknownProperty, match="DOME_SHUTTER"):
        dome.open_shutter()


def test_where_a_shutter_is_nobody_knows_without_a_link(make):
    dome = make()
    assert dome.shutter == "open"
    assert dome.ready
    operation = dome.start_move_to(90 * u.deg)
    dome.device.connection.close()
    assert operation.exception() is None or isinstance(operation.exception(), ConnectionLost)
    assert dome.shutter is None
    assert not dome.ready
    assert not dome.moving


# Parking


def test_a_policy_to_close_is_kept_where_the_driver_forgets(make):
    dome = make(*ALL, POLICY)
    dome.park()
    assert (dome.parked, dome.shutter) == (True, "closed")
    assert [name for name, _ in _asked(dome)] == ["DOME_PARK", "DOME_SHUTTER"]


def test_without_a_policy_the_shutter_stays(make):
    dome = make(*ALL)
    dome.park()
    assert (dome.parked, dome.shutter) == (True, "open")
    assert [name for name, _ in _asked(dome)] == ["DOME_PARK"]


def test_a_dome_that_waits_for_the_mount(make):
    words = Notice(DOME, "[WARNING] Cannot park dome when mount is locking.")
    dome = make(answer=lambda new: [words, park(False, ALERT)])
    with pytest.raises(Failed, match="Cannot park dome when mount is locking"):
        dome.park()
    assert not dome.parked


def test_parking_twice_would_stop_it(make):
    dome = make(answer=silence)
    operation = dome.start_park()
    server = dome.device.connection.server
    server.tell(park(True, BUSY))
    with pytest.raises(Refused, match="is parking already"):
        dome.park()
    assert dome.moving
    assert not dome.parked
    server.tell(park(True, OK))
    assert operation.result() is None
    assert len(_asked(dome)) == 1


def test_a_shutter_that_still_moves_when_it_is_unparked(make):
    dome = make(answer=silence)
    dome.device.connection.server.tell(park(True, OK))
    operation = dome.start_unpark()
    dome.device.connection.server.tell(shutter(True, BUSY), park(False, OK))
    assert not operation.done()
    dome.device.connection.server.tell(shutter(True, OK))
    assert operation.result() is None


# Roofs


def test_a_roof_is_open_when_it_is_unparked(make):
    roof = make(*ROOF, answer=lambda new: [park("PARK" in new.values, OK)])
    assert [type(found) for found in indinb.instruments(roof.device)] == [Dome]
    assert roof.shutter == "open"
    assert roof.ready
    roof.close_shutter()
    assert (roof.shutter, roof.parked, roof.ready) == ("closed", True, False)
    roof.open_shutter()
    assert (roof.shutter, roof.parked) == ("open", False)
    assert _asked(roof) == [("DOME_PARK", {"PARK": True}), ("DOME_PARK", {"UNPARK": True})]
    with pytest.raises(UnknownProperty, match="ABS_DOME_POSITION"):
        roof.move_to(90 * u.deg)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (park(True, BUSY), "closing"),
        (park(False, BUSY), "opening"),
        (update(MOTION, BUSY, DOME_CW=True, DOME_CCW=False), "opening"),
        (update(MOTION, BUSY, DOME_CW=False, DOME_CCW=True), "closing"),
        (park(True, ALERT), None),
        (update(PARK, IDLE, PARK=False, UNPARK=False), None),
    ],
)
def test_a_roof_that_rolls(make, told: Update, word: str | None):
    roof = make(*ROOF)
    roof.device.connection.server.tell(told)
    assert roof.shutter == word
    assert roof.moving == (word is not None)
    assert not roof.ready


def test_a_roof_that_is_stopped_is_neither_open_nor_closed(make):
    neither = update(PARK, IDLE, PARK=False, UNPARK=False)
    answer = _answers(DOME_PARK=[park(True, BUSY)], DOME_ABORT_MOTION=[neither, update(STOP, OK)])
    roof = make(*ROOF, answer=answer)
    operation = roof.start_close_shutter()
    wait_until(roof.device, lambda: roof.shutter == "closing")
    roof.abort()
    with pytest.raises(Aborted, match="stopped on its way"):
        operation.result()
    assert roof.shutter is None
    assert not roof.parked


# Slaving


def test_a_dome_that_knows_no_telescope_is_not_slaved(make):
    dome = make(*ALL, ACTIVE)
    with pytest.raises(Refused, match=r"can follow no telescope: client\.use\(telescope=…\)"):
        dome.slave()
    assert _asked(dome) == []


def test_a_driver_that_finds_the_telescope_itself(make):
    dome = make(*ALL)
    dome.slave()
    assert dome.slaved
    dome.unslave()
    assert [values for _, values in _asked(dome)] == [
        {"DOME_AUTOSYNC_ENABLE": True},
        {"DOME_AUTOSYNC_DISABLE": True},
    ]


def test_the_telescope_is_named_among_the_other_devices(make):
    mount = texts("DRIVER_INFO", {"DRIVER_INTERFACE": "1"}, device="EQMod Mount")
    dome = make(*ALL, ACTIVE, mount)
    dome.slave()
    assert _asked(dome)[0] == (
        "ACTIVE_DEVICES",
        {"ACTIVE_OTHER": "Else", "ACTIVE_TELESCOPE": "EQMod Mount"},
    )
    assert not dome.ready  # a telescope that does not tell where it points
    dome.slave()
    assert [name for name, _ in _asked(dome)][1:] == ["DOME_AUTOSYNC", "DOME_AUTOSYNC"]


@pytest.mark.parametrize(("beside", "ready"), [(0, True), (4, True), (6, False), (180, False)])
def test_a_slaved_dome_is_ready_before_the_telescope(make, beside: float, ready: bool):
    dome = make(*ALL, THRESHOLD, *TELESCOPE)
    dome.slave()
    azimuth = indinb.Telescope(dome.device.connection.devices[MOUNT]).altaz.az.deg
    dome.device.connection.server.tell(at((azimuth + beside) % 360, OK))
    assert dome.ready is ready


def test_a_dome_that_measures_itself_is_believed(make):
    measures = numbers("DOME_MEASUREMENTS", {"DM_DOME_RADIUS": 2.5}, device=DOME)
    dome = make(*ALL, measures)
    dome.slave()
    assert dome.ready
    dome.device.connection.server.tell(at(40, BUSY))
    assert not dome.ready
    dome.device.connection.server.tell(at(40, ALERT))
    assert not dome.ready


def test_a_driver_that_cannot_follow(make):
    with pytest.raises(UnknownProperty, match="DOME_AUTOSYNC"):
        make(INFO, AZIMUTH).slave()
