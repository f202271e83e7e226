"""Lists who may send, from which extensions, and with which apps and tokens: `make who [ORGANIZATION=0003]`; or
says who sent a fax: `make who FAX=115937093837901`.

It reads what is stored, not a file. There is no secret in it, and of a fax no recipient, no name and no content.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb import roster as adapter
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.errors import StorageFault
from faxes.model import Context, Fax
from faxes.roster import Credential, Roster
from tools.cut_short import may_be_cut_short
from tools.operations import deployed
from tools.operations.deployed import NoStack, Stack
from tools.steps import fail

_ID = re.compile(r"[1-9][0-9]{0,15}")
_UID = re.compile(r"[0-9a-f]{32}")


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
    if principal.sandbox:
        words.append("sandbox")
    if not credential.enabled:
        words.append("disabled")
    return ", ".join(words)


def sent_by(fax: Fax) -> Iterator[str]:
    """Who sent a fax, and what it was, without its recipients."""
    yield f"fax {fax.id}, accepted {fax.created_at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"    from {fax.extension}, as {fax.user_id} of organization {fax.organization_id}"
    yield f"    by app {fax.app_key}" if fax.app_key else "    by a token of the user's, without an app"
    counts = {"file": len(fax.files), "page": fax.pages, "recipient": len(fax.recipients)}
    yield "    " + ", ".join(f"{number:,} {what}{'' if number == 1 else 's'}" for what, number in counts.items())


def _tell_of(name: str, stack: Stack, now: datetime) -> int:
    """Print who sent the fax with this id or uid."""
    store = DynamoDBFaxStore(stack.client("dynamodb"), stack.output("FaxTableName"))
    fax = store.by_id(name, now) if _ID.fullmatch(name) else store.by_uid(name, now)
    if fax is None:
        return fail(
            f"There is no fax {name} any more, or there never was. The functions' log has the app of each id for "
            "LogRetentionDays; the audit log has who erased it."
        )
    for line in sent_by(fax):
        print(line)
    return 0


def main(arguments: list[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    parser = argparse.ArgumentParser(prog="make who", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--organization", help="one organization's id; default: all")
    parser.add_argument("--fax", help="a fax's id or uid: who sent it?")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    if options.fax is not None and not (_ID.fullmatch(options.fax) or _UID.fullmatch(options.fax)):
        return fail(f"FAX is {options.fax!r}; it must be a fax's id (a number), or its uid (32 of 0-9 and a-f).")
    try:
        stack = deployed.find(options.stack)
        if options.fax is not None:
            return _tell_of(options.fax, stack, now())
        tables = stack.output("DirectoryTableName"), stack.output("CredentialTableName")
        roster = adapter.read(stack.client("dynamodb"), *tables, now())
    except NoStack as error:
        return fail(error)
    except StorageFault as fault:
        return fail(f"It cannot be read. AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"It cannot be read. AWS said: {error}")
    known = roster.organization_ids()
    if options.organization is not None and options.organization not in known:
        return fail(f"There is no organization {options.organization}; there are {', '.join(known) or 'none'}.")
    for organization in known if options.organization is None else [options.organization]:
        for line in lines(roster, organization):
            print(line)
    return 0


if __name__ == "__main__":
    with may_be_cut_short():
        sys.exit(main(sys.argv[1:]))
