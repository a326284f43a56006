"""What repo2docker makes of binder/, done without Docker: ``python -m tests.binder``.

The same packages go into a virtual environment, and the same scripts run in a clone of what is
committed. In place of conda's Python it takes ``python3.12``, or the one that runs this; the
Debian packages of apt.txt have to be here. The folder and all processes go at the end.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urljoin

from tests.lab import end, free_port, wait_until_it_answers

ROOT = Path(__file__).parents[1]
BINDER = ROOT / "binder"
FROM_CONDA = ("ipykernel", "ipywidgets", "jupyter_server", "jupyterlab", "notebook")
LESSON = "notebooks/01-first-light.ipynb"
SIMULATORS = ("CCD Simulator", "Filter Simulator", "Focuser Simulator", "Telescope Simulator")
PAGE_SECONDS = 240
_URLPATH = re.compile(r"https://mybinder\.org/v2/gh/[\w-]+/indinb/main\?urlpath=([^)\s]+)")
LIST_DEVICES = """
import sys
import indinb
with indinb.connect(sys.argv[1]) as client:
    for name in sys.argv[2:]:
        client.wait_for(name, timeout=20)
    print(f"{sys.argv[1]}: {', '.join(sorted(client.devices))}")
"""


def main() -> None:
    """Build, start and visit it; the first thing that goes wrong is raised."""
    with tempfile.TemporaryDirectory(prefix="indinb-binder-") as folder:
        image = Image(Path(folder))
        build(image)
        print(f"{image.megabytes()} MB, with {image.versions()}", flush=True)
        with image.started() as address:
            visit(image, address)
    print("All went well.")


def build(image: "Image") -> None:
    """Do what the Dockerfile does."""
    with step("virtual environment"):
        image.create()
    with step("packages of repo2docker's own"):
        image.run("pip", "install", *QUIETLY, *locked())
    print(f"{image.megabytes()} MB", flush=True)
    with step("requirements.txt"):
        image.run("pip", "install", *QUIETLY, "-r", "binder/requirements.txt")
    with step("postBuild"):
        image.run("binder/postBuild")


def visit(image: "Image", address: str) -> None:
    """Do what a reader does."""
    with step("INDI's simulators, by indinb.connect()"):
        for server in (f"localhost:{image.port}", f"unix:{image.socket}"):
            print(image.run("python", "-c", LIST_DEVICES, server, *SIMULATORS).strip())
    with step(f"{LESSON} in a kernel"):
        image.run("jupyter", "execute", LESSON)
    for path in pages():
        with step(f"/{path}"):
            expect_page(f"{address}/{path}")


QUIETLY = ("--quiet", "--disable-pip-version-check", "--no-cache-dir")


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell what was done, and how long it took."""
    begin = time.monotonic()
    yield
    print(f"{time.monotonic() - begin:6.1f} s  {what}", flush=True)


def python_version() -> str:
    """Return the version of Python that runtime.txt asks for."""
    return (BINDER / "runtime.txt").read_text().strip().removeprefix("python-")


def python() -> str:
    """Return the interpreter to use: the one of runtime.txt, if it is here and runs."""
    found = shutil.which(f"python{python_version()}")
    runs = found and subprocess.run([found, "--version"], capture_output=True).returncode == 0
    return found if found and runs else sys.executable


def locked() -> list[str]:
    """Return what repo2docker itself installs, as requirements of pip."""
    name = f"environment.py-{python_version()}-linux-64.lock"
    found = find_spec("repo2docker")  # which needs not be imported
    if found is None or found.origin is None:
        raise RuntimeError("repo2docker is not installed: pip install jupyter-repo2docker")
    lock = Path(found.origin).with_name("buildpacks").joinpath("conda", name).read_text()
    return [f"{package}=={version_in(lock, package)}" for package in FROM_CONDA]


def version_in(lock: str, package: str) -> str:
    """Return the version of a package in a lock file of conda."""
    (version,) = re.findall(rf"/{package}-([0-9.]+)-[^/]+\.conda", lock)
    return str(version)


def pages() -> list[str]:
    """Return the paths in the server that README's links to Binder lead to."""
    return sorted(set(_URLPATH.findall((ROOT / "README.md").read_text("utf-8"))))


def expect_page(url: str) -> None:
    """Read a page, for Voila to its end and so to that of the notebook, and all its pictures."""
    text = read(url).decode()
    if not text.rstrip().endswith("</html>") or "Traceback" in text:
        raise AssertionError(f"{url} is not the page that was expected: {text[-2000:]}")
    for picture in re.findall(r'<img [^>]*src="([^":]+)"', text):
        read(urljoin(url, picture))


def read(url: str) -> bytes:
    """Read what lies at an address; one that never comes to its end is given up."""
    deadline = time.monotonic() + PAGE_SECONDS
    with urllib.request.urlopen(url, timeout=PAGE_SECONDS) as answer:
        parts: list[bytes] = []
        while part := answer.read1():
            parts.append(part)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} has no end: {parts[-1]!r}")
    return b"".join(parts)


class Image:
    """What would be a container image: an environment, a clone of the repository, a home.

    Parameters
    ----------
    folder : Path
        Where all of it lies.
    """

    def __init__(self, folder: Path) -> None:
        self._environment = folder / "environment"
        self._home = folder / "home"  # and the clone, as in the image
        self._log = folder / "log"
        self.port = free_port()
        self.socket = folder / "indiserver"
        self._variables = {
            "PATH": f"{self._environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._home),
            "INDI_PORT": str(self.port),
            "INDI_SOCKET": str(self.socket),
            "INDI_LOG": str(folder / "indiserver.log"),
        }

    def create(self) -> None:
        """Make the environment, and the clone."""
        subprocess.run([python(), "-m", "venv", self._environment], check=True)
        subprocess.run(["git", "clone", "--quiet", ROOT, self._home], check=True)

    def run(self, *command: str) -> str:
        """Run a command in the clone; return what it says, or raise it as an error."""
        done = subprocess.run(
            command,
            cwd=self._home,
            env=self._all_variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{command} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def megabytes(self) -> int:
        """Return what environment and home take on the disk."""
        sizes = self.run(
            "du", "--summarize", "--block-size=1M", *map(str, (self._environment, self._home))
        )
        return sum(int(line.split()[0]) for line in sizes.splitlines())

    def versions(self) -> str:
        """Return the versions that a reader gets."""
        lines = self.run("pip", "list", "--format=freeze").splitlines()
        named = [line for line in lines if line.split("==")[0] in (*FROM_CONDA, "anywidget")]
        return ", ".join([self.run("python", "--version").strip(), *named])

    @contextmanager
    def started(self) -> Iterator[str]:
        """Start it as repo2docker's entry point does; yields the address of JupyterLab."""
        port = free_port()
        options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
        command = ["binder/start", "jupyter", "lab", *options, "--IdentityProvider.token="]
        with self._log.open("wb") as log:
            server = subprocess.Popen(
                command,
                cwd=self._home,
                env=self._all_variables(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            with step("start, until JupyterLab answers"):
                wait_until_it_answers(f"http://127.0.0.1:{port}/api/status", server, self._log)
            yield f"http://127.0.0.1:{port}"
        finally:
            end(server)

    def _all_variables(self) -> dict[str, str]:
        ours = ("PYTHON", "JUPYTER", "IPYTHON", "XDG_", "MPL", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | self._variables


if __name__ == "__main__":
    main()
