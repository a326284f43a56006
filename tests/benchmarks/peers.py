"""The peers, each in a virtual environment of its own."""

import subprocess
import sys
import venv
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / ".benchmarks"
_PACKAGES = {
    # The wheel holds all it needs; what it requires besides compiles C, and is not imported.
    "pyindi": [["--no-deps", "pyindi-client"], ["astropy"]],
    "indipyclient": [["indipyclient"], ["astropy"]],
}


def set_up() -> None:
    """Make the environments, and install the peers there."""
    for peer, installs in _PACKAGES.items():
        venv.create(_FOLDER / peer, with_pip=True)
        for packages in installs:
            pip = [python_of(peer), "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
            subprocess.run([*pip, *packages], check=True)


def python_of(client: str) -> Path:
    """Return the interpreter of a client; all but the peers share ours."""
    if client in _PACKAGES:
        return _FOLDER / client / "bin" / "python"
    return Path(sys.executable)


def installed(client: str) -> bool:
    """Whether a client can be run."""
    return python_of(client).exists()
