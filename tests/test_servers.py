"""Servers of our own: that they start, say why they do not, and leave nothing behind."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indinb import servers
from indinb.errors import ConnectionFailed
from indinb.servers import SIMULATORS, EmbeddedServer, IndiServer, OwnServer

FOCUSER = [SIMULATORS["Focuser Simulator"]]
PATIENCE = 20.0  # seconds
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


def _ends(pid: int) -> bool:
    """Wait for the end of a process that is no child of ours, and tell whether it came."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], PATIENCE)[0])
    finally:
        os.close(process)


def _hangs_up(port: int) -> bool:
    """Wait until a server hangs up, and tell whether it did."""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as probe:
            return probe.recv(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def _run(program: str, *arguments: str, folder: Path) -> "subprocess.Popen[str]":
    """Run a program that makes the homes of its servers in a folder."""
    command = [sys.executable, "-c", program, *arguments]
    environment = os.environ | {"TMPDIR": str(folder)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)


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
    with pytest.raises(ConnectionFailed, match=r"-p 7777 -u /.*/socket -r 5 one$"):
        IndiServer(["one"], options=["-r", "5"], port=7777)


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
    assert _ends(int((place / "pid").read_text()))
    assert list(folder.iterdir()) == []


def test_a_server_that_does_not_want_to_end(
    fake_indiserver: Callable[[str], Path], folder: Path, monkeypatch: pytest.MonkeyPatch
):
    place = fake_indiserver(f"trap '' TERM; echo $$ > {folder.parent}/pid; sleep 60 & wait")
    monkeypatch.setattr(servers, "_START_TIMEOUT", 0.5)
    monkeypatch.setattr(servers, "_END_TIMEOUT", 0.1)
    with pytest.raises(ConnectionFailed, match="indiserver did not start"):
        IndiServer(FOCUSER)
    assert _ends(int((place / "pid").read_text()))


PROGRAM = """
import os, sys
from indinb.servers import IndiServer
server = IndiServer(sys.argv[1:])
print(server.port, server._process.pid, flush=True)
"""


def test_the_end_of_the_program_is_the_end_of_the_server(tmp_path: Path):
    with _run(PROGRAM, *FOCUSER, folder=tmp_path) as program:
        port, _ = map(int, program.stdout.readline().split())
        assert program.wait(PATIENCE) == 0
    assert not _answers(port)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_a_program_that_is_killed_leaves_no_server(tmp_path: Path, signum: signal.Signals):
    with _run(PROGRAM + "sys.stdin.read()", *FOCUSER, folder=tmp_path) as program:
        port, keeper = map(int, program.stdout.readline().split())
        assert _answers(port)
        program.send_signal(signum)
        assert program.wait(PATIENCE) == -signum
    assert _hangs_up(port)
    assert _ends(keeper)


def test_a_stubborn_server_ends_with_a_killed_program(
    fake_indiserver: Callable[[str], Path], tmp_path: Path
):
    pid = tmp_path / "pid"
    fake_indiserver(f"trap '' TERM; echo $$ > {pid}.new; mv {pid}.new {pid}; sleep 60 & wait")
    begun = f"""
from indinb import servers
servers.IndiServer._listens = lambda self: os.path.exists({str(pid)!r})
"""
    program = "import os" + begun + PROGRAM + "sys.stdin.read()"
    with _run(program, *FOCUSER, folder=tmp_path) as running:
        _, keeper = map(int, running.stdout.readline().split())
        running.kill()
    assert _ends(keeper)
    assert _ends(int(pid.read_text()))


@pytest.mark.parametrize(
    "end", ["sys.exit()", "del server; gc.collect(); os._exit(0)", "server.close(); os._exit(0)"]
)
def test_a_forked_child_leaves_the_server_of_its_parent_alone(tmp_path: Path, end: str):
    fork = f"""
import gc
child = os.fork()
if not child:
    {end}
os.waitpid(child, 0)
print("ended", flush=True)
sys.stdin.read()
"""
    with _run(PROGRAM + fork, *FOCUSER, folder=tmp_path) as program:
        port, _ = map(int, program.stdout.readline().split())
        assert program.stdout.readline() == "ended\n"
        assert _answers(port)
        assert len(list(tmp_path.iterdir())) == 1
    assert not _answers(port)
    assert list(tmp_path.iterdir()) == []


def test_a_forked_child_that_lives_on_does_not_keep_the_server_of_a_killed_parent(tmp_path: Path):
    fork = """
import signal
if not os.fork():
    os.close(1)
    signal.pause()
print("forked", flush=True)
signal.pause()
"""
    with _run(PROGRAM + fork, *FOCUSER, folder=tmp_path) as program:
        port, keeper = map(int, program.stdout.readline().split())
        children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
        program.stdout.readline()
        child = next(int(pid) for pid in children.read_text().split() if int(pid) != keeper)
        program.kill()
    try:
        assert _hangs_up(port)
        assert _ends(keeper)
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("start", [lambda: IndiServer(FOCUSER), EmbeddedServer])
def test_interrupts_are_not_for_the_server(start: Callable[[], OwnServer]):
    server = start()
    assert os.getpgid(server._process.pid) != os.getpgid(0)
    server.close()


# The embedded observatory

EMBEDDED = """
import os, sys
from indinb.servers import EmbeddedServer
server = EmbeddedServer(sys.argv[1:])
print(server.port, server._process.pid, flush=True)
"""


def test_an_observatory_listens_until_it_is_closed(folder: Path):
    server = EmbeddedServer()
    assert server.host == "127.0.0.1"
    assert _answers(server.port)
    server.close()
    assert not _answers(server.port)
    assert list(folder.iterdir()) == []
    server.close()


def test_an_observatory_says_why_it_does_not_start(folder: Path):
    with pytest.raises(
        ConnectionFailed, match=r"the observatory did not start: .*--no-such-option"
    ):
        EmbeddedServer(["--no-such-option"])
    assert list(folder.iterdir()) == []


def test_an_observatory_is_ours_whatever_lies_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "asyncio.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    server = EmbeddedServer()
    assert _answers(server.port)
    server.close()


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_a_program_that_is_killed_leaves_no_observatory(tmp_path: Path, signum: signal.Signals):
    with _run(EMBEDDED + "sys.stdin.read()", folder=tmp_path) as program:
        port, observatory = map(int, program.stdout.readline().split())
        assert _answers(port)
        program.send_signal(signum)
        assert program.wait(PATIENCE) == -signum
    assert _hangs_up(port)
    assert _ends(observatory)
