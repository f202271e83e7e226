"""The contract of where budgets are kept, in memory and on API Gateway; and API Gateway's failures."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from faxes.adapters.usage_plans import ApiGatewayBudgets
from faxes.errors import Effect, StorageFault
from faxes.provisioning.entries import Budget
from faxes.provisioning.stores import BudgetKey, Budgets
from tests.support.cloud import API_ID, Cloud
from tests.support.memory import MemoryBudgets

SMALL, LARGE = Budget(1, 2, 30), Budget(500, 1000, 0)
KIND = ["memory", "API Gateway"]
MADE = datetime(2026, 11, 23, tzinfo=UTC)
VALUE, OTHER = f"{API_ID}0000000000000001", f"{API_ID}0000000000000002"


@pytest.fixture
def gateway(cloud: Cloud) -> Any:
    client: Any = boto3.client
    cloud.app_plan()
    return client("apigateway")


@pytest.fixture(params=KIND)
def budgets(request: pytest.FixtureRequest) -> Budgets:
    if request.param == "memory":
        return MemoryBudgets(lambda: datetime.now(UTC))
    cloud: Cloud = request.getfixturevalue("cloud")
    return ApiGatewayBudgets(request.getfixturevalue("gateway"), cloud.app_plan())


def keys(budgets: Budgets) -> dict[str, tuple[str, Budget | None, bool]]:
    return {key.value: (key.holder, key.budget, key.usable) for key in budgets.read().keys}


def key(budgets: Budgets, value: str) -> BudgetKey:
    return next(key for key in budgets.read().keys if key.value == value)


def test_there_is_nothing_at_first(budgets: Budgets) -> None:
    held = budgets.read()
    assert (list(held.keys), set(held.budgets)) == ([], set())
    assert held.api_id in (API_ID, "memory")


@pytest.mark.parametrize("budget", [None, SMALL, LARGE])
def test_a_key_is_its_holders_and_has_its_budget(budgets: Budgets, budget: Budget | None) -> None:
    budgets.add("app office.app~1", budget, VALUE)
    assert keys(budgets) == {VALUE: ("app office.app~1", budget, True)}
    assert set(budgets.read().budgets) == ({budget} if budget else set())
    assert abs(key(budgets, VALUE).made_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_two_keys_of_one_holder_with_one_budget(budgets: Budgets) -> None:
    budgets.add("app a", SMALL, VALUE)
    budgets.add("app a", SMALL, OTHER)
    assert keys(budgets) == {VALUE: ("app a", SMALL, True), OTHER: ("app a", SMALL, True)}
    assert set(budgets.read().budgets) == {SMALL}


def test_a_key_is_removed_and_stays_so(budgets: Budgets) -> None:
    budgets.add("app a", None, VALUE)
    budgets.add("app b", SMALL, OTHER)
    gone = key(budgets, OTHER)
    for _ in range(2):
        budgets.remove(gone)
        assert keys(budgets) == {VALUE: ("app a", None, True)}
    assert set(budgets.read().budgets) == {SMALL}


def test_a_budget_is_forgotten_and_stays_so(budgets: Budgets) -> None:
    budgets.add("app a", SMALL, VALUE)
    budgets.add("app b", LARGE, OTHER)
    budgets.remove(key(budgets, VALUE))
    for _ in range(2):
        budgets.read()
        budgets.forget(SMALL)
        assert set(budgets.read().budgets) == {LARGE}
    # And is made again.
    budgets.add("app a", SMALL, f"{VALUE}x")
    assert set(budgets.read().budgets) == {SMALL, LARGE}


# --- API Gateway alone -----------------------------------------------------------------------------------------------


@pytest.fixture
def real(gateway: Any, cloud: Cloud) -> ApiGatewayBudgets:
    return ApiGatewayBudgets(gateway, cloud.app_plan())


def test_what_is_made_in_api_gateway(real: ApiGatewayBudgets, gateway: Any, cloud: Cloud) -> None:
    real.add("app a", SMALL, VALUE)
    real.add("app b", LARGE, OTHER)
    plans = {plan["name"]: plan for plan in gateway.get_usage_plans()["items"] if plan["id"] != cloud.app_plan()}
    assert {
        name: (plan["throttle"], plan.get("quota"), plan["apiStages"], [key["name"] for key in of(gateway, plan["id"])])
        for name, plan in plans.items()
    } == {
        f"{API_ID} 1 a second 2 at once 30 a day": (
            {"rateLimit": 1.0, "burstLimit": 2},
            {"limit": 30, "period": "DAY"},
            [{"apiId": API_ID, "stage": "v1"}],
            [f"{API_ID} app a"],
        ),
        f"{API_ID} 500 a second 1000 at once 0 a day": (
            {"rateLimit": 500.0, "burstLimit": 1000},
            None,
            [{"apiId": API_ID, "stage": "v1"}],
            [f"{API_ID} app b"],
        ),
    }


def of(gateway: Any, plan_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = gateway.get_usage_plan_keys(usagePlanId=plan_id)["items"]
    return found


def test_what_is_another_apis_is_left_alone(real: ApiGatewayBudgets, gateway: Any, cloud: Cloud) -> None:
    """Those of the stack's own template, which have no name of ours, and those of another stack."""
    stage = {"apiId": API_ID, "stage": "v1"}
    gateway.create_usage_plan(name="NewAppsPlan-x", apiStages=[stage])
    gateway.create_usage_plan(name="f6g7h8i9j0 1 a second 2 at once 30 a day")
    gateway.create_api_key(name="f6g7h8i9j0 app a", value="f6g7h8i9j00000000001", enabled=True)
    shared = gateway.create_api_key(name="UsersKey-x", value="51af3dc0da7711e4872eusers", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=cloud.app_plan(), keyId=shared["id"], keyType="API_KEY")
    held = real.read()
    assert (list(held.keys), set(held.budgets)) == ([], set())
    real.add("app a", SMALL, VALUE)
    assert keys(real) == {VALUE: ("app a", SMALL, True)}


