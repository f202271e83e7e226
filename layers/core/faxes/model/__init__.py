"""The values that the service passes around. All frozen; none knows HTTP, S3 or DynamoDB."""

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
