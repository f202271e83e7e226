"""A body that is JSON: what is taken, and why anything else is not."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.edge import bodies
from faxes.errors import BodyTooLarge, ChangeInvalid, FaxError, FormInvalid
from tests.support.answering import event

LIMIT = 1_000


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "text/plain", ""])
def test_a_json_object_is_taken_whatever_its_type_is_called(content_type: str) -> None:
    sent = event(body='{"action": "Cancel", "ü": [1]}', headers={"Content-Type": content_type})
    assert bodies.json_object(sent, LIMIT) == {"action": "Cancel", "ü": [1]}


@pytest.mark.parametrize(
    ("members", "refusal"),
    [
        ({"body": None}, (ChangeInvalid, "body_not_json", "The body is not a JSON object.")),
        ({"body": ""}, (ChangeInvalid, "body_not_json", "The body is not a JSON object.")),
        ({"body": '{"action": "Cancel"'}, (ChangeInvalid, "body_not_json", "The body is not a JSON object.")),
        ({"body": "action=Cancel"}, (ChangeInvalid, "body_not_json", "The body is not a JSON object.")),
        ({"body": '"Cancel"'}, (ChangeInvalid, "body_not_json", "The body is not a JSON object.")),
        ({"body": '[["action", "Cancel"]]'}, (ChangeInvalid, "body_not_json", "The body is not a JSON object.")),
        ({"body": "[" * 900}, (ChangeInvalid, "body_not_json", "The body is not a JSON object.")),
        (
            {"body": '{"action": "Cancel", "action": "Resend"}'},
            (ChangeInvalid, "member_repeated", "The body has a member twice; either could be meant."),
        ),
        (
            {"body": "eA==", "isBase64Encoded": True, "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
            (
                ChangeInvalid,
                "body_not_json",
                "The Content-Type is multipart/form-data; boundary=b; the body must be a JSON object.",
            ),
        ),
        (
            {"body": "{}", "headers": {"Content-Encoding": "gzip"}},
            (
                FormInvalid,
                "content_encoding_unknown",
                "The body is sent with Content-Encoding gzip; send it as it is.",
            ),
        ),
        (
            {"body": json.dumps({"a": "ü" * LIMIT}, ensure_ascii=False)},
            (BodyTooLarge, "body_too_large", "The body has 2009 bytes; the limit is 1000."),
        ),
    ],
)
def test_any_other_body_is_refused(members: dict[str, Any], refusal: tuple[type[FaxError], str, str]) -> None:
    with pytest.raises(FaxError) as caught:
        bodies.json_object(event(**members), LIMIT)
    assert (type(caught.value), caught.value.reason, caught.value.message) == refusal


@given(st.text(max_size=200) | st.recursive(st.none() | st.text(), lambda n: st.lists(n)).map(json.dumps))
def test_no_body_raises_anything_else(text: str) -> None:
    with contextlib.suppress(ChangeInvalid, BodyTooLarge):
        assert isinstance(bodies.json_object(event(body=text), LIMIT), dict)
