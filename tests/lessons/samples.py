"""A small lesson that is as it should be, for tests that spoil it."""

import base64
import io
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from numpy.typing import NDArray
from PIL import Image

from tests.lessons.curate import tidy
from tests.lessons.lesson import Lesson
from tests.lessons.shape import OBSERVATORY

WELCOME = """\
# {number} · Sums

Numbers are everywhere. Here are some.

In this lesson you will

- add,
- subtract,
- and multiply.

It takes about 5 minutes.

![Two apples and two more](pictures/{number}-apples.svg)"""

SOLUTION = """\
<details><summary>A solution</summary>

```python
{code}
```

</details>"""

END = """\
## At a real telescope

- Numbers are the same there.

Next: [{number} · Products]({number}-products.ipynb)"""

CHECK = """\
if answer == {right}:
    print("Right: well counted.")
else:
    print("Not yet: count again.")"""


def sample(folder: Path, number: int = 4) -> Lesson:
    """Write a lesson with all that it needs, which is as it should be."""
    (folder / "pictures").mkdir()
    (folder / "pictures" / f"{number:02d}-apples.svg").write_text("<svg/>")
    (folder / f"{number + 1:02d}-products.ipynb").touch()
    lesson = Lesson(folder / f"{number:02d}-sums.ipynb", _notebook(number))
    for count, cell in enumerate(lesson.code, 1):
        cell.execution_count = count
    tidy(lesson)
    lesson.save()
    return lesson


def _notebook(number: int) -> NotebookNode:
    cells = [
        text(WELCOME.format(number=f"{number:02d}")),
        text("## The observatory\n\nHere it is."),
        code(OBSERVATORY, tag="observatory"),
        text("## A sum"),
        code("2 + 2", new_output("execute_result", {"text/plain": "4"}, execution_count=2)),
        code("show()", new_output("display_data", {"image/png": png(np.zeros((8, 8)))})),
        *_exercise(1, 5),
        *_exercise(2, 6),
        text(END.format(number=f"{number + 1:02d}")),
    ]
    return new_notebook(cells=cells)


def _exercise(number: int, right: int) -> list[NotebookNode]:
    return [
        text(f"### Exercise {number}: What is {right - 1} + 1?"),
        code("answer = ...  # your answer", tag="exercise"),
        code(CHECK.format(right=right), printed("Not yet: count again.\n"), tag="check"),
        text(SOLUTION.format(code=f"answer = {right - 1} + 1")),
    ]


def runnable(folder: Path, *sources: str) -> Lesson:
    """Write a lesson of some cells of code that need no observatory."""
    notebook = new_notebook(cells=[code(source) for source in sources])
    nbformat.write(notebook, folder / "01-few.ipynb")
    return Lesson(folder / "01-few.ipynb")


def text(source: str) -> NotebookNode:
    """Make a cell of text."""
    return new_markdown_cell(source)


def code(source: str, *outputs: NotebookNode, tag: str | None = None) -> NotebookNode:
    """Make a cell of code that has shown something."""
    cell = new_code_cell(source, outputs=list(outputs))
    if tag:
        cell.metadata.tags = [tag]
    return cell


def printed(words: str, name: str = "stdout") -> NotebookNode:
    """Make the output of a print."""
    return new_output("stream", name=name, text=words)


def png(grey: NDArray[np.float64]) -> str:
    """Make a picture as a notebook holds it; white is 1."""
    file = io.BytesIO()
    Image.fromarray(np.uint8(grey * 255)).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()
