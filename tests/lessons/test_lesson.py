"""What a lesson is made of, and its copies."""

from pathlib import Path

import pytest

from tests.lessons import NOTEBOOKS
from tests.lessons.lesson import Lesson, hurried, lessons, reached, said
from tests.lessons.samples import code, printed, sample, text
from tests.lessons.shape import OBSERVATORY


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return sample(tmp_path)


def test_a_lesson_is_called_like_its_file(lesson: Lesson) -> None:
    assert (repr(lesson), lesson.name, lesson.number) == ("04-sums", "04-sums", "04")


def test_cells_are_of_code_or_of_text(lesson: Lesson) -> None:
    assert len(lesson.code) == 7
    assert len(lesson.code) + len(lesson.texts) == len(lesson.notebook.cells)
    assert [output.output_type for output in lesson.outputs] == [
        "execute_result",
        "display_data",
        "stream",
        "stream",
    ]


def test_exercises_have_question_blank_check_and_solution(lesson: Lesson) -> None:
    first, second = lesson.exercises
    assert first.question.source == "### Exercise 1: What is 4 + 1?"
    assert first.blank.source == "answer = ...  # your answer"
    assert said(first.check) == "Not yet: count again.\n"
    assert (first.solution, second.solution) == ("answer = 4 + 1", "answer = 5 + 1")


@pytest.mark.parametrize(
    "answer",
    [
        "A solution: `answer = 5`",
        "<details><summary>A solution</summary>\n```python\nx\n```\n</details>",
        "<details><summary>A solution</summary>\n\n```\nx\n```\n\n</details>",
    ],
)
def test_what_a_browser_would_not_unfold_is_no_solution(lesson: Lesson, answer: str) -> None:
    lesson.exercises[0].answer.source = answer
    assert lesson.exercises[0].solution is None


def test_an_exercise_that_is_cut_off_is_none(lesson: Lesson) -> None:
    lesson.notebook.cells = lesson.notebook.cells[:-3]
    assert len(lesson.exercises) == 1


def test_what_is_said_is_what_is_printed() -> None:
    assert said(code("x", printed("a"), printed("b"))) == "ab"
    assert said(code("x")) == ""


def test_a_copy_opens_another_observatory(lesson: Lesson) -> None:
    copied = lesson.at(hurried(20))
    (cell,) = copied.tagged("observatory")
    opened = "client = indinb.simulate(speed=20)  # the observatory that is built in"
    assert cell.source.splitlines()[2] == opened
    assert lesson.tagged("observatory")[0].source == OBSERVATORY, "the lesson itself is as it was"


def test_only_the_observatory_cell_is_changed(lesson: Lesson) -> None:
    lesson.notebook.cells.append(text("`indinb.simulate()` starts one."))
    copied = lesson.at(reached("127.0.0.1:7625"))
    assert copied.notebook.cells[-1].source == "`indinb.simulate()` starts one."
    assert 'client = indinb.connect("127.0.0.1:7625")  #' in copied.tagged("observatory")[0].source


def test_solutions_stand_where_blanks_were(lesson: Lesson) -> None:
    sources = [exercise.blank.source for exercise in lesson.solved().exercises]
    assert sources == ["answer = 4 + 1", "answer = 5 + 1"]
    assert lesson.exercises[0].blank.source.startswith("answer = ...")


def test_needs_are_told_by_the_notebook(lesson: Lesson) -> None:
    assert lesson.needs == []
    lesson.notebook.metadata["indinb"] = {"needs": ["stars"]}
    assert lesson.needs == ["stars"]


def test_it_is_saved_where_it_was_or_elsewhere(lesson: Lesson, tmp_path: Path) -> None:
    lesson.notebook.cells.append(text("More."))
    lesson.save(tmp_path / "copy.ipynb")
    assert len(Lesson(lesson.path).notebook.cells) + 1 == len(lesson.notebook.cells)
    lesson.save()
    assert Lesson(lesson.path).notebook == Lesson(tmp_path / "copy.ipynb").notebook


def test_lessons_are_found_by_number_name_and_file(lesson: Lesson) -> None:
    assert [found.name for found in lessons()] == sorted(p.stem for p in NOTEBOOKS.glob("*.ipynb"))
    for name in ("01", "01-first-light"):
        assert [found.name for found in lessons([name])] == ["01-first-light"]
    assert [found.path for found in lessons([str(lesson.path)])] == [lesson.path]


def test_a_lesson_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="no lesson is called '77'; there is 01-first-light"):
        lessons(["77"])
