"""A notice as it stands on a phone: a few plain lines, the case's key first. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from babel.dates import format_date

from router.house import House
from router.moves.words import tell
from router.notices.turn import SPOKEN, Turn
from router.staff_bot.words import say, staff_language
from router.texts import phrase, reason_in_words, spoken_language
from ventanilla.clocks.due import spoken

EXCERPT = 400


def language_for(house: House, agent: str) -> str:
    """The language in which the staff's bot writes to somebody."""
    settings = house.config.agents.get(agent)
    return staff_language(settings.languages if settings else (), house.config.service.language)


def phone_payload(house: House, case: Any, turn: Turn, *, why: str, now: datetime) -> dict[str, Any]:
    """What an outbox row needs to show a turn to the case's owner, and to show it again when there is more."""
    language = language_for(house, case.owner)
    text = "\n\n".join("\n".join(part) for part in _parts(house, case, turn, language, why, now) if part)
    return {"text": text, "why": why}


def recordings(house: House, case: Any, turn: Turn) -> dict[str, Any]:
    """What an outbox row needs to carry what was spoken in a turn, and to say so while that is still being fetched."""
    language = language_for(house, case.owner)
    words = {code: say(language, code, key=case.key) for code in ("audio", "audio_later")}
    return {"audio_of": list(turn.spoken), **words}


def handed_over_text(house: House, case: Any, customer: str, *, reader: str, owner: str) -> str:
    """What takes a notice's place once somebody else answers for the case."""
    settings = house.config.agents.get(owner)
    name = settings.name if settings and settings.name else owner
    return f"{_title(case.key, customer)}\n{say(language_for(house, reader), 'taken_over', agent=name)}"


def answered_text(
    house: House, case: Any, customer: str, *, reader: str, by: str | None, at: datetime, now: datetime
) -> str:
    """What takes a notice's place once the customer has been answered: by whom (None: from the shared mailbox) and when."""
    language = language_for(house, reader)
    settings = house.config.agents.get(by) if by else None
    when = spoken(at, house.zone(), language, now=now)
    if by is None:
        return f"{_title(case.key, customer)}\n{say(language, 'answered_mailbox', when=when)}"
    name = settings.name if settings and settings.name else by
    return f"{_title(case.key, customer)}\n{say(language, 'answered_by', agent=name, when=when)}"


def ended_text(house: House, *, title: str, reader: str, by: str, at: datetime) -> str:
    """What takes a notice's place once its case is over; `title` is its first line."""
    language = language_for(house, reader)
    settings = house.config.agents.get(by)
    name = settings.name if settings and settings.name else by
    return f"{title}\n{say(language, 'ended_by', agent=name, when=spoken(at, house.zone(), language, now=at))}"


def _parts(house: House, case: Any, turn: Turn, language: str, why: str, now: datetime) -> Iterator[list[str]]:
    yield list(_head(house, case, turn, language, now))
    yield list(_what(house, turn, language))
    reason = reason_in_words(language, why)
    yield [f"({reason})"] if reason else []


def _head(house: House, case: Any, turn: Turn, language: str, now: datetime) -> Iterator[str]:
    customer = turn.newest.name if turn.newest else ""
    yield _title(case.key, customer)
    if case.subject and house.config.staff.notice_body != "none":
        yield case.subject
    since = spoken(turn.since, house.zone(), language, now=now)
    yield f"{case.channel} · {say(language, 'waits_since', since=since)}"
    if case.due_at:
        when = spoken(case.due_at, house.zone(), language, now=now)
        yield phrase(language, "due" if case.due_at > now else "overdue", when=when)
    if turn.opted_out_at:
        yield opted_out_note(house, turn, language)
    yield from beside_notes(house, turn, language)


def _what(house: House, turn: Turn, language: str) -> Iterator[str]:
    if turn.count > 1:
        yield say(language, "newest_of", count=str(turn.count))
    if turn.newest is None:
        return
    if house.config.staff.notice_body == "none":
        yield phrase(language, "hidden")
    else:
        lines = turn.newest.quoted(EXCERPT)
        nothing = say(language, "voicemail" if turn.newest.medium == SPOKEN else "no_text")
        yield lines or nothing


def opted_out_note(house: House, turn: Turn, language: str) -> str:
    """That no answer will reach this customer, who asked for none; nothing where they did not."""
    if turn.opted_out_at is None:
        return ""
    day = turn.opted_out_at.astimezone(house.zone())
    return phrase(language, "opted_out", day=format_date(day, "d MMM", locale=spoken_language(language)))


def beside_notes(house: House, turn: Turn, language: str) -> list[str]:
    """That somebody else has another case of this customer, and which of theirs that are over this one goes on from."""
    before = [tell(language, "follows", keys=", ".join(turn.before))] if turn.before else []
    named = [(key, house.config.agents.get(owner), owner) for key, owner in turn.beside]
    return before + [
        phrase(language, "beside", agent=settings.name if settings and settings.name else owner, key=key)
        for key, settings, owner in named
    ]


def _title(key: str, customer: str) -> str:
    return f"{key} · {customer}" if customer else key
