"""The shape that all lessons have in common: each rule yields what a lesson lacks, in words."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from tests.lessons.comparing import texts
from tests.lessons.lesson import IGNORED, WIDGET, Exercise, Lesson, said, tags

Complaints = Iterator[str]
Rule = Callable[[Lesson], Complaints]

RULES: list[Rule] = []

OBSERVATORY = """\
import indinb

client = indinb.simulate()  # the observatory that is built in
# client = indinb.connect("observatory.local")  # a real one: remove the first "# " of this line"""

LAST = "09"
TAGS = ["observatory", "exercise", "check", IGNORED]
OTHER_TAGS_OF_NBVAL = re.compile(r"nbval-|pytest-|raises-exception|skip-execution")
MOST_LINES = 15
MOST_IGNORED = 4
MOST_KB = 900
PICTURE_KB = {".svg": 12, ".png": 150, ".jpg": 150}
UNWANTED = {
    "a private attribute": r"\w\._[a-z]",
    "a comment for nbval": r"#\s*(NBVAL|PYTEST)_",
}
UNWANTED_IN_OURS = {"time.sleep": r"\bsleep\(", "a magic command": r"^\s*[%!]"}

_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
_NEXT = re.compile(r"Next: \[(\d\d) · .+\]\(([\w-]+\.ipynb)\)")
_BULLET = re.compile(r"^[-*] ", re.MULTILINE)
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def rule(function: Rule) -> Rule:
    """Add a rule."""
    RULES.append(function)
    return function


@rule
def title_has_number_and_name(lesson: Lesson) -> Complaints:
    """As in "# 04 · Taking pictures"."""
    first = lesson.notebook.cells[0]
    if first.cell_type != "markdown" or not re.match(rf"# {lesson.number} · \S", first.source):
        yield f'the first cell is text and begins with "# {lesson.number} · " and the name'


@rule
def welcome_tells_what_is_learned(lesson: Lesson) -> Complaints:
    """A list of three to six, how long it takes, and a picture."""
    welcome = lesson.notebook.cells[0].source
    before, promise, learned = welcome.partition("In this lesson you will")
    if not promise:
        yield 'the first cell says "In this lesson you will"'
    if not before.partition("\n")[2].strip():
        yield "a sentence or two of welcome stand between title and list"
    if not 3 <= len(_BULLET.findall(learned)) <= 6:
        yield "the first cell lists three to six things that one will learn"
    if not re.search(r"\bminutes\b", welcome):
        yield "the first cell says how many minutes the lesson takes"
    if not _PICTURE.search(welcome):
        yield "the first cell has a picture"


@rule
def observatory_is_the_same_everywhere(lesson: Lesson) -> Complaints:
    """One cell, byte by byte, under its heading."""
    found = [cell.source for cell in lesson.tagged("observatory")]
    if found != [OBSERVATORY]:
        yield f'one cell is tagged "observatory", and is exactly:\n{OBSERVATORY}'
    if "The observatory" not in headings(lesson):
        yield 'the observatory cell has the heading "## The observatory"'


@rule
def drawn_pictures_are_there(lesson: Lesson) -> Complaints:
    """In notebooks/pictures, light, and with words for those who don't see them."""
    for alt, target in pictures(lesson):
        path = lesson.path.parent / target
        if not re.fullmatch(rf"pictures/{lesson.number}-[\w-]+\.(svg|png|jpg)", target):
            yield f"{target} is called pictures/{lesson.number}-name.svg, .png or .jpg"
        elif not path.is_file():
            yield f"{target} is not there"
        elif path.stat().st_size > PICTURE_KB[path.suffix] * 1000:
            yield f"{target} has at most {PICTURE_KB[path.suffix]} kB"
        if len(alt.split()) < 3:
            yield f"{target} has an alt text of some words, not {alt!r}"


@rule
def cells_show_pictures(lesson: Lesson) -> Complaints:
    """At least one, stored; a lesson about other things has two drawn ones instead."""
    shown = any(kind.startswith("image/") for o in lesson.outputs for kind in o.get("data", {}))
    if not shown and len(pictures(lesson)) < 2:
        yield "a cell of code has shown a picture, which is stored; or the texts have two"


@rule
def exercises_have_four_cells(lesson: Lesson) -> Complaints:
    """Two exercises at least: question, blank, check and solution."""
    for number, exercise in enumerate(lesson.exercises, 1):
        yield from (f"exercise {number}: {what}" for what in _wrong(number, exercise))
    if len(lesson.exercises) < 2:
        yield 'at least two cells are tagged "exercise"'
    for tag in ("exercise", "check"):
        if len(lesson.tagged(tag)) != len(lesson.exercises):
            yield f'cells tagged "{tag}" stand in exercises: question, exercise, check, solution'


