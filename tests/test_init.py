"""The public face: what ``import indinb`` costs, and what it offers."""

import json
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import IPython
import pytest

import indinb
from indinb import display, terminal
from indinb.client.operation import Operation

NAMES = [
    "Camera",
    "Client",
    "FilterWheel",
    "Focuser",
    "Frame",
    "IndiError",
    "Telescope",
    "connect",
    "gather",
    "instruments",
]
HEAVY = {"numpy", "astropy", "matplotlib", "ipywidgets", "anywidget", "IPython", "PIL", "pyongc"}


def _modules_after(program: str) -> set[str]:
    """Return the modules that a Python program has loaded at its end."""
    program += "; import json, sys; print(json.dumps(list(sys.modules)))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return set(json.loads(done.stdout))


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    return _modules_after("import indinb")


def test_import_loads_nothing_heavy(loaded: set[str]):
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()
    assert "lxml.html" not in loaded


def test_import_loads_little_of_indinb(loaded: set[str]):
    own = {name for name in loaded if name.split(".")[0] == "indinb"}
    assert own == {"indinb", "indinb.display"}


def test_import_loads_little_else(loaded: set[str]):
    bare = _modules_after("pass")
    assert len(loaded - bare) < 60


def test_errors_need_nothing_heavy():
    loaded = _modules_after("from indinb import IndiError")
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()


def test_connecting_loads_no_widgets_and_no_plots():
    loaded = _modules_after("import indinb; indinb.connect; assert callable(indinb.instruments)")
    assert {"astropy.units", "indinb.instruments.cameras.camera"} <= loaded
    assert {"matplotlib.pyplot", "ipywidgets", "anywidget", "IPython"} & loaded == set()


# The names


@pytest.mark.parametrize("name", indinb.__all__)
def test_public_names_resolve(name: str):
    assert getattr(indinb, name).__name__.removeprefix("indinb.") == name


def test_the_public_names_are_those_of_the_table():
    assert set(NAMES) < set(indinb.__all__)
    assert indinb.__all__ == sorted(indinb._PUBLIC)
    assert dir(indinb) == indinb.__all__


@pytest.mark.parametrize("name", indinb.__all__)
def test_names_live_where_the_table_says(name: str):
    home = indinb._PUBLIC[name]
    found = getattr(indinb, name)
    if isinstance(found, ModuleType):
        assert found.__name__ == f"{home}.{name}"
    else:
        assert found is getattr(sys.modules[home], name)


def test_star_import_gives_all():
    space: dict[str, object] = {}
    exec("from indinb import *", space)
    assert set(indinb.__all__) <= space.keys()


@pytest.mark.parametrize("name", ["Telescop", "_hidden", "numpy"])
def test_unknown_names(name: str):
    with pytest.raises(AttributeError, match=f"^indinb has no '{name}'$"):
        getattr(indinb, name)
    with pytest.raises(ImportError):
        exec(f"from indinb import {name}")


def test_the_room_of_instruments_stays_a_function():
    program = "import indinb.instruments; from indinb.instruments.base import Instrument"
    program += "; assert callable(indinb.instruments); indinb.instruments.base"
    assert "indinb.instruments.base" in _modules_after(program)


# Showing things


def test_things_are_shown_by_the_widgets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(indinb.widgets, "render", lambda thing: {"text/plain": f"shown {thing}"})
    monkeypatch.setattr(display, "_render", indinb._render)
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=...))
    assert display.render("device") == {"text/plain": "shown device"}


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        (None, "terminal"),
        (SimpleNamespace(), "terminal"),
        (SimpleNamespace(kernel=...), "notebook"),
    ],
)
def test_operations_are_followed_in_notebooks_and_terminals(
    monkeypatch: pytest.MonkeyPatch, shell: object, place: str
):
    followed: list[object] = []
    monkeypatch.setattr(
        indinb.widgets, "follow", lambda operation: followed.append(("notebook", operation))
    )
    monkeypatch.setattr(
        terminal, "follow", lambda operation: lambda: followed.append(("terminal", operation))
    )
    monkeypatch.setattr(display, "_follow", indinb._follow)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    operation: Operation[None] = Operation("wait")
    close = display.following(operation)
    close()
    assert followed == [(place, operation)]


def test_importing_indinb_fills_the_slot():
    program = "import indinb; from indinb import display as d"
    program += "; assert (d._render, d._follow) == (indinb._render, indinb._follow)"
    assert "indinb.widgets" not in _modules_after(program)
