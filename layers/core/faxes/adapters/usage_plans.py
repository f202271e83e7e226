"""Budgets, as API Gateway's usage plans have them: a plan for each budget, a key for each holder.

A plan and a key belong to an API by their names, which begin with its id. The plan of who has no budget of their own is
the template's.

Actions: apigateway:GET on /apikeys, /usageplans and all below; to write, apigateway:POST on /apikeys, /usageplans and
/usageplans/*/keys; to remove, apigateway:DELETE on /apikeys/* and /usageplans/*, apigateway:PATCH on /usageplans/*.
"""

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any

from botocore.exceptions import ClientError

from faxes.adapters.calls import FAILURES, code, fault
from faxes.errors import Effect
from faxes.provisioning.entries import Budget
from faxes.provisioning.stores import BudgetKey, HeldBudgets

_MOST_A_PAGE = 500


class ApiGatewayBudgets:
    """Reads and writes usage plans and API keys. Implements ``provisioning.Budgets``.

    ``client`` is the SDK's of API Gateway, for which no stubs are installed; ``default_plan`` is the id of the plan of
    who has no budget of their own.
    """

    def __init__(self, client: Any, default_plan: str) -> None:
        self._client = client
        self._default_plan = default_plan
        # Read once: an import of many apps makes many keys, and the gateway takes few calls a second.
        self._plans: list[dict[str, Any]] | None = None

    def read(self) -> HeldBudgets:
        self._plans = None
        stage = self._stage()
        of_key: dict[str, Budget | None] = {}
        for plan in self._ours():
            # A plan of a stage that was renamed limits nothing any more.
            if _is_of(plan, stage):
                of_key |= dict.fromkeys(self._keys_of(plan["id"]), _budget(plan))
        of_key |= dict.fromkeys(self._keys_of(self._default_plan))
        prefix = f"{stage['apiId']} "
        keys = self._all("get_api_keys", nameQuery=prefix, includeValues=True)
        return HeldBudgets(
            stage["apiId"],
            [
                BudgetKey(
                    id=key["id"],
                    holder=key["name"].removeprefix(prefix),
                    value=key["value"],
                    made_at=key["createdDate"].astimezone(UTC),
                    budget=of_key.get(key["id"]),
                    usable=key["id"] in of_key and key["enabled"],
                )
                for key in keys
            ],
            frozenset(map(_budget, self._ours())),
        )

    def add(self, holder: str, budget: Budget | None, value: str) -> None:
        plan_id = self._default_plan if budget is None else self._plan(budget)
        name = f"{self._stage()['apiId']} {holder}"
        key = self._call("create_api_key", name=name, value=value, enabled=True)
        self._call("create_usage_plan_key", usagePlanId=plan_id, keyId=key["id"], keyType="API_KEY")

    def remove(self, key: BudgetKey) -> None:
        self._remove("delete_api_key", apiKey=key.id)

    def forget(self, budget: Budget) -> None:
        for plan in [plan for plan in self._ours() if _budget(plan) == budget]:
            # A plan of a stage cannot be deleted.
            for stage in plan["apiStages"]:
                leaves = {"op": "remove", "path": "/apiStages", "value": f"{stage['apiId']}:{stage['stage']}"}
                self._remove("update_usage_plan", usagePlanId=plan["id"], patchOperations=[leaves])
            self._remove("delete_usage_plan", usagePlanId=plan["id"])
        self._plans = None

    def _plan(self, budget: Budget) -> str:
        """The id of the plan with this budget, which is made where there is none."""
        stage = self._stage()
        for plan in self._ours():
            if _budget(plan) == budget and _is_of(plan, stage):
                return str(plan["id"])
        made = self._call(
            "create_usage_plan",
            name=f"{stage['apiId']} {budget.rate} a second {budget.burst} at once {budget.per_day} a day",
            apiStages=[{"apiId": stage["apiId"], "stage": stage["stage"]}],
            throttle={"rateLimit": float(budget.rate), "burstLimit": budget.burst},
            **({"quota": {"limit": budget.per_day, "period": "DAY"}} if budget.per_day else {}),
        )
        self._plans = None
        return str(made["id"])

    def _read_plans(self) -> list[dict[str, Any]]:
        if self._plans is None:
            self._plans = self._all("get_usage_plans")
        return self._plans

    def _ours(self) -> list[dict[str, Any]]:
        """The plans that were made here for this API."""
        prefix = f"{self._stage()['apiId']} "
        return [plan for plan in self._read_plans() if plan["name"].startswith(prefix)]

    def _stage(self) -> Mapping[str, str]:
        """The API and the stage of the default plan, which are those of all."""
        (plan,) = [plan for plan in self._read_plans() if plan["id"] == self._default_plan]
        stage: Mapping[str, str] = plan["apiStages"][0]
        return stage

    def _keys_of(self, plan_id: str) -> list[str]:
        return [key["id"] for key in self._all("get_usage_plan_keys", usagePlanId=plan_id)]

    def _all(self, operation: str, **parameters: Any) -> list[dict[str, Any]]:
        pages = self._client.get_paginator(operation).paginate(**parameters, limit=_MOST_A_PAGE)
        try:
            return [item for page in pages for item in page["items"]]
        except FAILURES as error:
            raise fault(operation, Effect.NONE, error) from error

    def _call(self, operation: str, **parameters: Any) -> Any:
        call: Callable[..., Any] = getattr(self._client, operation)
        try:
            return call(**parameters)
        except FAILURES as error:
            raise fault(operation, Effect.UNKNOWN, error) from error

    def _remove(self, operation: str, **parameters: Any) -> None:
        call: Callable[..., Any] = getattr(self._client, operation)
        try:
            call(**parameters)
        except ClientError as error:
            # It is gone.
            if code(error) != "NotFoundException":
                raise fault(operation, Effect.UNKNOWN, error) from error
        except FAILURES as error:
            raise fault(operation, Effect.UNKNOWN, error) from error


def _is_of(plan: Mapping[str, Any], stage: Mapping[str, str]) -> bool:
    of = [(its["apiId"], its["stage"]) for its in plan.get("apiStages") or []]
    return (stage["apiId"], stage["stage"]) in of


def _budget(plan: Mapping[str, Any]) -> Budget:
    throttle, quota = plan.get("throttle") or {}, plan.get("quota") or {}
    return Budget(int(throttle.get("rateLimit", 0)), int(throttle.get("burstLimit", 0)), int(quota.get("limit", 0)))