def _wrong(number: int, exercise: Exercise) -> Complaints:
    if not re.search(rf"^### Exercise {number}: \S", exercise.question.source, re.MULTILINE):
        yield f'the cell before it has the heading "### Exercise {number}: …"'
    if tags(exercise.blank) != ["exercise"]:
        yield 'the cell with the blank has no tag besides "exercise"'
    if "check" not in tags(exercise.check) or exercise.check.cell_type != "code":
        yield 'the cell after it is code, tagged "check"'
    if exercise.answer.cell_type != "markdown" or exercise.solution is None:
        yield (
            "the cell after its check is <details><summary>A solution</summary>, an empty line, "
            "one ```python block, an empty line, and </details>"
        )


@rule
def checks_say_not_yet(lesson: Lesson) -> Complaints:
    """As stored, while the blank is there; and no traceback."""
    for number, exercise in enumerate(lesson.exercises, 1):
        if not said(exercise.check).startswith("Not yet: "):
            yield f'the stored output of the check of exercise {number} begins with "Not yet: "'


@rule
def ends_at_a_real_telescope(lesson: Lesson) -> Complaints:
    """With the last heading."""
    if headings(lesson)[-1:] != ["At a real telescope"]:
        yield 'the last heading is "## At a real telescope"'


@rule
def leads_to_the_next(lesson: Lesson) -> Complaints:
    """By the last line, except from the last lesson."""
    last = lesson.notebook.cells[-1].source.rstrip().rpartition("\n")[2]
    found = _NEXT.fullmatch(last)
    if lesson.number == LAST:
        if found:
            yield "nothing comes after the last lesson"
        return
    following = f"{int(lesson.number) + 1:02d}"
    if not found or found[1] != following or not found[2].startswith(following):
        yield f'the last line is "Next: [{following} · Its name]({following}-its-name.ipynb)"'
    elif not (lesson.path.parent / found[2]).is_file():
        yield f"{found[2]}, to which the last line leads, is not there"


@rule
def file_is_curated(lesson: Lesson) -> Complaints:
    """By ``python -m tests.lessons curate``: run from first to last, without widgets and noise."""
    metadata = lesson.notebook.metadata
    if set(metadata) - {"indinb"} != {"kernelspec", "language_info"}:
        yield "the metadata are kernelspec, language_info and perhaps indinb"
    if metadata.get("kernelspec", {}).get("name") != "python3":
        yield 'its kernel is "python3"'
    if any(WIDGET in output.get("data", {}) for output in lesson.outputs):
        yield "no output is a widget"
    counts = [cell.execution_count for cell in lesson.code]
    if counts != list(range(1, len(counts) + 1)):
        yield f"its cells were run in order, once: 1 to {len(counts)}"
    if any(_ADDRESS.search(text) for cell in lesson.code for text in texts(cell)):
        yield "no output shows a place in memory, as in <Line2D at 0x7f...>"


@rule
def nothing_goes_wrong(lesson: Lesson) -> Complaints:
    """Neither errors nor warnings are stored."""
    for output in lesson.outputs:
        if output.output_type == "error":
            yield f"a cell ends with {output.ename}: {output.evalue}"
        if output.get("name") == "stderr":
            yield f"a cell warns: {output.text[:200]}"


@rule
def code_is_short_and_plain(lesson: Lesson) -> Complaints:
    """Fit to be copied to a telescope; the last lesson quotes scripts that were written before."""
    unwanted = UNWANTED if lesson.number == LAST else UNWANTED | UNWANTED_IN_OURS
    for cell in lesson.code:
        head = cell.source.partition("\n")[0]
        if len(re.findall(r"\S.*", cell.source)) > MOST_LINES:
            yield f"the cell of {head!r} has at most {MOST_LINES} lines that are not empty"
        for what, pattern in unwanted.items():
            if re.search(pattern, cell.source, re.MULTILINE):
                yield f"the cell of {head!r} has {what}"


@rule
def tags_are_few_and_known(lesson: Lesson) -> Complaints:
    """A tag that is misspelt would do nothing, and nobody would see it."""
    for tag in sorted({tag for cell in lesson.notebook.cells for tag in tags(cell)} - set(TAGS)):
        if OTHER_TAGS_OF_NBVAL.match(tag):
            yield f"no cell has the tag {tag!r}: all run, and end without an error"
        elif meant := get_close_matches(tag, TAGS):
            yield f"the tag {tag!r} is spelt {meant[0]!r}"
    if (ignored := len(lesson.tagged(IGNORED))) > MOST_IGNORED:
        yield f"at most {MOST_IGNORED} cells have the tag {IGNORED}, not {ignored}"


@rule
def file_is_light(lesson: Lesson) -> Complaints:
    """So that it opens at once, and git remembers it gladly."""
    if (size := lesson.path.stat().st_size) > MOST_KB * 1000:
        yield f"the file has at most {MOST_KB} kB, not {size // 1000}: make figures smaller"


def headings(lesson: Lesson) -> list[str]:
    """Return the headings of its sections."""
    return [found for cell in lesson.texts for found in _HEADING.findall(cell.source)]


def pictures(lesson: Lesson) -> list[tuple[str, str]]:
    """Return alt text and target of each picture in its texts."""
    return [found for cell in lesson.texts for found in _PICTURE.findall(cell.source)]
