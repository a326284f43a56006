"""README's table of their way and ours: both columns run, and come to the same."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from astropy.io import fits

import indinb
from indinb import pyindi
from indinb.servers import EmbeddedServer, OwnServer
from tests.waiting import look_until, wait_until

README = Path(__file__).parents[2] / "README.md"
CCD = "CCD Simulator"


def rows() -> list[tuple[str, str]]:
    """Return the rows that are code on both sides, but for those that define callbacks."""
    section = README.read_text("utf-8").split("| PyIndi-Client | indinb |")[1].split("\n\n")[0]
    cells = [line.strip("| ").split(" | ") for line in section.splitlines()[2:]]
    pairs = [(code(theirs), code(ours)) for theirs, ours in cells]
    return [(a, b) for a, b in pairs if a and b and not a.startswith("def ")]


def code(cell: str) -> str:
    """Return the program in a cell; nothing if there are other words."""
    lines = [re.fullmatch(r"((?:&emsp;)*)`([^`]*)`", line) for line in cell.split("<br>")]
    return "\n".join(f"{'    ' * (len(m[1]) // 6)}{m[2]}" for m in lines if m) if all(lines) else ""


def last_value(program: str, names: dict[str, Any]) -> Any:
    """Run a program; return what its last line is worth, if it is worth anything."""
    *lines, last = program.splitlines()
    try:
        value = compile(last, "README", "eval")
    except SyntaxError:
        exec(program, names)
        return None
    exec("\n".join(lines), names)
    return eval(value, names)


@pytest.fixture
def theirs(indiserver: OwnServer) -> Iterator[dict[str, Any]]:
    short = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 10))
    names: dict[str, Any] = {"PyIndi": pyindi, "time": short, "port": indiserver.port}
    yield names
    names["client"].disconnectServer()


@pytest.fixture
def ours(indiserver: OwnServer) -> Iterator[dict[str, Any]]:
    names: dict[str, Any] = {"indinb": indinb, "port": indiserver.port}
    yield names
    names["client"].close()


def test_both_columns_come_to_the_same(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    changes = {"7624": "port", "-10": "goal"}
    assert len(rows()) == 6
    for left, right in rows():
        for text, other in changes.items():
            left, right = left.replace(text, other), right.replace(text, other)
        values = last_value(left, theirs), last_value(right, ours)
        if isinstance(values[0], float):
            assert values[0] == pytest.approx(values[1], abs=0.6)
            theirs["goal"] = ours["goal"] = values[1] - 1  # to which the way is short
    camera = ours["ccd"]
    assert camera["CCD_TEMPERATURE"]["CCD_TEMPERATURE_VALUE"] == ours["goal"]
    wait_until(camera, lambda: camera["CCD_FRAME_TYPE"].value == "FRAME_DARK")
    look_until(lambda: theirs["kind"].findOnSwitchName() == "FRAME_DARK")
    camera["CCD_FRAME_TYPE"].set("FRAME_LIGHT").result()


def test_the_script_that_ours_replaces_runs_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (script,) = re.findall(
        r"```python\n(import time\nimport PyIndi\n.*?)```", README.read_text("utf-8"), re.S
    )
    server = EmbeddedServer(["--speed", "20"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(README.parent))
    script = re.sub(r"sleep\(\d+\)", "sleep(0.6)", script).replace("7624", str(server.port))
    Path("script.py").write_text(script)
    try:
        subprocess.run([sys.executable, "-m", "indinb.pyindi", "script.py"], check=True, timeout=60)
    finally:
        server.close()
    (saved,) = tmp_path.glob("frame-*.fits")
    header = fits.getheader(saved)
    assert header["EXPTIME"] == pytest.approx(3)
    assert header["RA"] == pytest.approx(90, abs=1)
