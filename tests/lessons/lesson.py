"""A lesson: a notebook with an observatory, exercises, checks and solutions."""

import copy
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from tests.lessons import NOTEBOOKS

EMBEDDED = "indinb.simulate()"
"""What opens the observatory of a lesson; copies have another one in its place."""

IGNORED = "nbval-ignore-output"
WIDGET = "application/vnd.jupyter.widget-view+json"

_SOLUTION = re.compile(
    r"<details><summary>A solution</summary>\n\n```python\n(.+?)\n```\n\n</details>", re.DOTALL
)


class Exercise(NamedTuple):
    """The four cells of an exercise."""

    question: NotebookNode
    blank: NotebookNode
    check: NotebookNode
    answer: NotebookNode

    @property
    def solution(self) -> str | None:
        """The code that can replace the blank; None if the answer is not written as it should."""
        found = _SOLUTION.fullmatch(self.answer.source.strip())
        return found[1] if found else None


class Lesson:
    """A notebook of the course.

    Parameters
    ----------
    path : Path
        Where it is.
    notebook : NotebookNode, optional
        What it holds, if that is not what is in the file.
    """

    def __init__(self, path: Path, notebook: NotebookNode | None = None) -> None:
        self.path = path
        self.notebook = notebook or nbformat.read(path, as_version=4)

    def __repr__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """How it is called, as in "04-taking-pictures"."""
        return self.path.stem

    @property
    def number(self) -> str:
        """Its place in the course, as in "04"."""
        return self.name[:2]

    @property
    def needs(self) -> list[str]:
        """What it needs that not every observatory has, such as "stars"."""
        return list(self.notebook.metadata.get("indinb", {}).get("needs", []))

    @cached_property
    def code(self) -> list[NotebookNode]:
        """Its cells of code."""
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    @cached_property
    def texts(self) -> list[NotebookNode]:
        """Its cells of text."""
        return [cell for cell in self.notebook.cells if cell.cell_type == "markdown"]

    @property
    def outputs(self) -> Iterator[NotebookNode]:
        """What its cells have shown."""
        return (output for cell in self.code for output in cell.outputs)

    @property
    def exercises(self) -> list[Exercise]:
        """Its exercises, whatever the four cells of each are."""
        cells = self.notebook.cells
        places = [place for place, cell in enumerate(cells) if "exercise" in tags(cell)]
        fours = [cells[place - 1 : place + 3] for place in places if place > 0]
        return [Exercise(*four) for four in fours if len(four) == 4]

    def tagged(self, tag: str) -> list[NotebookNode]:
        """Return the cells that bear a tag."""
        return [cell for cell in self.notebook.cells if tag in tags(cell)]

    def at(self, observatory: str) -> "Lesson":
        """Return a copy that opens another observatory, by this expression of Python."""
        lesson = Lesson(self.path, copy.deepcopy(self.notebook))
        for cell in lesson.tagged("observatory"):
            cell.source = cell.source.replace(EMBEDDED, observatory)
        return lesson

    def solved(self) -> "Lesson":
        """Return a copy in which solutions stand where blanks were."""
        lesson = Lesson(self.path, copy.deepcopy(self.notebook))
        for exercise in lesson.exercises:
            exercise.blank.source = exercise.solution or exercise.blank.source
        return lesson

    def save(self, path: Path | None = None) -> None:
        """Write it, to its own file by default."""
        nbformat.write(self.notebook, path or self.path)


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))


def said(cell: NotebookNode) -> str:
    """Return what a cell of code has printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def hurried(speed: float) -> str:
    """Return what opens the embedded observatory with a clock that runs faster."""
    return f"indinb.simulate(speed={speed:g})"


def reached(address: str) -> str:
    """Return what opens the observatory behind an INDI server."""
    return f'indinb.connect("{address}")'


def lessons(names: Iterable[str] = ()) -> list[Lesson]:
    """Return the lessons of these names, numbers or files; all of them by default.

    Raises
    ------
    ValueError
        If there is none of a name.
    """
    found = [path for name in names for path in _files(name)] or sorted(NOTEBOOKS.glob("*.ipynb"))
    return [Lesson(path) for path in found]


def _files(name: str) -> list[Path]:
    if name.endswith(".ipynb"):
        return [Path(name)]
    if found := sorted(NOTEBOOKS.glob(f"{name}*.ipynb")):
        return found
    known = ", ".join(path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb")))
    raise ValueError(f"no lesson is called {name!r}; there is {known}")
