"""TRAPS.md tells which test proves that a trap of INDI is not stepped into: each must be there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = Path(__file__).with_name("TRAPS.md").read_text("utf-8").splitlines()
HEAD, _, *ROWS = [[cell.strip() for cell in line.split(" | ")] for line in LINES if "|" in line]
LISTED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", "\n".join(LINES))))


@cache
def _functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "name"), LISTED)
def test_each_test_is_there(file: str, name: str) -> None:
    assert name in _functions_of(file)


def test_every_trap_has_a_test() -> None:
    assert HEAD == ["| instrument", "trap", "tests |"]
    assert len(ROWS) > 150
    assert [row for row in ROWS if len(row) != 3 or "::test_" not in row[2]] == []
