"""A fax as its page shows it -> the values of ``page.html``, in one language."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from faxes import lifecycle
from faxes.edge.page.words import Words
from faxes.model import RecipientStatus, Status
from faxes.showing import AT_ONCE, Page, PublicFax, PublicRecipient

type Values = dict[str, Any]

# A page that is open asks again: soon while the fax is young, and then less and less often.
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=5)
_SHARE = 6

_MOODS: Mapping[str, str] = {
    Status.SENT: "good",
    Status.RECEIVED: "good",
    Status.PARTIALLY_SENT: "part",
    Status.FAILED: "bad",
    Status.CANCELED: "off",
}
# What is said of recipients while they have no items of their own, by the fax's status.
_BEFORE_DELIVERY: Mapping[str, RecipientStatus] = {
    Status.FAILED: RecipientStatus.FAILED,
    Status.CANCELED: RecipientStatus.CANCELED,
}


def values(page: Page, words: Words, prefix: str) -> Values:
    """All that the page says. ``prefix`` is what stands before the addresses of pictures and documents."""
    fax = page.fax
    pages = len(fax.pictures) or fax.pages
    return {
        "lang": words.language,
        "preview": words.text("preview"),
        "layout": None if fax.pictures else "bare",
        "simulated": words.text("simulated") if fax.sandbox else None,
        "simulated_word": words.text("simulated_word"),
        "heading": words.count("heading", of=pages, pages=pages),
        "mood": _MOODS.get(fax.status, "wait"),
        "status": words.text("status", _status(fax)),
        "why": _why(fax, words),
        "facts": _facts(fax, words),
        "to": words.text("to"),
        "recipients": [_recipient(each, page, words) for each in _recipients(page)],
        "files": [
            {"href": f"{prefix}document.{each.ending}", "name": words.text(each.ending, size=words.size(size))}
            for each, size in sorted(fax.sizes.items(), key=lambda item: item[0].ending)
        ],
        "until": words.text("until", time=words.time(page.until)),
        "pages_heading": words.text("pages_heading"),
        "pictures": [
            {
                "src": f"{prefix}pages/{number}.png",
                "width": picture.width,
                "height": picture.height,
                "alt": words.text("alt", number=number, pages=pages),
                "caption": words.text("caption", number=number, pages=pages),
            }
            for number, picture in page.pictures.items()
        ],
        "more_label": words.text("more"),
        "more": _more(page, words),
    }


def seconds_to_refresh(page: Page) -> int | None:
    """After how many seconds an open page asks again, None where nothing changes any more."""
    if page.fax.status in lifecycle.FINAL:
        return None
    age = (page.now - page.fax.created_at) / _SHARE
    return round(min(max(age, _SOONEST), _LATEST).total_seconds())


def _status(fax: PublicFax) -> str:
    final = fax.status in lifecycle.FINAL
    return "canceling" if fax.cancel_requested_at and not final else str(fax.status)


def _why(fax: PublicFax, words: Words) -> str | None:
    """What is said beside the fax's status: why, or how many have it."""
    if fax.reason and fax.status in (Status.QUEUED, Status.FAILED):
        return words.reason(fax.reason) or None
    several = len(fax.recipients)
    if several > 1 and fax.status in (Status.SENDING, Status.PARTIALLY_SENT):
        return words.count("has_it", of=fax.sent, sent=fax.sent, recipients=several)
    return None


def _facts(fax: PublicFax, words: Words) -> list[Values]:
    received = fax.status == Status.RECEIVED
    facts = [("arrived" if received else "accepted", words.time(fax.created_at))]
    if fax.completed_at and not received:
        facts.append(("ended", words.time(fax.completed_at)))
    facts.append(("to" if received else "from", words.number("extension", fax.extension)))
    return [{"name": words.text(name), "value": value} for name, value in facts]


def _recipients(page: Page) -> tuple[PublicRecipient, ...]:
    """The recipients that are shown; before they have items, as the fax names them. Of a received fax, none: it is who
    has it."""
    fax = page.fax
    if page.recipients or fax.status == Status.RECEIVED:
        return page.recipients
    status = _BEFORE_DELIVERY.get(fax.status, RecipientStatus.WAITING)
    numbers = fax.recipients[page.first - 1 : page.first - 1 + AT_ONCE]
    # Why the fax failed is said of the fax.
    return tuple(PublicRecipient(number, status) for number in numbers)


def _recipient(recipient: PublicRecipient, page: Page, words: Words) -> Values:
    kind = "extension" if "*" in recipient.number else "number"
    say = _SAID.get(recipient.status, _waiting)
    return {
        "who": words.number(kind, recipient.number),
        "what": say(recipient, page, words),
        "mood": _MOODS.get(recipient.status, "wait"),
    }


def _waiting(recipient: PublicRecipient, page: Page, words: Words) -> str:
    reason = words.reason(recipient.reason)
    if recipient.attempt and recipient.due_at and recipient.due_at > page.now:
        return words.text("recipient", "again", reason=reason, time=words.time(recipient.due_at))
    return words.text("recipient", "waiting")


def _sending(recipient: PublicRecipient, _: Page, words: Words) -> str:
    which = "sending_again" if recipient.attempt > 1 else "sending"
    return words.text("recipient", which, attempt=recipient.attempt)


def _sent(_: PublicRecipient, page: Page, words: Words) -> str:
    return words.count("recipient", "sent", of=page.fax.pages, pages=page.fax.pages)


def _ended(recipient: PublicRecipient, page: Page, words: Words) -> str:
    return words.text(
        "recipient",
        str(recipient.status),
        reason=words.reason(recipient.reason),
        sent=recipient.pages_sent,
        pages=page.fax.pages,
    )


_SAID: Mapping[str, Callable[[PublicRecipient, Page, Words], str]] = {
    RecipientStatus.WAITING: _waiting,
    RecipientStatus.SENDING: _sending,
    RecipientStatus.SENT: _sent,
    RecipientStatus.IN_DOUBT: _ended,
    RecipientStatus.PARTIALLY_SENT: _ended,
    RecipientStatus.FAILED: _ended,
    RecipientStatus.CANCELED: _ended,
}


def _more(page: Page, words: Words) -> list[Values]:
    """The way to what is not shown: what stands before it, and behind."""
    firsts = (page.first - AT_ONCE, page.first + AT_ONCE)
    found = []
    for first in firsts:
        begins = max(first, 1)
        if begins == page.first or begins > page.entries:
            continue
        last = min(begins + AT_ONCE - 1, page.entries, page.first - 1 if begins < page.first else page.entries)
        found.append(
            {"href": f"?from={begins}", "name": words.count("span", of=last - begins + 1, first=begins, last=last)}
        )
    return found
