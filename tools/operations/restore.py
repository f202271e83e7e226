"""Copies what a table of the stack lacks from a table that was restored out of a backup or of a point in time:
`make restore TABLE=FaxTable FROM=name`.

What the stack's table has stays as it is. Left out are items whose time is over, faxes that were erased with all that
is kept of them, and what was changed in the directory or removed from it since: the audit log knows them. It is asked
once more at the end, for what was erased or changed in between. What was due when the backup was made is due no more:
since then it may have been done, and a fax that comes back is sent by nobody.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.erasure import erased_item
from faxes.adapters.dynamodb.items import fingerprint, plain, wire
from faxes.adapters.logs import LogsAuditLog
from faxes.audit import uid_digest
from faxes.errors import StorageFault
from tools.operations import deployed
from tools.operations.deployed import NoStack, Stack
from tools.steps import fail

# The kinds of items of each table (faxes.adapters.dynamodb): another table's would let nobody in, or anybody.
KINDS: Mapping[str, Collection[str]] = {
    "FaxTable": (
        "FAX",
        "PAGES",
        "RECIPIENT",
        "EVENT",
        "IDEMPOTENCY",
        "ERASED",
        "LEASE",
        "WAIT",
        "SIM",
        "UPLOAD",
        "UPLOADS",
        "REPORT",
        "CARRIER",
        "ALLOWANCE",
    ),
    "DirectoryTable": ("ORG", "USER", "EXT", "PRICES"),
    "CredentialTable": ("APP", "TOKEN", "TOKENNAME"),
}
# Told by their partitions: what their sort keys are is each one's own.
_BY_PARTITION = ("UPLOAD", "UPLOADS", "REPORT", "CARRIER", "ALLOWANCE")
# Who has the line of a number, and who stands in line for it, was so at that moment; so were simulated calls, files
# that were waited for, reports that were seen, a carrier's gate, and what was left of a day's pages.
_PASSING = ("LEASE", "WAIT", "SIM", *_BY_PARTITION)
# By these the sweep finds what is to be done.
_DUE = ("due", "dueAt")
_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
# As many as the SDK keeps connections.
_AT_ONCE = 10


class Outcome(StrEnum):
    """What became of an item of the restored table."""

    COPIED = "copied"
    THERE = "there already"
    EXPIRED = "expired"
    ERASED = "erased"
    OUTDATED = "changed since"


class NotRestored(Exception):
    """Not everything was copied; the message says why. ``counts`` are those of before."""

    def __init__(self, why: str, counts: Counter[Outcome]) -> None:
        super().__init__(why)
        self.counts = counts


def restore(stack: Stack, table: str, source: str, now: datetime) -> Counter[Outcome]:
    """Copy what ``table``, by its name in the template, lacks from the table ``source``.

    Needs dynamodb:Scan and dynamodb:GetItem on the source, dynamodb:GetItem, dynamodb:PutItem and dynamodb:DeleteItem
    on the table, and logs:FilterLogEvents on the audit log. Raises NotRestored where the source is another table's or a
    call fails; doing it again goes on.
    """
    counts: Counter[Outcome] = Counter()
    try:
        dynamodb, live = stack.client("dynamodb"), stack.output(f"{table}Name")
        log = LogsAuditLog(stack.client("logs"), stack.output("AuditLogGroupName"))
        unwanted = _Faxes(dynamodb, live, source, log) if table == "FaxTable" else _Members(log)
        copy = _Copy(dynamodb, live, now, unwanted)
        pages = dynamodb.get_paginator("scan").paginate(TableName=source, ConsistentRead=True)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for page in pages:
                _check(page["Items"], table, source)
                for outcome in pool.map(copy, page["Items"]):
                    counts[outcome] += 1
            unwanted.look_again()
            # The faxes before their idempotency records: an erasure that begins in between finds these by those, or
            # has said so by the time these are looked at.
            records = [item for item in copy.copied if item["sk"]["S"] == "FAX"]
            others = [item for item in copy.copied if item["sk"]["S"] != "FAX"]
            for items in (records, others):
                for outcome in filter(None, pool.map(copy.back_out, items)):
                    counts.subtract([Outcome.COPIED])
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
        if _kind(item) not in KINDS[table]:
            raise _Foreign(f"{source} is no {table}: it has items of other kinds than {', '.join(KINDS[table])}.")


def _kind(item: Mapping[str, Any]) -> str:
    """What an item is, in DynamoDB's own JSON: of those that a fax has several of, a number or a time stands behind."""
    partition, kind = (str(item.get(key, {}).get("S", "")).partition("#")[0] for key in ("pk", "sk"))
    return partition if partition in _BY_PARTITION else kind


