"""PUT /uapi/faxes/{userId}/{extension}/{faxId}: what shall become of a fax in, the fax as it is then out."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import change_faxes as bootstrap
from faxes.edge import answers, caller, change_answers, deadline, paths
from faxes.observability import logger, metrics

settings = bootstrap.Settings.from_env()
control, renewing = bootstrap.control(settings)
addresses = settings.addresses
app = answers.Resolver(change_answers.ERRORS, origins=bootstrap.origins())
started()


@app.put("/uapi/faxes/<user_id>/<extension>/<fax_id>")
@app.put("/unifiedapi/faxes/<user_id>/<extension>/<fax_id>")
def change_fax(user_id: str, extension: str, fax_id: str) -> Response[str]:
    event = app.current_event
    asked = change_answers.action(event)
    user, number, fax = (paths.path_value(each) for each in (user_id, extension, fax_id))
    asking = (caller.principal(event), user, number, fax, deadline.remaining(app.lambda_context))
    if asked == change_answers.RENEW_UPLOADS:
        return change_answers.renewed(event, renewing.renew(*asking), addresses)
    change = control.revoke_page if asked == change_answers.REVOKE_PAGE else control.cancel
    return change_answers.changed(event, asked, change(*asking), addresses)


@logger.inject_lambda_context(correlation_id_path="requestContext.extendedRequestId", clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return answers.respond(app, event, context)
