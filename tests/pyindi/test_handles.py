import pytest

from indinb.protocol.messages import Define, Member
from indinb.protocol.vocabulary import Kind, State
from indinb.pyindi import (
    Property,
    PropertyBlob,
    PropertyLight,
    PropertyNumber,
    PropertySwitch,
    PropertyText,
)
from tests.client.fakes import (
    CCD,
    FILTER_NAME,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    WEATHER,
    delete,
    numbers,
    texts,
    update,
)
from tests.pyindi.books import Book

TYPED = [PropertyText, PropertyNumber, PropertySwitch, PropertyLight, PropertyBlob]


@pytest.fixture
def book():
    return Book(FRAME, FRAME_TYPE, FILTER_NAME, WEATHER, IMAGE)


@pytest.fixture
def frame(book):
    return PropertyNumber(book.property("CCD_FRAME"))


@pytest.fixture
def frame_type(book):
    return PropertySwitch(book.property("CCD_FRAME_TYPE"))


# What the driver says of it


@pytest.fixture
def defined(book):
    book.say(
        Define(
            Kind.NUMBER, CCD, "GAIN", (Member("GAIN", "Gain", 90.0),), "Gain", "Image Settings",
            timeout=45.0, state=State.OK, timestamp="2026-11-22T10:18:05",
        )
    )  # fmt: skip
    return book.property("GAIN")


def test_a_property_tells_what_it_is(defined):
    assert defined.getName() == defined.name == "GAIN"
    assert defined.getLabel() == defined.label == "Gain"
    assert defined.getGroupName() == defined.group == "Image Settings"
    assert defined.getDeviceName() == defined.device == CCD
    assert defined.getTimestamp() == defined.timestamp == "2026-11-22T10:18:05"
    assert defined.getTimeout() == defined.timeout == 45.0
    assert (defined.getType(), defined.getTypeAsString()) == (0, "INDI_NUMBER")
    assert (defined.getState(), defined.s, defined.getStateAsString()) == (1, 1, "Ok")
    assert (defined.getPermission(), defined.p, defined.getPermissionAsString()) == (0, 0, "ro")
    assert (defined.isValid(), defined.isEmpty(), defined.getRegistered()) == (True, False, True)
    assert not defined.isDynamic()
    assert repr(defined) == "<Property CCD Simulator.GAIN Ok: GAIN=90>"


def test_a_property_is_matched_by_what_it_is(defined):
    assert defined.isNameMatch("GAIN")
    assert not defined.isNameMatch("gain")
    assert defined.isLabelMatch("Gain")
    assert not defined.isLabelMatch("GAIN")
    assert defined.isDeviceNameMatch(CCD)
    assert not defined.isDeviceNameMatch("Another")
    assert defined.isTypeMatch(0)
    assert not defined.isTypeMatch(5)


@pytest.mark.parametrize(
    ("of", "number", "word"),
    [
        (FRAME, 0, "INDI_NUMBER"),
        (FRAME_TYPE, 1, "INDI_SWITCH"),
        (FILTER_NAME, 2, "INDI_TEXT"),
        (WEATHER, 3, "INDI_LIGHT"),
        (IMAGE, 4, "INDI_BLOB"),
    ],
)
def test_kinds_are_numbers_and_words(book, of, number, word):
    prop = book.property(of.name)
    assert (prop.getType(), prop.getTypeAsString()) == (number, word)


def test_the_numbers_are_plain_ints_that_index_lists_and_dictionaries(book, frame_type):
    told = [frame_type.getState(), frame_type.getType(), frame_type.getPermission()]
    assert [type(number) for number in [*told, frame_type.getRule()]] == [int] * 4
    assert ["idle", "ok", "busy", "alert"][frame_type.getState()] == "idle"
    assert {0: "ro", 2: "rw"}[frame_type.getPermission()] == "rw"


def test_a_light_may_only_be_read(book):
    light = PropertyLight(book.property("WEATHER"))
    assert (light.getPermission(), light.getPermissionAsString()) == (0, "ro")


def test_the_time_is_that_of_the_last_word(book, frame):
    assert frame.getTimestamp() == ""
    told = update(FRAME, State.OK, X=1.0)._replace(timestamp="2026-11-22T10:18:06")
    book.say(told)
    assert frame.getTimestamp() == "2026-11-22T10:18:06"


def test_the_way_to_the_device(defined):
    assert defined.getBaseDevice().getDeviceName() == CCD
    assert Property().getBaseDevice() is None


