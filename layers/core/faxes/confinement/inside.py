"""In the process that reads a document: give up what is not needed, take the document, answer, end.

Standard output is a socket: the document comes over it and the answer goes. Where the document is a file, standard
input is that file, open for reading alone, and is mapped; else standard input is the same socket.
"""

import ctypes
import os
import resource
import time

from faxes import confinement
from faxes.confinement import sandbox

_ITIMER_PROF = 2
_MAP_FAILED = ctypes.c_void_p(-1).value
# The mmap module has no name for it; it is the same on Linux and macOS.
_MAP_FIXED = 0x10
# A timer of zero would be none.
_SHORTEST = 0.000_001
# Whole seconds beyond the timer: for a library that was made to put that off.
_GRACE = 2


def room(length: int, offset: int = -1) -> "ctypes.Array[ctypes.c_char]":
    """Where a document of ``length`` bytes goes. Where ``offset`` is 0 or more it is there already: what the file on
    standard input has from there on, and zeros behind its end. What is written there is this process's alone.

    Raises OSError where the file cannot be mapped.
    """
    document = ctypes.c_char * length
    if offset < 0:
        return document()
    from mmap import MAP_ANON, MAP_PRIVATE, PROT_READ, PROT_WRITE

    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    access = PROT_READ | PROT_WRITE
    whole = offset + length
    # Memory for all of it, over which the file is laid.
    start = libc.mmap(None, whole, access, MAP_PRIVATE | MAP_ANON, -1, 0)
    if start != _MAP_FAILED:
        start = libc.mmap(start, min(whole, os.fstat(0).st_size), access, MAP_PRIVATE | _MAP_FIXED, 0, 0)
    if start == _MAP_FAILED:
        raise OSError(ctypes.get_errno(), "mmap")
    return document.from_address(start + offset)


def receive(content: memoryview, memory: int, seconds: float) -> None:
    """Confine this process, and fill ``content``, the document or the part of it that is not there yet, with what
    comes. All that is needed is open and imported by then.

    ``memory`` is the bytes of address space that may be reserved beyond what is now, ``seconds`` the processor time
    from now on. Raises EOFError where less comes, OSError where the system does not confine it.
    """
    limit(memory, seconds)
    sandbox.confine()
    os.write(1, confinement.READY)
    while content:
        read = os.readv(1, [content])
        if not read:
            raise EOFError("the document ended early")
        content = content[read:]


def say(content: bytes) -> None:
    """Hand over all of it."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(1, rest) :]


def end() -> None:
    """Nothing that a library left behind is run or freed."""
    os._exit(0)


def limit(memory: int, seconds: float) -> None:
    """Bound what may be computed, reserved and opened. What was opened stays open."""
    # Until here an error is told to the function's log; from here on, the document is not.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        # No process and no thread; it does not hold for root, whom `sandbox` makes nobody.
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CPU: int(time.process_time() + seconds) + _GRACE,
        # No file, socket or pipe, by any way.
        resource.RLIMIT_NOFILE: 0,
    }
    reserved = _reserved()
    if reserved:
        limits[resource.RLIMIT_AS] = reserved + memory
    for which, value in limits.items():
        resource.setrlimit(which, (value, value))
    # The standard library's function for it comes with an import that costs a third of a small process's start.
    whole, part = divmod(round(max(seconds, _SHORTEST) * 1_000_000), 1_000_000)
    if ctypes.CDLL(None).setitimer(_ITIMER_PROF, (ctypes.c_long * 4)(0, 0, whole, part), None):
        raise OSError("no timer")


def _reserved() -> int:
    """This process's address space in bytes; 0 where the system does not say: macOS, which does not limit it either."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        return 0
