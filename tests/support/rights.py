"""Rights in the account of the deployed stack: taken from a role, or given to a person."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

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
