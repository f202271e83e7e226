"""Whether the carrier can send faxes for a stack: `make carrier-check`, a line for each thing, ok or what to do.

It asks Telnyx with the stack's own key, and sends nothing: every question is free. Exit status 0 where all is ok.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb import roster
from faxes.adapters.secrets_manager import SecretKey
from faxes.carriers import TELNYX
from faxes.carriers.https import Answer, Host, NotAnswered, NotSent
from faxes.errors import StorageFault
from tools.local.local_stack import STACK_NAME
from tools.operations import deployed
from tools.operations.deployed import NoStack, Stack
from tools.steps import fail

# Telnyx's own codes for an account that is closed, or has no money.
_ACCOUNT = {"20012": "is not active", "20100": "has no money"}
_REPORTS = "/carriers/telnyx/reports"
# Of dollars, or whatever the account has: less is some hundred pages.
_LITTLE = 5


@dataclass(frozen=True, slots=True)
class Account:
    """What a stack is set up with: its parameters, where it is reported to, and the numbers that faxes come from."""

    url: str
    secret: str
    connection: str
    numbers: tuple[str, ...]
    reports: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``to_do`` is None where it is as it should be."""

    what: str
    is_so: str
    to_do: str | None = None

    def __str__(self) -> str:
        said = f"{self.what}: {self.is_so}"
        return f"ok      {said}" if self.to_do is None else f"NOT OK  {said}\n        {self.to_do}"


class _NotTold(Exception):
    """A question was not answered as it is where all is well; the finding says how."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


def check(account: Account, host: Host, key: str) -> Iterator[Finding]:
    """What is found, in the order in which one sets an account up. Ends with the first that nothing goes without."""
    try:
        balance = _told(host, key, "key", "/balance")
        yield Finding("key", "Telnyx takes it")
        yield _balance(balance)
        for number in account.numbers:
            # Telnyx's filter finds nothing by a plus sign.
            query = {"filter[phone_number]": number.removeprefix("+")}
            yield _number(number, _told(host, key, "number", "/phone_numbers", query), account.connection)
        application = _told(host, key, "application", f"/fax_applications/{account.connection}")
        yield from _application(application, account)
    except _NotTold as not_told:
        yield not_told.finding


def _told(host: Host, key: str, what: str, path: str, query: Mapping[str, str] | None = None) -> Any:
    """The data of an answer. Raises _NotTold."""
    try:
        answer = host.ask("GET", path, key, query=query)
    except (NotSent, NotAnswered) as error:
        raise _NotTold(Finding(what, f"Telnyx does not answer ({error})", "Try again; is TelnyxUrl right?")) from error
    data = answer.members.get("data")
    if answer.status == 200 and data is not None:
        return data
    raise _NotTold(_why(what, answer))


def _why(what: str, answer: Answer) -> Finding:
    errors = answer.members.get("errors")
    codes = [str(each.get("code")) for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    for code in codes:
        if code in _ACCOUNT:
            return Finding(
                "account", f"it {_ACCOUNT[code]}", "See the account's page in the portal (portal.telnyx.com)."
            )
    if answer.status == 401:
        return Finding(
            "key",
            "Telnyx refuses it",
            "Make a key (v2) in the portal, and put it, and nothing else, into the secret TelnyxKeySecret.",
        )
    if answer.status == 404 and what == "application":
        return Finding(what, "there is none with this id", "Set TelnyxConnectionId to the fax application's id.")
    return Finding(what, f"Telnyx answers {answer.status} {' '.join(codes)}".strip(), "See the account in the portal.")


def _balance(balance: Mapping[str, Any]) -> Finding:
    said = f"{balance.get('available_credit')} {balance.get('currency', '')}".strip()
    try:
        left = float(str(balance.get("available_credit")))
    except ValueError:
        return Finding("balance", f"Telnyx says {said}, which is no amount", "See the account in the portal.")
    if left <= 0:
        return Finding("balance", f"{said} left", "Add money in the portal: nothing is sent without.")
    return Finding("balance", f"{said} left", "Add money in the portal: it is almost gone." if left < _LITTLE else None)


def _number(number: str, listed: list[Mapping[str, Any]], connection: str) -> Finding:
    what = f"number {number}"
    found = next((each for each in listed if each.get("phone_number") == number), None)
    if found is None:
        return Finding(
            what, "it is none of the account's", "Buy or port it, or name another one (TelnyxNumber, callerId)."
        )
    if found.get("status") != "active":
        return Finding(what, f"it is {found.get('status')}", "Wait until it is active; the portal says what it needs.")
    if str(found.get("connection_id")) != connection:
        return Finding(what, "it is not the fax application's", "Give it the fax application as its connection.")
    return Finding(what, "active, the fax application's")


def _application(application: Mapping[str, Any], account: Account) -> Iterator[Finding]:
    if application.get("active") is not True:
        yield Finding("application", "it is not active", "Switch it on in the portal.")
    else:
        yield Finding("application", "active")
    outbound = application.get("outbound") or {}
    if not outbound.get("outbound_voice_profile_id"):
        yield Finding(
            "outbound profile", "the application has none", "Give it one, with the countries that you fax to."
        )
    else:
        yield Finding("outbound profile", "there")
    url = application.get("webhook_event_url") or "nothing"
    if url != account.reports:
        yield Finding("reports", f"they go to {url}", f"Set the application's webhook URL to {account.reports}")
    else:
        yield Finding("reports", "they come to this stack")


def account_of(stack: Stack) -> Account:
    """What a stack is set up with. Needs cloudformation:DescribeStacks and dynamodb:Scan on the directory's table.
    Raises NoStack where another has its lines, and botocore's errors."""
    name = STACK_NAME if stack.local else stack.name
    described = stack.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])}
    if parameters.get("Carrier") != TELNYX:
        raise NoStack(
            f"The stack {stack.name} has Carrier={parameters.get('Carrier', 'none')}: there is no account to ask."
        )
    callers = roster.caller_ids(stack.client("dynamodb"), stack.output("DirectoryTableName"))
    reports = f"{stack.local.apiUrl}{_REPORTS}" if stack.local else stack.output("CarrierReportUrl")
    return Account(
        url=parameters["TelnyxUrl"],
        secret=parameters["TelnyxKeySecret"],
        connection=parameters["TelnyxConnectionId"],
        numbers=tuple(dict.fromkeys((parameters["TelnyxNumber"], *callers))),
        reports=reports,
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make carrier-check", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    try:
        stack = deployed.find(options.stack)
        account = account_of(stack)
        # With the rights of whoever runs this.
        secret = SecretKey(stack.client("secretsmanager"), account.secret)
    except NoStack as error:
        return fail(error)
    except StorageFault as fault:
        return fail(f"The directory cannot be read. AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"The stack cannot be read. AWS said: {error}")
    try:
        key = secret(True)
    except StorageFault as fault:
        return fail(f"There is no key to read in {account.secret}, the secret that TelnyxKeySecret names: {fault.said}")
    found = list(check(account, Host(account.url), key))
    for each in found:
        print(each)
    return 0 if all(each.to_do is None for each in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
