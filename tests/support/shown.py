"""Faxes that are read and changed, in memory, for tests of what stands above; and how both stores are given them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from faxes.control import Changed
from faxes.errors import StorageFault
from faxes.lifecycle import FaxInFull, HistoryEvent
from faxes.model import Fax
from faxes.reading import HistoryPage


class MemoryFaxes:
    """Implements ``reading.FaxReader`` and ``control.FaxStore``.

    ``reads`` counts what is read. ``meanwhile`` is called before each change, as another writer might come between.
    Set ``failure`` to have every read fail, ``change_failure`` every change, after it has had its effect.
    """

    def __init__(self) -> None:
        self.faxes: dict[str, FaxInFull] = {}
        self.events: dict[str, list[HistoryEvent]] = {}
        self.reads = 0
        self.failure: StorageFault | None = None
        self.change_failure: StorageFault | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    def keep(self, whole: FaxInFull, events: Sequence[HistoryEvent] = ()) -> None:
        self.faxes[whole.fax.id] = whole
        self.events[whole.fax.id] = list(events)

    def in_full(self, fax_id: str, now: datetime, covers: Callable[[Fax], bool]) -> FaxInFull | None:
        self.reads += 1
        if self.failure:
            raise self.failure
        found = self.faxes.get(fax_id)
        return found if found and found.fax.expires_at > now and covers(found.fax) else None

    def history(
        self, fax_id: str, now: datetime, covers: Callable[[Fax], bool], after: str | None, limit: int
    ) -> HistoryPage | None:
        whole = self.in_full(fax_id, now, covers)
        if whole is None:
            return None
        # Two of one moment keep the order in which they were given.
        keyed = [(_key(n, event), event) for n, event in enumerate(self.events[fax_id])]
        behind = [
            (key, event) for key, event in sorted(keyed, key=lambda each: each[0]) if after is None or key > after
        ]
        shown = behind[:limit]
        events = tuple(event for _, event in shown)
        return HistoryPage(whole.fax, events, shown[-1][0] if len(behind) > limit else None)

    def change(self, fax: Fax, event: HistoryEvent) -> None:
        self.meanwhile()
        found = self.faxes.get(fax.id)
        if found is None or found.fax.revision != fax.revision - 1:
            raise Changed
        # What it does not write stays.
        self.faxes[fax.id] = replace(found, fax=replace(fax, page_revoked_at=found.fax.page_revoked_at))
        self.events[fax.id].append(event)
        if self.change_failure:
            raise self.change_failure

    def close_page(self, fax: Fax, event: HistoryEvent) -> None:
        self.meanwhile()
        found = self.faxes.get(fax.id)
        if found is None or found.fax.page_revoked_at:
            raise Changed
        self.faxes[fax.id] = replace(found, fax=replace(found.fax, page_revoked_at=event.at))
        self.events[fax.id].append(event)
        if self.change_failure:
            raise self.change_failure


def _key(n: int, event: HistoryEvent) -> str:
    return f"{event.at.isoformat(timespec='milliseconds').replace('+00:00', 'Z')}#{n:06x}"
