"""What the desk says, in Spanish and English: a file a place, each with the same keys in both. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from desk.words.account import ACCOUNT
from desk.words.answers import ANSWERS
from desk.words.board import BOARD
from desk.words.case import CASE
from desk.words.cases import CASES
from desk.words.customers import CUSTOMERS
from desk.words.entry import ENTRY
from desk.words.evidence import EVIDENCE
from desk.words.frame import FRAME
from desk.words.house import HOUSE
from desk.words.ledgers import LEDGERS
from desk.words.live import LIVE
from desk.words.original import ORIGINAL
from desk.words.presence import PRESENCE
from desk.words.refusals import REFUSED
from desk.words.reports import REPORTS
from desk.words.search import SEARCH
from desk.words.trail import TRAIL
from desk.words.webhooks import WEBHOOKS
from desk.words.why import WHY

LANGUAGES = ("es", "en")
"""What the desk speaks; a house in Catalan, Galician or Basque reads Spanish here."""
PLACES: tuple[Mapping[str, Mapping[str, str]], ...] = (
    FRAME,
    SEARCH,
    PRESENCE,
    ANSWERS,
    CUSTOMERS,
    CASE,
    ENTRY,
    ACCOUNT,
    CASES,
    LIVE,
    ORIGINAL,
    REFUSED,
    BOARD,
    WHY,
    HOUSE,
    LEDGERS,
    REPORTS,
    EVIDENCE,
    TRAIL,
    WEBHOOKS,
)
"""Each place's words: language → key → text. Keys begin with their place: "case.reply"."""
WORDS: Mapping[str, Mapping[str, str]] = {
    language: {key: text for place in PLACES for key, text in place[language].items()} for language in LANGUAGES
}


def spoken(language: str | None) -> str:
    """The language of the desk that is nearest to this one."""
    return "en" if (language or "").partition("-")[0].lower() == "en" else "es"


def say(language: str, key: str, /, **values: object) -> str:
    """One text, filled in: `{n}` and other names in braces. Raises KeyError for a key that is nowhere. A key that has a twin
    ending in `_one` says that where `n` is 1."""
    words = WORDS[spoken(language)]
    if values.get("n") == 1 and f"{key}_one" in words:
        key = f"{key}_one"
    return words[key].format(**values) if values else words[key]
