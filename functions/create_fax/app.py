"""POST /uapi/faxes/{userId}/{extension}: a multipart form in, the accepted fax's id and uid out."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes import rest
from faxes.bootstrap import create_fax as bootstrap
from faxes.intake import multipart
from faxes.observability import logger, metrics

submission = bootstrap.submission()
app = rest.resolver()
started()


@app.post("/uapi/faxes/<user_id>/<extension>")
@app.post("/unifiedapi/faxes/<user_id>/<extension>")
def create_fax(user_id: str, extension: str) -> Response[str]:
    event = app.current_event
    form = multipart.parse(rest.body(event, submission.limits.body_bytes), rest.content_type(event))
    receipt = submission.submit(
        form,
        rest.principal(event),
        rest.path_value(user_id),
        rest.path_value(extension),
        rest.idempotency_key(event),
        rest.remaining(app.lambda_context),
    )
    return rest.accepted(receipt) if receipt else rest.nothing_to_send()


@logger.inject_lambda_context(correlation_id_path="requestContext.extendedRequestId", clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return rest.respond(app, event, context)
