import pytest

from indinb.client.asking import Request
from indinb.errors import Aborted, ConnectionLost, Failed, NotWritable, OperationTimeout, Refused
from indinb.protocol.messages import Delete, New, Notice
from indinb.protocol.vocabulary import Kind, State
from tests import captures
from tests.client.fakes import (
    ABORT,
    CCD,
    FRAME,
    MOUNT,
    RADEC,
    SOON,
    TEMPERATURE,
    Desk,
    delete,
    update,
)
from tests.client.helpers import COOL, cool, text_of

DEAD = (
    "its driver has died or was stopped: the server took the device back; when it is there again, "
    "connect it again: client.devices['CCD Simulator'].connect()"
)


def test_it_sends_its_message_once(desk, clock):
    request = cool(desk)
    assert desk.sent == [COOL]
    assert desk.begun == [request]
    assert request.running()


def test_its_result_is_that_of_the_rule(desk, clock):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.BUSY, CCD_TEMPERATURE_VALUE=5.0))
    assert request.running()
    desk.say(update(TEMPERATURE, State.OK, CCD_TEMPERATURE_VALUE=-10.0))
    assert request.result(0) == -10.0


def test_it_listens_before_it_sends(desk, clock):
    desk.on_send = lambda message: desk.say(update(TEMPERATURE, State.OK))
    assert cool(desk).result(0) == 20.0


def test_the_rule_sees_all_changes_since_and_no_others(desk, clock):
    seen = []
    desk.say(update(TEMPERATURE, State.OK))
    cool(desk, rule=lambda changes: seen.append([c.new.state for c in changes]))
    desk.say(update(FRAME, State.ALERT), update(RADEC, State.ALERT))
    desk.say(update(TEMPERATURE, State.BUSY), update(TEMPERATURE, State.IDLE))
    assert seen == [[State.BUSY], [State.BUSY, State.IDLE]]


def test_the_rule_sees_other_properties_that_it_wants_to_see(desk, clock):
    seen = []
    cool(desk, rule=lambda changes: seen.append([c.name for c in changes]), watch=["CCD_FRAME"])
    desk.say(update(FRAME, State.OK), update(ABORT, State.OK), update(TEMPERATURE, State.OK))
    assert seen == [["CCD_FRAME"], ["CCD_FRAME", "CCD_TEMPERATURE"]]


def test_nothing_is_left_when_it_is_over(desk, clock):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.ALERT), update(TEMPERATURE, State.OK))
    clock.advance(1)
    assert request.done()
    assert clock.pending == []
    assert desk.observers.interested(CCD, None) == ()


def test_a_rule_that_raises_is_logged_and_ends_it(desk, clock, caplog):
    request = cool(desk, rule=lambda changes: 1 / 0)
    desk.say(update(TEMPERATURE, State.BUSY))
    assert "ZeroDivisionError" in caplog.text
    assert isinstance(request.exception(0), Failed)
    assert "makes no sense" in text_of(request)


def test_a_rule_is_asked_again_when_nothing_more_is_heard(desk, clock):
    asked = []
    cool(desk, rule=lambda changes: asked.append(len(changes)), recheck=4)
    desk.say(update(TEMPERATURE, State.IDLE))
    clock.advance(5)
    assert asked == [1, 1]


@pytest.mark.parametrize("error", [ConnectionLost("gone"), NotWritable("read-only")])
def test_what_cannot_be_sent_is_raised_at_once(desk, clock, error):
    def refuse(message):
        raise error

    desk.on_send = refuse
    with pytest.raises(type(error), match=str(error)):
        cool(desk)
    assert desk.begun[0].exception(0) is error
    assert clock.pending == []
    assert desk.observers.interested(CCD, None) == ()


def test_it_fails_when_the_link_is_lost(desk, clock):
    request = cool(desk)
    desk.begun[0].fail(ConnectionLost("cool down: the link broke"))
    assert isinstance(request.exception(0), ConnectionLost)
    assert clock.pending == []


# Requests that fail: the driver's own words


