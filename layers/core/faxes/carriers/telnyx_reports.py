"""Telnyx's reports (webhooks): whether one is Telnyx's, and what it names.

Signed with Ed25519 over ``telnyx-timestamp``, a bar and the raw body; ``telnyx-signature-ed25519`` is base64 of 64
bytes. The public key, base64 of 32 bytes, stands in the account's portal, and is one of the deployment's parameters:
nothing is asked for it. The body is read only after that, and only for what it names.

``{"data": {"id": ..., "event_type": "fax.delivered", "payload": {"fax_id": ..., "client_state": ...}}, "meta": ...}``;
some of Telnyx's samples leave out the envelope. They come in any order, at once, and several times.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from faxes.delivery.reports import Notice
from faxes.errors import ReportInvalid

# Of a report that is sent again and again, each is signed anew.
_SECONDS = 300
_TIMESTAMP, _SIGNATURE = "telnyx-timestamp", "telnyx-signature-ed25519"
_SIGNATURE_BYTES = 64
_UNIX = re.compile(r"[0-9]{1,12}", re.ASCII)
# As policy.reference_of writes one; nothing else of a fax is ours.
_REFERENCE = re.compile(r"[1-9][0-9]{0,15}-[0-9]{3}-[0-9]{2,}", re.ASCII)
# Its ids are UUIDs; one of these is a part of a key of ours, and the other of a path of Telnyx's.
_NAME = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)


class TelnyxReports:
    """Implements ``delivery.reports.Reports.verified``. Raises ValueError where ``public_key`` is none."""

    def __init__(self, public_key: str) -> None:
        try:
            self._key = VerifyKey(base64.b64decode(public_key, validate=True))
        except (binascii.Error, ValueError) as error:
            raise ValueError("Telnyx's public key is base64 of 32 bytes") from error

    def __call__(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        stamp = headers.get(_TIMESTAMP, "")
        signature = _decoded(headers.get(_SIGNATURE, ""))
        if not _UNIX.fullmatch(stamp) or signature is None or len(signature) != _SIGNATURE_BYTES:
            raise ReportInvalid(reason="report_not_signed")
        try:
            self._key.verify(f"{stamp}|".encode() + body, signature)
        except (BadSignatureError, ValueError) as error:
            raise ReportInvalid(reason="report_forged") from error
        if abs(now.timestamp() - int(stamp)) > _SECONDS:
            raise ReportInvalid(reason="report_too_old")
        return _named(body)


def _named(body: bytes) -> Notice:
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ReportInvalid(reason="report_unreadable") from error
    data = said.get("data", said) if isinstance(said, dict) else None
    event_id = data.get("id") if isinstance(data, dict) else None
    payload = data.get("payload") if isinstance(data, dict) else None
    if not isinstance(payload, dict) or not isinstance(event_id, str) or not _NAME.fullmatch(event_id):
        raise ReportInvalid(reason="report_unreadable")
    named = payload.get("fax_id")
    return Notice(event_id, _reference(payload), named if isinstance(named, str) and _NAME.fullmatch(named) else None)


def _reference(payload: Mapping[str, Any]) -> str | None:
    """Ours of a fax that we sent; another's, or one that was received, has none."""
    state = payload.get("client_state")
    decoded = _decoded(state) if isinstance(state, str) else None
    text = decoded.decode("ascii", "replace") if decoded else ""
    return text if _REFERENCE.fullmatch(text) else None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
