"""Every kept event of a fax that is read or changed, through its real handler on moto: what is answered and stored."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from faxes.adapters.dynamodb.items import plain, wire
from tests.support import requests, stored, template
from tests.support.cloud import Cloud, cloud
from tools.client.answers import differences

EVENTS = template.ROOT / "events"
READ = requests.names("read_faxes")
CHANGE = [name for name in requests.names("change_faxes") if name not in ("change-revoke-page", "change-renew-uploads")]
# What is counted of a request, by its answer's status.
COUNTED = {"read_faxes": {200: "FaxRead"}, "change_faxes": {200: "CancelAccepted"}}
REFUSED = {"read_faxes": "ReadRefused", "change_faxes": "ChangeRefused"}

type Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture(name="shared", scope="module")
def _shared() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture(name="deployed")
def _deployed(shared: Cloud) -> Cloud:
    """A deployment with the faxes that the events are about. Its directory is empty: nobody asks it."""
    shared.forget_faxes()
    stored.keep(shared)
    return shared


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_bytes())
    return loaded


def answer(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / "answers" / f"{name}.json").read_bytes())
    return loaded


def items(deployed: Cloud) -> dict[tuple[str, str], dict[str, Any]]:
    return {(item["pk"], item["sk"]): item for item in map(plain, deployed.items("FaxTable"))}


def assert_answers(name: str, actual: dict[str, Any]) -> None:
    """Status, body and headers, and no header beside."""
    expected = answer(name)
    assert differences(expected, actual) == []
    assert set(actual["multiValueHeaders"]) == set(expected["headers"])
    if expected["statusCode"] >= 400:
        assert json.loads(actual["body"])["error"]["requestId"] == event(name)["requestContext"]["extendedRequestId"]


@pytest.mark.parametrize("name", READ)
def test_event_that_reads(name: str, deployed: Cloud, context: Any) -> None:
    before = items(deployed)

    assert_answers(name, deployed.function("read_faxes").handler(event(name), context))

    assert items(deployed) == before


@pytest.mark.parametrize("name", CHANGE)
def test_event_that_changes(name: str, deployed: Cloud, context: Any) -> None:
    before = items(deployed)

    actual = deployed.function("change_faxes").handler(event(name), context)

    assert_answers(name, actual)
    after = items(deployed)
    if answer(name)["statusCode"] != 200:
        assert after == before
        return
    shown = json.loads(actual["body"])
    changed = {key: item for key, item in after.items() if before.get(key) != item}
    [(key, history)] = [(key, item) for key, item in changed.items() if key[1].startswith("EVENT#")]
    pk = f"FAX#{shown['id']}"
    record = {name: value for name, value in before[pk, "FAX"].items() if name not in ("due", "dueAt")}
    assert changed == {
        key: history,
        (pk, "FAX"): record
        | {
            "status": "canceled",
            "revision": 2,
            "cancelRequestedAt": shown["cancelRequestedAt"],
            "completedAt": shown["completedAt"],
        },
    }
    assert key[1].startswith(f"EVENT#{shown['cancelRequestedAt']}#")
    assert history == {
        "pk": pk,
        "sk": key[1],
        "event": "ended_canceled",
        "revision": 2,
        "actor": "example-app",
        "expiresAt": record["expiresAt"],
    }


def test_event_that_asks_for_new_addresses(deployed: Cloud, context: Any) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    stored.keep(deployed, stored.announced(now))
    before = items(deployed)

    actual = deployed.function("change_faxes").handler(event("change-renew-uploads"), context)

    body = json.loads(actual["body"])
    assert body["createdAt"] == f"{now:%Y-%m-%dT%H:%M:%S}.000Z"
    as_kept = actual | {"body": json.dumps(body | {"createdAt": answer("change-renew-uploads")["body"]["createdAt"]})}
    assert_answers("change-renew-uploads", as_kept)
    key = ("UPLOAD#115937093837908", "UPLOAD")
    after = items(deployed)
    assert {each: item for each, item in after.items() if before.get(each) != item} == {
        key: before[key] | {"revision": 3, "closesAt": json.loads(actual["body"])["closesAt"]}
    }


def test_event_that_closes_a_page(deployed: Cloud, context: Any) -> None:
    before = items(deployed)
    function = deployed.function("change_faxes", PUBLIC_PAGE="true", PUBLIC_PAGE_DAYS="3650")

    actual = function.handler(event("change-revoke-page"), context)

    assert_answers("change-revoke-page", actual)
    after = items(deployed)
    changed = {key: item for key, item in after.items() if before.get(key) != item}
    [(key, history)] = [(key, item) for key, item in changed.items() if key[1].startswith("EVENT#")]
    record = before["FAX#115937093837903", "FAX"]
    closed = {"pageRevokedAt": key[1].removeprefix("EVENT#").partition("#")[0]}
    assert changed == {key: history, ("FAX#115937093837903", "FAX"): record | closed}
    assert history == {
        "pk": "FAX#115937093837903",
        "sk": key[1],
        "event": "page_revoked",
        "revision": record["revision"],
        "actor": "example-app",
        "expiresAt": record["expiresAt"],
    }
    assert_answers("change-revoke-page", function.handler(event("change-revoke-page"), context))
    assert items(deployed) == after


def test_a_fax_has_the_address_of_its_page_where_it_has_one(deployed: Cloud, context: Any) -> None:
    event_ = event("read-fax")
    without = json.loads(deployed.function("read_faxes").handler(event_, context)["body"])
    reads = deployed.function("read_faxes", PUBLIC_PAGE="true", PUBLIC_PAGE_DAYS="3650")
    shown = json.loads(reads.handler(event_, context)["body"])
    api = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1"
    assert shown == without | {"pageUrl": f"{api}/fax/{without['uid']}"}
    deployed.function("change_faxes").handler(
        event("change-revoke-page") | {"path": event_["path"], "resource": event_["resource"]}, context
    )
    assert json.loads(reads.handler(event_, context)["body"]) == without


def test_a_fax_that_is_canceled_again_stays_as_it_is(deployed: Cloud, context: Any) -> None:
    function = deployed.function("change_faxes")
    first = function.handler(event("change-cancel"), context)
    before = items(deployed)

    again = function.handler(event("change-cancel"), context)

    assert (again["statusCode"], again["body"]) == (200, first["body"])
    assert again["multiValueHeaders"] == first["multiValueHeaders"]
    assert items(deployed) == before


def test_the_etag_of_an_answer_is_answered_304_until_something_changes(deployed: Cloud, context: Any) -> None:
    read, change = deployed.function("read_faxes"), deployed.function("change_faxes")
    sent = event("read-fax-accepted")
    full = read.handler(sent, context)
    tag = full["multiValueHeaders"]["ETag"][0]
    sent["multiValueHeaders"]["If-None-Match"] = [f'"another", W/{tag}']

    unchanged = read.handler(sent, context)

    assert unchanged == {
        "statusCode": 304,
        "body": "",
        "isBase64Encoded": False,
        "multiValueHeaders": {"ETag": [tag], "Cache-Control": ["private, no-cache"]},
    }
    cancel = event("change-cancel")
    for member in ("path", "resource"):
        cancel[member] = cancel[member].replace("115937093837904", "115937093837905")
    canceled = change.handler(cancel, context)
    changed = read.handler(sent, context)
    assert (changed["statusCode"], changed["body"]) == (200, canceled["body"])
    # A change is answered with the ETag of what a reader sees.
    assert changed["multiValueHeaders"]["ETag"] == canceled["multiValueHeaders"]["ETag"] != [tag]


def test_the_history_is_followed_from_answer_to_answer(deployed: Cloud, context: Any) -> None:
    function = deployed.function("read_faxes")
    sent, entries, followed = event("read-history-count"), [], 0
    while sent:
        shown = json.loads(function.handler(sent, context)["body"])
        entries += shown["entry"]
        followed += 1
        following = shown["links"].get("next")
        if not following:
            break
        pairs = [each.split("=") for each in following.partition("?")[2].split("&")]
        sent["queryStringParameters"] = {name: value.replace("%3D", "=") for name, value in pairs}
    assert (followed, entries) == (7, answer("read-history")["body"]["entry"])


def test_what_a_later_release_wrote_is_shown(deployed: Cloud, context: Any) -> None:
    """A status, a reason, an event, attributes and items that nobody knows here."""

    def later(item: dict[str, Any]) -> dict[str, Any]:
        match item["sk"]:
            case "FAX":
                return item | {"status": "resting", "reason": "moonlight", "mood": {"good": True}, "schema": 2}
            case "RECIPIENT#002":
                return item | {"status": "parked", "reason": "sunday", "lane": "slow"}
            case "RECIPIENT#002#ATTEMPT#01":
                return item | {"status": "paused", "lane": "slow"}
            case sk if sk.startswith("EVENT#"):
                return item | {"event": f"later_{item['event']}", "lane": "slow"}
            case _:
                return item

    deployed.forget_faxes()
    stored.keep(deployed, later)
    unknown = {"pk": "FAX#115937093837901", "sk": "ZONE#1", "mood": "good"}
    deployed.dynamodb.put_item(TableName=deployed.names["FaxTable"], Item=wire(unknown))
    function = deployed.function("read_faxes")

    fax, accepted, history = (
        json.loads(function.handler(event(name), context)["body"])
        for name in ("read-fax", "read-fax-accepted", "read-history")
    )

    first, second = answer("read-fax")["body"]["deliveries"]
    parked = second | {"status": "parked", "reason": "sunday"}
    parked["attempts"] = [second["attempts"][0] | {"status": "paused"}]
    expected = answer("read-fax")["body"]
    assert fax == expected | {"status": "resting", "reason": "moonlight", "deliveries": [first, parked]}
    # Without items of theirs, nothing is known of the recipients of such a fax.
    expected = answer("read-fax-accepted")["body"]
    assert accepted == expected | {"status": "resting", "reason": "moonlight", "deliveries": []}
    expected = answer("read-history")["body"]["entry"]
    assert history["entry"] == [each | {"event": f"later_{each['event']}"} for each in expected]


def test_a_fax_whose_pages_could_not_be_made_says_where(deployed: Cloud, context: Any) -> None:
    def failed(item: dict[str, Any]) -> dict[str, Any]:
        own = item["pk"] == "FAX#115937093837905"
        failure = {"word": "page_blank", "document": 2, "page": 3, "percent": 40}
        return item | {"status": "failed", "reason": "render_failed", "failure": failure} if own else item

    deployed.forget_faxes()
    stored.keep(deployed, failed)
    fax = json.loads(deployed.function("read_faxes").handler(event("read-fax-accepted"), context)["body"])
    ends = {"status": "failed", "reason": "render_failed"}
    expected = answer("read-fax-accepted")["body"]
    deliveries = [each | ends for each in expected["deliveries"]]
    failure = {"why": "page_blank", "file": 2, "page": 3}
    assert fax == expected | ends | {"failure": failure, "deliveries": deliveries}


def test_a_fax_whose_time_is_over_is_not_there(deployed: Cloud, context: Any) -> None:
    deployed.forget_faxes()
    stored.keep(deployed, lambda item: item | {"expiresAt": 1_700_000_000})
    for function, name, other in (
        ("read_faxes", "read-fax-accepted", "read-fax-unknown"),
        ("read_faxes", "read-history", "read-history-unknown"),
        ("change_faxes", "change-cancel", "change-cancel-unknown"),
    ):
        actual = deployed.function(function).handler(event(name), context)
        fax_id = event(name)["pathParameters"]["faxId"]
        message = answer(other)["body"]["error"]["message"].replace("115937093837902", fax_id)
        assert (actual["statusCode"], json.loads(actual["body"])["error"]["message"]) == (404, message)


@pytest.mark.parametrize("function", ["read_faxes", "change_faxes"])
def test_each_request_leaves_one_line_and_one_count(
    function: str, deployed: Cloud, context: Any, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    stored.keep(deployed, stored.announced(datetime.now(UTC)))
    handler = deployed.function(function).handler

    for number, name in enumerate(requests.names(function), start=1):
        handler(event(name), context)

        lines = log()
        assert len(lines) == number
        assert lines[-1]["correlation_id"] == event(name)["requestContext"]["extendedRequestId"]
        assert lines[-1]["app"] == "example-app"
        # What was sent and what is shown are in no line.
        assert not [word for word in ("7778888", "letter.pdf", "a601a53", "0003*210") if word in json.dumps(lines[-1])]
        [counted] = json.loads(capsys.readouterr().out)["_aws"]["CloudWatchMetrics"]
        names = {metric["Name"] for metric in counted["Metrics"]}
        expected = COUNTED[function].get(answer(name)["statusCode"], REFUSED[function])
        others = {"change-revoke-page": "PageRevoked", "change-renew-uploads": "UploadsRenewed"}
        assert names == {others.get(name, expected)}


@pytest.mark.parametrize(("function", "name"), [("read_faxes", "read-fax"), ("change_faxes", "change-cancel")])
def test_a_request_without_a_caller_is_never_answered(function: str, name: str, deployed: Cloud, context: Any) -> None:
    before = items(deployed)
    unknown = event(name)
    del unknown["requestContext"]["authorizer"]

    actual = deployed.function(function).handler(unknown, context)

    assert (actual["statusCode"], json.loads(actual["body"])["error"]["code"]) == (500, "internal_server_error")
    assert items(deployed) == before
