"""Blocks of memory that a server on this machine shares: BLOBs, seen where they are or copied.

Python's own `mmap` would do, but before 3.13 it keeps the file open as long as the map lives, and
a series of a thousand frames would hold a thousand descriptors. So the C library is asked.
"""

import ctypes
import functools
import mmap
import os
import stat
import weakref

MAX_BLOCK = 1 << 30
"""Bytes beyond which a block is not believed to be a BLOB."""


def map_block(descriptor: int) -> memoryview:
    """Look at a block where it is, without a copy.

    Parameters
    ----------
    descriptor : int
        Of the block. It may be closed at once.

    Returns
    -------
    memoryview
        The whole block, read-only. The map ends with the last slice of it.

    Raises
    ------
    OSError
        If it is no memory, is empty or too large, or cannot be mapped.

    Examples
    --------
    >>> block = os.memfd_create("frame")
    >>> os.write(block, b"pixels")
    6
    >>> view = map_block(block)
    >>> os.close(block)
    >>> bytes(view)
    b'pixels'
    """
    size = _size(descriptor)
    address = _libc().mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    if address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    block = (ctypes.c_ubyte * size).from_address(address)
    end = weakref.finalize(block, _libc().munmap, address, size)
    end.atexit = False  # others may read it until the very last
    return memoryview(block).cast("B").toreadonly()


def copy_block(descriptor: int) -> memoryview:
    """Copy a block, so that nothing which becomes of it later matters.

    Parameters
    ----------
    descriptor : int
        Of the block.

    Returns
    -------
    memoryview
        Of the copy, read-only.

    Raises
    ------
    OSError
        If it is no memory, is empty or too large, or shrinks meanwhile.

    Examples
    --------
    >>> block = os.memfd_create("frame")
    >>> os.write(block, b"pixels")
    6
    >>> view = copy_block(block)
    >>> os.truncate(block, 0)
    >>> os.close(block)
    >>> bytes(view)
    b'pixels'
    """
    size = _size(descriptor)
    data = os.pread(descriptor, size, 0)
    if len(data) < size:
        raise OSError(f"it has shrunk to {len(data)} of {size} bytes")
    return memoryview(data)


def _size(descriptor: int) -> int:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is no memory")
    if not 0 < status.st_size <= MAX_BLOCK:
        raise OSError(f"it has {status.st_size} bytes, which is not from 1 to {MAX_BLOCK}")
    return status.st_size


@functools.cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    integer, size = ctypes.c_int, ctypes.c_size_t
    libc.mmap.argtypes = (ctypes.c_void_p, size, integer, integer, integer, ctypes.c_long)
    libc.mmap.restype = ctypes.c_void_p
    libc.munmap.argtypes = (ctypes.c_void_p, size)
    return libc
