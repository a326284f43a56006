"""What is done to which instrument at the end of a night, and what has to be done at all."""

from collections.abc import Iterator

import pytest
from astropy import units as u

import indinb
from indinb import Client
from indinb.errors import Failed, OutOfRange, UnknownProperty
from indinb.instruments.nights.ending import tasks
from indinb.protocol.messages import Define, Delete, Message, New, Update
from indinb.protocol.vocabulary import Kind, State, SwitchRule
from indinb.servers import EmbeddedServer
from tests.client.fakes import CCD, MOUNT, SOON, numbers, switches, update
from tests.instruments.kennel import info, told
from tests.waiting import look_until

ROOF = "Roll-off roof"
DOME = "Dome"
PANEL = "Panel"
COMPANY = ["Guide Simulator", "Dome Simulator", "Light Panel Simulator"]


def park(device: str, name: str, parked: bool = False, state: State = State.OK) -> Define:
    return switches(name, {"PARK": parked, "UNPARK": not parked}, device=device, state=state)


def connection(device: str) -> Define:
    return switches("CONNECTION", {"CONNECT": True, "DISCONNECT": False}, device=device)


def driver(device: str, interface: int, *properties: Define) -> tuple[Define, ...]:
    return (info(device, interface), connection(device), *properties)


def obey(new: New) -> list[Message]:
    """Answer as drivers that do at once what they are told."""
    values = dict(new.values)
    (one,) = values if len(values) == 1 else (None,)
    if new.kind is Kind.SWITCH and one in OTHERS:
        values[OTHERS[one]] = False
    return [Update(new.kind, new.device, new.name, values, State.OK)]


OTHERS = {
    "PARK": "UNPARK",
    "STREAM_OFF": "STREAM_ON",
    "SHUTTER_CLOSE": "SHUTTER_OPEN",
    "FLAT_LIGHT_OFF": "FLAT_LIGHT_ON",
    "TRACK_OFF": "TRACK_ON",
}


def shutter(device: str, is_open: bool, state: State = State.OK) -> Define:
    values = {"SHUTTER_OPEN": is_open, "SHUTTER_CLOSE": not is_open}
    return switches("DOME_SHUTTER", values, device=device, state=state)


def asked(client: Client, **options: bool) -> list[tuple[str, str]]:
    """End a night, and return what drivers were asked for, by device and property."""
    client.server.received.clear()
    with client.night(**options):
        pass
    return [(message.device, message.name) for message in client.server.heard(New)]


# Which steps


def test_options_leave_out_their_steps():
    every = [(task.option, task.kind.__name__, task.what) for task in tasks()]
    assert every == [
        ("", "Camera", "stop"),
        ("", "Telescope", "stop"),
        ("", "Dome", "stop"),
        ("lights", "FlatPanel", "darken"),
        ("close_cap", "DustCap", "close"),
        ("park", "Telescope", "park"),
        ("close_dome", "Dome", "close"),
        ("close_dome", "Dome", "park"),
        ("warm_up", "Camera", "warm up"),
    ]
    assert {task.option for task in tasks(["park", "lights"])} == {
        "",
        "close_cap",
        "close_dome",
        "warm_up",
    }


ALL = (
    *driver(
        PANEL,
        1024 | 512,
        switches(
            "FLAT_LIGHT_CONTROL", {"FLAT_LIGHT_ON": True, "FLAT_LIGHT_OFF": False}, device=PANEL
        ),
        park(PANEL, "CAP_PARK"),
    ),
    *driver(MOUNT, 1, park(MOUNT, "TELESCOPE_PARK")),
    *driver(DOME, 32, shutter(DOME, True), park(DOME, "DOME_PARK")),
)


def test_all_of_it_in_a_safe_order(connect):
    client = connect(*ALL, answer=obey)
    assert asked(client) == [
        (PANEL, "FLAT_LIGHT_CONTROL"),
        (PANEL, "CAP_PARK"),
        (MOUNT, "TELESCOPE_PARK"),
        (DOME, "DOME_SHUTTER"),
        (DOME, "DOME_PARK"),
    ]
    assert asked(client) == []


