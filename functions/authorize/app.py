"""The bearer token -> who is calling, or deny: API Gateway's REQUEST authorizer."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import authorize as bootstrap
from faxes.edge import authorizer
from faxes.observability import logger

authentication, shared = bootstrap.authentication(), bootstrap.shared_keys()
started()


@logger.inject_lambda_context(correlation_id_path="requestContext.extendedRequestId", clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return authorizer.authorize(event, authentication, shared)
