"""Documents that cost far more than their bytes: each ends with its pages or a reason, in time and within memory."""

import resource
import time

import pytest

from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Upload
from faxes.rendering import REASONS, RenderFailed
from faxes.rendering.render import MEMORY, Source, render
from tests.support.bombs import Bomb, bombs
from tests.support.corpus import ACCEPTED
from tools.limits import default_limits
from tools.local.render import FONTS

SECONDS = 60
# What a process has before it takes the document, in kilobytes, as the system counts.
START = 120 * 1024
# Of 21 families.
EACH = 10
QUICK = ("content_of_spaces", "forms_in_forms", "pictures_of_noise", "states")
ALL = list(bombs(EACH))
FEW = [bomb for bomb in ALL if bomb.number == 0 and bomb.family in QUICK]
# What is looked into when a fax is accepted may be refused for these.
OF_ACCEPTANCE = {"jpg_scans", "jpg_segments", "pdf_crashed_reader", "pdf_too_slow", "file_too_large"}
NOTE = next(sample for sample in ACCEPTED if sample.kind == "txt" and not sample.encoding)


def outcome(kind: str, content: bytes) -> str:
    """ "pages", or the reason why there are none, of acceptance or of drawing."""
    try:
        document = inspect(Upload(f"bomb.{kind}", content), 1, 1, default_limits())
    except FileInvalid as invalid:
        return invalid.reason
    try:
        made = render([Source(document.kind, content, document.pages, document.encoding)], fonts=FONTS)
    except RenderFailed as failed:
        return failed.reason
    assert len(made.pages) == document.pages
    return "pages"


@pytest.mark.parametrize(
    "bomb", [*FEW, *(pytest.param(each, marks=pytest.mark.full) for each in ALL if each not in FEW)], ids=str
)
def test_each_ends_in_a_named_state(bomb: Bomb) -> None:
    content = bomb.content()
    # Of all children that this process ever had: other tests' may have been larger.
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    started = time.monotonic()
    assert outcome(bomb.kind, content) in {"pages", *REASONS, *OF_ACCEPTANCE}
    assert time.monotonic() - started < SECONDS
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(before, MEMORY // 1024 + START)
    # Nothing is left of it.
    assert outcome("txt", NOTE.content) == "pages"


def test_there_are_as_many_as_are_said() -> None:
    assert len(ALL) >= 200
