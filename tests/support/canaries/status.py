"""What reads a fax and what changes one, with canaries: answered, refused, and with a fault of each AWS call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from faxes.model import Fax, Kind, Status, StoredFile
from tests.data.requests import make
from tests.support import requests
from tests.support.canaries.cases import CALLER, DYNAMODB_FATES, Case, raw
from tests.support.canaries.texts import (
    COLLEAGUE,
    EXTENSION,
    FIELD,
    FILE_NAME,
    OTHER_EXTENSION,
    PHONE,
    SECRET,
    TOKENS,
    UID,
    USER,
    WORDS,
)
from tests.support.faults import dynamodb_answers
from tests.support.faxes import fax

SHOWN, TO_CANCEL, SENT, ANOTHERS = "115900000000001", "115900000000002", "115900000000003", "115900000000004"
CANCEL = b'{"action": "Cancel"}'


def kept() -> list[Fax]:
    """The faxes that the cases are about."""
    now = datetime.now(UTC).replace(microsecond=0)
    uid = UID.ljust(32, "9")
    file = StoredFile(1, f"{FILE_NAME}.txt", Kind.TXT, 14, "ab" * 32, f"faxes/{uid}/1.txt", 1)
    own = fax(
        1,
        id=SHOWN,
        uid=uid,
        user_id=USER,
        extension=f"0003*{EXTENSION}",
        recipients=(PHONE, OTHER_EXTENSION),
        files=(file,),
        created_at=now,
        expires_at=now + timedelta(days=1),
        due_at=now + timedelta(minutes=1),
    )
    ended = replace(own, id=SENT, status=Status.SENT, due_at=None, completed_at=now)
    return [
        own,
        replace(own, id=TO_CANCEL),
        ended,
        replace(own, id=ANOTHERS, user_id=COLLEAGUE),
    ]


def asked(
    method: str,
    fax_id: str = SHOWN,
    rest: str = "",
    *,
    user: str = "@me",
    extension: str = EXTENSION,
    body: bytes = b"",
) -> dict[str, Any]:
    headers = [f"Authorization: Bearer {TOKENS['apps']}", f"Content-Type: application/json; {FIELD}={FIELD}"]
    sent = raw(f"/uapi/faxes/{user}/{extension}/{fax_id}{rest}", headers, body, method)
    return requests.proxy_event(sent, "canary", CALLER)


def of_faxes() -> list[Case]:
    cases = [Case(name, "read_faxes", event, says) for (name, says), event in _reads().items()]
    cases += [Case(name, "change_faxes", event, says) for (name, says), event in _changes().items()]
    for name, fate in DYNAMODB_FATES.items():
        faults = {"dynamodb.Query": fate}
        cases.append(Case(f"fax-{name}", "read_faxes", asked("GET"), "fax_not_read", faults))
        cases.append(Case(f"history-{name}", "read_faxes", asked("GET", rest="/events"), "fax_not_read", faults))
        cancel = asked("PUT", body=CANCEL)
        cases.append(Case(f"found-{name}", "change_faxes", cancel, "fax_not_read", faults))
        faults = {"dynamodb.TransactWriteItems": fate}
        cases.append(Case(f"write-{name}", "change_faxes", cancel, "fax_not_written", faults))
    refused = {"Code": "ConditionalCheckFailed", "Message": WORDS, "Item": {"uid": {"S": f"{UID}{WORDS}"}}}
    taken = dynamodb_answers(400, "TransactionCanceledException", WORDS, CancellationReasons=[refused])
    faults = {"dynamodb.TransactWriteItems": taken}
    cases.append(Case("changed", "change_faxes", asked("PUT", body=CANCEL), "writes_in_vain", faults))
    late: Any = lambda _: lambda: 0.0  # noqa: E731  (a name for its type)
    patched = {"faxes.edge.deadline.remaining": late}
    cases.append(Case("late", "change_faxes", asked("PUT", body=CANCEL), "out_of_time", patched=patched))
    return cases


def of_pages() -> list[Case]:
    """A public page that nobody sees; what of a fax is shown is for whoever has its uid."""
    sent = raw(f"/fax/{UID.ljust(32, '0')}", [], b"", "GET")
    return [Case("no-page", "fax_page", requests.proxy_event(sent, "canary"), "fax_not_shown")]


def _reads() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        ("fax", "fax_shown"): asked("GET"),
        ("history", "history_shown"): asked("GET", rest="/events"),
        ("unknown", "fax_not_found"): asked("GET", "115999999999999"),
        ("anothers", "fax_not_found"): asked("GET", ANOTHERS),
        ("no-id", "fax_not_found"): asked("GET", PHONE * 3),
        ("user", "user_malformed"): asked("GET", user=f"@{USER}%0A"),
        ("extension", "extension_malformed"): asked("GET", extension=f"{EXTENSION}*1*1"),
        ("count", "count_invalid"): asked("GET", rest=f"/events?count={SECRET}"),
        ("cursor", "cursor_invalid"): asked("GET", rest=f"/events?cursor={SECRET}"),
    }


def _changes() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        ("cancel", "cancel_accepted"): asked("PUT", TO_CANCEL, body=CANCEL),
        ("cancel-again", "cancel_accepted"): asked("PUT", TO_CANCEL, body=CANCEL),
        ("ended", "fax_not_cancelable"): asked("PUT", SENT, body=CANCEL),
        ("unknown", "fax_not_found"): asked("PUT", "115999999999999", body=CANCEL),
        ("no-json", "body_not_json"): asked("PUT", body=f"{WORDS} {PHONE}".encode()),
        ("no-action", "action_missing"): asked("PUT", body=f'{{"{FIELD}": "{PHONE}"}}'.encode()),
        ("action", "action_unknown"): asked("PUT", body=f'{{"action": "{WORDS} {PHONE}"}}'.encode()),
        ("twice", "member_repeated"): asked("PUT", body=f'{{"action": "{WORDS}", "action": "{PHONE}"}}'.encode()),
        ("large", "body_too_large"): asked("PUT", body=make.CURL.encode() + PHONE.encode() * 10_000),
        ("user", "user_malformed"): asked("PUT", user=f"@{USER}%0A", body=CANCEL),
    }
