"""The ``indinb`` command."""

import io
import json
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
from indinb import cli, lessons
from indinb.cli import main
from indinb.servers import EmbeddedServer

FIRST = "01-first-light.ipynb"
AT_FIRST = f"--LabApp.default_url=/lab/tree/{FIRST}"

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


# ls


@pytest.fixture(scope="module")
def observatory() -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(["--devices", "Guide Simulator"])
    yield server
    server.close()


@pytest.fixture
def address(observatory: EmbeddedServer) -> str:
    return f"{observatory.host}:{observatory.port}"


def ls(capsys: pytest.CaptureFixture, *arguments: str) -> str:
    assert main(["ls", *arguments]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


def test_ls(address: str, capsys: pytest.CaptureFixture):
    table = [re.split("  +", line) for line in ls(capsys, address).splitlines()]
    assert table[0] == ["DEVICE", "CONNECTED", "INSTRUMENTS", "ROLES", "DRIVER"]
    rows = {row[0]: row[1:] for row in table[1:]}
    assert len(rows) == 6
    mount = ["no", "Telescope, Guider", "telescope, guider", "indi_simulator_telescope 1.0"]
    assert rows["Telescope Simulator"] == mount
    assert rows["Guide Simulator"][1:3] == ["Camera, Guider", "guide_camera"]
    assert rows["Observatory Simulator"][1:3] == ["-", "-"]


def test_ls_of_one_device(address: str, capsys: pytest.CaptureFixture):
    lines = ls(capsys, address, "--device", "Focuser Simulator").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Focuser Simulator  no")


def test_ls_with_properties(address: str, capsys: pytest.CaptureFixture):
    lines = ls(capsys, address, "--device", "CCD Simulator", "--properties").splitlines()
    title = "CCD Simulator: not connected, Camera, Guider, FilterWheel (indi_simulator_ccd 1.0)"
    assert lines[0] == title
    assert "  Main Control" in lines
    (row,) = [line.split() for line in lines if "    CONNECTION " in line]
    assert row == ["CONNECTION", "Idle", "rw", "CONNECT=Off", "DISCONNECT=On"]
    (row,) = [line for line in lines if "    DRIVER_INFO " in line]
    assert "DRIVER_NAME='CCD Simulator'" in row


def test_ls_with_the_properties_of_all(address: str, capsys: pytest.CaptureFixture):
    pages = ls(capsys, address, "--properties").split("\n\n")
    assert len(pages) == 6
    assert {page.split(":")[0] for page in pages} >= {"CCD Simulator", "Filter Simulator"}


def test_ls_for_programs(address: str, capsys: pytest.CaptureFixture):
    told = json.loads(ls(capsys, address, "--json"))
    assert [each["device"] for each in told][:2] == ["Telescope Simulator", "CCD Simulator"]
    assert told[0]["instruments"] == ["Telescope", "Guider"]
    assert "properties" not in told[0]
    (told,) = json.loads(ls(capsys, address, "--json", "--properties", "--device", "CCD Simulator"))
    connection = told["properties"]["CONNECTION"]
    assert connection["values"] == {"CONNECT": False, "DISCONNECT": True}
    assert (connection["kind"], connection["state"], connection["permission"]) == (
        "Switch",
        "Idle",
        "rw",
    )


def test_ls_asks_nothing_and_keeps_json_clean(
    address: str, capsys: pytest.CaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "indinb").mkdir()
    with indinb.connect(address) as client:
        client.use(camera="Guide Simulator")
    assert main(["ls", address, "--json"]) == 0
    said = capsys.readouterr()
    roles = {each["device"]: each["roles"] for each in json.loads(said.out)}
    assert roles["Guide Simulator"] == ["camera", "guide_camera"]
    assert said.err == "camera: Guide Simulator, as before (client.use(camera=None) forgets)\n"


def test_ls_where_no_server_is(capsys: pytest.CaptureFixture):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    said = failure(capsys, "ls", f"localhost:{port}")
    assert said.startswith(f"indinb: nothing listens at localhost:{port}: start a server there")
    assert "is not a port" in failure(capsys, "ls", "localhost:x")


def test_ls_of_a_device_that_is_not_there(address: str, capsys: pytest.CaptureFixture):
    said = failure(capsys, "ls", address, "--device", "CCD Simulater")
    assert "announces no device 'CCD Simulater'; did you mean 'CCD Simulator'" in said


@pytest.mark.parametrize("arguments", [[], ["--properties"], ["--json", "--properties"]])
def test_ls_in_a_terminal_of_few_letters(address: str, arguments: list[str], monkeypatch):
    paper = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", paper)
    assert main(["ls", address, *arguments]) == 0
    paper.flush()
    assert b"CCD Simulator" in paper.buffer.getvalue()


# lab


def test_lab_copies_the_lessons_and_opens_the_first(tmp_path: Path, jupyter: list, capsys):
    folder = tmp_path / "my lessons"
    assert main(["lab", "--folder", str(folder)]) == 0
    assert (folder / FIRST).is_file()
    assert jupyter == [([sys.executable, "-m", "jupyterlab", AT_FIRST], folder)]
    count = len(list(folder.glob("*.ipynb")))
    assert capsys.readouterr().out == f"The lessons are in {folder} ({count} new).\n"


def test_lab_never_overwrites(tmp_path: Path, jupyter: list, capsys):
    main(["lab", "--folder", str(tmp_path)])
    (tmp_path / FIRST).write_text("my notes")
    capsys.readouterr()
    assert main(["lab", "--folder", str(tmp_path)]) == 0
    assert (tmp_path / FIRST).read_text() == "my notes"
    assert capsys.readouterr().out == f"The lessons are in {tmp_path} (as you left them).\n"
    assert len(jupyter) == 2


def test_lab_tells_of_newer_lessons(tmp_path: Path, jupyter: list, monkeypatch, capsys):
    monkeypatch.setattr(
        cli.lessons,
        "copy_lessons",
        lambda folder: lessons.Copied(["09.ipynb"], ["03.ipynb", "04.ipynb"], [FIRST]),
    )
    assert main(["lab", "--folder", str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"The lessons are in {tmp_path} (1 new, 2 brought up to date)."
    assert said[1].startswith(f"Of {FIRST} there is a newer version; yours is kept.")


def test_lab_where_no_folder_can_be(tmp_path: Path, jupyter: list, capsys):
    (tmp_path / "file").touch()
    said = failure(capsys, "lab", "--folder", str(tmp_path / "file"))
    assert f"cannot be copied to {tmp_path / 'file'} (File exists): --folder chooses" in said
    assert jupyter == []


def test_lab_hands_options_on(tmp_path: Path, jupyter: list):
    assert main(["lab", "--folder", str(tmp_path), "--", "--no-browser", "--port=9999"]) == 0
    assert jupyter[0][0][3:] == [AT_FIRST, "--no-browser", "--port=9999"]


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
