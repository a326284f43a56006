"""Servers of our own: that they start, say why they do not, and leave nothing behind."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indinb import servers
from indinb.errors import ConnectionFailed
from indinb.servers import SIMULATORS, IndiServer

FOCUSER = [SIMULATORS["Focuser Simulator"]]
INSTALL = r"indiserver is not installed: on Debian.*`sudo apt-get install indi-bin`"


@pytest.fixture
def fake_indiserver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that puts a shell script in the place of indiserver."""

    def fake(script: str) -> Path:
        program = tmp_path / "indiserver"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        return tmp_path

    return fake


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which servers make their homes."""
    homes = tmp_path / "homes"
    homes.mkdir()
    monkeypatch.setattr(servers.tempfile, "tempdir", str(homes))
    return homes


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_server_listens_until_it_is_closed(folder: Path):
    server = IndiServer(FOCUSER)
    assert server.host == "localhost"
    assert _answers(server.port)
    (home,) = folder.iterdir()
    assert (home / "log").is_file()
    server.close()
    assert not _answers(server.port)
    assert list(folder.iterdir()) == []
    server.close()


def test_two_servers_side_by_side(folder: Path):
    one, other = IndiServer(FOCUSER), IndiServer(FOCUSER)
    assert one.port != other.port
    assert len(list(folder.iterdir())) == 2
    one.close()
    assert _answers(other.port)
    other.close()


def test_the_home_of_the_user_is_left_alone(folder: Path, fake_indiserver: Callable[[str], Path]):
    fake_indiserver("echo home=$HOME; exit 1")
    with pytest.raises(ConnectionFailed, match=f"home={folder}/indinb-"):
        IndiServer(FOCUSER)
    assert list(folder.iterdir()) == []


def test_the_command(fake_indiserver: Callable[[str], Path]):
    fake_indiserver('echo "$@"; exit 1')
    with pytest.raises(ConnectionFailed, match=r"-p \d+ -u /.*/socket one two$"):
        IndiServer(["one", "two"])


def test_without_indiserver_the_error_tells_how_to_install_it(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConnectionFailed, match=INSTALL):
        IndiServer(FOCUSER)


def test_a_server_that_rejects_its_drivers(folder: Path):
    with pytest.raises(ConnectionFailed, match=r"indiserver did not start: driver.*executable"):
        IndiServer(["--no-such-option"])
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo first; echo 'cannot bind' >&2; exit 1", "did not start: cannot bind$"),
        ("exit 3", "did not start: it said nothing$"),
        ("printf 'caf\\351\\n'; exit 1", "did not start: caf\ufffd$"),
    ],
    ids=["last line", "silence", "not UTF-8"],
)
def test_a_server_that_ends_at_once(
    fake_indiserver: Callable[[str], Path], folder: Path, script: str, said: str
):
    fake_indiserver(script)
    with pytest.raises(ConnectionFailed, match=said):
        IndiServer(FOCUSER)
    assert list(folder.iterdir()) == []


def test_a_server_that_never_listens_is_ended(
    fake_indiserver: Callable[[str], Path], folder: Path, monkeypatch: pytest.MonkeyPatch
):
    place = fake_indiserver(f"echo $$ > {folder.parent}/pid; exec sleep 60")
    monkeypatch.setattr(servers, "_START_TIMEOUT", 0.5)
    with pytest.raises(ConnectionFailed, match="indiserver did not start"):
        IndiServer(FOCUSER)
    assert not _runs(int((place / "pid").read_text()))
    assert list(folder.iterdir()) == []


def test_a_server_that_does_not_want_to_end(
    fake_indiserver: Callable[[str], Path], folder: Path, monkeypatch: pytest.MonkeyPatch
):
    place = fake_indiserver(f"trap '' TERM; echo $$ > {folder.parent}/pid; sleep 60 & wait")
    monkeypatch.setattr(servers, "_START_TIMEOUT", 0.5)
    monkeypatch.setattr(servers, "_END_TIMEOUT", 0.1)
    with pytest.raises(ConnectionFailed, match="indiserver did not start"):
        IndiServer(FOCUSER)
    assert not _runs(int((place / "pid").read_text()))


def test_the_end_of_the_program_is_the_end_of_the_server(tmp_path: Path):
    program = """
import sys
from indinb.servers import IndiServer
server = IndiServer(sys.argv[1:])
print(server.port)
"""
    command = [sys.executable, "-c", program, *FOCUSER]
    done = subprocess.run(
        command, capture_output=True, check=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    assert not _answers(int(done.stdout))
    assert list(tmp_path.iterdir()) == []


def test_interrupts_are_not_for_the_server():
    server = IndiServer(FOCUSER)
    assert os.getpgid(server._process.pid) != os.getpgid(0)
    server.close()
