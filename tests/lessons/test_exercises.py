"""The solutions that lessons give are right, and their checks say so."""

import pytest

from tests.lessons.lesson import Lesson, hurried, lessons, said
from tests.lessons.running import run


@pytest.mark.parametrize("lesson", lessons(), ids=repr)
def test_solutions_are_right(lesson: Lesson) -> None:
    found = wrong(lesson)
    assert not found, "\n".join(found)


def wrong(lesson: Lesson) -> list[str]:
    """Run a lesson with its solutions, and say which checks are not content."""
    solved = lesson.at(hurried(20)).solved().until_last_check()
    run(solved)
    return [
        f"exercise {number}, with its solution: {said(check) or 'nothing'}"
        for number, check in enumerate(solved.tagged("check"), 1)
        if not said(check).startswith("Right: ")
    ]
