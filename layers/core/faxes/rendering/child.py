"""Starts and watches the process that draws a document, and checks what it hands over.

It may be in strange hands. What counts is rows of black and white, in a number that a page can have; a reason from a
closed list; and notes of known names. Nothing else that it says or does has an effect, and it ends when its document
does.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from signal import SIGPROF, SIGXCPU
from typing import NoReturn

from faxes.confinement import READY
from faxes.confinement.outside import Process, started
from faxes.errors import DeploymentFault
from faxes.formats.content import Content, Mapped, file_of
from faxes.pages import MOST_ROWS, Resolution
from faxes.rendering import REASONS, RenderFailed
from faxes.rendering.confined import FAILED, NOTES, PAGE, page_head
from faxes.rendering.group4 import ROW_BYTES
from faxes.rendering.plan import Plan

# Seconds for each step, from start to first page and from page to page, while its processor time is not used up.
PATIENCE = 30.0

_FAULT = "renderer_not_started"
# Imported and not run as a script, so that the compiled modules that ship are used. While modules are imported there is
# no garbage, and looking for it takes 3 ms of 50; nor does it become much before the document ends.
_START = (
    "import gc, sys; gc.disable(); sys.path += sys.argv[2:]; "
    "from faxes.rendering import confined; confined.main(sys.argv[1])"
)
_MOST_NOTES, _LONGEST_NOTE = 100, 200
_NOTES = frozenset({"fonts_substituted", "characters_missing"})
_MOST_BYTES_OF_NOTES = 65_536
_READ_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True)
class Rows:
    """A page as it was drawn: its packed rows, 1 for black, without the header's."""

    bits: bytes
    resolution: Resolution


@dataclass(frozen=True, slots=True)
class Notes:
    """What is worth knowing of a document that was drawn: fonts that it names and lacks, characters without a shape."""

    fonts_substituted: tuple[str, ...] = ()
    characters_missing: tuple[str, ...] = ()


def pdfium_library() -> str:
    """The path of PDFium. Raises DeploymentFault where it is not installed."""
    return str(next(iter(_folder("pypdfium2_raw").glob("libpdfium.*")), None) or _missing("PDFium"))


def draw(
    plan: Plan,
    content: Content,
    *,
    start: Sequence[str] | None = None,
    patience: float = PATIENCE,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Rows | Notes]:
    """The pages of a document as they are drawn, and its notes at the end.

    A document that is in a file is mapped there, and else handed over. ``start`` is the command that starts the
    process, to which the plan and the folders of what it imports are added.
    Raises RenderFailed, or DeploymentFault where the process cannot be started.
    """
    file = file_of(content)
    plan = plan._replace(mapped=file is not None)
    command = [*(start or [sys.executable, "-I", "-S", "-c", _START]), plan.dumped(), *_folders()]
    with started(command, fault=_FAULT, monotonic=monotonic, file=file) as process:
        channel = _Channel(process, patience, monotonic)
        try:
            yield from _conversation(channel, b"" if isinstance(content, Mapped) else content)
        except _Silence:
            status = process.end()
            if not channel.is_ready:
                raise DeploymentFault(reason=_FAULT, cause=f"its status is {status}") from None
            is_slow = channel.is_late or status in (-SIGPROF, -SIGXCPU)
            raise RenderFailed("too_slow" if is_slow else "renderer_crashed") from None


class _Silence(Exception):
    """The process has ended, or hangs."""


class _Channel:
    """What the process hands over. Each wait has an end."""

    def __init__(self, process: Process, patience: float, monotonic: Callable[[], float]) -> None:
        self._process = process
        self._patience = patience
        self._monotonic = monotonic
        self.is_ready = False
        self.is_late = False

    def send(self, content: bytes) -> None:
        try:
            self._process.send(content, self._monotonic() + self._patience)
        except TimeoutError:
            self._give_up()

    def take(self, size: int) -> bytes:
        """So many bytes."""
        taken = bytearray(size)
        rest = memoryview(taken)
        deadline = self._monotonic() + self._patience
        while rest:
            try:
                read = self._process.receive(rest[:_READ_AT_ONCE], deadline)
            except TimeoutError:
                self._give_up()
            if not read:
                raise _Silence
            rest = rest[read:]
        return bytes(taken)

    def line(self) -> bytes:
        """What comes until the line ends, within bounds."""
        line = b""
        while not line.endswith(b"\n") and len(line) < _MOST_BYTES_OF_NOTES:
            line += self.take(1)
        return line

    def _give_up(self) -> NoReturn:
        self.is_late = True
        raise _Silence


def _conversation(channel: _Channel, content: bytes) -> Iterator[Rows | Notes]:
    if channel.take(1) != READY:
        raise _Silence
    channel.is_ready = True
    channel.send(content)
    while True:
        match channel.take(1):
            case said if said == PAGE:
                fine, rows = page_head.unpack(channel.take(page_head.size))
                if not 0 < rows <= MOST_ROWS:
                    raise _Silence
                yield Rows(channel.take(rows * ROW_BYTES), Resolution.FINE if fine else Resolution.STANDARD)
            case said if said == NOTES:
                yield _notes(channel.line())
                return
            case said if said == FAILED:
                raise _failure(channel.line())
            case _:
                raise _Silence


def _notes(line: bytes) -> Notes:
    """Those of known names, in bounds."""
    stated = _object(line)
    return Notes(
        **{
            name: tuple(str(note)[:_LONGEST_NOTE] for note in notes[:_MOST_NOTES])
            for name, notes in stated.items()
            if name in _NOTES and isinstance(notes, list)
        }
    )


def _failure(line: bytes) -> RenderFailed:
    stated = _object(line)
    reason, page, percent = (stated.get(name) for name in ("reason", "page", "percent"))
    if reason not in REASONS or not isinstance(page, int) or not isinstance(percent, int):
        raise _Silence
    return RenderFailed(str(reason), page, percent)


def _object(line: bytes) -> dict[str, object]:
    try:
        stated = json.loads(line)
    except (ValueError, RecursionError):
        raise _Silence from None
    if not isinstance(stated, dict):
        raise _Silence
    return stated


def _folders() -> list[str]:
    """Where it finds our package and Pillow."""
    return [str(Path(__file__).parents[2]), str(_folder("PIL").parent)]


def _folder(package: str) -> Path:
    spec = find_spec(package)
    return Path(next(iter(spec.submodule_search_locations or ()), "") if spec else _missing(package))


def _missing(what: str) -> NoReturn:
    raise DeploymentFault(reason="renderer_missing", cause=f"{what} is not installed")
