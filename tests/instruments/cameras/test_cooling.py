"""Coolers: when a chip is cold, and when it is warm again."""

from collections.abc import Iterator
from functools import partial

import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st

from indinb import Camera, Client
from indinb.client.rules import Done
from indinb.errors import (
    Aborted,
    Failed,
    NotWritable,
    OperationTimeout,
    OutOfRange,
    Refused,
    UnknownProperty,
)
from indinb.instruments.cameras import cooling
from indinb.instruments.cameras.cooling import approach, celsius_of, cooled
from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import Permission, State
from tests.client.fakes import numbers, switches, update
from tests.histories import same_verdicts
from tests.instruments.cameras.fakes import SMALL, Make
from tests.instruments.evidence import VERSIONS, changes, replay, verdict_of
from tests.waiting import wait_until

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT

TEMPERATURE = numbers("CCD_TEMPERATURE", {"CCD_TEMPERATURE_VALUE": 20.0}, -50, 50)
COOLER = switches(
    "CCD_COOLER", {"COOLER_ON": False, "COOLER_OFF": True}, permission=Permission.WRITE_ONLY
)
RAMP = numbers("CCD_TEMP_RAMP", {"RAMP_SLOPE": 0.0, "RAMP_THRESHOLD": 0.2}, 0, 30)
POWER = numbers("CCD_COOLER_POWER", {"ANY_NAME": 73.0}, 0, 100, permission=Permission.READ_ONLY)

WHOLE = (*SMALL, TEMPERATURE, COOLER, RAMP, POWER)


def reading(celsius: float, state: State, message: str | None = None) -> Update:
    return update(TEMPERATURE, state, message, CCD_TEMPERATURE_VALUE=celsius)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Don't wait until it is sure that a chip stays as cold."""
    monkeypatch.setattr(cooling, "_STEADY", 0.02)


# The rule


@pytest.mark.parametrize(
    ("reports", "verdict"),
    [
        ([(20, BUSY), (5, BUSY), (-10, OK)], Done(OK)),
        ([(20, BUSY), (-9.8, BUSY)], Done(BUSY)),
        ([(20, OK)], None),
        ([(20, OK), (20, BUSY)], None),
        ([(20, IDLE)], None),
        ([(-10, OK)], Done(OK)),
        ([], None),
    ],
    ids=["Ok", "Busy for ever", "stale Ok", "on its way", "Idle", "there already", "nothing"],
)
def test_when_a_chip_is_cold(reports, verdict):
    messages = [reading(*each) for each in reports]
    assert verdict_of(partial(cooled, -10.0, 0.5), changes([TEMPERATURE], *messages)) == (
        len(messages),
        verdict,
    )


def test_a_cooler_that_fails():
    reports = changes([TEMPERATURE], reading(20, BUSY), reading(20, ALERT))
    assert isinstance(cooled(-10.0, 0.5, reports), Failed)


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_cooling_never_ends_in_ok(version: str):
    """INDI's simulator stays Busy at its target, and the more so when its cooler is off."""
    answers = replay(f"{version}/temperature", "ccd", "'CCD_TEMPERATURE'", "CCD_TEMPERATURE")
    number, verdict = verdict_of(partial(cooled, -4.0, 0.2), answers)
    assert verdict == Done(BUSY)
    assert answers[number - 1].new["CCD_TEMPERATURE_VALUE"] == -4
    assert {change.new.state for change in answers} == {BUSY}


READINGS = st.lists(
    st.builds(reading, st.sampled_from([20.0, -9.8, -10.0]), st.sampled_from(State)), max_size=12
)


@given(READINGS)
def test_the_verdict_is_the_same_of_what_a_history_keeps(messages):
    same_verdicts(partial(cooled, -10.0, 0.5), changes([TEMPERATURE], *messages))


def test_progress():
    reports = changes([TEMPERATURE], reading(20, BUSY), reading(5, BUSY))
    reports[0].new.received, reports[1].new.received = 100.0, 130.0
    told = approach(20.0, -10.0, reports)
    assert told.fraction == pytest.approx(0.5)
    assert told.detail == "5.0 → -10.0 °C"
    assert told.remaining == pytest.approx(30)
    assert approach(20.0, -10.0, reports[:1]).remaining is None
    assert approach(-10.0, -10.0, []).fraction == 1


@pytest.mark.parametrize(
    "temperature", [-10, -10.0, "-10", None, 3 * u.m, float("nan") * u.deg_C, [1, 2] * u.deg_C]
)
def test_what_is_no_temperature(temperature: object):
    with pytest.raises(OutOfRange, match=r"is no temperature: write -10 \* u.deg_C"):
        celsius_of(temperature)


