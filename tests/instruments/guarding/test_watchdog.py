"""What a watchdog is told, and what is made of its words."""

from collections.abc import Iterator

import pytest

from indinb import Client
from indinb.client import quiet
from indinb.client.observers import Change
from indinb.errors import OutOfRange, UnknownDevice, UnknownProperty
from indinb.instruments.guarding import watchdog
from indinb.instruments.guarding.watchdog import DOME, MOUNT, Plan
from indinb.protocol.messages import Define, Notice
from indinb.protocol.vocabulary import State
from tests.client.fakes import CONNECTION as OTHERS
from tests.client.fakes import MOUNT as TELESCOPE
from tests.client.fakes import FakeServer, delete, update, vector
from tests.instruments.kennel import (
    ACTIVE,
    DEVICES,
    DOG,
    HEART,
    OBSERVATORY,
    PARK,
    ROOF,
    ROOF_PARK,
    SETTINGS,
    SHUTDOWN,
    TRIGGER,
    told,
)

ALL = {
    "WATCHDOG_SETTINGS": {"INDISERVER_HOST": "localhost", "INDISERVER_PORT": "7000"},
    "ACTIVE_DEVICES": {"ACTIVE_TELESCOPE": TELESCOPE, "ACTIVE_DOME": ROOF},
    "WATCHDOG_SHUTDOWN": {"PARK_MOUNT": True, "PARK_DOME": True, "EXECUTE_SCRIPT": False},
    "WATCHDOG_HEARTBEAT": {"WATCHDOG_HEARTBEAT_VALUE": 60.0},
    "WATCHDOG_Trigger": {"TRIGGER_CLIENT": True},
}
BEAT = ("WATCHDOG_HEARTBEAT", {"WATCHDOG_HEARTBEAT_VALUE": 60.0})


@pytest.fixture
def server() -> FakeServer:
    return FakeServer(*OBSERVATORY)


