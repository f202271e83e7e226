"""Exactly once, on the deployed stack: repetitions, many at once, and a lost answer as AWS plays it."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError

from benchmarks import load
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.bootstrap import create_fax as bootstrap
from faxes.intake.submission import Submission
from faxes.model import Acceptance, Fax, Form, IdempotencyRecord, Kind, Principal, Status, StoredFile, Upload
from tests.support import killed
from tests.support.curl import NOTE, REQUEST, SEND, Curl, refusal
from tests.support.full import size
from tools.local.stack_file import LocalStack

ROUNDS, AT_ONCE = size(check=10, full=50), 32
ALICE = Principal("alice", "0003", app_key="an-app")


def form(text: str, recipient: str) -> Form:
    return Form(json.dumps({"recipients": [recipient]}).encode(), (Upload("page.txt", text.encode()),))


@pytest.fixture
def submissions(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> list[Submission]:
    """The use case as it is deployed, as often as requests are at once: Lambda gives each an environment of its own."""
    for name, value in killed.environment(stack).items():
        monkeypatch.setenv(name, value)
    return [bootstrap.uploading().whole for _ in range(AT_ONCE)]


def test_many_at_once_with_one_key_are_one_fax_time_and_again(stack: LocalStack, submissions: list[Submission]) -> None:
    def submit(submission: Submission, n: int) -> tuple[str, str]:
        sent = form(f"round {n}", "55701")
        receipt = submission.submit(sent, ALICE, "@me", "0003*210", f"round-{n}", lambda: 28)
        assert receipt is not None
        return receipt.id, receipt.uid

    unrecorded = load.unrecorded(stack)
    answered: list[tuple[str, str]] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for n in range(ROUNDS):
            sent = [pool.submit(submit, submission, n) for submission in submissions]
            [one] = {each.result() for each in sent}
            answered.append(one)

    assert len(set(answered)) == ROUNDS
    assert load.judge(stack, "55701", answered) == ""
    # What the others put is gone again.
    assert load.unrecorded(stack) == unrecorded


def test_many_at_once_without_a_key_are_as_many_faxes(stack: LocalStack, submissions: list[Submission]) -> None:
    def submit(n: int) -> tuple[str, str]:
        receipt = submissions[n % AT_ONCE].submit(form("page", "55702"), ALICE, "@me", "210", None, lambda: 28)
        assert receipt is not None
        return receipt.id, receipt.uid

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answered = list(pool.map(submit, range(4 * AT_ONCE)))

    assert len(set(answered)) == 4 * AT_ONCE
    assert load.judge(stack, "55702", answered) == ""


def test_what_was_lost_or_doubled_would_be_found(stack: LocalStack) -> None:
    answers, _ = load.distinct(load.Sender(stack), 2, 1, "55703")
    accepted = [(answer.body["id"], answer.body["uid"]) for answer in answers]
    assert load.judge(stack, "55703", accepted) == ""
    assert load.judge(stack, "55703", accepted[:1]) == "0 lost, 1 too many, 0 files damaged"
    assert load.judge(stack, "55703", [*accepted, ("1", "x")]) == "1 lost, 0 too many, 0 files damaged"
    first, _ = load.faxes_to(stack, "55703")
    stack.client("s3").put_object(Bucket=stack.bucket, Key=first["files"][0]["key"], Body=b"another")
    assert load.judge(stack, "55703", accepted) == "0 lost, 0 too many, 1 files damaged"


def test_a_repetition_over_the_wire(curl: Curl) -> None:
    sent = (*REQUEST, *NOTE, "-H", "Idempotency-Key: over the wire")
    first, second = curl(SEND, *sent), curl(SEND, *sent)
    assert first.status == 200
    assert second == first
    assert curl(SEND, *REQUEST, *NOTE, *NOTE, "-H", "Idempotency-Key: over the wire") == refusal(
        409,
        "idempotency_key_reused",
        "This Idempotency-Key was sent before with another fax: another user, extension, recipients, "
        "rendering, resolution or files. Use a new key for a new fax.",
    )


@pytest.mark.parametrize("keyed", [True, False])
def test_a_write_whose_answer_was_lost_is_written_once(stack: LocalStack, keyed: bool) -> None:
    """The SDK's second try has the first one's token: to AWS, unlike to moto, that is the same transaction."""
    client = stack.client("dynamodb")
    other = stack.client("dynamodb")
    tries: list[str] = []

    def lose_the_first_answer(request: AWSPreparedRequest, **_: object) -> None:
        assert isinstance(request.body, bytes)
        sent = json.loads(request.body)
        tries.append(sent["ClientRequestToken"])
        if len(tries) == 1:
            other.transact_write_items(**sent)
            raise ReadTimeoutError(endpoint_url="https://127.0.0.1/")

    client.meta.events.register_first("before-send.dynamodb.TransactWriteItems", lose_the_first_answer)
    now = datetime.now(UTC).replace(microsecond=0)
    uid = uuid.uuid4().hex
    fax = Fax(
        id=str(int(uid[:12], 16)),
        uid=uid,
        user_id="alice",
        organization_id="0003",
        extension="0003*210",
        recipients=("55704",),
        files=(StoredFile(1, "a.txt", Kind.TXT, 14, "ab" * 32, f"faxes/{uid}/1.txt", 1),),
        pages=1,
        status=Status.ACCEPTED,
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    idempotency = IdempotencyRecord(uid * 2, "c0" * 32, now + timedelta(hours=1)) if keyed else None
    store: Any = DynamoDBFaxStore(client, stack.faxTable)

    store.insert(fax, idempotency)

    assert len(tries) == 2
    assert len(set(tries)) == 1
    assert store.by_id(fax.id, now) == fax
    assert store.acceptance(uid * 2, now) == (Acceptance(fax.id, uid, "c0" * 32) if keyed else None)
