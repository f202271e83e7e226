"""Starts the process that reads a document, talks with it, and ends it.

It may be in strange hands: no wait for it is without an end, and no more is read than was asked for. Each document has
another one, and none outlives its document.
"""

import ctypes
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from faxes.confinement import sandbox
from faxes.errors import DeploymentFault

# No credentials, and nothing else but where Lambda's Python finds its own library.
_ENVIRONMENT = {"LD_LIBRARY_PATH": f"{sys.base_prefix}/lib"}


class Process:
    """One that runs. Deadlines are moments of the clock that `started` was given."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", channel: socket.socket, monotonic: Callable[[], float]
    ) -> None:
        self._process = process
        self._channel = channel
        self._monotonic = monotonic

    def send(self, document: bytes | memoryview, deadline: float) -> None:
        """Hand it over whole, or as much as is taken. Raises TimeoutError."""
        with suppress(ConnectionError):
            self._channel.settimeout(self._left(deadline))
            self._channel.sendall(document)
            self._channel.shutdown(socket.SHUT_WR)

    def receive(self, into: memoryview, deadline: float) -> int:
        """How many bytes have come, at least one: 0 where it says no more. Raises TimeoutError."""
        self._channel.settimeout(self._left(deadline))
        try:
            return self._channel.recv_into(into)
        except ConnectionError:
            return 0

    def end(self) -> int:
        """Its status, as `subprocess` has it. Where it has ended by itself, that is its own; else it is ended now."""
        self._process.kill()
        return self._process.wait()

    def processor_time(self) -> float:
        """Seconds that it has used until now; 0 where the system does not say: macOS. clock_getcpuclockid(3)."""
        try:
            return time.clock_gettime((~self._process.pid << 3) | 2)
        except OSError:
            return 0.0

    def _left(self, deadline: float) -> float:
        left = deadline - self._monotonic()
        if left <= 0:
            # For a socket, 0 means that it does not wait, and less is an error.
            raise TimeoutError
        return left


@contextmanager
def started(
    command: Sequence[str],
    *,
    fault: str,
    monotonic: Callable[[], float] = time.monotonic,
    file: IO[bytes] | None = None,
) -> Iterator[Process]:
    """A process of ``command``, until this ends: then it has ended, too, and was waited for. ``file`` is its
    standard input, which must be open for reading alone.

    Raises DeploymentFault with ``fault`` as its reason where it cannot be started.
    """
    _hide(fault)
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = _process(command, theirs, file or theirs, fault)
        running = Process(process, ours, monotonic)
        try:
            yield running
        finally:
            running.end()


def _hide(fault: str) -> None:
    """Let no process of the same user look into this one, trace it or change its memory, as prctl(2) and ptrace(2) have
    it: the one that is started could otherwise. macOS has nothing like it."""
    if not sys.platform.startswith("linux"):
        return
    try:
        sandbox.hide(ctypes.CDLL(None, use_errno=True))
    except OSError as error:
        raise DeploymentFault(reason=fault, cause="this process's memory cannot be closed to it") from error


def _process(
    command: Sequence[str], channel: socket.socket, document: socket.socket | IO[bytes], fault: str
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603  # the command is our own
            command, stdin=document.fileno(), stdout=channel.fileno(), cwd="/", env=_ENVIRONMENT
        )
    except OSError as error:
        raise DeploymentFault(reason=fault, cause=type(error).__name__) from error
