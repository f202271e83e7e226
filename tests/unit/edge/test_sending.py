"""What send_fax counts: what was sent, how long that took, what failed and why, what is in doubt; and its log line."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from faxes.delivery.dispatch import Dispatched
from faxes.delivery.inbox import RecipientDue
from faxes.edge import sending
from faxes.model import Reason
from faxes.observability import metrics

type Log = Callable[[], list[dict[str, Any]]]

DUE = RecipientDue("1001", 2)


def counted(capsys: pytest.CaptureFixture[str], done: Dispatched) -> dict[str, Any]:
    """What is counted of it: values by metric, those by reason under both words."""
    sending.taken(DUE, done)
    metrics.flush_metrics()
    found: dict[str, Any] = {}
    for line in map(json.loads, capsys.readouterr().out.splitlines()):
        [directive] = line["_aws"]["CloudWatchMetrics"]
        [dimensions] = directive["Dimensions"]
        assert directive["Namespace"] == "FaxApi"
        assert line["service"]
        for metric in directive["Metrics"]:
            name = " ".join([metric["Name"], *(line[each] for each in dimensions if each != "service")])
            found[name] = sum(line[metric["Name"]])
    assert found.pop("MessageTaken") == 1
    return found


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (Dispatched(("planned",)), {}),
        (Dispatched(("claimed", "submitted")), {"AttemptStarted": 1}),
        (
            Dispatched(("sent",), pages=3, seconds=95),
            {"RecipientSent": 1, "RecipientUnsent": 0, "PagesSent": 3, "SecondsOnLine": 95},
        ),
        (
            Dispatched(("retried",), reason="busy", pages=0, seconds=0),
            {"AttemptFailed": 1, "PagesSent": 0, "SecondsOnLine": 0},
        ),
        (
            Dispatched(("failed",), reason="busy", pages=0),
            {"RecipientFailed": 1, "RecipientUnsent": 1, "UnsentByReason busy": 1, "PagesSent": 0, "SecondsOnLine": 0},
        ),
        (
            Dispatched(("partially_sent",), reason="line_quality", pages=1, seconds=40),
            {
                "RecipientPartiallySent": 1,
                "RecipientUnsent": 1,
                "UnsentByReason line_quality": 1,
                "PagesSent": 1,
                "SecondsOnLine": 40,
            },
        ),
        # Nobody's failure.
        (Dispatched(("canceled",), reason="canceled"), {"RecipientCanceled": 1}),
        (Dispatched(("doubted",), doubt=timedelta(seconds=3)), {"AttemptInDoubt": 1, "DoubtSeconds": 3}),
        (Dispatched((), doubt=timedelta(hours=2)), {"DoubtSeconds": 7200}),
        (Dispatched(("delayed",), reason="no_carrier", unserved=True), {"WaitingForCarrier": 1}),
        (Dispatched((), unserved=True), {"WaitingForCarrier": 1}),
        (Dispatched((), conflicts=2), {"DeliveryConflicts": 2}),
    ],
    ids=lambda each: ",".join(each.events) if isinstance(each, Dispatched) else "",
)
def test_what_is_counted_of_a_message(
    capsys: pytest.CaptureFixture[str], done: Dispatched, expected: dict[str, int]
) -> None:
    assert counted(capsys, done) == expected


def test_a_reason_is_a_word_of_a_closed_list() -> None:
    """Each is a metric of its own on the bill."""
    assert len(Reason) <= 25


def test_the_line_says_which_recipient_by_its_place_and_why(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    counted(capsys, Dispatched(("retried",), conflicts=1, reason="busy", pages=0))
    [line] = [line for line in log() if line.get("message") == "taken"]
    told = {name: line[name] for name in ("fax_id", "recipient", "events", "conflicts", "reason")}
    assert told == {"fax_id": "1001", "recipient": 2, "events": ["retried"], "conflicts": 1, "reason": "busy"}
