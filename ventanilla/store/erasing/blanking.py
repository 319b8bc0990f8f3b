"""Takes the words out of rows and leaves the rows: ids, times, states, owners, counts. Every function may be repeated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.blobs import blob_path
from ventanilla.store.tables import (
    attachments,
    awaited_refs,
    conversations,
    delivery_reports,
    inbox,
    legal_holds,
    message_refs,
    messages,
    notes,
    outbox,
    participants,
    remote_files,
    staff_texts,
)
from ventanilla.words import DeliveryState, OutboxKind

TO_CUSTOMER = (OutboxKind.REPLY, OutboxKind.AUTOMATIC, OutboxKind.ACKNOWLEDGEMENT)
ON_ITS_WAY = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)
_KEPT_WORDS = frozenset(("turn", "then", "medium", "account"))
"""What a letter's payload keeps, since the program asks for it later: a time, codes, and our own account."""
_NOTHING_SAID: dict[str, Any] = {
    **dict.fromkeys(("from_address", "from_name", "subject", "text", "reply_text"), ""),
    **{name: [] for name in ("recipients", "cc", "reply_to", "refs")},
    "external_id": None,
}


def blank_messages(connection: sa.Connection, ids: Sequence[int], *, blobs: Path, before: datetime) -> None:
    """Messages with their files and originals. Files on disk that nothing names any more go at once, before the commit: a crash
    leaves rows that name them, and the repeat finds those."""
    files = sa.select(attachments.c.sha256).where(attachments.c.message_id.in_(ids))
    named = set(connection.scalars(files))
    connection.execute(sa.delete(attachments).where(attachments.c.message_id.in_(ids)))
    connection.execute(sa.delete(remote_files).where(remote_files.c.message_id.in_(ids)))
    came_in = sa.select(messages.c.inbox_id).where(messages.c.id.in_(ids), messages.c.inbox_id.is_not(None))
    rows = list(connection.scalars(came_in))
    connection.execute(sa.update(messages).where(messages.c.id.in_(ids)).values(_NOTHING_SAID))
    named |= forget_originals(connection, rows)
    drop_blobs(connection, named, blobs=blobs, before=before)


def forget_originals(connection: sa.Connection, ids: Sequence[int]) -> set[str]:
    """Items of the ledger keep their key and identity, so that pulling again brings none back, and lose the rest; returns the
    blobs that they named."""
    named = sa.select(inbox.c.raw_blob).where(inbox.c.id.in_(ids), inbox.c.raw_blob.is_not(None))
    digests = set(connection.scalars(named))
    for row in connection.execute(
        sa.select(inbox.c.id, inbox.c.reason).where(inbox.c.id.in_(ids), inbox.c.reason.like("%:%"))
    ).all():
        word = str(row.reason).partition(":")[0]
        connection.execute(sa.update(inbox).where(inbox.c.id == row.id).values(reason=word))
    connection.execute(sa.update(inbox).where(inbox.c.id.in_(ids)).values(raw=None, raw_blob=None, note=None))
    connection.execute(sa.delete(awaited_refs).where(awaited_refs.c.inbox_id.in_(ids)))
    return digests


def drop_blobs(connection: sa.Connection, digests: Iterable[str], *, blobs: Path, before: datetime) -> int:
    """Delete those that no row names; return how many. One that somebody kept again since `before` stays: their row may be about
    to be committed."""
    wanted = sorted(digests)
    if not wanted:
        return 0
    still = sa.union(
        sa.select(inbox.c.raw_blob).where(inbox.c.raw_blob.in_(wanted)),
        sa.select(attachments.c.sha256).where(attachments.c.sha256.in_(wanted)),
    )
    used, dropped = set(connection.scalars(still)), 0
    for digest in wanted:
        path = blob_path(blobs, digest)
        if digest not in used and path.is_file() and path.stat().st_mtime <= before.timestamp():
            path.unlink()
            dropped += 1
    return dropped


