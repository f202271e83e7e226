"""A message about a file that was uploaded in, an accepted or a refused fax out."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import check_upload as bootstrap
from faxes.edge import batch, checked
from faxes.observability import logger

checking = bootstrap.checking()
started()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    with batch.counted(), batch.told():
        for fax_id, position in checked.uploads(event):
            checked.told(fax_id, checking.work(fax_id, position))
