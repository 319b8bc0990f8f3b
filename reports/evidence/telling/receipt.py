"""The receipt that a customer got: its full text, when, to whom, what its provider said; or why there was none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from reports.evidence.gathering import Dossier
from reports.evidence.packed import Making
from reports.evidence.page import Block, Facts, Heading, Line, Table
from reports.evidence.speaking import Speaker
from reports.evidence.telling.verbatim import words_of
from ventanilla.words import EventKind, OutboxKind


def receipt_in_brief(dossier: Dossier, speaker: Speaker) -> Iterator[str]:
    """A line for each receipt, or one that says why there is none."""
    for letter in _receipts(dossier):
        when = speaker.spelled(letter.sent_at) if letter.sent_at else ""
        yield f"{speaker.word('delivery', letter.state)}{', ' + when if when else ''}"
    for event in _by_hand(dossier):
        yield speaker.say("receipt.by_hand", when=speaker.spelled(event.at), who=dossier.name_of(event.agent))
    if not _receipts(dossier) and not _by_hand(dossier):
        yield speaker.say("receipt.none")


def tell_receipts(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """Every receipt whole."""
    yield Heading(text=speaker.say("receipt"), anchor="receipt")
    for letter in _receipts(dossier):
        yield Facts(rows=[*_law(letter, dossier, speaker), *letter_facts(letter, making, speaker)])
        yield letter_stamps(letter, speaker)
        yield Line(text=speaker.say("receipt.text"), quiet=True)
        yield words_of(said_in(letter, dossier, speaker), speaker)
    for event in _by_hand(dossier):
        who, when = dossier.name_of(event.agent), speaker.spelled(event.at)
        yield Line(text=speaker.say("receipt.by_hand", when=when, who=who))
        note = next((one["text"] for one in dossier.document["notes"] if one["id"] == event.data.get("note")), "")
        if note and making.with_notes:
            yield words_of(note, speaker)
    if not _receipts(dossier) and not _by_hand(dossier):
        yield Line(text=speaker.say("receipt.none"))
    for event in dossier.of_kind(EventKind.ACKNOWLEDGEMENT_WITHHELD):
        reason = event.data.get("reason", "")
        yield Line(text=speaker.say("receipt.withheld", when=speaker.at(event.at), reason=reason), quiet=True)


def said_in(letter: sa.Row[Any], dossier: Dossier, speaker: Speaker) -> str:
    """The text of what went out; of an erased customer's there is none left."""
    text = str(letter.payload.get("text", ""))
    return text or speaker.say("erased.text" if dossier.erased_at is not None else "message.no_text")


def _law(letter: sa.Row[Any], dossier: Dossier, speaker: Speaker) -> Iterator[tuple[str, str]]:
    """Which law wanted this one, where one did."""
    told = [event for event in dossier.of_kind(EventKind.ACKNOWLEDGED) if event.outbox_id == letter.id]
    laws = dict.fromkeys(str(event.data["law"]) for event in told if event.data.get("law"))
    if laws:
        yield speaker.say("receipt.law"), ", ".join(laws)


def _by_hand(dossier: Dossier) -> list[sa.Row[Any]]:
    """Receipts that one of us gave on another durable medium and wrote down."""
    return [event for event in dossier.of_kind(EventKind.ACKNOWLEDGED) if event.data.get("by_hand")]


def letter_facts(letter: sa.Row[Any], making: Making, speaker: Speaker) -> Iterator[tuple[str, str]]:
    """To whom, when, and what its provider said of it."""
    payload = letter.payload
    yield speaker.say("letter.to"), str(letter.recipient)
    if payload.get("cc"):
        yield speaker.say("letter.cc"), ", ".join(payload["cc"])
    if payload.get("subject"):
        yield speaker.say("letter.subject"), str(payload["subject"])
    yield speaker.say("letter.via"), str(letter.via)
    reason = f" ({letter.reason})" if letter.reason else ""
    yield speaker.say("letter.state"), f"{speaker.word('delivery', letter.state)}{reason}"
    yield from _ids(letter, speaker)
    packed = making.contents.sent.get(letter.id)
    if packed is not None:
        yield speaker.say("letter.bytes"), f"{packed.name}\nSHA-256 {packed.sha256}\n{speaker.say('letter.rebuilt')}"


def letter_stamps(letter: sa.Row[Any], speaker: Speaker) -> Table:
    """When it was written, taken by its provider, and delivered, on our wall and in UTC."""
    told = (("written", letter.created_at), ("sent", letter.sent_at), ("delivered", letter.delivered_at))
    rows = [(speaker.say(f"letter.{name}"), speaker.at(at), speaker.utc(at)) for name, at in told if at is not None]
    return stamps_table(rows, speaker)


def stamps_table(rows: Sequence[tuple[str, str, str]], speaker: Speaker) -> Table:
    """What happened, when by our wall, when in UTC."""
    return Table(
        titles=[speaker.say("stamp"), speaker.say("stamp.local"), speaker.say("stamp.utc")], rows=rows, widths=(5, 3, 3)
    )


def _ids(letter: sa.Row[Any], speaker: Speaker) -> Iterator[tuple[str, str]]:
    if letter.message_id:
        yield "Message-ID", str(letter.message_id)
    ids = [one for one in (letter.external_id, *(letter.parts or ())) if one and one != letter.message_id]
    if ids:
        yield speaker.say("letter.id"), "\n".join(str(one) for one in dict.fromkeys(ids))


def _receipts(dossier: Dossier) -> list[sa.Row[Any]]:
    return [row for row in dossier.letters if row.kind == OutboxKind.ACKNOWLEDGEMENT]
