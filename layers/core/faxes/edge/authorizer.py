"""API Gateway's REQUEST authorizer: an event's Authorization header -> a policy that lets the caller in, or denies.

The answer is cached by token and used for other methods and paths, and ``*`` in a path is a wildcard in its policy: so
it lets a good token reach every route of the stage, and who may do what is decided in the function behind it.

With the policy goes the API key that the gateway counts the request by, and limits it by (``faxes.provisioning``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faxes.edge.caller import to_authorizer_context
from faxes.errors import ServiceFault
from faxes.observability import logger, where
from faxes.tokens import Authentication, Caller, Denial

_HOW = "at /oauth/token.php, and send Authorization: Bearer and the token that it issues."
_UNKNOWN = f"The access token is unknown or has expired: log in again {_HOW}"
# What the gateway puts into its answer. A closed list, of characters that JSON takes as they are: nothing that was sent
# gets there, and whether a token or an app is known cannot be told from it.
SENTENCES: Mapping[Denial, str] = {
    Denial.MISSING: f"No access token was sent: log in {_HOW}",
    Denial.OTHER_SCHEME: (
        f"The Authorization header has another scheme than Bearer: log in with the app's key and secret {_HOW}"
    ),
    Denial.MALFORMED: f"What the Authorization header holds is no access token: log in {_HOW}",
    Denial.REPEATED: f"The Authorization header was sent more than once: log in {_HOW}",
    Denial.UNKNOWN: _UNKNOWN,
    Denial.EXPIRED: _UNKNOWN,
    Denial.APP_UNKNOWN: _UNKNOWN,
    Denial.APP_DISABLED: _UNKNOWN,
    Denial.SECRET_ROTATED: _UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class SharedKeys:
    """The values of the API keys for who has none of their own: users' tokens, and apps that were imported before there
    were budgets, or a few minutes ago. Without a key that it knows, the gateway would let nobody in."""

    users: str
    apps: str


class AuthorizerFailed(Exception):
    """It cannot be told who is calling. A deny would have clients throw away a good token; of an exception the gateway
    makes a 500. It says nothing, since the runtime logs its text."""


def authorize(event: dict[str, Any], authentication: Authentication, shared: SharedKeys) -> dict[str, Any]:
    """The policy for an event's caller, and one log line. Raises AuthorizerFailed where that cannot be told."""
    try:
        caller = _caller(_authorizations(event), authentication)
        policy = _policy(event["methodArn"], caller, shared)
    except Exception as error:
        cause = error.cause if isinstance(error, ServiceFault) else type(error).__name__
        logger.error("caller not identified", extra={"outcome": "failed", "cause": cause, "where": where(error)})
        raise AuthorizerFailed from None
    if isinstance(caller, Denial):
        logger.info("caller denied", extra={"outcome": "access_denied", "reason": caller.value})
    else:
        logger.info("caller identified", extra={"outcome": "allowed"})
    return policy


def _caller(sent: list[str], authentication: Authentication) -> Caller | Denial:
    match sent:
        case [authorization]:
            return authentication.identify(authorization)
        case []:
            return Denial.MISSING
        case _:
            # Either could be meant.
            return Denial.REPEATED


def _authorizations(event: dict[str, Any]) -> list[str]:
    """Every value of the Authorization header; the event's ``headers`` would show the last one alone."""
    several = event.get("multiValueHeaders") or {}
    return [value for name, values in several.items() if name.lower() == "authorization" for value in values]


def _policy(method_arn: str, caller: Caller | Denial, shared: SharedKeys) -> dict[str, Any]:
    """As API Gateway takes it (Amazon API Gateway Developer Guide, "Output from an API Gateway Lambda authorizer").

    Powertools has a class for it, whose import brings those of forty other events: a twentieth of a start.
    """
    # arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1/POST/uapi/faxes/...
    *account, route = method_arn.split(":", 5)
    api_id, stage, _ = route.split("/", 2)
    statement = {
        "Action": "execute-api:Invoke",
        # A deny is cached, and answered with 401 by the gateway; an exception would be neither.
        "Effect": "Deny" if isinstance(caller, Denial) else "Allow",
        "Resource": [f"{':'.join(account)}:{api_id}/{stage}/*/*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    if isinstance(caller, Denial):
        return {"principalId": "unknown", "policyDocument": policy, "context": {"denial": SENTENCES[caller]}}
    return {
        "principalId": caller.principal.user_id,
        "policyDocument": policy,
        "context": to_authorizer_context(caller.principal),
        "usageIdentifierKey": _usage_key(caller, api_id, shared),
    }


def _usage_key(caller: Caller, api_id: str, shared: SharedKeys) -> str:
    """The value of an API key that this API knows. One that was made for another, whose table this one was restored
    from, does not begin with its id."""
    if caller.usage_key is not None and caller.usage_key.startswith(api_id):
        return caller.usage_key
    return shared.apps if caller.principal.app_key else shared.users
