"""What takes a carrier's reports, with canaries: one that rings, and every way in which one does not."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from faxes.bootstrap import carrier_report
from tests.support.canaries.cases import DYNAMODB_FATES, Case
from tests.support.canaries.texts import FIELD, HEADER, PHONE, QUERY, SECRET, TOKEN, WORDS
from tests.support.telnyx.account import Account

ACCOUNT = Account()
PATH = "/carriers/telnyx/reports"


def _report(number: int) -> bytes:
    payload = {
        "fax_id": f"f8338808-{number}",
        "from": f"+{PHONE}",
        "to": f"+{PHONE}",
        "client_state": "MTAwMS0wMDEtMDE=",
        "original_media_url": f"https://media.example/{SECRET}?X-Amz-Signature={TOKEN}",
        FIELD: WORDS,
    }
    return json.dumps({"data": {"id": f"95479a2e-{number}", "event_type": WORDS, "payload": payload}}).encode()


# How old a report may be.
SECONDS = "faxes.carriers.telnyx_reports._SECONDS"


def _event(body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    sent = headers | {f"X-{HEADER}": HEADER, "Content-Type": "application/json"}
    return {
        "resource": PATH,
        "path": PATH,
        "httpMethod": "POST",
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {QUERY: QUERY},
        "requestContext": {"extendedRequestId": "Jx9Zm=", "identity": {"sourceIp": "203.0.113.9"}},
        "body": body.decode(),
        "isBase64Encoded": False,
    }


def _signed(body: bytes, at: datetime | None = None) -> dict[str, Any]:
    return _event(body, ACCOUNT.sign(int((at or datetime.now(UTC)).timestamp()), body))


def of_reports() -> list[Case]:
    now = datetime.now(UTC)
    forged = ACCOUNT.sign(int(now.timestamp()), _report(2), forged=True)
    elsewhere: Any = lambda self, *given: carrier_report._nobody(*given)  # noqa: E731  (a name for its type)
    verified = "faxes.carriers.telnyx_reports.TelnyxReports.__call__"
    cases = [
        Case("rang", "carrier_report", _signed(_report(1)), "report_rang"),
        Case("known", "carrier_report", _signed(_report(1)), "report_known"),
        Case("not-signed", "carrier_report", _event(_report(2), {"telnyx-timestamp": SECRET}), "report_not_signed"),
        Case("forged", "carrier_report", _event(_report(2), forged), "report_forged"),
        Case("old", "carrier_report", _signed(_report(2), now - timedelta(hours=1)), "report_too_old"),
        Case("unreadable", "carrier_report", _signed(f"{WORDS} {PHONE}".encode()), "report_unreadable"),
        Case("large", "carrier_report", _event(PHONE.encode() * 10_000, {}), "body_too_large"),
        Case("elsewhere", "carrier_report", _signed(_report(3)), "no_such_carrier", patched={verified: elsewhere}),
    ]
    for number, (name, fate) in enumerate(DYNAMODB_FATES.items(), start=10):
        event = _signed(_report(number))
        for operation in ("GetItem", "PutItem"):
            faults = {f"dynamodb.{operation}": fate}
            cases.append(Case(f"{operation}-{name}", "carrier_report", event, "report_not_kept", faults))
    # They are run minutes after they were signed.
    return [replace(case, patched={**case.patched, SECONDS: 2_400}) for case in cases]
