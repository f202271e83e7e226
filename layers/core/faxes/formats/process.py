"""One document, one process, one answer: how the kinds that a native library reads are asked about.

The answer is of few bytes, and nothing else that the process says or does counts: it may be in strange hands.
"""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGPROF, SIGXCPU
from typing import IO

from faxes.confinement import READY
from faxes.confinement.outside import Process, started
from faxes.errors import DeploymentFault

# Seconds that one document may take. For a process that neither ends nor computes: what it may compute is far less.
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it.

    ``content`` is the answer, None where it has another length than an answer has. ``late``: it was not given in time;
    ``stopped``: the process had used up its processor time. ``started`` and ``used`` are seconds of that: up to where
    it took the document, and from there on.
    """

    content: bytes | None
    late: bool
    stopped: bool
    started: float
    used: float


def command(module: str, *libraries: str) -> list[str]:
    """What starts a module of this package, whose `main` gets the libraries' paths and then whole numbers.

    Isolated, without site-packages, and leaving no files behind. Imported and not run as a script, so that the compiled
    module that ships is used.
    """
    start = (
        f"import sys; sys.path.append(sys.argv[1]); from faxes.formats import {module}; "
        f"{module}.main(*sys.argv[2:{2 + len(libraries)}], *map(int, sys.argv[{2 + len(libraries)}:]))"
    )
    return [sys.executable, "-I", "-S", "-B", "-c", start, str(Path(__file__).parents[2]), *libraries]


def ask(
    command: Sequence[str],
    document: bytes | memoryview,
    length: int,
    *,
    fault: str,
    seconds: float = SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
    file: IO[bytes] | None = None,
) -> Answer:
    """What a process of ``command`` says of a document, in ``length`` bytes. Where it maps a ``file``, ``document`` is
    what it has to write over a part of that. Raises DeploymentFault, of the reason
    ``fault``, where it does not come so far that it takes the document."""
    deadline = monotonic() + seconds
    late = False
    heard = b""
    ready = 0.0
    before = _children_time()
    with started(command, fault=fault, monotonic=monotonic, file=file) as process:
        try:
            heard = _hear(process, len(READY), deadline)
            if heard == READY:
                ready = process.processor_time()
                process.send(document, deadline)
                heard += _hear(process, length + 1, deadline)
        except TimeoutError:
            late = True
        status = process.end()
    stopped = status in (-SIGPROF, -SIGXCPU)
    # Its clock begins while it gets ready: with little left, it may end there.
    if not heard.startswith(READY) and not stopped:
        raise DeploymentFault(reason=fault, cause="no sign in time" if late else f"its status is {status}")
    content = heard.removeprefix(READY)
    return Answer(
        content if len(content) == length else None,
        late,
        stopped,
        ready,
        max(_children_time() - before - ready, 0.0),
    )


def _children_time() -> float:
    """Of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _hear(process: Process, most: int, deadline: float) -> bytes:
    """What it says until it says no more, or the first ``most`` bytes. Raises TimeoutError."""
    heard = bytearray(most)
    length = 0
    while length < most and (read := process.receive(memoryview(heard)[length:], deadline)):
        length += read
    return bytes(heard[:length])
