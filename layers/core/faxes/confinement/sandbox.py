"""Gives up everything that reading a document does not need, for this process and for good.

On Linux: root's rights where it has them, memory that others of the same user could read, rights that a program could
bring, and each system call that is not on a list of 24. What is left is to compute, to reserve memory, to read and
write what is open, and to end. Elsewhere there are only the limits that ``inside`` sets, which close files, sockets,
pipes and processes as well; what stays open there are signals to processes of the same user and memory that is shared
without a name in the file system.
"""

import ctypes
import errno
import os
import struct
import sys

_NOBODY = 65_534
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 4, 38, 22, 2

# read, write, readv, writev, close, fstat, lseek, mmap, mprotect, munmap, brk, mremap, madvise, rt_sigaction,
# rt_sigprocmask, rt_sigreturn, sched_yield, futex, clock_gettime, clock_nanosleep, getrandom, getpid, exit, exit_group
_CALLS = {
    "x86_64": (
        0xC000003E,
        (0, 1, 19, 20, 3, 5, 8, 9, 10, 11, 12, 25, 28, 13, 14, 15, 24, 202, 228, 230, 318, 39, 60, 231),
    ),
    "aarch64": (
        0xC00000B7,
        (63, 64, 65, 66, 57, 80, 62, 222, 226, 215, 214, 216, 233, 134, 135, 139, 124, 98, 113, 115, 278, 172, 93, 94),
    ),
}
# Instructions of the kernel's packet filter: load a word, jump if equal, return.
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | 1
_INSTRUCTION = struct.Struct("=HBBI")


def confine() -> None:
    """Do it. Raises OSError where the system refuses."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        # Limits of processes do not hold for root.
        _become_nobody()
    hide(libc)
    _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
    try:
        _filter(libc)
    except OSError as error:
        # A kernel that was built without filters has the limits alone.
        if error.errno != errno.EINVAL:
            raise


def hide(libc: ctypes.CDLL) -> None:
    """Let no other process of the same user read this one's memory and environment, or trace it."""
    _prctl(libc, _PR_SET_DUMPABLE, 0)


def _become_nobody() -> None:
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except PermissionError:
        # A root that may not become somebody else has none of root's rights to give up.
        return


def _filter(libc: ctypes.CDLL) -> None:
    """Allow the calls on the list, to this machine's own kind of program; any other fails with EPERM."""
    machine, calls = _CALLS[os.uname().machine]
    # Jumps count from the next instruction: to the last one, which allows, or to the one before, which denies.
    program = [(_LOAD, 0, 0, _MACHINE_AT), (_JUMP_EQUAL, 0, len(calls) + 1, machine), (_LOAD, 0, 0, _NUMBER_AT)]
    program += [(_JUMP_EQUAL, len(calls) - number, 0, call) for number, call in enumerate(calls)]
    program += [(_RETURN, 0, 0, _DENY), (_RETURN, 0, 0, _ALLOW)]
    code = ctypes.create_string_buffer(b"".join(_INSTRUCTION.pack(*each) for each in program))
    _prctl(libc, _PR_SET_SECCOMP, _FILTER, _Program(len(program), ctypes.addressof(code)))


class _Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _prctl(libc: ctypes.CDLL, option: int, value: int, structure: ctypes.Structure | None = None) -> None:
    argument = ctypes.byref(structure) if structure is not None else ctypes.c_ulong(0)
    if libc.prctl(option, ctypes.c_ulong(value), argument, ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise OSError(ctypes.get_errno(), f"prctl {option}")
