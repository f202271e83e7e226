"""Telnyx Programmable Fax v2. https://api.telnyx.com/v2, with ``Authorization: Bearer`` and the account's key.

    submit    POST /faxes: connection_id, from, to, media_url, client_state, quality, store_media -> 202 with the fax
    find      GET /faxes, filtered by time and number, page by page: the fax whose client_state is the reference
    fetch     GET /faxes/{id}: status and failure_reason
    cancel    POST /faxes/{id}/actions/cancel, which it takes until the fax has ended
    erase     DELETE /faxes/{id}

What it is like (its SDK's types, its pages on sending, receiving webhooks and error codes; November 2026):

- It has no key that makes two requests one. ``client_state``, base64 of our reference, comes back in each answer, list
  and report.
- It fetches ``media_url``, of 2,000 characters at most, a moment after it answered, without following a redirect, 50 MB
  and 350 pages at most. So what it is given is an address of this attempt's alone, and once that is withdrawn there is
  nothing to send.
- It retries nothing by itself, and stamps no header line.
- A fax that is asked for has neither a count of pages nor seconds: ``delivered`` is all of them, and one that failed
  says nothing of those that came out before.
- 2,000 faxes may be in process at once; one more is answered 429.

What is certain. A request that never left was not taken. Of the answers, 400, 401, 403, 404, 409, 415, 422 and 429 with
Telnyx's own list of errors are refusals. All others are not known: no answer, one that cannot be read, 5xx, a redirect,
a page of some gateway's in between.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from faxes.carriers import TELNYX
from faxes.carriers.https import Answer, Host, NotAnswered, NotSent
from faxes.carriers.telnyx_failures import CANCELED, OF_ACCOUNT, REASONS
from faxes.delivery.carrier import Accepted, Call, CallState, CarrierSilent, NoAnswer, Refused, Report
from faxes.errors import StorageFault
from faxes.model import Reason

# What is asked of a fax that it has, once it has done so or is about to.
_DONE = frozenset({200, 202, 204})
_REFUSALS = frozenset({400, 401, 403, 404, 409, 415, 422, 429})
_TOO_MANY = 429
# The key, the account or its money.
_OF_ACCOUNT = frozenset({401, 403})
# What is refused of a request: the fax application, which each has from the deployment; and the numbers, which another
# fax has not. One organization's would close the gate for all.
_APPLICATION, _NUMBERS = "/connection_id", frozenset({"/from", "/to"})
_NOT_E164 = "10016"
# "Cannot issue a command on fax in the current state"; the same for a fax that was received.
_ENDED = frozenset({"90080", "90081"})
_STATES: Mapping[str, CallState] = {
    "queued": CallState.QUEUED,
    "media.processing": CallState.QUEUED,
    "media.processed": CallState.QUEUED,
    "originated": CallState.SENDING,
    "sending": CallState.SENDING,
    "delivered": CallState.DELIVERED,
    "failed": CallState.FAILED,
}
# Its clock and ours differ by less.
_SKEW = timedelta(minutes=5)
_PAGE, _MOST_PAGES = 100, 20
# Characters of an address; S3's have some 400, and the session's token beside.
_LONGEST_ADDRESS = 2_000
# Characters of an id, and of a word of its own. What is longer has no room with the attempt.
_LONGEST = 200
# 204 x 196 dpi, as the pages are.
_QUALITY = "high"


class Telnyx:
    """Implements ``delivery.carrier.Carrier``. ``key(fresh)`` gives the account's key, read anew where that is asked
    for; ``connection`` is the id of its fax application, ``caller`` the number that it sends from (E.164) where a fax
    has none of its own; ``address`` makes of a document's key an address where it can be fetched for a while."""

    name: ClassVar[str] = TELNYX
    keeps: ClassVar[bool] = True
    stamps_header: ClassVar[bool] = False
    counts_pages: ClassVar[bool] = False

    def __init__(
        self,
        host: Host,
        key: Callable[[bool], str],
        connection: str,
        caller: str,
        address: Callable[[str], str],
    ) -> None:
        self._host = host
        self._key = key
        self._connection = connection
        self._caller = caller
        self._address = address

    def submit(self, call: Call) -> Accepted | Refused | NoAnswer:
        address = self._address(call.document)
        if len(address) > _LONGEST_ADDRESS:
            # The signer's credentials are in it: every fax's is as long.
            said = f"{len(address)} characters; Telnyx takes {_LONGEST_ADDRESS}"
            return Refused(Reason.CARRIER_UNAVAILABLE, "address_too_long", said, of_account=True)
        try:
            members = {
                "connection_id": self._connection,
                "from": call.caller or self._caller,
                "to": call.number,
                "media_url": address,
                "client_state": _state(call.reference),
                "quality": _QUALITY,
                "store_media": False,
            }
            answer = self._ask("POST", "/faxes", members=members)
        except (NotSent, StorageFault) as error:
            return Refused(Reason.CARRIER_UNAVAILABLE, detail=f"not asked: {error}")
        except NotAnswered:
            return NoAnswer()
        if 200 <= answer.status < 300:
            named = _id(_fax(answer))
            return Accepted(named) if named else NoAnswer()
        return _refused(answer, members)

    def find(self, reference: str, number: str, since: datetime, named: str | None = None) -> str | None:
        if named is not None:
            answer = self._question("GET", _path(named))
            if answer.status == 200 and _fax(answer).get("client_state") == _state(reference):
                return named
        query = {
            "filter[created_at][gte]": (since - _SKEW).astimezone(UTC).isoformat(),
            "filter[direction][eq]": "outbound",
            "filter[to][eq]": number,
            "page[size]": str(_PAGE),
        }
        for page in range(1, _MOST_PAGES + 1):
            answer = self._question("GET", "/faxes", query | {"page[number]": str(page)})
            listed, last = _listed(answer)
            for fax in listed:
                if fax.get("client_state") == _state(reference) and (found := _id(fax)):
                    return found
            if page >= last:
                return None
        raise CarrierSilent("the list has no end")

    def fetch(self, carrier_id: str, pages: int) -> Report:
        answer = self._question("GET", _path(carrier_id))
        fax = _fax(answer)
        state, failure = _STATES.get(str(fax.get("status"))), _text(fax.get("failure_reason"))
        if answer.status != 200 or state is None:
            raise CarrierSilent(_said(answer))
        if state is CallState.DELIVERED:
            return Report(state, pages_sent=pages)
        if state is not CallState.FAILED:
            return Report(state)
        if failure == CANCELED:
            return Report(CallState.CANCELED, code=CANCELED)
        known = REASONS.get(failure) if failure else None
        return Report(
            state,
            reason=known or Reason.INTERNAL,
            code=failure,
            detail=_text(fax.get("internal_failure_reason")),
            of_account=failure in OF_ACCOUNT,
        )

    def cancel(self, carrier_id: str) -> bool:
        answer = self._question("POST", _path(carrier_id, "actions/cancel"), members={})
        if answer.status in _DONE:
            return True
        if _ENDED & {code for code, _ in _errors(answer)}:
            return False
        raise CarrierSilent(_said(answer))

    def withdraw(self, reference: str) -> bool | None:
        # Who fetches from S3, S3 tells nobody at once.
        return None

    def erase(self, carrier_id: str) -> str:
        answer = self._question("DELETE", _path(carrier_id))
        # Gone is gone, whoever deleted it.
        if answer.status not in {*_DONE, 404}:
            raise CarrierSilent(_said(answer))
        return str(answer.status)

    def _question(
        self, method: str, path: str, query: Mapping[str, str] | None = None, members: Mapping[str, Any] | None = None
    ) -> Answer:
        """Something that may be asked any number of times. Raises CarrierSilent."""
        try:
            return self._ask(method, path, query, members)
        except (NotSent, NotAnswered, StorageFault) as error:
            raise CarrierSilent(str(error)) from error

    def _ask(
        self, method: str, path: str, query: Mapping[str, str] | None = None, members: Mapping[str, Any] | None = None
    ) -> Answer:
        answer = self._host.ask(method, path, self._key(False), query=query, members=members)
        if answer.status != 401 or not _errors(answer):
            return answer
        # The key may have been replaced. What was refused was not taken, and so may be asked again.
        return self._host.ask(method, path, self._key(True), query=query, members=members)


