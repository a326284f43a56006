import time

import pytest

from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import (
    CCD,
    FRAME,
    MOUNT,
    RADEC,
    TEMPERATURE,
    define,
    delete,
    numbers,
    texts,
    update,
)
from tests.pyindi.books import Book

NAME = "EQUATORIAL_EOD_COORD"


@pytest.fixture
def book():
    return Book(RADEC)


@pytest.fixture
def sheet(book):
    return book.sheet(MOUNT, NAME)


# What drivers tell


def test_a_property_shows_what_its_driver_tells(book, sheet):
    assert sheet.exists
    assert (sheet.value("RA"), sheet.value("DEC")) == (5.5, -12.0)
    book.say(update(RADEC, State.OK, RA=6.0))
    assert (sheet.value("RA"), sheet.state) == (6.0, State.OK)


def test_what_was_never_defined_has_nothing(book):
    nothing = book.sheet(MOUNT, "NO_SUCH")
    assert not nothing.exists
    assert nothing.vector is None
    assert nothing.state is State.ALERT
    assert nothing.value("RA") is None
    assert nothing.fact(None, "label") is None
    assert nothing.fact("RA", "label") is None


def test_a_member_that_is_not_there_has_nothing(sheet):
    assert sheet.value("AZ") is None
    assert sheet.fact("AZ", "label") is None


def test_a_deleted_property_stays_readable(book, sheet):
    book.say(update(RADEC, State.OK, RA=6.0), delete(RADEC))
    assert not sheet.exists
    assert (sheet.value("RA"), sheet.state) == (6.0, State.OK)
    assert sheet.fact("RA", "max") == RADEC.members[0].max


def test_those_who_hear_of_a_deletion_still_find_it(book, sheet):
    book.say(delete(RADEC))
    sheet.is_leaving = True
    assert sheet.exists


def test_a_property_is_found_when_it_comes_back(book, sheet):
    book.say(delete(RADEC), RADEC, update(RADEC, State.BUSY, RA=7.0))
    assert sheet.exists
    assert (sheet.value("RA"), sheet.state) == (7.0, State.BUSY)


def test_a_property_is_found_with_the_next_server(book, sheet):
    book.say(update(RADEC, State.OK, RA=6.0))
    book.restart()
    assert (sheet.exists, sheet.value("RA")) == (False, 6.0)
    book.say(RADEC)
    assert (sheet.exists, sheet.value("RA")) == (True, 5.5)


# What scripts write


def test_what_is_written_is_read_back_but_not_in_the_model(book, sheet):
    sheet.write({"RA": 9.0})
    assert (sheet.value("RA"), sheet.value("DEC")) == (9.0, -12.0)
    assert sheet.edited == {"RA": 9.0}
    assert book.model.vector(MOUNT, NAME)["RA"] == 5.5


def test_updates_do_not_touch_what_was_not_sent_yet(book, sheet):
    sheet.write({"RA": 9.0})
    book.say(update(RADEC, State.OK, RA=5.6, DEC=-12.1))
    sheet.write({"DEC": 40.0})
    book.say(update(RADEC, State.OK, RA=5.7, DEC=-12.2))
    assert (sheet.value("RA"), sheet.value("DEC")) == (9.0, 40.0)


def test_what_was_sent_is_shown_until_the_driver_answers(book, sheet):
    sheet.write({"RA": 9.0})
    sheet.ask()
    assert sheet.edited == {}
    assert sheet.value("RA") == 9.0
    book.say(update(RADEC, State.ALERT))  # refused, and without a value
    assert sheet.value("RA") == 5.5


def test_asking_twice_before_the_answer_shows_both(book, sheet):
    sheet.write({"RA": 9.0})
    sheet.ask()
    sheet.write({"DEC": 40.0})
    sheet.ask()
    assert (sheet.value("RA"), sheet.value("DEC")) == (9.0, 40.0)


def test_what_was_sent_before_the_last_answer_does_not_come_back(book, sheet):
    sheet.write({"RA": 9.0})
    sheet.ask()
    book.say(update(RADEC, State.OK, RA=6.0))
    sheet.write({"DEC": 40.0})
    sheet.ask()
    assert (sheet.value("RA"), sheet.value("DEC")) == (6.0, 40.0)


def test_an_answer_to_what_was_sent_leaves_later_edits(book, sheet):
    sheet.write({"RA": 9.0})
    sheet.ask()
    sheet.write({"RA": 10.0})
    book.say(update(RADEC, State.OK, RA=9.0))
    assert sheet.value("RA") == 10.0


def test_what_could_not_be_sent_waits_to_be_sent(book, sheet):
    sheet.write({"RA": 9.0, "DEC": 40.0})
    sheet.ask()
    sheet.write({"DEC": 41.0})
    sheet.was_not_asked()
    assert sheet.edited == {"RA": 9.0, "DEC": 41.0}
    assert sheet.state is State.IDLE


