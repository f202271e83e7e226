"""Forms of each kind that clients send, made anew: what was meant arrives, and what was not attached is told."""

import pytest

from faxes.errors import FileInvalid
from faxes.intake import multipart
from faxes.intake.documents import inspect
from tests.data.requests import form_kinds
from tools.limits import default_limits

MEMBERS = list(form_kinds.members(seed=18, of_each=12))


def test_each_kind_has_members_of_its_own() -> None:
    assert {member.kind for member in MEMBERS} == form_kinds.KINDS.keys()
    assert len({member.body for member in MEMBERS}) == len(MEMBERS)


@pytest.mark.parametrize("kind", form_kinds.KINDS)
def test_what_was_meant_arrives(kind: str) -> None:
    for member in [member for member in MEMBERS if member.kind == kind]:
        form = multipart.parse(member.body, member.content_type)
        assert form.request == b'{"recipients": ["7778888"]}'
        assert tuple((upload.name, upload.content) for upload in form.uploads) == member.files


@pytest.mark.parametrize(
    "member", [member for member in MEMBERS if member.files[0][0] is None], ids=lambda member: str(member.kind)
)
def test_a_file_that_was_not_attached_is_refused_as_that(member: form_kinds.Member) -> None:
    [upload] = multipart.parse(member.body, member.content_type).uploads
    with pytest.raises(FileInvalid) as caught:
        inspect(upload, 1, 1, default_limits())
    assert (caught.value.reason, "was not attached" in caught.value.message) == ("file_not_attached", True)