@pytest.mark.parametrize(
    ("option", "left"),
    [
        ("lights", "FLAT_LIGHT_CONTROL"),
        ("close_cap", "CAP_PARK"),
        ("park", "TELESCOPE_PARK"),
    ],
)
def test_what_is_left_out(connect, option: str, left: str):
    names = [name for _, name in asked(connect(*ALL, answer=obey), **{option: False})]
    assert left not in names
    assert len(names) == 4


def test_the_dome_is_left_out(connect):
    asked_for = asked(connect(*ALL, answer=obey), close_dome=False)
    assert DOME not in [device for device, _ in asked_for]
    assert len(asked_for) == 3


def test_patience_is_a_time(connect):
    client = connect(*ALL)
    assert client.night(patience=2 * u.min)._patience == 120
    assert client.night()._patience == 60
    with pytest.raises(OutOfRange, match=r"night\(patience=…\) takes a time"):
        client.night(patience=5)


# Cameras


def exposing(name: str, abort: str, state: State) -> tuple[Define, Define]:
    value = numbers(name, {f"{name}_VALUE": 9.0}, state=state)
    return value, switches(abort, {"ABORT": False}, SwitchRule.AT_MOST_ONE)


@pytest.mark.parametrize("state", [State.BUSY, State.OK])
def test_exposures_and_video_are_stopped(connect, state: State):
    busy = state is State.BUSY
    client = connect(
        *driver(CCD, 2, *exposing("CCD_EXPOSURE", "CCD_ABORT_EXPOSURE", state)),
        *exposing("GUIDER_EXPOSURE", "GUIDER_ABORT_EXPOSURE", state),
        switches("CCD_VIDEO_STREAM", {"STREAM_ON": busy, "STREAM_OFF": not busy}),
        answer=obey,
    )
    names = [name for _, name in asked(client)]
    wanted = ["CCD_ABORT_EXPOSURE", "GUIDER_ABORT_EXPOSURE", "CCD_VIDEO_STREAM"]
    assert names == (wanted if busy else [])


def test_only_what_cools_is_warmed_up(connect, monkeypatch):
    cooler = switches("CCD_COOLER", {"COOLER_ON": False, "COOLER_OFF": True})
    client = connect(*driver(CCD, 2, cooler))
    task = tasks()[-1]
    assert not task.needed(client.camera)
    client.server.tell(update(cooler, State.BUSY, COOLER_ON=True, COOLER_OFF=False))
    assert task.needed(client.camera)


# Mounts


COORDINATES = numbers("EQUATORIAL_EOD_COORD", {"RA": 1.0, "DEC": 2.0}, device=MOUNT)
STOP = switches("TELESCOPE_ABORT_MOTION", {"ABORT": False}, SwitchRule.AT_MOST_ONE, device=MOUNT)
TRACKING = switches(
    "TELESCOPE_TRACK_STATE",
    {"TRACK_ON": True, "TRACK_OFF": False},
    device=MOUNT,
    state=State.BUSY,
)


@pytest.mark.parametrize(
    "name", ["EQUATORIAL_EOD_COORD", "HORIZONTAL_COORD", "TELESCOPE_MOTION_NS"]
)
def test_a_mount_that_moves_is_stopped_first(connect, name: str):
    moving = COORDINATES._replace(name=name, state=State.BUSY)
    there = driver(MOUNT, 1, moving, STOP, park(MOUNT, "TELESCOPE_PARK"))
    client = connect(*there, answer=obey)
    assert [name for _, name in asked(client)] == ["TELESCOPE_ABORT_MOTION", "TELESCOPE_PARK"]


def test_a_mount_that_parks_is_let_be_and_waited_for(connect):
    parking = park(MOUNT, "TELESCOPE_PARK", True, State.BUSY)
    moving = COORDINATES._replace(state=State.BUSY)
    client = connect(*driver(MOUNT, 1, moving, STOP, parking), answer=obey)
    client.server.received.clear()
    step = next(task for task in tasks() if task.option == "park")
    operation = step.start(client.telescope)
    assert not operation.done()
    client.server.tell(update(parking, State.OK))
    assert operation.result(5) is None
    assert told(client.server.heard(New)) == []


UNPARKED = {"PARK": False, "UNPARK": True}


