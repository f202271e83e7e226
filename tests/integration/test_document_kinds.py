"""Documents of each kind that people send, made anew of what programs wrote: taken with all pages, or refused."""

import pytest

from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Upload
from tests.data.documents import jpg_kinds, pdf_kinds, tif_kinds
from tests.data.documents.kinds import Member
from tests.support.corpus import ACCEPTED
from tests.support.renderers import rendered
from tools.limits import default_limits

KINDS = {"jpg": jpg_kinds.KINDS, "pdf": pdf_kinds.KINDS, "tif": tif_kinds.KINDS}
# What was made of a program's document already: it lacks what a kind would change, or has it.
CHANGED = {
    *("libjpeg-turbo-fill-bytes", "libjpeg-turbo-lost-marker", "libjpeg-turbo-bytes-between-segments"),
    *("libjpeg-turbo-one-component-number", "ffmpeg-without-its-last-bytes", "ffmpeg-private-value-outside"),
    *("libtiff-compression-for-each-sample", "libtiff-pages-called-reduced", "pillow-bytes-behind"),
    *(name.rpartition("/")[2].removesuffix(".pdf") for name in pdf_kinds.KEPT),
}
PAGES = {(sample.kind, sample.file): sample.pages for sample in ACCEPTED}
SOURCES = {
    kind: {
        sample.file: sample.content
        for sample in ACCEPTED
        if sample.kind == kind and sample.path.stem not in CHANGED and not sample.behind
    }
    for kind in KINDS
}
MEMBERS = [(kind, member) for kind, of in KINDS.items() for member in of.members(SOURCES[kind], seed=18, of_each=2)]
REASONS = {
    "jpg": {"jpg_cut_off", "jpg_data_missing"},
    "pdf": {"pdf_cut_off", "pdf_damaged", "pdf_page_count"},
    "tif": {"tif_cut_off", "tif_damaged"},
}


def named(value: object) -> str:
    return f"{value.kind}: {value.source}" if isinstance(value, Member) else str(value)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_members(kind: str) -> None:
    members = [member for of, member in MEMBERS if of == kind]
    assert {member.kind for member in members} == KINDS[kind].accepted.keys() | KINDS[kind].refused.keys()
    assert all(member.content != SOURCES[kind][member.source] for member in members)


@pytest.mark.parametrize(("kind", "member"), MEMBERS, ids=named)
def test_a_member_is_taken_or_refused(kind: str, member: Member) -> None:
    if member.is_accepted:
        document = inspect(Upload(f"a.{kind}", member.content), 1, 1, default_limits())
        assert (document.pages, document.content) == (PAGES[kind, member.source], member.content)
    else:
        with pytest.raises(FileInvalid) as caught:
            inspect(Upload(f"a.{kind}", member.content), 1, 1, default_limits())
        assert caught.value.reason in REASONS[kind]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, of in KINDS.items() for name in of.accepted])
def test_what_is_taken_shows_what_it_was_made_of(kind: str, name: str) -> None:
    """In the eyes of an independent renderer, which finds the document in what stands around it by itself."""
    member = next(member for of, member in MEMBERS if of == kind and member.kind == name)
    assert rendered(kind, member.content) == rendered(kind, SOURCES[kind][member.source])


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, of in KINDS.items() if kind != "pdf" for name in of.refused]
)
def test_what_is_refused_does_not(kind: str, name: str) -> None:
    """Or cannot be read at all. MuPDF repairs a PDF as far as that goes."""
    member = next(member for of, member in MEMBERS if of == kind and member.kind == name)
    try:
        shown = rendered(kind, member.content)
    except (OSError, SyntaxError, ValueError):
        return
    assert shown != rendered(kind, SOURCES[kind][member.source])
