"""The stream of the faxes' table in, a message for each accepted fax out."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import queue_fax as bootstrap
from faxes.edge import batch, sending
from faxes.observability import logger, metrics

queues = bootstrap.queues(sending.lost)
started()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    batch.queue_each(event, queues.draw.send, queues.send.ready)
