"""Copies of BLOBs: right in any size, the script's own, and in huge pages where there are some."""

import ctypes
import mmap
import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from indinb.pyindi import copying
from indinb.pyindi.copying import copied

LARGE = copying._LARGE
HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage")


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_LARGE", 1)


def flags(memory: bytearray) -> set[str]:
    """Return what the system was told of the memory in which the middle of an array is."""
    middle = ctypes.addressof(ctypes.c_char.from_buffer(memory)) + len(memory) // 2
    known = re.findall(
        r"^(\w+)-(\w+) .*?^VmFlags: (.*?)$", Path("/proc/self/smaps").read_text(), re.M | re.S
    )
    (words,) = [words for begin, end, words in known if int(begin, 16) <= middle < int(end, 16)]
    return set(words.split())


@pytest.fixture
def only_ordinary_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_make", lambda: pytest.fail("this is no ordinary copy"))


@pytest.mark.parametrize("size", [0, 1, 4095, LARGE - 1, LARGE, LARGE + 4097])
def test_copy_of_any_size(size: int):
    data = os.urandom(size)
    copy = copied(memoryview(data))
    assert type(copy) is bytearray
    assert copy == data


@pytest.mark.usefixtures("everything_is_large")
@pytest.mark.parametrize("size", [1, 15, 4096, 200_000])
def test_copy_to_huge_pages_of_any_size(size: int):
    data = os.urandom(size)
    assert copied(memoryview(data)) == data


@pytest.mark.usefixtures("everything_is_large")
def test_copy_of_a_part_of_mapped_memory():
    memory = mmap.mmap(-1, 8192)
    memory[:] = os.urandom(8192)
    with memoryview(memory) as view, view[5:5000] as part:
        assert copied(part) == memory[5:5000]
    memory.close()  # nothing holds it


def test_copy_is_the_scripts_own():
    data = bytearray(LARGE)
    copy = copied(memoryview(data).toreadonly())
    copy[0] = 1
    assert data[0] == 0
    copy += b"more"
    del copy[:4]
    assert copy[-5:] == b"\0more"
    assert len(copy) == LARGE


def test_nothing_else_holds_a_copy():
    copy, ordinary = copied(memoryview(bytes(LARGE))), bytearray(1)
    assert sys.getrefcount(copy) == sys.getrefcount(ordinary)


@pytest.mark.skipif(not HUGE_PAGES.exists(), reason="this system has no huge pages")
def test_large_copies_ask_for_huge_pages():
    assert "hg" in flags(copied(memoryview(bytes(LARGE))))


@pytest.mark.usefixtures("only_ordinary_copies")
def test_smaller_copies_are_ordinary():
    assert copied(memoryview(bytes(LARGE - 1))) == bytes(LARGE - 1)


@pytest.mark.usefixtures("everything_is_large", "only_ordinary_copies")
@pytest.mark.parametrize(
    ("platform", "implementation"), [("darwin", "cpython"), ("win32", "cpython"), ("linux", "pypy")]
)
def test_elsewhere_all_copies_are_ordinary(
    monkeypatch: pytest.MonkeyPatch, platform: str, implementation: str
):
    here = SimpleNamespace(platform=platform, implementation=SimpleNamespace(name=implementation))
    monkeypatch.setattr(copying, "sys", here)
    assert copied(memoryview(b"pixels")) == bytearray(b"pixels")


@pytest.mark.usefixtures("everything_is_large")
def test_a_kernel_that_refuses_huge_pages_does_no_harm(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(copying, "_advise", lambda: lambda *_: -1)
    assert copied(memoryview(b"pixels")) == bytearray(b"pixels")