def test_edits_outlive_a_deletion(book, sheet):
    sheet.write({"RA": 9.0})
    book.say(delete(RADEC), RADEC)
    assert (sheet.value("RA"), sheet.value("DEC")) == (9.0, -12.0)


def test_edits_of_members_that_are_gone_are_of_no_account(book, sheet):
    sheet.write({"RA": 9.0})
    other = numbers(NAME, {"ALT": 30.0, "AZ": 180.0}, device=MOUNT)
    book.say(other)
    assert [sheet.value(member) for member in sheet.vector] == [30.0, 180.0]


# How it is doing


def test_asking_makes_it_busy_on_the_sheet_alone(book, sheet):
    sheet.ask()
    assert sheet.state is State.BUSY
    assert book.model.vector(MOUNT, NAME).state is State.IDLE


@pytest.mark.parametrize("state", State)
def test_the_driver_has_the_last_word(book, sheet, state):
    sheet.ask()
    book.say(update(RADEC, state))
    assert sheet.state is state


def test_a_state_can_be_shown_until_the_driver_tells_one(book, sheet):
    sheet.mark(State.ALERT)
    assert sheet.state is State.ALERT
    book.say(update(RADEC, State.OK))
    assert sheet.state is State.OK


def test_nobody_knows_of_what_was_busy_when_the_server_was_lost(book, sheet):
    book.say(FRAME, update(FRAME, State.BUSY), TEMPERATURE, update(TEMPERATURE, State.OK))
    sheet.ask()
    book.linked = False
    assert sheet.state is State.ALERT
    assert book.sheet(CCD, "CCD_FRAME").state is State.ALERT
    assert book.sheet(CCD, "CCD_TEMPERATURE").state is State.OK


@pytest.mark.parametrize("asked", [True, False])
def test_nobody_knows_of_what_was_busy_when_it_was_deleted(book, sheet, asked):
    if asked:
        sheet.ask()
    else:
        book.say(update(RADEC, State.BUSY))
    book.say(delete(RADEC))
    assert sheet.state is State.ALERT
    sheet.is_leaving = True  # who hears of the deletion sees what was so
    assert sheet.state is State.BUSY


def test_what_was_busy_with_another_server_is_not_before_it_is_defined_again(book, sheet):
    sheet.ask()
    book.restart()
    assert sheet.state is State.ALERT
    book.say(RADEC)
    assert sheet.state is RADEC.state


def test_it_is_known_when_it_was_asked_last(sheet):
    assert sheet.asked_at == 0.0
    before = time.time()
    sheet.ask()
    assert before <= sheet.asked_at <= time.time()


# Labels, limits and the like


def test_facts_are_the_drivers(book, sheet):
    book.say(numbers(NAME, {"RA": 5.5}, 0.0, 24.0, device=MOUNT, group="Main", timeout=30.0))
    assert sheet.fact(None, "group") == "Main"
    assert sheet.fact(None, "timeout") == 30.0
    assert (sheet.fact("RA", "min"), sheet.fact("RA", "max")) == (0.0, 24.0)
    assert sheet.fact("RA", "label") == "Ra"


def test_other_facts_are_shown_for_good(book, sheet):
    sheet.set_fact("RA", "label", "Right ascension")
    sheet.set_fact(None, "label", "Place")
    book.say(update(RADEC, State.OK, RA=6.0), delete(RADEC), RADEC)
    assert sheet.fact("RA", "label") == "Right ascension"
    assert sheet.fact("DEC", "label") == "Dec"
    assert sheet.fact(None, "label") == "Place"


def test_a_property_may_come_back_as_another_kind(book, sheet):
    book.say(texts(NAME, {"RA": "05:30:00"}, device=MOUNT))
    assert sheet.value("RA") == "05:30:00"
    book.say(define(Kind.BLOB, NAME, device=MOUNT))
    assert sheet.value("RA") is None
    assert len(sheet.vector) == 0
    assert sheet.exists


def test_what_was_written_on_another_kind_is_forgotten(book, sheet):
    sheet.write({"RA": 9.0})
    book.say(texts(NAME, {"RA": "05:30:00", "DEC": "-12"}, device=MOUNT))
    assert (sheet.value("RA"), sheet.edited) == ("05:30:00", {})
    sheet.write({"DEC": "+40"})
    sheet.ask()
    assert (sheet.value("RA"), sheet.value("DEC")) == ("05:30:00", "+40")


def test_between_its_deletion_and_the_word_of_it_the_last_values_stay():
    book = Book(RADEC)
    sheet = book.sheet(MOUNT, NAME)
    assert sheet.value("RA") == 5.5
    book.model.apply(delete(RADEC))  # of which nobody has told the sheet yet
    assert (sheet.value("RA"), sheet.state) == (5.5, State.IDLE)
