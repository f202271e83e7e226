"""Imports organizations, users, extensions, apps and tokens into a deployment: `make directory FILE=directory.yaml`.

The whole file is checked before anything is written; PLAN shows what would be, and writes nothing. What an import does,
when a secret (ROTATE, KEEP) or a token is drawn anew, and what is removed (PRUNE), ``faxes.provisioning`` says.
"""

import argparse
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.provisioning import DynamoDBProvisioningCredentials, DynamoDBProvisioningDirectory
from faxes.adapters.logs import LogsAuditLog
from faxes.adapters.usage_plans import ApiGatewayBudgets
from faxes.errors import StorageFault
from faxes.provisioning.entries import Entries, Wish
from faxes.provisioning.plan import Outcome, Plan, Report
from faxes.provisioning.provision import ImportStopped, Provisioning, SecretsInvalid
from tools import places
from tools.local import stack_file
from tools.local.stack_file import LocalStack
from tools.operations import deployed
from tools.operations.deployed import NoStack, Stack
from tools.operations.directory_file import DirectoryInvalid, parse
from tools.steps import fail

_MAX_HOURS = 720
_HOURS = re.compile(r"[0-9]{1,3}")


def write(
    entries: Entries,
    stack: Stack,
    now: datetime,
    draw: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    wish: Wish = Wish(),  # noqa: B008  (it is frozen)
    # Letters and digits, which is what API Gateway takes.
    draw_key: Callable[[], str] = lambda: secrets.token_hex(32),
) -> Report:
    """Bring a stack's tables and budgets to what the entries say. ``draw`` makes a new secret or token,
    ``draw_key`` what an app is counted by.

    Needs dynamodb:GetItem and dynamodb:PutItem on both tables, dynamodb:DeleteItem on the credentials', and
    logs:CreateLogStream and logs:PutLogEvents on the audit log; to remove what is not named, dynamodb:Scan and
    dynamodb:DeleteItem on both tables; and of API Gateway what ``faxes.adapters.usage_plans`` says. Raises
    DirectoryInvalid, before anything is written, where the file and what is asked for or stored do not go together.
    Raises ImportStopped where a call fails; importing again goes on from there.
    """
    log = LogsAuditLog(stack.client("logs"), stack.output("AuditLogGroupName"))
    caller = stack.client("sts").get_caller_identity()["Arn"]
    try:
        return _provisioning(stack, draw, draw_key).provision(entries, now, wish, log, caller)
    except SecretsInvalid as error:
        raise DirectoryInvalid("\n".join(_mistakes(error))) from error


def plan(entries: Entries, stack: Stack, now: datetime, wish: Wish) -> Plan:
    """What ``write`` would do; reads alone. Raises DirectoryInvalid likewise, and StorageFault."""
    try:
        return _provisioning(stack, lambda: "drawn", lambda: "drawn").plan(entries, now, wish)
    except SecretsInvalid as error:
        raise DirectoryInvalid("\n".join(_mistakes(error))) from error


def _provisioning(stack: Stack, draw: Callable[[], str], draw_key: Callable[[], str]) -> Provisioning:
    dynamodb = stack.client("dynamodb")
    return Provisioning(
        DynamoDBProvisioningDirectory(dynamodb, stack.output("DirectoryTableName")),
        DynamoDBProvisioningCredentials(dynamodb, stack.output("CredentialTableName")),
        ApiGatewayBudgets(stack.client("apigateway"), stack.output("AppPlanId")),
        draw,
        draw_key,
    )


def _mistakes(error: SecretsInvalid) -> Iterator[str]:
    for key in error.unknown:
        yield f"ROTATE: {key!r} is no app of the file"
    for key in error.brought:
        yield f"ROTATE: the file brings the secret of {key!r} along; write another one there, or leave it out"
    for key, (before, now) in error.moved.items():
        yield (
            f"app {key}: its owner was {before!r} and is now {now!r}, so its secret must "
            "change as well: write another one, or leave it out to have one drawn"
        )


