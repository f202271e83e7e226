"""What check_upload is given, S3's events and the sweep's messages; the log line and counts of what became of each."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from faxes.ids import upload_of
from faxes.intake.checking import Check, CheckOutcome
from faxes.observability import logger, metrics


def uploads(event: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    """The fax that each message is about, and the position of the file, None for all of them.

    A message is EventBridge's, of an object that was created, or ``{"fax": "<id>"}``. What lies under another key than
    a file's is passed over.
    """
    for record in event["Records"]:
        body = json.loads(record["body"])
        if "detail" not in body:
            yield str(body["fax"]), None
        elif found := upload_of(str(body["detail"]["object"]["key"])):
            yield found


def told(fax_id: str, check: Check) -> None:
    """Tell what became of a message."""
    said: dict[str, Any] = {"fax_id": fax_id, "outcome": check.outcome.value, "bytes": check.size}
    match check.outcome:
        case CheckOutcome.ACCEPTED if fax := check.fax:
            size = sum(file.size for file in fax.files)
            said |= {"files": len(fax.files), "pages": fax.pages}
            metrics.add_metric("FaxAccepted", MetricUnit.Count, 1)
            metrics.add_metric("FaxBytes", MetricUnit.Bytes, size)
            metrics.add_metric("FaxPages", MetricUnit.Count, fax.pages)
        case CheckOutcome.REFUSED:
            said |= {"reason": check.reason}
            metrics.add_metric("UploadRefused", MetricUnit.Count, 1)
        case CheckOutcome.EXPIRED:
            metrics.add_metric("UploadExpired", MetricUnit.Count, 1)
    logger.info("checked", extra=said)
