"""`De: … Enviado: … Para: … Asunto: …` inside a text: the header that Outlook and others put above what they quote.

Knows the field names of ten languages. A customer may write two such lines; nobody writes three of them with a date by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIELDS = {
    "from": "from|de|desde|remitente|von|da|van|nork|igorlea|de la part de|expéditeur|mittente|от кого|från|fra",
    "date": "sent|date|enviado|enviado el|enviados|fecha|data|data d'enviament|enviat|enviat el|enviada em|enviado em|datum"
    "|gesendet|gesendet am|envoyé|envoyé le|envoyé à|inviato|verzonden|bidaltze-data|bidalia|noiz|date d'envoi|дата",
    "to": "to|para|per a|a|an|à|pour|aan|nori|destinatario|кому|till|til",
    "cc": "cc|c\\.c\\.|kopie|copia|bcc|cco",
    "subject": "subject|asunto|assumpte|asunto|gaia|objet|sujet|assunto|betreff|oggetto|onderwerp|тема|ämne|emne",
    "reply_to": "reply-to|responder a|répondre à|antwort an|rispondi a",
}
_KIND = {name: kind for kind, names in _FIELDS.items() for name in names.replace("\\", "").split("|")}
_FIELD = re.compile(
    r"^[>\s]*\*{0,2}("
    + "|".join(sorted((re.escape(name) for name in _KIND), key=len, reverse=True))
    + r")\s*:\*{0,2}(?:\s+|$)(.*)$",
    re.IGNORECASE,
)
_MAX_LINES = 14
_MAX_BLANK = 1
_WEEKDAY_OR_TIME = re.compile(r"\d{1,2}[:.]\d\d|\b(?:19|20)\d\d\b|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The fields found, by kind, and the line after the last of them."""

    fields: dict[str, str]
    end: int

    @property
    def is_sure(self) -> bool:
        """From, a date that is one, and a recipient or subject: written by a program."""
        dated = bool(_WEEKDAY_OR_TIME.search(self.fields.get("date", "")))
        return dated and "from" in self.fields and ("to" in self.fields or "subject" in self.fields)


def read_block(lines: Sequence[str], at: int) -> HeaderBlock | None:
    """The block that starts on line `at`, None when none does. At least two kinds of field, the first of them From or a date."""
    first = _FIELD.match(lines[at]) if ":" in lines[at] and len(lines[at]) < 1000 else None
    if first is None or _KIND[first[1].lower()] not in ("from", "date", "subject"):
        return None
    fields: dict[str, str] = {}
    kind, end, blanks = "", at, 0
    for number in range(at, min(at + _MAX_LINES, len(lines))):
        line = lines[number]
        match = _FIELD.match(line) if len(line) < 1000 else None
        if match:
            kind, blanks, end = _KIND[match[1].lower()], 0, number + 1
            fields.setdefault(kind, match[2].strip())
        elif not line.strip(" >"):
            blanks += 1
            kind = ""
            if blanks > _MAX_BLANK:
                break
        elif kind and not blanks and _continues(fields[kind], line):
            fields[kind] = f"{fields[kind]} {line.strip(' >')}".strip()
            end = number + 1
            kind = "to" if kind == "to" else ""
        else:
            break
    return HeaderBlock(fields, end) if len(fields) >= 2 and "from" in fields else None


def _continues(value: str, line: str) -> bool:
    """A field's value that was wrapped: it had none yet, it goes on with an address, or it is indented."""
    return not value or line.startswith((" ", "\t")) or "@" in line or value.endswith((",", ";"))
