"""What a document costs: `make bench-documents [KIND="pdf jpg tif txt"]`, on Linux.

Each document of `shapes` goes through the whole inspection, in turns with an honest one of its kind and size. None may
take more than 3 times that one's time, or 2 times its memory. Ratios of one run, and not seconds: they mean the same on
another machine.

Time is processor time, with that of the PDF reader's process: other programs on the machine change it little. Of
several runs, the quickest counts. Memory is the document and what its inspection takes beside it at the worst moment,
again with the PDF reader's process.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from benchmarks.process import forget_most, memory
from benchmarks.shapes import SHAPES, SIZE, Shape
from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Upload
from tools.limits import default_limits

MOST_TIME = 3.0
MOST_MEMORY = 2.0
_RUNS = 9


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and bytes, and what became of the document."""

    time: float
    memory: int
    outcome: str


def main(kinds: list[str]) -> int:
    over = 0
    print(f"{'':71}time  memory")
    for kind in kinds or dict.fromkeys(shape.kind for shape in SHAPES):
        yardstick, *shapes = (shape for shape in SHAPES if shape.kind == kind)
        content = yardstick.make()
        costs = _measured(content, content)
        print(f"{_title(yardstick)}is 1: {costs[0].time * 1000:.0f} ms and {costs[0].memory / 2**20:.1f} MiB here")
        for shape in shapes:
            own, honest = _measured(shape.make(), content)
            time_ratio, memory_ratio = own.time / honest.time, own.memory / honest.memory
            beyond = time_ratio > MOST_TIME or memory_ratio > MOST_MEMORY
            over += beyond
            mark = "!" if beyond else " "
            print(f"{_title(shape)}{time_ratio:5.2f}{memory_ratio:8.2f} {mark} {own.outcome}", flush=True)
    print(f"\nover {MOST_TIME:.0f} times the time or {MOST_MEMORY:.0f} times the memory: {over}")
    return 1 if over else 0


def _title(shape: Shape) -> str:
    return f"{shape.kind}  {'honest: ' if shape.honest else ''}{shape.name}".ljust(70)


def _measured(*contents: bytes) -> list[Cost]:
    """What each costs, measured in a process of their own, so that what was measured before does not count."""
    with contextlib.ExitStack() as stack:
        paths = []
        for content in contents:
            if not 0.9 * SIZE <= len(content) <= SIZE:
                raise ValueError(f"{len(content)} bytes are not about the size of the others")
            file = stack.enter_context(tempfile.NamedTemporaryFile())
            file.write(content)
            file.flush()
            paths.append(file.name)
        command = [sys.executable, "-m", "benchmarks.documents", "--measure", *paths]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return [Cost(**cost) for cost in json.loads(done.stdout)]


def measure(paths: list[Path]) -> list[Cost]:
    """What each document costs, run in turns."""
    contents = [path.read_bytes() for path in paths]
    # What is imported and compiled once is not a document's.
    # Opened before: for the first PDF, a process closes itself to its user.
    with Path("/proc/self/clear_refs").open("w") as forgets:
        outcomes = [_inspect(content) for content in contents]
        most = [len(content) + _most_memory(content, forgets) for content in contents]
    times: list[list[float]] = [[] for _ in contents]
    for _ in range(_RUNS):
        for content, taken in zip(contents, times, strict=True):
            before = _processor_time()
            _inspect(content)
            taken.append(_processor_time() - before)
    return [Cost(min(taken), most, outcome) for taken, most, outcome in zip(times, most, outcomes, strict=True)]


def _inspect(content: bytes) -> str:
    try:
        return f"{inspect(Upload('file', content), 1, 1, default_limits()).pages} pages"
    except FileInvalid as refused:
        return refused.reason


def _processor_time() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _most_memory(content: bytes, forgets: TextIO) -> int:
    own = Path("/proc/self")
    forget_most(forgets)
    before = memory(own, "VmRSS")
    with _watched_child() as most:
        _inspect(content)
    return memory(own, "VmHWM") - before + most[0]


@contextlib.contextmanager
def _watched_child() -> Iterator[list[int]]:
    """The most memory that a reader's or decoder's process has. Its end wipes that out: it is asked all the time."""
    most = [0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            for child in _children():
                with contextlib.suppress(OSError, StopIteration):
                    # Before it has begun, it has this process's memory.
                    if b"_check.main" in (child / "cmdline").read_bytes():
                        most[0] = max(most[0], memory(child, "VmHWM"))
            time.sleep(0.0002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        ended.set()
        watcher.join()


def _children() -> list[Path]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [Path("/proc") / number for number in listed.split()]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps([asdict(cost) for cost in measure([Path(path) for path in sys.argv[2:]])]))
    else:
        sys.exit(main(sys.argv[1:]))
