"""``python -m indinb.pyindi``: a script runs as if Python ran it."""

import subprocess
import sys

import pytest

from indinb.pyindi import __main__ as main_module
from tests.pyindi.fakes import PATIENCE, ROOT, run


@pytest.fixture
def script(tmp_path):
    """Return a function that runs a script, and returns what it prints; it has to succeed."""

    def printed(text, *arguments):
        code, out, err = run(text, tmp_path, *arguments)
        assert (code, err) == (0, "")
        return out.splitlines()

    return printed


def start(*arguments, folder=ROOT, python=()):
    """Run the module, and return the exit code, and what it prints and complains of."""
    command = [sys.executable, *python, "-m", "indinb.pyindi", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def test_arguments(script, tmp_path):
    path = str(tmp_path / "script.py")
    assert script("import sys; print(sys.argv)", "-v", "--", "a b") == [
        str([path, "-v", "--", "a b"])
    ]


def test_its_folder_is_searched_first(script, tmp_path):
    (tmp_path / "helper.py").write_text("import PyIndi\nname = PyIndi.__name__")
    assert script("import sys, helper; print(sys.path[0], helper.name)") == [
        f"{tmp_path} indinb.pyindi"
    ]


def test_it_is_the_main_program(script, tmp_path):
    text = "import sys\nif __name__ == '__main__':\n    print(__file__, sys.modules[__name__].x)"
    assert script("x = 3\n" + text) == [f"{tmp_path / 'script.py'} 3"]


def test_it_has_no_names_of_ours(script):
    assert script("print([name for name in dir() if not name.startswith('__')])") == ["[]"]


def test_no_future_of_ours_and_its_own_encoding(tmp_path):
    (tmp_path / "script.py").write_bytes("# coding: latin-1\nprint(ascii('é'))".encode("latin-1"))
    assert start(tmp_path / "script.py") == (0, "'\\xe9'\n", "")


def test_a_path_that_is_relative(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "script.py").write_text(
        "import os, sys; os.chdir('/')\nprint(sys.argv[0])\n1 / 0"
    )
    command = [sys.executable, "-m", "indinb.pyindi", "below/script.py"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}
    )
    assert done.stdout == "below/script.py\n"
    assert "1 / 0" in done.stderr, "the line is shown, although it looks from elsewhere"


IMPORTS = [
    "import PyIndi; BaseClient = PyIndi.BaseClient",
    "from PyIndi import BaseClient",
    "from PyIndi import *",
    "import PyIndi.PyIndi; BaseClient = PyIndi.PyIndi.BaseClient",
    "from PyIndi import PyIndi; BaseClient = PyIndi.BaseClient",
    "from PyIndi.PyIndi import BaseClient",
    "from PyIndi.PyIndi import *",
    "import PyIndi as indi; BaseClient = indi.BaseClient",
    "import importlib; BaseClient = importlib.import_module('PyIndi').BaseClient",
]


@pytest.mark.parametrize("statement", IMPORTS)
def test_ways_to_import(script, statement):
    assert script(f"{statement}\nprint(BaseClient().getPort())") == ["7624"]


def test_a_star_brings_the_original_s_names_alone(script):
    text = "client = device = sys = 1\nfrom PyIndi import *\nprint(client, device, sys, IPS_BUSY)"
    assert script(f"{text}\nprint([n for n in dir() if n.islower() and n[0] != '_'])") == [
        "1 1 1 2",
        "['client', 'device', 'sys']",
    ]


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_processes_of_a_script_find_it_too(script, method):
    text = f"""
import multiprocessing
import PyIndi

def work(queue):
    queue.put(PyIndi.BaseClient().getHost())

if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    queue = context.Queue()
    process = context.Process(target=work, args=(queue,))
    process.start()
    print(queue.get(timeout=30))
    process.join()
"""
    assert script(text) == ["localhost"]


# Ends


@pytest.mark.parametrize(
    ("statement", "code", "complaint"),
    [
        ("sys.exit(3)", 3, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit('no')", 1, "no\n"),
        ("exit(4)", 4, ""),
        ("raise SystemExit(5)", 5, ""),
        ("import os; os._exit(6)", 6, ""),
    ],
)
def test_exits(tmp_path, statement, code, complaint):
    assert run(f"import sys\n{statement}", tmp_path) == (code, "", complaint)


def test_an_error_of_the_script(tmp_path):
    code, out, err = run("def f():\n    raise ValueError('no')\n\nf()\n", tmp_path)
    path = tmp_path / "script.py"
    first, *_, last = err.splitlines()
    assert (code, out) == (1, "")
    assert (first, last) == ("Traceback (most recent call last):", "ValueError: no")
    assert f'File "{path}", line 4, in <module>' in err
    assert f'File "{path}", line 2, in f' in err
    assert err.count("File ") == 2, "nothing of ours"


def test_an_error_with_a_cause(tmp_path):
    text = "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('no') from e"
    code, _, err = run(text, tmp_path)
    assert code == 1
    assert err.count("Traceback") == err.count("File ") == 2


def test_a_script_that_is_no_python(tmp_path):
    code, _, err = run("x = = 1", tmp_path)
    assert code == 1
    assert "SyntaxError: invalid syntax" in err
    assert err.count("File ") == 1


def test_a_hook_for_errors_of_the_script_s_own(tmp_path):
    text = "import sys\nsys.excepthook = lambda *e: print('hook', e[0].__name__)\n1 / 0"
    assert run(text, tmp_path) == (1, "hook ZeroDivisionError\n", "")


@pytest.mark.parametrize(
    ("name", "reason"), [("none.py", "No such file or directory"), ("", "Is a directory")]
)
def test_a_script_that_is_not_there(tmp_path, name, reason):
    code, out, err = start(tmp_path / name)
    assert (code, out) == (1, "")
    assert err == f"cannot read {tmp_path / name}: {reason}\n"


@pytest.mark.parametrize("arguments", [(), ("-h",), ("--help", "x.py")])
def test_usage(arguments):
    code, out, err = start(*arguments)
    assert (code, out) == (1, "")
    assert err == "usage: python -m indinb.pyindi script.py [its arguments]\n"


def test_it_is_a_function_as_well(monkeypatch, tmp_path, capsys):
    for name in ("argv", "path"):
        monkeypatch.setattr(sys, name, list(getattr(sys, name)))
    for name in ("__main__", "PyIndi", "PyIndi.PyIndi"):
        monkeypatch.setitem(sys.modules, name, sys.modules.get(name))
    path = tmp_path / "script.py"
    path.write_text("import PyIndi, sys\nprint(PyIndi.INDIV, sys.argv[1:])")
    assert main_module.main([str(path), "x"]) == 0
    assert capsys.readouterr().out == "1.7 ['x']\n"
    path.write_text("1 / 0")
    assert main_module.main([str(path)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    path.write_text("raise KeyboardInterrupt")
    assert main_module.main([str(path)]) == 130
