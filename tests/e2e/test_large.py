"""Faxes of large files on the deployed stack: announced, uploaded, looked into, drawn, sent, and seen on the paper that
the machine at the other end printed."""

import base64
import hashlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from faxes.bootstrap import clients
from faxes.pages import FaxPage
from tests.support import large, pipeline
from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tools.local.received import documents_of, network_of, printed
from tools.local.stack_file import LocalStack

pytestmark = pytest.mark.full

# A page of noise takes minutes of a line's time.
SPEED = 10_000
SECONDS = 900.0
FINAL = {"sent", "partially_sent", "failed", "canceled", "refused", "expired"}


@pytest.fixture(scope="module", autouse=True)
def _at_work(stack: LocalStack, curl: Curl) -> Iterator[None]:
    newest = curl(SEND, *REQUEST, *NOTE).body["id"]
    with pipeline.all_at_work(stack, newest, speed=SPEED):
        yield


def digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def sent(stack: LocalStack, curl: Curl, path: Path) -> dict[str, Any]:
    """A fax of a file, as it is when it has ended."""
    file = {"name": path.name, "size": path.stat().st_size, "sha256": base64.b64encode(digest(path)).decode()}
    announced = curl(SEND, "-H", "Content-Type: application/json", "--data", json.dumps(
        {"recipients": ["7778888"], "files": [file]}
    ))  # fmt: skip
    assert announced.status == 200, announced
    [place] = announced.body["files"]
    command = ["curl", "--silent", "--show-error", "--fail", "--cacert", stack.caBundle, "--max-time", "300"]
    headers = [option for name, value in place["redirectHeaders"].items() for option in ("-H", f"{name}: {value}")]
    subprocess.run([*command, "-T", str(path), *headers, place["redirectUri"]], check=True, capture_output=True)
    deadline = time.monotonic() + SECONDS
    while True:
        answer = curl(f"{SEND}/{announced.body['id']}")
        assert answer.status == 200, answer
        if answer.body["status"] in FINAL:
            found: dict[str, Any] = answer.body
            return found
        assert time.monotonic() < deadline, answer
        time.sleep(0.5)


def paper(stack: LocalStack, fax: dict[str, Any]) -> list[FaxPage]:
    [(number, pages)] = printed(network_of(stack), documents_of(stack), fax, clients.now(), SPEED)
    assert number == "7778888"
    return pages


def stored_digest(stack: LocalStack, uid: str, kind: str) -> str:
    """The SHA-256 of the object that the fax's file is."""
    body = stack.client("s3").get_object(Bucket=stack.bucket, Key=f"faxes/{uid}/1.{kind}")["Body"]
    found = hashlib.sha256()
    for part in body.iter_chunks(1 << 20):
        found.update(part)
    return found.hexdigest()


def arrives(stack: LocalStack, curl: Curl, path: Path, pages: int) -> list[FaxPage]:
    """Send a file; its sheets, as many as it has pages, when all that is known of it is right."""
    sha256 = digest(path).hex()
    fax = sent(stack, curl, path)
    assert (fax["status"], fax["pages"], fax["deliveries"][0]["pagesSent"]) == ("sent", pages, pages), fax
    [file] = fax["files"]
    assert (file["sha256"], file["size"], file["kind"]) == (sha256, path.stat().st_size, path.suffix[1:])
    assert stored_digest(stack, fax["uid"], path.suffix[1:]) == sha256
    sheets = paper(stack, fax)
    assert len(sheets) == pages
    return sheets


def test_a_telephones_photograph_of_6_mb(stack: LocalStack, curl: Curl, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    pages = large.phone_photo(path)
    assert 6_000_000 < path.stat().st_size < 7_000_000
    large.assert_pictures(arrives(stack, curl, path, pages))


@pytest.mark.parametrize(
    ("make", "least"),
    [(large.pdf, large.MOST), (large.tif, large.MOST), (large.jpg, 200_000_000)],
    ids=["pdf", "tif", "jpg"],
)
def test_as_large_as_a_fax_may_be(
    stack: LocalStack, curl: Curl, tmp_path: Path, make: Callable[[Path], int], least: int
) -> None:
    path = tmp_path / f"large.{make.__name__}"
    pages = make(path)
    assert least <= path.stat().st_size <= large.MOST
    large.assert_pictures(arrives(stack, curl, path, pages))


def test_a_text_of_as_many_pages_as_a_fax_may_have(stack: LocalStack, curl: Curl, tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    pages = large.txt(path)
    sheets = arrives(stack, curl, path, pages)
    # Each page differs in its number, which is on all its rows.
    assert len({sheet.t6[1_000:] for sheet in sheets}) == pages
