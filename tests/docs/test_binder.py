"""binder/ says what it should to repo2docker, and its scripts do what they should."""

import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.error import HTTPError

import pytest

import indinb
from tests import binder
from tests.docs.website import serving
from tests.lab import end, free_port
from tests.waiting import look_until

START = binder.BINDER / "start"


@pytest.fixture(scope="module")
def dockerfile() -> str:
    """Return what repo2docker would build, for which it needs no Docker."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(binder.ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Building conda environment for python=3.12" in done.stderr
    return done.stdout


def test_python_is_one_that_repo2docker_has_tried(dockerfile: str) -> None:
    assert "environment-2epy-2d3-2e12-2dlinux-2d64-2elock" in dockerfile
    assert binder.python_version() == "3.12"


def test_indiserver_comes_from_ubuntu(dockerfile: str) -> None:
    assert "apt-get install --yes --no-install-recommends indi-bin &&" in dockerfile
    assert "FROM docker.io/library/buildpack-deps:24.04" in dockerfile


def test_steps_come_in_their_order(dockerfile: str) -> None:
    steps = [
        'pip install --no-cache-dir -r "binder/requirements.txt"',
        "COPY --chown=0:0 src/ ${REPO_DIR}/",
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
        "ENTRYPOINT",
    ]
    places = [dockerfile.find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)


def test_scripts_can_be_run() -> None:
    for script in (binder.BINDER / "postBuild", START):
        assert os.access(script, os.X_OK)
        assert script.read_text().startswith("#!/bin/bash\n")


def test_the_image_has_the_lab_of_the_package() -> None:
    project = tomllib.loads((binder.ROOT / "pyproject.toml").read_text())["project"]
    assert "lab" in project["optional-dependencies"]
    assert '".[lab]"' in (binder.BINDER / "postBuild").read_text()


def test_kernels_of_the_image_show_what_threads_say() -> None:
    assert "ipykernel>=7.1" in (binder.BINDER / "requirements.txt").read_text().splitlines()


def test_packages_of_repo2docker_itself_are_asked_for_by_version() -> None:
    assert tuple(line.split("==")[0] for line in binder.locked()) == binder.FROM_CONDA


class Site(BaseHTTPRequestHandler):
    """Has a page with a picture, which may be missing, and a page without an end."""

    def do_GET(self) -> None:
        self.send_response(404 if "gone" in self.path else 200)
        self.end_headers()
        with suppress(OSError):  # as who reads it has gone
            self.wfile.write(f'<html><img alt="" src="{self.path}.png"></html>\n'.encode())
            while "endless" in self.path:
                self.wfile.write(b"Executing 2 of 9")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    with serving(Site) as address:
        yield address


def test_pages_are_read_with_their_pictures(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    binder.expect_page(f"{site}/page")
    with pytest.raises(HTTPError, match="404"):
        binder.expect_page(f"{site}/gone")
    monkeypatch.setattr(binder, "PAGE_SECONDS", 0.2)
    with pytest.raises(TimeoutError, match="endless has no end"):
        binder.expect_page(f"{site}/endless")


def test_a_page_that_is_cut_or_shows_an_error_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (b"<html>", b"<html>Traceback (most recent call last)</html>"):
        monkeypatch.setattr(binder, "read", lambda url, text=text: text)
        with pytest.raises(AssertionError, match="not the page"):
            binder.expect_page("http://localhost/")


def test_versions_are_read_from_a_lock_of_conda() -> None:
    lock = "https://x/noarch/notebook-7.4.7-pyh_0.conda#1\nhttps://x/noarch/notebook-shim-0.2.conda"
    assert binder.version_in(lock, "notebook") == "7.4.7"
    with pytest.raises(ValueError, match="unpack"):
        binder.version_in(lock, "jupyterlab")


def test_an_interpreter_that_does_not_run_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tmp_path / "python3.12"
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    for status, expected in ((0, str(found)), (1, sys.executable)):
        found.write_text(f"#!/bin/sh\nexit {status}\n")
        found.chmod(0o755)
        assert binder.python() == expected


def test_links_to_binder_open_lessons_in_jupyterlab_notebook_and_voila() -> None:
    pages = [page.partition("/notebooks/") for page in binder.pages()]
    assert [front for front, _, _ in pages] == ["lab/tree", "tree", "voila/render"]
    for _, _, lesson in pages:
        assert (binder.ROOT / "notebooks" / lesson).exists()


def test_links_to_binder_are_found_whoever_hosts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = binder.pages()
    page = (binder.ROOT / "README.md").read_text("utf-8")
    (tmp_path / "README.md").write_text(page.replace("/ORG/", "/an-observatory/"), "utf-8")
    monkeypatch.setattr(binder, "ROOT", tmp_path)
    assert binder.pages() == here


@contextmanager
def started(tmp_path: Path, *command: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the image's start with a command that reads to its end, and end all of it."""
    private = {"INDI_LOG": str(tmp_path / "log"), "INDI_SOCKET": str(tmp_path / "socket")}
    process = subprocess.Popen(
        [START, *command],
        env=os.environ | private | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            end(process)


def test_start_becomes_what_it_is_asked_for(tmp_path: Path) -> None:
    shell = ("sh", "-c", 'echo "$$ $1"; read _', "sh", "two words")
    with started(tmp_path, *shell, INDI_PORT=str(free_port())) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{process.pid} two words\n"


def test_start_brings_simulators(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, "cat", INDI_PORT=str(port)):
        look_until(lambda: listens(port))
        with indinb.connect("localhost", port) as client:
            for name in binder.SIMULATORS:
                client.wait_for(name, "CONNECTION", timeout=20)
        with indinb.connect(f"unix:{tmp_path / 'socket'}") as client:
            client.wait_for("CCD Simulator", timeout=20)


def listens(port: int) -> bool:
    """Tell whether a server that was started just now listens already."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def test_start_does_without_indiserver(tmp_path: Path) -> None:
    for tool in ("bash", "mktemp", "cat"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    log = tmp_path / "log"
    with started(tmp_path, "cat", PATH=str(tmp_path)) as process:
        look_until(lambda: log.exists() and "indiserver: command not found" in log.read_text())
        said, _ = process.communicate("JupyterLab runs\n", timeout=60)
    assert said == "JupyterLab runs\n"


def test_start_does_without_a_place_for_the_log(tmp_path: Path) -> None:
    with started(tmp_path, "cat", INDI_LOG=str(tmp_path / "missing" / "log")) as process:
        said, _ = process.communicate("JupyterLab runs\n", timeout=60)
    assert said == "JupyterLab runs\n"
