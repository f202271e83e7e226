"""What a program that has taken over a confined process can still reach: its document, and nothing else."""

import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from faxes.confinement import READY
from faxes.confinement.outside import started
from tests.support.template import ROOT

linux = pytest.mark.skipif(sys.platform != "linux", reason="there are system calls to close on Linux alone")

CONTENT = b"the document"
LAYER = str(ROOT / "layers" / "core")

# It is set up as the real one is, then tries everything, and says as its notes what it came by. A number is that of a
# system call on x86_64.
ATTACKER = r"""
import ctypes, json, os, resource, signal, socket, sys, threading
sys.path.append(sys.argv[1])
from faxes.confinement import inside, sandbox
libc = ctypes.CDLL(None, use_errno=True)
parent, folder = os.getppid(), {folder!r}
content = memoryview(bytearray({size}))

def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno())

def forked():
    if os.fork() == 0:
        os._exit(0)

def threaded():
    thread = threading.Thread(target=int)
    thread.start()

def connected(family, address):
    with socket.socket(family) as connection:
        connection.connect(address)

def secrets():
    if set(os.environ) - {{"LD_LIBRARY_PATH", "LC_CTYPE"}} == set():
        raise OSError

buffer = ctypes.create_string_buffer(4096)
WAYS = {{
    "read a file": lambda: open("/etc/passwd").read(),
    "read its own program": lambda: open(inside.__file__).read(),
    "write a file": lambda: open(folder + "/written", "w"),
    "list a folder": lambda: os.listdir("/"),
    "make a folder": lambda: os.mkdir(folder + "/made"),
    "remove a file": lambda: os.unlink(folder + "/kept"),
    "rename a file": lambda: os.rename(folder + "/kept", folder + "/other"),
    "make a link": lambda: os.symlink("/etc/passwd", folder + "/link"),
    "change rights": lambda: os.chmod(folder + "/kept", 0o777),
    "cut a file": lambda: os.truncate(folder + "/kept", 0),
    "look at a file": lambda: os.stat("/etc/passwd"),
    "go to a folder": lambda: os.chdir(folder),
    "its environment": secrets,
    "its parent's environment": lambda: open(f"/proc/{{parent}}/environ", "rb").read(),
    "its parent's memory": lambda: open(f"/proc/{{parent}}/mem", "rb").read(1),
    "its parent's files": lambda: os.listdir(f"/proc/{{parent}}/fd"),
    "memory as a file": lambda: os.memfd_create("x"),
    "a pipe": os.pipe,
    "an event": lambda: os.eventfd(0),
    "another number for a file": lambda: os.dup(0),
    "a number of its choice": lambda: os.dup2(0, 3),
    "a connection to this machine": lambda: connected(socket.AF_INET, ("127.0.0.1", 9001)),
    "a connection to the metadata service": lambda: connected(socket.AF_INET, ("169.254.169.254", 80)),
    "a socket of this machine": lambda: socket.socket(socket.AF_UNIX),
    "the kernel's socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "a pair of sockets": socket.socketpair,
    "more of the socket that it has": lambda: socket.socket(fileno=0).getpeername(),
    "a process": forked,
    "a thread": threaded,
    "another program": lambda: os.execv("/bin/true", ["true"]),
    "a program beside it": lambda: os.posix_spawn("/bin/true", ["true"], {{}}),
    "a signal to its parent": lambda: os.kill(parent, 0),
    "a signal to all": lambda: os.kill(-1, 0),
    "a signal to a thread": lambda: call(200, parent, 0),
    "a signal with a value": lambda: call(129, parent, 0, buffer),
    "a handle of its parent": lambda: os.pidfd_open(parent),
    "tracing its parent": lambda: call(101, 0x4206, parent, 0, 0),
    "reading its parent's pages": lambda: call(310, parent, buffer, 1, buffer, 1, 0),
    "writing its parent's pages": lambda: call(311, parent, buffer, 1, buffer, 1, 0),
    "its parent's limits": lambda: resource.prlimit(parent, resource.RLIMIT_CPU),
    "its parent's priority": lambda: os.setpriority(os.PRIO_PROCESS, parent, os.getpriority(os.PRIO_PROCESS, parent)),
    "its parent's processors": lambda: os.sched_setaffinity(parent, os.sched_getaffinity(parent)),
    "shared memory": lambda: call(29, 0, 4096, 0o1600),
    "a queue": lambda: call(68, 0, 0o1600),
    "a semaphore": lambda: call(64, 0, 1, 0o1600),
    "the kernel's keys": lambda: call(250, 0, -3, 1),
    "a ring of requests": lambda: call(425, 1, buffer),
    "a program for the kernel": lambda: call(321, 0, buffer, 64),
    "counting events": lambda: call(298, buffer, 0, -1, -1, 0),
    "faults of memory": lambda: call(323, 0),
    "watching files": lambda: call(253),
    "a space of its own": lambda: call(272, 0x10000000),
    "another root": lambda: os.chroot(folder),
    "root's rights": lambda: os.setuid(0),
    "more files": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9)),
    "more memory": lambda: resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2),
    "more time": lambda: signal.setitimer(signal.ITIMER_PROF, 99),
    "being read again": lambda: call(157, 4, 1, 0, 0, 0),
    "the system's name": os.uname,
}}
WAYS = {{name: way for name, way in WAYS.items() if name not in {untried!r}}}
{confine}
inside.receive(content, 1 << 28, 10)
reached = []
for name, way in WAYS.items():
    try:
        way()
    except (OSError, ValueError, RuntimeError, MemoryError):
        continue
    reached.append(name)
inside.say(json.dumps([*reached, f"of {{len(WAYS)}}"]).encode())
inside.end()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One that anybody may write to, with a file that anybody may."""
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "kept").chmod(0o666)
    tmp_path.chmod(0o777)
    return tmp_path


