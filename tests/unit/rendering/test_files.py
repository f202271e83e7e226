"""Documents that are files: drawn as those in memory are, and not held in memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from faxes.formats.content import Content, Mapped
from faxes.model import Kind
from faxes.rendering import render as rendering
from faxes.rendering.in_place import opened
from faxes.rendering.render import Rendered, Source, render
from tests.support import corpus, pdfs
from tests.support.mapped import mapped
from tests.support.peak_memory import peak_memory
from tools.local.render import FONTS

DOCUMENTS = Path("tests/data/documents")
MIB = 1 << 20
# A file of more than the process that draws it may reserve.
LONG, MEMORY = 96 * MIB, 48 * MIB


def drawn(kind: Kind, content: Content, pages: int = 1) -> Rendered:
    return render([Source(kind, content, pages)], fonts=FONTS)


@pytest.mark.parametrize("name", ["letter.pdf", "photo.jpg", "scan.tif", "note.txt"])
def test_a_file_is_drawn_as_its_bytes_are(name: str) -> None:
    kind, content = Kind(name[-3:]), (DOCUMENTS / name).read_bytes()
    pages = next((each.pages for each in corpus.ACCEPTED if each.content == content), 1)
    assert drawn(kind, mapped(content), pages) == drawn(kind, content, pages)


def long_pdf() -> Mapped:
    return mapped(pdfs.pdf([*pdfs.pages(1), pdfs.stream(bytes(LONG))]))


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        (Kind.PDF, long_pdf),
        (Kind.JPG, lambda: mapped((DOCUMENTS / "photo.jpg").read_bytes(), LONG)),
        (Kind.TIF, lambda: mapped((DOCUMENTS / "scan.tif").read_bytes(), LONG)),
        (Kind.TXT, lambda: mapped(b"Please call back.\n" + b" " * LONG)),
    ],
    ids=["pdf", "jpg", "tif", "txt"],
)
def test_a_long_file_is_not_held_in_memory(
    kind: Kind, make: Callable[[], Mapped], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by the process that draws it nor by the one that started that."""
    monkeypatch.setattr(rendering, "MEMORY", MEMORY)
    content = make()
    made: list[Rendered] = []
    assert peak_memory(lambda: made.append(drawn(kind, content))) < 4 * MIB
    assert len(made[0].pages) == 1


@pytest.mark.parametrize("make", [bytes, mapped], ids=["in memory", "in a file"])
def test_a_document_as_a_file_for_pillow(make: Callable[[bytes], Content]) -> None:
    file = opened(make(b"0123456789"))
    assert (file.read(3), file.tell(), file.read(100), file.read(1)) == (b"012", 3, b"3456789", b"")
    assert (file.seek(2), file.read(2), file.seek(-1, 2), file.read(), file.seek(0, 1)) == (2, b"23", 9, b"9", 10)
    assert (file.seek(50), file.read(1)) == (50, b"")
    with pytest.raises(ValueError, match="before the beginning"):
        file.seek(-1)
    with pytest.raises(OSError, match="fileno"):
        file.fileno()
