import pytest

from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import Kind, State, SwitchRule
from indinb.pyindi import (
    Property,
    PropertyBlob,
    PropertyLight,
    PropertyNumber,
    PropertySwitch,
    PropertyText,
)
from tests.client.fakes import (
    ABORT,
    CONNECTION,
    FILTER_NAME,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    OPTIONS,
    WEATHER,
    define,
    numbers,
    switches,
    update,
)
from tests.pyindi.books import Book

OF_KIND = [
    (FILTER_NAME, PropertyText, "getText", 2),
    (FRAME, PropertyNumber, "getNumber", 4),
    (FRAME_TYPE, PropertySwitch, "getSwitch", 2),
    (WEATHER, PropertyLight, "getLight", 2),
    (IMAGE, PropertyBlob, "getBLOB", 1),
]
TYPED = [cls for _, cls, _, _ in OF_KIND]


@pytest.fixture
def book():
    return Book(CONNECTION, OPTIONS, ABORT, *(definition for definition, *_ in OF_KIND))


@pytest.fixture
def frame(book):
    return PropertyNumber(book.property("CCD_FRAME"))


@pytest.fixture
def frame_type(book):
    return PropertySwitch(book.property("CCD_FRAME_TYPE"))


# From any kind to one


@pytest.mark.parametrize(("of", "cls", "getter", "count"), OF_KIND)
def test_a_property_becomes_one_of_its_kind(book, of, cls, getter, count):
    prop = book.property(of.name)
    for typed in (cls(prop), getattr(prop, getter)(), getattr(cls(prop), getter)()):
        assert type(typed) is cls
        assert typed
        assert (typed.getName(), len(typed)) == (of.name, count)


@pytest.mark.parametrize(("of", "cls", "getter", "count"), OF_KIND)
def test_a_property_becomes_none_of_another_kind(book, of, cls, getter, count):
    for other, another, name, _ in OF_KIND:
        if other is not of:
            assert not another(book.property(of.name))
            assert getattr(book.property(of.name), name)() is None


@pytest.mark.parametrize("cls", [Property, *TYPED])
def test_a_property_of_nothing_is_false(cls):
    assert not cls()
    assert not cls(None)
    assert not cls(Property())
    assert cls().sheet is None


def test_any_handle_can_be_made_one_of_any_kind_again(frame):
    assert Property(frame).getName() == "CCD_FRAME"
    assert Property(frame).getNumber()[0].getName() == "X"


# Members


def test_members_come_as_they_were_defined(frame):
    assert [widget.getName() for widget in frame] == ["X", "Y", "WIDTH", "HEIGHT"]
    assert [frame[i].getName() for i in range(len(frame))] == ["X", "Y", "WIDTH", "HEIGHT"]
    assert frame.count() == frame.size() == len(frame) == 4
    assert frame.at(2).getValue() == frame[2].getValue() == 1280.0


def test_updates_and_repetitions_do_not_reorder_members(book, frame):
    turned = FRAME._replace(members=FRAME.members[::-1])
    book.say(update(FRAME, State.OK, HEIGHT=10.0, X=1.0))
    assert [widget.getName() for widget in frame] == ["X", "Y", "WIDTH", "HEIGHT"]
    book.say(turned, update(FRAME, State.OK, Y=5.0))
    assert [frame[i].getName() for i in range(4)] == [widget.getName() for widget in frame]
    assert {widget.getName(): widget.getValue() for widget in frame}["Y"] == 5.0


@pytest.mark.parametrize("index", [4, 5, -1, -4, 100])
def test_there_is_no_member_beyond_the_end_nor_from_the_end(frame, index):
    with pytest.raises(
        IndexError, match=rf"no \[{index}\] in <PropertyNumber CCD Simulator.CCD_FRAME Idle"
    ):
        frame[index]
    with pytest.raises(IndexError):
        frame.at(index)


@pytest.mark.parametrize("index", ["X", None, slice(0, 2)])
def test_members_are_found_by_whole_numbers_alone(frame, index):
    with pytest.raises(TypeError):
        frame[index]


def test_a_property_of_any_kind_has_no_members(book):
    prop = book.property("CCD_FRAME")
    with pytest.raises(TypeError):
        prop[0]
    assert not hasattr(prop, "count")


