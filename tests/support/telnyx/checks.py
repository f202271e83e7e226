"""What a request to send a fax must be like, field by field.

That a member which it does not know is refused, is stricter than what is known of Telnyx: what nobody reads shall not
be sent.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.support.telnyx.errors import Problem, Refused

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_SIP = re.compile(r"sips?:[^\s@]+@[^\s@]+")
_NAME = re.compile(r"[A-Za-z0-9 \-_~!.+]{1,128}")
_QUALITIES = ("normal", "high", "very_high", "ultra_light", "ultra_dark")
_LONGEST_URL = 2000


def url(value: object) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST_URL:
        return False
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def base64_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _one_of(*words: str) -> Callable[[object], bool]:
    return lambda value: value in words


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _percent(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100


def _urls(value: object) -> bool:
    return url(value) or (isinstance(value, list) and bool(value) and all(url(each) for each in value))


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


# Of each member: what it must be, and the error where it is not.
_MEMBERS: Mapping[str, tuple[Callable[[object], bool], str, str]] = {
    "connection_id": (_text, "10015", "must be a text"),
    "from": (_matches(_E164), "10016", "must be in +E.164 format"),
    "to": (
        lambda value: _matches(_E164)(value) or _matches(_SIP)(value),
        "10016",
        "must be in +E.164 format or a SIP URI",
    ),
    "media_url": (_urls, "10003", "must be a URL of at most 2000 characters, or a list of these"),
    "media_name": (_text, "10015", "must be a text"),
    "quality": (_one_of(*_QUALITIES), "10015", f"must be one of {', '.join(_QUALITIES)}"),
    "monochrome": (_flag, "10015", "must be true or false"),
    "black_threshold": (_percent, "10015", "must be a percentage"),
    "t38_enabled": (_flag, "10015", "must be true or false"),
    "store_media": (_flag, "10015", "must be true or false"),
    "store_preview": (_flag, "10015", "must be true or false"),
    "preview_format": (_one_of("pdf", "tiff"), "10015", "must be pdf or tiff"),
    "from_display_name": (_matches(_NAME), "10015", "has at most 128 letters, digits, spaces and -_~!.+"),
    "client_state": (base64_text, "10015", "must be a valid Base-64 encoded string"),
    "webhook_url": (url, "10003", "must be a URL of at most 2000 characters"),
}
_REQUIRED = ("connection_id", "from", "to")


def check(body: object) -> dict[str, Any]:
    """The members of a request to send a fax. Raises Refused with all that is wrong."""
    if not isinstance(body, dict):
        raise Refused(400, Problem("10015", "The body is no JSON object."))
    problems = [Problem("10004", f"{name} is missing.", f"/{name}") for name in _REQUIRED if name not in body]
    for name, value in body.items():
        if name not in _MEMBERS:
            problems.append(Problem("10015", f"{name} is not known.", f"/{name}"))
            continue
        fits, code, must = _MEMBERS[name]
        if not fits(value):
            problems.append(Problem(code, f"{name} {must}.", f"/{name}"))
    problems += _together(body)
    if problems:
        raise Refused(422, *problems)
    return body


def _together(body: Mapping[str, Any]) -> list[Problem]:
    if ("media_url" in body) == ("media_name" in body):
        return [Problem("10004", "One of media_url and media_name is needed.", "/media_url")]
    if "black_threshold" in body and body.get("monochrome") is not True:
        return [Problem("10015", "black_threshold needs monochrome.", "/black_threshold")]
    if "media_name" in body and body.get("store_media"):
        return [Problem("10015", "store_media does not go with media_name.", "/store_media")]
    return []
