"""Blocks of shared memory: read where they are or copied, and let go of."""

import gc
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from indinb.client import shared_memory
from indinb.client.shared_memory import copy_block, map_block
from tests.client.fakes import MEBIBYTE, maps, open_files, share

View = Callable[[int], memoryview]

either = pytest.mark.parametrize("view", [map_block, copy_block])


@pytest.fixture(scope="module", autouse=True)
def no_maps() -> None:
    """Count from zero: clients of other tests may be garbage that was not collected yet."""
    gc.collect()
    assert maps() == 0


@pytest.fixture(autouse=True)
def lets_go_without_the_garbage_collector() -> Iterator[None]:
    before = open_files()
    gc.disable()
    yield
    gc.enable()
    assert maps() == 0
    assert open_files() == before


@pytest.fixture
def block() -> Iterator[int]:
    descriptor = share(b"SIMPLE  =                    T", MEBIBYTE)
    yield descriptor
    os.close(descriptor)


def viewed(view: View, data: bytes, room: int = 1) -> memoryview:
    """Look at data in shared memory, whose descriptor is closed at once."""
    descriptor = share(data, room)
    try:
        return view(descriptor)
    finally:
        os.close(descriptor)


@either
@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 3 * MEBIBYTE])
def test_the_whole_block_whatever_its_size(view: View, size: int):
    data = os.urandom(size)
    assert viewed(view, data) == data


@either
def test_plain_bytes(view: View, block: int):
    seen = view(block)
    assert (seen.format, seen.itemsize, seen.ndim, seen.contiguous) == ("B", 1, 1, True)
    assert seen.nbytes == MEBIBYTE
    assert seen[0] == ord("S")
    assert bytes(seen[:6]) == b"SIMPLE"
    assert not any(seen[30:])


@either
def test_nothing_can_be_written(view: View, block: int):
    seen = view(block)
    assert seen.readonly
    assert seen[10:20].readonly
    with pytest.raises(TypeError, match="read-only"):
        seen[0] = 0
    assert os.pread(block, 6, 0) == b"SIMPLE"


@either
def test_the_place_in_the_file_does_not_matter(view: View, block: int):
    os.lseek(block, 100, os.SEEK_SET)
    assert bytes(view(block)[:6]) == b"SIMPLE"
    assert os.lseek(block, 0, os.SEEK_CUR) == 100


@either
def test_a_block_that_may_only_be_read(view: View, block: int):
    descriptor = os.open(f"/proc/self/fd/{block}", os.O_RDONLY)
    assert bytes(view(descriptor)[:6]) == b"SIMPLE"
    os.close(descriptor)


@either
def test_a_view_needs_no_descriptor(view: View):
    before = open_files()
    seen = viewed(view, b"pixels")
    assert open_files() == before
    assert bytes(seen) == b"pixels"


def test_a_thousand_kept_blocks_hold_no_descriptor():
    before = open_files()
    frames = [viewed(map_block, b"%d" % number) for number in range(1000)]
    assert open_files() == before
    assert maps() == 1000
    assert [int(bytes(frame)) for frame in frames] == list(range(1000))


def test_a_thousand_dropped_blocks_leave_nothing():
    before = open_files()
    for _ in range(1000):
        viewed(map_block, b"pixels", MEBIBYTE)
    assert maps() == 0
    assert open_files() == before


def test_a_map_is_no_copy(block: int):
    seen = map_block(block)
    os.pwrite(block, b"simple", 0)
    assert bytes(seen[:6]) == b"simple"
    assert maps() == 1


def test_a_map_ends_with_its_last_slice():
    seen = viewed(map_block, b"0123456789")
    part = seen[2:8]
    del seen
    again = part[2:4]
    del part
    assert maps() == 1
    assert bytes(again) == b"45"
    del again
    assert maps() == 0


def test_a_map_ends_with_the_last_that_is_made_of_it():
    pixels = np.frombuffer(viewed(map_block, bytes(range(256))), ">u2")[::2]
    assert pixels[1] == 0x0405
    assert not pixels.flags.writeable
    with pytest.raises(ValueError, match="WRITEABLE"):
        pixels.setflags(write=True)
    assert maps() == 1
    del pixels
    assert maps() == 0


def test_releasing_a_view_ends_the_map():
    seen = viewed(map_block, b"pixels")
    seen.release()
    del seen
    assert maps() == 0


