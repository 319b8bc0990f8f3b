"""Which case a chat message, an SMS or a call belongs to: the one its sender has open on that account of ours.

A message that answers another one explicitly goes where that one is, if the sender takes part there and the case is still
open. A key in the text makes a link and no more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.incoming.matching import OVER, Match, reopens, survivor
from ventanilla.channel import Message
from ventanilla.store.conversations import case_by_key, last_chat, lock_case, open_chat, takes_part
from ventanilla.store.messages import cases_with_chat_messages
from ventanilla.words import OWNED_STATES, CaseState

ANSWERS = "answers a message of this case"
OPEN_CHAT = "goes on with what this address has open here"
RECENT_CHAT = "goes on with what was resolved here not long ago"
CAME_BEFORE = "what this address had here before"
Links = dict[int, str]


def match_chat(
    connection: sa.Connection, house: House, channel: str, message: Message, contact: sa.Row[Any], *, at: datetime
) -> Match:
    """Find the case, locked. The caller holds the sender's address, so of many first messages at once one finds none."""
    links: Links = _named_by_key(connection, message)
    answered = _answered(connection, channel, message, contact, links)
    found = _open(connection, channel, message, answered)
    if found is not None:
        return _matched(*found, links)
    candidates = [(case, ANSWERS) for case in answered]
    latest = _latest(connection, channel, message, contact)
    if latest is not None and latest.state in OWNED_STATES:  # what was chat here was merged into it
        return _matched(latest, OPEN_CHAT, links)
    if latest is not None:
        candidates.append((latest, RECENT_CHAT))
    for case, how in candidates:
        if reopens(connection, house, case, at=at):
            return _matched(case, how, links, again=True)
    over = [case for case, _ in candidates if case.state in OVER]
    if latest is not None and latest.state in OVER:
        links[latest.id] = f"{CAME_BEFORE} ({latest.state})"
    links |= {case.id: f"{ANSWERS}, but it is {case.state}" for case in answered}
    return Match(over=over[0] if over else None, links=tuple(links.items()))


def _matched(case: sa.Row[Any], how: str, links: Links, *, again: bool = False) -> Match:
    rest = tuple((case_id, why) for case_id, why in links.items() if case_id != case.id)
    return Match(case=case, reopens=again, how=how, links=rest)


def _answered(
    connection: sa.Connection, channel: str, message: Message, contact: sa.Row[Any], links: Links
) -> list[sa.Row[Any]]:
    """The cases of the messages that this one answers, where its sender takes part; of the others `links` is told."""
    found = []
    ids = cases_with_chat_messages(connection, message.in_reply_to, channel=channel, account=message.account)
    for case_id in ids:
        case = survivor(connection, lock_case(connection, case_id))
        if takes_part(connection, case.id, message.customer, contact.id):
            found.append(case)
        else:
            links[case.id] = f"{ANSWERS}, but the sender takes no part in it"
    return found


def _open(
    connection: sa.Connection, channel: str, message: Message, answered: list[sa.Row[Any]]
) -> tuple[sa.Row[Any], str] | None:
    for case in answered:
        if case.state in OWNED_STATES:
            return case, ANSWERS
    chat = open_chat(connection, channel=channel, account=message.account, address=message.customer.address)
    return None if chat is None else (chat, OPEN_CHAT)


def _latest(connection: sa.Connection, channel: str, message: Message, contact: sa.Row[Any]) -> sa.Row[Any] | None:
    """The latest case of this address here that is over; what it was merged into, where its sender takes part in that."""
    case = last_chat(connection, channel=channel, account=message.account, address=message.customer.address)
    if case is None or case.state != CaseState.MERGED:
        return case
    kept = survivor(connection, case)
    return kept if takes_part(connection, kept.id, message.customer, contact.id) else None


def _named_by_key(connection: sa.Connection, message: Message) -> Links:
    cases = [case_by_key(connection, key) for key in message.case_keys]
    found = [survivor(connection, lock_case(connection, case.id)) for case in cases if case is not None]
    return {case.id: "names the case's key" for case in found}
