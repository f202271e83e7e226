"""Faxes whose files are uploaded on their own, on the deployed stack: curl announces, uploads and asks; the emulator
holds each address to what is signed into it."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks import uploaded
from faxes.adapters.dynamodb.items import text, wire
from tests.support import docs, pdfs, pipeline
from tests.support.curl import DOCUMENTS, SEND, Curl
from tests.support.samples import UPLOADING, Sample, named
from tools import places
from tools.local.stack_file import LocalStack

JSON = ("-H", "Content-Type: application/json", "--data")
SECONDS = 60.0


@pytest.fixture(scope="module", autouse=True)
def at_work(stack: LocalStack) -> Iterator[None]:
    """Files that were uploaded are looked into; all else rests."""
    with pipeline.looking_into_uploads(stack):
        yield


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A photograph of more than a form can have, as far as its bytes go: a PDF with 6 MB in it."""
    path = tmp_path / "photo.pdf"
    path.write_bytes(pdfs.pdf([*pdfs.pages(1), pdfs.stream(bytes(range(1, 256)) * 24_000)]))
    return path


def entry(path: Path, **other: Any) -> dict[str, Any]:
    content = path.read_bytes()
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")
    return {"name": path.name, "size": len(content), "type": "application/pdf", "sha256": digest} | other


def announce(curl: Curl, *files: dict[str, Any], options: Sequence[str] = ()) -> dict[str, Any]:
    answer = curl(SEND, *JSON, json.dumps({"recipients": ["7778888"], "files": files}), *options)
    assert answer.status == 200, answer
    made: dict[str, Any] = answer.body
    return made


def headers(file: dict[str, Any], without: str = "", **other: str) -> list[str]:
    said = {name: value for name, value in file["redirectHeaders"].items() if name != without} | other
    return [option for name, value in said.items() for option in ("-H", f"{name}: {value}")]


@pytest.fixture
def put(stack: LocalStack) -> Callable[..., int]:
    """Upload a file as curl does; the status."""

    def call(path: Path, url: str, options: Sequence[str]) -> int:
        command = ["curl", "--silent", "--show-error", "--cacert", stack.caBundle, "-o", "/dev/null"]
        command += ["--write-out", "%{http_code}", "--max-time", "60", "-T", str(path), *options, url]
        return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    return call


def ended(curl: Curl, fax_id: str) -> dict[str, Any]:
    """The fax, as soon as its files have been looked into."""
    deadline = time.monotonic() + SECONDS
    while (answer := curl(f"{SEND}/{fax_id}")).body["status"] == "uploading":
        assert time.monotonic() < deadline, answer
        time.sleep(0.2)
    shown: dict[str, Any] = answer.body
    return shown


def test_a_file_of_6_mb_is_accepted_as_it_is(
    curl: Curl, put: Callable[..., int], large: Path, stored: Callable[[], dict[str, bytes]]
) -> None:
    note = DOCUMENTS / "note.txt"
    made = announce(curl, entry(large), entry(note, type="text/plain"))
    for path, file in zip((large, note), made["files"], strict=True):
        assert put(path, file["redirectUri"], headers(file)) == 200
    shown = ended(curl, made["id"])
    assert (shown["status"], shown["uid"], shown["pages"]) == ("accepted", made["uid"], 2)
    assert [file["sha256"] for file in shown["files"]] == [
        hashlib.sha256(path.read_bytes()).hexdigest() for path in (large, note)
    ]
    kept = {key: content for key, content in stored().items() if made["uid"] in key or made["id"] in key}
    assert kept == {f"faxes/{made['uid']}/1.pdf": large.read_bytes(), f"faxes/{made['uid']}/2.txt": note.read_bytes()}


