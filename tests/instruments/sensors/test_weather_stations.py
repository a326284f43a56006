"""Weather stations that tell what they are told, be it strange or old."""

import math
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from astropy import units as u

from indinb import Client, Weather
from indinb.client import quiet, reading
from indinb.errors import Aborted, ConnectionLost, Failed, OperationTimeout, OutOfRange
from indinb.instruments.sensors import weather as room
from indinb.protocol.messages import Define, Delete, Member, Message, New, Update
from indinb.protocol.vocabulary import Kind, Permission, State
from tests.client.fakes import FakeServer, ManualClock, define, update
from tests.client.harbour import Harbour
from tests.instruments.smalldevices import WEATHER, announced
from tests.waiting import wait_until

OK, BUSY, ALERT, IDLE = State.OK, State.BUSY, State.ALERT, State.IDLE
WIND = "WEATHER_WIND_SPEED"

DEFINITIONS = {definition.name: definition for definition in announced("weather")}
STATUS, PARAMETERS = DEFINITIONS["WEATHER_STATUS"], DEFINITIONS["WEATHER_PARAMETERS"]
CONNECTION = DEFINITIONS["CONNECTION"]


@pytest.fixture
def station(connect: Callable[..., Client]) -> Weather:
    """Return a station that is safe."""
    client = connect(*DEFINITIONS.values(), answer=lambda new: [])
    return Weather(client.devices[WEATHER])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """Time that goes on when it is told to, as far as waiting is concerned."""
    clock = ManualClock()
    monkeypatch.setattr(room, "call_later", clock.call_later)
    monkeypatch.setattr(room.time, "monotonic", lambda: clock.now)
    return clock


def tell(weather: Weather, *messages: Message) -> None:
    weather.device.connection.server.tell(*messages)


def age(weather: Weather, seconds: float) -> None:
    """Let what was told be older."""
    weather.device["WEATHER_PARAMETERS"].vector.received -= seconds


def test_it_has_to_be_safe_for_a_while(station: Weather, clock: ManualClock):
    operation = station.start_wait_until_safe(for_=10 * u.min)
    for _ in range(9):
        tell(station, update(PARAMETERS, OK))
        clock.advance(60)
    assert operation.progress.fraction == pytest.approx(0.9)
    assert operation.progress.detail == "safe, for 60 s more"
    assert operation.progress.remaining == pytest.approx(60)
    assert not operation.done()
    clock.advance(61)
    assert operation.result() is None


def test_a_break_lets_the_while_begin_anew(station: Weather, clock: ManualClock):
    operation = station.start_wait_until_safe(for_=100 * u.s)
    clock.advance(90)
    tell(station, update(STATUS, ALERT, **{WIND: ALERT}), update(STATUS, OK, **{WIND: OK}))
    clock.advance(90)
    assert not operation.done()
    assert operation.progress.remaining == pytest.approx(10)
    clock.advance(11)
    assert operation.done()


def test_readings_that_grow_old_are_a_break(station: Weather, clock: ManualClock):
    operation = station.start_wait_until_safe(for_=1 * u.h)
    age(station, 300)
    clock.advance(181)
    assert operation.progress.detail.startswith("its last reading is 300 s old")
    clock.advance(3600)
    assert not operation.done()
    operation.abort()
    with pytest.raises(Aborted):
        operation.result()


def test_nothing_is_due_when_the_waiting_is_over(station: Weather, clock: ManualClock):
    operation = station.start_wait_until_safe(timeout=500, for_=1 * u.h)
    assert len(clock.pending) == 2
    operation.abort()
    assert clock.pending == []


def test_safe_but_not_for_long_enough(station: Weather, clock: ManualClock):
    operation = station.start_wait_until_safe(timeout=10, for_=100 * u.s)
    clock.advance(10)
    with pytest.raises(OperationTimeout, match="in time: safe now, but not for long enough"):
        operation.result()


def test_an_old_reading_is_waited_for(station: Weather, clock: ManualClock):
    age(station, 1000)
    operation = station.start_wait_until_safe()
    assert operation.progress.detail == "its last reading is 1000 s old"
    tell(station, update(PARAMETERS, OK))
    assert operation.result(5) is None


def test_an_override_is_waited_for(station: Weather):
    override = DEFINITIONS["WEATHER_OVERRIDE"]
    tell(station, update(override, BUSY, OVERRIDE=True))
    operation = station.start_wait_until_safe()
    tell(station, update(STATUS, OK), update(PARAMETERS, OK))
    assert not operation.done()
    tell(station, update(override, IDLE, OVERRIDE=False))
    assert operation.result(5) is None


def test_the_waiting_goes_on_while_the_station_is_disconnected(station: Weather):
    tell(station, update(CONNECTION, IDLE, CONNECT=False), Delete(WEATHER, "WEATHER_STATUS"))
    operation = station.start_wait_until_safe()
    assert operation.progress.detail == "it is not connected"
    tell(station, update(CONNECTION, OK, CONNECT=True))
    assert operation.progress.detail == "it tells no WEATHER_STATUS"
    tell(station, STATUS)
    assert operation.result(5) is None


def test_a_driver_that_dies_ends_the_waiting(station: Weather):
    tell(station, update(STATUS, ALERT))
    operation = station.start_wait_until_safe()
    tell(station, Delete(WEATHER))
    with pytest.raises(Failed, match="its driver has died or was stopped"):
        operation.result(5)


def test_the_end_of_the_link_ends_the_waiting(station: Weather):
    tell(station, update(STATUS, ALERT))
    operation = station.start_wait_until_safe()
    station.device.connection.close()
    with pytest.raises(ConnectionLost):
        operation.result(5)
    assert station.why_unsafe == ("the link to the server is gone",)
    with pytest.raises(ConnectionLost):
        station.start_wait_until_safe()


