"""One happening as a line: for the screen in columns, for a pipe as a sentence."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import PurePath

from rich.text import Text

from demo.cells import Cell, clean, line
from demo.snapshot import MESSAGES, Happening, What
from demo.words import Words
from router.texts import reason_in_words

WIDE = 110
_STYLES = {
    What.NEW_CASE: "bold green",
    What.CONTINUED: "green",
    What.SCREENED: "yellow",
    What.DUPLICATE: "yellow",
    What.QUARANTINED: "bold red",
    What.HANDED_ON: "cyan",
    What.WARNED: "yellow",
    What.LATE: "bold red",
    What.EDITED: "green",
    What.ANSWERED: "bold blue",
    What.SUGGESTED: "cyan",
    What.CAME: "magenta",
    What.LINKED: "magenta",
    What.LEFT: "magenta",
}
_FAINT = (What.SCREENED, What.DUPLICATE)
_OF_PEOPLE = (What.CAME, What.LEFT, What.LINKED, What.SUGGESTED)
_MARKS = {
    "email": "@",
    "telegram": "tg",
    "sms": "sms",
    "mms": "mms",
    "whatsapp": "wa",
    "call": "tel",
    "voicemail": "tel",
}
_BY_PHONE = ("sms", "mms", "whatsapp", "call", "voicemail")
MARK = 3
MEDIUM = 8
"""How wide the sign of a medium is, and its word."""


def why(happening: Happening, words: Words, *, short: bool) -> str:
    """Why it went where it went, in words."""
    code = happening.reason
    if happening.what is What.ANSWERED:
        return words("short:answered" if short else "answered", seconds=happening.before)
    if happening.what is What.SCREENED:
        return words("short:screened" if short else "screened", what=words(code))
    if happening.what in (What.CONTINUED, What.WARNED, What.LATE, What.EDITED, What.DUPLICATE, What.QUARANTINED):
        code = happening.what.value
        return words(f"short:{code}" if short else code)
    if short:
        told = words(f"short:{code}", before=happening.before)
        return told.removeprefix("short:")
    if happening.what is What.HANDED_ON and code in ("owner_off_duty", "duty_present"):
        return words("handed_on", before=happening.before)
    return reason_in_words(words.language, code)


def on_screen(happening: Happening, width: int, words: Words, zone: tzinfo) -> Text:
    """The happening in exactly `width` columns."""
    style, time = _STYLES[happening.what], f"{happening.at.astimezone(zone):%H:%M:%S}"
    wide = width >= WIDE
    who_width, owner_width, why_width = (18, 10, 43) if wide else (14, 8, 15)
    medium_width = MEDIUM if wide else MARK
    if happening.what in _OF_PEOPLE:
        start = [Cell(time, 8, "dim"), Cell("", medium_width)]
        rest = width - 8 - medium_width - who_width - 3
        return line([*start, Cell(happening.who, who_width, style), Cell(_of_people(happening, words), rest, style)])
    taken = 8 + medium_width + who_width + owner_width + why_width + 5
    faint = "dim" if happening.what in _FAINT else ""
    owner = _owner(happening, words)
    return line(
        [
            Cell(time, 8, "dim"),
            Cell(medium(happening, words) if wide else _MARKS.get(happening.medium, ""), medium_width, "blue"),
            Cell(_who(happening, words), who_width, faint),
            Cell(_subject(happening, words, short=not wide), width - taken, faint or "dim"),
            Cell(owner, owner_width, style),
            Cell(why(happening, words, short=not wide), why_width, "yellow" if happening.in_line else faint),
        ]
    )


def as_sentence(happening: Happening, words: Words, zone: tzinfo) -> str:
    """The happening on one line of a log, whole and without colours."""
    time = f"{happening.at.astimezone(zone):%H:%M:%S}"
    if happening.what in _OF_PEOPLE:
        return f"{time} {clean(happening.who)} {clean(_of_people(happening, words))}"
    place = f" {happening.channel}" if happening.channel else ""
    if happening.medium in _BY_PHONE:
        place += f" [{medium(happening, words)}]"
    who, subject = clean(_who(happening, words)), clean(_subject(happening, words, short=False))
    owner = _owner(happening, words)
    told = f"{time}{place} {who}:{f' {subject}' if subject else ''} {owner} ({why(happening, words, short=False)})"
    return f"{told} {happening.case}".rstrip()


def _owner(happening: Happening, words: Words) -> str:
    if happening.what is What.ANSWERED:
        return f"← {happening.owner or words('mailbox')}"
    return f"→ {happening.owner}" if happening.owner else "×"


def _who(happening: Happening, words: Words) -> str:
    return happening.who or words("withheld" if happening.medium in _BY_PHONE else "nobody")


def medium(happening: Happening, words: Words) -> str:
    """The word for how it came."""
    return words(f"medium:{happening.medium}") if happening.medium else ""


def _of_people(happening: Happening, words: Words) -> str:
    """What somebody did, or what is thought of them."""
    return words(happening.what, other=happening.before)


def _subject(happening: Happening, words: Words, *, short: bool) -> str:
    subject = happening.subject or (
        "" if happening.what not in MESSAGES or happening.medium != "email" else words("no_subject")
    )
    if not happening.file:
        return subject
    file = PurePath(happening.file).suffix.lstrip(".") if short else happening.file
    return f"[{file}] {subject}"
