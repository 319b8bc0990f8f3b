"""What nobody classified: open queries that sound like a complaint or a claim, which the law gives no term. Reads only."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from config.claim_words import CLAIM, COMPLAINT, STEMS, kind_by_words
from config.expressions import found
from router.house import House
from ventanilla.store.tables import conversations, events, messages
from ventanilla.words import Direction, EventKind, Kind

_LEGAL = (Kind.COMPLAINT, Kind.CLAIM)
_SAID = sa.func.lower(messages.c.subject + sa.literal(" ") + messages.c.reply_text)
_QUERIES = (
    sa.select(conversations.c.id, conversations.c.key, messages.c.subject, messages.c.reply_text)
    .join(messages, messages.c.conversation_id == conversations.c.id)
    .where(conversations.c.owned == 1, conversations.c.kind == Kind.QUERY, messages.c.direction == Direction.IN)
    .order_by(conversations.c.first_message_at, conversations.c.id, messages.c.id)
)
_BY_WORDS = _QUERIES.where(sa.or_(*(_SAID.contains(stem) for stem in STEMS)))
_LOOKED_AT = sa.select(events.c.conversation_id, events.c.data).where(
    events.c.kind == EventKind.CASE_CHANGED, events.c.conversation_id.in_(sa.bindparam("ids", expanding=True))
)


def unclassified(connection: sa.Connection, house: House) -> list[str]:
    """Keys of open queries in which the customer used such words, or words that a rule of the house makes a complaint or a claim
    of (they came before the rule, or said them later); the oldest first. Whoever says of one that it is a query takes it off."""
    patterns = list(_patterns(house))
    rows = connection.execute(_QUERIES if patterns else _BY_WORDS)
    suspects = {row.id: row.key for row in rows if _sounds(f"{row.subject}\n{row.reply_text}", patterns)}
    if not suspects:
        return []
    looked_at = {
        row.conversation_id
        for row in connection.execute(_LOOKED_AT, {"ids": list(suspects)})
        if row.data.get("kind") == Kind.QUERY
    }
    return [key for case_id, key in suspects.items() if case_id not in looked_at]


def _sounds(text: str, patterns: list[str]) -> bool:
    return kind_by_words(text) is not None or any(_found(pattern, text) for pattern in patterns)


def _patterns(house: House) -> Iterator[str]:
    """The house's own expressions for complaints and claims, where nothing but the words is asked."""
    for rule in house.config.rules:
        asked = {name for name in type(rule.when).model_fields if getattr(rule.when, name) not in (None, ())}
        if rule.then.kind in _LEGAL and asked and asked <= {"subject", "text"} and len(asked) == 1:
            pattern = rule.when.subject or rule.when.text
            if pattern is not None and not _is_ours(pattern):
                yield pattern


def _is_ours(pattern: str) -> bool:
    """Whether it is an expression that our files ship with: those are looked for anyway, by the store."""
    return pattern in (CLAIM, COMPLAINT)


def _found(pattern: str, text: str) -> bool:
    try:
        return found(pattern, text)
    except TimeoutError:
        return False
