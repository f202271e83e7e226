"""GET /fax/{uid}: the public page of a fax; .../pages/{picture} and .../{document}: the way to what it shows."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import fax_page as bootstrap
from faxes.edge import answers
from faxes.observability import logger, metrics

settings = bootstrap.Settings.from_env()
showing, page_answers = bootstrap.showing(settings)
app = answers.Resolver(page_answers.errors)
started()


@app.get("/fax/<uid>")
def show_page(uid: str) -> Response[str]:
    event = app.current_event
    first = (event.get("queryStringParameters") or {}).get("from")
    return page_answers.page(event, showing.page(uid, first))


@app.get("/fax/<uid>/<document>")
def show_document(uid: str, document: str) -> Response[str]:
    return page_answers.way(showing.document(uid, document))


@app.get("/fax/<uid>/pages/<picture>")
def show_picture(uid: str, picture: str) -> Response[str]:
    return page_answers.way(showing.picture(uid, picture))


@logger.inject_lambda_context(correlation_id_path="requestContext.extendedRequestId", clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return answers.respond(app, event, context)
