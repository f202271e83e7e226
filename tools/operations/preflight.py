"""What `make deploy` looks up before it asks: where an account's own settings are in the way of the defaults.

A deployment that fails half way is rolled back, but leaves its protected tables and its bucket behind; it is better to
know before. It only tells; sam deploy asks for the parameters.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tools import places

# What Lambda keeps for functions without a reservation, of every account.
_UNRESERVED = 100
# As RefuseConcurrency has it by default; a test holds the two together.
REFUSE_CONCURRENCY = 5


def findings(gateway: Any, functions: Any) -> Iterator[str]:
    """What to answer otherwise than by default, one sentence each, from clients of API Gateway and Lambda."""
    if not gateway.get_account().get("cloudwatchRoleArn"):
        yield (
            "API Gateway has no role to write logs with in this account and region: answer CreateGatewayLoggingRole "
            "with true, or AccessLogs with false."
        )
    limits = functions.get_account_settings()["AccountLimit"]
    free = limits["UnreservedConcurrentExecutions"]
    if free < _UNRESERVED + REFUSE_CONCURRENCY:
        yield (
            f"Lambda may run {limits['ConcurrentExecutions']} functions at a time here, of which {free} are not "
            f"reserved, and keeps {_UNRESERVED} so where it can: unless this stack reserves already, answer "
            "RefuseConcurrency, FaxConcurrency, AuthorizeConcurrency and TokenConcurrency with 0, or have AWS raise "
            "the quota."
        )


def main(config: Path = places.ROOT / "samconfig.toml") -> int:
    print("==> looking at the account's own settings", flush=True)
    try:
        region, profile = _where(config)
        session = boto3.Session(region_name=region, profile_name=profile)
        print(f"    in {session.region_name or 'no region'}", flush=True)
        found = list(findings(session.client("apigateway"), session.client("lambda")))
    except (BotoCoreError, ClientError) as error:
        # Who may deploy need not be allowed to look; what is wrong then shows in the deployment.
        print(f"    SKIP: they cannot be read: {error}", flush=True)
        return 0
    for sentence in found:
        print(f"    {sentence}", flush=True)
    return 0


def _where(config: Path) -> tuple[str | None, str | None]:
    """The region and the profile that an earlier deployment has put into samconfig.toml; None for those it has not."""
    commands = tomllib.loads(config.read_text(encoding="utf-8"))["default"]
    kept = commands["global"]["parameters"] | commands["deploy"]["parameters"]
    return kept.get("region"), kept.get("profile")


if __name__ == "__main__":
    sys.exit(main())
