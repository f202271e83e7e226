"""What makes a repeated request the same fax: its caller and Idempotency-Key, or its caller and its fingerprint.

A caller is the app, or the user where a token stands for one without an app; never the token, which changes hourly.
What the client sends goes into digests alone: none of it is in a table's key.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence

from faxes.model import Extension, Principal

# Printable ASCII; docs/api/send-again.md.
KEY = re.compile(r"[\x20-\x7e]{1,255}")


def name_by_key(principal: Principal, key: str) -> str:
    """The name of the idempotency record that a caller's Idempotency-Key makes: 64 hex digits."""
    return _digest(["key", *_caller(principal), key])


def name_by_fingerprint(principal: Principal, fingerprint: str) -> str:
    """The name of the idempotency record that a fingerprint makes where no key is sent: 64 hex digits."""
    return _digest(["fingerprint", *_caller(principal), fingerprint])


def fingerprint_of(sender: Extension, recipients: Sequence[str], files: Iterable[tuple[str | None, bytes]]) -> str:
    """What a fax is, as 64 hex digits: who sends it, to whom, and each file's name and SHA-256 in their order."""
    named = [[name, sha256.hex()] for name, sha256 in files]
    return _digest([sender.owner_id, str(sender.number), list(recipients), named])


def _caller(principal: Principal) -> tuple[str, str]:
    return ("app", principal.app_key) if principal.app_key else ("user", principal.user_id)


def _digest(value: list[object]) -> str:
    # JSON keeps apart what a plain join would mix: ["a", "bc"] and ["ab", "c"].
    return hashlib.sha256(json.dumps(value).encode("ascii")).hexdigest()
