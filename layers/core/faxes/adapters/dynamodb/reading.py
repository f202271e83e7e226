"""What is read of a fax, out of the faxes' table: the record with its recipients and attempts, and its history.

Actions: dynamodb:Query on the table. One query from the record's key on reads all but the history (``deliveries``);
where there is none that may be shown, another looks for a fax that waits for its files (``pending``), and a third
whether it was accepted meanwhile.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.deliveries import attempt_of, event_of, recipient_of
from faxes.adapters.dynamodb.items import Item, plain, wire
from faxes.adapters.dynamodb.keys import ATTEMPT, EVENT, RECIPIENT, fax_key
from faxes.adapters.dynamodb.pending import PENDING, pending_key, pending_of
from faxes.adapters.dynamodb.records import RECORD, fax_of
from faxes.errors import Effect
from faxes.lifecycle import FaxInFull, ReadyPage, RenderFailure
from faxes.model import Fax
from faxes.reading import HistoryPage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


PAGES = "PAGES"


class DynamoDBFaxReader:
    """Reads a fax. Implements ``reading.FaxReader``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def in_full(self, fax_id: str, now: datetime, covers: Callable[[Fax], bool]) -> FaxInFull | None:
        # It may be accepted between the first two reads, which is never undone.
        return (
            self._accepted(fax_id, now, covers)
            or self._pending(fax_id, now, covers)
            or self._accepted(fax_id, now, covers)
        )

    def _accepted(self, fax_id: str, now: datetime, covers: Callable[[Fax], bool]) -> FaxInFull | None:
        items = self._query(fax_key(fax_id), "sk >= :sk", {":sk": RECORD})
        record = next(items, None)
        fax = _covered(record, now, covers)
        if record is None or fax is None:
            return None
        recipients, attempts = [], []
        pages: tuple[ReadyPage, ...] = ()
        for item in items:
            sk = item["sk"]
            if sk == PAGES:
                pages = _pages(item)
            elif sk.startswith(RECIPIENT) and ATTEMPT in sk:
                attempts.append(attempt_of(item))
            elif sk.startswith(RECIPIENT):
                recipients.append(recipient_of(item))
        return FaxInFull(fax, tuple(recipients), tuple(attempts), pages, _failure(record))

    def history(
        self, fax_id: str, now: datetime, covers: Callable[[Fax], bool], after: str | None, limit: int
    ) -> HistoryPage | None:
        # As above. Before a fax is accepted, nothing of it is kept beside it.
        return (
            self._told(fax_id, now, covers, after, limit)
            or self._untold(fax_id, now, covers)
            or self._told(fax_id, now, covers, after, limit)
        )

    def rehearse(self) -> None:
        """Make each read once, of a fax that is not there, so that the first request takes no longer than the next."""
        for pk, of, sk in (fax_key(""), "sk >= :sk", RECORD), (pending_key(""), "sk = :sk", PENDING):
            next(self._query(pk, of, {":sk": sk}), None)

    def _told(
        self, fax_id: str, now: datetime, covers: Callable[[Fax], bool], after: str | None, limit: int
    ) -> HistoryPage | None:
        fax = _covered(next(self._query(fax_key(fax_id), "sk = :sk", {":sk": RECORD}), None), now, covers)
        if fax is None:
            return None
        # One more, to know whether there is a next page.
        events = self._query(fax_key(fax_id), "begins_with(sk, :sk)", {":sk": EVENT}, limit + 1, after)
        found = list(islice(events, limit + 1))
        shown = found[:limit]
        more = shown[-1]["sk"].removeprefix(EVENT) if len(found) > limit else None
        return HistoryPage(fax, tuple(map(event_of, shown)), more)

    def _untold(self, fax_id: str, now: datetime, covers: Callable[[Fax], bool]) -> HistoryPage | None:
        pending = self._pending(fax_id, now, covers)
        return HistoryPage(pending.fax, (), None) if pending else None

    def _pending(self, fax_id: str, now: datetime, covers: Callable[[Fax], bool]) -> FaxInFull | None:
        """A fax without a record, which waits for its files or ended without them."""
        item = next(self._query(pending_key(fax_id), "sk = :sk", {":sk": PENDING}), None)
        pending = pending_of(item) if item else None
        if pending is None or pending.forgotten_at <= now or not covers(pending.fax):
            return None
        return FaxInFull(pending.fax, pending=pending)

    def _query(
        self, pk: str, of: str, values: dict[str, str], page: int | None = None, after: str | None = None
    ) -> Iterator[Item]:
        """The items of a partition whose sort key is ``of``, behind an event's where ``after`` names one; read when
        they are asked for, ``page`` at a time, or as many as 1 MB holds."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": f"pk = :pk AND {of}",
            "ExpressionAttributeValues": wire({":pk": pk, **values}),
            "ConsistentRead": True,
            **({"Limit": page} if page else {}),
            **({"ExclusiveStartKey": wire({"pk": pk, "sk": f"{EVENT}{after}"})} if after else {}),
        }
        while True:
            try:
                answer = self._client.query(**request)
            except FAILURES as error:
                raise fault("Query", Effect.NONE, error) from error
            yield from map(plain, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _pages(item: Item) -> tuple[ReadyPage, ...]:
    """The pages of the item PAGES, whose writer is with who makes them (``jobs``)."""
    return tuple(
        ReadyPage(int(page["rows"]), int(page["bytes"]), page["resolution"], int(page["tenths"]) / 10)
        for page in item["pages"]
    )


def _failure(record: Item) -> RenderFailure | None:
    """Why there are no pages, as who failed to make them wrote it into the record."""
    failure = record.get("failure")
    if failure is None:
        return None
    file, page = (int(failure[name]) if name in failure else None for name in ("document", "page"))
    return RenderFailure(failure["word"], file, page, failure.get("text"))


def _covered(item: Item | None, now: datetime, covers: Callable[[Fax], bool]) -> Fax | None:
    """The fax of the first item, where that is a record, its time is not over, and ``covers`` holds for it."""
    if item is None or item["sk"] != RECORD:
        return None
    fax = fax_of(item)
    # The table removes it up to days later.
    return fax if fax.expires_at > now and covers(fax) else None
