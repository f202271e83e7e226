"""What a million faxes cost, from what was measured and a price list.

Prices are AWS's list prices for us-east-1 without free tiers, as published from August to October 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PRICES = "us-east-1, list prices of August to October 2026, without free tiers"
_MILLION = 1_000_000
GATEWAY_REQUEST = 3.50 / _MILLION
LAMBDA_REQUEST = 0.20 / _MILLION
LAMBDA_GB_SECOND = 0.0000133334  # arm64
S3_PUT = 0.005 / 1000
S3_GB_MONTH = 0.023
WRITE_UNIT = 0.625 / _MILLION
READ_UNIT = 0.125 / _MILLION
TABLE_GB_MONTH = 0.25 + 0.20  # with point-in-time recovery
INDEX_GB_MONTH = 0.25
LOG_GB = 0.50
_TRACE = 5.00 / _MILLION

# create_fax's memory, and the memory that has one processor.
MEMORY_GB, PROCESSOR_GB = 1024 / 1024, 1769 / 1024
AUTHORIZER_GB = 512 / 1024
# A record up to 1 KB and its idempotency record, written in a transaction (2 units each), and the record's entries in
# the four indexes (1 each).
_WRITE_UNITS = 2 + 2 + 4
# Its extension; the token and its app, where the authorizer does not know them yet.
_READ_UNITS, AUTHORIZER_READ_UNITS = 1, 2
# START, END and REPORT, which Lambda writes.
PLATFORM_LOG_BYTES = 350
_TRACED = 0.05
# A record, and what the two indexes have of it, with the 100 bytes that each takes beside.
_RECORD_GB, _ENTRIES_GB = 1.1e-6, 1.3e-6
AUTHORIZER_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Fax:
    """A fax whose cost is worked out: its name, its bytes, and the seconds that S3 and DynamoDB are waited for, which
    is assumed."""

    name: str
    size: int
    waiting: float


def seconds(processor: float, waiting: float) -> float:
    """How long create_fax takes: its share of a processor is less than one."""
    return processor * PROCESSOR_GB / MEMORY_GB + waiting


def per_million(fax: Fax, processor: float, logged: float) -> dict[str, float]:
    """Dollars by component."""
    taken = seconds(processor, fax.waiting) * MEMORY_GB
    one = {
        "API Gateway, a request": GATEWAY_REQUEST,
        "Lambda, create_fax": LAMBDA_REQUEST + taken * LAMBDA_GB_SECOND,
        "Lambda and DynamoDB, authorize for each": LAMBDA_REQUEST
        + AUTHORIZER_SECONDS * AUTHORIZER_GB * LAMBDA_GB_SECOND
        + AUTHORIZER_READ_UNITS * READ_UNIT,
        "S3, a file put": S3_PUT,
        "S3, kept for 30 days": fax.size / 1e9 * S3_GB_MONTH,
        "DynamoDB, record and reads": _WRITE_UNITS * WRITE_UNIT + _READ_UNITS * READ_UNIT,
        "DynamoDB, kept for 30 days": _RECORD_GB * TABLE_GB_MONTH + _ENTRIES_GB * INDEX_GB_MONTH,
        "CloudWatch Logs": (logged + PLATFORM_LOG_BYTES) / 1e9 * LOG_GB,
        "X-Ray, one in 20": _TRACED * _TRACE,
    }
    return {name: _MILLION * dollars for name, dollars in one.items()}


def table(faxes: list[Fax], processor: Mapping[str, float], logged: Mapping[str, float]) -> list[str]:
    """Dollars per million faxes, in Markdown."""
    costs = [per_million(fax, processor[fax.name], logged[fax.name]) for fax in faxes]
    lines = [
        f"| dollars per million | {' | '.join(fax.name for fax in faxes)} |",
        f"| --- |{' --- |' * len(faxes)}",
    ]
    lines += [f"| {name} | {' | '.join(f'{cost[name]:.2f}' for cost in costs)} |" for name in costs[0]]
    lines.append(f"| **together** | {' | '.join(f'**{sum(cost.values()):.2f}**' for cost in costs)} |")
    taken = [round(seconds(processor[fax.name], fax.waiting) * 1000) for fax in faxes]
    lines.append(f"| milliseconds that create_fax takes | {' | '.join(map(str, taken))} |")
    lines.append(f"| at 10,000 a second, create_fax at a time | {' | '.join(f'{each * 10:,}' for each in taken)} |")
    return lines