def slow_to_unpark(new: New) -> list[Message]:
    """Obey, but say nothing when asked to unpark."""
    return [] if new.values == {"UNPARK": True} else obey(new)


def test_a_mount_that_is_about_to_unpark_is_waited_for_and_parked(connect):
    parked = park(MOUNT, "TELESCOPE_PARK", parked=True)
    client = connect(*driver(MOUNT, 1, parked), answer=slow_to_unpark)
    client.telescope.start_unpark().abort()  # ends the waiting alone: the driver was asked
    assert client.telescope.parked
    (put_away,) = (task for task in tasks() if task.option == "park")
    assert put_away.needed(client.telescope)
    look_until(lambda: client.server.heard(New))
    client.server.received.clear()
    operation = put_away.start(client.telescope)
    assert client.server.heard(New) == []
    client.server.tell(update(parked, State.OK, **UNPARKED))
    operation.result(5)
    assert told(client.server.heard(New)) == [("TELESCOPE_PARK", {"PARK": True})]
    assert client.telescope.parked
    assert not put_away.needed(client.telescope)


def test_a_mount_that_refused_to_unpark_is_left_alone(connect):
    parked = park(MOUNT, "TELESCOPE_PARK", parked=True)
    client = connect(*driver(MOUNT, 1, parked), answer=slow_to_unpark)
    client.telescope.start_unpark().abort()
    client.server.tell(update(parked, State.ALERT))
    assert asked(client) == []


def test_a_mount_whose_driver_dies_before_it_unparks_is_not_waited_for(connect):
    parked = park(MOUNT, "TELESCOPE_PARK", parked=True)
    client = connect(*driver(MOUNT, 1, parked), answer=slow_to_unpark)
    client.telescope.start_unpark().abort()
    (put_away,) = (task for task in tasks() if task.option == "park")
    operation = put_away.start(client.telescope)
    assert not operation.done()
    client.server.tell(Delete(MOUNT))
    with pytest.raises(UnknownProperty):
        operation.result(5)


def test_a_mount_that_cannot_park_no_longer_tracks(connect):
    client = connect(*driver(MOUNT, 1, COORDINATES, TRACKING), answer=obey)
    assert asked(client) == [(MOUNT, "TELESCOPE_TRACK_STATE")]
    assert asked(client) == []


def test_a_mount_that_can_do_neither_is_left_alone(connect):
    assert asked(connect(*driver(MOUNT, 1, COORDINATES), answer=obey)) == []


def test_of_two_mounts_the_one_in_use_is_parked(connect):
    other = driver("Other", 1, park("Other", "TELESCOPE_PARK"))
    client = connect(*driver(MOUNT, 1, park(MOUNT, "TELESCOPE_PARK")), *other, answer=obey)
    client.use(mount="Other")
    assert asked(client) == [("Other", "TELESCOPE_PARK")]
    client.use(mount=None)
    assert asked(client) == [(MOUNT, "TELESCOPE_PARK")]


# Domes


def test_a_roof_stays_open_over_a_mount_that_is_not_parked(connect):
    roof = driver(ROOF, 32, park(ROOF, "DOME_PARK"))
    client = connect(*driver(MOUNT, 1, park(MOUNT, "TELESCOPE_PARK")), *roof, answer=obey)
    with pytest.raises(Failed, match="park Roll-off roof: it stays open, as Telescope Simulator"):
        asked(client, park=False)
    assert client.dome.shutter == "open"
    assert asked(client) == [(MOUNT, "TELESCOPE_PARK"), (ROOF, "DOME_PARK")]
    assert client.dome.shutter == "closed"


def test_a_roof_stays_open_over_a_mount_that_is_about_to_unpark(connect):
    roof = driver(ROOF, 32, park(ROOF, "DOME_PARK"))
    mount = driver(MOUNT, 1, park(MOUNT, "TELESCOPE_PARK", parked=True))
    client = connect(*mount, *roof, answer=slow_to_unpark)
    client.telescope.start_unpark().abort()
    with pytest.raises(Failed, match=f"as {MOUNT} is not parked"):
        asked(client, park=False)


