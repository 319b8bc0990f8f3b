"""Warns, once a turn, whoever answers for a case that WhatsApp's 24 hours are nearly over while its customer waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.twilio import TwilioSettings
from router.house import House
from router.notices.on_phone import language_for
from router.notices.writing import write_alert
from router.whatsapp.rows import waiting_for_window
from router.whatsapp.window import LASTS, WHATSAPP, Window, window_of
from router.whatsapp.words import window_words
from ventanilla.clocks.due import spoken
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, conversations, outbox
from ventanilla.words import Priority

AHEAD = timedelta(hours=4)
_WAITING = sa.select(conversations).where(
    conversations.c.owned == 1,
    conversations.c.channel.in_(sa.bindparam("channels", expanding=True)),
    conversations.c.account.startswith(WHATSAPP),
    conversations.c.waiting_since <= sa.bindparam("before"),
)
_PRESENT = sa.select(agents.c.name).where(agents.c.on_duty, agents.c.enabled)


def warn_of_closing_windows(store: Store, house: House, journal: Journal) -> int:
    """Tell the owner of each case whose window shuts within four hours; return how many warnings are new.

    An owner off duty is told when they are back, if it is still open; meanwhile the first of the duty list who is here is. Safe
    to repeat and to run twice at once.
    """
    channels = [
        name
        for name, settings in house.config.channels.items()
        if isinstance(settings, TwilioSettings) and settings.whatsapp
    ]
    if not channels:
        return 0
    with store.read() as connection:
        closing = list(_closing(connection, channels, journal.now))
        present = set(connection.scalars(_PRESENT))
    warned = 0
    for case, window in closing:
        told = _whom(house, case, present)
        if told is None or _has_been_told(store, case, told):
            continue
        with store.write() as connection:
            warned += _warn(connection, house, case, window, journal, to=told)
    return warned


def _closing(connection: sa.Connection, channels: list[str], now: datetime) -> Iterator[tuple[Any, Window]]:
    """Cases whose customer waits, with nothing written yet, and whose window shuts soon."""
    for case in connection.execute(_WAITING, {"channels": channels, "before": now - LASTS + AHEAD}).all():
        window = window_of(connection, account=case.account, address=case.address)
        shuts = window.shuts_at
        if shuts is None or not shuts - AHEAD <= now < shuts:
            continue
        if not waiting_for_window(connection, via=case.channel, account=case.account, recipient=case.address):
            yield case, window


def _whom(house: House, case: Any, present: set[str]) -> str | None:
    always = house.config.staff.notify_when == "always" or case.priority == Priority.URGENT
    if always or case.owner in present:
        return str(case.owner)
    return next((name for name in house.config.teams[case.team].duty if name in present), None)


def _occasion(case: Any) -> str:
    return f"window:{case.id}:{case.waiting_since.isoformat()}"


def _has_been_told(store: Store, case: Any, agent: str) -> bool:
    query = sa.select(outbox.c.id).where(outbox.c.dedupe_key == f"{_occasion(case)}:{agent}")
    with store.read() as connection:
        return connection.execute(query).first() is not None


def _warn(connection: sa.Connection, house: House, case: Any, window: Window, journal: Journal, *, to: str) -> int:
    language, shuts = language_for(house, to), window.shuts_at
    assert shuts is not None  # noqa: S101  it was open a moment ago
    facts = {"key": case.key, "customer": case.address, "when": spoken(shuts, house.zone(), language, now=journal.now)}
    return write_alert(
        connection,
        house,
        to=[to],
        occasion=_occasion(case),
        subject=window_words(language, "closing_subject", **facts),
        body=window_words(language, "closing", **facts),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )
