"""One of us answers a customer: checked and written here; sent by the delivery loop once it can no longer be undone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import modes
from router.moves.accept import note_accepted
from router.moves.base import Move, require_open, require_part
from router.moves.marked import is_note
from router.moves.once import scoped
from router.moves.reasoned import require_no_hurry
from router.moves.refusals import Refused
from router.permission import customer_hindrance
from router.replies.by_phone import cost_of
from router.replies.composing import compose_reply
from router.replies.letter import Composed
from router.replies.tokens import token_in, token_in_bytes
from router.staff_bot.confirming import confirm_again
from router.whatsapp.rows import WINDOW
from router.whatsapp.window import ask_to_write
from ventanilla.channel import Attachment, RemoteFile
from ventanilla.clocks.due import spoken
from ventanilla.segments import Segments
from ventanilla.store.files import put_files
from ventanilla.store.messages import remember_refs, write_attachments
from ventanilla.store.outbox import Letter, change_letters, put_letter
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import STAFF_BOT, DeliveryState, Direction, EventKind, OutboxKind

RESOLVE = "resolve"
REPLY = "reply"
WITHDRAWN = "withdrawn by its author"
_ON_THE_WAY = (DeliveryState.PENDING, DeliveryState.SENDING)
_NEWEST = (
    sa.select(sa.func.max(messages.c.id))
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
    .where(messages.c.direction == Direction.IN, messages.c.edits.is_(None))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody wants to say. `seen` is the newest message (of either side) that they had read; None: all there is now.

    `files` came with it and are kept by now, under these hashes; `remote_files` still lie at the staff's bot. `then` is
    `resolve` to end the case with it. `idempotency_key` makes a repeat the same answer.
    """

    text: str
    html: str | None = None
    cc: Sequence[str] = ()
    seen: int | None = None
    files: Sequence[tuple[Attachment, str]] = ()
    remote_files: Sequence[RemoteFile] = ()
    then: str = ""
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An answer in the outbox: it goes out at `goes_out_at` (UTC) unless withdrawn before, or waits for what `held` says. `sms` is
    what it is paid for, where it goes by SMS."""

    key: str
    message_id: int
    outbox_id: int
    goes_out_at: datetime
    held: str | None = None
    repeated: bool = False
    sms: Segments | None = None


def write_reply(
    move: Move, case: sa.Row[Any], answer: Answer, *, hold: str | None = None, anyway: bool = False
) -> Written:
    """Write an answer to the customer of a case (locked) and to nobody else.

    Raises Refused where the case is over or another's, where somebody else has answered or the customer has written since
    `seen` (`anyway`: they know), or where nothing may be sent. `hold` keeps it back until it is released. A repeat under
    the same idempotency key gives the first answer again.
    """
    before = _repeated(move, case, answer)
    if before is not None:
        return before
    require_open(move, case)
    require_part(move, case)
    text = answer.text.strip()
    if not text and not answer.files and not answer.remote_files:
        raise Refused("no_text")
    if is_note(text):
        raise Refused("is_a_note")
    if found := token_in(text, answer.html):
        raise Refused("holds_token", found=found)
    _require_harmless(answer)
    if not anyway:
        require_news_known(move, case, answer.seen)
    if answer.then == RESOLVE:
        require_no_hurry(move, case)
    composed = compose_reply(
        move.connection,
        move.house,
        case,
        agent=move.agent,
        text=text,
        html=answer.html,
        cc=answer.cc,
        occasion=secrets.token_hex(8),
        now=move.now,
        files=len(answer.files) + len(answer.remote_files),
    )
    _require_welcome(move, case, composed)
    written = _write(move, case, answer, composed, hold=hold or composed.hold)
    if hold is None:  # what its caller holds back is not proven to be theirs
        note_accepted(move.connection, case, move.agent, move.journal)
    if hold is None and (composed.hold or "").startswith(WINDOW):
        ask_to_write(
            move.connection,
            move.house,
            case,
            move.journal,
            via=composed.via,
            account=composed.payload["account"],
            recipient=composed.recipient,
        )
    return written


def _require_harmless(answer: Answer) -> None:
    """Raises Refused where a file holds a token of ours: a notice that was attached, whole or in parts."""
    for file, _ in answer.files:
        if found := token_in_bytes(file.content) or token_in(file.filename):
            raise Refused("holds_token", found=found)


def withdraw_reply(move: Move, outbox_id: int) -> sa.Row[Any]:
    """Take an answer back before it goes out; returns its message, whose text is kept. Raises Refused when it is too late."""
    message = move.connection.execute(sa.select(messages).where(messages.c.outbox_id == outbox_id)).one_or_none()
    if message is None or (message.agent != move.agent and not move.supervises):
        raise Refused("nothing_to_withdraw")
    waiting = (DeliveryState.PENDING, DeliveryState.HELD)
    if not change_letters(move.connection, [outbox_id], waiting, state=DeliveryState.DROPPED, reason=WITHDRAWN):
        raise Refused("too_late")
    ids = {"conversation_id": message.conversation_id, "message_id": message.id, "agent": move.agent}
    move.journal.add(EventKind.REPLY_WITHDRAWN, outbox_id=outbox_id, **ids)
    confirm_again(move.connection, move.house, message.conversation_id, outbox_id, now=move.now)
    return message


def newest_inbound(connection: sa.Connection, case_id: int, *, upto: int | None = None) -> int | None:
    """The id of the customer's newest message in a case and what was merged into it, not beyond `upto`."""
    query = _NEWEST if upto is None else _NEWEST.where(messages.c.id <= upto)
    found: int | None = connection.scalar(query, {"case_id": case_id})
    return found


