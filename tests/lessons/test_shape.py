"""Each lesson has the shape that all have in common."""

import pytest

from tests.lessons.lesson import Lesson, lessons
from tests.lessons.shape import RULES, Rule

LESSONS = lessons()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("lesson", LESSONS, ids=repr)
def test_it_has_the_shape_of_a_lesson(lesson: Lesson, rule: Rule) -> None:
    wrong = list(rule(lesson))
    assert not wrong, "\n".join([f"{lesson}: this should be true:", *wrong])
