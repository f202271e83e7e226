"""A stack with Carrier=telnyx, as it is deployed: what is secret or personal is where it belongs, and nowhere else.

Faxes are sent, fail, and are reported on in ways that are wrong. Then all that was written anywhere is searched: the
functions' logs and the gateway's, the templates and their parameters, the environments of all functions, the table of
faxes, and what the carrier was asked. Traces are AWS's own of each call, and hold no argument: that needs an account.
"""

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load import items
from faxes.lifecycle import FINAL
from tests.support import alarms
from tests.support.builds import shared_build
from tests.support.curl import SEND, curling
from tests.support.telnyx.account import Account
from tests.support.telnyx.server import TelnyxServer, post
from tests.support.telnyx_stack import with_the_carriers_key
from tools.local.local_stack import local_stack
from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second

pytestmark = pytest.mark.full

# Delivered; no such number; reported on with another's signature, and of another fax.
NUMBERS = ("+12025550101", "+12025550106", "+12025550164", "+12025550165")
OWN = "+493023125000"
CONTENT = "a canary of what is faxed"
MOST = timedelta(minutes=4)


@pytest.fixture(scope="module", name="account")
def _account() -> Account:
    return Account(api_key="KEYcanaryOfTheCarriersKey", numbers=("+12025550100", OWN))


@pytest.fixture(scope="module", name="searched")
def _searched(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """All that was written, by where; and, as ``canaries``, what was drawn on the way."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])

    home, built = tmp_path_factory.mktemp("stack"), shared_build(tmp_path_factory)
    since = datetime.now(UTC)
    with local_stack(home, built, with_the_carriers_key(account, port)) as stack:
        trust = ssl.create_default_context(cafile=stack.caBundle)
        account.webhook_url = f"{stack.apiUrl}/carriers/telnyx/reports"
        carrier = TelnyxServer(account, send=partial(post, trust=trust), trust=trust, port=port, speed=50)
        with carrier, swept_each_second(stack):
            threading.Thread(target=carrier.run, daemon=True).start()
            fax = sent(stack, tmp_path_factory.mktemp("documents"))
            asked = " ".join(str(part) for each in carrier.asked for part in each)
        yield {
            "logs": logged(stack, since),
            "templates": templates(stack),
            "environments": environments(stack),
            "records": json.dumps(items(stack), default=str),
            "carrier": asked,
            "canaries": {"fax": fax, "token": stack.token},
        }


def sent(stack: LocalStack, folder: Path) -> dict[str, Any]:
    """A fax to each number, once all is over."""
    curl = curling(stack.apiUrl, stack.token, "--cacert", stack.caBundle)
    (folder / "canary-file-name.txt").write_text(CONTENT)
    request = f"request={json.dumps({'recipients': NUMBERS})}"
    answer = curl(SEND, "-F", request, "-F", f"files=@{folder / 'canary-file-name.txt'}")
    assert answer.status == 200, answer
    until, tick = datetime.now(UTC) + MOST, threading.Event()
    while datetime.now(UTC) < until:
        fax: dict[str, Any] = curl(f"{SEND}/{answer.body['id']}").body
        if fax["status"] in FINAL:
            return fax
        tick.wait(0.5)
    raise AssertionError(f"not over in time: {fax}")


def logged(stack: LocalStack, since: datetime) -> str:
    start, client = int(since.timestamp() * 1000), stack.client("logs")
    found: list[str] = []
    for group in alarms.groups(stack):
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
        found += [event["message"] for page in pages for event in page["events"]]
    return "\n".join(found)


def templates(stack: LocalStack) -> str:
    """As they are deployed, with the parameters that each stack was given."""
    client = stack.client("cloudformation")
    stacks = client.describe_stacks()["Stacks"]
    deployed = [client.get_template(StackName=each["StackId"])["TemplateBody"] for each in stacks]
    parameters = [each.get("Parameters", []) for each in stacks]
    return json.dumps([deployed, parameters], default=str)


def environments(stack: LocalStack) -> str:
    functions = stack.client("lambda").list_functions()["Functions"]
    assert len(functions) > 10
    return json.dumps([each.get("Environment") for each in functions])


def where(searched: dict[str, Any], canary: str) -> set[str]:
    return {name for name, text in searched.items() if name != "canaries" and canary in text}


def test_the_carriers_key_is_in_its_secret_alone(searched: dict[str, Any], account: Account) -> None:
    """It goes to the carrier in a header, which is not among what is searched."""
    assert where(searched, account.api_key) == set()
    # What names the secret is where the search finds it.
    assert where(searched, ":secret:telnyx") >= {"templates", "environments"}


def test_no_log_has_a_number_and_the_carrier_and_the_records_do(searched: dict[str, Any]) -> None:
    for number in NUMBERS:
        assert where(searched, number.removeprefix("+")) - {"templates"} == {"carrier", "records"}
    # The sender's, which the directory has.
    assert where(searched, OWN.removeprefix("+")) - {"templates"} == {"carrier"}
    assert where(searched, searched["canaries"]["fax"]["id"]) == {"logs", "carrier", "records"}


def test_the_carrier_learns_nothing_that_opens_a_fax(searched: dict[str, Any]) -> None:
    fax, token = searched["canaries"]["fax"], searched["canaries"]["token"]
    assert where(searched, fax["uid"]) == {"records"}
    assert where(searched, token) == set()
    for personal in ("canary-file-name", CONTENT):
        assert where(searched, personal) <= {"records"}


def test_an_address_that_opens_a_document_is_the_carriers_alone(searched: dict[str, Any]) -> None:
    signatures = set(re.findall(r"X-Amz-Signature=([0-9a-f]{64})", searched["carrier"]))
    assert len(signatures) >= len(NUMBERS)
    for signature in signatures:
        assert where(searched, signature) == {"carrier"}
