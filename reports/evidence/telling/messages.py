"""Everything that was said in a case, in order: what came in, what went out, and what our people noted, each with its times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reports.evidence.gathering import Dossier, is_remark
from reports.evidence.packed import Making
from reports.evidence.page import Block, Facts, Heading, Line, Table
from reports.evidence.speaking import Speaker
from reports.evidence.telling.receipt import letter_facts, letter_stamps, said_in, stamps_table
from reports.evidence.telling.verbatim import words_of
from ventanilla.words import OutboxKind

_Doc = Mapping[str, Any]


def tell_messages(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """One part for each, numbered."""
    yield Heading(text=speaker.say("messages"), anchor="messages")
    yield Line(text=speaker.say("messages.order"), quiet=True)
    for number, (_, entry) in enumerate(_entries(dossier, making), start=1):
        if isinstance(entry, sa.Row):
            yield from _automatic(number, entry, dossier, making, speaker)
        elif "direction" not in entry:
            yield from _note(number, entry, dossier, speaker)
        else:
            yield from _message(number, entry, dossier, making, speaker)


def _entries(dossier: Dossier, making: Making) -> list[tuple[datetime, Any]]:
    """Messages, what went out by itself, and notes, by the time that counts for each."""
    shown = {row.outbox_id for row in dossier.message_rows}
    found: list[tuple[datetime, Any]] = [(_when(message), message) for message in dossier.document["messages"]]
    found += [(row.sent_at or row.created_at, row) for row in dossier.letters if row.id not in shown]
    if making.with_notes:
        found += [(note["created_at"], note) for note in dossier.document["notes"]]
    return sorted(found, key=lambda one: one[0])


def _when(message: _Doc) -> datetime:
    found: datetime = message["received_at"] or message["replied_at"] or message["sent_at"] or message["routed_at"]
    return found


def _message(number: int, message: _Doc, dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    inward = message["direction"] == "in"
    who = message["from_name"] or message["from_address"] if inward else _author(message, dossier, speaker)
    code = "message.in" if inward else "message.automatic" if message["automatic"] else "message.out"
    yield Heading(text=f"{number}. {speaker.say(code, who=who)} · {speaker.at(_when(message))}", level=2)
    yield Facts(rows=list(_facts(message, dossier, making, speaker)))
    yield from _stamps(message, dossier, speaker)
    text = message["text"] if inward else message["reply_text"] or message["text"]
    if is_remark(message) and not making.with_notes:
        text = ""
    nothing = speaker.say("erased.text" if dossier.erased_at is not None else "message.no_text")
    yield words_of(text or nothing, speaker)
    yield from _files(message, making, speaker)
    yield from _versions(message, making, speaker)


def _facts(message: _Doc, dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[tuple[str, str]]:
    letter = _letter(message, dossier)
    yield speaker.say("message.medium"), speaker.word("medium", message["medium"])
    if message["from_address"]:
        name = f"{message['from_name']} " if message["from_name"] else ""
        yield speaker.say("message.from"), f"{name}<{message['from_address']}>"
    if message["direction"] == "in" or letter is None:
        yield from _addressed(message, speaker)
    if message["direction"] == "in" and message["external_id"]:
        yield speaker.say("message.id"), message["external_id"]
    if message["outcome"]:
        yield speaker.say("message.outcome"), speaker.word("outcome", message["outcome"])
    if message["thanks"]:
        yield speaker.say("message.thanks"), speaker.say("message.thanks_said")
    if len(dossier.family) > 1:
        yield speaker.say("message.case"), message["case"]
    if letter is not None:
        yield from letter_facts(letter, making, speaker)
    raw = making.contents.raw.get(message["raw"]["inbox_id"]) if message["raw"] else None
    if raw is not None:
        yield speaker.say("message.original"), _packed(raw.name, raw.sha256, raw.trouble, speaker)


def _letter(message: _Doc, dossier: Dossier) -> sa.Row[Any] | None:
    row = next(row for row in dossier.message_rows if row.id == message["id"])
    return dossier.letter(row.outbox_id)


def _addressed(message: _Doc, speaker: Speaker) -> Iterator[tuple[str, str]]:
    for code in ("to", "cc"):
        if message[code]:
            yield speaker.say(f"letter.{code}"), ", ".join(message[code])
    if message["subject"]:
        yield speaker.say("letter.subject"), message["subject"]


def _stamps(message: _Doc, dossier: Dossier, speaker: Speaker) -> Iterator[Block]:
    """Each time that is kept of it, on our wall and in UTC."""
    letter = _letter(message, dossier)
    if letter is not None:
        yield letter_stamps(letter, speaker)
        return
    inward = message["direction"] == "in"
    names = ("sent_at", "received_at", "pulled_at", "routed_at") if inward else ("replied_at", "delivered_at")
    rows = [
        (speaker.say(f"stamp.{name}"), speaker.at(message[name]), speaker.utc(message[name]))
        for name in names
        if message[name] is not None
    ]
    if not rows:
        yield Line(text=speaker.say("stamp.none"), quiet=True)
        return
    yield stamps_table(rows, speaker)


def _files(message: _Doc, making: Making, speaker: Speaker) -> Iterator[Block]:
    files = message["attachments"]
    if not files:
        return
    rows = [
        (f"{file['filename']}\n{file['content_type']}, {speaker.size(file['size'])}", _where(file, making, speaker))
        for file in files
    ]
    yield Table(titles=[speaker.say("file"), speaker.say("file.where")], rows=rows, widths=(3.4, 7))


def _where(file: _Doc, making: Making, speaker: Speaker) -> str:
    packed = making.contents.files.get(file["sha256"] or "")
    if packed is not None:
        return _packed(packed.name, file["sha256"], packed.trouble, speaker)
    why = f": {file['reason']}" if file["reason"] else ""
    return f"{speaker.word('file.state', file['state'])}{why}"


def _packed(name: str, sha256: str, trouble: str, speaker: Speaker) -> str:
    lines = [name, f"SHA-256 {sha256}" if sha256 else "", speaker.word("trouble", trouble) if trouble else ""]
    return "\n".join(line for line in lines if line)


def _versions(message: _Doc, making: Making, speaker: Speaker) -> Iterator[Block]:
    """What its author wrote before they changed it."""
    if message["edited_at"] is not None:
        yield Line(text=speaker.say("version.edited", when=speaker.at(message["edited_at"])), quiet=True)
    for version in message["versions"]:
        when = version["sent_at"] or version["received_at"]
        raw = making.contents.raw.get(version["raw"]["inbox_id"]) if version["raw"] else None
        where = f" ({raw.name})" if raw is not None and raw.name else ""
        yield Line(text=speaker.say("version.before", when=speaker.at(when)) + where, quiet=True)
        yield words_of(version["text"], speaker)


def _automatic(number: int, letter: sa.Row[Any], dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """What went out by itself; a receipt's words stand in its own section."""
    receipt = letter.kind == OutboxKind.ACKNOWLEDGEMENT
    what = speaker.say("message.receipt" if receipt else "message.automatic")
    yield Heading(text=f"{number}. {what} · {speaker.at(letter.sent_at or letter.created_at)}", level=2)
    if receipt:
        yield Line(text=speaker.say("message.receipt_above", state=speaker.word("delivery", letter.state)))
        return
    yield Facts(rows=list(letter_facts(letter, making, speaker)))
    yield letter_stamps(letter, speaker)
    yield words_of(said_in(letter, dossier, speaker), speaker)


def _note(number: int, note: _Doc, dossier: Dossier, speaker: Speaker) -> Iterator[Block]:
    who = dossier.name_of(note["agent"])
    yield Heading(text=f"{number}. {speaker.say('note', who=who)} · {speaker.at(note['created_at'])}", level=2)
    yield Line(text=speaker.say("note.internal", utc=speaker.utc(note["created_at"])), quiet=True)
    yield words_of(note["text"], speaker)


def _author(message: _Doc, dossier: Dossier, speaker: Speaker) -> str:
    who = dossier.name_of(message["author"]) or speaker.say("message.mailbox")
    side = f", {speaker.word('side', message['side'])}" if message["side"] else ""
    return f"{who}{side}"