@pytest.mark.parametrize(
    "options",
    [
        {"for_": 600},
        {"for_": -1 * u.s},
        {"for_": 5 * u.m},
        {"for_": [1, 2] * u.s},
        {"timeout": 5 * u.deg},
        {"timeout": math.nan},
        {"timeout": "soon"},
    ],
)
def test_what_is_no_time(station: Weather, options: dict):
    with pytest.raises(OutOfRange, match=r"such as 2 \* u.s or 10 \* u.min"):
        station.start_wait_until_safe(**options)


# Redefined while they run, and nonsense


def test_parameters_that_come_while_it_runs(station: Weather):
    more = (*PARAMETERS.members, Member("WEATHER_CLOUD", "Clouds (%)", 80.0, "%g", 0.0, 100.0))
    lights = (*STATUS.members, Member("WEATHER_CLOUD", "Clouds (%)", ALERT))
    assert station.is_safe
    tell(
        station,
        Delete(WEATHER, "WEATHER_PARAMETERS"),
        Delete(WEATHER, "WEATHER_STATUS"),
        _again(PARAMETERS, more),
        _again(STATUS, lights),
    )
    assert station.parameters["WEATHER_CLOUD"] == 80 * u.percent
    assert station.labels["WEATHER_CLOUD"] == "Clouds (%)"
    assert station.conditions["WEATHER_CLOUD"] is ALERT
    assert station.why_unsafe == ("Clouds (%) is beyond its limit (80)",)


def _again(definition: Define, members: tuple[Member, ...]) -> Define:
    return define(
        definition.kind,
        definition.name,
        *members,
        device=WEATHER,
        state=OK,
        permission=Permission.READ_ONLY,
    )


def test_who_asks_what_there_is_makes_no_reading_newer(station: Weather):
    age(station, 200)
    tell(station, PARAMETERS, STATUS)  # as whenever another client connects to the server
    (why,) = station.why_unsafe
    assert why.startswith("its last reading is 200 s old")


def test_a_redefinition_does_not_end_the_waiting(station: Weather):
    tell(station, update(STATUS, ALERT))
    operation = station.start_wait_until_safe()
    tell(station, Delete(WEATHER, "WEATHER_STATUS"))
    assert operation.progress.detail == "it tells no WEATHER_STATUS"
    tell(station, STATUS)
    assert operation.result(5) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_reading_that_is_not_known_is_nan(station: Weather, value: float):
    tell(station, update(PARAMETERS, OK, WEATHER_TEMPERATURE=value))
    reading = station.parameters["WEATHER_TEMPERATURE"]
    assert math.isnan(reading.value)
    assert reading.unit == u.deg_C
    assert station.is_safe  # which is the driver's to judge


def test_a_safety_status_beside(station: Weather):
    safety = define(Kind.LIGHT, "SAFETY_STATUS", Member("SAFETY", "Safety", ALERT), device=WEATHER)
    tell(station, safety)
    assert station.why_unsafe == ("its safety status is Alert",)
    tell(station, update(safety, OK, SAFETY=OK))
    assert station.is_safe


# Refreshing


def test_the_button_alone_is_no_reading(connect: Callable[..., Client]):
    def answer(new: New) -> list[Message]:
        return [Update(new.kind, new.device, new.name, {"REFRESH": False}, OK)]

    station = Weather(connect(*DEFINITIONS.values(), answer=answer).devices[WEATHER])
    operation = station.start_refresh()
    tell(station)
    assert not operation.done()
    tell(station, update(PARAMETERS, OK))
    assert operation.result(5) is None


@pytest.mark.parametrize("name", ["WEATHER_REFRESH", "WEATHER_PARAMETERS"])
def test_a_refresh_that_fails(connect: Callable[..., Client], name: str):
    alert = update(DEFINITIONS[name], ALERT)
    station = Weather(connect(*DEFINITIONS.values(), answer=lambda new: [alert]).devices[WEATHER])
    with pytest.raises(Failed, match="could not get its readings"):
        station.refresh()


def test_a_station_of_lights_alone_is_refreshed_by_the_button(connect: Callable[..., Client]):
    lights = [each for name, each in DEFINITIONS.items() if name != "WEATHER_PARAMETERS"]
    station = Weather(connect(*lights).devices[WEATHER])
    assert station.refresh() is None


# A link that is lost


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbour]:
    """Return a server of a station that can be lost, and is found again at once."""
    monkeypatch.setattr(reading, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(reading, "SHORT", 0)
    monkeypatch.setattr(reading, "LONGEST_DELAY", 0.01)
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    harbour = Harbour(*DEFINITIONS.values(), make=partial(FakeServer, answer=lambda new: []))
    yield harbour
    harbour.close()


def test_a_link_that_comes_back(port: Harbour):
    with Client(port.open(), "fake:7000", reopen=port.open).open() as client:
        port.server.tell()
        station = Weather(client.devices[WEATHER])
        assert station.is_safe
        operation = station.start_wait_until_safe(for_=1 * u.h)
        port.refusals = 10**9
        port.server.cut()
        wait_until(client, lambda: client.status == "lost")
        assert station.why_unsafe == ("the link to the server is gone",)
        assert station.status is OK  # what it told last stays
        assert isinstance(operation.exception(5), ConnectionLost)
        port.definitions = tuple(each for each in DEFINITIONS.values() if each is not STATUS)
        port.refusals = 0
        wait_until(client, lambda: client.status == "connected")
        port.server.asked.wait(5)
        port.server.tell()
        assert station.why_unsafe == ("what it told is from before the link was lost",)
        port.server.tell(STATUS)
        assert station.is_safe
