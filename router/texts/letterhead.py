"""What all languages' words have in common: letters with names to fill in, and which letters and phrases there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """A subject and a body with `{names}` to be filled in."""

    subject: str
    body: str

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Subject on one line, body with empty paragraphs dropped."""
        subject = " ".join(self.subject.format_map(values).split())
        paragraphs = self.body.format_map(values).split("\n\n")
        return subject, "\n\n".join(part.strip("\n") for part in paragraphs if part.strip()) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that is said in one language. `announcements` stand between greeting and house name in a mail, alone in
    a chat. `date` is how babel writes a whole date in running text."""

    acknowledgement: Letterhead
    notice: Letterhead
    digest: Letterhead
    screened_digest: Letterhead
    alert: Letterhead
    phrases: Mapping[str, str]
    reasons: Mapping[str, str]
    announcements: Mapping[str, str]
    date: str = "long"
