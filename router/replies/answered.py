"""An answer of ours has gone out, or has not arrived after all: what that means for the customer's wait and for its author."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from router.assigning.coming_back import grant_again
from router.automatic.announcements import RESOLVED, announce
from router.house import House
from router.incoming.matching import survivor
from router.notices.rewriting import tell_answered, tell_ended, tell_more
from router.notices.writing import tell_of_rest, write_alert, write_notice
from router.promises.lawful import REASONED, law_of
from router.replies.answered_elsewhere import goes_on_elsewhere, restore_elsewhere
from router.staff_bot.confirming import confirm_again
from router.texts import phrase
from router.whatsapp.refused import hold_refused
from ventanilla.store.conversations import lock_case, reopen_case
from ventanilla.store.events import Journal
from ventanilla.store.tables import messages, outbox
from ventanilla.store.turns import close_turn, end_case, forget_answer, next_answer, restore_turn
from ventanilla.words import OWNED_STATES, CaseState, DeliveryState, EventKind, OutboxKind, Resolution

UNDELIVERED = "undelivered"
RESOLVE = "resolve"


def note_reply_sent(
    connection: sa.Connection, house: House, row: sa.Row[Any], journal: Journal, *, at: datetime | None = None
) -> None:
    """The provider took an answer, just now or at `at`: it is stamped, and the customer's turn ends with it. Other rows are none
    of our business.

    In the transaction that records the row as sent; `then` in its payload may ask for the case to be resolved with it.
    """
    message = _message_of(connection, row)
    if message is None or message.replied_at is not None:
        return
    case = survivor(connection, lock_case(connection, message.conversation_id))
    written = connection.execute(sa.select(outbox.c.external_id, outbox.c.payload).where(outbox.c.id == row.id)).one()
    named = (
        sa.update(messages).where(messages.c.id == message.id).values(external_id=written.external_id or row.message_id)
    )
    connection.execute(named)
    ids = {"conversation_id": case.id, "message_id": message.id, "agent": message.agent}
    journal.add(EventKind.MESSAGE_SENT, outbox_id=row.id, channel=row.via, data={"side": message.side}, **ids)
    settle_answer(connection, house, case, message, journal, at=at or journal.now)
    if written.payload.get("then") == RESOLVE:  # it may have been asked for while the answer was on its way
        case = lock_case(connection, case.id)
        said, note = written.payload.get("outcome"), written.payload.get("note")
        if case.state in OWNED_STATES and case.waiting_since is None and not _owes_outcome(house, case, said):
            how, by = Resolution.ANSWERED, message.agent
            end_case(connection, case, journal, resolution=how, agent=by, note_id=note, said=said)
            announce(connection, house, case, RESOLVED, journal)
            tell_ended(connection, house, case, journal, by=message.agent)
    confirm_again(connection, house, case.id, row.id, now=journal.now)


def _owes_outcome(house: House, case: sa.Row[Any], said: dict[str, str] | None) -> bool:
    """Whether it became a complaint or a claim under a law since somebody wanted it to end with this answer: it stays open until
    they say whether its customer was right."""
    return case.kind in REASONED and law_of(house, case) is not None and "upheld" not in (said or {})


def settle_answer(
    connection: sa.Connection, house: House, case: sa.Row[Any], message: sa.Row[Any], journal: Journal, *, at: datetime
) -> bool:
    """An answer (`message`, a row of ours that names what its author had seen) reached the customer's provider at `at`; whether
    that ended their turn. The notice on the owner's phone says so; what the author had not seen waits on, with a notice of its
    own. The caller holds the case's lock."""
    due = partial(house.due, case, first=False)
    ended = close_turn(connection, case, journal, message=message, at=at, answers=message.answers, due=due)
    if ended:
        tell_answered(connection, house, case, journal, by=message.agent, at=at)
        tell_of_rest(connection, house, lock_case(connection, case.id), journal)
    return ended


