"""Frames on disk of programs that end without closing, or are killed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from tests.waiting import look_until

ROOT = Path(__file__).parents[1]

BEGIN = """
import concurrent.futures.thread, itertools, sys, threading
import numpy as np
from indinb import Camera, Client
from tests.client.fakes import ABORT, CCD, CONNECTION, FRAME_TYPE, IMAGE, FakeServer
from tests.instruments.evidence import EXPOSURE, exposing, picture
from tests.test_saving_programs import checked
from indinb.protocol.vocabulary import State

numbers = itertools.count(1)
def answer(new):
    return [exposing(State.BUSY, 1.0), picture(checked(next(numbers))), exposing(State.OK)]
server = FakeServer(CONNECTION, FRAME_TYPE, EXPOSURE, ABORT, IMAGE, answer=answer)
client = Client(server.transport, "fake").open()
client.save_to = sys.argv[1]
"""

ENDS_WHILE_FRAMES_WAIT = """
go_on = threading.Event()
client.worker.submit(go_on.wait)
server.tell(*(picture(checked(number)) for number in range(5)))
go_on.set()
"""

ENDS_WHILE_FRAMES_ARRIVE = """
concurrent.futures.thread._python_exit()  # the first that Python does
server.tell(*(picture(checked(number)) for number in range(5)))
"""

FAILS = ENDS_WHILE_FRAMES_WAIT + "sys.exit()"

EXPOSES_UNTIL_IT_IS_KILLED = """
while True:
    print(Camera(client.devices[CCD]).expose(1).path, flush=True)
"""


def checked(number: int) -> bytes:
    """Return a picture that can be told from others, and from a damaged one."""
    header = fits.Header({"NUMBER": number, "OBJECT": "M31", "EXPTIME": 1})
    data = np.random.default_rng(number).integers(0, 60000, (1000, 1000)).astype(np.uint16)
    hdu = fits.PrimaryHDU(data, header)
    hdu.add_checksum()
    return bytes(str(hdu.header), "ascii").ljust(2880) + _stored(hdu)


def _stored(hdu: fits.PrimaryHDU) -> bytes:
    stored = (hdu.data ^ np.uint16(32768)).astype(">u2").tobytes()
    return stored + bytes(-len(stored) % 2880)


def number_of(path: Path) -> int:
    """Check that a picture is whole (a wrong checksum is a warning), and return its number."""
    assert path.stat().st_size == len(checked(0))
    with fits.open(path, checksum=True) as hdus:
        return hdus[0].header["NUMBER"]


def program(text: str, folder: Path) -> list[str]:
    return [sys.executable, "-c", BEGIN + text, str(folder)]


@pytest.mark.parametrize("text", [ENDS_WHILE_FRAMES_WAIT, ENDS_WHILE_FRAMES_ARRIVE, FAILS])
def test_a_program_that_ends_without_closing(text: str, tmp_path: Path):
    done = subprocess.run(program(text, tmp_path), cwd=ROOT, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [number_of(path) for path in sorted(tmp_path.iterdir())] == list(range(5))


FAILS_TO_WRITE = """
import os
def fail(descriptor):
    raise OSError("the disk is full")
os.fsync = fail
server.tell(picture(checked(0)))
"""


def test_a_program_that_ends_with_a_full_disk(tmp_path: Path):
    command = program(FAILS_TO_WRITE, tmp_path)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, text=True)
    assert done.returncode == 0
    first, last = done.stderr.splitlines()
    assert "it stays in memory" in first
    assert last.endswith("the disk is full; it is lost")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("acknowledged", [1, 2, 7])
@pytest.mark.parametrize("writing", [True, False])
def test_a_program_that_is_killed(acknowledged: int, writing: bool, tmp_path: Path):
    command = program(EXPOSES_UNTIL_IT_IS_KILLED, tmp_path)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        paths = [process.stdout.readline().strip() for _ in range(acknowledged)]
        if writing:
            look_until(lambda: list(tmp_path.glob(".*.part")))
        process.kill()
        paths += process.stdout.read().split()
    numbers = [number_of(path) for path in sorted(tmp_path.glob("M31_*"))]
    assert {*map(Path, paths)} <= {*tmp_path.glob("M31_*")}
    assert numbers == list(range(1, len(numbers) + 1))  # all whole, and none is missing
    assert len(paths) <= len(numbers) <= len(paths) + 1
    assert len(list(tmp_path.glob(".*"))) <= 1
