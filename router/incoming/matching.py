"""Which case a mail belongs to. A key or an id counts only when the sender takes part in that case; else it makes a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from ventanilla.channel import Message
from ventanilla.signing import read_message_id
from ventanilla.store.conversations import case_by_key, lock_case, open_chat, takes_part
from ventanilla.store.messages import cases_with_refs
from ventanilla.store.tables import messages
from ventanilla.words import OWNED_STATES, CaseState

OVER = (CaseState.RESOLVED, CaseState.CLOSED)
_SEEN_UNDER = sa.select(messages.c.conversation_id).where(messages.c.external_id == sa.bindparam("external_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The case a message continues (locked), or none; and the cases it speaks of without continuing them. `over` is the one among
    them that it would go on with, were it not over for too long."""

    case: sa.Row[Any] | None = None
    over: sa.Row[Any] | None = None
    reopens: bool = False
    how: str = "new"
    links: tuple[tuple[int, str], ...] = ()


def match(connection: sa.Connection, house: House, message: Message, contact: sa.Row[Any], *, at: datetime) -> Match:
    """Find the case: our own signed ids first, then known Message-IDs, then a key. Ids of merged cases lead to the survivor."""
    links: list[tuple[int, str]] = []
    over: sa.Row[Any] | None = None
    for case_id, how in candidates(connection, house, message):
        case = survivor(connection, lock_case(connection, case_id))
        if not takes_part(connection, case.id, message.customer, contact.id):
            links.append((case.id, f"{how}, but the sender takes no part in it"))
        elif case.state in OWNED_STATES:
            return Match(case=case, how=how, links=tuple(links))
        elif reopens(connection, house, case, at=at):
            return Match(case=case, reopens=True, how=how, links=tuple(links))
        else:
            links.append((case.id, f"{how}, but it is {case.state}"))
            over = over or (case if case.state in OVER else None)
    return Match(over=over, links=tuple(dict(links).items()))


def candidates(connection: sa.Connection, house: House, message: Message) -> list[tuple[int, str]]:
    answered = [*message.in_reply_to, *reversed(message.references)]
    found: list[tuple[int, str]] = []
    for value in answered:
        own = read_message_id(house.installation.signing_key, value)
        case = case_by_key(connection, own.case_key) if own else None
        if case is not None:
            found.append((case.id, "answers a message of ours"))
    found += [(case_id, "answers a known message") for case_id in cases_with_refs(connection, answered)]
    found += [(case_id, "is answered by a known message") for case_id in _late_original(connection, message)]
    for key in message.case_keys:
        case = case_by_key(connection, key)
        if case is not None:
            found.append((case.id, "names the case's key"))
    first: dict[int, str] = {}
    for case_id, how in found:
        first.setdefault(case_id, how)
    return list(first.items())


def _late_original(connection: sa.Connection, message: Message) -> list[int]:
    """Cases that answered this message before it came; not those that hold another mail under the same Message-ID."""
    if message.external_id is None:
        return []
    found = cases_with_refs(connection, [message.external_id])
    taken = set(connection.scalars(_SEEN_UNDER, {"external_id": message.external_id})) if found else ()
    return [case_id for case_id in found if case_id not in taken]


def survivor(connection: sa.Connection, case: sa.Row[Any]) -> sa.Row[Any]:
    """The case itself, or the one that it was merged into in the end; locked."""
    while case.merged_into is not None:
        case = lock_case(connection, case.merged_into)
    return case


def reopens(connection: sa.Connection, house: House, case: sa.Row[Any], *, at: datetime) -> bool:
    """Whether a message of this moment reopens the case: it was resolved not long ago and, if it was a chat, the same address
    has not begun another there."""
    if case.state != CaseState.RESOLVED or case.resolved_at is None or case.team not in house.config.teams:
        return False
    if at > case.resolved_at + house.reopen_within(case.team):
        return False
    if not case.conversational:
        return True
    return open_chat(connection, channel=case.channel, account=case.account, address=case.address) is None
