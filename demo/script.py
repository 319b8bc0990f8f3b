"""What happens in the town and in which order: a fixed opening with one of everything, then chance. Pure; seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from enum import StrEnum


class Scene(StrEnum):
    """One mail that somebody writes."""

    QUESTION = "question"
    PHOTO = "photo"
    INVOICE = "invoice"
    HTML = "html"
    MORE = "more"  # the same person again, in the thread, before anybody answered
    ANOTHER = "another"  # the same person about something else
    QUOTED = "quoted"  # an answer to our receipt, with the receipt quoted
    WEB_FORM = "web_form"
    NEWSLETTER = "newsletter"
    OUT_OF_OFFICE = "out_of_office"
    WRONG_ADDRESS = "wrong_address"  # a question from an address that cannot be written to
    BOUNCE = "bounce"  # our receipt to that address comes back
    COMPLAINT = "complaint"  # which the law wants a receipt for, and an answer in time
    SPAM = "spam"
    BROKEN = "broken"
    FORWARD = "forward"
    COPY = "copy"  # somebody in the shop copies a mail within the mailbox


OPENING = (
    Scene.QUESTION,
    Scene.PHOTO,
    Scene.COMPLAINT,
    Scene.NEWSLETTER,
    Scene.MORE,
    Scene.WRONG_ADDRESS,
    Scene.WEB_FORM,
    Scene.HTML,
    Scene.OUT_OF_OFFICE,
    Scene.INVOICE,
    Scene.BOUNCE,
    Scene.FORWARD,
    Scene.SPAM,
    Scene.ANOTHER,
    Scene.QUESTION,
    Scene.QUOTED,
    Scene.BROKEN,
    Scene.QUESTION,
    Scene.COPY,
    Scene.QUESTION,
    Scene.MORE,
    Scene.QUESTION,
    Scene.HTML,
    Scene.QUESTION,
    Scene.QUOTED,
    Scene.QUESTION,
)

# How often each comes after the opening. Later there are few new cases: nobody in this town answers them yet.
_BUSY = {
    Scene.QUESTION: 44,
    Scene.MORE: 22,
    Scene.ANOTHER: 6,
    Scene.QUOTED: 8,
    Scene.HTML: 6,
    Scene.WEB_FORM: 5,
    Scene.PHOTO: 4,
    Scene.INVOICE: 3,
    Scene.FORWARD: 2,
    Scene.COMPLAINT: 1,
    Scene.NEWSLETTER: 2,
    Scene.SPAM: 2,
    Scene.OUT_OF_OFFICE: 2,
    Scene.COPY: 1,
}
_CALM = {
    Scene.MORE: 46,
    Scene.QUOTED: 20,
    Scene.QUESTION: 4,
    Scene.ANOTHER: 2,
    Scene.HTML: 1,
    Scene.WEB_FORM: 1,
    Scene.PHOTO: 1,
    Scene.INVOICE: 1,
    Scene.FORWARD: 1,
    Scene.NEWSLETTER: 2,
    Scene.SPAM: 2,
    Scene.OUT_OF_OFFICE: 2,
    Scene.COPY: 1,
}
_CALM_AFTER = 30

SHORTEST, LONGEST, USUAL = 1.0, 4.0, 1.6
"""Seconds between two mails in a busy hour."""
_BUSY_FOR = 90.0
_SLOWEST = 10.0


def scenes(rng: random.Random) -> Iterator[Scene]:
    """Without end: the opening, then chance."""
    yield from OPENING
    written = len(OPENING)
    while True:
        odds = _BUSY if written < _CALM_AFTER else _CALM
        yield rng.choices(list(odds), weights=list(odds.values()))[0]
        written += 1


def pause(rng: random.Random, *, elapsed: float) -> float:
    """Seconds until the next mail: 1 to 4 in the first minute and a half, then a calmer town (never over 10 on average)."""
    drawn = rng.triangular(SHORTEST, LONGEST, USUAL)
    slower = min(1 + max(0.0, elapsed - _BUSY_FOR) / 60, _SLOWEST / USUAL)
    return drawn * slower
