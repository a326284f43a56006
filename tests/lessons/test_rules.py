"""Every rule on the shape of lessons finds what breaks it, and nothing in what is right."""

from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat.v4 import new_output

from tests.lessons import shape
from tests.lessons.lesson import IGNORED, WIDGET, Lesson
from tests.lessons.samples import code, printed, sample
from tests.lessons.shape import RULES, Rule

Spoil = Callable[[Lesson], object]


def replaced(old: str, new: str) -> Spoil:
    """Replace words wherever they are."""

    def spoil(lesson: Lesson) -> None:
        for cell in lesson.notebook.cells:
            cell.source = cell.source.replace(old, new)

    return spoil


def shown(**output: object) -> Spoil:
    """Let the first cell of code have shown something else."""
    return lambda lesson: lesson.code[0].outputs.append(new_output(**output))


def tagged(*tags: str) -> Spoil:
    """Add tags to a cell."""
    return lambda lesson: lesson.code[1].metadata.update(tags=list(tags))


def added(source: str) -> Spoil:
    """Add a cell of code before the last cell."""
    return lambda lesson: lesson.notebook.cells.insert(-1, code(source))


def told(lesson: Lesson) -> dict[str, list[str]]:
    """Return all complaints, by the names of their rules."""
    found = {rule.__name__: list(rule(lesson)) for rule in RULES}
    return {name: complaints for name, complaints in found.items() if complaints}


@pytest.mark.parametrize("number", [1, 4, 9])
def test_nothing_is_said_against_a_good_lesson(tmp_path: Path, number: int) -> None:
    lesson = sample(tmp_path, number)
    if number == 9:
        replaced("\n\nNext: [10 · Products](10-products.ipynb)", "")(lesson)
    assert told(lesson) == {}