# A camera that does as it is told


def test_cool(make: Make):
    told = [update(COOLER, BUSY, COOLER_ON=True, COOLER_OFF=False), reading(20, BUSY)]
    camera, driver = make(*WHOLE, CCD_TEMPERATURE=[[*told, reading(-9.9, OK)]])
    assert camera.temperature == 20 * u.deg_C
    assert camera.cooler_power == 73 * u.percent
    assert not camera.cooling
    reached = camera.cool_to(-10 * u.deg_C)
    assert reached == camera.temperature == -9.9 * u.deg_C
    assert camera.cooling
    assert driver.asked == [("CCD_TEMPERATURE", {"CCD_TEMPERATURE_VALUE": -10})]


@pytest.mark.parametrize("rate", [2 * u.deg_C / u.min, 120 * u.K / u.h])
def test_cool_slowly(make: Make, rate: u.Quantity):
    camera, driver = make(*WHOLE, CCD_TEMPERATURE=[[reading(-10, OK)]])
    camera.cool_to(263.15 * u.K, rate=rate)
    camera.cool_to(-10 * u.deg_C, rate=rate)
    assert [name for name, _ in driver.asked] == [
        "CCD_TEMP_RAMP", "CCD_TEMPERATURE", "CCD_TEMPERATURE"
    ]  # fmt: skip
    slope, threshold = driver.asked[0][1].values()
    assert slope == pytest.approx(2)
    assert threshold == 0.2


def test_a_chip_that_passes_by_its_target_is_waited_for(make: Make):
    camera, driver = make(
        *WHOLE, CCD_TEMPERATURE=[[reading(-10, BUSY), reading(-12, BUSY)], [reading(-10, OK)]]
    )
    assert camera.cool_to(-10 * u.deg_C) == -10 * u.deg_C
    assert len(driver.asked) == 2


def test_abort_ends_the_waiting_alone(make: Make):
    camera, driver = make(*WHOLE, CCD_TEMPERATURE=[[reading(5, BUSY)]])
    operation = camera.start_cool_to(-10 * u.deg_C)
    wait_until(camera.device, lambda: camera.temperature == 5 * u.deg_C)
    assert operation.progress.detail == "5.0 → -10.0 °C"
    operation.abort()
    assert isinstance(operation.exception(5), Aborted)
    assert len(driver.asked) == 1


def test_another_temperature_takes_the_place_of_the_one_before(make: Make):
    camera, _ = make(*cold(), CCD_TEMPERATURE=[[reading(-5, BUSY)], [reading(9.8, OK)]])
    cooling_down = camera.start_cool_to(-20 * u.deg_C)
    assert camera.warm_up() == 9.8 * u.deg_C
    assert isinstance(cooling_down.exception(5), Aborted)
    assert camera.device not in cooling._running


def test_abort_while_it_is_made_sure(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cooling, "_STEADY", 60.0)
    camera, _ = make(*WHOLE, CCD_TEMPERATURE=[[reading(-10, BUSY)]])
    operation = camera.start_cool_to(-10 * u.deg_C)
    wait_until(camera.device, lambda: camera.temperature == -10 * u.deg_C)
    operation.abort()
    assert isinstance(operation.exception(5), Aborted)


def test_the_drivers_words_explain_a_failure(make: Make):
    camera, _ = make(*WHOLE, CCD_TEMPERATURE=[[reading(20, ALERT, "[ERROR] Bad temperature")]])
    with pytest.raises(Failed, match=r"cool CCD Simulator to -10 °C: .*Bad temperature"):
        camera.cool_to(-10 * u.deg_C)


@pytest.mark.parametrize(
    ("temperature", "options", "complaint"),
    [
        (-60 * u.deg_C, {}, "goes from -50 to 50"),
        (-10, {}, "is no temperature"),
        (-10 * u.deg_C, {"rate": 2}, r"write rate=2 \* u.deg_C / u.min"),
        (-10 * u.deg_C, {"rate": -2 * u.K / u.min}, "will not do"),
        (-10 * u.deg_C, {"tolerance": 1 * u.s}, r"write tolerance=0.5 \* u.K"),
    ],
)
def test_impossible_temperatures(make: Make, temperature, options, complaint):
    camera, driver = make(*WHOLE)
    with pytest.raises(OutOfRange, match=complaint):
        camera.cool_to(temperature, **options)
    assert driver.asked == []


