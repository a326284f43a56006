import threading

import pytest

from indinb.client.model import MESSAGES_KEPT
from indinb.pyindi.lines import Lines


@pytest.fixture
def lines():
    return Lines()


def test_before_the_first_line_there_is_none(lines):
    assert lines.last == ""
    with pytest.raises(IndexError, match="there is no line 0"):
        lines[0]


def test_lines_are_numbered_from_zero(lines):
    assert [lines.add(word) for word in ("one", "two", "three")] == [0, 1, 2]
    assert [lines[i] for i in range(3)] == ["one", "two", "three"]
    assert lines.last == "three"


@pytest.mark.parametrize("number", [1, -1, 99, "0", None])
def test_a_line_that_is_not_there_is_an_index_error(lines, number):
    lines.add("only one")
    with pytest.raises(IndexError, match="they count from 0"):
        lines[number]


def test_old_lines_are_forgotten_and_numbers_go_on(lines):
    numbers = [lines.add(str(i)) for i in range(MESSAGES_KEPT + 2)]
    assert numbers[-1] == MESSAGES_KEPT + 1
    assert lines[MESSAGES_KEPT + 1] == lines.last == str(MESSAGES_KEPT + 1)
    assert lines[2] == "2"
    with pytest.raises(IndexError):
        lines[1]


def test_lines_may_be_added_by_several_threads(lines):
    numbers = []
    threads = [
        threading.Thread(target=lambda: numbers.extend(lines.add("x") for _ in range(100)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(400))
    assert all(lines[number] == "x" for number in numbers)