class _Unwanted(Protocol):
    """What must not come back."""

    def look_again(self) -> None:
        """Learn what has happened meanwhile."""
        ...

    def __call__(self, item: Mapping[str, Any]) -> Outcome | None:
        """Why an item must not come back, or None."""
        ...


class _Faxes:
    """Of the table of faxes, what was erased: before, as the audit log has it, and from then on, as an erasure says in
    the table itself, since the log may be minutes late."""

    def __init__(self, dynamodb: Any, table: str, source: str, log: LogsAuditLog) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._source = source
        self._erased = log.erased()

    def look_again(self) -> None:
        """Nothing: each call asks the table."""

    def __call__(self, item: Mapping[str, Any]) -> Outcome | None:
        # Of a fax, of its idempotency record, and of what is kept beside a fax's record, which has none.
        uid = item.get("uid", item.get("faxUid"))
        if uid is None and item["pk"].startswith("FAX#"):
            uid = self._uid_of(item["pk"])
            if uid is None:
                return Outcome.ERASED
        if uid is None:
            return None
        return Outcome.ERASED if uid_digest(uid) in self._erased or self._is_erased(uid) else None

    def _uid_of(self, pk: str) -> str | None:
        """Of the fax, as the restored table has its record; None where an erasure had just taken that."""
        key = wire({"pk": pk, "sk": "FAX"})
        record = self._dynamodb.get_item(TableName=self._source, Key=key, ConsistentRead=True).get("Item")
        return plain(record)["uid"] if record else None

    def _is_erased(self, uid: str) -> bool:
        said = erased_item(uid, datetime.now(UTC))
        key = wire({"pk": said["pk"], "sk": said["sk"]})
        return "Item" in self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)


class _Members:
    """Of the directory and the credentials, what was removed or changed since: the audit log's last word is another."""

    def __init__(self, log: LogsAuditLog) -> None:
        self._log = log
        self._last = log.items()

    def look_again(self) -> None:
        self._last = self._log.items()

    def __call__(self, item: Mapping[str, Any]) -> Outcome | None:
        # Of an app's token there is no word: it goes with its app.
        with_app = f"APP#{item['appKey']}" if item["sk"] == "TOKEN" and "appKey" in item else ""
        changed = item["pk"] in self._last and self._last[item["pk"]] != fingerprint(item)
        return Outcome.OUTDATED if changed or self._last.get(with_app, "") is None else None


class _Copy:
    """Copies an item, in DynamoDB's own JSON, unless it should not be there. ``copied`` are those that it has."""

    def __init__(self, dynamodb: Any, table: str, now: datetime, unwanted: _Unwanted) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._now = now.timestamp()
        self._unwanted = unwanted
        # The SDK makes its exceptions when they are first asked for, and anew for each thread that asks just then.
        self._refused = dynamodb.exceptions.ConditionalCheckFailedException
        self.copied: list[Mapping[str, Any]] = []

    def __call__(self, item: Mapping[str, Any]) -> Outcome:
        values = plain(item)
        if values.get("expiresAt", self._now + 1) <= self._now or _kind(item) in _PASSING:
            return Outcome.EXPIRED
        why = self._unwanted(values)
        if why is not None:
            return why
        item = {name: value for name, value in item.items() if name not in _DUE}
        try:
            self._dynamodb.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except self._refused:
            return Outcome.THERE
        self.copied.append(item)
        return Outcome.COPIED

    def back_out(self, item: Mapping[str, Any]) -> Outcome | None:
        """Delete an item that was copied and must not be there after all, and say why. One that has been written since
        then stays: it is as it was meant."""
        why = self._unwanted(plain(item))
        if why is None:
            return None
        names = sorted(item)
        with suppress(self._refused):
            self._dynamodb.delete_item(
                TableName=self._table,
                Key={"pk": item["pk"], "sk": item["sk"]},
                ConditionExpression=" AND ".join(f"#{n} = :{n}" for n in range(len(names))),
                ExpressionAttributeNames={f"#{n}": name for n, name in enumerate(names)},
                ExpressionAttributeValues={f":{n}": item[name] for n, name in enumerate(names)},
            )
        return why


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
    if counts[Outcome.OUTDATED]:
        print("what was changed or removed since then was left out: import the directory again, where that is missing")
    if options.table != "FaxTable" and counts[Outcome.COPIED]:
        print("what was deleted by hand since then, or has left your file while it was lost, is back as well:")
        print("make directory FILE=directory.yaml PLAN=1 shows it, PRUNE=1 removes it")
    return 0


def _show(counts: Counter[Outcome]) -> None:
    for outcome in Outcome:
        print(f"    {outcome:<13} {counts[outcome]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
