"""The whole page of a case's evidence in one language, section by section. Pure: what the record has is read elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from reports.evidence.gathering import Dossier
from reports.evidence.packed import Making
from reports.evidence.page import Block, Line, Page
from reports.evidence.speaking import Speaker
from reports.evidence.telling.brief import tell_brief, tell_case
from reports.evidence.telling.clocks import tell_clocks
from reports.evidence.telling.endings import tell_changes, tell_endings
from reports.evidence.telling.law import tell_law
from reports.evidence.telling.messages import tell_messages
from reports.evidence.telling.owners import tell_owners
from reports.evidence.telling.proof import tell_proof, tell_stamps
from reports.evidence.telling.receipt import tell_receipts


def page_of(dossier: Dossier, making: Making, language: str) -> Page:
    """The page in `language` (es, en)."""
    speaker = Speaker(language=language, zone=making.house.zone())
    house = making.house.config.service.name
    return Page(
        language=language,
        title=speaker.say("title", key=dossier.key),
        subtitle=speaker.say("subtitle", house=house, when=speaker.spelled(making.made_at)),
        key=dossier.key,
        house=house,
        sheet=speaker.say("sheet", when=speaker.at(making.made_at), version=making.version),
        blocks=list(_blocks(dossier, making, speaker)),
    )


def _blocks(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    yield Line(text=speaker.say("scope", house=making.house.config.service.name))
    yield Line(text=speaker.say("with_notes" if making.with_notes else "without_notes"), quiet=True)
    if dossier.asked != dossier.key:
        yield Line(text=speaker.say("asked_for", asked=dossier.asked, key=dossier.key), strong=True)
    if dossier.erased_at is not None:
        yield Line(text=speaker.say("erased", when=speaker.at(dossier.erased_at)), strong=True)
    yield from tell_brief(dossier, making, speaker)
    yield from tell_case(dossier, making, speaker)
    yield from tell_changes(dossier, making, speaker)
    yield from tell_receipts(dossier, making, speaker)
    yield from tell_law(dossier, making, speaker)
    yield from tell_messages(dossier, making, speaker)
    yield from tell_endings(dossier, making, speaker)
    yield from tell_owners(dossier, speaker)
    yield from tell_clocks(dossier, making, speaker)
    yield from tell_stamps(speaker)
    yield from tell_proof(dossier, making, speaker)