# Where they succeed, there is no more program that could tell.
ENDS = ("another program",)


# What the child confines itself with, or not.
AS_IT_IS = ""
WITHOUT_THE_FILTER = "sandbox._filter = lambda libc: None"
WITHOUT_ANY = "inside.limit = lambda memory, seconds: None; sandbox.confine = lambda: None"


def reached(folder: Path, confine: str, untried: Sequence[str] = ()) -> list[str]:
    """The ways that succeed."""
    program = ATTACKER.format(folder=str(folder), confine=confine, untried=untried, size=len(CONTENT))
    said = bytearray(1 << 16)
    length = 0
    deadline = time.monotonic() + 30
    with started([sys.executable, "-I", "-S", "-c", program, LAYER], fault="not_started") as process:
        assert process.receive(memoryview(said)[:1], deadline) == 1
        assert said[:1] == READY
        process.send(CONTENT, deadline)
        while read := process.receive(memoryview(said)[length:], deadline):
            length += read
    found: list[str] = json.loads(said[:length])
    return found


@linux
def test_nothing_is_reached(folder: Path) -> None:
    assert reached(folder, AS_IT_IS) == ["of 59"]
    assert sorted(each.name for each in folder.iterdir()) == ["kept"]


@linux
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86_64")
def test_without_the_filter(folder: Path) -> None:
    """What the limits leave open to a process of the same user: why there is a filter."""
    left = reached(folder, WITHOUT_THE_FILTER, ENDS)
    assert {"shared memory", "a queue", "look at a file", "the system's name"} <= set(left)
    assert not {"read a file", "a pipe", "a connection to this machine", "a process", "its parent's memory"} & set(left)


@linux
def test_the_ways_lead_somewhere(folder: Path) -> None:
    """Each of these would have been noticed."""
    found = set(reached(folder, WITHOUT_ANY, ENDS))
    assert {"read a file", "write a file", "a pipe", "a process", "a thread", "a signal to its parent"} <= found
    assert {"memory as a file", "a socket of this machine", "its parent's processors", "shared memory"} <= found


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    return "a-secret"


@linux
def test_environment_holds_no_credentials(folder: Path, secret: str) -> None:
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == secret
    assert "its environment" not in reached(folder, WITHOUT_ANY, ENDS)
