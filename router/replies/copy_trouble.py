"""A copy of an answer did not arrive, while the answer did: its author is told, and nothing else changes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.writing import write_alert
from router.texts import spoken_language
from ventanilla.channel import Bounce
from ventanilla.store.events import Journal
from ventanilla.store.outbox import change_letters
from ventanilla.store.tables import conversations, outbox
from ventanilla.words import DeliveryState, OutboxKind

_GONE = (DeliveryState.SENT, DeliveryState.DELIVERED)
_WORDS = {
    "es": (
        "una copia de una respuesta no llegó, caso {key}",
        "La respuesta del caso {key} salió para {recipient}, pero no todas sus copias: {reason}",
    ),
    "en": (
        "a copy of an answer did not arrive, case {key}",
        "The answer in case {key} went out to {recipient}, but not every copy of it: {reason}",
    ),
    "ca": (
        "una còpia d'una resposta no ha arribat, cas {key}",
        "La resposta del cas {key} ha sortit cap a {recipient}, però no totes les còpies: {reason}",
    ),
    "gl": (
        "unha copia dunha resposta non chegou, caso {key}",
        "A resposta do caso {key} saíu para {recipient}, pero non todas as súas copias: {reason}",
    ),
    "eu": (
        "erantzun baten kopia bat ez da iritsi, {key} kasua",
        "{key} kasuko erantzuna {recipient} helbidera atera da, baina ez haren kopia guztiak: {reason}",
    ),
}
"""Subject and text, by language."""


def tell_of_refused_copies(connection: sa.Connection, house: House, row: sa.Row[Any], journal: Journal) -> None:
    """The provider took an answer and said what became of its copies; in the transaction that records the row as sent."""
    if row.kind != OutboxKind.REPLY or row.conversation_id is None:
        return
    query = sa.select(outbox.c.reason).where(outbox.c.id == row.id, outbox.c.state.in_(_GONE))
    reason = connection.scalar(query)
    if reason:
        _tell(connection, house, row, journal, reason=reason, occasion="sent")


def note_copy_bounce(
    connection: sa.Connection, house: House, row: sa.Row[Any], bounce: Bounce, journal: Journal
) -> bool:
    """Whether a bounce is about a copy alone: that is written on the row, which stays as delivered as it was."""
    address = bounce.recipient.lower()
    if address == row.recipient.lower() or address not in row.payload.get("cc", ()):
        return False
    reason = f"the copy to {address} bounced: {bounce.status}"
    if change_letters(connection, [row.id], _GONE, reason=reason) and row.conversation_id is not None:
        _tell(connection, house, row, journal, reason=reason, occasion=address)
    return True


def _tell(
    connection: sa.Connection, house: House, row: sa.Row[Any], journal: Journal, *, reason: str, occasion: str
) -> None:
    query = sa.select(conversations.c.id, conversations.c.key, conversations.c.owner, conversations.c.channel)
    case = connection.execute(query.where(conversations.c.id == row.conversation_id)).one()
    subject, body = _WORDS[spoken_language(house.config.service.language)]
    write_alert(
        connection,
        house,
        to=[row.agent if row.agent in house.config.agents else case.owner],
        occasion=f"copies:{row.id}:{occasion}",
        subject=subject.format(key=case.key),
        body=body.format(key=case.key, recipient=row.recipient, reason=reason),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )
