"""A message of the send queue in, what is to be done with a fax or a recipient done."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import send_fax as bootstrap
from faxes.edge import batch, sending
from faxes.observability import logger, metrics

inbox = bootstrap.inbox(sending.lost, sending.not_stored)
started()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    with batch.told():
        for message in sending.messages(event):
            with sending.asked(message):
                sending.taken(message, inbox.take(message))
