"""Memory that was freed goes back to the system.

A batch is thousands of values of one size and a few buffers of hundreds of KiB. glibc learns from the first large one that it
frees to keep such sizes in its heap, where a single small value behind them holds all of them: a worker stood 13 to 24 MiB
higher after an import. Fixed bounds switch the learning off.
"""

import ctypes
from typing import Final

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # of malloc.h
BYTES: Final = 128 * 1024  # where glibc begins, before it learns


def give_back() -> None:
    """For this process, from now on. Where the C library is not glibc nothing happens."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(TRIM_THRESHOLD, BYTES)
        mallopt(MMAP_THRESHOLD, BYTES)
        mallopt(ARENA_MAX, 2)
