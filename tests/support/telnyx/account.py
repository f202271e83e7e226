"""An account at the carrier: its key, numbers and fax application, and the key pair that its reports are signed by."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# Faxes of an account that are in process at once, at most.
MOST_AT_ONCE = 2_000


@dataclass(slots=True)
class Account:
    """``webhook_url`` and ``failover_url`` are the fax application's; ``problem`` is a status and a code that every
    request is refused with (an account that is closed, or out of money); ``credit`` is what may be spent, ``active``
    and ``profile`` (of outbound voice) the fax application's."""

    api_key: str = "KEY0123456789ABCDEF"
    connection_id: str = "1293384261075731499"
    numbers: tuple[str, ...] = ("+12025550100",)
    user_id: str = "19a75cea-02c6-4b9a-84fa-c9bc8341feb8"
    webhook_url: str | None = None
    failover_url: str | None = None
    most_at_once: int = MOST_AT_ONCE
    problem: tuple[int, str] | None = None
    credit: str = "100.00"
    active: bool = True
    profile: str | None = "1293384261075731461"
    # Of numbers that are not this application's, or not active: what the account says of them.
    numbers_said: dict[str, dict[str, str]] = field(default_factory=dict)
    signing_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public_key(self) -> str:
        """As the portal shows it: base64 of 32 bytes."""
        raw = self.signing_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def sign(self, timestamp: int, body: bytes, *, forged: bool = False) -> dict[str, str]:
        """The headers of a report: over the time stamp, a bar, and the body as it is sent."""
        key = Ed25519PrivateKey.generate() if forged else self.signing_key
        signature = key.sign(f"{timestamp}|".encode() + body)
        return {
            "telnyx-timestamp": str(timestamp),
            "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
        }


type Post = Callable[[str, dict[str, str], bytes], int]
