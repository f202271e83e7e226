"""What `make deploy` looks up before it asks: where an account's own settings are in the way of the defaults.

A deployment that fails half way is rolled back, but leaves its protected tables and its bucket behind; it is better to
know before. It only tells; sam deploy asks for the parameters.
"""

import sys
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

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
            f"reserved, and keeps {_UNRESERVED} so: answer RefuseConcurrency and FaxConcurrency with 0, or have AWS "
            "raise the quota."
        )


def main() -> int:
    print("==> looking at the account's own settings", flush=True)
    try:
        found = list(findings(boto3.client("apigateway"), boto3.client("lambda")))
    except (BotoCoreError, ClientError) as error:
        # Who may deploy need not be allowed to look; what is wrong then shows in the deployment.
        print(f"    SKIP: they cannot be read: {error}", flush=True)
        return 0
    for sentence in found:
        print(f"    {sentence}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
