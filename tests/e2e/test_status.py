"""A fax of the deployed stack, asked for and canceled over the wire: what its links lead to, and what a 304 takes."""

from typing import Any

import pytest
import requests

from faxes.adapters.dynamodb.items import wire
from tests.support import stored
from tests.support.curl import NOTE, REQUEST, SEND, Curl, refusal
from tools.local.stack_file import LocalStack


@pytest.fixture(name="sent")
def _sent(curl: Curl) -> str:
    """The id of a fax that was just sent."""
    fax_id: str = curl(SEND, *REQUEST, *NOTE).body["id"]
    return fax_id


def asked(stack: LocalStack, url: str, method: str = "GET", **more: Any) -> requests.Response:
    """A call by the stack's app, past the environment's proxies."""
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {stack.token}"} | more.pop("headers", {})
        return session.request(
            method, url, headers=headers, verify=stack.caBundle, timeout=60, allow_redirects=False, **more
        )


def test_a_fax_says_what_has_become_of_it_and_leads_to_its_history(stack: LocalStack, sent: str) -> None:
    answer = asked(stack, f"{stack.apiUrl}{SEND}/{sent}")
    shown = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    own = f"{stack.apiUrl}/uapi/faxes/{stack.userId}/0003*210/{sent}"
    assert shown["links"] == {"self": own, "events": f"{own}/events"}
    assert (shown["id"], shown["recipients"]) == (sent, ["7778888"])
    assert [each["recipient"] for each in shown["deliveries"]] == ["7778888"]
    assert asked(stack, shown["links"]["self"]).json()["uid"] == shown["uid"]
    history = asked(stack, shown["links"]["events"])
    assert history.status_code == 200
    assert history.json()["links"]["self"] == shown["links"]["events"]


@pytest.fixture(name="waiting")
def _waiting(stack: LocalStack) -> str:
    """The id of an accepted fax that nobody takes up, since it is not due: as a release before deliveries left it."""
    [record] = [item for item in stored.items() if item["pk"] == "FAX#115937093837905"]
    stack.client("dynamodb").put_item(TableName=stack.faxTable, Item=wire(record))
    return str(record["id"])


def test_a_canceled_fax_does_not_change_any_more(stack: LocalStack, waiting: str) -> None:
    url = f"{stack.apiUrl}/unifiedapi/faxes/@me/@self/{waiting}/"
    canceled = asked(stack, url, "PUT", json={"action": "Cancel"})
    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert canceled.json()["cancelRequestedAt"]

    unchanged = asked(stack, url, headers={"If-None-Match": canceled.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == canceled.headers["ETag"]

    again = asked(stack, url, "PUT", json={"action": "Cancel"})
    assert (again.status_code, again.text) == (200, canceled.text)
    events = asked(stack, canceled.json()["links"]["events"]).json()["entry"]
    assert [each["event"] for each in events] == ["ended_canceled"]


def test_another_users_fax_is_not_there(stack: LocalStack, curl: Curl, sent: str) -> None:
    for fax_id, path in ((sent, "/uapi/faxes/bob/0003*211"), ("1", SEND)):
        user, extension = path.split("/")[-2:]
        message = (
            f"Fax {fax_id} does not exist, or was not sent or received by user {user} at extension {extension}, or is "
            "out of reach of this token."
        )
        assert curl(f"{path}/{fax_id}") == refusal(404, "fax_not_found", message)
