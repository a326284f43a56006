"""When the weather is safe, from what stations tell: made by hand, and captured."""

import math
import time

import pytest
from astropy import units as u

from indinb.client.model import Model
from indinb.instruments.sensors.weatherrules import age_of, fresh_for, reasons, unit_of
from indinb.protocol.messages import Delete, Member, Message
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import define, numbers, switches, update
from tests.instruments.smalldevices import WEATHER, announced, told_in

OK, BUSY, ALERT, IDLE = State.OK, State.BUSY, State.ALERT, State.IDLE

DEFINITIONS = {definition.name: definition for definition in announced("weather")}
STATUS, PARAMETERS = DEFINITIONS["WEATHER_STATUS"], DEFINITIONS["WEATHER_PARAMETERS"]
OVERRIDE, PERIOD = DEFINITIONS["WEATHER_OVERRIDE"], DEFINITIONS["WEATHER_UPDATE"]
SAFETY = define(
    Kind.LIGHT, "SAFETY_STATUS", Member("SAFETY", "Safety", OK), device=WEATHER, state=OK
)
WIND = "WEATHER_WIND_SPEED"


def told(*messages: Message) -> Model:
    """Return the model of a station that tells more than the captured one."""
    model = Model()
    for message in (*DEFINITIONS.values(), *messages):
        model.apply(message)
    return model


def why(model: Model, later: float = 0.0, epoch: int = 0) -> tuple[str, ...]:
    """Return why it is not safe so many seconds after all was told."""
    return reasons(model.vectors(WEATHER), epoch, time.time() + later)


def test_what_the_captured_station_tells_is_safe():
    assert why(told()) == ()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (update(DEFINITIONS["CONNECTION"], OK, CONNECT=False), "it is not connected"),
        (Delete(WEATHER, "CONNECTION"), "it is not connected"),
        (Delete(WEATHER, "WEATHER_STATUS"), "it tells no WEATHER_STATUS"),
        (update(STATUS, IDLE), "its status is Idle"),
        (update(STATUS, BUSY), "its status is Busy"),
        (update(STATUS, ALERT), "its status is Alert"),
        (update(STATUS, BUSY, **{WIND: BUSY}), "Wind (kph) is near its limit (0.00)"),
        (update(STATUS, ALERT, **{WIND: ALERT}), "Wind (kph) is beyond its limit (0.00)"),
        (update(STATUS, OK, **{WIND: ALERT}), "Wind (kph) is beyond its limit (0.00)"),
        (update(STATUS, OK, **{WIND: IDLE}), "Wind (kph) is of unknown safety (0.00)"),
        (update(OVERRIDE, BUSY), "its judgement is overridden"),
        (update(OVERRIDE, OK, OVERRIDE=True), "its judgement is overridden"),
        (update(PARAMETERS, ALERT), "its driver could not read it"),
        (update(PERIOD, OK, PERIOD=0.0), "it does not update by itself (WEATHER_UPDATE is 0)"),
    ],
)
def test_what_is_not_safe(message: Message, words: str):
    assert why(told(message)) == (words,)


@pytest.mark.parametrize("state", [OK, BUSY, IDLE])
def test_the_state_of_the_parameters_is_not_the_safety(state: State):
    assert why(told(update(PARAMETERS, state))) == ()
    assert why(told(update(PARAMETERS, state), update(STATUS, ALERT))) == ("its status is Alert",)


def test_several_reasons_are_all_told():
    model = told(
        update(OVERRIDE, BUSY, OVERRIDE=True),
        update(STATUS, OK, **{WIND: ALERT, "WEATHER_RAIN_HOUR": BUSY}),
    )
    assert why(model, 500) == (
        "its judgement is overridden",
        "Wind (kph) is beyond its limit (0.00)",
        "Precip (mm) is near its limit (0.00)",
        "its last reading is 500 s old",
    )


@pytest.mark.parametrize(
    ("state", "light", "expected"),
    [
        (OK, OK, ()),
        (ALERT, OK, ("its safety status is Ok",)),
        (OK, ALERT, ("its safety status is Alert",)),
        (IDLE, IDLE, ("its safety status is Idle",)),
        (BUSY, BUSY, ("its safety status is Busy",)),
    ],
)
def test_the_safety_status_of_indi_2(state: State, light: State, expected: tuple[str, ...]):
    assert why(told(SAFETY, update(SAFETY, state, SAFETY=light))) == expected


# How old it may be


@pytest.mark.parametrize(("age", "safe"), [(0, True), (179, True), (181, False), (-5, False)])
def test_three_periods_are_new_enough(age: float, safe: bool):
    assert (not why(told(), age)) is safe


