"""PDFs of each kind that people send, made anew of what programs wrote: taken with all pages, or refused."""

import pytest

from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Upload
from tests.data.documents import pdf_kinds
from tests.support.corpus import accepted
from tests.support.renderers import rendered
from tools.limits import default_limits

PAGES = {sample.file: sample.pages for sample in accepted("pdf")}
# What a program wrote, and not what was made of that by this script.
SOURCES = {
    sample.file: sample.content for sample in accepted("pdf") if str(sample) not in pdf_kinds.KEPT and not sample.behind
}
MEMBERS = list(pdf_kinds.members(SOURCES, seed=18, of_each=2))


def test_each_kind_has_members() -> None:
    assert {member.kind for member in MEMBERS} == pdf_kinds.ACCEPTED.keys() | pdf_kinds.REFUSED.keys()
    assert all(member.content != SOURCES[member.source] for member in MEMBERS)


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: f"{member.kind}: {member.source}")
def test_a_member_is_taken_or_refused(member: pdf_kinds.Member) -> None:
    if member.is_accepted:
        document = inspect(Upload("a.pdf", member.content), 1, 1, default_limits())
        assert (document.pages, document.content) == (PAGES[member.source], member.content)
    else:
        with pytest.raises(FileInvalid) as caught:
            inspect(Upload("a.pdf", member.content), 1, 1, default_limits())
        assert caught.value.reason in {"pdf_cut_off", "pdf_damaged", "pdf_page_count"}


@pytest.mark.parametrize("kind", pdf_kinds.ACCEPTED)
def test_what_is_taken_shows_what_it_was_made_of(kind: str) -> None:
    """In the eyes of an independent renderer, which finds the PDF in what stands around it by itself."""
    member = next(member for member in MEMBERS if member.kind == kind)
    assert rendered("pdf", member.content) == rendered("pdf", SOURCES[member.source])
