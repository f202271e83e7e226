"""Organizations, users and extensions, in the directory's table, and what calls cost."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from faxes.adapters.dynamodb.items import Item, get
from faxes.model import DialPlan, Extension, ExtensionNumber, ExtensionType, User
from faxes.prices import Price, Prices

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PRICES = "PRICES"


class DynamoDBDirectory:
    """Reads the directory. Implements ``access.Directory`` and ``delivery.ports.Directory``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def user(self, user_id: str) -> User | None:
        item = get(self._client, self._table, f"USER#{user_id}", "USER")
        return User(user_id, item["organizationId"]) if item else None

    def extension(self, number: ExtensionNumber) -> Extension | None:
        item = get(self._client, self._table, f"EXT#{number}", "EXT")
        return extension_of(item) if item else None

    def organization_name(self, organization_id: str) -> str | None:
        item = get(self._client, self._table, f"ORG#{organization_id}", "ORG")
        return item["name"] or None if item else None

    def dial_plan(self, organization_id: str) -> DialPlan:
        """How an organization's users write telephone numbers. Raises StorageFault."""
        item = get(self._client, self._table, f"ORG#{organization_id}", "ORG") or {}
        fax_to = tuple(item.get("faxTo", ()))
        limits = [int(item[name]) if name in item else None for name in ("pagesPerDay", "moneyPerDay")]
        return DialPlan(item.get("country"), item.get("areaCode"), item.get("outsidePrefix"), fax_to, *limits)

    def prices(self) -> Prices:
        """What calls cost, as far as that is stated. Raises StorageFault."""
        item = get(self._client, self._table, PRICES, PRICES) or {}
        return {digits: Price(int(price["page"]), int(price["call"])) for digits, price in item.get("to", {}).items()}


def organization_item(
    organization_id: str,
    name: str,
    fax_name: str | None = None,
    time_zone: str | None = None,
    caller_id: str | None = None,
    dial_plan: DialPlan | None = None,
) -> Item:
    """An organization as the directory table holds it."""
    plan = dial_plan or DialPlan()
    return {
        "pk": f"ORG#{organization_id}",
        "sk": "ORG",
        "organizationId": organization_id,
        "name": name,
        **_known(faxName=fax_name, timeZone=time_zone, callerId=caller_id),
        **({"pagesPerDay": plan.pages_per_day} if plan.pages_per_day is not None else {}),
        **({"moneyPerDay": plan.money_per_day} if plan.money_per_day is not None else {}),
        **({"faxTo": list(plan.fax_to)} if plan.fax_to else {}),
        **_known(country=plan.country, areaCode=plan.area_code, outsidePrefix=plan.outside_prefix),
    }


def prices_item(prices: Prices) -> Item:
    """What calls cost as the directory table holds it, in millionths of a dollar."""
    return {"pk": PRICES, "sk": PRICES, "to": {digits: asdict(price) for digits, price in prices.items()}}


def user_item(user_id: str, organization_id: str) -> Item:
    """A user as the directory table holds it."""
    return {"pk": f"USER#{user_id}", "sk": "USER", "userId": user_id, "organizationId": organization_id}


def extension_of(item: Item) -> Extension:
    """The extension that an item of the directory table holds."""
    number = ExtensionNumber(*item["extension"].split("*"))
    return Extension(number, item["ownerId"], ExtensionType(item["type"]), item["faxEnabled"], item.get("callerId"))


def extension_item(extension: Extension) -> Item:
    """An extension as the directory table holds it."""
    return {
        "pk": f"EXT#{extension.number}",
        "sk": "EXT",
        "extension": str(extension.number),
        "ownerId": extension.owner_id,
        "type": extension.type.value,
        "faxEnabled": extension.fax_enabled,
        **_known(callerId=extension.caller_id),
    }


def _known(**attributes: str | None) -> Item:
    """Those of the attributes that have a value."""
    return {name: value for name, value in attributes.items() if value is not None}
