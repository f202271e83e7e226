"""A function that is killed between two AWS calls, and a client that sends again: against a server that outlives it."""

import hashlib
import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from benchmarks.load import faxes_to
from tests.data.requests import make
from tests.support import killed, requests, template
from tools.local.stack_file import LocalStack

# The directory and the key are read side by side, then two files are put side by side, then the record is written.
WITH_KEY, WITHOUT_KEY = 5, 4


def places(calls: int) -> list[Any]:
    """Before each call, and after the last one. Before and after the record is written is what is likely to be broken;
    the others search further."""
    return [pytest.param(at, marks=[] if at >= calls else [pytest.mark.full]) for at in range(1, calls + 2)]


def event(recipient: str, key: str | None) -> dict[str, Any]:
    parts = [make.file_part(f"page-{n}.txt", b"page %d" % n) for n in (1, 2)]
    body = make.request_part(json.dumps({"recipients": [recipient]}).encode())
    return requests.proxy_event(requests.parse(make.curl(body, *parts, key=key)), "killed")


def run(stack: LocalStack, sent: dict[str, Any], at: int) -> tuple[int, dict[str, Any] | None]:
    """The process's status, and its answer where it gave one."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killed", str(at)],
        input=json.dumps(sent).encode(),
        env=killed.environment(stack),
        cwd=template.ROOT,
        capture_output=True,
    )
    if done.returncode:
        return done.returncode, None
    return 0, json.loads(done.stdout.splitlines()[-1])


def assert_whole(stack: LocalStack, fax: dict[str, Any]) -> None:
    """Every recorded file lies there, as it is recorded."""
    s3 = stack.client("s3")
    stored = {file["key"]: s3.get_object(Bucket=stack.bucket, Key=file["key"])["Body"].read() for file in fax["files"]}
    assert {key: hashlib.sha256(content).hexdigest() for key, content in stored.items()} == {
        file["key"]: file["sha256"] for file in fax["files"]
    }
    assert sorted(stored.values()) == [b"page 1", b"page 2"]


@pytest.mark.parametrize("at", places(WITH_KEY))
def test_killed_and_sent_again_with_its_key_it_is_one_fax(stack: LocalStack, at: int) -> None:
    recipient, key = f"5550{at}", f"killed-at-{at}"
    assert run(stack, event(recipient, key), at) == (-signal.SIGKILL, None)
    written = faxes_to(stack, recipient)
    # The record is the last that is written.
    assert len(written) == (1 if at > WITH_KEY else 0)

    status, answer = run(stack, event(recipient, key), 0)

    assert (status, answer and answer["statusCode"]) == (0, 200)
    assert answer is not None
    [fax] = faxes_to(stack, recipient)
    assert json.loads(answer["body"]) == {"id": fax["id"], "uid": fax["uid"]}
    assert ("Idempotent-Replayed" in answer["multiValueHeaders"]) == bool(written)
    assert_whole(stack, fax)


@pytest.mark.parametrize("at", places(WITHOUT_KEY))
def test_killed_and_sent_again_without_a_key_no_record_lacks_its_files(stack: LocalStack, at: int) -> None:
    recipient = f"5560{at}"
    assert run(stack, event(recipient, None), at) == (-signal.SIGKILL, None)
    for fax in faxes_to(stack, recipient):
        assert_whole(stack, fax)

    status, answer = run(stack, event(recipient, None), 0)

    assert (status, answer and answer["statusCode"]) == (0, 200)
    assert answer is not None
    faxes = faxes_to(stack, recipient)
    assert len(faxes) == (2 if at > WITHOUT_KEY else 1)
    assert json.loads(answer["body"]) in [{"id": fax["id"], "uid": fax["uid"]} for fax in faxes]
    for fax in faxes:
        assert_whole(stack, fax)
