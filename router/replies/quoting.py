"""What stands under an answer by mail: the customer's own words, quoted, introduced in their language. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from babel.dates import format_date

from router.replies.tokens import token_in
from router.texts import spoken_language

MOST_LINES, MOST_CHARACTERS = 200, 12_000
CUT = "[…]"
_INTROS = {
    "es": ("El {date}, {name} escribió:", "d MMM y"),
    "en": ("On {date}, {name} wrote:", "d MMM y"),
    "ca": ("El {date}, {name} va escriure:", "d MMM y"),
    "gl": ("O {date}, {name} escribiu:", "d MMM y"),
    "eu": ("{date}, {name}(e)k idatzi zuen:", "medium"),
}
_NOTICE_ID = re.compile(r"(?i)[^\s<>]*\bvn\.[0-9a-z]{9}\.[0-9a-f]{6,32}\.[0-9a-f]{20}[^\s<>]*")
"""What only our own people may see, should a customer have got hold of it: it is not sent on, quoted or not."""
_QUOTE_STYLE = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"


def introduction(language: str, *, name: str, at: datetime, zone: ZoneInfo) -> str:
    """Who wrote what follows and on which day of the house's; a line that mail programs know for what it is."""
    code = spoken_language(language)
    words, pattern = _INTROS[code]
    return words.format(date=format_date(at.astimezone(zone), pattern, locale=code), name=name)


def quotable(text: str) -> list[str]:
    """The lines to quote: as they were written, a bounded number of them, without anything that is for our people alone. Nothing,
    where that stands there in some other form: a mail that cannot go out would be worse."""
    lines = _NOTICE_ID.sub(CUT, text[:MOST_CHARACTERS]).strip().splitlines()
    if token_in("\n".join(lines)):
        return []
    if len(lines) > MOST_LINES or len(text) > MOST_CHARACTERS:
        return [*lines[:MOST_LINES], CUT]
    return lines


def quoted_text(answer: str, intro: str, lines: list[str]) -> str:
    """The answer above what it answers, each line of that behind its mark."""
    if not lines:
        return f"{answer.rstrip()}\n"
    quote = "\n".join(_marked(line.rstrip()) for line in lines)
    return f"{answer.rstrip()}\n\n{intro}\n{quote}\n"


def quoted_html(answer: str, intro: str, lines: list[str]) -> str:
    """The same in HTML; `answer` is HTML that may be sent, everything else is made harmless here."""
    if not lines:
        return answer
    quote = "<br>\n".join(escape(line) for line in lines)
    return (
        f"{answer}\n<p>{escape(intro)}</p>\n"
        f'<blockquote type="cite" style="{_QUOTE_STYLE}">\n<p>{quote}</p>\n</blockquote>\n'
    )


def _marked(line: str) -> str:
    """Quoted once more; what was quoted before keeps its marks together (RFC 3676, 4.5)."""
    if not line:
        return ">"
    return f">{line}" if line.startswith(">") else f"> {line}"
