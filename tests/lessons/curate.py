"""Run the lessons, and keep the outputs that a reader wants to see.

Widgets are left out, as no page without a kernel can show them; what stands beside them, a static
table or text, is kept. Cells tagged ``nbval-ignore-output`` are kept for readers, not compared.
"""

import re

import nbformat
from nbformat import NotebookNode

from tests.lessons.lesson import EMBEDDED, WIDGET, Lesson, tags
from tests.lessons.running import run

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

_TABLE_ID = re.compile(r'<table id="table\d+"')


def curate(lesson: Lesson, observatory: str) -> None:
    """Run a lesson at an observatory, and write it with its curated outputs."""
    fresh = lesson.at(observatory)
    run(fresh)
    for cell in fresh.tagged("observatory"):
        cell.source = cell.source.replace(observatory, EMBEDDED)
    tidy(fresh)
    fresh.save()


def tidy(lesson: Lesson) -> None:
    """Leave in a notebook that was run only what readers see, and what each run has the same."""
    facts = lesson.notebook.metadata
    facts = {"indinb": facts.indinb} if "indinb" in facts else {}
    facts |= {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    lesson.notebook.metadata = nbformat.from_dict(facts)
    for number, cell in enumerate(lesson.notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = NotebookNode(tags=tags(cell)) if tags(cell) else NotebookNode()
    for cell in lesson.code:
        cell.outputs = [output for output in map(_tidied, cell.outputs) if shows(output)]


def _tidied(output: NotebookNode) -> NotebookNode:
    """Drop a widget, and the number of a table, which is another in each run."""
    data = output.get("data", {})
    data.pop(WIDGET, None)
    if "text/html" in data:
        data["text/html"] = _TABLE_ID.sub("<table", data["text/html"])
    return output


def shows(output: NotebookNode) -> bool:
    """Tell whether something is left of an output; of a progress bar, there is not."""
    return bool(output.get("data", True))
