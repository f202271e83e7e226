"""POST /uapi/faxes/{userId}/{extension}: a multipart form in, the accepted fax's id and uid out; or files that are
announced in JSON, and where they go."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import create_fax as bootstrap
from faxes.edge import answers, caller, deadline, events, fax_answers, paths, upload_answers
from faxes.observability import logger, metrics

uploading = bootstrap.uploading()
submission = uploading.whole
app = answers.Resolver(fax_answers.ERRORS, origins=bootstrap.origins())
started()


@app.post("/uapi/faxes/<user_id>/<extension>")
@app.post("/unifiedapi/faxes/<user_id>/<extension>")
def create_fax(user_id: str, extension: str) -> Response[str]:
    event = app.current_event
    # What does not depend on the kind of the body; read behind it.
    asking = (paths.path_value(user_id), paths.path_value(extension))
    remaining = deadline.remaining(app.lambda_context)
    if upload_answers.is_announced(event):
        said = upload_answers.members(event)
        key = events.idempotency_key(event)
        made = uploading.begin(said, caller.principal(event), *asking, key, remaining)
        return upload_answers.invited(made) if made else fax_answers.nothing_to_send()
    form = events.form(event, submission.limits.body_bytes)
    receipt = submission.submit(form, caller.principal(event), *asking, events.idempotency_key(event), remaining)
    return fax_answers.accepted(receipt) if receipt else fax_answers.nothing_to_send()


@logger.inject_lambda_context(correlation_id_path="requestContext.extendedRequestId", clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return answers.respond(app, event, context)