def test_members_are_found_by_name(frame):
    assert frame.findWidgetByName("WIDTH").getValue() == 1280.0
    assert frame.findWidgetByName("DEPTH") is None
    assert frame.findWidgetIndexByName("WIDTH") == 2
    assert frame.findWidgetIndexByName("DEPTH") == -1


def test_members_stay_while_one_goes_through_them(book, frame):
    seen = []
    for widget in frame:
        book.say(numbers("CCD_FRAME", {"X": 1.0}))
        seen.append(widget.getName())
    assert seen == ["X", "Y", "WIDTH", "HEIGHT"]


def test_a_property_may_have_no_members(book):
    book.say(define(Kind.NUMBER, "NOTHING"))
    nothing = PropertyNumber(book.property("NOTHING"))
    assert nothing
    assert nothing.isEmpty()
    assert (len(nothing), list(nothing)) == (0, [])


# Each kind


@pytest.mark.parametrize(
    ("name", "cls", "members", "count"),
    [
        ("FILTER_NAME", PropertyText, "tp", "ntp"),
        ("CCD_FRAME", PropertyNumber, "np", "nnp"),
        ("CCD_FRAME_TYPE", PropertySwitch, "sp", "nsp"),
        ("WEATHER", PropertyLight, "lp", "nlp"),
        ("CCD1", PropertyBlob, "bp", "nbp"),
    ],
)
def test_members_have_an_attribute_in_old_scripts(book, name, cls, members, count):
    prop = cls(book.property(name))
    listed = getattr(prop, members)
    assert [widget.name for widget in listed] == [widget.name for widget in prop]
    assert getattr(prop, count) == len(listed) == len(prop)


def test_updating_limits_does_nothing(frame):
    frame.updateMinMax()
    assert (frame[0].getMin(), frame[0].getMax()) == (0.0, 2000.0)


def test_switches_are_reset_and_set(book, frame_type):
    frame_type.reset()
    assert [switch.getState() for switch in frame_type] == [0, 0]
    frame_type[1].setState(1)
    assert book.send(frame_type).values == {"FRAME_DARK": True}


def test_the_switch_that_is_on_is_found(frame_type):
    assert frame_type.findOnSwitch().getName() == "FRAME_LIGHT"
    assert (frame_type.findOnSwitchIndex(), frame_type.findOnSwitchName()) == (0, "FRAME_LIGHT")
    assert frame_type.isSwitchOn("FRAME_LIGHT")
    assert not frame_type.isSwitchOn("FRAME_DARK")
    assert not frame_type.isSwitchOn("NO_SUCH")


def test_no_switch_may_be_on(frame_type):
    frame_type.reset()
    assert frame_type.findOnSwitch() is None
    assert (frame_type.findOnSwitchIndex(), frame_type.findOnSwitchName()) == (-1, "")


@pytest.mark.parametrize(
    ("of", "rule", "word"),
    [(FRAME_TYPE, 0, "OneOfMany"), (ABORT, 1, "AtMostOne"), (OPTIONS, 2, "AnyOfMany")],
)
def test_switches_have_a_rule(book, of, rule, word):
    prop = PropertySwitch(book.property(of.name))
    assert (prop.getRule(), prop.r, prop.getRuleAsString()) == (rule, rule, word)


def test_switches_can_be_sent_by_another_rule(book, frame_type):
    frame_type.setRule(2)
    assert frame_type.getRuleAsString() == "AnyOfMany"
    assert book.send(frame_type).values == {"FRAME_LIGHT": True, "FRAME_DARK": False}
    frame_type.r = 0
    assert frame_type.getRule() == 0


def test_a_driver_that_tells_only_the_switch_that_is_on_clears_the_others(book):
    modes = switches("MODES", {"A": True, "B": False, "C": False}, SwitchRule.ONE_OF_MANY)
    book.say(modes, update(modes, State.OK, B=True))
    prop = PropertySwitch(book.property("MODES"))
    assert [switch.s for switch in prop] == [0, 1, 0]


def test_blobs_are_live(book):
    picture = PropertyBlob(book.property("CCD1"))
    book.say(update(IMAGE, State.OK, CCD1=Blob(memoryview(b"hello"), ".txt", 5)))
    assert picture[0].getblobdata() == bytearray(b"hello")
    assert picture.bp[0].bvp.name == "CCD1"


@pytest.mark.parametrize("index", ["RA", slice(1), 0.0, None])
def test_members_are_counted(index):
    with pytest.raises(TypeError, match="findWidgetByName"):
        PropertyNumber()[index]
