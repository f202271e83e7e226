"""What the account says of itself when it is asked: its balance, its numbers, its fax application."""

from typing import Any
from urllib.parse import parse_qsl

from tests.support.telnyx.account import Account
from tests.support.telnyx.errors import Problem, Refused


def told(account: Account, path: list[str], query: str) -> dict[str, Any]:
    """The answer to a GET. Raises Refused."""
    match path:
        case ["balance"]:
            return {"data": {"record_type": "balance", "currency": "USD", "available_credit": account.credit}}
        case ["phone_numbers"]:
            return _numbers(account, dict(parse_qsl(query)).get("filter[phone_number]"))
        case ["fax_applications", name] if name == account.connection_id:
            return {"data": _application(account)}
    raise Refused(404, Problem("10005", "The requested resource or URL could not be found."))


def _numbers(account: Account, wanted: str | None) -> dict[str, Any]:
    """Those that have these digits; none where something else than digits is asked for."""
    found = [number for number in account.numbers if wanted is None or (wanted.isdigit() and wanted in number)]
    said = [
        {
            "id": str(position),
            "record_type": "phone_number",
            "phone_number": number,
            "status": "active",
            "connection_id": account.connection_id,
        }
        | account.numbers_said.get(number, {})
        for position, number in enumerate(found, start=1)
    ]
    return {"data": said, "meta": {"page_number": 1, "page_size": 20, "total_pages": 1, "total_results": len(said)}}


def _application(account: Account) -> dict[str, Any]:
    return {
        "id": account.connection_id,
        "record_type": "fax_application",
        "application_name": "fax-api",
        "active": account.active,
        "webhook_event_url": account.webhook_url,
        "outbound": {"channel_limit": None, "outbound_voice_profile_id": account.profile},
    }
