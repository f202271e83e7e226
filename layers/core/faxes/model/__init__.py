"""The values that the service passes around. All frozen; none knows HTTP, S3 or DynamoDB.

A module of theirs is imported with the first of its names that is asked for: to make a frozen dataclass takes up to a
millisecond of a start, and no function has use for all of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faxes.model.acceptances import Acceptance, IdempotencyRecord, Receipt
    from faxes.model.deliveries import Attempt, AttemptStatus, Recipient, RecipientStatus
    from faxes.model.documents import Document, Form, Kind, Limits, Upload
    from faxes.model.fax import Counts, Direction, Fax, Reason, Sender, Status, StoredFile
    from faxes.model.pending import CheckedFile, ExpectedFile, PendingFax, Refusal, UploadLimits
    from faxes.model.people import Context, DialPlan, Extension, ExtensionNumber, ExtensionType, Principal, User

__all__ = [
    "Acceptance",
    "Attempt",
    "AttemptStatus",
    "CheckedFile",
    "Context",
    "Counts",
    "DialPlan",
    "Direction",
    "Document",
    "ExpectedFile",
    "Extension",
    "ExtensionNumber",
    "ExtensionType",
    "Fax",
    "Form",
    "IdempotencyRecord",
    "Kind",
    "Limits",
    "PendingFax",
    "Principal",
    "Reason",
    "Receipt",
    "Recipient",
    "RecipientStatus",
    "Refusal",
    "Sender",
    "Status",
    "StoredFile",
    "Upload",
    "UploadLimits",
    "User",
]

_NAMES = {
    "acceptances": ("Acceptance", "IdempotencyRecord", "Receipt"),
    "deliveries": ("Attempt", "AttemptStatus", "Recipient", "RecipientStatus"),
    "documents": ("Document", "Form", "Kind", "Limits", "Upload"),
    "fax": ("Counts", "Direction", "Fax", "Reason", "Sender", "Status", "StoredFile"),
    "pending": ("CheckedFile", "ExpectedFile", "PendingFax", "Refusal", "UploadLimits"),
    "people": ("Context", "DialPlan", "Extension", "ExtensionNumber", "ExtensionType", "Principal", "User"),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}

# The type checker goes by what is imported above, and knows no other name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value
