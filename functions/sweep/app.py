"""Each minute: what is due and was not done is done again."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import sweep as bootstrap
from faxes.edge import batch, deadline
from faxes.observability import logger

sweep = bootstrap.sweep()
started()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    with batch.counted(), batch.told():
        batch.swept(sweep.run(deadline.remaining(context), batch.not_handled))
