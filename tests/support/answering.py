"""Events as far as the edge reads them, and what its answers, log lines and counts should be."""

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge import answers, fax_answers
from faxes.observability import metrics


def event(**members: Any) -> APIGatewayProxyEvent:
    """A proxy event, as far as the edge reads it."""
    return APIGatewayProxyEvent(
        {
            "resource": "/x",
            "path": "/x",
            "httpMethod": "POST",
            "headers": {},
            "multiValueHeaders": {},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "requestContext": {"resourcePath": "/x", "path": "/v1/x", "stage": "v1"},
            "body": None,
            "isBase64Encoded": False,
        }
        | members
    )


def resolved(
    route: Callable[[], Response[str]], errors: answers.ErrorTable = fax_answers.ERRORS, /, **members: Any
) -> dict[str, Any]:
    """The proxy response to a request for a route; ``errors`` is its operation's table."""
    app = answers.Resolver(errors)
    app.post("/x")(route)
    context: Any = None
    seconds = iter([100.0, 100.0421])
    answer = answers.respond(app, event(**members).raw_event, context, clock=lambda: next(seconds))
    return answer | {"multiValueHeaders": dict(answer["multiValueHeaders"])}


def answer(status: int, body: object, **headers: list[str]) -> dict[str, Any]:
    """A whole proxy response with a JSON body."""
    return {
        "statusCode": status,
        "body": json.dumps(body),
        "isBase64Encoded": False,
        "multiValueHeaders": {"Content-Type": ["application/json"], **headers},
    }


def line(level: str, status: int, **members: object) -> dict[str, Any]:
    """The log line of a request that took 42 ms."""
    return {"level": level, "message": "request answered", "status": status, "duration_ms": 42, **members}


def counted_by() -> list[dict[str, str]]:
    """The dimensions that the metrics are counted by, beside the service alone."""
    return metrics.provider.dimension_sets


def counted() -> dict[str, list[float]]:
    """The metrics counted so far, by name."""
    return {name: metric["Value"] for name, metric in metrics.metric_set.items()}


def entry(line: dict[str, Any]) -> dict[str, Any]:
    """What a log line says beside when, where and by whom it was written."""
    return {key: value for key, value in line.items() if key not in ("timestamp", "location", "service")}