def test_a_driver_that_knows_no_ramp(make: Make):
    camera, driver = make(*SMALL, TEMPERATURE)
    with pytest.raises(Refused, match="knows no ramp: leave the rate out"):
        camera.cool_to(-10 * u.deg_C, rate=1 * u.K / u.min)
    assert driver.asked == []


def test_a_camera_that_has_but_a_thermometer(make: Make):
    camera, _ = make(*SMALL, TEMPERATURE._replace(permission=Permission.READ_ONLY))
    assert camera.temperature == 20 * u.deg_C
    assert not camera.cooling
    with pytest.raises(NotWritable):
        camera.cool_to(-10 * u.deg_C)


def test_a_camera_without_thermometer(make: Make):
    camera, _ = make(*SMALL)
    assert camera.temperature is None
    assert camera.cooler_power is None
    with pytest.raises(UnknownProperty):
        camera.cool_to(-10 * u.deg_C)


def cold(celsius: float = -10.0) -> tuple:
    value = TEMPERATURE.members[0]._replace(value=celsius)
    on = tuple(each._replace(value=each.name == "COOLER_ON") for each in COOLER.members)
    warm = TEMPERATURE._replace(members=(value,))
    return (*SMALL, warm, COOLER._replace(members=on), RAMP)


def test_the_cooler_is_off_after_warming(make: Make):
    camera, driver = make(*cold(), CCD_TEMPERATURE=[[reading(-5, BUSY), reading(9.8, OK)]])
    assert camera.cooling
    assert camera.warm_up() == 9.8 * u.deg_C
    assert [name for name, _ in driver.asked] == ["CCD_TEMPERATURE", "CCD_COOLER"]
    assert driver.asked[0][1] == {"CCD_TEMPERATURE_VALUE": 10}
    assert not camera.cooling


def test_a_chip_that_is_warm_already(make: Make):
    camera, driver = make(*cold(15.0))
    assert camera.warm_up() == 15 * u.deg_C
    assert [name for name, _ in driver.asked] == ["CCD_COOLER"]
    del driver.asked[:]
    assert camera.warm_up() == 15 * u.deg_C
    assert driver.asked == []


def test_in_cold_air_the_cooler_is_switched_off_all_the_same(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(cooling, "_PATIENCE", 0.05)
    camera, _ = make(*cold(), CCD_TEMPERATURE=[[reading(-5, BUSY)]])
    assert camera.warm_up() == -5 * u.deg_C
    assert not camera.cooling
    assert "its cooler is switched off all the same" in caplog.text


def test_what_cannot_become_cold(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cooling, "_PATIENCE", 0.05)
    camera, _ = make(*WHOLE, CCD_TEMPERATURE=[[reading(-5, BUSY)]])
    with pytest.raises(OperationTimeout, match="its state is Busy"):
        camera.cool_to(-40 * u.deg_C)


def test_an_aborted_warming_leaves_the_cooler_on(make: Make):
    camera, driver = make(*cold(), CCD_TEMPERATURE=[[reading(-5, BUSY)]])
    operation = camera.start_warm_up(rate=1 * u.K / u.min)
    wait_until(camera.device, lambda: camera.temperature == -5 * u.deg_C)
    operation.abort()
    assert isinstance(operation.exception(5), Aborted)
    assert camera.cooling
    assert [name for name, _ in driver.asked] == ["CCD_TEMP_RAMP", "CCD_TEMPERATURE"]


# With INDI's simulator, and ours


@pytest.fixture
def camera(client: Client) -> Iterator[Camera]:
    camera = client.camera
    camera.device["POLLING_PERIOD"].set(20).result()
    yield camera
    camera.device["CCD_COOLER"].set("COOLER_OFF").result()


def test_cool_and_warm(camera: Camera):
    begin = round(camera.temperature.value)
    reached = camera.cool_to((begin - 1) * u.deg_C)
    assert abs(reached.value - (begin - 1)) <= 0.5
    assert camera.cooling
    warm = camera.warm_up((begin - 0.4) * u.deg_C)
    assert abs(warm.value - begin) <= 1
    assert not camera.cooling


def test_a_range_that_the_driver_alone_knows(camera: Camera):
    with pytest.raises((Failed, OutOfRange)):
        camera.cool_to(-200 * u.deg_C)


def test_the_second_time_it_is_cold_at_once(camera: Camera):
    target = (round(camera.temperature.value) - 1) * u.deg_C
    first = camera.cool_to(target)
    assert abs(camera.cool_to(target).value - first.value) <= 0.5
