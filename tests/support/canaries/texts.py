"""Canaries: text that is nowhere else, in the place of what must not be written, and what of it a text holds."""

import base64
from typing import Any

from faxes.tokens import digest_of

TOKEN = "canary-token-9f3Kq7Zr2XbW"  # noqa: S105
KEY = "canary.key~4Lw8Tn"
SECRET = "canary~secret-7Hq2Vd9Xm5Rc3Bk8Jf6Np4Ls"  # noqa: S105
ISSUED = "canary-issued-2Nc8Yt5Wj"
USER, COLLEAGUE = "canary-user", "canary-colleague"
EXTENSION, QUEUE, FAX_OFF, COLLEAGUES = "770183551", "770183552", "770183553", "770183554"
PHONE, OTHER_EXTENSION = "4915550192837", "0003*770183559"
FILE_NAME, CONTENT = "canary-file-name", b"canary file content"
QUERY, HEADER, FIELD = "canary-query", "canary-header", "canary-field"
RETRY = "canary-idempotency-key"
# What an exception says that nobody expected.
WORDS = "canary-words"
# What a fax's uid begins with.
UID = "ca9a47ca9a47ca9a47ca9a47ca"
# What an app is counted by.
USAGE_KEY = "ca9a47ca9a47usage0key"
BASIC = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()

# Each ends another way; the authorizer's table has them all.
TOKENS = {name: f"{TOKEN}-{name}" for name in ("users", "apps", "expired", "unknown", "disabled", "deleted", "rotated")}
# Of apps that are known, or were: a line names them. KEY is none's, and so is in no line.
KEYS = {name: f"known-app~3Xv8Lk.{name}" for name in ("enabled", "disabled", "deleted", "rotated")}

FORBIDDEN = {
    "a token, a key, a secret, a user, a file's name or content, a query, a header or a field": "canary",
    "a token that was issued": ISSUED,
    "HTTP Basic": BASIC,
    "HTTP Basic of an app that is known": base64.b64encode(f"{KEYS['enabled']}:{SECRET}".encode()).decode(),
    "the same without padding": base64.b64encode(SECRET.encode()).decode().rstrip("="),
    "a secret's digest": digest_of(SECRET),
    **{f"the digest of the token {name}": digest_of(token) for name, token in TOKENS.items()},
    **{f"the digest of issued token {n}": digest_of(f"{ISSUED}-{n}") for n in range(50)},
    "an extension": "77018355",
    "a phone number": PHONE,
    "a phone number as it was sent": PHONE[-7:],
    "a file's content": base64.b64encode(CONTENT).decode()[4:-4],
    "a uid": UID,
    "an API key": USAGE_KEY,
}


def leaks(written: str) -> list[str]:
    """What of the above is in a text, in any case."""
    text = written.casefold()
    return [name for name, value in FORBIDDEN.items() if value.casefold() in text]


class Unforeseen(Exception):
    """What nobody expected: its text, its cause and its context hold what was sent."""


def fails(*_: object, **__: object) -> Any:
    """Stands for any part of the code, and repeats everything that was sent to it."""
    words = " ".join([WORDS, TOKEN, SECRET, KEY, PHONE, FILE_NAME, UID, digest_of(SECRET)])
    try:
        raise KeyError(words)
    except KeyError as context:
        try:
            raise ValueError(words) from context
        except ValueError as cause:
            raise Unforeseen(words, {"sent": words}) from cause
