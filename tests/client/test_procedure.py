import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from indinb.client.operation import ABORT_PATIENCE, Operation, Progress
from indinb.client.procedure import Procedure
from indinb.errors import Aborted, ConnectionLost, Failed, NotWritable, OperationError
from indinb.protocol.vocabulary import State
from tests.client.fakes import SOON, TEMPERATURE, update
from tests.client.helpers import Slow, cool, text_of


@pytest.fixture
def steps():
    """Return three operations to be carried out one after another."""
    return [Operation(name) for name in ("one", "two", "three")]


def follow(steps, log):
    """Carry out steps, and log their results."""
    for step in steps:
        log.append((yield step))
    return log


def test_steps_come_one_after_another(steps):
    log = []
    procedure = Procedure("all", follow(steps, log))
    for number, step in enumerate(steps):
        assert procedure.running()
        assert log == list(range(number))
        step.succeed(number)
    assert procedure.result(0) == [0, 1, 2]


def test_steps_may_be_over_when_they_are_reached(steps):
    for step in steps:
        step.succeed(step.label)
    assert Procedure("all", follow(steps, [])).result(0) == ["one", "two", "three"]


def test_what_was_failed_from_outside_begins_no_further_step(steps):
    """Only what puts things right is done."""
    log = []

    def all_steps():
        try:
            yield from follow(steps[:2], log)
        finally:
            log.append("put right")
            yield steps[2]

    procedure = Procedure("all", all_steps())
    procedure.fail(Aborted("something else was asked for"))
    steps[0].succeed(0)
    assert log == ["put right"]
    steps[2].succeed(2)
    with pytest.raises(Aborted, match="something else"):
        procedure.result(0)


def test_what_is_given_up_between_two_steps_ends_the_next(steps):
    procedure = None

    def all_steps():
        yield steps[0]
        procedure.give_up(Failed("something is wrong"))
        yield steps[1]

    procedure = Procedure("all", all_steps())
    steps[0].succeed(0)
    assert isinstance(steps[1].exception(0), Aborted)
    with pytest.raises(Failed, match="something is wrong"):
        procedure.result(0)


def test_no_steps_at_all():
    assert Procedure("all", follow([], [])).result(0) == []


def test_steps_may_be_any_futures():
    with ThreadPoolExecutor(1) as pool:
        procedure = Procedure("all", follow([pool.submit(pow, 2, 5), pool.submit(pow, 3, 2)], []))
        assert procedure.result(SOON) == [32, 9]


def test_a_step_that_fails_fails_the_procedure_and_the_rest_is_not_begun(steps):
    log = []
    procedure = Procedure("all", follow(steps, log))
    steps[0].succeed(0)
    steps[1].fail(Failed("stuck"))
    assert procedure.exception(0) is steps[1].exception(0)
    assert log == [0]
    assert not steps[2].done()


def test_the_first_step_s_own_failure_is_found_in_the_procedure(steps):
    steps[0].fail(Failed("stuck"))
    procedure = Procedure("all", follow(steps, []))
    assert isinstance(procedure.exception(0), Failed)


def test_what_goes_wrong_before_the_first_step_is_raised_at_once():
    def begin():
        raise NotWritable("read-only")
        yield

    with pytest.raises(NotWritable, match="read-only"):
        Procedure("all", begin())


def test_what_goes_wrong_between_two_steps_fails_the_procedure(steps):
    def divide():
        yield steps[0]
        yield 1 / 0

    procedure = Procedure("all", divide())
    steps[0].succeed(None)
    assert isinstance(procedure.exception(0), ZeroDivisionError)


def test_steps_may_catch_what_goes_wrong_and_go_on(steps):
    def retry():
        try:
            yield steps[0]
        except OperationError:
            return (yield steps[1])

    procedure = Procedure("all", retry())
    steps[0].fail(Failed("stuck"))
    assert procedure.running()
    steps[1].succeed("second try")
    assert procedure.result(0) == "second try"


