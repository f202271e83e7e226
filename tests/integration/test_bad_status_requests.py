"""Whatever is sent to where faxes are read and canceled is answered in the contract's words, and never by a fault."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxes.edge import change_answers, read_answers
from faxes.lifecycle import FaxEvent, FaxInFull, HistoryEvent
from tests.support import requests
from tests.support.asking import request
from tests.support.cloud import cloud
from tests.support.faxes import fax
from tests.support.lambda_context import CONTEXT
from tests.support.shown import MemoryFaxes

FAX = fax(1, expires_at=datetime(2999, 1, 1, tzinfo=UTC))

segments = (
    st.sampled_from(
        ["@me", "@self", "@owner", "alice", "0003*210", "210", FAX.id, "9999999999999999", "%", "%2", "%00"]
    )
    | st.text(min_size=1, max_size=40).map(lambda text: quote(text, safe="@*"))
    | st.text("%0123456789abcdef@*.~", min_size=1, max_size=40)
)
words = st.text(max_size=60) | st.sampled_from(["0", "1", "100", "5001", "-1", "1e3", "\u0661", "", "*", 'W/"a"'])
bodies = st.text(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["action", "x"]), inner, max_size=2),
).map(json.dumps)


class Functions:
    """Both functions, with one fax behind them."""

    def __init__(self) -> None:
        self.store = MemoryFaxes()
        self.store.keep(FaxInFull(FAX), [HistoryEvent(FAX.created_at, FaxEvent.RENDERING_STARTED)])
        with cloud() as made:
            read: Any = made.function("read_faxes")
            change: Any = made.function("change_faxes")
        read.reading = dataclasses.replace(read.reading, faxes=self.store)
        change.control = dataclasses.replace(change.control, faxes=self.store)
        self.read, self.change = read, change


@pytest.fixture(name="functions", scope="module")
def _functions() -> Functions:
    return Functions()


def documented(*tables: Any) -> set[tuple[int, str]]:
    return {(row.status, row.code or kind.code) for table in tables for kind, row in table.rows.items()}


def assert_in_the_contracts_words(answer: dict[str, Any], allowed: set[tuple[int, str]]) -> None:
    if answer["statusCode"] in (200, 304):
        return
    error = json.loads(answer["body"])["error"]
    assert set(error) == {"code", "message", "requestId"}
    assert (answer["statusCode"], error["code"]) in {each for each in allowed if each[0] < 500}
    assert error["message"].isprintable()


@given(user=segments, number=segments, fax_id=segments, events=st.booleans(), count=words, cursor=words, tag=words)
@example("@me", "0003*210", FAX.id, True, "1", "MTAwMSM=", "")
@example("@me", "@self", FAX.id, False, "", "", "*")
def test_any_read(
    functions: Functions, user: str, number: str, fax_id: str, events: bool, count: str, cursor: str, tag: str
) -> None:
    sent = request("GET", "@me", "210", "1" + ("/events" if events else ""))
    event = requests.proxy_event(sent, "any")
    event["path"] = f"/uapi/faxes/{user}/{number}/{fax_id}" + ("/events" if events else "")
    event["queryStringParameters"] = {"count": count, "cursor": cursor}
    event["multiValueHeaders"] = {"If-None-Match": [tag]}

    answer = functions.read.handler(event, CONTEXT)

    assert_in_the_contracts_words(answer, documented(read_answers.ERRORS, read_answers.OF_ENDINGS["/events"]))


@given(user=segments, number=segments, fax_id=segments, body=bodies, type_=words)
@example("@me", "@self", FAX.id, '{"action": "Cancel"}', "application/json")
@example("@me", "@self", FAX.id, "x" * 20_000, "")
def test_any_change(functions: Functions, user: str, number: str, fax_id: str, body: str, type_: str) -> None:
    functions.store.keep(FaxInFull(FAX))
    event = requests.proxy_event(request("PUT", "@me", "210", "1"), "any")
    event |= {"path": f"/unifiedapi/faxes/{user}/{number}/{fax_id}", "body": body}
    event["headers"] = {"Content-Type": type_}

    answer = functions.change.handler(event, CONTEXT)

    assert_in_the_contracts_words(answer, documented(change_answers.ERRORS))
    # Nothing but that one word cancels it.
    changed = functions.store.faxes[FAX.id].fax != FAX
    assert changed == (answer["statusCode"] == 200)
    if changed:
        assert json.loads(body)["action"] == "Cancel"