def test_words_before_the_alert_are_in_the_error(desk, clock):
    request = cool(desk)
    desk.says("[ERROR] the cooler has no power")
    assert request.running()
    desk.say(update(TEMPERATURE, State.ALERT))
    assert text_of(request) == (
        "it went to Alert; the driver said '[ERROR] the cooler has no power'"
    )


def test_words_after_the_alert_are_in_the_error(desk, clock):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.ALERT))
    assert request.running()
    clock.advance(0.1)
    desk.says("[ERROR] the cooler has no power")
    assert text_of(request) == (
        "it went to Alert; the driver said '[ERROR] the cooler has no power'"
    )


def test_words_along_with_the_alert_are_in_the_error(desk, clock):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.ALERT, message="Error: out of range"))
    assert text_of(request) == "it went to Alert; the driver said 'Error: out of range'"


def test_words_are_not_waited_for_very_long(desk, clock):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.ALERT))
    clock.advance(0.5)
    assert text_of(request) == "it went to Alert"


def test_the_error_is_of_the_rule_s_kind(desk, clock):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.IDLE))
    clock.advance(1)
    assert type(request.exception(0)) is Refused


def test_the_last_words_count(desk, clock):
    request = cool(desk)
    for number in range(5):
        desk.says(f"[ERROR] {number}")
    desk.say(update(TEMPERATURE, State.ALERT))
    assert text_of(request) == "it went to Alert" + "".join(
        f"; the driver said '[ERROR] {number}'" for number in (2, 3, 4)
    )


def test_old_words_explain_nothing(desk, clock):
    request = cool(desk)
    desk.says("[ERROR] got no stars")
    clock.advance(10)
    desk.say(update(TEMPERATURE, State.ALERT))
    assert request.running()
    desk.says("[ERROR] the cooler has no power")
    assert text_of(request) == (
        "it went to Alert; the driver said '[ERROR] the cooler has no power'"
    )


def test_small_talk_explains_nothing(desk, clock):
    request = cool(desk)
    for level in ("INFO", "DEBUG", "SCOPE"):
        desk.says(f"[{level}] all is well")
    desk.say(update(TEMPERATURE, State.ALERT))
    desk.says("[INFO] still well")
    clock.advance(1)
    assert text_of(request) == "it went to Alert"


def test_words_of_others_explain_nothing(desk, clock):
    request = cool(desk)
    desk.says("[ERROR] cannot slew", MOUNT)
    desk.say(Notice(None, "a client came"))
    desk.say(update(TEMPERATURE, State.ALERT))
    clock.advance(1)
    assert text_of(request) == "it went to Alert"


def test_words_with_line_breaks_stay_on_one_line(desk, clock):
    request = cool(desk)
    desk.says("[ERROR] first\nsecond")
    desk.say(update(TEMPERATURE, State.ALERT))
    assert r"first\nsecond" in text_of(request)


def test_a_stale_report_is_forgotten_when_the_driver_begins(desk, clock):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.IDLE))  # a poll that was under way
    clock.advance(0.1)
    desk.say(update(TEMPERATURE, State.BUSY))
    clock.advance(10)
    assert request.running()
    desk.say(update(TEMPERATURE, State.OK, CCD_TEMPERATURE_VALUE=-10.0))
    assert request.result(0) == -10.0


def test_words_after_a_stale_report_do_not_bring_it_back(desk, clock):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.IDLE), update(TEMPERATURE, State.BUSY))
    desk.says("[WARNING] the fan is slow")
    clock.advance(10)
    assert request.running()


def test_a_driver_has_the_same_time_to_explain_each_problem(desk, clock):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.IDLE))
    clock.advance(0.1)
    desk.say(update(TEMPERATURE, State.BUSY))
    clock.advance(0.1)
    desk.say(update(TEMPERATURE, State.ALERT))
    clock.advance(0.2)
    assert request.running()
    clock.advance(0.2)
    assert text_of(request) == "it went to Alert"


