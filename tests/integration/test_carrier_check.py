"""`make carrier-check`: what is told of an account in order, and of one in which something is missing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import telnyx

from faxes.carriers.https import Host
from tests.support.cloud import Cloud
from tests.support.telnyx.account import Account
from tests.support.telnyx.server import TelnyxServer
from tools.operations import carrier_check, deployed
from tools.operations.deployed import Stack

REPORTS = "https://fax.example/prod/carriers/telnyx/reports"
NUMBER, OWN = "+12025550100", "+493023125000"
IN_ORDER = [
    "ok      key: Telnyx takes it",
    "ok      balance: 100.00 USD left",
    f"ok      number {NUMBER}: active, the fax application's",
    f"ok      number {OWN}: active, the fax application's",
    "ok      application: active",
    "ok      outbound profile: there",
    "ok      reports: they come to this stack",
]


@pytest.fixture(name="server")
def _server() -> Iterator[TelnyxServer]:
    with TelnyxServer(Account(numbers=(NUMBER, OWN), webhook_url=REPORTS)) as server:
        yield server


def lines(server: TelnyxServer, key: str | None = None) -> list[str]:
    account = server.account
    asked = carrier_check.Account(server.url, "telnyx", account.connection_id, (NUMBER, OWN), REPORTS)
    found = carrier_check.check(asked, Host(server.url), key or account.api_key)
    return "\n".join(map(str, found)).splitlines()


def test_an_account_in_order(server: TelnyxServer) -> None:
    assert lines(server) == IN_ORDER
    assert {method for method, _, _ in server.asked} == {"GET"}


def _no_profile(account: Account) -> None:
    account.profile = None


def _inactive(account: Account) -> None:
    account.active = False


def _elsewhere(account: Account) -> None:
    account.webhook_url = "https://other.example/reports"


def _nowhere(account: Account) -> None:
    account.webhook_url = None


def _little(account: Account) -> None:
    account.credit = "4.99"


def _nothing(account: Account) -> None:
    account.credit = "-0.10"


def _not_ours(account: Account) -> None:
    account.numbers = (NUMBER,)


def _not_yet(account: Account) -> None:
    account.numbers_said[NUMBER] = {"status": "port-pending"}


def _another_connection(account: Account) -> None:
    account.numbers_said[OWN] = {"connection_id": "7"}


@pytest.mark.parametrize(
    ("change", "at", "said"),
    [
        (_nothing, 1, ["balance: -0.10 USD left", "Add money in the portal: nothing is sent without."]),
        (_little, 1, ["balance: 4.99 USD left", "Add money in the portal: it is almost gone."]),
        (
            _not_yet,
            2,
            [f"number {NUMBER}: it is port-pending", "Wait until it is active; the portal says what it needs."],
        ),
        (
            _not_ours,
            3,
            [
                f"number {OWN}: it is none of the account's",
                "Buy or port it, or name another one (TelnyxNumber, callerId).",
            ],
        ),
        (
            _another_connection,
            3,
            [f"number {OWN}: it is not the fax application's", "Give it the fax application as its connection."],
        ),
        (_inactive, 4, ["application: it is not active", "Switch it on in the portal."]),
        (
            _no_profile,
            5,
            ["outbound profile: the application has none", "Give it one, with the countries that you fax to."],
        ),
        (
            _elsewhere,
            6,
            ["reports: they go to https://other.example/reports", f"Set the application's webhook URL to {REPORTS}"],
        ),
        (_nowhere, 6, ["reports: they go to nothing", f"Set the application's webhook URL to {REPORTS}"]),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    server: TelnyxServer, change: Callable[[Account], None], at: int, said: list[str]
) -> None:
    change(server.account)
    expected = list(IN_ORDER)
    expected[at : at + 1] = [f"NOT OK  {said[0]}", f"        {said[1]}"]
    assert lines(server) == expected


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ((403, "20012"), "account: it is not active"),
        ((403, "20100"), "account: it has no money"),
        ((429, "10011"), "key: Telnyx answers 429 10011"),
    ],
)
def test_an_account_that_may_do_nothing_is_asked_nothing_more(
    server: TelnyxServer, problem: tuple[int, str], said: str
) -> None:
    server.account.problem = problem
    assert lines(server)[0] == f"NOT OK  {said}"
    assert len(server.asked) == 1


def test_a_key_that_is_refused(server: TelnyxServer) -> None:
    to_do = "        Make a key (v2) in the portal, and put it, and nothing else, into the secret TelnyxKeySecret."
    assert lines(server, "KEYother") == ["NOT OK  key: Telnyx refuses it", to_do]


def test_an_application_that_is_not_there(server: TelnyxServer) -> None:
    asked = carrier_check.Account(server.url, "telnyx", "7", (), REPORTS)
    last = list(carrier_check.check(asked, Host(server.url), server.account.api_key))[-1]
    assert str(last).splitlines()[0] == "NOT OK  application: there is none with this id"


def test_a_server_that_is_not_there() -> None:
    asked = carrier_check.Account("http://127.0.0.1:1/v2", "telnyx", "7", (), REPORTS)
    [found] = carrier_check.check(asked, Host(asked.url), "KEY")
    assert (found.what, found.is_so) == ("key", "Telnyx does not answer (ConnectionRefusedError)")


def test_the_vendors_own_client_reads_the_same(server: TelnyxServer) -> None:
    account = server.account
    with telnyx.Telnyx(api_key=account.api_key, base_url=server.url, max_retries=0) as client:
        balance = client.balance.retrieve().data
        application = client.fax_applications.retrieve(account.connection_id).data
        numbers = [each.phone_number for each in client.phone_numbers.list(filter={"phone_number": OWN[1:]})]
        by_plus = [each.phone_number for each in client.phone_numbers.list(filter={"phone_number": OWN})]
    assert balance is not None
    assert application is not None
    assert application.outbound is not None
    assert (balance.available_credit, application.webhook_event_url) == ("100.00", REPORTS)
    assert application.outbound.outbound_voice_profile_id == account.profile
    assert (numbers, by_plus) == ([OWN], [])


class CloudFormation:
    """Tells of one stack, as the SDK does."""

    def __init__(self, **parameters: str) -> None:
        self._parameters = parameters

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in self._parameters.items()]
        return {"Stacks": [{"Parameters": parameters}]}


@pytest.fixture(name="command")
def _command(cloud: Cloud, server: TelnyxServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command on a stack of which CloudFormation says this beside the account's own."""
    import boto3

    cloud.import_example()
    make: Any = boto3.client
    secret = make("secretsmanager").create_secret(Name="telnyx", SecretString=server.account.api_key)["ARN"]

    def run(**parameters: str) -> int:
        told = CloudFormation(
            **{
                "Carrier": "telnyx",
                "TelnyxUrl": server.url,
                "TelnyxKeySecret": secret,
                "TelnyxConnectionId": server.account.connection_id,
                "TelnyxNumber": NUMBER,
            }
            | parameters
        )
        outputs = {"DirectoryTableName": cloud.names["DirectoryTable"], "CarrierReportUrl": REPORTS}
        stack = Stack("fax-api", outputs, lambda service: told if service == "cloudformation" else make(service))
        monkeypatch.setattr(deployed, "find", {"fax-api": stack}.__getitem__)
        return carrier_check.main(["--stack", "fax-api"])

    return run


def test_the_command_asks_with_the_stacks_own_key_about_each_number_of_the_directory(
    command: Callable[..., int], server: TelnyxServer, capsys: Any
) -> None:
    server.account.numbers = (NUMBER, OWN, "+493023125011")
    assert command() == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [*IN_ORDER[:4], "ok      number +493023125011: active, the fax application's", *IN_ORDER[4:]]
    server.account.numbers = (NUMBER, OWN)
    assert command() == 1
    assert server.account.api_key not in capsys.readouterr().out


def test_the_command_says_where_there_is_nobody_to_ask(command: Callable[..., int], capsys: Any) -> None:
    assert command(Carrier="simulator") == 1
    said = capsys.readouterr()
    assert "The stack fax-api has Carrier=simulator: there is no account to ask." in said.out + said.err
    assert command(TelnyxKeySecret="gone") == 1
    said = capsys.readouterr()
    assert "There is no key to read in gone, the secret that TelnyxKeySecret names: " in said.out + said.err