def test_a_property_shows_what_was_set_on_any_handle(book, defined):
    defined.setName("G")
    defined.setLabel("L")
    defined.setGroupName("Main")
    defined.setDeviceName("Camera")
    defined.setTimestamp("now")
    defined.setTimeout(5)
    defined.setPermission(1)
    other = PropertyNumber(book.property("GAIN"))
    assert (other.name, other.label, other.group, other.device) == ("G", "L", "Main", "Camera")
    assert (other.timestamp, other.timeout, other.p) == ("now", 5.0, 1)
    assert other.getPermissionAsString() == "wo"
    message = book.send(other)
    assert (message.device, message.name) == (CCD, "GAIN")


def test_the_attributes_of_old_scripts_write_as_well(defined):
    defined.name, defined.label, defined.group, defined.device = "G", "L", "Main", "Camera"
    defined.timestamp, defined.timeout, defined.p, defined.s = "now", 5, 2, 3
    assert defined.getName() == "G"
    assert defined.getLabel() == "L"
    assert defined.getGroupName() == "Main"
    assert defined.getDeviceName() == "Camera"
    assert defined.getTimestamp() == "now"
    assert (defined.getTimeout(), defined.getPermission(), defined.getState()) == (5.0, 2, 3)


@pytest.mark.parametrize("setter", ["Name", "Label", "GroupName", "DeviceName", "Timestamp"])
def test_only_text_is_a_name_or_a_time(defined, setter):
    with pytest.raises(TypeError, match="a text is a str"):
        getattr(defined, f"set{setter}")(5)


@pytest.mark.parametrize("wrong", [-1, 7])
def test_numbers_that_stand_for_nothing_are_refused(frame_type, wrong):
    for setter in (frame_type.setState, frame_type.setPermission, frame_type.setRule):
        with pytest.raises(ValueError, match=f"{wrong} stands for nothing here: 0 is "):
            setter(wrong)
    assert (frame_type.s, frame_type.p, frame_type.r) == (0, 2, 0)


def test_words_may_be_said_by_name(frame_type):
    frame_type.setState("Ok")
    frame_type.setPermission("ro")
    frame_type.setRule("AnyOfMany")
    assert (frame_type.s, frame_type.p, frame_type.r) == (1, 0, 2)


@pytest.mark.parametrize("wrong", ["On", None, 1.0])
def test_other_words_are_no_numbers(frame_type, wrong):
    for setter in (frame_type.setState, frame_type.setPermission, frame_type.setRule):
        with pytest.raises(TypeError):
            setter(wrong)


def test_a_timeout_is_a_number(frame):
    with pytest.raises(TypeError, match="a number"):
        frame.setTimeout("60")


# How it is doing


def test_a_state_is_live(book, frame):
    for state, number in ((State.BUSY, 2), (State.ALERT, 3), (State.IDLE, 0), (State.OK, 1)):
        book.say(update(FRAME, state))
        assert (frame.getState(), frame.getStateAsString()) == (number, state.value)


def test_a_state_can_be_shown_until_the_driver_tells_one(book, frame):
    frame.setState(2)
    assert book.property("CCD_FRAME").getStateAsString() == "Busy"
    assert book.model.vector(CCD, "CCD_FRAME").state is State.IDLE
    book.say(update(FRAME, State.OK))
    assert frame.getState() == 1


def test_what_was_sent_is_busy_until_the_driver_answers(book, frame):
    other = book.property("CCD_FRAME")
    book.send(frame)
    assert (frame.s, other.s) == (2, 2)
    book.say(update(FRAME, State.ALERT))
    assert (frame.s, other.s) == (3, 3)


def test_what_is_busy_when_the_server_is_lost_is_in_alert(book, frame):
    book.send(frame)
    book.linked = False
    assert frame.getStateAsString() == "Alert"


# One that is not there


def test_one_that_is_not_there_is_false_and_in_alert(book):
    nothing = book.property("NO_SUCH")
    assert not nothing
    assert not nothing.isValid()
    assert nothing.isEmpty()
    assert not nothing.getRegistered()
    assert nothing.getStateAsString() == "Alert"
    assert (nothing.getType(), nothing.getTypeAsString()) == (5, "INDI_UNKNOWN")
    assert (nothing.getPermission(), nothing.getTimeout()) == (0, 0.0)
    assert nothing.getName() is None
    assert nothing.getTimestamp() is None
    assert nothing.getNumber() is None


def test_one_that_is_not_there_matches_nothing(book):
    nothing = book.property("NO_SUCH")
    assert not nothing.isNameMatch("NO_SUCH")
    assert not nothing.isLabelMatch("")
    assert not nothing.isDeviceNameMatch(CCD)
    assert not nothing.isTypeMatch(5)


