"""Copies of BLOBs: scripts are given another one each time that they ask."""

import ctypes
import functools
import mmap
import sys
from collections.abc import Callable

_LARGE = 32 << 20  # bytes, from which on malloc takes fresh memory from the system each time


def copied(data: memoryview) -> bytearray:
    """Copy bytes; many of them into huge pages if possible, as the first touch of each page costs.

    In pages of 4 KiB that takes several times as long as the copy itself.

    Parameters
    ----------
    data : memoryview
        Of single bytes.

    Examples
    --------
    >>> copied(memoryview(b"pixels"))
    bytearray(b'pixels')
    """
    if len(data) < _LARGE or sys.platform != "linux" or sys.implementation.name != "cpython":
        return bytearray(data)
    copy: bytearray = _make()(None, len(data))  # unlike bytearray(size), it touches nothing yet
    _ask_for_huge_pages(copy)
    memoryview(copy)[:] = data
    return copy


def _ask_for_huge_pages(memory: bytearray) -> None:
    """Ask; some kernels are built without, and some are told to give none."""
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    begin = address - address % mmap.PAGESIZE
    _advise()(begin, address + len(memory) - begin, mmap.MADV_HUGEPAGE)


@functools.cache
def _make() -> Callable[[None, int], bytearray]:
    function = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_char_p, ctypes.c_ssize_t)
    return function(("PyByteArray_FromStringAndSize", ctypes.pythonapi))


@functools.cache
def _advise() -> Callable[[int, int, int], int]:
    function = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return function(("madvise", ctypes.CDLL(None)))
