"""Keeps the notice on somebody's phone true: rewritten in place as a turn grows, and when another person takes the case.

Only Telegram can rewrite what it has delivered; mails and Apprise notices stay as they were sent. A recording that comes later
in a turn follows its notice as an answer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.buttons import after_answer, notice_extras
from router.notices.on_phone import answered_text, ended_text, handed_over_text, phone_payload, recordings
from router.notices.reach import APPRISE
from router.notices.turn import Turn, Waiting, turn_of
from ventanilla.store.events import Journal
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import outbox
from ventanilla.words import STAFF_TELEGRAM, DeliveryState, OutboxKind

BETWEEN_EDITS = timedelta(seconds=10)
_SHOWN = ("text", "buttons", "seen")
_NOT_YET_OUT = (DeliveryState.PENDING, DeliveryState.HELD)
_OUT = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)
_NOTICES = (
    sa.select(outbox)
    .where(outbox.c.conversation_id == sa.bindparam("case_id"), outbox.c.kind == OutboxKind.NOTICE)
    .where(outbox.c.agent == sa.bindparam("agent"), outbox.c.state.in_((*_NOT_YET_OUT, *_OUT)))
    .order_by((outbox.c.via == STAFF_TELEGRAM).desc(), outbox.c.id.desc())
    .limit(1)
)
_EDITS = (
    sa.select(outbox)
    .where(outbox.c.conversation_id == sa.bindparam("case_id"), outbox.c.kind == OutboxKind.SERVICE)
    .where(outbox.c.dedupe_key.startswith(sa.bindparam("prefix")))
    .order_by(outbox.c.id.desc())
)


def tell_more(
    connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal, *, waiting: Waiting | None = None
) -> None:
    """Another message came in a turn that the case's owner was told of: the notice on their phone says so, in place.

    `waiting` is that message: a recording in it follows the notice, also one by mail. The caller holds the case's lock.
    """
    if case.waiting_since is None:
        return
    told = Turn.of_one(waiting, case.waiting_since).spoken if waiting else ()
    if house.config.staff.telegram is None and not told:
        return
    notice = _notice_of_turn(connection, case, since=case.waiting_since)
    if notice is None or (notice.via != STAFF_TELEGRAM and (not told or notice.via == APPRISE)):
        return
    turn = turn_of(connection, case, case.waiting_since)
    payload = dict(notice.payload)
    if turn.spoken:
        payload |= recordings(house, case, turn)
    if notice.via == STAFF_TELEGRAM:
        payload |= phone_payload(house, case, turn, why=str(payload.get("why", "")), now=journal.now)
        payload |= notice_extras(connection, house, case, turn)
    if _rewrite(connection, notice, payload):
        return
    if notice.via == STAFF_TELEGRAM:
        shown = {name: payload[name] for name in _SHOWN if name in payload}
        _edit(connection, case, notice, shown, journal.now)
    if told:
        _follow_up(connection, house, case, notice, list(told), journal.now)


def tell_handed_over(connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal, *, to: str) -> None:
    """Somebody else has the case now: the notice on its former owner's phone says who. `case` is as it was before."""
    if house.config.staff.telegram is None or to == case.owner or case.waiting_since is None:
        return
    notice = _notice_of_turn(connection, case, since=case.waiting_since)
    if notice is None or notice.via != STAFF_TELEGRAM or notice.state in _NOT_YET_OUT:
        return  # what has not gone out yet is dropped as moot when its time comes
    turn = turn_of(connection, case, case.waiting_since)
    customer = turn.newest.name if turn.newest else ""
    text = handed_over_text(house, case, customer, reader=case.owner, owner=to)
    _edit(connection, case, notice, {"text": text}, journal.now)


def tell_answered(
    connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal, *, by: str | None, at: datetime
) -> None:
    """The customer has been answered: the notice on the owner's phone says by whom. `case` is as it was before."""
    if house.config.staff.telegram is None or case.waiting_since is None:
        return
    notice = _notice_of_turn(connection, case, since=case.waiting_since)
    if notice is None or notice.via != STAFF_TELEGRAM or notice.state in _NOT_YET_OUT:
        return
    turn = turn_of(connection, case, case.waiting_since)
    customer = turn.newest.name if turn.newest else ""
    text = answered_text(house, case, customer, reader=case.owner, by=by, at=at, now=journal.now)
    _edit(connection, case, notice, {"text": text, "buttons": after_answer(house, case)}, journal.now)


