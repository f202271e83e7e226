"""An operator erases a fax of the deployed stack: what goes, what stays, what is logged, and by which rights."""

import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import load
from faxes.tokens import digest_of
from tests.support.commands import run
from tests.support.curl import DOCUMENTS, NOTE, REQUEST, SEND, Curl
from tests.support.rights import Operator
from tools.local.local_stack import STACK_NAME
from tools.local.stack_file import LocalStack
from tools.operations import erase

LETTER = ("-F", f"files=@{DOCUMENTS / 'letter.pdf'}")
SIZE = sum((DOCUMENTS / name).stat().st_size for name in ("letter.pdf", "note.txt"))
TIME = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
ROOT_CALLER = "arn:aws:iam::000000000000:root"


def audit(stack: LocalStack, uid: str) -> list[dict[str, Any]]:
    """The audit log's lines of a fax, without their times, which are looked at here."""
    pages = stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName=stack.auditLogGroup)
    lines = [json.loads(event["message"]) for page in pages for event in page["events"]]
    mine = [line for line in lines if line.get("uidSha256") == digest_of(uid)]
    assert all(TIME.fullmatch(line.pop("time")) for line in mine)
    return mine


@pytest.mark.usefixtures("local")
def test_a_fax_is_erased_and_another_is_not(
    stack: LocalStack, curl: Curl, stored: Callable[[], dict[str, bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    key = ("-H", "Idempotency-Key: to-be-erased")
    before, files_before = load.items(stack), stored()
    sent = curl(SEND, *REQUEST, *LETTER, *NOTE, *key)
    fax_id, uid = sent.body["id"], sent.body["uid"]
    other = curl(SEND, *REQUEST, *NOTE).body
    assert erase.main(["--fax", uid]) == 0
    assert capsys.readouterr().out == (
        f"erased fax {fax_id}: 2 files, {SIZE:,} bytes, and its record\n"
        "point-in-time recovery can bring the record back for up to 35 days, the files never;\n"
        "make restore leaves it out\n"
        f"the audit line: in log group {stack.auditLogGroup}\n"
    )

    # What is there more than before: the other fax, and what says to a restore which fax was erased.
    more = [item for item in load.items(stack) if item not in before]
    [said] = [item for item in more if item["sk"] == "ERASED"]
    assert sorted(said) == ["expiresAt", "pk", "sk"]
    assert said["pk"] == f"ERASED#{digest_of(uid)}"
    more.remove(said)
    [record] = more
    assert (record["sk"], record["id"], record["uid"]) == ("FAX", other["id"], other["uid"])
    assert sorted(set(stored()) - set(files_before)) == [f"faxes/{other['uid']}/1.txt"]

    line = {
        "action": "erase",
        "caller": ROOT_CALLER,
        "id": fax_id,
        "uidSha256": digest_of(uid),
        "files": 2,
        "bytes": SIZE,
        "record": True,
    }
    assert audit(stack, uid) == [line | {"state": "begun"}, line | {"state": "done"}]
    group = {"logGroupName": stack.auditLogGroup, "logStreamNames": ["erase"]}
    pages = stack.client("logs").get_paginator("filter_log_events").paginate(**group)
    written = "".join(event["message"] for page in pages for event in page["events"])
    assert [word for word in (uid, "7778888", "letter", "note.txt", "0003*210") if word in written] == []

    # A second time, there is nothing.
    assert erase.main(["--fax", uid]) == 1
    assert capsys.readouterr().err.startswith(f"There is nothing of fax {uid}: no file, no record, and ")
    assert len(audit(stack, uid)) == 2
    # Its key went with it: whoever sends again by it, sends a new fax.
    again = curl(SEND, *REQUEST, *LETTER, *NOTE, *key).body
    assert (again["id"] != fax_id, again["uid"] != uid) == (True, True)


# --- an operator's rights: as docs/operations/erase.md has them, in the order of their need --------------------------

RIGHTS = {
    "cloudformation:DescribeStacks": "*",
    "s3:ListBucket": "arn:aws:s3:::{bucket}",
    "dynamodb:Query": "arn:aws:dynamodb:{region}:*:table/{faxTable}*",
    "dynamodb:GetItem": "arn:aws:dynamodb:{region}:*:table/{faxTable}",
    "logs:CreateLogStream": "arn:aws:logs:{region}:*:log-group:{auditLogGroup}*",
    "logs:PutLogEvents": "arn:aws:logs:{region}:*:log-group:{auditLogGroup}*",
    "dynamodb:PutItem": "arn:aws:dynamodb:{region}:*:table/{faxTable}",
    "s3:DeleteObject": "arn:aws:s3:::{bucket}/faxes/*",
    "dynamodb:DeleteItem": "arn:aws:dynamodb:{region}:*:table/{faxTable}",
}
# The last three are for what is erased; without any other, nothing is.
BEFORE = list(RIGHTS)[:-3]


def test_an_operator_needs_these_rights_and_no_others(
    stack: LocalStack,
    curl: Curl,
    stored: Callable[[], dict[str, bytes]],
    operator: Operator,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = stored()
    sent = curl(SEND, *REQUEST, *NOTE).body
    fax_id, uid = sent["id"], sent["uid"]
    with_it = stored()
    said = {}
    for missing in RIGHTS:
        operator({right: on for right, on in RIGHTS.items() if right != missing})
        assert erase.main(["--fax", uid, "--stack", STACK_NAME]) == 1
        said[missing] = capsys.readouterr().err
        assert (stored() == with_it) == (missing != "dynamodb:DeleteItem")
    assert [right for right in BEFORE if not said[right].startswith("Nothing was erased")] == []
    assert [right for right in RIGHTS if right not in BEFORE and "was not erased to its end" not in said[right]] == []
    # What an interrupted run has left is found, now by the command as it is typed.
    operator(RIGHTS)
    done = run(["make", "-s", "erase", f"FAX={uid}", f"STACK={STACK_NAME}"], dict(os.environ))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"erased fax {fax_id}: 0 files, 0 bytes, and its record\n")
    assert stored() == before
    assert [item for item in load.items(stack) if item.get("uid") == uid] == []
    # What was begun says what lay there, and who it was.
    lines = [(line["state"], line["files"], line["caller"]) for line in audit(stack, uid)]
    who = "arn:aws:iam::000000000000:user/operator"
    assert lines == [*[("begun", 1, who)] * 3, ("begun", 0, who), ("done", 0, who)]


def test_a_fax_that_waits_for_its_files_takes_one_right_more(
    stack: LocalStack,
    curl: Curl,
    keys: Callable[[], set[str]],
    operator: Operator,
    capsys: pytest.CaptureFixture[str],
) -> None:
    body = json.dumps({"recipients": ["7778888"], "files": [{"name": "note.txt", "size": 9, "type": "text/plain"}]})
    announced = curl(SEND, "-H", "Content-Type: application/json", "-d", body).body
    fax_id, uid = announced["id"], announced["uid"]
    stack.client("s3").put_object(Bucket=stack.bucket, Key=f"uploads/{fax_id}/1", Body=b"Call back")
    rights = RIGHTS | {"s3:DeleteObject": "arn:aws:s3:::{bucket}/uploads/*"}
    operator(rights)
    assert erase.main(["--fax", uid, "--stack", STACK_NAME]) == 1
    assert "was not erased to its end" in capsys.readouterr().err
    operator(rights | {"dynamodb:UpdateItem": "arn:aws:dynamodb:{region}:*:table/{faxTable}"})
    assert erase.main(["--fax", uid, "--stack", STACK_NAME]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"erased fax {fax_id}: 1 file, 9 bytes, and what was announced; it was never accepted\n")
    assert [key for key in keys() if fax_id in key] == []
    left = [item["pk"] for item in load.items(stack) if item["pk"].endswith(fax_id) or item["sk"] == fax_id]
    assert left == []
    assert curl(f"{SEND}/{fax_id}").body["error"]["code"] == "fax_not_found"
