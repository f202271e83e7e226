"""Which pages of other origins may read an answer."""

import copy
from typing import Any

import pytest

from faxes.edge import origins

ANSWER: dict[str, Any] = {"statusCode": 404, "multiValueHeaders": {"Content-Type": ["application/json"]}, "body": "{}"}
NAMED = frozenset({"https://fax.example.com", "http://127.0.0.1:8000"})


def allowed(named: frozenset[str], headers: dict[str, str] | None) -> dict[str, Any]:
    answer = copy.deepcopy(ANSWER)
    origins.allow(named, {"headers": headers}, answer)
    return answer


@pytest.mark.parametrize("header", ["Origin", "origin"])
@pytest.mark.parametrize("origin", sorted(NAMED))
def test_a_page_of_an_origin_that_is_named(header: str, origin: str) -> None:
    assert allowed(NAMED, {"Host": "api", header: origin}) == ANSWER | {
        "multiValueHeaders": {
            "Content-Type": ["application/json"],
            "Vary": ["Origin"],
            "Access-Control-Allow-Origin": [origin],
            "Access-Control-Expose-Headers": ["ETag, Idempotent-Replayed, Retry-After"],
        }
    }


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://fax.example.org"}, {"Origin": "null"}, {"Origin": ""}, {}, None]
)
def test_any_other(headers: dict[str, str] | None) -> None:
    headers_alone = {"Content-Type": ["application/json"], "Vary": ["Origin"]}
    assert allowed(NAMED, headers) == ANSWER | {"multiValueHeaders": headers_alone}


def test_where_none_is_named_nothing_is_said_of_it() -> None:
    assert allowed(frozenset(), {"Origin": "https://fax.example.com"}) == ANSWER