SPOILT: list[tuple[Rule, Spoil, str]] = [
    (shape.title_has_number_and_name, replaced("# 04 ·", "# 4 ·"), 'begins with "# 04 · "'),
    (shape.title_has_number_and_name, lambda lesson: lesson.notebook.cells.pop(0), "is text"),
    (shape.welcome_tells_what_is_learned, replaced("In this lesson you will", "We"), "In this"),
    (shape.welcome_tells_what_is_learned, replaced("- subtract,\n", ""), "three to six things"),
    (shape.welcome_tells_what_is_learned, replaced("5 minutes", "long"), "how many minutes"),
    (shape.welcome_tells_what_is_learned, replaced("![Two", "[Two"), "has a picture"),
    (
        shape.welcome_tells_what_is_learned,
        replaced("Numbers are everywhere. Here are some.", ""),
        "a sentence or two",
    ),
    (
        shape.observatory_is_the_same_everywhere,
        replaced("simulate()  #", "simulate() #"),
        "is exactly:\nimport indinb",
    ),
    (
        shape.observatory_is_the_same_everywhere,
        lambda lesson: lesson.tagged("observatory")[0].metadata.pop("tags"),
        'one cell is tagged "observatory"',
    ),
    (shape.observatory_is_the_same_everywhere, replaced("## The obs", "## Our obs"), "heading"),
    (shape.drawn_pictures_are_there, replaced("-apples.svg", "-pears.svg"), "is not there"),
    (shape.drawn_pictures_are_there, replaced("Two apples and two more", "apples"), "alt text"),
    (shape.drawn_pictures_are_there, replaced("pictures/04", "pictures/05"), "04-name.svg"),
    (
        shape.drawn_pictures_are_there,
        lambda lesson: (lesson.path.parent / "pictures/04-apples.svg").write_text(13 * 1000 * "x"),
        "at most 12 kB",
    ),
    (shape.cells_show_pictures, lambda lesson: lesson.code[2].outputs.clear(), "or the texts"),
    (shape.exercises_have_four_cells, replaced("### Exercise 2", "### Exercise"), "exercise 2: "),
    (shape.exercises_have_four_cells, replaced("```python", "```"), "<details>"),
    (shape.exercises_have_four_cells, replaced("</details>", ""), "one ```python block"),
    (
        shape.exercises_have_four_cells,
        lambda lesson: lesson.exercises[1].blank.metadata.pop("tags"),
        "at least two",
    ),
    (
        shape.exercises_have_four_cells,
        lambda lesson: lesson.exercises[1].check.metadata.pop("tags"),
        'code, tagged "check"',
    ),
    (shape.exercises_have_four_cells, tagged("check"), 'tagged "check" stand in exercises'),
    (
        shape.exercises_have_four_cells,
        lambda lesson: lesson.exercises[0].blank.metadata.tags.append(IGNORED),
        'no tag besides "exercise"',
    ),
    (
        shape.checks_say_not_yet,
        lambda lesson: lesson.exercises[1].check.update(outputs=[printed("Right: so.")]),
        "exercise 2",
    ),
    (
        shape.ends_at_a_real_telescope,
        replaced("Next: ", "## And more\n\nNext: "),
        "the last heading is",
    ),
    (shape.leads_to_the_next, replaced("05-products.ipynb", "05-gone.ipynb"), "is not there"),
    (shape.leads_to_the_next, replaced("[05 ·", "[06 ·"), "Next: [05 · Its name]"),
    (shape.leads_to_the_next, replaced("Next: ", "Then: "), "the last line is"),
    (shape.file_is_curated, shown(output_type="display_data", data={WIDGET: {}}), "a widget"),
    (
        shape.file_is_curated,
        shown(output_type="stream", text="<Line2D at 0x7f62>"),
        "a place in memory",
    ),
    (
        shape.file_is_curated,
        lambda lesson: lesson.notebook.metadata.update(widgets={}),
        "metadata are",
    ),
    (
        shape.file_is_curated,
        lambda lesson: lesson.notebook.metadata.kernelspec.update(name="conda"),
        "its kernel",
    ),
    (
        shape.file_is_curated,
        lambda lesson: lesson.code[3].update(execution_count=17),
        "in order, once: 1 to 7",
    ),
    (
        shape.nothing_goes_wrong,
        shown(output_type="error", ename="Refused", evalue="it is parked", traceback=[]),
        "Refused: it is parked",
    ),
    (
        shape.nothing_goes_wrong,
        shown(output_type="stream", name="stderr", text="careful"),
        "warns: careful",
    ),
    (shape.code_is_short_and_plain, added("x = 1\n" * 16), "at most 15 lines"),
    (shape.code_is_short_and_plain, added("import time\n\ntime.sleep(1)"), "time.sleep"),
    (shape.code_is_short_and_plain, added("%matplotlib inline"), "a magic command"),
    (shape.code_is_short_and_plain, added("!pip install indinb"), "a magic command"),
    (shape.code_is_short_and_plain, added("client._model"), "a private attribute"),
    (shape.code_is_short_and_plain, added("# NBVAL_SKIP\nx = 1"), "a comment for nbval"),
    (shape.tags_are_few_and_known, tagged("excercise"), "'excercise' is spelt 'exercise'"),
    (shape.tags_are_few_and_known, tagged("nbval-skip"), "no cell has the tag 'nbval-skip'"),
    (shape.tags_are_few_and_known, tagged("raises-exception"), "end without an error"),
    (
        shape.tags_are_few_and_known,
        lambda lesson: [cell.metadata.update(tags=[IGNORED]) for cell in lesson.code],
        "at most 4 cells",
    ),
    (
        shape.file_is_light,
        lambda lesson: lesson.path.write_text(901_000 * " "),
        "at most 900 kB, not 901",
    ),
]


@pytest.mark.parametrize(("rule", "spoil", "words"), SPOILT)
def test_what_is_wrong_is_told(tmp_path: Path, rule: Rule, spoil: Spoil, words: str) -> None:
    lesson = sample(tmp_path)
    spoil(lesson)
    lesson = Lesson(lesson.path, lesson.notebook)
    assert words in "\n".join(rule(lesson))


def test_every_rule_can_fail() -> None:
    assert {rule for rule, *_ in SPOILT} == set(RULES)


def test_the_last_lesson_quotes_scripts_that_sleep(tmp_path: Path) -> None:
    lesson = sample(tmp_path, number=9)
    added("%%writefile script.py\nimport time\n\ntime.sleep(1)")(lesson)
    assert not list(shape.code_is_short_and_plain(Lesson(lesson.path, lesson.notebook)))
    assert list(shape.leads_to_the_next(lesson)) == ["nothing comes after the last lesson"]


def test_what_writers_tag_for_themselves_is_theirs(tmp_path: Path) -> None:
    lesson = sample(tmp_path)
    tagged("slew", "theirs")(lesson)
    assert not list(shape.tags_are_few_and_known(lesson))


def test_two_drawn_pictures_do_where_nothing_is_photographed(tmp_path: Path) -> None:
    lesson = sample(tmp_path)
    lesson.code[2].outputs.clear()
    replaced("![Two", "![Two apples](pictures/04-apples.svg)\n\n![Two")(lesson)
    assert not list(shape.cells_show_pictures(lesson))
