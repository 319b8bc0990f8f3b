"""A case's whole history in one order: messages both ways, automatic texts, notes, and what happened as small lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.pages.case.lines import Line, Teller
from desk.pages.case.rows import File, Progress
from desk.pages.case.texts import Shown, shown
from ventanilla.words import DeliveryState, Direction

MOST = 300
"""Entries on a page that nobody asked all of: the newest."""
_NOT_OUT = (DeliveryState.PENDING, DeliveryState.HELD)
HELD_FOR_PROOF = "dmarc: "
_ANSWERED = re.compile(r"^(\s*(re|rv|fw|fwd|r|aw)\s*:)+", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in the stream. `sort` is `in`, `out`, `call`, `automatic`, `note` or `line`; `about` its document (None for a
    line), `line` the line (None for the rest)."""

    sort: str
    at: datetime
    id: str
    about: Mapping[str, Any] | None = None
    line: Line | None = None
    text: Shown | None = None
    versions: tuple[tuple[datetime | None, Shown], ...] = ()
    files: tuple[File, ...] = ()
    progress: Progress | None = None
    has_html: bool = False
    subject: str = ""  # of a message that speaks of something else than the case does

    @property
    def can_be_taken_back(self) -> bool:
        """Whether it has not gone out yet. Who may take it back is another matter."""
        return self.progress is not None and self.about is not None and self.about["delivery"] in _NOT_OUT

    @property
    def waits_for_proof(self) -> bool:
        """Whether it came by mail in one of our names, and that person has not said yet that they wrote it."""
        about = self.about or {}
        return about.get("delivery") == DeliveryState.HELD and str(about.get("delivery_reason")).startswith(
            HELD_FOR_PROOF
        )


def stream_of(case: Mapping[str, Any], teller: Teller) -> list[Entry]:
    """Everything, oldest first. `case` is the document of desk/pages/case/reading.py."""
    entries = [_message(each, case) for each in case["messages"]]
    entries += [_note(each) for each in case["notes"]]
    entries += [_automatic(each) for each in case["automatic"]]
    lines = (teller.line(event) for event in case["events"])
    entries += [Entry(sort="line", at=line.at, id=f"l-{line.id}", line=line) for line in lines if line is not None]
    return sorted(entries, key=lambda entry: (entry.at, entry.sort == "line"))


def _message(message: Mapping[str, Any], case: Mapping[str, Any]) -> Entry:
    number = message["id"]
    moment = message["received_at"] or message["replied_at"] or message["sent_at"] or message["routed_at"]
    sort = "in" if message["direction"] == Direction.IN else "call" if message["outcome"] else "out"
    return Entry(
        sort=sort,
        at=moment,
        id=f"m-{number}",
        about=message,
        text=shown(message["text"], message["reply_text"]),
        versions=tuple(
            (each["sent_at"] or each["received_at"], shown(each["text"], each["reply_text"]))
            for each in message["versions"]
        ),
        files=tuple(case["files"].get(number, ())),
        progress=case["progress"].get(number),
        has_html=number in case["html"],
        subject=message["subject"] if sort == "in" and _bare(message["subject"]) != _bare(case["subject"]) else "",
    )


def _bare(subject: str) -> str:
    return _ANSWERED.sub("", subject).strip().casefold()


def _note(note: Mapping[str, Any]) -> Entry:
    return Entry(sort="note", at=note["created_at"], id=f"n-{note['id']}", about=note, text=shown(note["text"], ""))


def _automatic(letter: Mapping[str, Any]) -> Entry:
    return Entry(
        sort="automatic", at=letter["at"], id=f"a-{letter['id']}", about=letter, text=shown(letter["text"], "")
    )