def test_a_roof_stays_open_over_a_mount_whose_driver_has_died(connect):
    roof = driver(ROOF, 32, park(ROOF, "DOME_PARK"))
    client = connect(*driver(MOUNT, 1, park(MOUNT, "TELESCOPE_PARK")), *roof, answer=obey)
    with (
        pytest.raises(Failed, match=f"as {MOUNT} is not parked"),
        client.night(),
    ):
        client.server.tell(Delete(MOUNT))
    assert client.dome.shutter == "open"


def test_a_driver_that_dies_while_it_parks_is_not_waited_for(connect):
    parking = park(MOUNT, "TELESCOPE_PARK", parked=True, state=State.BUSY)
    client = connect(*driver(MOUNT, 1, parking), answer=obey)
    (put_away,) = (task for task in tasks() if task.option == "park")
    operation = put_away.start(client.telescope)
    assert not operation.done()
    client.server.tell(Delete(MOUNT))
    with pytest.raises(UnknownProperty):
        operation.result(SOON)


def test_a_roof_waits_for_every_mount_when_nobody_knows_which(connect):
    mounts = [park(name, "TELESCOPE_PARK", parked) for name, parked in (("A", True), ("B", False))]
    there = [*driver("A", 1, mounts[0]), *driver("B", 1, mounts[1])]
    client = connect(*there, *driver(ROOF, 32, park(ROOF, "DOME_PARK")), answer=obey)
    with pytest.raises(Failed, match="as B is not parked"):
        asked(client, park=False)
    client.use(mount="A")
    assert asked(client, park=False) == [(ROOF, "DOME_PARK")]


def test_a_shutter_closes_though_the_mount_is_not_parked(connect):
    there = [
        *driver(MOUNT, 1, park(MOUNT, "TELESCOPE_PARK")),
        *driver(DOME, 32, shutter(DOME, True)),
    ]
    assert asked(connect(*there, answer=obey), park=False) == [(DOME, "DOME_SHUTTER")]


def test_a_shutter_of_which_nobody_knows_is_closed(connect):
    client = connect(*driver(DOME, 32, shutter(DOME, False, State.ALERT)), answer=obey)
    assert asked(client) == [(DOME, "DOME_SHUTTER")]


def test_a_dome_that_does_not_park_does_not_keep_its_shutter_open(connect):
    def refuse(new: New) -> list[Message]:
        if new.name == "DOME_PARK":
            return [Update(new.kind, new.device, new.name, {}, State.ALERT)]
        return obey(new)

    client = connect(*driver(DOME, 32, shutter(DOME, True), park(DOME, "DOME_PARK")), answer=refuse)
    with pytest.raises(Failed, match="park Dome: "), client.night():
        pass
    assert client.dome.shutter == "closed"


# An observatory


@pytest.fixture(scope="module")
def observatory() -> Iterator[Client]:
    server = EmbeddedServer(["--speed", "200", "--devices", *COMPANY])
    with indinb.connect(server.host, server.port) as client:
        for operation in [device.start_connect() for device in client.devices.values()]:
            operation.result()
        client.use(camera=CCD)
        client.worker.submit(int).result()  # its thread lives as long as the client
        yield client
    server.close()


def test_a_night_in_an_observatory(observatory: Client, capsys: pytest.CaptureFixture[str]):
    client, begun = observatory, []

    def observe() -> None:
        client.dome.unpark()
        client.dome.open_shutter()
        client.flat_panel.turn_on()
        client.telescope.unpark()
        client.camera.device["CCD_TEMPERATURE"].set(-5)
        begun.append(client.camera.start_exposure(600))
        begun.append(client.telescope.start_slew("3h +10d"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught, client.night() as night:
        observe()
    assert not hasattr(caught.value, "__notes__")
    assert [operation.done() for operation in begun] == [True, True]
    assert client.telescope.parked
    assert client.dome.parked
    assert client.dome.shutter == "closed"
    assert not client.flat_panel.lit
    assert not client.camera.cooling
    said = capsys.readouterr().out.splitlines()
    assert len(said) == len(night.report) >= 7
    assert [step.what for step in night.report][-2:] == ["park", "warm up"]
    assert all(line.startswith("✓ ") for line in said)
    with client.night() as again:
        pass
    assert again.report == ()
