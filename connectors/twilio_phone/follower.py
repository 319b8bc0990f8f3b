"""Asks Twilio what became of a message of ours. Knows nothing of when."""

from __future__ import annotations

from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.names import SID
from connectors.twilio_phone.raw import text_of
from connectors.twilio_phone.reports import report_of
from ventanilla.channel import DeliveryReport
from ventanilla.errors import LoginRefused, Permanent


class TwilioFollower:
    """One account's. Used by one thread at a time."""

    def __init__(self, api: TwilioApi) -> None:
        self._api = api

    def report(self, external_id: str, *, part_of: str = "") -> DeliveryReport | None:
        """What Twilio says of a message now; None for one that it does not know (any more). Raises Temporary, LoginRefused."""
        if not SID.match(external_id):
            return None
        try:
            message = self._api.get(f"Messages/{external_id}.json")
        except LoginRefused:
            raise
        except Permanent:
            return None
        return report_of(message, part_of=part_of) if text_of(message, "sid") == external_id else None

    def close(self) -> None:
        """Let go of the connection. Never raises."""
        self._api.close()
