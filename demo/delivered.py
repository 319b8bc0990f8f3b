"""Holds what the outbox says went out against what was found at the providers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from demo.found import Found
from demo.ledger import CHAT, PHONE
from ventanilla.words import STAFF_TELEGRAM, DeliveryState, OutboxKind

WAYS = ("mail", "telegram", "sms", "whatsapp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Letters of one kind: how many went out, how many of them were found where they were to go, and those by their way."""

    sent: int
    found: int
    by_way: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Letters by kind, how many could not be sent, how many things were found that nobody of us wrote down."""

    letters: Mapping[str, Letters]
    undelivered: int
    surprises: int


def compare(
    rows: Sequence[sa.Row[Any]], mails: Counter[str], elsewhere: Found | None, *, by_hand: Counter[str] | None = None
) -> Post:
    """`rows` are the whole outbox, `mails` what is in the mailboxes, `elsewhere` what the other providers hold. `by_hand` was sent
    from a mail client, past the service."""
    gone = [row for row in rows if row.sent_at is not None]
    at_others = elsewhere.ours if elsewhere else Counter[str]()
    kinds = {str(kind): [row for row in gone if row.kind == kind] for kind in OutboxKind}
    known = Counter(_name_of(row) for row in gone) + (by_hand or Counter())
    extra = elsewhere.extra if elsewhere else frozenset[str]()
    unknown = [name for name in at_others if name not in known and name not in extra]
    return Post(
        letters={kind: _letters(mine, mails, at_others) for kind, mine in kinds.items() if mine},
        undelivered=sum(row.state == DeliveryState.FAILED and row.sent_at is None for row in rows),
        surprises=(mails - known).total() + len(unknown),
    )


def _letters(rows: Sequence[sa.Row[Any]], mails: Counter[str], at_others: Counter[str]) -> Letters:
    """A message that was rewritten in place stands for every row that it was sent or rewritten for."""
    by_way = Counter[str]()
    for row in rows:
        way = way_of(row)
        by_way[way] += mails[_name_of(row)] if way == "mail" else int(_name_of(row) in at_others)
    return Letters(sent=len(rows), found=by_way.total(), by_way={way: by_way[way] for way in WAYS if by_way[way]})


def way_of(row: Any) -> str:
    """By which way a row of the outbox goes."""
    if row.via in (CHAT, STAFF_TELEGRAM):
        return "telegram"
    if row.via == PHONE:
        return "whatsapp" if str(row.payload.get("account", "")).startswith("whatsapp:") else "sms"
    return "mail"


def _name_of(row: Any) -> str:
    return str(row.external_id or row.message_id or "")
