"""A message that names an accepted fax in, the fax's pages stored and recorded."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import render_fax as bootstrap
from faxes.edge import batch, deadline, sending
from faxes.observability import logger, metrics

worker = bootstrap.worker(sending.lost)
started()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    with batch.told():
        for fax_id in batch.faxes(event):
            batch.worked(fax_id, worker.work(fax_id, deadline.remaining(context)))
