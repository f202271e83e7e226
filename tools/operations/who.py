"""Lists who may send, from which extensions, and with which apps and tokens: `make who [ORGANIZATION=0003]`.

It reads what is stored, not a file. There is no secret in it.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb import roster as adapter
from faxes.errors import StorageFault
from faxes.model import Context
from faxes.roster import Credential, Roster
from tools.operations import deployed
from tools.operations.deployed import NoStack
from tools.steps import fail


def lines(roster: Roster, organization_id: str) -> Iterator[str]:
    """One organization: its users, where their faxes can come from, what acts as them, and what reaches them from
    elsewhere."""
    name = roster.organizations.get(organization_id)
    yield f"organization {organization_id}" + (f", {name}" if name else "") + _unless(name is not None)
    users = roster.user_ids(organization_id)
    for user in users:
        numbers = ", ".join(roster.sends_from(user)) or "no extension"
        yield f"    {user}{_unless(user in roster.users)}, from {numbers}"
        for credential in roster.of(user):
            yield f"        {_described(credential)}"
    for credential in sorted(roster.credentials, key=lambda each: each.name):
        if credential.principal.context is Context.GLOBAL and credential.principal.user_id not in users:
            yield f"    {_described(credential)}; it is {credential.principal.user_id}'s"


def _unless(stored: bool) -> str:
    return "" if stored else " (not in the directory)"


def _described(credential: Credential) -> str:
    principal = credential.principal
    reach = {
        Context.USER: f"as {principal.user_id}",
        Context.ORGANIZATION: f"as everyone of {principal.organization_id}",
        Context.GLOBAL: "as everyone",
    }[principal.context]
    words = [f"app {credential.name}" if credential.is_app else f"token {credential.name or 'without a name'}", reach]
    if credential.until is not None:
        until = f"until {credential.until:%Y-%m-%d %H:%M:%S} UTC"
        words.append(f"its former secret {until}" if credential.is_app else until)
    if not credential.enabled:
        words.append("disabled")
    return ", ".join(words)


def main(arguments: list[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    parser = argparse.ArgumentParser(prog="make who", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--organization", help="one organization's id; default: all")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    try:
        stack = deployed.find(options.stack)
        tables = stack.output("DirectoryTableName"), stack.output("CredentialTableName")
        roster = adapter.read(stack.client("dynamodb"), *tables, now())
    except NoStack as error:
        return fail(error)
    except StorageFault as fault:
        return fail(f"It cannot be read who may send. AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"It cannot be read who may send. AWS said: {error}")
    known = roster.organization_ids()
    if options.organization is not None and options.organization not in known:
        return fail(f"There is no organization {options.organization}; there are {', '.join(known) or 'none'}.")
    for organization in known if options.organization is None else [options.organization]:
        for line in lines(roster, organization):
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