def test_a_key_in_no_plan_counts_nothing(real: ApiGatewayBudgets, gateway: Any) -> None:
    gateway.create_api_key(name=f"{API_ID} app a", value=VALUE, enabled=True)
    assert keys(real) == {VALUE: ("app a", None, False)}


def test_what_is_of_a_stage_that_was_renamed_is_made_anew(real: ApiGatewayBudgets, gateway: Any, cloud: Cloud) -> None:
    real.add("app a", SMALL, VALUE)
    old = {"op": "remove", "path": "/apiStages", "value": f"{API_ID}:v1"}
    new = {"op": "add", "path": "/apiStages", "value": f"{API_ID}:v2"}
    gateway.update_usage_plan(usagePlanId=cloud.app_plan(), patchOperations=[old, new])
    assert keys(real) == {VALUE: ("app a", None, False)}
    real.add("app a", SMALL, OTHER)
    assert keys(real) == {VALUE: ("app a", None, False), OTHER: ("app a", SMALL, True)}


def test_more_keys_than_a_page_has(real: ApiGatewayBudgets, gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """API Gateway hands out 500 at a time; here, what plays it one."""
    pages = {"1": ("2", VALUE), "2": (None, OTHER)}
    asked: list[dict[str, Any]] = []

    def answer(params: dict[str, Any], **_: object) -> Any:
        asked.append(params)
        position, value = pages[params["query_string"].get("position", "1")]
        item = {"id": value[-1], "name": f"{API_ID} app {value[-1]}", "value": value, "enabled": True}
        raw = {"items": [{**item, "createdDate": datetime(2026, 11, 23, tzinfo=UTC)}]} | (
            {"position": position} if position else {}
        )
        return _Found(), raw

    gateway.meta.events.register("before-call.api-gateway.GetApiKeys", answer)
    assert keys(real) == {VALUE: ("app 1", None, False), OTHER: ("app 2", None, False)}
    assert [params["query_string"].get("limit") for params in asked] == [500, 500]


class _Found:
    """An answer of HTTP's that is well."""

    status_code = 200


def _forgotten(budgets: ApiGatewayBudgets) -> None:
    if SMALL not in budgets.read().budgets:
        budgets.add("app a", SMALL, VALUE)
    budgets.forget(SMALL)


# By the operation that fails: what calls it, and what is then known of its effect.
_CALLS: dict[str, tuple[Callable[[ApiGatewayBudgets], object], Effect]] = {
    "GetUsagePlans": (ApiGatewayBudgets.read, Effect.NONE),
    "GetApiKeys": (ApiGatewayBudgets.read, Effect.NONE),
    "GetUsagePlanKeys": (ApiGatewayBudgets.read, Effect.NONE),
    "CreateApiKey": (lambda budgets: budgets.add("app a", None, VALUE), Effect.UNKNOWN),
    "CreateUsagePlan": (lambda budgets: budgets.add("app a", SMALL, VALUE), Effect.UNKNOWN),
    "CreateUsagePlanKey": (lambda budgets: budgets.add("app a", None, OTHER), Effect.UNKNOWN),
    "DeleteApiKey": (lambda budgets: budgets.remove(BudgetKey("1", "app a", VALUE, MADE, None)), Effect.UNKNOWN),
    "UpdateUsagePlan": (_forgotten, Effect.UNKNOWN),
    "DeleteUsagePlan": (_forgotten, Effect.UNKNOWN),
}


@pytest.mark.parametrize(
    "failure",
    [
        EndpointConnectionError(endpoint_url="https://127.0.0.1"),
        # There are 10,000 keys.
        ClientError({"Error": {"Code": "LimitExceededException", "Message": "API Key limit exceeded"}}, "x"),
    ],
)
def test_a_call_that_fails_is_a_fault(failure: Exception, gateway: Any, cloud: Cloud) -> None:
    def fail(**_: object) -> None:
        raise failure

    told = {}
    for operation, (call, _) in _CALLS.items():
        gateway.meta.events.register(f"before-call.api-gateway.{operation}", fail)
        with pytest.raises(StorageFault) as fault:
            call(ApiGatewayBudgets(gateway, cloud.app_plan()))
        gateway.meta.events.unregister(f"before-call.api-gateway.{operation}", fail)
        told[operation] = fault.value.effect, fault.value.said
    assert told == {operation: (effect, str(failure)) for operation, (_, effect) in _CALLS.items()}
