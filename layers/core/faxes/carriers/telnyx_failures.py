"""Telnyx's words for how a fax failed, and ours.

All 35 values of ``failure_reason`` that its SDK lists (for Python, 4.189.0), which its help page explains
(support.telnyx.com, article 4967498). One that is not here is a later one: it is tried once more, as what no row was
written for, and its word stands with the attempt.
"""

from collections.abc import Mapping

from faxes.model import Reason

# Of a fax that was canceled, and by nobody but us.
CANCELED = "sender_canceled"

# Of the account itself, so that any other fax fails as well. What depends on who sends or on the number does not: one
# organization would close the gate for all.
OF_ACCOUNT = frozenset({"account_disabled", "no_outbound_profile", "outbound_profile_daily_spend_limit_exceeded"})

REASONS: Mapping[str, Reason] = {
    "user_busy": Reason.BUSY,
    # Rung, or not even that within the time for it.
    "receiver_no_answer": Reason.NO_ANSWER,
    "receiver_no_response": Reason.NO_ANSWER,
    "receiver_recovery_on_timer_expire": Reason.NO_ANSWER,
    # Answered, without a fax machine's tones.
    "fax_initial_communication_timeout": Reason.NOT_A_FAX,
    # Answered by a fax machine, and broken off.
    "fax_signaling_error": Reason.LINE_QUALITY,
    "invalid_ecm_response_from_receiver": Reason.LINE_QUALITY,
    "carrier_lost": Reason.LINE_QUALITY,
    "receiver_communication_error": Reason.LINE_QUALITY,
    "sender_communication_error": Reason.LINE_QUALITY,
    "sender_call_dropped": Reason.LINE_QUALITY,
    "receiver_call_dropped": Reason.REMOTE_HUNG_UP,
    # The carrier's own troubles, and ours with it: nobody's line was used.
    "service_unavailable": Reason.CARRIER_UNAVAILABLE,
    "media_processing_exception": Reason.CARRIER_UNAVAILABLE,
    "user_channel_limit_exceeded": Reason.CARRIER_UNAVAILABLE,
    "outbound_profile_channel_limit_exceeded": Reason.CARRIER_UNAVAILABLE,
    "connection_channel_limit_exceeded": Reason.CARRIER_UNAVAILABLE,
    "destination_unreachable": Reason.NO_ROUTE,
    # It did not get the document: late, or withdrawn. With the next attempt it is offered anew.
    "file_download_failed": Reason.CARRIER_UNAVAILABLE,
    # The account cannot send at all until its owner does something; the fax waits for that.
    "account_disabled": Reason.CARRIER_UNAVAILABLE,
    "no_outbound_profile": Reason.CARRIER_UNAVAILABLE,
    "outbound_profile_daily_spend_limit_exceeded": Reason.CARRIER_UNAVAILABLE,
    "unverified_origination_number": Reason.CARRIER_UNAVAILABLE,
    # The account may not send to this number; nothing is wrong with others.
    "destination_not_in_countries_whitelist": Reason.CARRIER_REJECTED,
    "destination_not_in_service_plan": Reason.CARRIER_REJECTED,
    "unverified_destination_not_allowed": Reason.CARRIER_REJECTED,
    "receiver_unallocated_number": Reason.NUMBER_INVALID,
    "receiver_invalid_number_format": Reason.NUMBER_INVALID,
    "receiver_incompatible_destination": Reason.NUMBER_INVALID,
    "destination_invalid": Reason.NUMBER_INVALID,
    "receiver_decline": Reason.NUMBER_BLOCKED,
    "file_size_limit_exceeded": Reason.DOCUMENT_TOO_LARGE,
    "page_count_limit_exceeded": Reason.DOCUMENT_TOO_LARGE,
    "file_format_invalid": Reason.CARRIER_REJECTED,
    CANCELED: Reason.CANCELED,
}
