"""Who is calling, on the way from the authorizer to the functions behind it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from faxes.errors import DeploymentFault
from faxes.model import Context, Principal

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

_YES = "true"


def to_authorizer_context(principal: Principal) -> dict[str, str]:
    """What the authorizer hands on to the functions behind it: flat, and text alone, as API Gateway requires."""
    context = {
        "userId": principal.user_id,
        "organizationId": principal.organization_id,
        "context": principal.context.value,
    }
    if principal.app_key:
        context["appKey"] = principal.app_key
    if principal.sandbox:
        context["sandbox"] = _YES
    return context


def from_authorizer_context(context: Mapping[str, object]) -> Principal:
    """The reverse. Raises DeploymentFault where no authorizer of ours stands in front of the function."""
    match context:
        case {"userId": str(user_id), "organizationId": str(organization_id), "context": str(reach)} if (
            user_id and organization_id and reach in Context
        ):
            app_key = context.get("appKey")
            return Principal(
                user_id,
                organization_id,
                Context(reach),
                app_key if isinstance(app_key, str) else None,
                sandbox=context.get("sandbox") == _YES,
            )
        case _:
            raise DeploymentFault(reason="authorizer_missing", cause="the event carries no caller")


def principal(event: "APIGatewayProxyEvent") -> Principal:
    """The caller, as the authorizer named them. Raises DeploymentFault where no authorizer did."""
    return from_authorizer_context(_authorizer(event.raw_event))


def app_key(event: Mapping[str, Any]) -> str | None:
    """The key of the caller's app, None where the authorizer named none, or none stands in front of the function."""
    key = _authorizer(event).get("appKey")
    return key if isinstance(key, str) else None


def _authorizer(event: Mapping[str, Any]) -> Mapping[str, object]:
    """What the authorizer handed on. It is the gateway's, so no caller can put anything there."""
    context: Mapping[str, object] = (event.get("requestContext") or {}).get("authorizer") or {}
    return context