def _refused(answer: Answer, asked: Mapping[str, Any]) -> Refused | NoAnswer:
    errors = _errors(answer)
    if answer.status not in _REFUSALS or not errors:
        return NoAnswer()
    pointers = {pointer for _, pointer in errors}
    of_account = _APPLICATION in pointers or (answer.status in _OF_ACCOUNT and not pointers & _NUMBERS)
    reason = Reason.CARRIER_REJECTED
    if of_account or answer.status == _TOO_MANY:
        # The fax waits for better times.
        reason = Reason.CARRIER_UNAVAILABLE
    elif (_NOT_E164, "/to") in errors:
        reason = Reason.NUMBER_INVALID
    code, pointer = errors[0]
    # Which number it is, of whose there are several.
    value = asked[pointer.removeprefix("/")] if pointer in _NUMBERS else ""
    return Refused(reason, code, f"{answer.status} {pointer} {value}".strip(), of_account=of_account)


def _errors(answer: Answer) -> list[tuple[str, str]]:
    """The code and the pointer of each of Telnyx's own errors in an answer."""
    errors = answer.members.get("errors")
    if not isinstance(errors, list):
        return []
    objects = [each for each in errors if isinstance(each, dict)]
    sources = [each.get("source") for each in objects]
    pointers = [str(source.get("pointer", "")) if isinstance(source, dict) else "" for source in sources]
    return [
        (str(each.get("code", ""))[:_LONGEST], pointer[:_LONGEST])
        for each, pointer in zip(objects, pointers, strict=True)
    ]


def _fax(answer: Answer) -> Mapping[str, Any]:
    fax = answer.members.get("data")
    return fax if isinstance(fax, dict) else {}


def _id(fax: Mapping[str, Any]) -> str | None:
    named = fax.get("id")
    return named if isinstance(named, str) and 0 < len(named) <= _LONGEST else None


def _listed(answer: Answer) -> tuple[list[Mapping[str, Any]], int]:
    """The faxes of a list's page, and the number of its last page. Raises CarrierSilent."""
    listed, meta = answer.members.get("data"), answer.members.get("meta")
    last = meta.get("total_pages") if isinstance(meta, dict) else None
    if answer.status != 200 or not isinstance(listed, list) or not isinstance(last, int):
        raise CarrierSilent(_said(answer))
    return [each for each in listed if isinstance(each, dict)], last


def _said(answer: Answer) -> str:
    return " ".join([str(answer.status), *(code for code, _ in _errors(answer))])


def _state(reference: str) -> str:
    return base64.b64encode(reference.encode()).decode()


def _path(carrier_id: str, *further: str) -> str:
    return "/".join(("/faxes", quote(carrier_id, safe=""), *further))


def _text(value: object) -> str | None:
    return str(value)[:_LONGEST] if value else None
