"""The observatory as a program: how it begins, and how it ends."""

import contextlib
import datetime as dt
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indinb.protocol.messages import GetProperties
from indinb.protocol.writer import encode
from indinb.simulator.__main__ import argument_parser, main
from indinb.simulator.observatory import ALWAYS, DEVICES
from indinb.simulator.world import CALAR_ALTO, WINTER_EVENING, Site

PATIENCE = 20.0
REPOSITORY = Path(__file__).parents[2]
RUN = ["-m", "indinb.simulator"]
WITHOUT_FCNTL = [
    "-c",
    "import sys; sys.modules['fcntl'] = None\n"
    "from indinb.simulator.__main__ import main; sys.exit(main())",
]


@contextlib.contextmanager
def program(*options: str, run: list[str] = RUN) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, *run, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


def port_of(process: "subprocess.Popen[str]") -> int:
    line = process.stdout.readline()
    match = re.fullmatch(r"indinb simulate: listening on 127\.0\.0\.1, port (\d+)\n", line)
    assert match, line + process.stderr.read()
    return int(match[1])


def answer(port: int) -> bytes:
    """Return the first definition that a client gets."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as link:
        link.sendall(encode(GetProperties()))
        received = b""
        while b"</defSwitchVector>" not in received:
            received += link.recv(65536)
    return received


def parsed(*options: str) -> Any:
    return argument_parser().parse_args(options)


def test_without_options_all_is_as_documented() -> None:
    options = parsed()
    assert (options.host, options.port) == ("127.0.0.1", 7624)
    assert (options.time, options.site) == (WINTER_EVENING, CALAR_ALTO)
    assert (options.speed, options.seed, options.devices) == (1, 0, [])
    assert not options.lifeline
    assert options.stdio is None


def test_options_are_understood() -> None:
    options = parsed("--time", "2026-03-01T12:00", "--site=-30.5,289,2400", "--speed", "60")
    assert options.time == dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    assert options.site == Site(-30.5, 289, 2400)
    assert options.speed == 60
    late = parsed("--time", "2026-03-01T12:00+02:00").time
    assert late == dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "option",
    [
        "--speed=0",
        "--speed=-1",
        "--speed=3601",
        "--speed=nan",
        "--speed=fast",
        "--time=yesterday",
        "--site=91,0,0",
        "--site=0,361,0",
        "--site=nan,0,0",
        "--site=0,0,0,0",
        "--site=here",
        "--port=x",
        "--seed=x",
    ],
)
def test_nonsense_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(option)
    assert ended.value.code == 2
    name = option.split("=")[0]
    assert f"argument {name}: " in capsys.readouterr().err


def test_help_names_the_devices(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--help")
    words = " ".join(capsys.readouterr().out.split())
    assert all(device in words for device in DEVICES)
    assert set(ALWAYS) <= set(DEVICES)


def test_a_device_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "0", "--devices", "Teapot"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("indinb simulate: no device is called 'Teapot'; there are ")


def test_a_port_that_is_taken_is_said_in_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"indinb simulate: port {port} cannot be used (")
    assert "--port chooses another" in line


def test_it_serves_and_ends_with_its_lifeline() -> None:
    with program("--port=0", "--lifeline") as process:
        assert b'name="CONNECTION"' in answer(port_of(process))
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(number: signal.Signals) -> None:
    with program("--port=0") as process:
        port = port_of(process)
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as link:
            link.sendall(encode(GetProperties()))
            assert link.recv(1)
            process.send_signal(number)
            assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == ""


def test_without_a_lifeline_the_end_of_its_input_is_none() -> None:
    with program("--port=0") as process:
        port = port_of(process)
        process.stdin.close()
        assert b'name="CONNECTION"' in answer(port)
        assert process.poll() is None


def test_it_serves_where_there_is_no_fcntl() -> None:
    with program("--port=0", "--lifeline", run=WITHOUT_FCNTL) as process:
        assert b'name="CONNECTION"' in answer(port_of(process))
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_what_goes_wrong_with_a_device_under_indiserver_is_said() -> None:
    with program("--stdio", "Teapot") as process:
        assert process.wait(PATIENCE) == 1
        (line,) = process.stderr.read().splitlines()
        assert line.startswith("indinb simulate: no device is called 'Teapot'")


def test_under_indiserver_it_ends_with_its_input() -> None:
    with program("--stdio", "Focuser Simulator") as process:
        out, err = process.communicate(encode(GetProperties()).decode(), timeout=PATIENCE)
        assert (process.returncode, err) == (0, "")
        assert 'device="Focuser Simulator" name="CONNECTION"' in out
        assert "Filter Simulator" not in out
        assert os.linesep in out
