"""Rights in the account of the deployed stack: taken from a role, or given to a person."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from tools.local.emulator import Emulator
from tools.local.stack_file import LocalStack

type Operator = Callable[[Mapping[str, str]], None]


@contextmanager
def without(stack: LocalStack, function: str, sid: str) -> Iterator[None]:
    """The function's role without one statement."""
    functions = stack.client("lambda").list_functions()["Functions"]
    role = next(f["Role"] for f in functions if function in f["FunctionName"]).rsplit("/", 1)[1]
    iam = stack.client("iam")
    policies = {}
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        policies[name] = document if isinstance(document, dict) else json.loads(document)
    # A role may have a policy of an option's beside its own.
    with_it = [name for name, each in policies.items() if sid in [statement["Sid"] for statement in each["Statement"]]]
    assert len(with_it) == 1, "there is no such statement"
    [name] = with_it
    kept = [statement for statement in policies[name]["Statement"] if statement["Sid"] != sid]
    # A policy cannot be without statements.
    iam.delete_role_policy(RoleName=role, PolicyName=name)
    if kept:
        without_it = json.dumps(policies[name] | {"Statement": kept})
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=without_it)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policies[name]))


def assumed(
    running: Emulator, statements: Sequence[Mapping[str, Any]], without: tuple[str, str] | None
) -> dict[str, Any]:
    """What a client of AWS's takes to have the rights of a role's statements but one of them, by its Sid and action."""
    kept = []
    for statement in statements:
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        if left := [each for each in actions if (statement["Sid"], each) != without]:
            kept.append({**statement, "Action": left})
    # A policy cannot be without statements.
    nothing = {"Sid": "Nothing", "Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
    iam, name = running.client("iam"), f"role-{uuid4().hex}"
    anybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [anybody]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": [*kept, nothing]}
    iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps(policy))
    sts = running.client("sts")
    given = sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    return {
        "endpoint_url": running.url,
        "verify": str(running.ca_bundle),
        "region_name": sts.meta.region_name,
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
