"""POST /oauth/token.php: an app's key and secret in, a bearer token out."""

from faxes.cold_start import started  # before all else; see there

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.bootstrap import issue_token as bootstrap
from faxes.edge import answers, oauth
from faxes.observability import logger, metrics

login = bootstrap.login()
app = answers.Resolver(oauth.ERRORS)
started()


@app.post("/oauth/token.php")
def issue_token() -> Response[str]:
    client = oauth.client(app.current_event)
    return oauth.issued(login.log_in(client.key, client.secret), login.lifetime)


@logger.inject_lambda_context(correlation_id_path="requestContext.extendedRequestId", clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return answers.respond(app, event, context)
