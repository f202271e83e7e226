"""What the items of faxes say: what is due next, what is not that should be, and whether paper and records agree."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from faxes import lifecycle
from faxes.adapters.dynamodb.deliveries import event_of
from faxes.adapters.dynamodb.items import Item
from faxes.adapters.dynamodb.keys import WAITING
from faxes.adapters.dynamodb.simulated import taken_of
from faxes.carriers import simulator
from faxes.lifecycle import FINAL, FINAL_FOR_A_RECIPIENT


def next_due(items: Sequence[Item], clock: datetime) -> tuple[str, datetime] | None:
    """The sort key of what is due next of a fax, and the time then; None where nothing is. A call that is under way is
    looked at when it is over, so that the carrier is asked once."""
    due = sorted((str(item["dueAt"]), str(item["sk"])) for item in items if "dueAt" in item)
    if not due:
        return None
    at, sk = due[0]
    if any(item.get("due") == WAITING for item in items):
        # There is a carrier, whatever time it waits for.
        return sk, clock
    clock = max(clock, datetime.fromisoformat(at))
    if any(item["sk"] == sk and item["status"] == "sending" for item in items):
        clock += timedelta(seconds=100)
    return sk, clock


def time_of(item: Item) -> datetime:
    """When something is due."""
    return datetime.fromisoformat(item["dueAt"])


def undue(items: Iterable[Item]) -> list[str]:
    """The sort keys of what is not final and is not due."""
    final = FINAL | FINAL_FOR_A_RECIPIENT
    moving = [item for item in items if item["sk"] in ("FAX", "UPLOAD") or _is_recipient(item)]
    left = [item for item in moving if item["status"] not in final]
    return [item["sk"] for item in left if "due" not in item or "dueAt" not in item]


def assert_ended(items: Sequence[Item], fax_id: str, clock: datetime, status: str, *printed: tuple[int, ...]) -> None:
    """The fax, which has one recipient, has ended so, its history says the same, these pages came out of machines and
    no others, and no number is held. ``items`` are all that there are of it, ``clock`` is a time when all is over."""
    record = next(item for item in items if item["pk"] == f"FAX#{fax_id}" and item["sk"] == "FAX")
    assert record["status"] == status
    taken = [taken_of(item) for item in items if item["pk"].startswith("SIM#")]
    papers = (simulator.paper(each, clock, 1) for each in taken)
    assert tuple(pages for pages in papers if pages) == printed
    assert [item for item in items if item["pk"].startswith("DEST#")] == []
    history = [event_of(item) for item in items if item["sk"].startswith("EVENT#")]
    for item in items:
        if _is_recipient(item):
            assert lifecycle.fold_recipient(history, 1) == item["status"]


def _is_recipient(item: Item) -> bool:
    return item["sk"].startswith("RECIPIENT#") and "#ATTEMPT#" not in item["sk"]
