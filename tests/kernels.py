"""Kernels of several versions, for one JupyterLab; run as a program, how quickly each aborts."""

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CURRENT = metadata.version("ipykernel")
ALL = ["6.31.0", "7.0.1", "7.3.0", "7.4.0"]
"""Each has its own idea of where a click is handled while a cell runs."""

_FOLDER = ROOT / ".benchmarks" / "kernels"
_CHOICE = "INDINB_KERNELS"
_TESTS = ROOT / "tests" / "widgets" / "test_abort.py"


def chosen() -> list[str]:
    """Return the versions to test: the current one, and the one that is pickiest."""
    return os.environ.get(_CHOICE, f"{CURRENT} 7.0.1").split()


def answers_beside_cells(version: str) -> bool:
    """Whether a kernel can handle a click while a cell keeps its main thread busy."""
    return int(version.split(".")[0]) >= 7


def add(version: str, data: Path) -> str:
    """Install a kernel, describe it in a folder of Jupyter's data, and return its name."""
    name = f"ipykernel-{version}"
    described = data / "kernels" / name / "kernel.json"
    described.parent.mkdir(parents=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": name,
        "language": "python",
        "env": {"PYTHONPATH": os.pathsep.join(map(str, [*_overlay(version), ROOT]))},
    }
    described.write_text(json.dumps(spec))
    return name


def _overlay(version: str) -> list[Path]:
    """Return where a version lies that comes before ours; all it needs besides is the same."""
    if version == CURRENT:
        return []
    folder = _FOLDER / version
    if not folder.exists():
        _install(folder, f"ipykernel=={version}", "nest-asyncio")
    return [folder]


def _install(folder: Path, *packages: str) -> None:
    unfinished = folder.with_suffix(".unfinished")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--upgrade", "--target", unfinished, *packages], check=True)
    unfinished.rename(folder)


class Figures:
    """Gathers what the tests measured: seconds, for each kernel and each way to abort."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, float]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Read the figure of a test that has ended."""
        if report.when == "call":
            found = dict(report.user_properties)
            for way, seconds in found.items():
                self._rows.setdefault(way, {})[_version(report.nodeid)] = float(str(seconds))

    def __str__(self) -> str:
        versions = sorted({version for row in self._rows.values() for version in row})
        lines = [_line("seconds from the click", versions)]
        for way, row in self._rows.items():
            lines.append(_line(way, [f"{row[one]:.2f}" if one in row else "-" for one in versions]))
        return "\n".join(lines)


def _version(test: str) -> str:
    found = re.search(r"\[(?:.*-)?(\d+\.\d+\.\d+)", test)
    return found[1] if found else "?"


def _line(head: str, cells: list[str]) -> str:
    return f"{head:<42}" + "".join(f"{cell:>9}" for cell in cells)


def main() -> int:
    """Test them all, and print what was measured."""
    os.environ[_CHOICE] = " ".join(ALL)
    figures = Figures()
    status = pytest.main(["-q", str(_TESTS), *sys.argv[1:]], plugins=[figures])
    print(figures)
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