def _repeated(move: Move, case: sa.Row[Any], answer: Answer) -> Written | None:
    if answer.idempotency_key is None:
        return None
    key = scoped(move.agent, REPLY, answer.idempotency_key)
    query = sa.select(messages, outbox.c.not_before, outbox.c.state, outbox.c.reason).join(
        outbox, outbox.c.id == messages.c.outbox_id
    )
    row = move.connection.execute(query.where(messages.c.idempotency_key == key)).one_or_none()
    if row is None:
        return None
    if row.conversation_id != case.id or row.reply_text != answer.text.strip():
        raise Refused("key_used", idempotency_key=answer.idempotency_key, key=case.key)
    held = row.reason if row.state == DeliveryState.HELD else None
    return Written(
        key=case.key,
        message_id=row.id,
        outbox_id=row.outbox_id,
        goes_out_at=row.not_before,
        held=held,
        repeated=True,
    )


def require_news_known(move: Move, case: sa.Row[Any], seen: int | None) -> None:
    """Raises Refused where another of us has answered, or is about to, or the customer wrote, and the author cannot know."""
    family = sa.select(conversations.c.id).where(
        sa.or_(conversations.c.id == case.id, conversations.c.merged_into == case.id)
    )
    others = (
        sa.select(messages.c.agent, messages.c.routed_at, messages.c.replied_at, outbox.c.state)
        .outerjoin(outbox, outbox.c.id == messages.c.outbox_id)
        .where(messages.c.conversation_id.in_(family), messages.c.direction == Direction.OUT)
        .where(sa.not_(messages.c.automatic), sa.func.coalesce(messages.c.agent, "") != move.agent)
        .order_by(messages.c.id.desc())
    )
    on_the_way = move.connection.execute(others.where(outbox.c.state.in_(_ON_THE_WAY))).first()
    if on_the_way is not None:
        raise Refused("being_answered", agent=on_the_way.agent or "somebody", key=case.key)
    if seen is None:
        return
    since = move.connection.execute(others.where(messages.c.id > seen, messages.c.replied_at.is_not(None))).first()
    if since is not None:
        when = spoken(since.replied_at, move.house.zone(), "en", now=move.now)
        raise Refused(
            "already_answered",
            agent=since.agent or "somebody",
            key=case.key,
            when=when,
            at=since.replied_at.isoformat(),
        )
    newest = newest_inbound(move.connection, case.id)
    if newest is not None and newest > seen:
        raise Refused("newer_message", key=case.key)


