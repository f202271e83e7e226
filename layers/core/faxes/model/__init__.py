"""The values that the service passes around. All frozen; none knows HTTP, S3 or DynamoDB."""

from faxes.model.acceptances import Acceptance, IdempotencyRecord, Receipt
from faxes.model.deliveries import Attempt, AttemptStatus, Recipient, RecipientStatus
from faxes.model.documents import Document, Form, Kind, Limits, Upload
from faxes.model.fax import Counts, Direction, Fax, Reason, Sender, Status, StoredFile
from faxes.model.people import Context, DialPlan, Extension, ExtensionNumber, ExtensionType, Principal, User

__all__ = [
    "Acceptance",
    "Attempt",
    "AttemptStatus",
    "Context",
    "Counts",
    "DialPlan",
    "Direction",
    "Document",
    "Extension",
    "ExtensionNumber",
    "ExtensionType",
    "Fax",
    "Form",
    "IdempotencyRecord",
    "Kind",
    "Limits",
    "Principal",
    "Reason",
    "Receipt",
    "Recipient",
    "RecipientStatus",
    "Sender",
    "Status",
    "StoredFile",
    "Upload",
    "User",
]
