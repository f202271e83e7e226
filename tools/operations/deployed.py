"""The stack that an operator's command works on: a deployed one by its name, or the local one of `make run`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from tools.local import stack_file
from tools.local.stack_file import LocalStack


class NoStack(Exception):
    """There is no such stack, or it is not what is needed; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack: its outputs by name, and what makes an SDK client of a service of its account. ``local`` describes it
    where it is the local one."""

    name: str
    outputs: Mapping[str, str]
    client: Callable[[str], Any]
    local: LocalStack | None = None

    def output(self, name: str) -> str:
        """One of its outputs. Raises NoStack where it has none of that name."""
        if name not in self.outputs:
            raise NoStack(f"The stack {self.name} has no output {name}; is it one of this project's, and up to date?")
        return self.outputs[name]


def find(name: str | None) -> Stack:
    """The deployed stack of this name; without one, the local stack.

    Needs cloudformation:DescribeStacks for a deployed one, and raises botocore's errors. Raises NoStack where no local
    stack runs.
    """
    if name:
        # The service's name comes as a variable, for which the SDK's stubs have no type.
        # Some services take few calls a second of whom sets them up: API Gateway makes five keys.
        client: Any = partial(boto3.client, config=Config(retries={"mode": "adaptive", "total_max_attempts": 10}))
        described = client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
        return Stack(name, outputs, client)
    local = stack_file.read()
    if local is None:
        raise NoStack("No local stack is running. Start one with `make run`, or name a deployed one with STACK=name.")
    named = {
        "FileBucketName": local.bucket,
        "FaxTableName": local.faxTable,
        "DirectoryTableName": local.directoryTable,
        "CredentialTableName": local.credentialTable,
        "AuditLogGroupName": local.auditLogGroup,
        "AppPlanId": local.appPlan,
    }
    return Stack("of `make run`", named, local.client, local)
