"""The lesson that leads from PyIndi-Client to indinb: what it says of its own cells."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

LESSON = Path(__file__).parents[2] / "notebooks" / "09-from-pyindi-client.ipynb"
STEPS = ["devices", "connect", "number", "switch", "callback", "picture", "slew", "series"]


def sources(*tags: str) -> list[str]:
    """Return the code of the cells that have all of these tags."""
    cells = nbformat.read(LESSON, as_version=4).cells
    return [cell.source for cell in cells if set(tags) <= set(cell.metadata.get("tags", []))]


def lines(source: str) -> int:
    """Count lines, without those that are empty, a comment, an import or a magic."""
    told = [line.strip() for line in source.splitlines()]
    return sum(not re.match(r"$|#|%|import |from |\"\"\"", line) for line in told)


def counted(side: str) -> list[int]:
    return [sum(map(lines, sources(side, step))) for step in STEPS]


def in_the_plot(name: str) -> object:
    """Return a list that the cell with the plot has in it."""
    (cell,) = (source for source in sources() if source.startswith("steps = "))
    assignments = [node for node in ast.parse(cell).body if isinstance(node, ast.Assign)]
    (found,) = (node.value for node in assignments if ast.unparse(node.targets[0]) == name)
    return ast.literal_eval(found)


def test_lines_are_counted_without_what_is_no_step() -> None:
    assert lines('%%writefile x.py\nimport time\n\n# so\na = 1\n"""So."""\nif a:\n    b = 2') == 3


def test_the_plot_is_of_these_steps() -> None:
    assert in_the_plot("steps") == STEPS


@pytest.mark.parametrize("side", ["theirs", "ours"])
def test_the_plot_shows_as_many_lines_as_there_are(side: str) -> None:
    assert in_the_plot(side) == counted(side)


@pytest.mark.parametrize("step", STEPS)
def test_each_step_stands_in_both_ways(step: str) -> None:
    assert sources("theirs", step)
    assert sources("ours", step)


def test_scripts_know_nothing_of_indinb() -> None:
    """But for how they are imported, they are what PyIndi-Client would run."""
    for source in sources("theirs", "devices"):
        assert "indinb" not in source
