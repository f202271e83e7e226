"""Half a document is never taken for a whole one: every valid document of the corpus, cut at many positions.

Whatever is accepted of it must show all that the whole shows, in the eyes of an independent renderer.
"""

import codecs

import pytest

from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Upload
from tests.support.corpus import ACCEPTED, Sample, accepted
from tests.support.renderers import rendered
from tools.limits import default_limits

CUTS = 200
LAST_BYTES = 32


def cuts(length: int) -> list[int]:
    """Where a document of this length is cut: evenly, and at each of the last bytes."""
    return sorted({length * n // CUTS for n in range(CUTS)} | set(range(max(length - LAST_BYTES, 0), length)))


def is_accepted(name: str, content: bytes) -> bool:
    try:
        inspect(Upload(name, content), 1, 1, default_limits())
    except FileInvalid:
        return False
    return True


def end_of(sample: Sample) -> int:
    """Behind which byte a document has nothing that it needs."""
    content = sample.content
    return content.rindex(b"%%EOF") + len(b"%%EOF") if sample.kind == "pdf" else len(content) - sample.behind


@pytest.mark.parametrize("sample", [sample for sample in ACCEPTED if sample.kind != "txt"], ids=str)
def test_a_cut_document_is_refused_unless_it_shows_all_that_the_whole_one_shows(sample: Sample) -> None:
    content = sample.content
    positions = cuts(len(content))
    taken = [at for at in positions if is_accepted(sample.name, content[:at])]

    whole = rendered(sample.kind, content)
    assert [at for at in taken if rendered(sample.kind, content[:at]) != whole] == []
    # Nothing is missing where only what stands behind the document is cut, and something is everywhere else.
    assert taken == [at for at in positions if at >= end_of(sample)]


@pytest.mark.parametrize("sample", accepted("txt"), ids=str)
def test_a_cut_text_is_refused_unless_it_reads_as_the_whole_ones_beginning(sample: Sample) -> None:
    content = sample.content
    positions = cuts(len(content))
    taken = [at for at in positions if is_accepted(sample.name, content[:at])]

    encoding = encoding_of(sample.name, content)
    whole = content.decode(encoding)
    untold = inside_first_character(whole, content)
    if not encoding.startswith("utf"):
        # So few letters are Windows-1252 as well.
        untold = range(8)
    read = {at: content[:at].decode(encoding_of(sample.name, content[:at])) for at in taken}
    assert [at for at in taken if at not in untold and not whole.startswith(read[at])] == []
    told = [at for at in positions if at not in untold and says_something(content[:at], encoding)]
    still_told = [at for at in taken if at not in untold]
    # What is left of a text in another encoding may be too little to tell which: then it is refused.
    assert (still_told == told) if encoding.startswith("utf") else (set(still_told) <= set(told))


def encoding_of(name: str, content: bytes) -> str:
    """As which the product has read a text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return inspect(Upload(name, content), 1, 1, default_limits()).encoding or "utf-8-sig"


def says_something(content: bytes, encoding: str) -> bool:
    """Whether the text is whole characters of the encoding, and not white space alone."""
    try:
        return content.decode(encoding).strip() != ""
    except UnicodeDecodeError:
        return False


def inside_first_character(text: str, content: bytes) -> range:
    """Where a cut goes through the first character beyond ASCII of UTF-8 without a byte order mark.

    What is left is Windows-1252 as well, and no byte of it says which of the two it was.
    """
    if text.encode() != content or text.isascii():
        return range(0)
    start = next(at for at, byte in enumerate(content) if byte > 0x7F)
    character = next(each for each in text if not each.isascii())
    return range(start + 1, start + len(character.encode()))


def test_documents_with_bytes_behind_them_are_among_the_cut_ones() -> None:
    """Were there none, a cut document that is accepted would never be rendered above."""
    assert {sample.kind for sample in ACCEPTED if sample.behind} == {"pdf", "jpg", "tif"}


def test_what_was_there_before_an_update_is_whole_without_it() -> None:
    """Cut at exactly that byte, an updated PDF is the one that was updated: the only cut that nothing can tell."""
    before, updated = (
        next(sample for sample in accepted("pdf") if sample.file == file)
        for file in ("libreoffice-draw.pdf", "exiftool-updated.pdf")
    )
    assert updated.content.startswith(before.content)
    assert is_accepted(updated.name, updated.content[: len(before.content)])
    assert not is_accepted(updated.name, updated.content[: len(before.content) + 1])