def _require_welcome(move: Move, case: sa.Row[Any], composed: Composed) -> None:
    if not composed.recipient:
        raise Refused("cannot_be_written_to", key=case.key, reason="there is no address")
    reason = customer_hindrance(
        move.connection,
        move.house,
        modes(move.connection),
        channels=tuple(dict.fromkeys((case.channel, composed.via))),
        recipient=composed.recipient,
    )
    if reason is not None:
        raise Refused("cannot_be_written_to", key=case.key, reason=reason)


def _write(move: Move, case: sa.Row[Any], answer: Answer, composed: Composed, *, hold: str | None) -> Written:
    message_id = _write_message(move, case, answer, composed)
    files = {"files_of": message_id} if answer.files or answer.remote_files else {}
    goes_out_at = move.now + move.house.config.staff.undo_send
    letter = Letter(
        kind=OutboxKind.REPLY,
        dedupe_key=f"reply:{message_id}",
        via=composed.via,
        recipient=composed.recipient,
        payload={**composed.payload, **files, **({"then": answer.then} if answer.then else {})},
        state=DeliveryState.HELD if hold else DeliveryState.PENDING,
        reason=hold,
        agent=move.agent,
        conversation_id=case.id,
        assignment_number=case.assignment_number,
        message_id=composed.message_id,
        not_before=goes_out_at,
    )
    outbox_id = put_letter(move.connection, letter, now=move.now)
    assert outbox_id is not None  # noqa: S101  the message is new, so its occasion is
    move.connection.execute(sa.update(messages).where(messages.c.id == message_id).values(outbox_id=outbox_id))
    remember_refs(move.connection, case.id, [composed.message_id], own=True)
    ids = {"conversation_id": case.id, "message_id": message_id, "agent": move.agent, "outbox_id": outbox_id}
    kind = EventKind.REPLY_HELD if hold else EventKind.REPLY_WRITTEN
    move.journal.add(kind, data={"side": str(move.side), "held": hold or ""}, **ids)
    account = composed.payload.get("account", "")
    return Written(
        key=case.key,
        message_id=message_id,
        outbox_id=outbox_id,
        goes_out_at=goes_out_at,
        held=hold,
        sms=cost_of(answer.text, account) if composed.payload.get("medium") == "sms" else None,
    )


def _write_message(move: Move, case: sa.Row[Any], answer: Answer, composed: Composed) -> int:
    settings = move.house.config.agents[move.agent]
    text = answer.text.strip()
    values = {
        "conversation_id": case.id,
        "assignment_number": case.assignment_number,
        "direction": Direction.OUT,
        "agent": move.agent,
        "side": move.side,
        "medium": composed.payload.get("medium", _medium(move, case)),
        "external_id": composed.message_id,
        "from_name": settings.name or move.agent,
        "from_address": composed.payload.get("from_address", case.account),
        "recipients": [composed.recipient],
        "cc": list(composed.payload.get("cc", ())),
        "subject": composed.payload.get("subject", ""),
        "text": text,
        "reply_text": text,
        "routed_at": move.now,
        "answers": newest_inbound(move.connection, case.id, upto=answer.seen),
        "idempotency_key": scoped(move.agent, REPLY, answer.idempotency_key) if answer.idempotency_key else None,
    }
    made = sa.insert(messages).values(values).returning(messages.c.id)
    message_id = int(move.connection.execute(made).scalar_one())
    write_attachments(
        move.connection, message_id, [file for file, _ in answer.files], [digest for _, digest in answer.files]
    )
    put_files(
        move.connection, message_id, STAFF_BOT, answer.remote_files, now=move.now, first_position=len(answer.files)
    )
    return message_id


def _medium(move: Move, case: sa.Row[Any]) -> str:
    newest = sa.select(messages.c.medium).where(
        messages.c.conversation_id == case.id, messages.c.direction == Direction.IN
    )
    found: str | None = move.connection.scalar(newest.order_by(messages.c.id.desc()).limit(1))
    if found in (None, "call", "voicemail", "mms"):
        return "sms" if found else "email"
    return found
