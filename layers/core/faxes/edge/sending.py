"""The send queue's messages in, and the log line and the counts of what became of each."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from faxes.delivery.carrier import CarrierSilent
from faxes.delivery.dispatch import Dispatched
from faxes.delivery.inbox import Message, Over, Ready, RecipientDue, Reported
from faxes.edge.batch import Failed
from faxes.errors import StorageFault
from faxes.model import Reason
from faxes.observability import logger, metrics


def messages(event: Mapping[str, Any]) -> Iterator[Message]:
    """What each message of the queue says. Raises KeyError or ValueError for one that is none of ours."""
    for record in event["Records"]:
        body = json.loads(record["body"])
        if "report" in body:
            yield Reported(str(body["report"]), body.get("carrierId"))
        elif "over" in body:
            yield Over(str(body["over"]))
        elif "recipient" in body:
            yield RecipientDue(str(body["fax"]), int(body["recipient"]))
        else:
            yield Ready(str(body["fax"]))


@contextmanager
def asked(message: Message) -> Iterator[None]:
    """What the carrier does not say to a message, nothing else asks for: the message comes again. Raises Failed."""
    try:
        yield
    except CarrierSilent:
        logger.warning("carrier silent", extra=_named(message))
        metrics.add_metric("CarrierSilent", MetricUnit.Count, 1)
        raise Failed("see the line above") from None


def taken(message: Message, done: Dispatched) -> None:
    """Tell what became of a message."""
    said = {**_named(message), "events": list(done.events), "conflicts": done.conflicts}
    logger.info("taken", extra=said | ({"reason": done.reason} if done.reason else {}))
    metrics.add_metric("MessageTaken", MetricUnit.Count, 1)
    if done.pages is not None:
        metrics.add_metric("PagesSent", MetricUnit.Count, done.pages)
        metrics.add_metric("SecondsOnLine", MetricUnit.Seconds, done.seconds)
    if done.doubt is not None:
        metrics.add_metric("DoubtSeconds", MetricUnit.Seconds, done.doubt.total_seconds())
    if done.unserved:
        metrics.add_metric("WaitingForCarrier", MetricUnit.Count, 1)
    for event in done.events:
        match event:
            case "claimed":
                metrics.add_metric("AttemptStarted", MetricUnit.Count, 1)
            case "doubted":
                metrics.add_metric("AttemptInDoubt", MetricUnit.Count, 1)
            case "retried":
                metrics.add_metric("AttemptFailed", MetricUnit.Count, 1)
            case "sent":
                metrics.add_metric("RecipientSent", MetricUnit.Count, 1)
                metrics.add_metric("RecipientUnsent", MetricUnit.Count, 0)
            case "partially_sent":
                metrics.add_metric("RecipientPartiallySent", MetricUnit.Count, 1)
                _unsent(done.reason)
            case "failed":
                metrics.add_metric("RecipientFailed", MetricUnit.Count, 1)
                _unsent(done.reason)
            case "canceled":
                metrics.add_metric("RecipientCanceled", MetricUnit.Count, 1)
    if done.conflicts:
        metrics.add_metric("DeliveryConflicts", MetricUnit.Count, done.conflicts)


def _unsent(reason: str | None) -> None:
    """Of a recipient that did not get the whole fax: 1 for it where a sent one is 0, so that an average is a share; and
    by its reason, which is a word of a closed list."""
    metrics.add_metric("RecipientUnsent", MetricUnit.Count, 1)
    with single_metric(
        "UnsentByReason",
        unit=MetricUnit.Count,
        value=1,
        namespace=metrics.namespace,
        default_dimensions={"service": logger.service, "reason": reason or Reason.INTERNAL},
    ):
        pass


def lost(fault: StorageFault) -> None:
    """Tell of a message that could not be sent: what it was about is due, and the sweep sends it."""
    logger.error("not rung", extra={"cause": str(fault)})
    metrics.add_metric("BellLost", MetricUnit.Count, 1)


def not_stored(error: Exception) -> None:
    """Tell of an attempt's document that could not be offered, or that stays after it: the attempt is made again, and
    what stays is removed after some days."""
    logger.error("document not stored", extra={"cause": str(error)})
    metrics.add_metric("DocumentFault", MetricUnit.Count, 1)


def _named(message: Message) -> dict[str, Any]:
    match message:
        case Ready(fax_id):
            return {"fax_id": fax_id}
        case RecipientDue(fax_id, position):
            return {"fax_id": fax_id, "recipient": position}
        case Reported(reference) | Over(reference):
            return {"attempt": reference}
