"""Whether an outbound webhook wants to be told of an event. Pure."""

from __future__ import annotations

from typing import Any

from config.webhooks import WebhookSettings
from ventanilla.webhook_types import type_of


def is_wanted(settings: WebhookSettings, event: Any) -> bool:
    """Whether this endpoint is to be told of an event (a row of `new_events`)."""
    if event.key is None:
        return False
    told = type_of(event.kind, event.data, automatic=bool(event.automatic))
    mine = not settings.team or event.team in settings.team
    return mine and (not settings.channel or event.channel in settings.channel) and told in settings.events
