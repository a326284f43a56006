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
SIMULATE = "indinb.simulate()"
HURRIED = "indinb.simulate(speed=20)"


def curate(path: Path) -> None:
    """Run one lesson in a hurry, and write it with its curated outputs."""
    notebook = nbformat.read(path, as_version=4)
    replaced(notebook, SIMULATE, HURRIED)
    NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}).execute()
    replaced(notebook, HURRIED, SIMULATE)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [without_widget(output) for output in cell.outputs]
    nbformat.write(notebook, path)


def replaced(notebook: nbformat.NotebookNode, old: str, new: str) -> None:
    """Replace words of the cell that says which observatory is meant."""
    for cell in notebook.cells:
        if "observatory" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace(old, new)


def without_widget(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Drop a widget from an output; what stands beside it stays."""
    output.get("data", {}).pop(WIDGET, None)
    return output


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(map(str, LESSONS.glob("*.ipynb"))):
        curate(Path(name))
