"""A canary search on the deployed stack: after an erasure, no table, bucket, queue or log has anything of the fax, and
no address of it leads anywhere."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from benchmarks import load
from faxes.ids import picture_key, tiff_key
from tests.support import pipeline
from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second
from tools.operations import erase

SECONDS = 120.0
CANARY = "kanarienvogel"
# Sent; busy, then sent; and a call that does not end.
PHONE, TWICE, ENDLESS = "4915550192838", "+15005550004", "+15005550013"
_COUNTS = ("", "NotVisible", "Delayed")


@pytest.fixture(autouse=True)
def _at_work(stack: LocalStack, curl: Curl) -> Iterator[None]:
    newest = curl(SEND, *REQUEST, *NOTE).body["id"]
    working = pipeline.at_work(stack, newest, sending=True)
    looking = pipeline.looking_into_uploads(stack)
    with pipeline.on_the_simulator(stack, speed=100), working, looking, swept_each_second(stack):
        yield


def put(stack: LocalStack, file: dict[str, Any], content: bytes) -> int:
    """Upload a file to the address that it was given."""
    with requests.Session() as session:
        session.trust_env = False
        ca, headers = stack.caBundle, file["redirectHeaders"]
        return session.put(file["redirectUri"], data=content, headers=headers, verify=ca, timeout=60).status_code


def get(stack: LocalStack, url: str) -> requests.Response:
    """As a browser asks, past the environment's proxies."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, verify=stack.caBundle, timeout=60, allow_redirects=False)


def until[T](found: Callable[[], T], done: Callable[[T], bool]) -> T:
    deadline = time.monotonic() + SECONDS
    while not done(now := found()):
        assert time.monotonic() < deadline, now
        time.sleep(0.5)
    return now


def kept(stack: LocalStack) -> dict[str, str]:
    """All that is kept, as text, by what keeps it."""
    found = {}
    tables = stack.client("dynamodb")
    for name in tables.list_tables()["TableNames"]:
        pages = tables.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        found[f"table {name}"] = json.dumps([page["Items"] for page in pages], default=str)
    s3 = stack.client("s3")
    for name in (bucket["Name"] for bucket in s3.list_buckets()["Buckets"]):
        versions = s3.list_object_versions(Bucket=name)
        found[f"versions {name}"] = json.dumps(versions, default=str)
        found[f"uploads {name}"] = json.dumps(s3.list_multipart_uploads(Bucket=name), default=str)
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
            for item in page.get("Contents", []):
                # What a call is done with goes meanwhile.
                with suppress(s3.exceptions.NoSuchKey):
                    answer = s3.get_object(Bucket=name, Key=item["Key"])
                    text = answer["Body"].read().decode("latin-1")
                    found[f"object {item['Key']}"] = f"{item['Key']} {answer['Metadata']} {text}"
    logs = stack.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        lines = [event["message"] for page in pages for event in page["events"]]
        found[f"log {group['logGroupName']}"] = "\n".join(lines)
    return found


def waiting(stack: LocalStack) -> dict[str, int]:
    """How many messages each queue has, given out and kept back ones included."""
    queues, found = stack.client("sqs"), {}
    for url in queues.list_queues()["QueueUrls"]:
        names = [f"ApproximateNumberOfMessages{each}" for each in _COUNTS]
        counted = queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        found[url] = sum(int(counted[name]) for name in names)
    return found


def received(stack: LocalStack, fax_id: str) -> tuple[str, str]:
    """The id and uid of the fax that an extension has of this one."""
    items = load.items(stack)
    uids = {item["receivedUid"] for item in items if item["pk"] == f"FAX#{fax_id}" and "receivedUid" in item}
    [found] = [item for item in items if item["sk"] == "FAX" and item["uid"] in uids]
    return found["id"], found["uid"]


