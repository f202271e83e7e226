"""Whether a JPEG or TIFF that looks whole can be decoded: asked of a process of its own, picture_check.py.

Its page is drawn later, by the same decoders. What they cannot decode could never be faxed, and is refused while its
sender is there to hear it. Decoding may take what the fax has of processor time beyond what its other files need, and
bounded memory: what would take more is accepted undecoded, and judged when it is drawn.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from faxes.errors import DeploymentFault
from faxes.formats import Unfaxable, page_too_long, picture_check, process
from faxes.formats import picture_outcomes as outcomes
from faxes.formats.budget import Budget
from faxes.formats.content import Content, Mapped, file_of

_FAULT = "picture_reader_not_started"
# A JPEG of more bytes takes longer to decode than there is time: no more than its header is looked at.
_LONGEST_JPG, _FOR_A_HEADER = 64 << 20, 0.02
# Less than it takes to begin.
_SHORTEST = 0.001


def check_tif(content: Content, directories: Sequence[int], budget: Budget, **how: object) -> None:
    """Look at each page of a TIFF; ``directories`` is where those are told of.

    Raises Unfaxable, or DeploymentFault where the process cannot be started. ``how`` is `_outcome`'s.
    """
    match _outcome(picture_check.TIF, content, directories, budget, **how):  # type: ignore[arg-type]
        case None, *_:
            raise Unfaxable("tif_crashed_decoder", f"{_CRASHED}; save it anew")
        case outcomes.BROKEN, page, _:
            where = f"page {page} cannot be decoded" if len(directories) > 1 else "its image cannot be decoded"
            raise Unfaxable("tif_undecodable", f"is damaged: {where}")
        case outcomes.TOO_LONG, page, percent:
            raise page_too_long(page, percent)


def check_jpg(content: Content, budget: Budget, **how: object) -> None:
    """Look at a JPEG's first picture. Raises as `check_tif` does."""
    match _outcome(picture_check.JPG, content, (), budget, **how):  # type: ignore[arg-type]
        case None, *_:
            raise Unfaxable("jpg_crashed_decoder", f"{_CRASHED}; save it anew")
        case outcomes.BROKEN, *_:
            raise Unfaxable("jpg_undecodable", "is damaged: its image cannot be decoded")
        case outcomes.TOO_LONG, page, percent:
            raise page_too_long(page, percent)
        case outcomes.CUT_OFF, *_:
            raise Unfaxable("jpg_data_ends", "is damaged: its image data ends long before the image does")


_CRASHED = "cannot be decoded: it is damaged, or has too many parts"


def child() -> list[str]:
    """The command that starts the process. Raises DeploymentFault where what it needs is not installed."""
    found = [_library(name) for name in ("libtiff", "libjpeg")]
    if None in found:
        raise DeploymentFault(reason="picture_reader_missing", cause=f"libtiff and libjpeg: {found}")
    return process.command("picture_check", *map(str, found))


def _library(name: str) -> Path | None:
    """As Pillow's packages bring it: for Linux, and for macOS."""
    folders = [folder for entry in sys.path for folder in (Path(entry, "pillow.libs"), Path(entry, "PIL", ".dylibs"))]
    return next((path for folder in folders for path in sorted(folder.glob(f"{name}[-.]*"))), None)


def _outcome(
    kind: int,
    content: Content,
    directories: Sequence[int],
    budget: Budget,
    *,
    start: Sequence[str] | None = None,
    seconds: float = process.SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> tuple[int | None, int, int]:
    """What the process found, on which page, and its size on the paper where that is too small.

    It is None where the process ended without an answer. What would take too long counts as whole: it is not known to
    be anything else.

    ``start`` is the command that starts the process, to which the kind, the content's length, the microseconds that are
    left, whether it is a file and the directories are added.
    """
    left = budget.for_decoding
    if kind == picture_check.JPG and len(content) > _LONGEST_JPG:
        left = min(left, _FOR_A_HEADER)
    if left < _SHORTEST:
        return outcomes.WHOLE, 0, 0
    file = file_of(content)
    numbers = (kind, len(content), int(left * 1_000_000), int(file is not None), *directories)
    command = [*(start or child()), *map(str, numbers)]
    with budget.held():
        answer = process.ask(
            command,
            b"" if isinstance(content, Mapped) else content,
            picture_check.ANSWER_BYTES,
            fault=_FAULT,
            seconds=seconds,
            monotonic=monotonic,
            file=file,
        )
    # Its clock runs from a little before it has the document.
    budget.charge(left if answer.stopped else min(answer.used, left))
    if answer.late or answer.stopped:
        return outcomes.WHOLE, 0, 0
    if answer.content is None:
        return None, 0, 0
    outcome, page, percent = answer.content[0], int.from_bytes(answer.content[1:4]), answer.content[4]
    is_known = outcome <= outcomes.TOO_LONG and 0 < page <= max(len(directories), 1) and percent < 50
    return (outcome, page, percent) if is_known else (None, 0, 0)
