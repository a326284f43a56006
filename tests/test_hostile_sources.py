"""Nothing in the package could run a text, whoever wrote it."""

import ast
import re
from pathlib import Path

import pytest

import indinb

PACKAGE = Path(indinb.__file__).parent
PYTHON = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(PACKAGE.rglob("*.js"))
STYLES = sorted(PACKAGE.rglob("*.css"))

RUNNER = PACKAGE / "pyindi" / "__main__.py"  # runs the script that is named at its start
CALLS = {"eval", "exec", "compile", "__import__", "system", "popen"}
MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml"}
METHODS = {"format_map", "vformat"}  # whose format could come from elsewhere
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser"
    r"|setHTML|srcdoc|\beval\(|new Function|Function\(|set(?:Timeout|Interval)\(\s*[\"'`]"
    r"|javascript:|import\(|\.html\("
)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_there_is_something_to_look_at():
    assert len(PYTHON) > 40
    assert {"panel.js", "progress.js"} <= {path.name for path in SCRIPTS}


@pytest.mark.parametrize("path", [path for path in PYTHON if path != RUNNER], ids=name_of)
def test_python_runs_and_unpickles_no_text(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                assert name not in CALLS
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile")):
                pass
            case ast.Call(func=ast.Attribute(attr=name)):
                assert name not in CALLS | METHODS
            case ast.Import(names=names):
                assert {alias.name.split(".")[0] for alias in names} & MODULES == set()
            case ast.ImportFrom(module=module):
                assert (module or "").split(".")[0] not in MODULES


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_python_takes_no_format_from_a_variable(path: Path):
    """But one that looks at it first: `numbers.py`, whose formats come from the wire."""
    if name_of(path) == "protocol/numbers.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.BinOp(op=ast.Mod(), left=ast.Name() | ast.Attribute() | ast.Subscript()):
                assert not isinstance(node.right, ast.Tuple | ast.Dict)
            case ast.Call(func=ast.Attribute(attr="format", value=value)):
                assert isinstance(value, ast.Constant)


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_python_starts_no_shell(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword):
            assert node.arg != "shell"


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_scripts_make_no_markup_of_text(path: Path):
    assert MARKUP.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", STYLES, ids=name_of)
def test_styles_fetch_nothing(path: Path):
    text = path.read_text(encoding="utf-8")
    assert "@import" not in text
    assert re.findall(r"url\((?!['\"]?data:)", text) == []
