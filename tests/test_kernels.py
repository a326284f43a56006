"""Kernels of several versions: how they are described, and how their figures are shown."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import kernels


def described(version: str, data: Path) -> dict[str, object]:
    name = kernels.add(version, data)
    spec: dict[str, object] = json.loads((data / "kernels" / name / "kernel.json").read_text())
    return spec


def test_the_current_kernel_and_the_pickiest_are_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INDINB_KERNELS", raising=False)
    assert kernels.chosen() == [kernels.CURRENT, "7.0.1"]
    monkeypatch.setenv("INDINB_KERNELS", " ".join(kernels.ALL))
    assert kernels.chosen() == kernels.ALL


def test_our_own_kernel_needs_no_other_folder(tmp_path: Path) -> None:
    spec = described(kernels.CURRENT, tmp_path)
    assert spec["env"] == {"PYTHONPATH": str(kernels.ROOT)}
    assert spec["display_name"] == f"ipykernel-{kernels.CURRENT}"


def test_another_version_comes_first_and_is_installed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = []

    def install(command: list[object], check: bool) -> None:
        installed.append(command[-2:])
        package = Path(str(command[command.index("--target") + 1])) / "ipykernel.py"
        package.parent.mkdir(parents=True)
        package.write_text("__version__ = '1.2.3'")

    monkeypatch.setattr(kernels, "_FOLDER", tmp_path / "versions")
    with monkeypatch.context() as patch:
        patch.setattr(kernels.subprocess, "run", install)
        spec = described("1.2.3", tmp_path / "one")
        assert described("1.2.3", tmp_path / "two") == spec
    assert installed == [["ipykernel==1.2.3", "nest-asyncio"]]
    python = [sys.executable, "-c", "import ipykernel; print(ipykernel.__version__)"]
    run = subprocess.run(python, env=os.environ | spec["env"], capture_output=True, check=True)
    assert run.stdout.decode().strip() == "1.2.3"


@pytest.mark.parametrize(
    ("version", "beside"), [("6.31.0", False), ("7.0.1", True), ("10.0.0", True)]
)
def test_who_hears_clicks_while_a_cell_runs(version: str, beside: bool) -> None:
    assert kernels.answers_beside_cells(version) == beside


def test_figures_are_a_table() -> None:
    figures = kernels.Figures()
    for version, seconds in (("6.31.0", 0.512), ("7.0.1", 0.1)):
        name, properties = f"test_x[{version}-expose-bar]", [("expose, bar", seconds)]
        report = SimpleNamespace(when="call", nodeid=name, user_properties=properties)
        figures.pytest_runtest_logreport(report)
    report = SimpleNamespace(when="call", nodeid="t[7.0.1]", user_properties=[("slew, bar", 1)])
    figures.pytest_runtest_logreport(report)
    figures.pytest_runtest_logreport(SimpleNamespace(when="teardown"))
    head, expose, slew = map(str.split, str(figures).splitlines())
    assert head[-2:] == ["6.31.0", "7.0.1"]
    assert expose[-2:] == ["0.51", "0.10"]
    assert slew[-2:] == ["-", "1.00"]
