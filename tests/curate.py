"""Run the lessons and keep the outputs that a reader wants to see: ``python -m tests.curate``.

Widgets are left out, as no page without a kernel can show them; what stands beside them, a static
table or text, is kept. Cells tagged ``nbval-ignore-output`` are kept for readers, not compared.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

LESSONS = Path(__file__).parents[1] / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"


def curate(path: Path) -> None:
    """Run one lesson, and write it with its curated outputs."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}).execute()
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(without_widget, cell.outputs) if output]
    nbformat.write(notebook, path)


def without_widget(output: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    """Drop a widget from an output; nothing is left of one that has only a name beside it."""
    data = output.get("data", {})
    if WIDGET in data:
        del data[WIDGET]
        if set(data) == {"text/plain"}:
            return None
    return output


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(map(str, LESSONS.glob("*.ipynb"))):
        curate(Path(name))