def test_an_address_takes_its_file_and_nothing_else(
    curl: Curl, put: Callable[..., int], large: Path, tmp_path: Path, keys: Callable[[], set[str]]
) -> None:
    made = announce(curl, entry(large))
    other = announce(curl, entry(large))
    [file] = made["files"]
    url, content = file["redirectUri"], large.read_bytes()
    changed, longer, shorter = (tmp_path / name for name in ("changed", "longer", "shorter"))
    changed.write_bytes(content[:-1] + b"x")
    longer.write_bytes(content + b"x")
    shorter.write_bytes(content[:-1])
    [foreign] = other["files"]
    theirs = foreign["redirectUri"].replace(f"/{other['id']}/1?", f"/{made['id']}/1?")
    tried = {
        "other bytes": put(changed, url, headers(file)),
        "longer": put(longer, url, headers(file)),
        "shorter": put(shorter, url, headers(file)),
        "without its SHA-256": put(large, url, headers(file, without="x-amz-checksum-sha256")),
        "over what is there": put(large, url, headers(file, without="If-None-Match")),
        "of another type": put(large, url, headers(file, **{"Content-Type": "text/html"})),
        "chunked": put(large, url, [*headers(file), "-H", "Transfer-Encoding: chunked"]),
        "another fax's place": put(large, theirs, headers(foreign)),
        "past its time, which is altered": put(large, url.replace("X-Amz-Expires=1", "X-Amz-Expires=9"), headers(file)),
    }
    assert tried == {name: 400 if name == "other bytes" else 403 for name in tried}
    assert [key for key in keys() if made["id"] in key] == []
    assert put(large, url, headers(file)) == 200
    # It is there already: a client whose line broke has what it wants. As soon as it was taken, it is there no more.
    assert put(large, url, headers(file)) in (412, 200)
    assert ended(curl, made["id"])["status"] == "accepted"


def test_an_address_ends(stack: LocalStack, curl: Curl, put: Callable[..., int], large: Path) -> None:
    """None lives longer than its fax waits for files, twenty hours at most: here they are over in a second."""
    key = ("-H", "Idempotency-Key: over-soon")
    fax_id = announce(curl, entry(large), options=key)["id"]
    soon = datetime.now(UTC) + timedelta(seconds=1)
    stack.client("dynamodb").update_item(
        TableName=stack.faxTable,
        Key={"pk": {"S": f"UPLOAD#{fax_id}"}, "sk": {"S": "UPLOAD"}},
        UpdateExpression="SET closesAt = :soon, fax.createdAt = :announced",
        ExpressionAttributeValues=wire({":soon": text(soon), ":announced": text(soon - timedelta(hours=20))}),
    )
    again = announce(curl, entry(large), options=key)
    [file] = again["files"]
    assert again["id"] == fax_id
    assert "X-Amz-Expires=1&" in file["redirectUri"]
    time.sleep(3)
    assert put(large, file["redirectUri"], headers(file)) == 403


def test_a_refused_file_says_why(curl: Curl, put: Callable[..., int], tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes((DOCUMENTS / "letter.pdf").read_bytes()[:700])
    made = announce(curl, entry(path))
    [file] = made["files"]
    assert put(path, file["redirectUri"], headers(file)) == 200
    shown = ended(curl, made["id"])
    assert (shown["status"], shown["refusal"]) == (
        "refused",
        {"code": "fx_file_invalid", "message": "File 1 of 1, scan.pdf, is cut off: its end is missing."},
    )


def test_new_addresses(curl: Curl, put: Callable[..., int], large: Path) -> None:
    made = announce(curl, entry(large))
    renewed = curl(f"{SEND}/{made['id']}", "-X", "PUT", "--data", '{"action": "RenewUploads"}')
    assert renewed.status == 200, renewed
    [file] = renewed.body["files"]
    assert put(large, file["redirectUri"], headers(file)) == 200
    assert ended(curl, made["id"])["status"] == "accepted"


@pytest.mark.parametrize("block", UPLOADING, ids=named)
def test_a_sample_announces_and_uploads(curl: Curl, sample: Sample, block: docs.Block) -> None:
    done = sample(block)
    assert done.returncode == 0, done.stderr
    fax_id = done.stdout.split()[0]
    assert ended(curl, fax_id)["status"] == "accepted"


def test_make_send_uploads_what_a_form_does_not_hold(curl: Curl, stack: LocalStack, large: Path) -> None:
    environment = os.environ | {
        "FAX_API_URL": stack.apiUrl,
        "FAX_API_CA_BUNDLE": stack.caBundle,
        "FAX_API_TOKEN": stack.token,
        "FAX_API_EXTENSION": "0003*210",
    }
    command = [sys.executable, "-m", "tools.client.send", "--file", str(large), "--to", "7778888"]
    done = subprocess.run(command, cwd=places.ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    status, _, body = done.stdout.partition(" ")
    said = json.loads(body)
    assert (status, said["status"]) == ("200", "accepted")
    assert f"sent {large.stat().st_size:,} bytes" in done.stderr
    [file] = curl(f"{SEND}/{said['id']}").body["files"]
    assert file["sha256"] == hashlib.sha256(large.read_bytes()).hexdigest()


def test_how_long_it_takes_is_measured(stack: LocalStack, curl: Curl, large: Path) -> None:
    fax_id, answered, taken = uploaded.accepted(stack, uploaded.calls_of(stack), large)
    assert curl(f"{SEND}/{fax_id}").body["status"] == "accepted"
    assert 0 < answered < taken < SECONDS
