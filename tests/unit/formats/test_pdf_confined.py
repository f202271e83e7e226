"""What a PDF's reader can do, with the document in it: count pages, and nothing to what is around it.

The children here are the real one, of which one part at most is replaced: what it does with the document.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from faxes.formats import pdf
from tests.support.pdf_reading import (
    ONE_PAGE,
    nothing_is_left_behind,  # noqa: F401  (pytest finds it here)
    reader,
)

AT_LARGE = "inside.limit = lambda *_: None; sandbox.confine = lambda: None"
TRIES = """
def managed():
    '''A bit for each thing that it could do.'''
    attempts = (
        lambda: os.open("/dev/null", os.O_RDONLY),
        lambda: os.open("/", os.O_RDONLY | os.O_DIRECTORY),
        lambda: socket.socket(socket.AF_INET),
        lambda: socket.socketpair(),
        lambda: os.pipe(),
        lambda: os.dup(0),
    )
    bits = 0
    for bit, attempt in enumerate(attempts):
        try:
            attempt()
            bits |= 1 << bit
        except OSError:
            pass
    return bits
"""


def test_with_the_document_in_it_the_child_can_open_nothing() -> None:
    check = "return pdf_check.OPENED, 1 + managed(), 1"
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, TRIES)) == 1
    # It could before.
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, TRIES + AT_LARGE)) == 1 + 0b111111


FORKS = """
def forks():
    if os.geteuid() == 0:
        # The limit does not hold for root. This is nobody.
        os.setuid(65534)
    try:
        child = os.fork()
    except OSError:
        return False
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True
"""


def test_with_the_document_in_it_the_child_can_start_no_process() -> None:
    check = "return pdf_check.OPENED, 1 + forks(), 1"
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, FORKS)) == 1
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, FORKS + AT_LARGE)) == 2


def test_the_limits_hold_without_the_filter_of_system_calls() -> None:
    unfiltered = "sandbox._filter = lambda libc: None"
    limits = "(resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE)"
    check = f"return pdf_check.OPENED, 1 + sum(sum(resource.getrlimit(each)) for each in {limits}), 1"
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, unfiltered)) == 1
    # Seconds, for whatever gets rid of the timer.
    check = "return pdf_check.OPENED, max(resource.getrlimit(resource.RLIMIT_CPU)), 1"
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, unfiltered)) in (2, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's own way")
def test_the_child_is_confined_as_one_that_draws() -> None:
    """What the filter alone closes: signals to its parent, and looking at files."""
    check = "return pdf_check.OPENED, 1 + sum(managed), 1"
    # An error is what stops it.
    tries = """
def tried(way):
    try:
        way()
    except PermissionError:
        return 0
    return 1
"""
    looks = "managed = map(tried, (lambda: os.kill(os.getppid(), 0), lambda: os.stat('/'), os.uname))"
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, f"{tries}{looks}")) == 1
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, f"{tries}{looks}; {AT_LARGE}")) == 4


def test_the_child_gets_no_credentials_and_no_file_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    # Python itself sets LC_CTYPE where no locale is set.
    seen = """
names = sorted(set(os.environ) - {"LC_CTYPE"})
files = [each for each in range(64) if os.path.exists(f"/dev/fd/{each}")]
os.write(1, b"R" if (names, files, os.getcwd()) == (["LD_LIBRARY_PATH"], [0, 1, 2], "/") else b"?")
confinement.READY = b""
"""
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        assert pdf.count_pages(ONE_PAGE, 200, start=reader("return pdf_check.OPENED, 1, 1", seen)) == 1


LOOKS = """
import errno
def looked():
    '''A bit for each way into the memory of the process that started it.'''
    parent = os.getppid()
    bits = 0
    for bit, name in enumerate(("environ", "mem")):
        try:
            os.close(os.open(f"/proc/{parent}/{name}", os.O_RDONLY))
            bits |= 1 << bit
        except PermissionError:
            pass
    system = ctypes.CDLL(None, use_errno=True)
    # PTRACE_SEIZE, which does not stop it.
    if system.ptrace(0x4206, parent, None, None) == 0:
        bits |= 1 << 2
    # Where it may read, there is nothing at the address 0.
    vector = (ctypes.c_size_t * 2)(0, 1)
    system.process_vm_readv(parent, (ctypes.c_size_t * 2)(ctypes.addressof(vector), 1), 1, vector, 1, 0)
    return bits | (ctypes.get_errno() == errno.EFAULT) << 3
seen = looked()
"""
# Root's privileges, which Lambda's user has not, are given up first: some are to look into any process.
UNPRIVILEGED = """
import ctypes, os, sys
PR_CAPBSET_READ, PR_CAPBSET_DROP = 23, 24
system = ctypes.CDLL(None)
for capability in range(64) if os.geteuid() == 0 else ():
    if system.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
        assert system.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-c", *sys.argv[1:]])
"""
COUNTS_TWICE = """
import sys
from faxes.confinement import outside
from faxes.formats import pdf
from tests.support import pdfs
for outside._hide in (lambda fault: None, outside._hide):
    print(pdf.count_pages(pdfs.pdf(pdfs.pages(1)), 200, start=sys.argv[1:]) - 1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's own way")
def test_the_child_cannot_look_into_the_process_that_started_it() -> None:
    looking = reader("return pdf_check.OPENED, 1 + seen, 1", LOOKS)
    command = [sys.executable, "-c", UNPRIVILEGED, COUNTS_TWICE, *looking]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    before, now = map(int, done.stdout.split())
    assert now == 0
    # It could before, where the machine does not keep processes from tracing others by itself: ptrace_scope.
    assert before & 0b0001
    assert before == 0b1111 or Path("/proc/sys/kernel/yama/ptrace_scope").exists()
