"""GET /uapi/faxes/{userId}/{extension}/{faxId}: a fax as it is now; .../events: its history."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import read_faxes as bootstrap
from faxes.edge import answers, caller, paths, read_answers
from faxes.observability import logger, metrics

settings = bootstrap.Settings.from_env()
reading = bootstrap.reading(settings)
addresses = settings.addresses
app = answers.Resolver(read_answers.ERRORS, read_answers.OF_ENDINGS, origins=bootstrap.origins())
started()


@app.get("/uapi/faxes/<user_id>/<extension>/<fax_id>")
@app.get("/unifiedapi/faxes/<user_id>/<extension>/<fax_id>")
def read_fax(user_id: str, extension: str, fax_id: str) -> Response[str]:
    event = app.current_event
    user, number, fax = (paths.path_value(each) for each in (user_id, extension, fax_id))
    found = reading.fax(caller.principal(event), user, number, fax)
    return read_answers.fax(event, found, addresses)


@app.get("/uapi/faxes/<user_id>/<extension>/<fax_id>/events")
@app.get("/unifiedapi/faxes/<user_id>/<extension>/<fax_id>/events")
def read_history(user_id: str, extension: str, fax_id: str) -> Response[str]:
    event = app.current_event
    user, number, fax = (paths.path_value(each) for each in (user_id, extension, fax_id))
    count, after = read_answers.count(event), read_answers.after(event, fax)
    found = reading.history(caller.principal(event), user, number, fax, after, count)
    return read_answers.history(event, found, count, addresses)


@logger.inject_lambda_context(correlation_id_path="requestContext.extendedRequestId", clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return answers.respond(app, event, context)
