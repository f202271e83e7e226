"""Accepted faxes of the deployed stack become pages: many at once, of all kinds, each of them once; an erasure takes
them along."""

import hashlib
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from benchmarks import load
from tests.support import pipeline
from tests.support.curl import DOCUMENTS, NOTE, REQUEST, SEND, Curl, assert_accepted
from tests.support.full import size
from tools.local.stack_file import LocalStack
from tools.operations import erase

# Each has one page.
KINDS = ("letter.pdf", "note.txt", "photo.jpg", "scan.tif")
SECONDS = 300.0


@pytest.fixture(scope="module", autouse=True)
def queue(stack: LocalStack, curl: Curl) -> Iterator[str]:
    """The workers are at work, and what other tests have left is not theirs. The queue's URL."""
    newest = curl(SEND, *REQUEST, *NOTE).body["id"]
    with pipeline.at_work(stack, newest) as url:
        yield url


def send(curl: Curl, name: str) -> str:
    """The id of an accepted fax."""
    sent = curl(SEND, *REQUEST, "-F", f"files=@{DOCUMENTS / name}")
    assert_accepted(sent)
    return str(sent.body["id"])


def ended(stack: LocalStack, fax_ids: list[str]) -> list[dict[str, dict[str, Any]]]:
    """Each fax's items by sort key, as soon as none of them is to be drawn any more."""
    deadline = time.monotonic() + SECONDS
    while True:
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for item in load.items(stack):
            found.setdefault(item["pk"].removeprefix("FAX#"), {})[item["sk"]] = item
        faxes = [found[fax_id] for fax_id in fax_ids]
        states = Counter(items["FAX"]["status"] for items in faxes)
        if not {"accepted", "rendering"} & set(states):
            return faxes
        assert time.monotonic() < deadline, states
        time.sleep(0.2)


def wait_until_empty(stack: LocalStack, queue: str) -> None:
    """Until no message waits, and none is being worked on."""
    deadline = time.monotonic() + SECONDS
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    while True:
        left = stack.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        if {*left.values()} == {"0"}:
            return
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def assert_drawn_once(stack: LocalStack, items: dict[str, dict[str, Any]], tries: int = 1) -> None:
    """The pages are stored as the record says, and the history has each step once."""
    record = items["FAX"]
    s3 = stack.client("s3")
    listed = s3.list_objects_v2(Bucket=stack.bucket, Prefix=f"faxes/{record['uid']}/")["Contents"]
    stored = {each["Key"]: s3.get_object(Bucket=stack.bucket, Key=each["Key"])["Body"].read() for each in listed}
    # Whoever sends is not at work here, and alone knows whether it waits for a carrier.
    assert (record["status"], record.get("reason"), record["tries"] <= tries) == ("queued", None, True)
    for form in ("tiff", "pdf"):
        said = record["rendered"][form]
        assert hashlib.sha256(stored.pop(said["key"])).hexdigest() == said["sha256"]
    names = {key.rpartition("/")[2] for key in stored} - {file["key"].rpartition("/")[2] for file in record["files"]}
    assert names == {f"page-{number}.png" for number in range(1, int(record["pages"]) + 1)}
    assert len(items["PAGES"]["pages"]) == record["pages"]
    history = Counter(item["event"] for key, item in items.items() if key.startswith("EVENT#"))
    assert history == {"rendering_started": record["tries"], "pages_ready": 1}
    assert record["revision"] == record["tries"] + 2


def test_faxes_of_all_kinds_at_once_are_drawn_once(stack: LocalStack, curl: Curl, queue: str) -> None:
    """Four in `make check`, fifty in `make check-full`; and a message too many, which changes nothing."""
    names = [KINDS[n % 4] for n in range(size(4, 50))]
    with ThreadPoolExecutor(4) as pool:
        fax_ids = list(pool.map(lambda name: send(curl, name), names))
    stack.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps({"fax": fax_ids[0]}))
    faxes = ended(stack, fax_ids)
    wait_until_empty(stack, queue)
    assert ended(stack, fax_ids) == faxes
    for items in faxes:
        assert_drawn_once(stack, items)


@pytest.mark.usefixtures("local")
def test_an_erasure_takes_the_pages_along(stack: LocalStack, curl: Curl, capsys: pytest.CaptureFixture[str]) -> None:
    fax_id = send(curl, "letter.pdf")
    [items] = ended(stack, [fax_id])
    uid = items["FAX"]["uid"]
    assert erase.main(["--fax", uid]) == 0
    assert capsys.readouterr().out.startswith(f"erased fax {fax_id}: 4 files, ")
    assert [item for item in load.items(stack) if item["pk"] == f"FAX#{fax_id}"] == []
    assert "Contents" not in stack.client("s3").list_objects_v2(Bucket=stack.bucket, Prefix=f"faxes/{uid}/")


def worker_drawing(stack: LocalStack) -> int | None:
    """The process of a worker of this stack's that is drawing just now: the parent of one that draws."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"faxes.rendering import confined" in (process / "cmdline").read_bytes():
                # Behind its name, which is in parentheses: its state, its parent.
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                if os.fsencode(Path(stack.caBundle).parent) in (Path("/proc") / str(parent) / "cmdline").read_bytes():
                    return parent
    return None


@pytest.mark.full
def test_workers_that_are_killed_leave_nothing_undone_and_nothing_twice(
    stack: LocalStack, curl: Curl, queue: str
) -> None:
    """Fifty faxes; a worker is killed while it draws, twenty times. A minute of the deployment's is a second here."""
    functions, queues = stack.client("lambda"), stack.client("sqs")
    (worker,) = [f["FunctionName"] for f in functions.list_functions()["Functions"] if "RenderFax" in f["FunctionName"]]
    functions.update_function_configuration(FunctionName=worker, Timeout=10)
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "30"})
    (rule,) = [rule["Name"] for rule in stack.client("events").list_rules()["Rules"]]
    stack.client("events").enable_rule(Name=rule)
    with ThreadPoolExecutor(4) as pool:
        fax_ids = list(pool.map(lambda n: send(curl, KINDS[n % 4]), range(50)))
        killed: set[int] = set()
        ending = pool.submit(ended, stack, fax_ids)
        while len(killed) < 20 and not ending.done():
            process = worker_drawing(stack)
            if process is not None and process not in killed:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                killed.add(process)
        faxes = ending.result()
    assert len(killed) >= 10
    lost = [items for items in faxes if items["FAX"]["status"] == "failed"]
    # Whose worker was killed three times.
    assert {items["FAX"]["failure"]["word"] for items in lost} <= {"worker_lost"}
    assert len(lost) <= len(killed) // 3
    for items in faxes:
        if items not in lost:
            assert_drawn_once(stack, items, tries=3)
