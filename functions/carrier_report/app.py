"""POST /carriers/telnyx/reports: a carrier's signed report in, its attempt asked about."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import carrier_report as bootstrap
from faxes.edge import answers, report_answers
from faxes.observability import logger, metrics

reports = bootstrap.reports()
app = answers.Resolver(report_answers.ERRORS)
started()


@app.post("/carriers/telnyx/reports")
def carrier_report() -> Response[str]:
    event = app.current_event
    return report_answers.taken(reports.take(report_answers.headers(event), report_answers.body(event)))


@logger.inject_lambda_context(correlation_id_path="requestContext.extendedRequestId", clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return answers.respond(app, event, context)