def test_a_problem_that_is_told_again_and_again_is_not_waited_for_the_longer(desk, clock):
    request = cool(desk)
    for _ in range(4):
        desk.say(update(TEMPERATURE, State.ALERT))
        clock.advance(0.1)
    assert text_of(request) == "it went to Alert"


def test_problems_that_come_and_go_leave_nothing_behind(desk, clock):
    request = cool(desk)
    for _ in range(1000):
        desk.say(update(TEMPERATURE, State.ALERT), update(TEMPERATURE, State.BUSY))
    assert request.running()
    assert len(clock.pending) <= 2
    assert len(request._timers) <= 2


def test_words_can_be_read_by_programs(desk, clock):
    request = cool(desk)
    desk.says("[WARNING] the fan is slow")
    desk.says("[ERROR] the cooler has no power")
    desk.say(update(TEMPERATURE, State.ALERT))
    assert request.exception(0).messages == (
        "[WARNING] the fan is slow",
        "[ERROR] the cooler has no power",
    )


def test_an_answer_that_makes_no_sense_comes_with_the_driver_s_words(desk, clock):
    request = cool(desk, rule=lambda changes: 1 / 0)
    desk.says("[ERROR] the cooler has no power")
    desk.say(update(TEMPERATURE, State.BUSY))
    assert request.exception(0).messages == ("[ERROR] the cooler has no power",)


# Requests that end from outside


@pytest.mark.parametrize("of", [TEMPERATURE, FRAME], ids=["the property", "a watched property"])
def test_deletion_fails_it_at_once(desk, clock, of):
    request = cool(desk, watch=["CCD_FRAME"])
    desk.say(delete(of))
    assert type(request.exception(0)) is Failed
    assert text_of(request) == f"the driver took {of.name} back: was it disconnected?"


def test_deletion_of_the_device_says_that_the_driver_has_died(desk, clock):
    request = cool(desk)
    desk.say(Delete(CCD))
    assert type(request.exception(0)) is Failed
    assert text_of(request) == DEAD


def test_a_device_is_known_to_be_gone_from_the_first_of_its_deletions(desk, clock):
    heard = []
    request = cool(desk)
    desk.observers.add((CCD, None), lambda change: heard.append((change.name, request.done())))
    desk.say(Delete(CCD))
    assert heard[0] == (TEMPERATURE.name, True)
    assert heard[-1] == (CCD, True)


def test_a_driver_that_died_and_came_back_at_once_had_died(desk, clock):
    request = cool(desk)
    desk.say(Delete(CCD), TEMPERATURE)
    assert text_of(request) == DEAD


def test_a_device_of_which_all_properties_are_taken_back_has_not_died(desk, clock):
    request = cool(desk)
    desk.say(*map(delete, (ABORT, FRAME, TEMPERATURE)))
    assert "was it disconnected?" in text_of(request)


def test_a_property_that_is_named_as_its_device_is_just_a_property(desk, clock):
    twin = TEMPERATURE._replace(name=CCD)
    desk.say(twin)
    request = cool(desk)
    desk.say(delete(twin))
    assert request.running()


@pytest.mark.parametrize(("age", "counts"), [(1.9, True), (2.1, False)])
def test_the_last_words_of_a_driver_that_died(desk, clock, age, counts):
    request = cool(desk)
    desk.says("[ERROR] lost the USB bus")
    clock.advance(age)
    desk.say(Delete(CCD))
    said = "; the driver said '[ERROR] lost the USB bus'"
    assert text_of(request) == DEAD + (said if counts else "")
    assert request.exception(0).messages == (("[ERROR] lost the USB bus",) if counts else ())


def test_what_the_server_says_of_a_dead_driver_is_told_too(desk, clock):
    request = cool(desk)
    desk.say(Delete(CCD, message="driver indi_simulator_ccd crashed"))
    assert text_of(request) == f"{DEAD}; the driver said 'driver indi_simulator_ccd crashed'"


def test_another_driver_s_death_does_not_matter(desk, clock):
    request = cool(desk)
    desk.say(Delete(MOUNT))
    assert request.running()


