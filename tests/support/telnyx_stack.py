"""What a whole stack is deployed with, so that its carrier is a server on this machine that speaks Telnyx's wire."""

from collections.abc import Callable, Mapping

from tests.support.telnyx.account import Account
from tools.local.emulator import Emulator


def with_the_carriers_key(account: Account, port: int, **others: str) -> Callable[[Emulator], Mapping[str, str]]:
    """For ``local_stack``: keeps the account's key in the emulator, and gives the stack's parameters, ``others`` among
    them. The server is to listen on ``port``; it need not do so yet."""

    def prepared(running: Emulator) -> Mapping[str, str]:
        secret = running.client("secretsmanager").create_secret(Name="telnyx", SecretString=account.api_key)
        return {
            "Carrier": "telnyx",
            "TelnyxUrl": f"http://127.0.0.1:{port}/v2",
            "TelnyxKeySecret": secret["ARN"],
            "TelnyxConnectionId": account.connection_id,
            "TelnyxNumber": account.numbers[0],
            "TelnyxPublicKey": account.public_key,
            **others,
        }

    return prepared
