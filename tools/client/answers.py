"""Is a function's answer the expected one? Shared by `make invoke` and the tests that replay stored events.

An expected answer is a JSON file of three members:

    {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": {"id": "<id>", "uid": "<uid>"}}

``body`` is the value that the answer's JSON body must have, or null where the answer has no body. What is drawn anew
for every fax or login cannot be stored: the strings "<id>", "<uid>" and "<token>" stand for any id (decimal digits),
any uid (32 lower-case hex digits) and any token (43 letters, digits, dashes and underscores: 256 bits); "<time>" stands
for any time, "<second>" for one in whole seconds, "<address>" for any address that a file is uploaded to, "<etag>" for
any ETag. An error's ``requestId`` is left out altogether: it is each request's own.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ANY_OF = {
    "<id>": re.compile(r"[0-9]+"),
    "<uid>": re.compile(r"[0-9a-f]{32}"),
    "<token>": re.compile(r"[A-Za-z0-9_-]{43}"),
    "<time>": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"),
    "<second>": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
    "<address>": re.compile(r"https?://[^ ?]+/uploads/[0-9]+/[0-9]+\?[^ ]*X-Amz-Signature=[0-9a-f]{64}[^ ]*"),
    "<etag>": re.compile(r'"[0-9a-f]{32}"'),
}
_MEMBERS = {"statusCode", "headers", "body"}
_ABSENT = object()


def read(path: Path) -> dict[str, Any]:
    """An expected answer's file. Raises ValueError where it is not in the format of this module."""
    expected = json.loads(path.read_bytes())
    _check(expected)
    return dict(expected)


def problems(answer: object) -> list[str]:
    """What keeps ``answer`` from being a proxy response of API Gateway, a sentence each; nothing where it is one.

    The gateway turns what is not one into a 502, whatever the function meant.
    """
    if not isinstance(answer, dict):
        return [f"it is {_shown(answer)}, not a JSON object"]
    if "statusCode" not in answer:
        return ["it has no statusCode"]
    found = []
    if type(answer["statusCode"]) is not int:
        found.append(f"its statusCode is {_shown(answer['statusCode'])}, not a number")
    if not isinstance(answer.get("body"), str | None):
        found.append(f"its body is {_shown(answer['body'])}, not text")
    return found


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Where ``actual``, a proxy response, differs from ``expected``, an expected answer; a line each, none if nowhere.

    Of the headers, those that ``expected`` names are compared, in any case, since a response may always have more.
    The status and the body must be the same altogether. Raises ValueError where ``expected`` is not in the format of
    this module: a mistake in it must never pass as "no difference".
    """
    _check(expected)
    found = list(_values("statusCode", expected["statusCode"], actual.get("statusCode", _ABSENT)))
    headers = _headers(actual)
    for name, value in expected["headers"].items():
        found += _values(f"header {name}", value, headers.get(name.lower(), _ABSENT))
    return [*found, *_values("body", expected["body"], without_request_id(_body(actual)))]


def without_request_id(body: Any) -> Any:
    """A body, and without its ``requestId`` where it is an error's."""
    match body:
        case {"error": {"requestId": str(), **error}, **others}:
            return {"error": error, **others}
        case _:
            return body


def _check(expected: object) -> None:
    if not isinstance(expected, Mapping) or set(expected) != _MEMBERS or not isinstance(expected["headers"], Mapping):
        raise ValueError(f"it must be an object of {', '.join(sorted(_MEMBERS))}, and nothing else")


def _headers(actual: Mapping[str, Any]) -> dict[str, Any]:
    """A proxy response's headers by their lower-case names. It may have them once, as lists, or both."""
    several = {
        name.lower(): ", ".join(map(str, values)) for name, values in (actual.get("multiValueHeaders") or {}).items()
    }
    return several | {name.lower(): value for name, value in (actual.get("headers") or {}).items()}


def _body(actual: Mapping[str, Any]) -> Any:
    """A proxy response's body as the value that it stands for. No body is None; what is no JSON stays text."""
    text = actual.get("body")
    if not text:
        return None
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def _values(where: str, expected: Any, actual: Any) -> list[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        names = list(expected) + [name for name in actual if name not in expected]
        return [
            line
            for name in names
            for line in _values(f"{where}.{name}", expected.get(name, _ABSENT), actual.get(name, _ABSENT))
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for position, (one, other) in pairs for line in _values(f"{where}[{position}]", one, other)]
    return [] if _same(expected, actual) else [f"{where}: expected {_shown(expected)}, got {_shown(actual)}"]


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, str) and expected in _ANY_OF:
        return isinstance(actual, str) and _ANY_OF[expected].fullmatch(actual) is not None
    # Python holds 1, 1.0 and True for the same; JSON's readers do not.
    return type(expected) is type(actual) and bool(expected == actual)


def _shown(value: object) -> str:
    return "nothing" if value is _ABSENT else json.dumps(value, ensure_ascii=False, default=str)
