"""What somebody wrote, as a block of a page, with what a form says that cannot show all of it. Pure."""

from __future__ import annotations

from reports.evidence.page import Words
from reports.evidence.speaking import Speaker


def words_of(text: str, speaker: Speaker) -> Words:
    """The text exactly as it was written."""
    return Words(text=text, cut=speaker.say("cut"), turned=speaker.say("turned"))