@pytest.mark.parametrize("period", [10.0, 60.0, 3600.0])
def test_each_station_has_its_own_period(period: float):
    model = told(update(PERIOD, OK, PERIOD=period))
    assert fresh_for(model.vectors(WEATHER), time.time()) == pytest.approx(3 * period, abs=2)


@pytest.mark.parametrize("period", [math.nan, math.inf, -1.0, 1e300])
def test_a_period_that_makes_no_sense_is_the_usual_one(period: float):
    model = told(update(PERIOD, OK, PERIOD=period))
    assert fresh_for(model.vectors(WEATHER), time.time()) == pytest.approx(180, abs=2)


def test_without_a_period_it_is_the_usual_one():
    model = told(Delete(WEATHER, "WEATHER_UPDATE"))
    assert why(model, 179) == ()
    assert why(model, 181) == ("its last reading is 181 s old",)


def test_an_override_does_not_make_old_readings_new():
    model = told()
    model.vector(WEATHER, "WEATHER_PARAMETERS").received -= 200
    model.apply(update(STATUS, OK))
    assert why(model) == ("its last reading is 200 s old",)


def test_a_station_of_lights_alone():
    model = told(Delete(WEATHER, "WEATHER_PARAMETERS"))
    assert why(model) == ()
    assert why(model, 181) == ("its last reading is 181 s old",)
    model.apply(update(STATUS, ALERT, **{WIND: ALERT}))
    assert why(model) == ("Wind (kph) is beyond its limit",)


def test_what_is_from_before_the_link_was_lost():
    assert why(told(), epoch=1) == ("what it told is from before the link was lost",)


@pytest.mark.parametrize("name", ["CONNECTION", "WEATHER_STATUS", "WEATHER_OVERRIDE"])
def test_readings_alone_have_come_back(name: str):
    model = Model()
    old = DEFINITIONS[name]
    model.apply(old)
    model.epoch = 1
    for each in DEFINITIONS.values():
        if each is not old:
            model.apply(each)
    assert why(model, epoch=1) == ("what it told is from before the link was lost",)
    model.apply(old)
    assert why(model, epoch=1) == ()


def test_nothing_told_is_not_new():
    assert fresh_for({}, time.time()) < 0
    assert age_of({}, time.time()) is None


def test_a_range_property_of_the_name_of_a_parameter_changes_nothing():
    forecast = DEFINITIONS["WEATHER_FORECAST"]
    assert why(told(update(forecast, ALERT, MIN_OK=5.0, MAX_OK=9.0))) == ()


# As INDI 1.9.9 did it


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.6, ()),
        (1.0, ()),  # the new weather is found by an update only
        (1.7, ("Wind (kph) is beyond its limit (50.00)",)),
        (3.7, ("its judgement is overridden", "Wind (kph) is beyond its limit (50.00)")),
        (5.7, ("Wind (kph) is beyond its limit (50.00)",)),
    ],
)
def test_the_captured_session(seconds: float, expected: tuple[str, ...]):
    model = told_in("weather", "weather", seconds)
    assert why(model) == expected


def test_an_override_makes_the_status_ok_in_the_captured_session():
    status = told_in("weather", "weather", 3.7).vector(WEATHER, "WEATHER_STATUS")
    assert (status.state, status[WIND]) == (OK, ALERT)


def test_between_the_status_and_the_word_of_its_override():
    """The status comes first: in between only its lights show that it is not what it says."""
    model = told(update(STATUS, ALERT, **{WIND: ALERT}), update(STATUS, OK))
    assert model.vector(WEATHER, "WEATHER_OVERRIDE").state is IDLE
    assert why(model) == ("Wind (kph) is beyond its limit (0.00)",)


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("Temperature (C)", u.deg_C),
        ("Temperature (°C)", u.deg_C),
        ("Wind (kph)", u.km / u.h),
        ("Humidity (%) ", u.percent),
        ("Pressure (hPa)", u.hPa),
        ("Cloud cover", u.dimensionless_unscaled),
        ("Odd (parsecs))", u.dimensionless_unscaled),
        ("", u.dimensionless_unscaled),
        ("C", u.dimensionless_unscaled),
        ("°C", u.dimensionless_unscaled),
    ],
)
def test_units_of_labels(label: str, unit: u.UnitBase):
    assert unit_of(label) == unit


def test_a_driver_with_other_kinds_of_properties_than_those_of_indi():
    strange = [
        numbers("WEATHER_OVERRIDE", {"OVERRIDE": 1.0}, device=WEATHER),
        switches("WEATHER_UPDATE", {"PERIOD": True}, device=WEATHER),
        numbers("SAFETY_STATUS", {"SAFETY": 0.0}, device=WEATHER, state=OK),
    ]
    assert why(told(*strange)) == ("its judgement is overridden", "its safety status is 0.0")
