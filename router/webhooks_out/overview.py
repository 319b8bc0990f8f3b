"""How outbound webhooks stand, for whoever looks after them: what waits, was taken, failed, is paused. Reads only."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from config.webhooks import WebhookSettings
from router.house import House
from ventanilla.store.webhook_events import counts, endpoints, last_letters
from ventanilla.webhook_types import TEST, type_of
from ventanilla.words import DeliveryState

_WAITING = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)


def overview(connection: sa.Connection, house: House) -> list[dict[str, Any]]:
    """Each endpoint of the file, by name. `problem` is why it is paused, or what the oldest call that waits met with."""
    known, numbers = endpoints(connection), counts(connection)
    return [
        _endpoint(connection, name, settings, known.get(name), numbers.get(name, {}))
        for name, settings in sorted(house.config.webhooks.items())
    ]


def calls_of(connection: sa.Connection, name: str, *, limit: int = 50) -> list[dict[str, Any]]:
    """The newest calls of an endpoint: `id, type, key, state, reason, attempts, created_at, sent_at, not_before`."""
    return [
        {
            "id": row.id,
            "type": TEST if row.event_kind is None else type_of(row.event_kind, row.event_data) or row.event_kind,
            "key": row.recipient or None,
            "state": str(row.state),
            "reason": row.reason,
            "attempts": row.attempts,
            "created_at": row.created_at,
            "sent_at": row.sent_at,
            "not_before": row.not_before,
        }
        for row in last_letters(connection, name, limit=limit)
    ]


def address_without_secrets(url: str) -> str:
    """An address as it may be shown: what stands behind its "?" is often a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "")


def _endpoint(
    connection: sa.Connection,
    name: str,
    settings: WebhookSettings,
    row: sa.Row[Any] | None,
    numbers: dict[str, int],
) -> dict[str, Any]:
    newest = last_letters(connection, name, limit=1)
    waiting = sum(numbers.get(state, 0) for state in _WAITING)
    is_paused = row is not None and row.paused_at is not None
    problem = row.problem if row is not None else None
    if problem is None and waiting and not is_paused:
        trouble = (one.reason for one in reversed(last_letters(connection, name, limit=200)) if one.state in _WAITING)
        problem = next(trouble, None)
    return {
        "name": name,
        "url": address_without_secrets(settings.url),
        "events": list(settings.events),
        "team": list(settings.team),
        "channel": list(settings.channel),
        "content": settings.content,
        "since": row.since if row is not None else None,
        "paused_at": row.paused_at if row is not None else None,
        "problem": problem,
        "waiting": waiting,
        "taken": numbers.get(DeliveryState.SENT, 0),
        "failed": numbers.get(DeliveryState.FAILED, 0),
        "unknown": numbers.get(DeliveryState.UNKNOWN, 0),
        "last_at": newest[0].created_at if newest else None,
    }
