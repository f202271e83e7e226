"""Every kept document through the real inspection, and some through the whole handler on moto.

A new one needs a line in tests/data/documents/corpus.yaml, and how it is made in one of the scripts beside that; here
it needs nothing.
"""

import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Document, Kind, Upload
from tests.data.documents import make_by_damage, make_with_programs, pdf_kinds
from tests.data.requests import make
from tests.support import requests
from tests.support.cloud import Cloud
from tests.support.corpus import ACCEPTED, FOLDER, KINDS, OUTCOMES, PROGRAMS, REFUSED, SAMPLES, Sample
from tests.support.renderers import rendered
from tools.client.answers import without_request_id
from tools.limits import default_limits

# --- what the corpus is ----------------------------------------------------------------------------------------------


def test_every_kept_document_is_stated_and_every_stated_one_is_kept() -> None:
    kept = {str(path.relative_to(FOLDER)) for kind in KINDS for path in (FOLDER / kind).rglob("*") if path.is_file()}
    assert {str(sample) for sample in SAMPLES} == kept
    assert {(sample.kind, sample.outcome) for sample in SAMPLES} == {
        (k, outcome) for k in KINDS for outcome in OUTCOMES
    }
    # What is accepted has pages, what is refused has a reason, and nothing has both.
    assert [
        str(s) for s in SAMPLES if (s.pages > 0, s.reason == "", s.says == "") != (s.outcome == "accepted",) * 3
    ] == []
    assert {sample.program for sample in SAMPLES} == PROGRAMS


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_enough_documents_of_enough_producers(kind: str) -> None:
    valid = [sample for sample in ACCEPTED if sample.kind == kind]
    broken = [sample for sample in REFUSED if sample.kind == kind]
    assert len(valid) >= 10
    assert len(broken) >= 15
    assert len({sample.producer for sample in valid}) >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_of_a_kind_are_the_same(kind: str) -> None:
    documents = [sample for sample in SAMPLES if sample.kind == kind]
    stated = Counter((sample.outcome, sample.what) for sample in documents)
    contents = Counter(sample.content for sample in documents)
    assert {what: count for what, count in stated.items() if count > 1} == {}
    assert set(contents.values()) == {1}


def test_changed_documents_are_what_the_scripts_make() -> None:
    made = make_by_damage.DAMAGES | pdf_kinds.KEPT
    assert [name for name, make in made.items() if (FOLDER / name).read_bytes() != make()] == []
    assert {str(sample) for sample in SAMPLES} == set(made) | set(make_with_programs.MAKERS)


def test_documents_are_small() -> None:
    assert [(str(sample), len(sample.content)) for sample in SAMPLES if len(sample.content) > 30_000] == []


@pytest.mark.parametrize("sample", [sample for sample in ACCEPTED if sample.kind != "txt"], ids=str)
def test_what_is_stated_to_be_valid_renders_to_as_many_pages(sample: Sample) -> None:
    """An independent renderer's word, so that a mistake in the statement cannot hide behind one in the inspection."""
    assert len(rendered(sample.kind, sample.content)) == sample.pages


# --- what comes of it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", ACCEPTED, ids=str)
def test_valid_document_is_accepted(sample: Sample) -> None:
    content = sample.content
    assert inspect(Upload(sample.name, content), 2, 3, default_limits()) == Document(
        name=sample.name,
        content=content,
        kind=Kind(sample.kind),
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        pages=sample.pages,
        encoding=sample.encoding,
    )


@pytest.mark.parametrize("sample", REFUSED, ids=str)
def test_broken_document_is_refused(sample: Sample) -> None:
    with pytest.raises(FileInvalid) as caught:
        inspect(Upload(sample.name, sample.content), 2, 3, default_limits())
    assert (caught.value.code, caught.value.reason, caught.value.message) == (
        "fx_file_invalid",
        sample.reason,
        f"File 2 of 3, {sample.name}, {sample.says}.",
    )


# --- the whole handler -----------------------------------------------------------------------------------------------


def sent(*samples: Sample) -> dict[str, Any]:
    """The event of a request with these files."""
    files = (make.file_part(sample.name, sample.content) for sample in samples)
    return requests.proxy_event(requests.parse(make.curl(make.request_part(), *files)), "corpus")


def one_of(*names: str) -> list[Sample]:
    by_name = {str(sample): sample for sample in SAMPLES}
    return [by_name[name] for name in names]


VALID = one_of(
    "pdf/accepted/qpdf-object-streams-linearized.pdf",
    "jpg/accepted/exiftool-thumbnail.jpg",
    "tif/accepted/libtiff-three-pages.tif",
    "txt/accepted/pr-three-pages.txt",
)
BROKEN = one_of(
    "pdf/refused/user-password-aes-256.pdf",
    "pdf/refused/update-cut-off.pdf",
    "jpg/refused/cut-behind-thumbnail.jpg",
    "jpg/refused/avif.jpg",
    "tif/refused/loop-over-three-pages.tif",
    "tif/refused/bigtiff.tif",
    "txt/refused/white-space-only.txt",
    "txt/refused/pdf.txt",
)


def test_valid_documents_are_stored_as_they_were_sent(deployed: Cloud, context: Any) -> None:
    answer = deployed.function("create_fax").handler(sent(*VALID), context)

    assert answer["statusCode"] == 200, answer["body"]
    uid = json.loads(answer["body"])["uid"]
    assert deployed.objects() == {f"faxes/{uid}/{n}.{s.kind}": s.content for n, s in enumerate(VALID, start=1)}
    [record] = deployed.items("FaxTable")
    assert [file["M"]["pages"] for file in record["files"]["L"]] == [{"N": str(sample.pages)} for sample in VALID]
    assert record["pages"] == {"N": str(sum(sample.pages for sample in VALID))}


@pytest.mark.parametrize("broken", BROKEN, ids=str)
@pytest.mark.parametrize("position", [1, 5])
def test_one_broken_document_is_enough_to_store_nothing(
    broken: Sample, position: int, deployed: Cloud, context: Any
) -> None:
    files = [*VALID]
    files.insert(position - 1, broken)

    answer = deployed.function("create_fax").handler(sent(*files), context)

    message = f"File {position} of 5, {broken.name}, {broken.says}."
    assert (answer["statusCode"], without_request_id(json.loads(answer["body"]))) == (
        400,
        {"error": {"code": "fx_file_invalid", "message": message}},
    )
    assert deployed.objects() == {}
    assert deployed.items("FaxTable") == []
