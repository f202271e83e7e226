"""What becomes of a document, in a process that has done nothing else: its memory counts no other test's.

`python -m tests.support.bombing <kind>`: the document on standard input; on standard output what became of it, the most
memory of a process that it was given to, in kilobytes, and what became of an honest text afterwards.
"""

import resource
import sys

from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Upload
from faxes.rendering import RenderFailed
from faxes.rendering.render import Source, render
from tests.support.corpus import ACCEPTED
from tools.limits import default_limits
from tools.local.render import FONTS

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


def main(kind: str) -> None:
    became = outcome(kind, sys.stdin.buffer.read())
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    sys.stdout.write(f"{became} {most} {outcome('txt', NOTE.content)}\n")


if __name__ == "__main__":
    main(sys.argv[1])