def blank_case(connection: sa.Connection, case_id: int, *, values: Sequence[str]) -> set[str]:
    """What stands with a case beside its messages: subject, address, participants, notes, what our people typed, letters, ended
    holds' reasons. Returns blobs that may be no one's now. `values` are the customer's addresses."""
    connection.execute(sa.update(conversations).where(conversations.c.id == case_id).values(subject="", address=""))
    connection.execute(sa.delete(participants).where(participants.c.conversation_id == case_id))
    connection.execute(sa.delete(message_refs).where(message_refs.c.conversation_id == case_id))
    connection.execute(sa.update(notes).where(notes.c.conversation_id == case_id).values(text=""))
    over = (legal_holds.c.conversation_id == case_id) & (legal_holds.c.reason != "")
    connection.execute(sa.update(legal_holds).where(over).values(reason=""))
    typed = staff_texts.c.conversation_id == case_id
    rows = list(connection.scalars(sa.select(staff_texts.c.inbox_id).where(typed)))
    connection.execute(sa.update(staff_texts).where(typed).values(text="", files=[]))
    letters = connection.execute(sa.select(outbox).where(outbox.c.conversation_id == case_id)).all()
    blank_letters(connection, letters, values=values)
    return forget_originals(connection, rows) if rows else set()


def blank_letters(
    connection: sa.Connection, rows: Iterable[sa.Row[Any]], *, values: Sequence[str], words: Collection[str] = ()
) -> None:
    """What went out: nobody can tell any more to whom or what. Letters to our own people keep their recipient; one that has yet to
    go loses only the lines in which one of `words` stands. One to the customer does not go."""
    for row in rows:
        waits, theirs = row.state in ON_ITS_WAY, row.kind in TO_CUSTOMER or row.recipient in values
        payload = without_lines(row.payload, words) if waits and not theirs else without_words(row.payload)
        changed: dict[str, Any] = {"payload": payload}
        if waits and theirs:
            changed["state"] = DeliveryState.DROPPED
        if any(value in row.dedupe_key for value in values):
            changed["dedupe_key"] = f"erased:{row.id}"
        if theirs:
            reported = (delivery_reports.c.via == row.via) & (delivery_reports.c.external_id == row.external_id)
            connection.execute(sa.delete(delivery_reports).where(reported))
            copied = row.copied_at or row.sent_at
            changed |= {"recipient": "", "external_id": None, "parts": None, "reason": None, "copied_at": copied}
        connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(changed))


def without_words(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The same payload with every text, list and table in it empty, but for the few codes that the program asks for later."""
    return {name: value if name in _KEPT_WORDS else _emptied(value) for name, value in payload.items()}


def without_lines(value: Any, words: Collection[str]) -> Any:
    """The same payload without the lines, and items of lists, that hold one of the words."""
    if isinstance(value, str):
        return "\n".join(line for line in value.split("\n") if not any(word in line for word in words))
    if isinstance(value, Mapping):
        return {name: without_lines(one, words) for name, one in value.items()}
    if isinstance(value, list):
        left = (without_lines(one, words) for one in value)
        return [new for new, old in zip(left, value, strict=True) if new or not old]
    return value


def strike_out(connection: sa.Connection, case_ids: Sequence[int], values: Sequence[str]) -> None:
    """In other people's cases the customer is no longer among those who took part, nor among whom a message went to."""
    connection.execute(sa.delete(participants).where(participants.c.value.in_(values)))
    names = ("recipients", "cc", "reply_to")
    columns = [messages.c[name] for name in names]
    for row in connection.execute(
        sa.select(messages.c.id, *columns).where(messages.c.conversation_id.in_(case_ids))
    ).all():
        left = {name: [one for one in getattr(row, name) or [] if one not in values] for name in names}
        if any(left[name] != (getattr(row, name) or []) for name in names):
            connection.execute(sa.update(messages).where(messages.c.id == row.id).values(left))


def _emptied(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, int | float):
        return value
    return type(value)() if isinstance(value, str | list | dict) else None
