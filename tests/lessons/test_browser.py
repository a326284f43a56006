"""Each lesson, solved, in a real JupyterLab: all that it shows is seen, and checks are content."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.lab import Lab
from tests.lessons.conftest import Opening
from tests.lessons.lesson import WIDGET as VIEW
from tests.lessons.lesson import Lesson, hurried, lessons
from tests.lessons.opened import ARTIFACTS, lay_out

NOT_THERE = "![Rings of Saturn](pictures/not-there.svg)"
NO_MODEL = json.dumps({VIEW: {"model_id": "gone", "version_major": 2, "version_minor": 0}})
NO_CODE = "<details><summary>A solution</summary>\n\nThink of it.\n\n</details>"
SOLUTION = "<details><summary>A solution</summary>\n\n```python\n1 + 1\n```\n\n</details>"
BLANK = """\
import io
from IPython.display import Image, display
from PIL import Image as Pictures
file = io.BytesIO()
Pictures.new("RGB", (200, 100), "white").save(file, "PNG")
display(Image(file.getvalue()))"""
WIDGET = "import ipywidgets\nipywidgets.Label('a widget of some length')"
EMPTY = "ipywidgets.Box()"
SCRIPT = "from IPython.display import HTML\nHTML('<img src=x onerror=\"undefinedFunction()\">')"
KILL = "import os\nos.kill(os.getpid(), 9)"


def write(lab: Lab, name: str, *cells: nbformat.NotebookNode) -> str:
    """Make a notebook in the lab's folder, and return its name."""
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = new_notebook(cells=list(cells), metadata={"kernelspec": kernel})
    nbformat.write(notebook, lab.folder / f"{name}.ipynb")
    return f"{name}.ipynb"


@pytest.mark.parametrize("lesson", lessons(), ids=repr)
def test_all_of_a_lesson_is_seen(lesson: Lesson, lessons_lab: Lab, open_lesson: Opening) -> None:
    lay_out(lesson.at(hurried(20)).solved(), lessons_lab.folder)
    opened = open_lesson(lesson.path.name)
    opened.run()
    assert opened.troubles() == []
    assert list((ARTIFACTS / lesson.name).glob("*.png")), "it shows nothing"


def test_what_is_wrong_is_found(lessons_lab: Lab, open_lesson: Opening) -> None:
    failing = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    display = f"display({NO_MODEL}, raw=True)"
    cells = [
        new_markdown_cell(NOT_THERE),
        *map(new_code_cell, (BLANK, WIDGET, EMPTY, display, SCRIPT)),
        *map(new_markdown_cell, (SOLUTION, NO_CODE)),
        new_code_cell("print('Right: so it is.')", metadata={"tags": ["check"]}),
        new_code_cell("print('Not yet.')", metadata={"tags": ["check"]}),
        failing,
        new_code_cell("1 / 0"),
        new_code_cell("'never'"),
    ]
    lesson = open_lesson(write(lessons_lab, "broken", *cells))
    lesson.run()
    found = lesson.troubles()
    assert found[:8] == [
        "ZeroDivisionError: division by zero, in: 1 / 0",
        "not run to its end: 'never'",
        "exercise 2, with its solution: Not yet.\n",
        "widget 2: blank",
        "widget 3: Error displaying widget: model not found",
        "picture 1: Rings of Saturn is not there",
        "picture 2: blank",
        "solution 2: no code when it is opened",
    ]
    assert {words for words in found[8:] if "404" not in words} == {
        "the page: undefinedFunction is not defined",
        "the page: Error: widget model not found",
    }


def test_a_kernel_that_dies_is_found(lessons_lab: Lab, open_lesson: Opening) -> None:
    cells = map(new_code_cell, (WIDGET, KILL, "'never'"))
    lesson = open_lesson(write(lessons_lab, "dead", *cells))
    lesson.run()
    found = lesson.troubles()
    assert {"not run to its end: import os", "not run to its end: 'never'"} <= set(found)
