"""A sandbox app and a live one of the same owner, from the directory's file to the paper: what each may send, where it
goes, and who sees it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from faxes.adapters.dynamodb.credentials import token_item
from faxes.adapters.dynamodb.items import plain
from faxes.adapters.dynamodb.records import fax_of
from faxes.adapters.dynamodb.simulated import taken_of
from faxes.model import Fax, Reason, Status
from faxes.tokens import AppLogin, Token, digest_of
from tests.data.requests import make
from tests.support import asking, requests
from tests.support.cloud import Cloud
from tests.support.lambda_context import CONTEXT
from tests.support.sending import Deployed
from tools.operations import directory, directory_file

FOREVER = datetime(2999, 1, 1, tzinfo=UTC)
DIRECTORY = """
organizations: [{id: "0003", name: Example Ltd}]
users: [{id: alice, organization: "0003"}, {id: bob, organization: "0003"}]
extensions: [{number: 0003*210, owner: alice}, {number: 0003*211, owner: bob}]
apps:
  - {key: live, owner: alice, context: organization}
  - {key: trying, owner: alice, context: organization, sandbox: true}
"""
REFUSED = "Recipient +15005550001 is a number of the simulated network, which this deployment does not send to."


class Api:
    """The real authorizer and functions, for requests of either app."""

    def __init__(self, cloud: Cloud, carrier: str) -> None:
        self.cloud = cloud
        directory.write(directory_file.parse(DIRECTORY), cloud.stack(), datetime.now(UTC))
        for app in ("live", "trying"):
            [stored] = [item for item in map(plain, cloud.items("CredentialTable")) if item["pk"] == f"APP#{app}"]
            login = AppLogin(app, stored["secretDigest"])
            cloud.add_credential(token_item(Token(digest_of(self.token(app)), login, FOREVER)))
        self._authorize: Any = cloud.function("authorize")
        self._of = {
            "POST": cloud.function("create_fax", CARRIER=carrier),
            "GET": cloud.function("read_faxes"),
            "PUT": cloud.function("change_faxes"),
        }

    @staticmethod
    def token(app: str) -> str:
        return f"a-token-of-app-{app}"

    def answer(self, app: str, request: requests.RawRequest) -> tuple[int, Any]:
        event = requests.authorizer_event(request, "sandbox")
        event["multiValueHeaders"]["Authorization"] = [f"Bearer {self.token(app)}"]
        caller = self._authorize.handler(event, CONTEXT)["context"]
        function: Any = self._of[request.method]
        answer = function.handler(requests.proxy_event(request, "sandbox", caller=caller), CONTEXT)
        return answer["statusCode"], json.loads(answer["body"])

    def send(self, app: str, *recipients: str, key: str | None = None) -> tuple[int, Any]:
        part = make.request_part(json.dumps({"recipients": recipients}).encode())
        sent = make.curl(part, make.file_part())
        if key:
            sent = sent.replace(b"Authorization:", f"Idempotency-Key: {key}\r\nAuthorization:".encode(), 1)
        return self.answer(app, requests.parse(sent))

    def about(self, app: str, fax_id: str, method: str = "GET", ending: str = "") -> tuple[int, Any]:
        return self.answer(app, asking.request(method, "@owner", "@self", fax_id + ending))

    def record(self, fax_id: str) -> Fax:
        [item] = [item for item in map(plain, self.cloud.items("FaxTable")) if item.get("id") == fax_id]
        return fax_of(item)


@pytest.mark.parametrize(("carrier", "live"), [("none", 400), ("telnyx", 400), ("simulator", 200)])
def test_who_may_send_to_a_number_for_tests(cloud: Cloud, carrier: str, live: int) -> None:
    api = Api(cloud, carrier)
    status, answer = api.send("trying", "+15005550001")
    assert status == 200
    record = api.record(answer["id"])
    assert (record.app_key, record.sandbox, record.sandbox_app) == ("trying", True, True)
    assert api.about("trying", answer["id"])[1]["sandbox"] is True

    status, answer = api.send("live", "+15005550001")
    assert status == live
    if live == 400:
        assert (answer["error"]["code"], answer["error"]["message"]) == ("fx_recipients_invalid", REFUSED)
    else:
        record = api.record(answer["id"])
        assert (record.app_key, record.sandbox, record.sandbox_app) == ("live", False, False)
    # Nor has it to be a number that a real carrier could dial.
    assert api.send("trying", "7778888")[0] == 200
    # What the simulated network itself refuses, it refuses of a sandbox app as well.
    assert api.send("trying", "+15005550099")[0] == 400


def test_each_kind_of_app_sees_its_own_alone(cloud: Cloud) -> None:
    api = Api(cloud, "simulator")
    tried, sent = (api.send(app, "7778888")[1]["id"] for app in ("trying", "live"))
    calls = (("GET", ""), ("GET", "/events"), ("PUT", ""))
    for app, others in (("trying", sent), ("live", tried)):
        nobodys = "9" * len(others)
        for call in calls:
            status, answer = api.about(app, others, *call)
            assert (status, answer["error"]["code"]) == (404, "fax_not_found")
            none = api.about(app, nobodys, *call)
            assert (404, json.loads(json.dumps(answer).replace(others, nobodys))) == none
        assert api.record(others).status == Status.ACCEPTED
    for app, own in (("trying", tried), ("live", sent)):
        assert [api.about(app, own, *call)[0] for call in calls] == [200] * 3


def test_an_apps_keys_begin_anew_where_it_becomes_one_of_the_other_kind(cloud: Cloud) -> None:
    api = Api(cloud, "none")
    first = api.send("trying", "7778888", key="one")
    assert api.send("trying", "7778888", key="one") == first
    changed = DIRECTORY.replace(", sandbox: true", "")
    directory.write(directory_file.parse(changed), cloud.stack(), datetime.now(UTC))
    status, answer = api.send("trying", "7778888", key="one")
    assert (status, answer["id"] != first[1]["id"]) == (200, True)
    assert api.record(answer["id"]).sandbox_app is False
    assert api.about("trying", first[1]["id"])[0] == 404


@pytest.mark.parametrize("carrier", ["none", "simulator"])
def test_a_sandbox_apps_fax_goes_to_the_simulated_network_and_waits_for_no_carrier(cloud: Cloud, carrier: str) -> None:
    deployed = Deployed(cloud, carrier)
    queued = deployed.queued("7778888", sandbox=True, sandbox_app=True)
    deployed.take({"fax": queued.id})
    sent = deployed.run(queued.id, 1)
    assert (sent.status, sent.sandbox, sent.sandbox_app) == (Status.SENT, True, True)
    assert [taken_of(item).number for item in deployed.items("SIM#", "pk")] == ["7778888"]


def test_where_there_is_no_carrier_a_live_fax_waits_beside_it(cloud: Cloud) -> None:
    deployed = Deployed(cloud, "none")
    queued = deployed.queued("7778888")
    deployed.take({"fax": queued.id})
    assert (deployed.record().status, deployed.record().reason) == (Status.QUEUED, Reason.NO_CARRIER)


@pytest.mark.parametrize("carrier", ["none", "simulator"])
@pytest.mark.parametrize("of_sandbox", [False, True])
def test_what_an_extension_receives_is_of_the_kind_of_who_sent_it(cloud: Cloud, carrier: str, of_sandbox: bool) -> None:
    api = Api(cloud, carrier)
    deployed = Deployed(cloud, carrier)
    queued = deployed.queued("0003*211", sandbox=of_sandbox, sandbox_app=of_sandbox)
    deployed.take({"fax": queued.id}, {"fax": queued.id, "recipient": 1})
    [item] = [item for item in map(plain, cloud.items("FaxTable")) if item.get("direction") == "in"]
    received = fax_of(item)
    assert received.sandbox_app == of_sandbox
    seen = {app: api.about(app, received.id)[0] for app in ("live", "trying")}
    assert seen == ({"live": 404, "trying": 200} if of_sandbox else {"live": 200, "trying": 404})


def test_what_is_tried_holds_up_nobodys_fax_to_the_same_number(cloud: Cloud) -> None:
    deployed = Deployed(cloud, "none")
    tried = deployed.queued("+15005550013", sandbox=True, sandbox_app=True)
    deployed.take({"fax": tried.id})
    [lease] = deployed.items("DEST#", "pk")
    assert (lease["pk"], lease["sk"], lease["holder"]) == ("DEST#sandbox#+15005550013", "LEASE", f"{tried.id}#001")
