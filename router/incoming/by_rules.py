"""What a new case begins with, as the house's rules have it, whoever will answer for it. Asks no store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from router.assigning.rules import Decided, apply_rules
from router.house import House
from router.incoming.facts import facts_of
from router.incoming.languages import language_of
from ventanilla.channel import Message
from ventanilla.store.conversations import NewCase
from ventanilla.words import Kind, Priority


def case_by_rules(house: House, row: Any, message: Message, contact: Any, *, team: str) -> tuple[NewCase, Decided]:
    """A case for this ledger row's message, and what the rules said; `team` is whose it is where no rule names one."""
    language = language_of(message, contact.language, house.language_of(row.channel))
    facts = facts_of(house, row.channel, message, tags=contact.tags, language=language, at=row.received_at)
    decided = apply_rules(house.config.rules, facts)
    new = NewCase(
        channel=row.channel,
        team=decided.team or team,
        contact_id=contact.id,
        account=message.account or getattr(house.config.channels.get(row.channel), "address", ""),
        address=message.customer.address,
        conversational=message.conversational,
        subject=message.subject,
        language=language,
        first_message_at=row.received_at,
        due_at=None,
        promise=decided.promise,
        priority=decided.priority or Priority.NORMAL,
        kind=decided.kind or Kind.QUERY,
        skills=decided.skills,
        languages=decided.languages,
        tags=decided.tags,
    )
    return replace(new, due_at=house.due(new, row.received_at, first=True)), decided
