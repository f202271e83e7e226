"""Copies what a table of the stack lacks from a table that was restored out of a backup or of a point in time:
`make restore TABLE=FaxTable FROM=name`.

What the stack's table has stays as it is. Left out are items whose time is over, and faxes that were erased: the audit
log knows them.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.items import plain
from faxes.adapters.logs import LogsAuditLog
from faxes.audit import uid_digest
from faxes.errors import StorageFault
from tools.operator import deployed
from tools.operator.deployed import NoStack, Stack
from tools.steps import fail

# The kinds of items of each table (faxes.adapters.dynamodb): another table's would let nobody in, or anybody.
KINDS: Mapping[str, Collection[str]] = {
    "FaxTable": ("FAX", "IDEMPOTENCY"),
    "DirectoryTable": ("ORG", "USER", "EXT"),
    "CredentialTable": ("APP", "TOKEN", "TOKENNAME"),
}
_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
# As many as the SDK keeps connections.
_AT_ONCE = 10


class Outcome(StrEnum):
    """What became of an item of the restored table."""

    COPIED = "copied"
    THERE = "there already"
    EXPIRED = "expired"
    ERASED = "erased"


class NotRestored(Exception):
    """Not everything was copied; the message says why. ``counts`` are those of before."""

    def __init__(self, why: str, counts: Counter[Outcome]) -> None:
        super().__init__(why)
        self.counts = counts


def restore(stack: Stack, table: str, source: str, now: datetime) -> Counter[Outcome]:
    """Copy what ``table``, by its name in the template, lacks from the table ``source``.

    Needs dynamodb:Scan on the source and dynamodb:PutItem on the table; for the table of faxes logs:FilterLogEvents on
    the audit log. Raises NotRestored where the source is another table's or a call fails; doing it again goes on.
    """
    counts: Counter[Outcome] = Counter()
    try:
        dynamodb, live = stack.client("dynamodb"), stack.output(f"{table}Name")
        log = LogsAuditLog(stack.client("logs"), stack.output("AuditLogGroupName"))
        copy = _Copy(dynamodb, live, now, log.erased() if table == "FaxTable" else ())
        pages = dynamodb.get_paginator("scan").paginate(TableName=source, ConsistentRead=True)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for page in pages:
                _check(page["Items"], table, source)
                for outcome in pool.map(copy, page["Items"]):
                    counts[outcome] += 1
    except _Foreign as error:
        raise NotRestored(str(error), counts) from error
    except StorageFault as fault:
        raise NotRestored(f"AWS said: {fault.said}", counts) from fault
    except (BotoCoreError, ClientError) as error:
        raise NotRestored(f"AWS said: {error}", counts) from error
    return counts


class _Foreign(Exception):
    """An item of another table."""


def _check(items: Iterable[Mapping[str, Any]], table: str, source: str) -> None:
    for item in items:
        if item.get("sk", {}).get("S") not in KINDS[table]:
            raise _Foreign(f"{source} is no {table}: it has items of other kinds than {', '.join(KINDS[table])}.")


class _Copy:
    """Copies an item, in DynamoDB's own JSON, unless it should not be there."""

    def __init__(self, dynamodb: Any, table: str, now: datetime, erased: Collection[str]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._now = now.timestamp()
        self._erased = erased

    def __call__(self, item: Mapping[str, Any]) -> Outcome:
        values = plain(item)
        if values.get("expiresAt", self._now + 1) <= self._now:
            return Outcome.EXPIRED
        if values["sk"] == "FAX" and uid_digest(values["uid"]) in self._erased:
            return Outcome.ERASED
        try:
            self._dynamodb.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return Outcome.THERE
        return Outcome.COPIED


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make restore", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--table", help="the table, by its name in the template")
    parser.add_argument("--from", dest="source", help="the name of the table that was restored")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    if options.table is None or options.source is None:
        return fail(f"Say which: make restore TABLE={'|'.join(KINDS)} FROM=restored-table [STACK=name].")
    if options.table not in KINDS:
        return fail(f"TABLE is {options.table!r}; it must be one of {', '.join(KINDS)}.")
    if not _TABLE_NAME.fullmatch(options.source):
        return fail(f"FROM is {options.source!r}; it must be a table's name: 3 to 255 of A-Za-z0-9_.-")
    try:
        stack = deployed.find(options.stack)
        if options.source == stack.output(f"{options.table}Name"):
            return fail(f"FROM is the stack's own {options.table}; it must be the table that was restored.")
        counts = restore(stack, options.table, options.source, datetime.now(UTC))
    except NoStack as error:
        return fail(error)
    except NotRestored as error:
        _show(error.counts)
        return fail(f"{options.table} was not restored to its end. {error}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"Nothing was restored. AWS said: {error}")
    _show(counts)
    if options.table != "FaxTable" and counts[Outcome.COPIED]:
        print("what was deleted by hand since then is back as well: delete it again where it must not be")
    return 0


def _show(counts: Counter[Outcome]) -> None:
    for outcome in Outcome:
        print(f"    {outcome:<13} {counts[outcome]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
