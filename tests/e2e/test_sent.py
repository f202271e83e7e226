"""An accepted fax is sent on the deployed stack: drawn, given its recipients, sent on the simulated network."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import pipeline
from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second

SECONDS = 120.0
FINAL = {"sent", "partially_sent", "failed", "canceled"}


@pytest.fixture(scope="module", autouse=True)
def _at_work(stack: LocalStack, curl: Curl) -> Iterator[None]:
    newest = curl(SEND, *REQUEST, *NOTE).body["id"]
    working = pipeline.at_work(stack, newest, sending=True)
    with pipeline.on_the_simulator(stack, speed=100), working, swept_each_second(stack):
        yield


def ended(curl: Curl, *numbers: str) -> tuple[Any, list[tuple[str, str | None]]]:
    """A fax to these numbers as it is when it has ended, and its history."""
    request = ("-F", f"request={json.dumps({'recipients': numbers})}")
    path = f"{SEND}/{curl(SEND, *request, *NOTE).body['id']}"
    deadline = time.monotonic() + SECONDS
    while (fax := curl(path).body)["status"] not in FINAL:
        assert time.monotonic() < deadline, fax
        time.sleep(0.5)
    history = curl(f"{path}/events").body["entry"]
    return fax, [(event["event"], event.get("recipient")) for event in history]


def test_a_fax_is_sent_before_ones_eyes(curl: Curl) -> None:
    fax, history = ended(curl, "7778888", "+15005550004", "+15005550006")
    assert (fax["status"], fax["sandbox"]) == ("partially_sent", True)
    assert [(each["recipient"], each["status"], each.get("reason")) for each in fax["deliveries"]] == [
        ("7778888", "sent", None),
        ("+15005550004", "sent", None),
        ("+15005550006", "failed", "carrier_rejected"),
    ]
    assert [attempt.get("reason") for attempt in fax["deliveries"][1]["attempts"]] == ["busy", None]
    of_fax = [event for event, recipient in history if recipient is None]
    assert of_fax == ["rendering_started", "pages_ready", "sending_started", "ended_partially_sent"]
    assert [event for event, recipient in history if recipient == "7778888"] == ["claimed", "submitted", "sent"]
