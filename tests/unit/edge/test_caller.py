"""The caller on the way from the authorizer to the function."""

from typing import Any

import pytest

from faxes.edge import caller
from faxes.edge.caller import from_authorizer_context, to_authorizer_context
from faxes.errors import DeploymentFault
from faxes.model import Context, Principal
from tests.support.answering import event

ALICE = Principal("alice", "0003")


def test_the_caller_arrives_behind_the_authorizer_as_flat_text() -> None:
    assert to_authorizer_context(ALICE) == {"userId": "alice", "organizationId": "0003", "context": "user"}
    assert to_authorizer_context(Principal("alice", "0003", Context.ORGANIZATION, "office.app~1")) == {
        "userId": "alice",
        "organizationId": "0003",
        "context": "organization",
        "appKey": "office.app~1",
    }
    # API Gateway hands on no booleans; of a live app nothing is said.
    trying = Principal("alice", "0003", Context.USER, "trying", sandbox=True)
    assert to_authorizer_context(trying) == {
        "userId": "alice",
        "organizationId": "0003",
        "context": "user",
        "appKey": "trying",
        "sandbox": "true",
    }


@pytest.mark.parametrize("app", [None, "office.app~1"])
@pytest.mark.parametrize("sandbox", [False, True])
@pytest.mark.parametrize("context", list(Context))
def test_the_caller_survives_the_way(context: Context, app: str | None, sandbox: bool) -> None:
    principal = Principal("0241", "0003", context, app, sandbox)
    # The gateway adds members of its own.
    handed: dict[str, object] = {**to_authorizer_context(principal), "principalId": "0241", "integrationLatency": 12}
    assert from_authorizer_context(handed) == principal


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"principalId": "alice"},
        {"userId": "alice", "organizationId": "0003"},
        {"userId": "alice", "context": "user"},
        {"userId": "", "organizationId": "0003", "context": "user"},
        {"userId": "alice", "organizationId": "", "context": "user"},
        {"userId": "alice", "organizationId": "0003", "context": "everyone"},
        {"userId": "alice", "organizationId": "0003", "context": ""},
        {"userId": None, "organizationId": "0003", "context": "user"},
        {"userId": "alice", "organizationId": 3, "context": "user"},
    ],
)
def test_without_a_caller_of_the_authorizers_the_deployment_is_at_fault(context: dict[str, object]) -> None:
    with pytest.raises(DeploymentFault) as caught:
        from_authorizer_context(context)
    assert (caught.value.reason, caught.value.cause) == ("authorizer_missing", "the event carries no caller")


def test_the_caller_is_whom_the_authorizer_named() -> None:
    context = {"authorizer": {"userId": "alice", "organizationId": "0003", "context": "user", "principalId": "alice"}}
    assert caller.principal(event(requestContext=context)) == Principal("alice", "0003")


@pytest.mark.parametrize(
    ("authorizer", "app"),
    [
        (to_authorizer_context(Principal("alice", "0003", app_key="office.app~1")), "office.app~1"),
        (to_authorizer_context(ALICE), None),
        ({"appKey": 3}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_callers_app(authorizer: Any, app: str | None) -> None:
    assert caller.app_key({"requestContext": {"authorizer": authorizer}}) == app
    assert caller.app_key({"requestContext": {}}) is None


@pytest.mark.parametrize("context", [{}, {"authorizer": None}, {"authorizer": {}}])
def test_without_an_authorizer_the_deployment_is_at_fault(context: dict[str, Any]) -> None:
    with pytest.raises(DeploymentFault):
        caller.principal(event(requestContext=context))