def test_maps_of_one_block_end_each_for_itself(block: int):
    one, other = map_block(block), map_block(block)
    del one
    assert bytes(other[:6]) == b"SIMPLE"


def test_a_copy_is_no_map(block: int):
    seen = copy_block(block)
    assert maps() == 0
    os.pwrite(block, b"simple", 0)
    assert bytes(seen[:6]) == b"SIMPLE"


def test_a_copy_outlives_its_block():
    descriptor = share(b"pixels", MEBIBYTE)
    seen = copy_block(descriptor)
    os.truncate(descriptor, 0)
    os.close(descriptor)
    assert bytes(seen[:6]) == b"pixels"
    assert len(seen) == MEBIBYTE


def test_reading_a_map_whose_block_was_truncated_ends_the_program():
    """This is why `connect` says that the server is trusted."""
    program = """if True:
        import os, sys
        from indinb.client import shared_memory
        block = os.memfd_create("block")
        os.truncate(block, 1 << 20)
        seen = getattr(shared_memory, sys.argv[1])(block)
        os.truncate(block, 0)
        print(sum(seen))
        """
    ends = {}
    for name in ("map_block", "copy_block"):
        command = [sys.executable, "-c", program, name]
        done = subprocess.run(command, capture_output=True, preexec_fn=_no_core)
        ends[name] = done.returncode
    assert ends == {"map_block": -signal.SIGBUS, "copy_block": 0}


def _no_core() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def test_views_may_outlive_everything_else():
    program = """if True:
        import atexit, os, weakref
        from indinb.client.shared_memory import map_block
        block = os.memfd_create("block")
        os.write(block, b"pixels")
        seen = map_block(block)
        class Last: pass
        keep = Last()
        atexit.register(lambda: print(bytes(seen), flush=True))
        keep.end = weakref.finalize(keep, lambda: print(bytes(seen), flush=True))
        """
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.split() == [b"b'pixels'"] * 2
    assert done.stderr == b""


# What cannot be read


@either
def test_an_empty_block(view: View):
    with pytest.raises(OSError, match="it has 0 bytes"):
        viewed(view, b"")


@either
def test_a_block_larger_than_any_image(view: View, block: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shared_memory, "MAX_BLOCK", MEBIBYTE)
    assert len(view(block)) == MEBIBYTE
    os.truncate(block, MEBIBYTE + 1)
    with pytest.raises(OSError, match=f"it has {MEBIBYTE + 1} bytes, which is not from 1 to"):
        view(block)


@either
def test_a_claim_of_terabytes_costs_nothing(view: View, block: int):
    os.truncate(block, 1 << 42)
    with pytest.raises(OSError, match="not from 1 to 1073741824"):
        view(block)


@either
def test_a_pipe(view: View):
    ends = os.pipe()
    for end in ends:
        with pytest.raises(OSError, match="it is no memory"):
            view(end)
        os.close(end)


@either
@pytest.mark.parametrize("path", ["/dev/zero", "/proc"])
def test_devices_and_folders(view: View, path: str):
    descriptor = os.open(path, os.O_RDONLY)
    with pytest.raises(OSError, match="it is no memory"):
        view(descriptor)
    os.close(descriptor)


@either
def test_a_block_that_may_only_be_written(view: View, block: int):
    descriptor = os.open(f"/proc/self/fd/{block}", os.O_WRONLY)
    with pytest.raises(OSError, match=r"Permission denied|Bad file descriptor"):
        view(descriptor)
    os.close(descriptor)


@either
def test_a_descriptor_that_is_closed(view: View):
    descriptor = share(b"pixels")
    os.close(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        view(descriptor)


def test_a_block_that_shrinks_while_it_is_copied(block: int, monkeypatch: pytest.MonkeyPatch):
    def shrinking(descriptor: int, size: int, offset: int) -> bytes:
        os.truncate(descriptor, 10)
        return pread(descriptor, size, offset)

    pread = os.pread
    monkeypatch.setattr(os, "pread", shrinking)
    with pytest.raises(OSError, match=f"it has shrunk to 10 of {MEBIBYTE} bytes"):
        copy_block(block)


def test_no_room_for_a_map(block: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shared_memory, "MAX_BLOCK", 1 << 62)
    os.truncate(block, 1 << 60)
    with pytest.raises(OSError, match="Cannot allocate memory"):
        map_block(block)