def main(arguments: list[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    parser = argparse.ArgumentParser(prog="make directory", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--file", type=Path, help="the directory, as directory.example.yaml shows it")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    parser.add_argument("--rotate", default="", metavar="KEYS", help="apps to draw new secrets for, in one argument")
    parser.add_argument("--keep", default="24", metavar="HOURS", help="how long an app's old secret logs in as well")
    parser.add_argument("--plan", action="store_true", help="show what would be done, and do nothing")
    parser.add_argument("--prune", action="store_true", help="remove what the file does not name")
    options = parser.parse_args(arguments)
    if options.file is None:
        return fail(
            'Say which: make directory FILE=directory.example.yaml [STACK=name] [PLAN=1] [PRUNE=1] [ROTATE="app keys"] '
            "[KEEP=24]."
        )
    if not _HOURS.fullmatch(options.keep) or int(options.keep) > _MAX_HOURS:
        return fail(f"KEEP is {options.keep!r}; it must be a whole number of hours from 0 to {_MAX_HOURS}.")
    keep = timedelta(hours=int(options.keep))
    try:
        entries = parse(options.file.read_text(encoding="utf-8"))
        stack = deployed.find(options.stack)
        if options.plan:
            # What would be removed is shown in any case: it is what the file has lost.
            planned = plan(entries, stack, now(), Wish(options.rotate.split(), keep, prune=True))
            print_plan(planned, prune=options.prune)
            return 0
        report = write(entries, stack, now(), wish=Wish(options.rotate.split(), keep, options.prune))
    except NoStack as error:
        return fail(error)
    except (OSError, UnicodeDecodeError) as error:
        return fail(f"{options.file} cannot be read: {error}")
    except DirectoryInvalid as error:
        return fail(f"{options.file} was not imported; nothing was written.\n{error}")
    except ImportStopped as stopped:
        _show(stopped.report, stack.local)
        return fail(f"{options.file} was not imported to its end. AWS said: {stopped}\n{_how_to_go_on(stopped.unsure)}")
    except StorageFault as fault:
        return fail(f"{options.file} was not looked at; nothing was written. AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"{options.file} was not imported; nothing was written. AWS said: {error}")
    _show(report, stack.local)
    return 0


def _how_to_go_on(unsure: str | None) -> str:
    if unsure is None:
        return "Import it again when that is mended."
    # The write may have reached AWS, with a secret that has been shown to nobody.
    return f"When that is mended, import it again with ROTATE={unsure}: it may have a secret that nobody knows."


def _show(report: Report, local: LocalStack | None) -> None:
    print_report(report)
    if local and report.secrets:
        # `make token` and `make send` log in to the local stack with what lies there.
        stack_file.write(local.with_secrets(report.secrets), places.STACK_FILE)


def print_report(report: Report) -> None:
    for name in report.added:
        print(f"    added     {name}")
    for name in report.changed:
        print(f"    changed   {name}")
    for name in report.rotated:
        print(f"    rotated   {name}; {_old_secret(report.former.get(name))}")
    for name in report.removed:
        print(f"    removed   {name}")
    print(f"    unchanged {report.unchanged}")
    for key, secret in report.secrets.items():
        print(f"    app {key}: {secret}   (shown this once)")
    for name, token in report.tokens.items():
        print(f"    token {name}: {token}   (shown this once)")


def print_plan(planned: Plan, *, prune: bool) -> None:
    """What would be done, in its order. Without PRUNE, what the file does not name stays."""
    unchanged = 0
    for name, step in planned.steps.items():
        if step.outcome is Outcome.UNCHANGED:
            unchanged += 1
        elif step.outcome is Outcome.REMOVED and not prune:
            print(f"    stays     {name}, which the file does not name: PRUNE=1 removes it")
        else:
            print(f"    would be {step.outcome:<8} {name}")
    print(f"    unchanged {unchanged}")
    print("nothing was written")


def _old_secret(until: datetime | None) -> str:
    if until is None:
        return "tokens issued under its old secret end within AuthorizerCacheSeconds"
    return f"its old secret logs in until {until:%Y-%m-%d %H:%M:%S} UTC as well"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
