"""The fax that an extension receives, in the faxes' table: its record, its pages and its history.

pk FAX#<id>  sk FAX    direction "in", sender {extension, organization}; rendered as the sent fax has it, of its own
                       objects; no app, no due time, and no file
pk FAX#<id>  sk PAGES  as the sent fax has it
"""

from datetime import datetime

from faxes import ids
from faxes.adapters.dynamodb.deliveries import event_item
from faxes.adapters.dynamodb.items import Item
from faxes.adapters.dynamodb.keys import fax_key
from faxes.adapters.dynamodb.reading import PAGES
from faxes.adapters.dynamodb.records import RECORD, fax_item
from faxes.lifecycle import FaxEvent, HistoryEvent
from faxes.model import Fax


def received_items(fax: Fax, sent: list[Item], at: datetime, random: int) -> tuple[Item, list[Item]]:
    """The record of a received fax, and what stands beside it; ``sent`` are the record and the pages of the fax that
    was sent; ``random`` has 24 bits."""
    record, beside = fax_item(fax, None, 1), []
    for item in sent:
        if item["sk"] == RECORD and "rendered" in item:
            record["rendered"] = _rendered(item["rendered"], fax.uid)
        elif item["sk"] == PAGES:
            beside.append(item | {"pk": fax_key(fax.id), "expiresAt": int(fax.expires_at.timestamp())})
    told = HistoryEvent(at, FaxEvent.RECEIVED, pages=fax.pages, revision=fax.revision)
    return record, [*beside, event_item(fax.id, told, fax.expires_at, random)]


def _rendered(rendered: Item, uid: str) -> Item:
    return rendered | {
        "tiff": rendered["tiff"] | {"key": ids.tiff_key(uid)},
        "pdf": rendered["pdf"] | {"key": ids.pdf_key(uid)},
    }