@pytest.fixture
def client(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    with Client(server.transport, "fake", on_close=server.close).open() as client:
        server.tell()
        yield client


def _plan(client: Client, *kinds: watchdog.Parkable, script: str | None = None) -> Plan:
    devices = {MOUNT: client.devices[TELESCOPE], DOME: client.devices[ROOF]}
    parked = {kind: devices[kind] for kind in kinds}
    return Plan(client.devices[DOG], 60.0, parked, script, 7000)


@pytest.fixture
def plan(client: Client) -> Plan:
    return _plan(client, MOUNT, DOME)


def _know_all(server: FakeServer) -> None:
    """Let the driver have taken what it is told."""
    definitions = (SETTINGS, ACTIVE, SHUTDOWN, HEART, TRIGGER)
    server.tell(*(update(each, State.OK, None, **ALL[each.name]) for each in definitions))


# find


def test_a_watchdog_is_found_by_what_it_does(client: Client):
    assert watchdog.find(client).name == DOG


@pytest.mark.parametrize("definitions", [(OTHERS,), DEVICES], ids=["a camera", "an observatory"])
def test_without_a_watchdog_the_error_says_which_driver(definitions: tuple[Define, ...]):
    server = FakeServer(*definitions)
    with Client(server.transport, "obs:1", on_close=server.close).open() as client:
        server.tell()
        with pytest.raises(UnknownDevice, match=r"^obs:1 has no watchdog.*`indiserver indi_watch"):
            watchdog.find(client)


# check


def test_what_can_be_done_is_not_refused(plan: Plan):
    plan.check()


@pytest.mark.parametrize(
    ("of", "advice"), [(PARK, r"mount=False\)$"), (ROOF_PARK, r"dome=False\)$")]
)
def test_what_cannot_be_parked_is_refused(server: FakeServer, plan: Plan, of: Define, advice: str):
    server.tell(delete(of))
    with pytest.raises(UnknownProperty, match=f"{of.device} has no property '{of.name}'.*{advice}"):
        plan.check()


def test_nothing_to_do_is_refused(client: Client):
    with pytest.raises(UnknownDevice, match="no mount and no dome to park, and no script"):
        _plan(client).check()


def test_a_script_is_enough(client: Client):
    _plan(client, script="/usr/bin/roof").check()


def test_longer_than_the_driver_waits_is_refused(client: Client):
    with pytest.raises(OutOfRange, match="goes from 0 to 3600, so it cannot be 7200"):
        Plan(client.devices[DOG], 7200.0, {}, "roof", 7624).check()


# wanted


def test_what_it_has_to_know(plan: Plan):
    assert plan.wanted() == ALL
    assert list(plan.wanted()) == list(ALL)


def test_the_mount_alone(client: Client):
    wanted = _plan(client, MOUNT).wanted()
    assert wanted["ACTIVE_DEVICES"] == {"ACTIVE_TELESCOPE": TELESCOPE}
    assert wanted["WATCHDOG_SHUTDOWN"] == ALL["WATCHDOG_SHUTDOWN"] | {"PARK_DOME": False}


def test_a_script_alone(client: Client):
    wanted = _plan(client, script="roof").wanted()
    assert "ACTIVE_DEVICES" not in wanted
    assert wanted["WATCHDOG_SETTINGS"]["SHUTDOWN_SCRIPT"] == "roof"
    assert [name for name, on in wanted["WATCHDOG_SHUTDOWN"].items() if on] == ["EXECUTE_SCRIPT"]


def test_what_cannot_be_parked_now_is_not_ordered(server: FakeServer, plan: Plan):
    server.tell(delete(PARK))
    assert plan.wanted()["WATCHDOG_SHUTDOWN"] == {
        "PARK_MOUNT": False,
        "PARK_DOME": True,
        "EXECUTE_SCRIPT": False,
    }
    assert plan.unable() == [TELESCOPE]
    server.tell(PARK)
    assert plan.wanted() == ALL
    assert plan.unable() == []


def test_what_it_depends_on(plan: Plan, client: Client):
    assert plan.watched() == [(TELESCOPE, "TELESCOPE_PARK"), (ROOF, "DOME_PARK")]
    assert _plan(client, script="roof").watched() == []


# messages


def test_a_driver_that_knows_nothing_is_told_everything(plan: Plan):
    messages = told(plan.messages())
    assert [name for name, _ in messages] == list(ALL)
    assert BEAT in messages


def test_texts_are_sent_whole(plan: Plan):
    values = dict(told(plan.messages()))["ACTIVE_DEVICES"]
    assert list(values.items()) == [
        ("ACTIVE_TELESCOPE", TELESCOPE),
        ("ACTIVE_DOME", ROOF),
        ("ACTIVE_WEATHER", "Vane"),
    ]


def test_the_weather_is_left_alone(plan: Plan):
    assert dict(told(plan.messages()))["WATCHDOG_Trigger"] == {"TRIGGER_CLIENT": True}


def test_a_driver_that_knows_all_hears_a_heartbeat(server: FakeServer, plan: Plan):
    assert not plan.known()
    _know_all(server)
    assert plan.known()
    assert told(plan.messages()) == [BEAT]


@pytest.mark.parametrize(
    ("of", "values"),
    [
        (SETTINGS, {"INDISERVER_PORT": "1"}),
        (ACTIVE, {"ACTIVE_TELESCOPE": "Another"}),
        (SHUTDOWN, {"EXECUTE_SCRIPT": True}),
        (TRIGGER, {"TRIGGER_CLIENT": False}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_what_was_set_otherwise_is_told_again(server: FakeServer, plan: Plan, of, values):
    _know_all(server)
    server.tell(update(of, State.OK, None, **values))
    assert not plan.known()
    assert sorted(name for name, _ in told(plan.messages())) == sorted([HEART.name, of.name])


def test_another_client_may_beat_at_its_own_pace(server: FakeServer, plan: Plan):
    _know_all(server)
    server.tell(update(HEART, State.OK, None, WATCHDOG_HEARTBEAT_VALUE=30.0))
    assert plan.known()
    server.tell(update(HEART, State.OK, None, WATCHDOG_HEARTBEAT_VALUE=0.0))
    assert not plan.known()


REST = [SETTINGS, ACTIVE, SHUTDOWN, TRIGGER]


@pytest.mark.parametrize("of", REST, ids=lambda of: of.name)
def test_a_property_that_is_gone_keeps_no_heartbeat_back(
    server: FakeServer, plan: Plan, of: Define
):
    server.tell(delete(of))
    assert not plan.known()
    assert plan.missing() == [of.name]
    assert [name for name, _ in told(plan.messages())] == [n for n in ALL if n != of.name]
    _know_all(server)
    assert told(plan.messages()) == [BEAT]


@pytest.mark.parametrize("of", REST, ids=lambda of: of.name)
def test_a_property_that_is_another_keeps_no_heartbeat_back(
    server: FakeServer, plan: Plan, of: Define
):
    _know_all(server)
    server.tell(HEART._replace(name=of.name))
    assert plan.missing() == [of.name]
    assert told(plan.messages()) == [BEAT]


def test_without_a_heart_there_is_nothing_to_tell(server: FakeServer, plan: Plan):
    server.tell(delete(HEART))
    assert not plan.known()
    assert plan.missing() == [HEART.name]
    assert plan.messages() == plan.heartbeat() == []


def test_what_is_older_than_the_link_is_not_sent(server: FakeServer, plan: Plan, client: Client):
    client.model.epoch += 1
    assert plan.stale()
    assert plan.messages() == plan.heartbeat() == plan.off() == []
    server.tell(HEART)
    assert plan.stale()
    assert told(plan.messages()) == [BEAT]
    server.tell(*OBSERVATORY)
    assert not plan.stale()
    assert [name for name, _ in told(plan.messages())] == list(ALL)


def test_what_lets_it_do_nothing(server: FakeServer, plan: Plan):
    off = ("WATCHDOG_Trigger", {"TRIGGER_CLIENT": False})
    still = ("WATCHDOG_HEARTBEAT", {"WATCHDOG_HEARTBEAT_VALUE": 0.0})
    assert told(plan.off()) == [off, still]
    server.tell(delete(HEART))
    assert told(plan.off()) == [off]


# words


@pytest.mark.parametrize(
    ("kinds", "script", "words"),
    [
        ([MOUNT], None, f"parks {TELESCOPE} after 60 s"),
        ([MOUNT, DOME], None, f"parks {TELESCOPE} and {ROOF} after 60 s"),
        ([DOME], "roof", f"parks {ROOF} and runs roof after 60 s"),
        ([], "roof", "runs roof after 60 s"),
    ],
)
def test_orders_in_words(client: Client, kinds, script, words):
    assert str(_plan(client, *kinds, script=script)) == words


def _says(text: str) -> Change:
    return Change("message", None, DOG, None, Notice(DOG, text))


@pytest.mark.parametrize(
    "text",
    [
        "[WARNING] Warning! Heartbeat threshold timed out, executing shutdown procedure...",
        "[INFO] Parking mount...",
        "[INFO] Parking dome...",
        "[INFO] Executing script roof...",
    ],
)
def test_words_of_a_watchdog_that_acts(text: str):
    assert watchdog.acting(_says(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "[INFO] Client Watchdog is enabled. Shutdown is triggered after 5 seconds of "
        "communication loss with the client.",
        "[INFO] Disabling client watchdog. Lost communication with client shall not trigger the "
        "shutdown procedure.",
        "[INFO] Mount is Parked",
        "",
    ],
)
def test_other_words(text: str):
    assert watchdog.acting(_says(text)) == ""


@pytest.mark.parametrize("state", State)
def test_a_watchdog_that_acts_is_busy(state: State):
    new = vector(SHUTDOWN._replace(state=state))
    acts = watchdog.acting(Change("updated", None, SHUTDOWN.name, None, new))
    assert bool(acts) is (state is State.BUSY)


def test_other_properties_may_be_busy():
    new = vector(HEART._replace(state=State.BUSY))
    assert watchdog.acting(Change("updated", None, HEART.name, None, new)) == ""


def test_a_property_that_goes_says_nothing():
    old = vector(SHUTDOWN)
    assert watchdog.acting(Change("deleted", None, SHUTDOWN.name, old, None)) == ""
