import numpy as np
import pytest

from indinb.pyindi.checks import checked_number, checked_text, checked_word
from indinb.pyindi.words import BLOB_MODES, STATES


@pytest.mark.parametrize("number", [1, True, np.int64(1), np.uint8(1)])
def test_whole_numbers_of_any_kind_stand_for_words(number):
    assert checked_word(("Off", "On"), number) == "On"


def test_the_error_lists_what_there_is():
    with pytest.raises(ValueError, match="4 stands for nothing here: 0 is Idle, 1 is Ok, 2 is"):
        checked_word(STATES, 4)
    with pytest.raises(ValueError, match="-1 stands for nothing here: 0 is Never, 1 is Also"):
        checked_word(BLOB_MODES, -1)


def test_words_stand_for_themselves():
    assert checked_word(STATES, "Busy") is STATES[2]


@pytest.mark.parametrize("wrong", ["ok", "2", None, 1.0, [1]])
def test_other_things_stand_for_nothing(wrong):
    with pytest.raises(TypeError):
        checked_word(STATES, wrong)


def test_a_text_is_a_text():
    assert checked_text("Red") == "Red"
    assert checked_text("") == ""
    for wrong in (b"Red", 3, None):
        with pytest.raises(TypeError, match="a text is a str, not"):
            checked_text(wrong)


@pytest.mark.parametrize("number", [2, 2.0, np.float32(2), np.int8(2), np.array(2)])
def test_numbers_become_floats(number):
    assert checked_number(number) == 2.0
    assert type(checked_number(number)) is float


@pytest.mark.parametrize("wrong", ["2", b"2", None, [2.0], object()])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(TypeError, match="a number is an int or a float, not"):
        checked_number(wrong)
