"""Reads what Twilio says became of a message of ours. Pure."""

from __future__ import annotations

from connectors.twilio_phone.codes import in_words
from connectors.twilio_phone.raw import Fields, number_of, text_of
from ventanilla.channel import DeliveryReport
from ventanilla.words import DeliveryState

# Callbacks repeat and come out of order: one is believed only above those before it.
_RANKS = {
    "accepted": (DeliveryState.SENT, 0),
    "scheduled": (DeliveryState.SENT, 0),
    "queued": (DeliveryState.SENT, 0),
    "sending": (DeliveryState.SENT, 0),
    "sent": (DeliveryState.SENT, 1),
    "delivered": (DeliveryState.DELIVERED, 2),
    "read": (DeliveryState.DELIVERED, 3),
    "undelivered": (DeliveryState.FAILED, 9),
    "failed": (DeliveryState.FAILED, 9),
    "canceled": (DeliveryState.FAILED, 9),
}


def report_of(form: Fields) -> DeliveryReport | None:
    """The report in a status callback; None for one that says nothing we know."""
    sid = text_of(form, "MessageSid", "SmsSid")
    state, rank = _RANKS.get(text_of(form, "MessageStatus", "SmsStatus").lower(), (None, 0))
    if not sid or state is None:
        return None
    reason = in_words(number_of(form, "ErrorCode")) if state is DeliveryState.FAILED else ""
    return DeliveryReport(external_id=sid, state=state, rank=rank, reason=reason)