@pytest.mark.full
@pytest.mark.usefixtures("local")
def test_a_search_over_every_store_queue_and_log_finds_nothing(
    stack: LocalStack, curl: Curl, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"{CANARY}.txt"
    file.write_text(f"{CANARY} sings\fand again")
    recipients = [PHONE, "0003*211", TWICE, ENDLESS]
    request = json.dumps({"recipients": recipients})
    before = waiting(stack)
    sent = curl(
        SEND, "-F", f"request={request}", "-F", f"files=@{file}", "-H", f"Idempotency-Key: {CANARY}"
    ).body  # fmt: skip
    fax_id, uid = sent["id"], sent["uid"]
    # Another one, which stands in line behind it.
    second = curl(SEND, "-F", f'request={{"recipients": ["{ENDLESS}"]}}', "-F", f"files=@{file}").body
    shown: dict[str, Any] = until(
        lambda: curl(f"{SEND}/{fax_id}").body,
        lambda fax: [each["status"] for each in fax.get("deliveries", ())] == ["sent"] * 3 + ["sending"],
    )
    until(lambda: curl(f"{SEND}/{second['id']}").body, lambda fax: bool(fax.get("deliveries")))
    # One that waits for its files, of which one has come and been looked into.
    content = file.read_bytes()
    files = [{"name": f"{CANARY}-{n}.txt", "size": len(content), "type": "text/plain"} for n in (1, 2)]
    body = json.dumps({"recipients": [PHONE], "files": files})
    waits = curl(SEND, "-H", "Content-Type: application/json", "-H", f"Idempotency-Key: {CANARY}-2", "-d", body).body
    assert put(stack, waits["files"][0], content) == 200
    until(lambda: curl(f"{SEND}/{waits['id']}").body, lambda fax: bool(fax["files"][0].get("checked")))
    copy_id, copy_uid = received(stack, fax_id)
    uids, ids = {uid, second["uid"], copy_uid, waits["uid"]}, {fax_id, second["id"], copy_id, waits["id"]}
    # What it leads to: its page, those of its copy, and the addresses of their files that a browser was given.
    pages = [shown["pageUrl"], f"{stack.apiUrl}/fax/{copy_uid}"]
    paths = [f"{page}/{path}" for page in pages for path in ("pages/1.png", "document.pdf", "document.tif")]
    signed = [get(stack, path).headers["Location"] for path in paths]
    s3 = stack.client("s3")
    keys = [key for each in uids - {waits["uid"]} for key in (tiff_key(each), picture_key(each, 1))]
    lasting = [s3.generate_presigned_url("get_object", Params={"Bucket": stack.bucket, "Key": key}) for key in keys]
    assert {get(stack, each).status_code for each in [*pages, *signed, *lasting]} == {200}
    digest = shown["files"][0]["sha256"]
    secrets = uids | {PHONE, CANARY, digest}
    found = kept(stack)
    # The search finds what there is.
    everything = "\n".join(found.values())
    assert [secret for secret in secrets if secret not in everything] == []
    assert [key for key in found if key.startswith(f"object media/{fax_id}-")] != []

    for each in (uid, second["uid"], waits["uid"]):
        assert erase.main(["--fax", each]) == 0
    capsys.readouterr()
    # Its addresses are alive still, and what comes by them does not stay.
    assert [put(stack, each, content) for each in waits["files"]] == [200, 200]
    objects = stack.client("s3")
    until(
        lambda: objects.list_objects_v2(Bucket=stack.bucket, Prefix=f"uploads/{waits['id']}/"),
        lambda listed: listed["KeyCount"] == 0,
    )

    # The messages come for nothing.
    until(lambda: waiting(stack), lambda now: all(number <= before.get(url, 0) for url, number in now.items()))
    found = kept(stack)
    left = [(where, what) for where, text in found.items() for what in secrets if what in text]
    # By its id an operator finds a fax in the logs; of those, what was written before stays.
    stores = [where for where in found if not where.startswith("log ")]
    left += [(where, each) for where in stores for each in ids if each in found[where]]
    assert left == []
    assert [each for each in [*pages, *paths, *lasting] if get(stack, each).status_code != 404] == []
    # A browser's were for a minute.
    assert {get(stack, each).status_code for each in signed} <= {403, 404}
    for each in ids:
        assert curl(f"{SEND}/{each}").body["error"]["code"] == "fax_not_found"
        assert curl(f"{SEND}/{each}/events").body["error"]["code"] == "fax_not_found"
