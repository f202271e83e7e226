"""Comparing a function's answer with the expected one."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.client.answers import differences, problems, read

ACCEPTED = {
    "statusCode": 200,
    "headers": {"Content-Type": "application/json"},
    "body": {"id": "<id>", "uid": "<uid>"},
}
UID = "5d8e2193e92f2d5e31cff1017724cfe9"


def expected(body: Any, status: int = 200) -> dict[str, Any]:
    return {"statusCode": status, "headers": {}, "body": body}


def response(body: object, status: int = 200, **more: Any) -> dict[str, Any]:
    return {"statusCode": status, "body": json.dumps(body), "isBase64Encoded": False} | more


@pytest.mark.parametrize(
    "headers",
    [
        {"headers": {"Content-Type": "application/json"}},
        {"headers": {"content-type": "application/json", "X-More": "1"}},
        {"multiValueHeaders": {"Content-Type": ["application/json"]}},
        {"headers": None, "multiValueHeaders": {"CONTENT-TYPE": ["application/json"]}},
    ],
)
def test_any_id_and_any_uid_fit_and_headers_are_found_in_any_form(headers: dict[str, Any]) -> None:
    assert differences(ACCEPTED, response({"id": "115571364178429", "uid": UID}, **headers)) == []


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({"id": 1, "uid": UID}, 'body.id: expected "<id>", got 1'),
        ({"id": "", "uid": UID}, 'body.id: expected "<id>", got ""'),
        ({"id": "1x", "uid": UID}, 'body.id: expected "<id>", got "1x"'),
        ({"id": "\u0661", "uid": UID}, 'body.id: expected "<id>", got "\u0661"'),
        ({"id": "1", "uid": UID.upper()}, f'body.uid: expected "<uid>", got "{UID.upper()}"'),
        ({"id": "1", "uid": UID + "0"}, f'body.uid: expected "<uid>", got "{UID}0"'),
        ({"id": "1"}, 'body.uid: expected "<uid>", got nothing'),
        ({"id": "1", "uid": UID, "more": None}, "body.more: expected nothing, got null"),
        ([], 'body: expected {"id": "<id>", "uid": "<uid>"}, got []'),
    ],
)
def test_what_is_no_id_or_uid_differs(body: object, line: str) -> None:
    assert differences(ACCEPTED | {"headers": {}}, response(body)) == [line]


TOKEN = "AsSi8i2L95pRb1aM7dTQIV8a2fDVkZ4XpL1qHZzyu9c"  # noqa: S105  (it opens nothing)


@pytest.mark.parametrize("token", [TOKEN, "-" * 43, "_" * 43])
def test_any_token_fits(token: str) -> None:
    assert differences(expected({"access_token": "<token>"}), response({"access_token": token})) == []


@pytest.mark.parametrize("token", [None, "", TOKEN[:-1], TOKEN + "x", TOKEN[:-1] + "=", TOKEN[:-1] + "~"])
def test_what_is_no_token_differs(token: object) -> None:
    assert differences(expected({"access_token": "<token>"}), response({"access_token": token})) == [
        f'body.access_token: expected "<token>", got {json.dumps(token)}'
    ]


def test_every_difference_is_a_line() -> None:
    assert differences(ACCEPTED, response({"error": {"code": "user_invalid"}}, 400)) == [
        "statusCode: expected 200, got 400",
        'header Content-Type: expected "application/json", got nothing',
        'body.id: expected "<id>", got nothing',
        'body.uid: expected "<uid>", got nothing',
        'body.error: expected nothing, got {"code": "user_invalid"}',
    ]


def test_text_is_compared_to_the_letter() -> None:
    wanted = expected({"error": {"code": "a", "message": "One."}}, 400)
    assert differences(wanted, response({"error": {"code": "a", "message": "One."}}, 400)) == []
    assert differences(wanted, response({"error": {"code": "a", "message": "one."}}, 400)) == [
        'body.error.message: expected "One.", got "one."'
    ]


def test_the_id_of_an_errors_request_is_left_out() -> None:
    wanted = expected({"error": {"code": "a"}}, 400)
    assert differences(wanted, response({"error": {"code": "a", "requestId": "x"}}, 400)) == []
    assert differences(wanted, response({"error": {"code": "a", "requestId": 1}}, 400)) == [
        "body.error.requestId: expected nothing, got 1"
    ]
    assert differences(expected({}), response({"requestId": "x"})) == ['body.requestId: expected nothing, got "x"']


@pytest.mark.parametrize("body", [None, ""])
def test_no_body_is_null(body: str | None) -> None:
    assert differences(expected(None, 204), {"statusCode": 204, "body": body}) == []
    assert differences(expected(None, 204), {"statusCode": 204}) == []


def test_a_body_where_there_should_be_none() -> None:
    assert differences(expected(None, 204), {"statusCode": 204, "body": "{}"}) == ["body: expected null, got {}"]


def test_a_body_that_is_no_json_is_text() -> None:
    assert differences(expected({}), {"statusCode": 200, "body": "oops"}) == ['body: expected {}, got "oops"']


@pytest.mark.parametrize(
    ("wanted", "got", "lines"),
    [
        ([1, 2], [1, 2], []),
        ([1, 2], [1, 3], ["body[1]: expected 2, got 3"]),
        ([1, 2], [1], ["body: expected [1, 2], got [1]"]),
        (1, True, ["body: expected 1, got true"]),
        (0, False, ["body: expected 0, got false"]),
        ({"a": [{"b": "<id>"}]}, {"a": [{"b": "7"}]}, []),
    ],
)
def test_lists_and_numbers(wanted: object, got: object, lines: list[str]) -> None:
    assert differences(expected(wanted), response(got)) == lines


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"statusCode": 200, "headers": {}},
        {"statusCode": 200, "headers": [], "body": None},
        {"statusCode": 200, "headers": {}, "body": None, "boby": 1},
    ],
)
def test_a_mistake_in_an_expected_answer_is_no_match(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="body, headers, statusCode"):
        differences(wrong, response({}))
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(wrong))
    with pytest.raises(ValueError, match="body, headers, statusCode"):
        read(path)


def test_read(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(ACCEPTED))
    assert read(path) == ACCEPTED


@pytest.mark.parametrize(
    "answer", [{"statusCode": 204}, {"statusCode": 200, "body": "{}"}, {"statusCode": 200, "body": None}]
)
def test_proxy_responses(answer: dict[str, Any]) -> None:
    assert problems(answer) == []


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (None, ["it is null, not a JSON object"]),
        ("text", ['it is "text", not a JSON object']),
        ({"errorMessage": "x", "errorType": "KeyError"}, ["it has no statusCode"]),
        ({"statusCode": "200"}, ['its statusCode is "200", not a number']),
        ({"statusCode": True, "body": {}}, ["its statusCode is true, not a number", "its body is {}, not text"]),
    ],
)
def test_what_is_no_proxy_response(answer: object, found: list[str]) -> None:
    assert problems(answer) == found
