"""What makes a repeated request the same fax: its caller and Idempotency-Key, or its caller and its fingerprint.

A caller is the app, or the user where a token stands for one without an app; never the token, which changes hourly. An
app that was a sandbox app is another caller from then on: what it tried is not what it sends.
What the client sends goes into digests alone: none of it is in a table's key.

Who has a document at hand could try out numbers until the digest of a fax is found. So where there is a key, which is
stored nowhere, the digest is an HMAC under it. Without one it is found by the content alone; it lives for the minutes
in which a repetition counts.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from datetime import datetime

from faxes.intake.request import Request
from faxes.model import ExpectedFile, Extension, IdempotencyRecord, Principal

# Printable ASCII; docs/api/send-again.md.
KEY = re.compile(r"[\x20-\x7e]{1,255}")


def name_by_key(principal: Principal, key: str) -> str:
    """The name of the idempotency record that a caller's Idempotency-Key makes: 64 hex digits."""
    return _digest(["key", *_caller(principal), key])


def name_by_fingerprint(principal: Principal, fingerprint: str) -> str:
    """The name of the idempotency record that a fingerprint makes where no key is sent: 64 hex digits."""
    return _digest(["fingerprint", *_caller(principal), fingerprint])


def record_of(principal: Principal, key: str | None, fingerprint: str, expires_at: datetime) -> IdempotencyRecord:
    """What makes the same request, sent again, the same fax: its key, or where there is none its fingerprint."""
    if key is None:
        return IdempotencyRecord(name_by_fingerprint(principal, fingerprint), fingerprint, expires_at, window=True)
    return IdempotencyRecord(name_by_key(principal, key), fingerprint, expires_at)


def fingerprint_of(
    sender: Extension, asked: Request, files: Iterable[tuple[str | None, bytes]], key: str | None
) -> str:
    """What a fax is, as 64 hex digits: who sends it, to whom, each file's name and SHA-256 in their order, and how its
    pages look where the request says so. An HMAC under the Idempotency-Key, where there is one."""
    return _fingerprint(sender, asked, [[name, sha256.hex()] for name, sha256 in files], key)


def _fingerprint(sender: Extension, asked: Request, named: list[list[object]], key: str | None) -> str:
    what: list[object] = [sender.owner_id, str(sender.number), list(asked.recipients), named]
    if asked.rendering or asked.resolution:
        # Only then, so that a repetition of what an earlier release accepted is still the same.
        what.append([asked.rendering, asked.resolution])
    return _digest(what) if key is None else hmac.digest(key.encode("ascii"), _bytes(what), "sha256").hex()


def fingerprint_announced(sender: Extension, asked: Request, files: Iterable[ExpectedFile], key: str | None) -> str:
    """The same of a fax whose files come later: of each, its name, its size, and its SHA-256 where that is said."""
    named: list[list[object]] = [[file.name, file.size, file.sha256] for file in files]
    return _fingerprint(sender, asked, named, key)


def _caller(principal: Principal) -> tuple[str, str]:
    if principal.app_key is None:
        return "user", principal.user_id
    return "sandbox app" if principal.sandbox else "app", principal.app_key


def _digest(value: list[object]) -> str:
    return hashlib.sha256(_bytes(value)).hexdigest()


def _bytes(value: list[object]) -> bytes:
    # JSON keeps apart what a plain join would mix: ["a", "bc"] and ["ab", "c"].
    return json.dumps(value).encode("ascii")
