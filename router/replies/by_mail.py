"""An answer by mail as its sender needs it: to whom, on which thread, from whom, above what it answers. Writes only our own id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.replies.clean_html import clean_html, html_of_text
from router.replies.letter import Composed
from router.replies.people import People, people_of
from router.replies.quoting import introduction, quotable, quoted_html, quoted_text
from router.replies.thread import (
    in_reply_to,
    one_line,
    own_message_id,
    references,
    reply_address,
    subject_of_reply,
)
from router.texts import phrase
from ventanilla.store.messages import remember_refs
from ventanilla.store.tables import conversations, messages
from ventanilla.words import Direction

MAIL = "email"
_LONGEST_NAME = 80
_NEWEST = (
    sa.select(messages)
    .where(messages.c.conversation_id.in_(sa.bindparam("cases", expanding=True)))
    .where(messages.c.direction == Direction.IN, messages.c.medium == MAIL)
    .where(messages.c.edits.is_(None), messages.c.automatic.is_(sa.false()))
    .order_by(messages.c.received_at.desc(), messages.c.id.desc())
    .limit(1)
)
_MERGED_INTO = sa.select(conversations.c.id).where(
    conversations.c.merged_into.in_(sa.bindparam("cases", expanding=True))
)


def mail_reply(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    *,
    agent: str,
    text: str,
    occasion: str,
    html: str | None = None,
    cc: Sequence[str] = (),
    to: str | None = None,
    subject: str | None = None,
) -> Composed:
    """The answer to the newest mail of the case (of what was merged into it too), ready for the outbox.

    `occasion` is new for each answer, and the same for a repeat of it: our Message-ID is made of it, and from now on leads
    back to the case. `to` and `subject` are what a person chose, for a case of theirs that has no mail yet. What it answers
    stands quoted under it; an HTML form goes along where there is `html` or the customer wrote in it. A person's answer
    carries no mark of automatic mail. Raises BadInput for an address that is none.
    """
    cases = _family(connection, case.id)
    newest = connection.execute(_NEWEST, {"cases": cases}).one_or_none()
    people = people_of(connection, house, case, newest, cases=cases, to=to, cc=cc)
    own_id = own_message_id(house, case, occasion)
    remember_refs(connection, case.id, [own_id], own=True)
    whole, whole_html = _bodies(house, case, newest, text=text, html=html)
    thread = references(connection, newest, cases=cases, recipient=people.recipient)
    payload: dict[str, Any] = {
        "medium": MAIL,
        "from_address": getattr(house.config.channels[case.channel], "address", ""),
        "from_name": _from_name(house, agent),
        "recipient_name": one_line(people.name)[:_LONGEST_NAME],
        "subject": _subject(case, newest, subject),
        "text": whole,
        "html": whole_html,
        "cc": list(people.cc),
        "in_reply_to": in_reply_to(newest),
        "references": thread,
        "reply_to": reply_address(connection, house, case, cases=cases),
    }
    return _composed(case, people, {name: value for name, value in payload.items() if value}, own_id)


def _composed(case: sa.Row[Any], people: People, payload: dict[str, Any], own_id: str) -> Composed:
    return Composed(via=case.channel, recipient=people.recipient, payload=payload, message_id=own_id)


def _family(connection: sa.Connection, case_id: int) -> list[int]:
    """The case and every case that was merged into it, however far back."""
    found, newest = [case_id], [case_id]
    while newest:
        merged = connection.scalars(_MERGED_INTO, {"cases": newest}).all()
        newest = [one for one in merged if one not in found]
        found += newest
    return found


def _from_name(house: House, agent: str) -> str:
    """`Ana (Ferretería Sol)`: a person, and for whom they write."""
    settings = house.config.agents.get(agent)
    name = (settings.name if settings else "") or agent.capitalize()
    return one_line(f"{name[:_LONGEST_NAME]} ({house.config.service.name})")


def _subject(case: sa.Row[Any], newest: sa.Row[Any] | None, chosen: str | None) -> str:
    if chosen:
        return one_line(chosen)
    if newest is None:
        return one_line(case.subject)
    return subject_of_reply(newest.subject or case.subject or phrase(case.language, "no_subject"))


def _bodies(
    house: House, case: sa.Row[Any], newest: sa.Row[Any] | None, *, text: str, html: str | None
) -> tuple[str, str | None]:
    """The plain text, and the HTML where there is to be one; both with the same quotation."""
    intro, lines = "", []
    if newest is not None:
        name = one_line(newest.from_name)[:_LONGEST_NAME] or newest.from_address
        at = newest.received_at or newest.routed_at
        intro, lines = introduction(case.language, name=name, at=at, zone=house.zone()), quotable(newest.text)
    plain = quoted_text(text, intro, lines)
    if html is None and not (newest is not None and newest.has_html):
        return plain, None
    own = clean_html(html) if html is not None else html_of_text(text)
    return plain, quoted_html(own, intro, lines)
