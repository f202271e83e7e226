"""Erases a fax for good, its files and its record: `make erase FAX=<uid>`.

What is left of it are lines in the audit log: one before anything is deleted, so that nothing is erased which the log
cannot take, and one when it is done. The files go first and the record last, so that what an interrupted run left is
found by the next.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.faxes import BY_UID
from faxes.adapters.dynamodb.items import plain, wire
from faxes.tokens import digest_of
from tools.operator import deployed
from tools.operator.audit import AuditFailed, AuditLog
from tools.operator.deployed import NoStack, Stack
from tools.steps import fail

_UID = re.compile(r"[0-9a-f]{32}")
# S3's own limit for one call.
_BATCH = 1000
# For so long a file may lie there before its record is found: create_fax has 28 s, and then the index has to follow.
_SETTLED = timedelta(minutes=1)


class NotErased(Exception):
    """The fax was not erased, not to its end, or without its audit line; the message says which, and what to do."""


class _FilesLeft(Exception):
    """S3 deleted some of the files only."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: so many files, of ``size`` bytes together. ``fax_id`` is None where there was no record."""

    fax_id: str | None
    files: int
    size: int


def erase(stack: Stack, uid: str, now: Callable[[], datetime]) -> Erased:
    """Erase the fax of a valid uid.

    Needs s3:ListBucket on the bucket and s3:DeleteObject below faxes/; dynamodb:GetItem and dynamodb:DeleteItem on the
    table of faxes and dynamodb:Query on its index; logs:CreateLogStream and logs:PutLogEvents on the audit log. Raises
    NotErased; and botocore's errors as long as nothing was erased.
    """
    s3, bucket = stack.client("s3"), stack.output("FileBucketName")
    dynamodb, table = stack.client("dynamodb"), stack.output("FaxTableName")
    audit = AuditLog(stack.client("logs"), stack.output("AuditLogGroupName"))
    caller = stack.client("sts").get_caller_identity()["Arn"]
    # In this order, so that a record which is written meanwhile is found.
    files = _files(s3, bucket, uid)
    fax_id = _id_of_record(dynamodb, table, uid)
    if not files and fax_id is None:
        raise NotErased(f"There is nothing of fax {uid}: no file, and no record.")
    if fax_id is None and max(file["LastModified"] for file in files) > now() - _SETTLED:
        raise NotErased(
            f"Nothing was erased: fax {uid} has no record yet, but a file from this minute. It may be about to be "
            "accepted; try again in a minute."
        )
    fax = Erased(fax_id, len(files), sum(file["Size"] for file in files))
    try:
        audit.write(_line("begun", uid, fax, caller, now()), now())
    except (AuditFailed, BotoCoreError, ClientError) as error:
        raise NotErased(f"Nothing was erased, since the audit log cannot be written: {error}") from error
    try:
        _delete_files(s3, bucket, [file["Key"] for file in files])
        if fax_id is not None:
            _delete_record(dynamodb, table, fax_id, uid)
    except (_FilesLeft, BotoCoreError, ClientError) as error:
        raise NotErased(
            f"Fax {uid} was not erased to its end. AWS said: {error}\nErase it again when that is mended."
        ) from error
    line = _line("done", uid, fax, caller, now())
    try:
        audit.write(line, now())
    except (AuditFailed, BotoCoreError, ClientError) as error:
        raise NotErased(
            f"ERASED, BUT THE AUDIT LOG DOES NOT SAY SO: {error}\nKeep this line in its place:\n{json.dumps(line)}"
        ) from error
    return fax


def _files(s3: Any, bucket: str, uid: str) -> list[dict[str, Any]]:
    """What lies below the fax's prefix, as S3 lists it."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"faxes/{uid}/")
    return [item for page in pages for item in page.get("Contents", [])]


def _id_of_record(dynamodb: Any, table: str, uid: str) -> str | None:
    """The id of the fax's record, None where it has none."""
    listed = dynamodb.query(
        TableName=table,
        IndexName=BY_UID,
        KeyConditionExpression="uid = :uid",
        ExpressionAttributeValues=wire({":uid": uid}),
    )["Items"]
    for key in listed:
        # The index follows the table a moment later, and may still list what is gone.
        item = dynamodb.get_item(
            TableName=table, Key={"pk": key["pk"], "sk": key["sk"]}, ProjectionExpression="id, uid", ConsistentRead=True
        ).get("Item", {})
        record = plain(item)
        if record.get("uid") == uid:
            return str(record["id"])
    return None


def _line(state: str, uid: str, fax: Erased, caller: str, now: datetime) -> dict[str, object]:
    return {
        "action": "erase",
        "state": state,
        "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "caller": caller,
        "id": fax.fax_id,
        # By which a restore knows the fax; 128 random bits cannot be found from it.
        "uidSha256": digest_of(uid),
        "files": fax.files,
        "bytes": fax.size,
        "record": fax.fax_id is not None,
    }


def _delete_files(s3: Any, bucket: str, keys: Sequence[str]) -> None:
    for batch in batched(keys, _BATCH, strict=False):
        objects = [{"Key": key} for key in batch]
        # What it could not delete, it lists in an answer of success.
        errors = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}).get("Errors", [])
        if errors:
            raise _FilesLeft(f"{len(errors)} of the files stay: {', '.join(sorted({e['Code'] for e in errors}))}")


def _delete_record(dynamodb: Any, table: str, fax_id: str, uid: str) -> None:
    # Where it is gone by now, or another fax's, there is none of this fax left.
    with suppress(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.delete_item(
            TableName=table,
            Key=wire({"pk": f"FAX#{fax_id}", "sk": "FAX"}),
            ConditionExpression="uid = :uid",
            ExpressionAttributeValues=wire({":uid": uid}),
        )


def main(arguments: list[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    parser = argparse.ArgumentParser(prog="make erase", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--fax", help="the fax's uid")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    if options.fax is None:
        return fail("Say which: make erase FAX=uid [STACK=name].")
    if not _UID.fullmatch(options.fax):
        return fail(f"FAX is {options.fax!r}; it must be a fax's uid: 32 characters of 0-9 and a-f.")
    try:
        stack = deployed.find(options.stack)
        erased = erase(stack, options.fax, now)
    except (NoStack, NotErased) as error:
        return fail(error)
    except (BotoCoreError, ClientError) as error:
        return fail(f"Nothing was erased. AWS said: {error}")
    files = f"{erased.files} {'file' if erased.files == 1 else 'files'}, {erased.size:,} bytes"
    if erased.fax_id is None:
        print(f"erased what lay there of fax {options.fax}: {files}; it had no record")
    else:
        print(f"erased fax {erased.fax_id}: {files}, and its record")
        print("point-in-time recovery can bring the record back for up to 35 days, the files never;")
        print("make restore leaves it out")
    print(f"the audit line: in log group {stack.output('AuditLogGroupName')}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
