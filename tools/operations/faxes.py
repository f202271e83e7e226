"""Lists faxes, the newest first: `make faxes [EXTENSION=|USER_ID=] [STATUS=] [SINCE=2h] [COUNT=50]`; or says where one
is, and who sent it: `make faxes FAX=115937093837901`.

For operators: it shows the numbers that faxes go to, and no content, names of files or uids.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.finding import DynamoDBFaxFinder
from faxes.adapters.dynamodb.reading import DynamoDBFaxReader
from faxes.errors import StorageFault
from faxes.lifecycle import FINAL, FaxInFull
from faxes.model import Attempt, Recipient, RecipientStatus, Status
from faxes.prices import told
from tools.cut_short import may_be_cut_short
from tools.operations import deployed, stuck
from tools.operations.deployed import NoStack, Stack
from tools.operations.redrive import ID
from tools.operations.who import sent_by
from tools.steps import fail

_SINCE = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_COUNT = re.compile(r"[1-9][0-9]{0,3}")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def listed(
    stack: Stack,
    now: datetime,
    *,
    index: tuple[str, str] | None = None,
    status: str | None = None,
    since: datetime | None = None,
    most: int = 50,
) -> Iterator[FaxInFull]:
    """Faxes as they are now, at most so many: of an extension or a user (``index`` and key), the newest first; else
    those that have not ended, or all, for which the whole table is read. Raises StorageFault."""
    client, table = stack.client("dynamodb"), stack.output("FaxTableName")
    finder, reader = DynamoDBFaxFinder(client, table), DynamoDBFaxReader(client, table)
    if index:
        ids = finder.of(*index, since, status)
    elif status is not None and status not in FINAL:
        ids = finder.open(status)
    else:
        ids = iter(finder.everywhere(since, status))
    found = (fax for fax_id in ids if (fax := reader.in_full(fax_id, now, lambda _: True)))
    wanted = (
        fax for fax in found if status in (None, fax.fax.status) and (since is None or fax.fax.created_at >= since)
    )
    yield from islice(wanted, most)


def row(shown: FaxInFull) -> str:
    """A fax in a line: id, time, from, status, why, attempts, when something is done with it, to whom."""
    fax = shown.fax
    attempts = len(shown.attempts)
    due = min((each.due_at for each in shown.recipients if each.due_at), default=fax.due_at)
    reasons = {str(each.reason) for each in shown.recipients if each.reason} or {str(fax.reason)} - {"None"}
    to = fax.recipients[0] + (f" and {len(fax.recipients) - 1} more" if len(fax.recipients) > 1 else "")
    words = [
        f"{fax.id:<16} {_at(fax.created_at)}  {fax.extension:<10} {fax.status:<14}",
        ", ".join(sorted(reasons)),
        f"{attempts} attempt{'' if attempts == 1 else 's'}",
        f"due {_at(due)}" if due else "",
        f"to {to}",
    ]
    return "  ".join(word for word in words if word)


def detail(shown: FaxInFull) -> Iterator[str]:
    """Where a fax is, and who sent it."""
    fax = shown.fax
    yield from sent_by(fax)
    why = f", {fax.reason}" if fax.reason else ""
    ended = f", ended {_at(fax.completed_at)}" if fax.completed_at else ""
    yield f"    {fax.status}{why}{ended}" + (", simulated" if fax.sandbox else "")
    if shown.failure and shown.failure.text:
        yield f"    {shown.failure.text}"
    if not shown.recipients:
        if fax.status not in FINAL:
            yield f"    looked at {_at(fax.due_at)}" if fax.due_at else "    never looked at: make redrive has it go on"
        yield from (f"    to {number}" for number in fax.recipients)
    for recipient in shown.recipients:
        yield f"    to {_described(recipient)}"
        for attempt in (each for each in shown.attempts if each.position == recipient.position):
            words = [f"attempt {attempt.number}, {_at(attempt.started_at)}", str(attempt.status)]
            words += [str(word) for word in (attempt.reason, _said(attempt), attempt.carrier_id) if word]
            words += [cost] if (cost := _cost(attempt)) else []
            yield f"        {', '.join(words)}"


def _said(attempt: Attempt) -> str | None:
    """The carrier's code, and what else it says."""
    code, detail = attempt.carrier_code, attempt.detail
    return f"{code} ({detail})" if code and detail and detail != code else code or detail


