"""Asking a customer for what is missing: the question goes out, and where a law says so they get time and the term runs anew.

Art. 13.3 of Ley 10/2025: at least ten working days to complete a claim; the term for the answer runs from then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date

from config.packs import Pack
from router.automatic.sayings import say_to_customer
from router.moves.base import Move, find_case, require_open
from router.moves.refusals import Refused
from router.moves.reply import Answer, Written, write_reply
from router.promises.incomplete import INCOMPLETE
from router.promises.law import end_of
from router.promises.lawful import law_of
from router.texts import date_format, spoken_language
from router.texts.receipts import receipt_words
from ventanilla.clocks.calendar import Calendar
from ventanilla.words import EventKind

SAYING = "needs_information"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """The question as it goes out, and the last day that its customer has; None where no law names one."""

    written: Written
    last_day: date | None
    until: datetime | None


def needs_information(move: Move, key: str, text: str, *, idempotency_key: str | None = None) -> AskedFor:
    """Ask the customer of an open case for what is missing, in the house's words for that. Where a law sets a time to complete it,
    they are told its last day, the case does not end against them before that, and the law's term counts from when they have
    sent it; until they do it stands as it was. The same idempotency key asks once. Raises Refused."""
    case = find_case(move, key)
    require_open(move, case)
    if not text.strip():
        raise Refused("no_text")
    law = law_of(move.house, case)
    last_day, until = _last_day(move, case, law)
    said = "\n\n".join(filter(None, (text.strip(), _told(case, last_day))))
    whole = say_to_customer(move.house, case, SAYING, now=move.now, in_chat=case.conversational, text=said)[1]
    written = write_reply(move, case, Answer(text=whole, idempotency_key=idempotency_key))
    if law is not None and until is not None and not written.repeated:
        moment = until.isoformat()
        data = {"field": INCOMPLETE, "from": None, "to": moment, "complete_by": moment, "law": law.name}
        letter = written.outbox_id
        move.journal.add(EventKind.CASE_CHANGED, conversation_id=case.id, agent=move.agent, outbox_id=letter, data=data)
    return AskedFor(written=written, last_day=last_day, until=until)


def _last_day(move: Move, case: sa.Row[Any], law: Pack | None) -> tuple[date | None, datetime | None]:
    days = law.days_to_complete() if law is not None else None
    if days is None:
        return None, None
    settings = move.house.promise_of(case).settings
    named = settings.calendar if settings is not None else None
    calendar = move.house.calendar(named) if named else Calendar.always(move.house.config.service.timezone)
    day = calendar.add_working_days(calendar.local_date(move.now), days)
    return day, end_of(day, calendar)


def _told(case: sa.Row[Any], last_day: date | None) -> str:
    if last_day is None:
        return ""
    language = spoken_language(case.language)
    return receipt_words(language, "complete", day=format_date(last_day, date_format(language), locale=language))
