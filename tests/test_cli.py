"""The ``indinb`` command."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from astropy.io import fits
from PIL import Image

import indinb
from indinb import cli
from indinb.cli import main

FIRST = "01-first-light.ipynb"

OVERHEAD = "21h58m +88d"
"""A target near where the embedded mount begins on its evening: at the pole, 6 h west."""


@pytest.fixture
def jupyter(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[list[str], Path]]]:
    """Yield what would be run, and in which folder."""
    run: list[tuple[list[str], Path]] = []

    def note(command: list[str], cwd: Path, check: bool) -> SimpleNamespace:
        assert signal.getsignal(signal.SIGINT) not in (interrupted, signal.SIG_IGN)
        run.append((command, cwd))
        return SimpleNamespace(returncode=0)

    interrupted = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(cli.subprocess, "run", note)
    yield run
    assert signal.getsignal(signal.SIGINT) is interrupted


def failure(capsys: pytest.CaptureFixture, *arguments: str) -> str:
    """Run a command that fails, and return its error, which is one line."""
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("indinb: ")
    assert said.count("\n") == 1
    return said


# demo


def test_demo(tmp_path: Path, capsys: pytest.CaptureFixture):
    folder = tmp_path / "new" / "folder"
    assert main(["demo", "--folder", f"{folder}", "--target", OVERHEAD, "--exposure", "0.1"]) == 0
    assert fits.getdata(folder / "first-light.fits").shape == (1024, 1280)
    with Image.open(folder / "first-light.png") as picture:
        low, high = picture.convert("L").getextrema()
    assert low < high
    table = capsys.readouterr().out.splitlines()
    steps = ["start observatory", "connect", "slew to", "expose 0.1 s", "save", "draw"]
    assert len(table) == len(steps)
    for row, step in zip(table, steps, strict=True):
        assert re.fullmatch(rf"{step}.* +\d+\.\d s  \S.*", row)
    assert "5 devices at 127.0.0.1:" in table[0]
    assert "Telescope Simulator, CCD Simulator" in table[1]
    assert "+87d5" in table[2] or "+88d0" in table[2]
    assert "1280x1024" in table[3]
    assert table[4].endswith("first-light.fits")


def test_demo_of_a_target_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture):
    said = failure(capsys, "demo", "--folder", str(tmp_path), "--target", "10 20")
    assert "could be hours or degrees" in said
    assert list(tmp_path.iterdir()) == []


def test_demo_where_no_folder_can_be(tmp_path: Path, capsys: pytest.CaptureFixture):
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in failure(capsys, "demo", "--folder", str(tmp_path / "file"))


# simulate


def _simulate(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "indinb.cli", "simulate", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _port(observatory: "subprocess.Popen[str]") -> int:
    told = observatory.stdout.readline()
    assert told.startswith("indinb simulate: listening on 127.0.0.1, port ")
    return int(told.split()[-1])


def test_simulate_serves_any_client_until_ctrl_c():
    options = ["--port", "0", "--speed", "50", "--seed", "3", "--devices", "GPS Simulator"]
    with _simulate(*options) as observatory:
        with indinb.connect("127.0.0.1", _port(observatory)) as client:
            assert "GPS Simulator" in client.devices
            assert client.devices["Observatory Simulator"]["SIMULATION_SPEED"]["SPEED"] == 50
        observatory.send_signal(signal.SIGINT)
        assert observatory.wait(20) == 130
        assert observatory.stderr.read() == "indinb: stopped\n"


def test_simulate_ends_with_its_command():
    with _simulate("--port", "0") as observatory:
        port = _port(observatory)
        with socket.create_connection(("127.0.0.1", port), 20) as link:
            observatory.kill()
            assert link.recv(1) == b""


def test_simulate_where_a_port_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with _simulate("--port", port) as observatory:
            assert observatory.wait(20) == 1
            said = observatory.stderr.read()
    assert said.startswith(f"indinb simulate: port {port} cannot be used (")
    assert said.endswith("--port chooses another\n")
    assert said.count("\n") == 1


def test_simulate_explains_itself():
    with _simulate("--help") as observatory:
        assert "--devices" in observatory.stdout.read()
        assert observatory.wait(20) == 0


def test_options_that_nobody_knows(capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit):
        main(["demo", "--speed", "3"])
    assert "unrecognized arguments: --speed 3" in capsys.readouterr().err


# lab


def test_lab_copies_the_lessons_and_opens_the_first(tmp_path: Path, jupyter: list):
    folder = tmp_path / "my lessons"
    assert main(["lab", "--folder", str(folder)]) == 0
    lessons = Path(cli.__file__).parent.parent / "notebooks"
    assert (folder / FIRST).read_bytes() == (lessons / FIRST).read_bytes()
    assert sorted(folder.iterdir()) == sorted(folder / p.name for p in lessons.glob("*.ipynb"))
    assert jupyter == [([sys.executable, "-m", "jupyterlab", FIRST], folder)]


def test_lab_never_overwrites(tmp_path: Path, jupyter: list):
    (tmp_path / FIRST).write_text("my notes")
    assert main(["lab", "--folder", str(tmp_path)]) == 0
    assert (tmp_path / FIRST).read_text() == "my notes"
    assert len(jupyter) == 1


def test_lab_hands_options_on(tmp_path: Path, jupyter: list):
    assert main(["lab", "--folder", str(tmp_path), "--", "--no-browser", "--port=9999"]) == 0
    assert jupyter[0][0][3:] == ["--no-browser", "--port=9999", FIRST]


def test_lab_of_an_installed_package(tmp_path: Path, jupyter: list, monkeypatch):
    (tmp_path / "indinb" / "notebooks").mkdir(parents=True)
    (tmp_path / "indinb" / "notebooks" / "02-more.ipynb").write_text("{}")
    monkeypatch.setattr(cli, "__file__", str(tmp_path / "indinb" / "cli.py"))
    assert main(["lab", "--folder", str(tmp_path / "copy")]) == 0
    assert [copy.name for copy in (tmp_path / "copy").iterdir()] == ["02-more.ipynb"]


def test_lab_without_jupyterlab(tmp_path: Path, jupyter: list, monkeypatch, capsys):
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
    said = failure(capsys, "lab", "--folder", str(tmp_path / "copy"))
    assert said == 'indinb: JupyterLab is not installed: pip install "indinb[lab]"\n'
    assert jupyter == []
    assert not (tmp_path / "copy").exists()


# The command itself


def test_ctrl_c(tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture):
    def interrupted(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.subprocess, "run", interrupted)
    assert main(["lab", "--folder", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "indinb: stopped\n"


def test_version(capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"{version('indinb')}\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "required: command"),
        (["observe"], "invalid choice: 'observe'"),
        (["demo", "--exposure", "long"], "--exposure: invalid float value: 'long'"),
        (["demo", "--target"], "--target: expected one argument"),
    ],
)
def test_misuse(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("ask", [main, None], ids=["function", "module"])
def test_help(ask: Callable | None, capsys: pytest.CaptureFixture):
    if ask is None:
        command = [sys.executable, "-m", "indinb.cli", "--help"]
        said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    else:
        with pytest.raises(SystemExit):
            ask(["--help"])
        said = capsys.readouterr().out
    assert "slew, expose and save a picture, all simulated" in said
    assert "open the lessons in JupyterLab" in said
