"""Erases a fax for good, its files and its record: `make erase FAX=<uid>`.

In which order, and what is left of it, ``faxes.erasure`` says.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from faxes import erasure
from faxes.adapters.dynamodb.erasure import DynamoDBErasureFaxes
from faxes.adapters.logs import LogsAuditLog
from faxes.adapters.s3_erasure import S3ErasureFiles
from faxes.erasure import Erased, Erasure
from tools.operations import deployed
from tools.operations.deployed import NoStack, Stack
from tools.steps import fail

_UID = re.compile(r"[0-9a-f]{32}")


class NotErased(Exception):
    """The fax was not erased, not to its end, or without its audit line; the message says which, and what to do."""


def erase(stack: Stack, uid: str, now: Callable[[], datetime]) -> Erased:
    """Erase the fax of a valid uid.

    Needs s3:ListBucket on the bucket and s3:DeleteObject below faxes/, media/ and uploads/; dynamodb:GetItem,
    dynamodb:PutItem and dynamodb:DeleteItem on the table of faxes, and dynamodb:UpdateItem for a fax that waits for its
    files; dynamodb:Query on it and on its index; logs:CreateLogStream and logs:PutLogEvents on the audit log. Raises
    NotErased; and botocore's errors, as long as nothing was erased.
    """
    use_case = Erasure(
        files=S3ErasureFiles(stack.client("s3"), stack.output("FileBucketName")),
        faxes=DynamoDBErasureFaxes(stack.client("dynamodb"), stack.output("FaxTableName")),
        audit=LogsAuditLog(stack.client("logs"), stack.output("AuditLogGroupName")),
        now=now,
    )
    caller = stack.client("sts").get_caller_identity()["Arn"]
    try:
        return use_case.erase(uid, caller)
    except erasure.NotErased as error:
        raise NotErased(_said(uid, error)) from error


def _said(uid: str, error: erasure.NotErased) -> str:
    """An error for the person at the terminal."""
    match error:
        case erasure.NothingThere():
            return (
                f"There is nothing of fax {uid}: no file, no record, and nothing that was announced. If its client got "
                "the uid within this minute, try again in a minute."
            )
        case erasure.Unsettled():
            return (
                f"Nothing was erased: fax {uid} has no record yet, but a file from this minute. It may be about to be "
                "accepted; try again in a minute."
            )
        case erasure.NotLookedUp():
            return f"Nothing was erased. AWS said: {error}"
        case erasure.NotBegun():
            return f"Nothing was erased, since the audit log cannot be written: {error}"
        case erasure.Copied():
            return (
                f"Fax {uid} was not erased to its end: it was just being accepted. It cannot be any more, but its "
                f"files may still be copied. Erase it again after {error.until:%H:%M:%S} UTC."
            )
        case erasure.NotAudited():
            return (
                f"ERASED, BUT THE AUDIT LOG DOES NOT SAY SO: {error}\n"
                f"Keep this line in its place:\n{json.dumps(error.line)}"
            )
        case _:
            return f"Fax {uid} was not erased to its end. AWS said: {error}\nErase it again when that is mended."


def _files(erased: Erased) -> str:
    return f"{erased.files} {'file' if erased.files == 1 else 'files'}, {erased.size:,} bytes"


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
    files = _files(erased)
    if erased.fax_id is None:
        print(f"erased what lay there of fax {options.fax}: {files}; it had no record")
    else:
        what = "what was announced" if erased.announced else "the record"
        kept = f"{what}; it was never accepted" if erased.announced else "its record"
        print(f"erased fax {erased.fax_id}: {files}, and {kept}")
        print(f"point-in-time recovery can bring {what} back for up to 35 days, the files never;")
        print("make restore leaves it out")
    for copy in erased.received:
        named = f"fax {copy.fax_id}" if copy.fax_id else "a fax without a record"
        print(f"with it, what an extension had received of it: {named}, {_files(copy)}")
    print(f"the audit line: in log group {stack.output('AuditLogGroupName')}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
