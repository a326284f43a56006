"""The peers, each in a virtual environment of its own; and one with all that show pictures."""

import subprocess
import sys
import venv
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / ".benchmarks"
VIEWERS = "viewers"
_PACKAGES = {
    # The wheel holds all it needs; what it requires besides compiles C, and is not imported.
    "pyindi": [["--no-deps", "pyindi-client"], ["astropy"]],
    "indipyclient": [["indipyclient"], ["astropy"]],
    # Its interface declares Python 3.12, and runs on 3.11.
    VIEWERS: [
        ["--ignore-requires-python", "astro-image-display-api>=0.3"],
        ["astrowidgets>=0.6", "ipympl", "matplotlib", f"--editable={_ROOT}[lab]"],
    ],
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