@pytest.mark.parametrize("cls", TYPED)
def test_of_a_kind_it_has_no_members_either(book, cls):
    for nothing in (cls(), cls(book.property("NO_SUCH"))):
        assert not nothing
        assert (len(nothing), list(nothing)) == (0, [])
        assert (nothing.getName(), nothing.getLabel(), nothing.getDeviceName()) == ("", "", "")
        assert nothing.findWidgetByName("X") is None
        with pytest.raises(IndexError):
            nothing[0]


def test_what_is_set_on_nothing_is_nowhere():
    nothing = PropertySwitch()
    nothing.setState(2)
    nothing.setLabel("Label")
    nothing.setRule(1)
    nothing.reset()
    assert (nothing.s, nothing.label, nothing.r) == (3, "", 0)
    assert repr(nothing) == "<PropertySwitch nothing>"


def test_it_shows_what_is_written_and_what_is_not_there(book, frame_type):
    frame_type[1].setState(1)
    book.send(frame_type)
    shown = "<PropertySwitch CCD Simulator.CCD_FRAME_TYPE Busy: FRAME_LIGHT=On, FRAME_DARK=On>"
    assert repr(frame_type) == shown
    numbers = PropertyNumber(book.property("CCD_FRAME_TYPE"))
    assert repr(numbers) == "<PropertyNumber CCD Simulator.CCD_FRAME_TYPE: of another kind>"
    assert repr(book.property("NOPE", "a\nb")) == r"<Property a\nb.NOPE: not there>"


def test_tab_completes_what_scripts_know(frame):
    assert not {"of", "sheet"} & set(dir(frame))
    assert {"getName", "np", "s"} <= set(dir(frame))


def test_it_is_there_once_the_driver_defines_it(book):
    gain = book.property("GAIN")
    typed = PropertyNumber(gain)
    assert not gain
    assert not typed
    book.say(numbers("GAIN", {"GAIN": 90.0}))
    assert gain
    assert typed[0].getValue() == 90.0


def test_one_that_was_seen_once_stays_true(book):
    gain = book.property("GAIN")
    looked, made, blind = Property(gain), Property(gain), Property(gain)
    definition = numbers("GAIN", {"GAIN": 90.0})
    book.say(definition)
    assert looked
    typed = PropertyNumber(made)
    book.say(delete(definition))
    assert looked
    assert typed[0].getValue() == 90.0
    assert not blind


def test_one_that_is_told_of_is_true_even_if_it_is_gone(book):
    book.say(delete(FRAME))
    sheet = book.sheet(CCD, "CCD_FRAME")
    assert Property.of(sheet, seen=True)
    assert not Property.of(sheet)


# One that goes and comes back


def test_a_deleted_one_stays_true_and_readable(book, frame):
    book.say(update(FRAME, State.OK, X=7.0), delete(FRAME))
    assert frame
    assert (frame.getName(), frame[0].getValue(), frame.s) == ("CCD_FRAME", 7.0, 1)
    assert not book.property("CCD_FRAME")  # but who asks now is told that it is gone


def test_one_that_comes_back_is_live_on_the_old_handles(book, frame):
    book.say(delete(FRAME), FRAME, update(FRAME, State.OK, X=8.0))
    assert frame[0].getValue() == 8.0


def test_one_may_come_back_with_other_members(book, frame):
    book.say(numbers("CCD_FRAME", {"LEFT": 1.0, "RIGHT": 2.0}))
    assert [widget.getName() for widget in frame] == ["LEFT", "RIGHT"]
    assert frame[1].getValue() == 2.0
    with pytest.raises(IndexError):
        frame[2]


def test_one_may_come_back_as_another_kind_and_as_the_first_again(book, frame):
    prop = book.property("CCD_FRAME")
    book.say(texts("CCD_FRAME", {"SIZE": "full"}))
    assert not frame
    assert (len(frame), frame.getName(), frame.s) == (0, "", 3)
    assert (prop.getTypeAsString(), prop.getText()[0].getText()) == ("INDI_TEXT", "full")
    book.say(FRAME)
    assert frame[2].getValue() == 1280.0


def test_handles_live_on_with_the_next_server(book, frame):
    book.restart()
    assert frame[2].getValue() == 1280.0
    book.say(FRAME, update(FRAME, State.BUSY, WIDTH=640.0))
    assert (frame[2].getValue(), frame.s) == (640.0, 2)
