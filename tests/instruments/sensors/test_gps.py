"""GPS receivers: INDI's simulator and ours, and receivers that look for their satellites."""

import math
import time
from collections.abc import Callable

import pytest
from astropy import units as u
from astropy.time import Time

from indinb import GPS, Client
from indinb.errors import Failed, OperationTimeout, OutOfRange, UnknownProperty
from indinb.instruments.sensors import refreshing
from indinb.protocol.messages import Delete, Message, New, Update
from indinb.protocol.vocabulary import State
from tests.client.fakes import update
from tests.instruments.smalldevices import GPS as RECEIVER
from tests.instruments.smalldevices import announced, told_in
from tests.waiting import wait_until

OK, BUSY, ALERT, IDLE = State.OK, State.BUSY, State.ALERT, State.IDLE

DEFINITIONS = {definition.name: definition for definition in announced("gps")}
PLACE, TIME = DEFINITIONS["GEOGRAPHIC_COORD"], DEFINITIONS["TIME_UTC"]


@pytest.fixture
def gps(observatory: Client) -> GPS:
    """Return a receiver."""
    return GPS(observatory.devices[RECEIVER])


# With INDI's simulator, and ours


def test_a_fix(gps: GPS):
    assert gps.has_fix
    told = gps.device["GEOGRAPHIC_COORD"]
    assert told["LONG"] > 350  # INDI counts eastward, from 0 to 360
    assert gps.site.lon.deg == pytest.approx(told["LONG"] - 360)
    assert gps.site.lat.deg == pytest.approx(told["LAT"])
    assert gps.site.height.to_value(u.m) == pytest.approx(told["ELEV"], abs=1e-6)


def test_a_refresh_ends_when_place_and_time_are_there(gps: GPS):
    before = gps.device["TIME_UTC"].vector, gps.device["GEOGRAPHIC_COORD"].vector
    gps.refresh()
    assert gps.device["TIME_UTC"].vector is not before[0]
    assert gps.device["GEOGRAPHIC_COORD"].vector is not before[1]
    assert gps.has_fix


def test_the_time_of_indis_simulator_is_ours(real_observatory: Client):
    gps = GPS(real_observatory.devices[RECEIVER])
    gps.refresh()
    assert abs((gps.time - Time.now()).to_value(u.s)) < 5  # it tells whole seconds


def test_the_time_of_our_simulator_is_that_of_its_winter(small_embedded, observatory: Client):
    gps = GPS(observatory.devices[RECEIVER])
    if observatory.address.endswith(f":{small_embedded.port}"):
        assert gps.time.iso.startswith("2026-01-15")


def test_it_tells_again_and_again(gps: GPS):
    period = gps.device["GPS_REFRESH_PERIOD"]
    first = gps.device["TIME_UTC"].vector
    period.set(1).result()
    try:
        wait_until(gps.device, lambda: gps.device["TIME_UTC"].vector is not first)
    finally:
        period.set(0).result()
    assert gps.has_fix


def test_without_connection_the_error_says_what_to_do(gps: GPS):
    gps.disconnect()
    try:
        assert not gps.has_fix
        for read in (lambda: gps.site, lambda: gps.time, gps.refresh):
            with pytest.raises(UnknownProperty, match=r"\.connect\(\)"):
                read()
    finally:
        gps.connect()
    assert gps.has_fix


# As INDI 1.9.9 did it


def test_the_captured_session():
    model = told_in("gps", "gps", 0.66)
    assert model.vector(RECEIVER, "TIME_UTC")["UTC"] == "2026-11-22T10:24:22"
    assert model.vector(RECEIVER, "GEOGRAPHIC_COORD").state is OK
    assert told_in("gps", "gps", 0.65).vector(RECEIVER, "TIME_UTC")["UTC"][-5:] == "13:26"


# With a receiver that does as it is told


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., GPS]:
    """Return a function that makes a receiver of changes of what it tells, and its answer."""

    def make(*changes: Message, answer: Callable[[New], list[Message]] = lambda new: []) -> GPS:
        client = connect(*DEFINITIONS.values(), answer=answer)
        client.server.tell(*changes)
        return GPS(client.devices[RECEIVER])

    return make


def test_time_goes_on_since_it_came(make):
    gps = make(update(TIME, OK, UTC="2026-11-22T10:24:22"))
    vector = gps.device["TIME_UTC"].vector
    vector.received -= 100
    since = Time("2026-11-22T10:24:22") + (time.time() - vector.received) * u.s
    assert abs((gps.time - since).to_value(u.s)) < 2
    assert gps.time.scale == "utc"
    assert gps.time > Time("2026-11-22T10:26:01")


@pytest.mark.parametrize("state", [BUSY, IDLE, ALERT])
def test_a_receiver_without_a_fix(make, state: State):
    gps = make(update(PLACE, state, LAT=0.0, LONG=0.0), update(TIME, state))
    assert not gps.has_fix
    with pytest.raises(OutOfRange, match=r"GPS Simulator does not know where it is"):
        _ = gps.site
    with pytest.raises(OutOfRange, match="GPS Simulator does not know the time"):
        _ = gps.time


def test_a_place_without_a_time_is_no_fix(make):
    gps = make(update(TIME, BUSY))
    assert not gps.has_fix
    assert gps.site.lat.deg == pytest.approx(51)


@pytest.mark.parametrize(
    "place", [{"LAT": math.nan}, {"LONG": math.inf}, {"LAT": 91.0}, {"LAT": -1e300}]
)
def test_a_place_that_makes_no_sense(make, place: dict):
    gps = make(update(PLACE, OK, **place))
    with pytest.raises(OutOfRange):
        _ = gps.site


def test_a_height_that_is_not_known_is_that_of_the_sea(make):
    gps = make(update(PLACE, OK, ELEV=math.nan))
    assert gps.site.height.to_value(u.m) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("utc", ["", "now", "2026-13-01T00:00:00"])
def test_a_time_that_makes_no_sense(make, utc: str):
    gps = make(update(TIME, OK, UTC=utc))
    with pytest.raises(OutOfRange):
        _ = gps.time


def test_a_link_that_is_gone_is_no_fix(make):
    gps = make()
    assert gps.has_fix
    gps.device.connection.close()
    assert not gps.has_fix
    assert gps.site.lat.deg == pytest.approx(51)


def test_a_driver_that_takes_its_place_back(make):
    gps = make(Delete(RECEIVER, "GEOGRAPHIC_COORD"))
    assert not gps.has_fix
    with pytest.raises(UnknownProperty):
        _ = gps.site


def _pressed(new: New) -> Update:
    return Update(new.kind, new.device, new.name, {"REFRESH": False}, OK)


def test_a_refresh_waits_for_the_fix(make):
    gps = make(answer=lambda new: [_pressed(new), update(PLACE, BUSY), update(TIME, BUSY)])
    operation = gps.start_refresh()
    wait_until(gps.device, lambda: gps.device["TIME_UTC"].state is BUSY)
    server = gps.device.connection.server
    server.tell(update(PLACE, OK))
    assert not operation.done()
    server.tell(update(TIME, OK))
    assert operation.result(5) is None


def test_a_refresh_that_finds_no_fix(make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refreshing, "_TIMEOUT", 0.05)
    gps = make(answer=lambda new: [_pressed(new), update(PLACE, BUSY)])
    with pytest.raises(OperationTimeout):
        gps.refresh()


def test_a_refresh_that_fails(make):
    gps = make(answer=lambda new: [_pressed(new), update(PLACE, ALERT)])
    with pytest.raises(Failed, match="could not get its readings"):
        gps.refresh()
