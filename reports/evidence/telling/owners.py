"""Who was responsible for a case: from when to when, why, by whose decision, and when they were told and accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from reports.evidence.gathering import Dossier
from reports.evidence.page import Block, Heading, Line, Table
from reports.evidence.speaking import Speaker
from router.texts import reason_in_words


def tell_owners(dossier: Dossier, speaker: Speaker) -> Iterator[Block]:
    """A row for each spell."""
    yield Heading(text=speaker.say("owners"), anchor="owners")
    yield Line(text=speaker.say("owners.rule"), quiet=True)
    names = ("who", "from", "to", "why")
    rows = [_row(row, dossier, speaker) for row in dossier.owners]
    yield Table(titles=[speaker.say(f"owners.{name}") for name in names], rows=rows, widths=(2.6, 3, 3, 4))


def who_did(actor: str, dossier: Dossier, speaker: Speaker) -> str:
    """One of us by name, or which part of the program."""
    return dossier.name_of(actor) if actor in dossier.names else speaker.word("actor", actor)


def _row(row: sa.Row[Any], dossier: Dossier, speaker: Speaker) -> tuple[str, ...]:
    who = dossier.name_of(row.agent)
    if len(dossier.family) > 1:
        who = f"{who}\n{dossier.family[row.conversation_id]}"
    until = speaker.both(row.released_at) if row.released_at else speaker.say("owners.still")
    return who, speaker.both(row.assigned_at), until, "\n".join(_why(row, dossier, speaker))


def _why(row: sa.Row[Any], dossier: Dossier, speaker: Speaker) -> Iterator[str]:
    yield f"{reason_in_words(speaker.language, row.reason)} ({speaker.say('owners.by', who=who_did(row.actor, dossier, speaker))})"
    if row.notified_at:
        yield speaker.say("owners.told", when=speaker.at(row.notified_at))
    if row.accepted_at:
        yield speaker.say("owners.accepted", when=speaker.at(row.accepted_at))
    if row.release_reason:
        yield speaker.say("owners.released", why=speaker.word("release", row.release_reason))