def test_an_aborted_request_is_aborted_though_its_driver_died(desk, clock):
    request = cool(desk, abort=lambda: None)
    request.abort()
    desk.say(Delete(CCD))
    assert isinstance(request.exception(0), Aborted)


def test_deletion_tells_what_the_driver_said(desk, clock):
    request = cool(desk)
    desk.say(delete(TEMPERATURE)._replace(message="[ERROR] unplugged"))
    assert text_of(request).endswith("; the driver said '[ERROR] unplugged'")


def test_redefinition_as_something_else_fails_it_at_once(desk, clock):
    request = cool(desk)
    desk.say(FRAME._replace(name="CCD_TEMPERATURE"))
    assert isinstance(request.exception(0), Failed)


@pytest.mark.parametrize("message", [delete(FRAME), Delete(MOUNT), TEMPERATURE])
def test_other_deletions_and_repeated_definitions_do_not(desk, clock, message):
    request = cool(desk)
    desk.say(update(TEMPERATURE, State.BUSY), message._replace(), update(TEMPERATURE, State.BUSY))
    assert request.running()


def test_a_real_driver_that_is_killed_fails_what_is_pending(clock):
    wheel = captures.read(captures.capture("indi-1.9.9/wheel.xml"))
    desk = Desk(*wheel)
    turn = New(Kind.NUMBER, "Filter Simulator", "FILTER_SLOT", {"FILTER_SLOT_VALUE": 5.0})
    request = Request(desk, "turn", turn, lambda changes: None, timeout=60)
    desk.say(*captures.read(captures.received("indi-1.9.9/driver_killed"), eof=False))
    assert isinstance(request.exception(0), Failed)
    assert text_of(request).startswith("its driver has died")


# Time limits


def test_it_takes_too_long_when_the_driver_is_silent(desk, clock):
    request = cool(desk, timeout=60)
    clock.advance(59)
    assert request.running()
    clock.advance(1)
    error = request.exception(0)
    assert isinstance(error, OperationTimeout)
    assert isinstance(error, TimeoutError)
    assert text_of(request) == "not done after 60 s; the driver did not answer"


def test_it_takes_too_long_though_the_driver_answered(desk, clock):
    request = cool(desk, timeout=2.5)
    desk.say(update(TEMPERATURE, State.BUSY))
    clock.advance(2.5)
    assert text_of(request) == "not done after 2.5 s; its state is Busy"


def test_what_the_driver_said_long_before_its_time_was_up_is_told(desk, clock):
    request = cool(desk, timeout=60)
    desk.say(update(TEMPERATURE, State.BUSY))
    desk.says("[INFO] cooling")
    desk.says("[ERROR] the cooler has no power")
    clock.advance(60)
    assert request.exception(0).messages == ("[ERROR] the cooler has no power",)
    assert text_of(request) == (
        "not done after 60 s; its state is Busy; the driver said '[ERROR] the cooler has no power'"
    )


def test_patience_lasts_as_long_as_it_is_busy(desk, clock):
    request = cool(desk, timeout=60, patient=True)
    desk.say(update(TEMPERATURE, State.BUSY))
    clock.advance(600)
    assert request.running()
    desk.say(update(TEMPERATURE, State.OK))
    assert request.result(0) == 20.0
    assert clock.pending == []


def test_patience_is_not_for_the_silent(desk, clock):
    request = cool(desk, timeout=60, patient=True)
    clock.advance(60)
    assert isinstance(request.exception(0), OperationTimeout)


def test_patience_ends_when_it_is_busy_no_more(desk, clock):
    request = cool(desk, rule=lambda changes: None, timeout=60, patient=True)
    desk.say(update(TEMPERATURE, State.BUSY))
    clock.advance(90)
    desk.say(update(TEMPERATURE, State.OK))
    assert request.running()
    clock.advance(30)
    assert text_of(request) == "not done after 60 s; its state is Ok"


def test_the_time_limit_holds_with_the_real_clock(desk):
    request = cool(desk, timeout=0.001)
    with pytest.raises(OperationTimeout):
        request.result(SOON)
