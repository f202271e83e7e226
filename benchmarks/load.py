"""`make load`: many requests at once at the local stack, and whether any fax was lost or doubled.

Two parts. Distinct: so many requests with other contents, some in flight at a time; afterwards each must be one fax,
and each file must lie there as recorded. One key: rounds of many concurrent requests with one Idempotency-Key each;
each round must be one fax, and every answer the same. Bounded, and against 127.0.0.1 alone. Prints a table in Markdown.
"""

import argparse
import hashlib
import json
import statistics
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from typing import Any
from urllib.parse import urlsplit

import requests

from faxes.adapters.dynamodb.items import plain
from tools.local import stack_file
from tools.local.stack_file import LocalStack
from tools.steps import fail

_HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request got: the status, the body, and the seconds that it took."""

    status: int
    body: dict[str, Any]
    seconds: float


class Sender:
    """Sends small faxes to a local stack, each thread on a connection of its own."""

    def __init__(self, stack: LocalStack) -> None:
        if urlsplit(stack.apiUrl).hostname != _HERE:
            raise ValueError(f"load goes to {_HERE} alone, and the stack is at {stack.apiUrl}")
        self._url = f"{stack.apiUrl}/uapi/faxes/@me/{stack.extension}"
        self._stack = stack
        self._mine = local()

    def send(self, text: str, recipient: str, key: str | None, **look: str) -> Answer:
        if not hasattr(self._mine, "session"):
            self._mine.session = requests.Session()
        headers = {"Authorization": f"Bearer {self._stack.token}"} | ({"Idempotency-Key": key} if key else {})
        form = {
            "request": (None, json.dumps({"recipients": [recipient], **look})),
            "files": ("page.txt", text.encode(), "application/octet-stream"),
        }
        started = time.perf_counter()
        answer = self._mine.session.post(
            self._url, files=form, headers=headers, verify=self._stack.caBundle, timeout=120
        )
        return Answer(answer.status_code, answer.json(), time.perf_counter() - started)


def distinct(sender: Sender, number: int, in_flight: int, recipient: str) -> tuple[list[Answer], float]:
    """``number`` requests with other contents, without a key. Returns their answers, and the seconds for all."""
    started = time.perf_counter()
    with ThreadPoolExecutor(in_flight) as pool:
        answers = list(pool.map(lambda n: sender.send(f"page {n}", recipient, None), range(number)))
    return answers, time.perf_counter() - started


def same(sender: Sender, rounds: int, at_once: int, recipient: str) -> tuple[list[list[Answer]], float]:
    """``rounds`` of ``at_once`` concurrent requests with one key each."""
    started = time.perf_counter()
    answers: list[list[Answer]] = []
    with ThreadPoolExecutor(at_once) as pool:
        for n in range(rounds):
            key = str(uuid.uuid4())
            sent = [pool.submit(sender.send, f"round {n}", recipient, key) for _ in range(at_once)]
            answers.append([each.result() for each in sent])
    return answers, time.perf_counter() - started


def items(stack: LocalStack) -> list[dict[str, Any]]:
    """Everything in the table of faxes."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.faxTable, ConsistentRead=True)
    return [plain(item) for page in pages for item in page["Items"]]


def faxes_to(stack: LocalStack, recipient: str) -> list[dict[str, Any]]:
    """The records of the faxes to a recipient."""
    return [item for item in items(stack) if item["sk"] == "FAX" and item["recipients"] == [recipient]]


def damaged(stack: LocalStack, faxes: Iterable[dict[str, Any]]) -> int:
    """How many recorded files do not lie there as they are recorded."""
    s3 = stack.client("s3")
    found = 0
    for fax in faxes:
        for file in fax["files"]:
            content = s3.get_object(Bucket=stack.bucket, Key=file["key"])["Body"].read()
            found += hashlib.sha256(content).hexdigest() != file["sha256"]
    return found


def unrecorded(stack: LocalStack) -> int:
    """How many objects lie in the bucket that no record names."""
    pages = stack.client("s3").get_paginator("list_objects_v2").paginate(Bucket=stack.bucket)
    keys = {item["Key"] for page in pages for item in page.get("Contents", [])}
    return len(keys - {file["key"] for item in items(stack) for file in item.get("files", [])})


def judge(stack: LocalStack, recipient: str, expected: list[tuple[str, str]]) -> str:
    """Compare the ids and uids that were answered with what is recorded: nothing, or what is wrong."""
    faxes = faxes_to(stack, recipient)
    recorded = Counter((fax["id"], fax["uid"]) for fax in faxes)
    wanted = Counter(expected)
    lost, doubled, broken = wanted - recorded, recorded - wanted, damaged(stack, faxes)
    if lost or doubled or broken:
        return f"{lost.total()} lost, {doubled.total()} too many, {broken} files damaged"
    return ""


def _row(name: str, answers: list[Answer], seconds: float, faxes: int, verdict: str) -> str:
    times = sorted(answer.seconds for answer in answers)
    median, slow = statistics.median(times), times[int(len(times) * 0.99)]
    statuses = ", ".join(f"{count} x {status}" for status, count in Counter(a.status for a in answers).items())
    return (
        f"| {name} | {len(answers)} | {statuses} | {faxes} | {len(answers) / seconds:.0f} | {median * 1000:.0f} | "
        f"{slow * 1000:.0f} | {verdict or 'none lost, none doubled'} |"
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make load", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--at-once", type=int, default=32)
    options = parser.parse_args(arguments)
    stack = stack_file.read()
    if stack is None:
        return fail("No local stack is running. Start one with `make run`.")
    sender = Sender(stack)
    print("| what | requests | answers | faxes | a second | median ms | 99 % ms | |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    wrong: list[str] = []

    recipient = str(uuid.uuid4().int)[:15]
    answers, seconds = distinct(sender, options.requests, options.in_flight, recipient)
    accepted = [(answer.body["id"], answer.body["uid"]) for answer in answers if answer.status == 200]
    wrong.append(judge(stack, recipient, accepted) or ("" if len(accepted) == len(answers) else "not all accepted"))
    name = f"distinct, {options.in_flight} in flight"
    print(_row(name, answers, seconds, len(set(accepted)), wrong[-1]), flush=True)

    recipient = str(uuid.uuid4().int)[:15]
    rounds, seconds = same(sender, options.rounds, options.at_once, recipient)
    of_rounds = [{(a.body.get("id", ""), a.body.get("uid", "")) for a in each if a.status == 200} for each in rounds]
    every = [answer for each in rounds for answer in each]
    accepted = [pair for each in of_rounds for pair in each]
    whole = all(answer.status == 200 for answer in every) and all(len(each) == 1 for each in of_rounds)
    wrong.append(judge(stack, recipient, accepted) or ("" if whole else "answers differ"))
    print(_row(f"one key, {options.at_once} at once", every, seconds, len(accepted), wrong[-1]), flush=True)
    return 1 if any(wrong) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
