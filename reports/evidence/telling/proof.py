"""How a reader can check the page: whose clock each time is, what is in the ZIP, the chain of hashes, and its limits."""

from __future__ import annotations

from collections.abc import Iterator

from reports.evidence.gathering import Dossier
from reports.evidence.packed import Making, Packed
from reports.evidence.page import Block, Facts, Heading, Line, Table
from reports.evidence.speaking import Speaker

_STAMPS = {
    "sent_at": ("stamp.sent_at",),
    "received_at": ("stamp.received_at",),
    "pulled_at": ("stamp.pulled_at",),
    "routed_at": ("stamp.routed_at",),
    "written": ("letter.written",),
    "replied_at": ("letter.sent", "stamp.replied_at"),
    "delivered_at": ("letter.delivered",),
    "resolved_at": ("stamp.resolved_at",),
}
"""What is told of each, and under which names it stands in the tables above."""


def tell_stamps(speaker: Speaker) -> Iterator[Block]:
    """Which clock each time was read from."""
    yield Heading(text=speaker.say("stamps"), anchor="stamps")
    rows = [
        (" / ".join(speaker.say(name) for name in names), speaker.say(f"stamps.{code}"))
        for code, names in _STAMPS.items()
    ]
    yield Table(titles=[speaker.say("stamp"), speaker.say("stamps.whose")], rows=rows, widths=(3, 8))
    yield Line(text=speaker.say("stamps.local", zone=speaker.zone.key), quiet=True)


def tell_proof(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """The originals with their hashes, the chain, the versions that things were decided under."""
    yield Heading(text=speaker.say("proof"), anchor="proof")
    yield Line(text=speaker.say("proof.how"))
    yield Line(text=speaker.say("proof.limits"))
    packed = making.contents.all()
    if packed:
        titles = [speaker.say(f"proof.{name}") for name in ("file", "what", "sha256")]
        rows = [_row(one, speaker) for one in packed]
        yield Table(titles=titles, rows=rows, widths=(4.7, 3, 5))
    yield Facts(rows=list(_facts(dossier, making, speaker)))
    if dossier.versions:
        rows = [(str(row.id), speaker.both(row.applied_at), row.sha256) for row in dossier.versions]
        titles = [speaker.say(f"proof.{name}") for name in ("version", "applied", "sha256")]
        yield Line(text=speaker.say("proof.versions"), quiet=True)
        yield Table(titles=titles, rows=[tuple(row) for row in rows], widths=(1.5, 3, 7))


def _row(one: Packed, speaker: Speaker) -> tuple[str, ...]:
    what = f"{speaker.word('original', one.what)}\n{speaker.size(one.size)}"
    if one.trouble:
        what = f"{what}\n{speaker.word('trouble', one.trouble)}"
    return one.name or speaker.say("none"), what, one.sha256 or speaker.say("none")


def _facts(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[tuple[str, str]]:
    sealed = sum(event.number is not None for event in dossier.events)
    yield speaker.say("proof.events"), speaker.say("proof.sealed", count=len(dossier.events), sealed=sealed)
    if dossier.head is not None:
        yield speaker.say("proof.head"), f"{dossier.head.number}\n{dossier.head.hash}"
    yield speaker.say("proof.installation"), making.house.installation.instance
    yield speaker.say("proof.program"), f"Ventanilla {making.version}"
