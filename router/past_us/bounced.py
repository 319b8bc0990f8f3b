"""An answer that one of us sent past this service did not arrive: the turn is open again, and whoever relied on it is told."""

from __future__ import annotations

import sqlalchemy as sa

from router.house import House
from router.incoming.matching import survivor
from router.notices.rewriting import tell_more
from router.notices.writing import write_alert, write_notice
from router.replies.answered import UNDELIVERED, quoted, restore_answer
from router.texts import phrase
from ventanilla.channel import Bounce
from ventanilla.store.conversations import lock_case
from ventanilla.store.events import Journal
from ventanilla.store.tables import messages
from ventanilla.store.turns import restore_turn
from ventanilla.words import Direction, Side

_SENT = (
    sa.select(messages)
    .where(messages.c.external_id == sa.bindparam("external_id"), messages.c.direction == Direction.OUT)
    .where(messages.c.side == Side.MAILBOX, messages.c.replied_at.is_not(None))
    .order_by(messages.c.id)
    .limit(1)
)


def note_ours_bounced(connection: sa.Connection, house: House, bounce: Bounce, journal: Journal) -> bool:
    """A hard bounce of an answer from a mail client: its turn is open again from its start, its author and the case's owner are
    told, once. Whether it was such an answer; one whose copy to somebody else bounced has arrived all the same."""
    message = connection.execute(_SENT, {"external_id": bounce.original_message_id}).one_or_none()
    if message is None or (bounce.recipient and bounce.recipient not in message.recipients):
        return False
    case = survivor(connection, lock_case(connection, message.conversation_id))
    ended_a_turn = message.turn_since is not None
    if ended_a_turn:
        case = restore_answer(connection, house, case, message, journal)
    else:
        restore_turn(connection, case, journal, message=message, reason=UNDELIVERED)
    waits = ended_a_turn and case.waiting_since is not None
    if waits and write_notice(connection, house, case, journal) is None:
        tell_more(connection, house, case, journal)
    language = house.config.service.language
    reason = f"bounced: {bounce.status}"
    facts = {"key": case.key, "recipient": bounce.recipient or ", ".join(message.recipients), "reason": reason}
    write_alert(
        connection,
        house,
        to=list(dict.fromkeys(name for name in (message.agent, case.owner) if name in house.config.agents)),
        occasion=f"ours_bounced:{message.id}",
        subject=phrase(language, "reply_failed_subject", key=case.key),
        body=phrase(language, "reply_failed", text=quoted(message.reply_text), **facts),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )
    return True
