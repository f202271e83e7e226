"""What functions that no client calls are given, a stream's records, a queue's messages or a schedule's tick, and the
log line and the counts of what became of each."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from faxes.errors import ServiceFault, StorageFault
from faxes.observability import logger, metrics, where
from faxes.rendering.jobs import Work, WorkOutcome
from faxes.sweeping import Swept


class Failed(Exception):
    """The invocation failed; its log line says how. Without the cause's own text, which Lambda would log as it is."""


def accepted(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The id and the organization of each fax whose record a stream says was inserted, for somebody to look at.

    A record that is no such record is passed over: a stream brings the same batch again and again until it is taken,
    and nothing behind it meanwhile.
    """
    for record in event["Records"]:
        image = record.get("dynamodb", {}).get("NewImage", {})
        fields = [image.get(name, {}).get("S", "") for name in ("sk", "status", "dueAt", "id", "organizationId")]
        sort_key, status, _, fax_id, organization_id = fields
        if record.get("eventName") == "INSERT" and (sort_key, status) == ("FAX", "accepted") and all(fields):
            yield fax_id, organization_id


def canceled(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The id and the organization of each fax whose record a stream says is to be canceled, and has not ended."""
    for record in event["Records"]:
        image = record.get("dynamodb", {}).get("NewImage", {})
        fields = [
            image.get(name, {}).get("S", "") for name in ("sk", "cancelRequestedAt", "dueAt", "id", "organizationId")
        ]
        if record.get("eventName") == "MODIFY" and fields[0] == "FAX" and all(fields):
            yield fields[3], fields[4]


def faxes(event: Mapping[str, Any]) -> Iterator[str]:
    """The id of the fax that each message of a queue names."""
    for record in event["Records"]:
        yield str(json.loads(record["body"])["fax"])


@contextmanager
def told() -> Iterator[None]:
    """Log what goes wrong, without its text, and have the invocation fail by it. Raises Failed."""
    try:
        yield
    except Failed:
        # It is told.
        raise
    except (StorageFault, ServiceFault) as fault:
        reason = fault.reason if isinstance(fault, ServiceFault) else "storage"
        logger.error("failed", extra={"reason": reason, "cause": fault.cause})
        metrics.add_metric("WorkerFault", MetricUnit.Count, 1)
        raise Failed("see the line above") from None
    except Exception as error:
        logger.error("failed", extra={"reason": "unexpected", "cause": type(error).__name__, "where": where(error)})
        metrics.add_metric("WorkerFault", MetricUnit.Count, 1)
        raise Failed("see the line above") from None


def queue_each(
    event: Mapping[str, Any], send: Callable[[str, str], None], hand_over: Callable[[str, str], None]
) -> None:
    """Send on what a stream brings: accepted faxes to be drawn, canceled ones to whoever sends them. What cannot be
    sent is left to the sweep: the stream goes on in any case."""
    for fax_id, organization_id in canceled(event):
        hand_over(fax_id, organization_id)
        metrics.add_metric("FaxCancelQueued", MetricUnit.Count, 1)
    for fax_id, organization_id in accepted(event):
        try:
            send(fax_id, organization_id)
        except StorageFault as fault:
            logger.error("not queued", extra={"fax_id": fax_id, "cause": str(fault)})
            metrics.add_metric("FaxNotQueued", MetricUnit.Count, 1)
        else:
            logger.info("queued", extra={"fax_id": fax_id})
            metrics.add_metric("FaxQueued", MetricUnit.Count, 1)


def worked(fax_id: str, work: Work) -> None:
    """Tell what became of a fax that was to be drawn."""
    said: dict[str, Any] = {"fax_id": fax_id, "outcome": work.outcome.value, "try": work.tries}
    match work.outcome:
        case WorkOutcome.RENDERED:
            said |= {"pages": work.pages, "bytes": work.size}
            metrics.add_metric("FaxRendered", MetricUnit.Count, 1)
            metrics.add_metric("PagesRendered", MetricUnit.Count, work.pages)
        case WorkOutcome.FAILED if work.failure:
            said |= {"reason": work.failure.word, "document": work.failure.document, "page": work.failure.page}
            metrics.add_metric("RenderFailed", MetricUnit.Count, 1)
        case _:
            metrics.add_metric("RenderNotWanted", MetricUnit.Count, 1)
    logger.info("worked", extra=said)


@contextmanager
def counted() -> Iterator[None]:
    """Write the metrics, if there are any. Powertools' decorator would write a warning where there are none."""
    try:
        yield
    finally:
        if metrics.metric_set:
            metrics.flush_metrics()


def swept(done: Swept) -> None:
    """Tell what a sweep did. One that found nothing writes nothing: there are 43,200 a month, and a metric costs for
    each hour in which it is counted."""
    if done == Swept():
        return
    found = {"handled": done.handled, "not_handled": done.not_handled, "waiting_for_carrier": done.waiting}
    logger.info("swept", extra=found)
    if done.handled or done.not_handled:
        metrics.add_metric("OldestDueSeconds", MetricUnit.Seconds, done.oldest.total_seconds())
        metrics.add_metric("Repaired", MetricUnit.Count, done.handled)
    if done.waiting:
        metrics.add_metric("WaitingForCarrier", MetricUnit.Count, done.waiting)


def not_handled(fault: StorageFault) -> None:
    """Tell of something due that could not be looked after."""
    logger.error("not handled", extra={"cause": str(fault)})