def clean_up(steps, log):
    try:
        yield from follow(steps, log)
    finally:
        log.append("closed")


def test_steps_clean_up_when_one_fails(steps):
    log = []
    Procedure("all", clean_up(steps, log))
    steps[0].fail(Failed("stuck"))
    assert log == ["closed"]


def test_abort_in_the_middle_aborts_the_present_step_and_begins_no_other(steps):
    log = []
    procedure = Procedure("all", clean_up(steps, log))
    steps[0].succeed(0)
    procedure.abort()
    assert text_of(procedure) == "aborted"
    assert isinstance(steps[1].exception(0), Aborted)
    assert steps[2].running()
    assert log == [0, "closed"]


def test_abort_waits_until_the_present_step_has_stopped():
    step = Slow("slew")
    procedure = Procedure("all", follow([step], []))
    procedure.abort()
    assert procedure.running()
    step.succeed("there")
    assert isinstance(procedure.exception(0), Aborted)


def test_abort_waits_for_a_step_that_cannot_be_aborted():
    step = Future()
    procedure = Procedure("all", follow([step], []))
    procedure.abort()
    assert procedure.running()
    step.set_result(None)
    assert isinstance(procedure.exception(0), Aborted)


def test_an_abort_is_told_in_the_words_of_the_step(desk, clock):
    step = cool(desk)
    procedure = Procedure("expose", follow([step], []))
    desk.says("[ERROR] the cooler has no power")
    procedure.abort()
    assert procedure.exception(0).messages == ("[ERROR] the cooler has no power",)
    assert text_of(procedure) == (
        "aborted; what was asked of the driver may go on; "
        "the driver said '[ERROR] the cooler has no power'"
    )


def test_an_abort_that_the_driver_confirms_is_just_that(desk, clock):
    def rule(changes):
        return Aborted("the mount was stopped on its way")

    procedure = Procedure("slew", follow([cool(desk, rule, abort=lambda: None)], []))
    procedure.abort()
    desk.say(update(TEMPERATURE, State.IDLE))
    assert text_of(procedure) == "aborted"
    assert not procedure.exception(0).goes_on


def test_an_abort_that_is_not_confirmed_is_told_by_the_procedure(desk, clock):
    procedure = Procedure("expose", follow([cool(desk, abort=lambda: None)], []))
    procedure.abort()
    clock.advance(ABORT_PATIENCE)
    assert procedure.exception(0).goes_on
    assert "has not confirmed within 3 s that it stopped" in text_of(procedure)


def test_steps_that_put_things_right_do_not_hide_how_the_abort_ended(desk, clock):
    home = Operation("go home")

    def slew():
        try:
            yield cool(desk)
        finally:
            yield home

    procedure = Procedure("slew", slew())
    procedure.abort()
    home.succeed(None)
    assert text_of(procedure) == "aborted; what was asked of the driver may go on"


def test_a_link_that_is_lost_after_an_abort_is_told():
    step = Slow("slew")
    procedure = Procedure("all", follow([step], []))
    procedure.abort()
    step.fail(ConnectionLost("slew: the link broke"))
    assert procedure.exception(0) is step.exception(0)


def test_a_failed_step_s_words_of_the_driver_are_the_procedure_s(desk, clock):
    procedure = Procedure("expose", follow([cool(desk)], []))
    desk.says("[ERROR] the cooler has no power")
    desk.say(update(TEMPERATURE, State.ALERT))
    assert procedure.exception(0).messages == ("[ERROR] the cooler has no power",)


def test_abort_between_two_steps_aborts_the_next():
    second = Operation("second")

    def two():
        yield first
        procedure.abort()  # as another thread may, just now
        yield second

    first = Operation("first")
    procedure = Procedure("all", two())
    first.succeed(None)
    assert isinstance(second.exception(0), Aborted)
    assert isinstance(procedure.exception(0), Aborted)