def tell_ended(connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal, *, by: str) -> None:
    """The case is over: the newest notice of it on its owner's phone says so, and has no buttons any more."""
    if house.config.staff.telegram is None:
        return
    notice = connection.execute(_NOTICES, {"case_id": case.id, "agent": case.owner}).one_or_none()
    if notice is None or notice.via != STAFF_TELEGRAM or notice.state in _NOT_YET_OUT:
        return
    title = str(notice.payload.get("text", case.key)).partition("\n")[0]
    text = ended_text(house, title=title, reader=case.owner, by=by, at=journal.now)
    _edit(connection, case, notice, {"text": text}, journal.now)


def _notice_of_turn(connection: sa.Connection, case: sa.Row[Any], *, since: datetime) -> sa.Row[Any] | None:
    """What told the case's owner of this turn, by Telegram if it can be; None where nothing did. (A turn may have been moved
    to an earlier message since.)"""
    notice = connection.execute(_NOTICES, {"case_id": case.id, "agent": case.owner}).one_or_none()
    if notice is None or "turn" not in notice.payload:
        return None
    return notice if datetime.fromisoformat(notice.payload["turn"]) >= since else None


def _rewrite(connection: sa.Connection, row: sa.Row[Any], payload: Mapping[str, Any]) -> bool:
    """Change what a row says that has not gone out; whether it still could be."""
    unsent = (outbox.c.id == row.id) & outbox.c.state.in_(_NOT_YET_OUT)
    return connection.execute(sa.update(outbox).where(unsent).values(payload=dict(payload))).rowcount == 1


def _edit(
    connection: sa.Connection, case: sa.Row[Any], notice: sa.Row[Any], shown: Mapping[str, Any], now: datetime
) -> None:
    """Have the notice say this: by the edit that is still to go out, else by a new one, ten seconds after the last change.
    Buttons that are not in `shown` go."""
    prefix = f"edit:{notice.id}:"
    before = connection.execute(_EDITS, {"case_id": case.id, "prefix": prefix}).all()
    if before and _rewrite(connection, before[0], _edit_payload(notice, shown)):
        return
    last = before[0] if before else notice
    changed = last.sent_at or (last.not_before if before else now - BETWEEN_EDITS)
    letter = Letter(
        kind=OutboxKind.SERVICE,
        dedupe_key=f"{prefix}{len(before) + 1}",
        via=STAFF_TELEGRAM,
        recipient=notice.recipient,
        payload=_edit_payload(notice, shown),
        agent=notice.agent,
        conversation_id=case.id,
        assignment_number=notice.assignment_number,
        not_before=max(now, changed + BETWEEN_EDITS),
    )
    put_letter(connection, letter, now=now)


def _edit_payload(notice: sa.Row[Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    return {"subject": notice.payload.get("subject", ""), **shown, "edits_row": notice.id}


def _follow_up(
    connection: sa.Connection, house: House, case: sa.Row[Any], notice: sa.Row[Any], spoken: list[int], now: datetime
) -> None:
    """What was spoken later in the same turn follows the notice as an answer to it, once it is there."""
    words = recordings(house, case, Turn(since=notice.created_at, spoken=tuple(spoken)))
    subject = notice.payload.get("subject", "")
    letter = Letter(
        kind=OutboxKind.SERVICE,
        dedupe_key=f"audio:{notice.id}:{spoken[0]}",
        via=notice.via,
        recipient=notice.recipient,
        payload={
            "subject": f"Re: {subject}" if subject else "",
            "text": words["audio"],
            "headers": dict(notice.payload.get("headers", {})),
            "answers_row": notice.id,
            "audio_of": spoken,
            "only_with_audio": True,
        },
        agent=notice.agent,
        conversation_id=case.id,
        assignment_number=notice.assignment_number,
    )
    put_letter(connection, letter, now=now)
