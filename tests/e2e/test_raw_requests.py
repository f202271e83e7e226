"""Every kept raw request, the three real clients' among them, over a TLS socket to the deployed stack.

The answers are the ones that the recorded events have: the same request gets the same answer, whichever way it comes.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support import requests, wire
from tests.support.template import ROOT
from tools.client.answers import differences
from tools.local.stack_file import LocalStack

# The emulator hands paths over decoded, AWS as they were sent: what is encoded twice, only an event can show. Whose
# fax it is, and what has become of it, test_status.py asks of faxes that the stack has.
SEEN_BY_EVENTS_ALONE = {"user-encoded-twice"} | {
    name
    for function in ("read_faxes", "change_faxes")
    for name in requests.names(function)
    if json.loads((ROOT / "events/answers" / f"{name}.json").read_text())["statusCode"] in (200, 409)
}


def send(stack: LocalStack, name: str) -> dict[str, Any]:
    """A kept request's answer, in the shape of a function's."""
    url = urlsplit(stack.apiUrl)
    assert url.hostname
    assert url.port
    answer = wire.send(
        requests.read(name),
        host=url.hostname,
        port=url.port,
        ca_file=Path(stack.caBundle),
        credentials=requests.Credentials(stack.token, stack.appKey, stack.appSecret),
        base_path=url.path,
    )
    return {"statusCode": answer.status, "headers": answer.headers, "body": answer.body.decode("utf-8")}


@pytest.mark.parametrize("name", sorted(set(requests.names()) - SEEN_BY_EVENTS_ALONE))
def test_a_raw_request_gets_its_answer(stack: LocalStack, keys: Callable[[], set[str]], name: str) -> None:
    expected = json.loads((ROOT / "events/answers" / f"{name}.json").read_text())
    before = keys()
    assert differences(expected, send(stack, name)) == []
    # What is announced has files when they are uploaded: test_uploads.py.
    accepted = name in requests.names("create_fax") and expected["statusCode"] == 200 and name != "upload"
    assert (keys() != before) == accepted