def test_steps_that_put_things_right_after_an_abort_are_carried_out():
    home = Operation("go home")

    def slew():
        try:
            yield Operation("slew")
        except Aborted:
            yield home

    procedure = Procedure("all", slew())
    procedure.abort()
    assert procedure.running()
    home.succeed(None)
    assert isinstance(procedure.exception(0), Aborted)


def test_steps_that_hide_an_abort_do_not_make_it_a_success(steps):
    def stubborn():
        try:
            yield steps[0]
        except Aborted:
            return "never mind"

    procedure = Procedure("all", stubborn())
    procedure.abort()
    assert isinstance(procedure.exception(0), Aborted)


def test_a_step_that_somebody_else_aborts_ends_the_procedure(steps):
    procedure = Procedure("all", follow(steps, []))
    steps[0].abort()
    assert procedure.exception(0) is steps[0].exception(0)


def test_progress_is_that_of_the_present_step(desk, clock):
    request = cool(desk, progress=lambda changes: Progress(0.25, "cooling"))
    procedure = Procedure("all", follow([request, Future()], []))
    assert procedure.progress == Progress(0.25, "cooling")
    desk.say(update(TEMPERATURE, State.OK))
    assert procedure.progress == Progress(1.0)  # as the next step does not tell


def test_procedures_may_be_steps(steps):
    inner = Procedure("inner", follow(steps, []))
    outer = Procedure("outer", follow([inner], []))
    for step in steps:
        step.succeed(step.label)
    assert outer.result(0) == [["one", "two", "three"]]


def test_aborting_the_outer_procedure_aborts_the_innermost_step(steps):
    outer = Procedure("outer", follow([Procedure("inner", follow(steps, []))], []))
    outer.abort()
    assert isinstance(steps[0].exception(0), Aborted)
    assert text_of(outer) == "aborted"


def test_procedures_can_be_awaited(steps):
    async def main():
        procedure = Procedure("all", follow(steps, []))
        for step in steps:
            asyncio.get_running_loop().call_soon(step.succeed, step.label)
        return await procedure

    assert asyncio.run(main()) == ["one", "two", "three"]


def test_steps_may_end_on_another_thread(steps):
    log = []
    procedure = Procedure("all", follow(steps, log))
    for step in steps:
        threading.Thread(target=step.succeed, args=(step.label,)).start()
    assert procedure.result(SOON) == ["one", "two", "three"]


def test_a_step_that_tells_nothing_leaves_the_progress_where_it_was():
    exposure: Operation[int] = Operation("expose")
    decoding: Future[int] = Future()

    def steps():
        yield exposure
        return (yield decoding)

    procedure = Procedure("take a picture", steps())
    assert procedure.progress.fraction is None
    exposure.succeed(1)
    assert procedure.progress.fraction == 1.0
    assert not procedure.done()
    decoding.set_result(2)
    assert procedure.progress.fraction == 1.0
    assert procedure.result() == 2


@pytest.mark.parametrize("error", [Failed("no picture"), ConnectionLost("gone")])
def test_an_abort_while_a_failed_step_is_tried_again_stops_the_next(steps, error):
    def trying():
        try:
            yield steps[0]
        except (Failed, ConnectionLost):
            procedure.abort()  # as another thread may do at this moment
            yield steps[1]

    procedure = Procedure("try", trying())
    steps[0].fail(error)
    assert isinstance(steps[1].exception(0), Aborted)
    assert isinstance(procedure.exception(0), Aborted)


def test_an_abort_is_not_forgotten_when_the_link_is_lost(steps):
    def trying():
        try:
            yield steps[0]
        except ConnectionLost:
            yield steps[1]

    steps[0]._stop = lambda: None  # the camera takes its time
    procedure = Procedure("try", trying())
    procedure.abort()
    Future.set_exception(steps[0], ConnectionLost("gone"))
    assert isinstance(procedure.exception(0), Aborted)