def note_reply_failed(connection: sa.Connection, house: House, row: sa.Row[Any], journal: Journal) -> None:
    """An answer did not go out, or did not arrive, or nobody knows: its author and the case's owner are told in plain words. Where
    it had ended a turn and is known to have failed, the customer has waited since the turn's start."""
    written = _message_of(connection, row)
    if written is None:
        return
    case = survivor(connection, lock_case(connection, written.conversation_id))
    message = _message_of(
        connection, row
    )  # as it is now: it may have come to end a turn while the case was another's to change
    assert message is not None  # noqa: S101  messages stay
    state = connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == row.id))
    restored = state == DeliveryState.FAILED and message.turn_since is not None
    if state == DeliveryState.FAILED:
        restore_elsewhere(connection, house, message, journal)
    if restored:
        case = restore_answer(connection, house, case, message, journal)
    elif state == DeliveryState.FAILED:
        # it had ended none: it was never given, and is to inherit none
        restore_turn(connection, case, journal, message=message, reason=UNDELIVERED)
    if hold_refused(connection, house, case, row, message, journal, quoted=quoted(message.text)):
        return
    if restored and case.waiting_since is not None and write_notice(connection, house, case, journal) is None:
        tell_more(connection, house, case, journal)
    _tell_people(connection, house, case, row, message, journal)
    confirm_again(connection, house, case.id, row.id, now=journal.now)


def restore_answer(
    connection: sa.Connection, house: House, case: sa.Row[Any], message: sa.Row[Any], journal: Journal
) -> sa.Row[Any]:
    """An answer never arrived: the turn that it ended is open again, in a case that is opened again where it was over. Spam stays
    so, and a chat that goes on in another case is not opened beside it. Returns the case as it is now."""
    if case.state in OWNED_STATES or next_answer(connection, case, message) is not None:
        restore_turn(connection, case, journal, message=message, reason=UNDELIVERED)
        return lock_case(connection, case.id)
    if case.state not in (CaseState.RESOLVED, CaseState.CLOSED) or goes_on_elsewhere(connection, case):
        forget_answer(connection, case, message, journal)
        return lock_case(connection, case.id)
    since, due = message.turn_since, message.turn_due_at
    grant = grant_again(connection, house, case, UNDELIVERED, journal, since=since)
    reopen_case(connection, case, grant, journal, at=since, due_at=due)
    restore_turn(connection, lock_case(connection, case.id), journal, message=message, reason=UNDELIVERED)
    return lock_case(connection, case.id)


def _tell_people(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    row: sa.Row[Any],
    message: sa.Row[Any],
    journal: Journal,
) -> None:
    now_is = connection.execute(sa.select(outbox.c.state, outbox.c.reason).where(outbox.c.id == row.id)).one()
    language = house.config.service.language
    unknown = now_is.state == DeliveryState.UNKNOWN
    code = "reply_unknown" if unknown else "reply_failed"
    people = [name for name in (message.agent, case.owner) if name in house.config.agents]
    write_alert(
        connection,
        house,
        to=list(dict.fromkeys(people)),
        occasion=f"{code}:{row.id}:{row.attempts}",
        subject=phrase(language, f"{code}_subject", key=case.key),
        body=phrase(
            language,
            code,
            key=case.key,
            recipient=row.recipient,
            reason=now_is.reason or "",
            number=str(row.id),
            text=quoted(message.text),
        ),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )


def quoted(text: str, most: int = 2000) -> str:
    """What its author had written, so that nothing typed is lost: cut only where it is very long."""
    cut = text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"
    return "\n".join(f"> {line}" for line in cut.splitlines())


def _message_of(connection: sa.Connection, row: sa.Row[Any]) -> sa.Row[Any] | None:
    if row.kind != OutboxKind.REPLY:
        return None
    query = sa.select(messages).where(messages.c.outbox_id == row.id)
    return connection.execute(query).one_or_none()
