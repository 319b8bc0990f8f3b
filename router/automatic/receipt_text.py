"""What a receipt by law says: key, content, date and hour, the last day for an answer, how to follow the case. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_time

from router.automatic.sayings import facts, filled, own_text
from router.house import House
from router.replies.tokens import token_in
from router.texts import date_format, spoken_language
from router.texts.receipts import receipt_words
from ventanilla.clocks.due import spoken
from ventanilla.measures.terms import Deadline

MOST = {"email": 20_000, "telegram": 2_500, "whatsapp": 900, "sms": 700}
"""How much of what was received a receipt repeats, by its way: no way takes everything."""
_PHONES = ("sms", "mms", "whatsapp", "call", "voicemail")


def receipt_mail(
    house: House, case: Any, heard: Any, *, due: Sequence[Deadline], files: int, now: datetime
) -> tuple[str, str]:
    """Subject and text of a receipt by mail. The house's own words for a receipt, where it has some, stand before it."""
    language = spoken_language(case.language)
    values = facts(house, case, name=heard.from_name.strip(), now=now)
    own = own_text(house, case.channel, case.language, "acknowledgement")
    opening = filled(own.body, values).strip() if own is not None else values["greeting"]
    parts = [opening, _whole(house, case, heard, language, due=due, files=files, now=now)]
    parts += [values["house"]] if own is None else []
    subject = _say(language, "subject", case)
    return " ".join(subject.split()), "\n\n".join([*parts, receipt_words(language, "automatic")]) + "\n"


def receipt_chat(house: House, case: Any, heard: Any, *, due: Sequence[Deadline], files: int, now: datetime) -> str:
    """The same for a chat or a phone, where there is no subject."""
    language = spoken_language(case.language)
    return f"{_whole(house, case, heard, language, due=due, files=files, now=now)}\n\n{house.config.service.name}"


def _whole(
    house: House, case: Any, heard: Any, language: str, *, due: Sequence[Deadline], files: int, now: datetime
) -> str:
    local = heard.received_at.astimezone(house.zone())
    date, time = (
        format_date(local, date_format(language), locale=language),
        format_time(local, "HH:mm", locale=language),
    )
    lines = [
        receipt_words(language, "key", key=case.key),
        receipt_words(language, "received", date=date, time=time, zone=zone_in_words(local)),
        *_by_when(house, due, language, now),
    ]
    way = "mail" if not case.conversational else "phone" if heard.medium in _PHONES else "chat"
    content = "\n".join([receipt_words(language, "content"), quoted(heard, language, files=files)])
    return "\n\n".join(
        [_say(language, "opening", case), "\n".join(lines), receipt_words(language, f"follow_{way}"), content]
    )


def _by_when(house: House, found: Sequence[Deadline], language: str, now: datetime) -> list[str]:
    """The day of the answer; of what the law wants within hours, the moment."""
    from router.promises.law import until_first_answer

    told = []
    for one in found:
        if until_first_answer(one.name):
            told.append(receipt_words(language, "by", when=spoken(one.due_at, house.zone(), language, now=now)))
        else:
            told.append(receipt_words(language, "last_day", day=day_in_words(one, language)))
    return list(dict.fromkeys(told))


def day_in_words(deadline: Deadline, language: str) -> str:
    """The last day of a deadline, written out."""
    return format_date(deadline.due_on, date_format(language), locale=spoken_language(language))


def zone_in_words(local: datetime) -> str:
    """Which clock a time is of: "CET, UTC+01:00"; zones without a name of their own by their offset alone."""
    offset = local.strftime("%z")
    plain = f"UTC{offset[:3]}:{offset[3:5]}"
    name = local.tzname() or ""
    return f"{name}, {plain}" if name.isalpha() and name != "UTC" else plain


def quoted(heard: Any, language: str, *, files: int) -> str:
    """What came in, in its own words, a `>` before each line; cut where its way takes no more, and said to be."""
    text = (heard.reply_text or heard.text or "").strip()
    most = MOST.get(heard.medium, MOST["sms"])
    if text and token_in(text):  # an address of ours that nobody outside may see
        text = ""
    cut = text if len(text) <= most else f"{text[:most].rsplit(maxsplit=1)[0]} …"
    lines = [f"> {heard.subject.strip()}"] if heard.subject.strip() else []
    lines += [f"> {line}".rstrip() for line in (cut or receipt_words(language, "no_text")).splitlines()]
    lines += [receipt_words(language, "cut")] if cut != text else []
    return "\n".join([*lines, *([receipt_words(language, "files", count=str(files))] if files else [])])


def _say(language: str, code: str, case: Any) -> str:
    return receipt_words(language, code, what=receipt_words(language, case.kind), key=case.key)