def _cost(attempt: Attempt) -> str | None:
    """What it cost, as the carrier says, or about so much by the operator's prices."""
    if attempt.price is not None:
        return told(attempt.price)
    return f"about {told(attempt.estimate)}" if attempt.estimate is not None else None


def _described(recipient: Recipient) -> str:
    words = [f"{recipient.number}: {recipient.status}"]
    words += [str(recipient.reason)] if recipient.reason else []
    words.append(f"{recipient.pages_sent} of {recipient.pages} pages sent")
    if recipient.in_line and recipient.status == RecipientStatus.WAITING:
        words.append("another call to the number is on")
    if recipient.due_at:
        words.append(f"due {_at(recipient.due_at)}, given up {_at(recipient.deadline_at)}")
    return ", ".join(words)


def since_of(said: str, now: datetime) -> datetime:
    """``30m``, ``2h``, ``3d``, or a date or time (UTC). Raises ValueError."""
    if ago := _SINCE.fullmatch(said):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    time = datetime.fromisoformat(said)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _at(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC" if time else ""


def main(arguments: list[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    parser = argparse.ArgumentParser(prog="make faxes", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--fax", help="a fax's id: where is it, and who sent it?")
    parser.add_argument("--extension", help="those that this extension sent, as 0003*210")
    parser.add_argument("--user", help="those that this user sent")
    parser.add_argument("--status", help="those of this status")
    parser.add_argument("--since", help="those of the last 30m, 2h or 3d, or since a date or time (UTC)")
    parser.add_argument("--count", help="how many, by default 50", default="50")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    if options.extension and options.user:
        return fail("Say EXTENSION or USER_ID, not both.")
    if options.fax and not ID.fullmatch(options.fax):
        return fail(f"FAX is {options.fax!r}; it must be a fax's id: a number of up to 16 digits.")
    if options.status is not None and options.status not in Status:
        return fail(f"STATUS is {options.status!r}; it must be one of {', '.join(Status)}.")
    if not _COUNT.fullmatch(options.count):
        return fail(f"COUNT is {options.count!r}; it must be a whole number from 1 to 9999.")
    try:
        since = since_of(options.since, now()) if options.since else None
    except (ValueError, OverflowError):
        return fail(f"SINCE is {options.since!r}; it must be as 30m, 2h, 3d, 2026-11-30 or 2026-11-30T08:00.")
    try:
        stack = deployed.find(options.stack)
        if options.fax:
            return _tell_of(options.fax, stack, now())
        index = ("by-extension", options.extension) if options.extension else None
        index = ("by-user", options.user) if options.user else index
        if index is None and (options.status is None or options.status in FINAL):
            print(stuck.told_of_cost(stack), file=sys.stderr, flush=True)
        found = listed(stack, now(), index=index, status=options.status, since=since, most=int(options.count))
        number = 0
        for fax in found:
            print(row(fax), flush=True)
            number += 1
        more = f"; COUNT={options.count} shows no more" if number == int(options.count) else ""
        print(("1 fax" if number == 1 else f"{number} faxes") + more)
    except NoStack as error:
        return fail(error)
    except StorageFault as fault:
        return fail(f"AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"AWS said: {error}")
    return 0


def _tell_of(fax_id: str, stack: Stack, now: datetime) -> int:
    reader = DynamoDBFaxReader(stack.client("dynamodb"), stack.output("FaxTableName"))
    fax = reader.in_full(fax_id, now, lambda _: True)
    if fax is None:
        return fail(f"There is no fax {fax_id} any more, or there never was. The audit log has who erased it.")
    print("\n".join(detail(fax)))
    return 0


if __name__ == "__main__":
    with may_be_cut_short():
        sys.exit(main(sys.argv[1:]))
