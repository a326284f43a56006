import pytest

from indinb.client.model import LINE_KEPT, LOGS_KEPT, MESSAGES_KEPT, Model
from indinb.protocol.messages import Delete, Notice, Update
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import CCD, FRAME, MOUNT, TEMPERATURE, delete, update
from tests.client.helpers import kinds


def test_messages_are_kept_by_device_and_for_the_server(model):
    camera, mount, server = Notice(CCD, "cold"), Notice(MOUNT, "parked"), Notice(None, "hello")
    assert model.apply(camera) == [("message", CCD, None, None, camera)]
    assert model.apply(mount) == [("message", MOUNT, None, None, mount)]
    assert model.apply(server) == [("message", None, None, None, server)]
    assert model.messages_of(CCD) == (camera,)
    assert model.messages_of(MOUNT) == (mount,)
    assert tuple(model.messages) == (server,)


def test_message_of_a_device_that_is_not_defined_yet_is_kept_for_the_server():
    model, early = Model(), Notice(CCD, "starting")
    assert model.apply(early) == [("message", None, None, None, early)]
    model.apply(TEMPERATURE)
    assert model.messages_of(CCD) == ()
    assert tuple(model.messages) == (early,)


@pytest.mark.parametrize(
    "message",
    [
        update(FRAME, State.ALERT, message="[ERROR] out of range", X=0.0),
        FRAME._replace(message="[ERROR] out of range"),
        delete(FRAME)._replace(message="[ERROR] out of range"),
    ],
    ids=["update", "definition", "deletion"],
)
def test_text_along_with_another_message_comes_before_what_it_explains(model, message):
    deltas = model.apply(message._replace(timestamp="2026-11-22T10:18:05"))
    assert kinds(deltas)[0] == ("message", CCD, None)
    assert deltas[0].new == Notice(CCD, "[ERROR] out of range", "2026-11-22T10:18:05")
    assert deltas[1].name == "CCD_FRAME"


def test_the_last_words_of_a_device_stay_when_it_is_gone(model):
    model.apply(Notice(CCD, "[ERROR] no power"))
    deltas = model.apply(Delete(CCD, message="bye"))
    assert (deltas[0].type, deltas[0].device) == ("message", CCD)
    assert CCD not in model.devices()
    assert model.messages_of(CCD)[-2:] == (Notice(CCD, "[ERROR] no power"), Notice(CCD, "bye"))
    assert tuple(model.messages) == ()


def test_text_along_with_an_update_is_in_the_vector_too(model):
    model.apply(update(FRAME, State.ALERT, message="out of range"))
    assert model.vector(CCD, "CCD_FRAME").message == "out of range"
    model.apply(update(FRAME, State.OK))
    assert model.vector(CCD, "CCD_FRAME").message is None


def test_text_is_noted_even_when_nothing_changes(model):
    unknown = Update(Kind.NUMBER, CCD, "NEVER_DEFINED", {}, message="[ERROR] who?")
    assert kinds(model.apply(unknown)) == [("message", CCD, None)]
    assert model.messages_of(CCD)[-1].message == "[ERROR] who?"


def test_number_of_messages_kept_is_bounded(model):
    for number in range(MESSAGES_KEPT + 10):
        model.apply(Notice(CCD, str(number)))
        model.apply(Notice(None, str(number)))
    assert len(model.messages_of(CCD)) == len(model.messages) == MESSAGES_KEPT
    assert model.messages_of(CCD)[0].message == model.messages[0].message == "10"


def test_a_long_line_is_cut_wherever_it_is_kept():
    model, long = Model(), "x" * 100_000
    cut = "x" * (LINE_KEPT - 1) + "…"
    model.apply(FRAME._replace(message=long))
    model.apply(update(FRAME, State.ALERT, message=long))
    assert model.vector(CCD, "CCD_FRAME").message == cut
    model.apply(FRAME._replace(message=long))
    assert model.vector(CCD, "CCD_FRAME").message == cut
    (delta,) = model.apply(Notice(CCD, long))
    assert delta.new.message == cut
    model.apply(Notice(None, long))
    model.apply(Delete(CCD, message=long))
    lines = [notice.message for notice in (*model.messages_of(CCD), *model.messages)]
    assert lines == [cut] * len(lines)
    assert len(lines) == 6


def test_a_line_that_is_just_short_enough_is_whole():
    model, line = Model(), "x" * LINE_KEPT
    model.apply(Notice(None, line))
    assert model.messages[0].message == line


def test_a_long_timestamp_of_a_line_is_cut_too():
    model = Model()
    model.apply(Notice(None, "x", "2" * 100_000))
    assert len(model.messages[0].timestamp) == LINE_KEPT


# Devices that come and go without end


def comes_and_goes(model, *numbers):
    """Let devices come, say something, and go."""
    for number in numbers:
        model.apply(FRAME._replace(device=f"Device {number}"))
        model.apply(Delete(f"Device {number}", message=f"bye {number}"))


def test_the_logs_of_devices_that_are_gone_are_bounded():
    model = Model()
    comes_and_goes(model, *range(LOGS_KEPT + 10))
    assert len(model._messages) == len(model._gone) == LOGS_KEPT
    assert model._announced == {}
    assert model.messages_of("Device 9") == ()
    assert model.messages_of("Device 10")[-1].message == "bye 10"


def test_the_logs_of_devices_that_are_there_are_never_dropped():
    model = Model()
    model.apply(FRAME)
    model.apply(Notice(CCD, "cold"))
    comes_and_goes(model, *range(LOGS_KEPT + 10))
    assert model.messages_of(CCD) == (Notice(CCD, "cold"),)


def test_what_goes_again_goes_last():
    model = Model()
    comes_and_goes(model, *range(LOGS_KEPT), 0, "new")
    assert [notice.message for notice in model.messages_of("Device 0")] == ["bye 0", "bye 0"]
    assert model.messages_of("Device 1") == ()


def test_what_came_back_is_not_among_the_gone():
    model = Model()
    comes_and_goes(model, *range(LOGS_KEPT))
    model.apply(FRAME._replace(device="Device 0"))
    comes_and_goes(model, *range(100, 100 + LOGS_KEPT))
    assert model.messages_of("Device 0")[-1].message == "bye 0"


def test_what_was_swept_is_gone_too():
    model = Model()
    for number in range(LOGS_KEPT + 10):
        model.apply(FRAME._replace(device=f"Device {number}"))
    model.epoch += 1
    model.sweep()
    assert len(model._messages) == LOGS_KEPT


def test_the_late_words_of_a_device_that_was_forgotten_are_the_server_s():
    model = Model()
    comes_and_goes(model, *range(LOGS_KEPT + 1))
    late = Notice("Device 0", "late")
    assert model.apply(late) == [("message", None, None, None, late)]
    assert tuple(model.messages) == (late,)


def test_of_an_unknown_device_nothing_is_known():
    model = Model()
    assert model.devices() == ()
    assert model.messages_of("Nobody") == ()
    assert model.vectors("Nobody") == {}
    assert model.vector("Nobody", "X") is None
