"""Which language to write to a customer in: the one they are known to speak, what they wrote in, what their program says, else the
channel's. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from router.incoming.telling_words import ENDINGS, WORDS
from ventanilla.channel import Message

OURS = ("es", "en", "ca", "gl", "eu")
MIN_LETTERS = 20
MOST_TEXT = 4000
_WORD = re.compile(r"[^\W\d_]+(?:·[^\W\d_]+)?")
_NO_PROSE = re.compile(r"\S*(?:@|://|www\.)\S*")  # addresses are written in no language


def language_of(message: Message, known: str | None, fallback: str) -> str:
    """A language code: what the contact is known to speak; what the message is clearly written in; what its sender's program
    says; else the fallback."""
    return language_and_source(message, known, fallback)[0]


def language_and_source(message: Message, known: str | None, fallback: str) -> tuple[str, str]:
    """The same, and how we know: `contact`, `text`, `program` or `channel`."""
    if known:
        return known, "contact"
    written = detect(f"{message.subject}\n{message.reply_text}")
    if written:
        return written, "text"
    return (message.language, "program") if message.language else (fallback, "channel")


def detect(text: str) -> str | None:
    """Which of our five a text of at least 20 letters is clearly written in; None in doubt, and for any other language.

    Clearly: against each other language at least two words speak for it, and twice as many as for that other. Each word
    counts once, and spellings alone (a list of product codes) tell nothing.
    """
    words = _WORD.findall(_NO_PROSE.sub(" ", text[:MOST_TEXT].lower()))
    if sum(map(len, words)) < MIN_LETTERS:
        return None
    told = Counter(languages for word in dict.fromkeys(words) if (languages := _languages_with(word)))
    best = max(OURS, key=lambda code: sum(times for languages, times in told.items() if code in languages))
    listed = sum(best in _lexicon().get(word, ()) for word in set(words))
    clear = listed >= 2 and all(_is_clear(told, best, other) for other in WORDS if other != best)
    return best if clear else None


def _is_clear(told: Mapping[frozenset[str], int], best: str, other: str) -> bool:
    """Whether what speaks for one language and not for another outweighs the contrary. `told`: how many words each set of
    languages has."""
    for_it = sum(times for languages, times in told.items() if best in languages and other not in languages)
    against = sum(times for languages, times in told.items() if other in languages and best not in languages)
    return for_it >= 2 and for_it >= 2 * against


@lru_cache(maxsize=8192)
def _languages_with(word: str) -> frozenset[str]:
    """The languages that have a word; for one in no list, those whose spelling it has."""
    lexicon = _lexicon()
    if word in lexicon:
        return lexicon[word]
    return frozenset(code for spelling, codes in _spellings() if spelling.search(word) for code in codes)


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, frozenset[str]]:
    """Each word, also as people type it who leave accents out, with the languages that have it."""
    found: dict[str, set[str]] = {}
    for code, words in WORDS.items():
        for word in words.split():
            for spelt in {word, _plain(word)}:
                found.setdefault(spelt, set()).add(code)
    return {word: frozenset(codes) for word, codes in found.items()}


@lru_cache(maxsize=1)
def _spellings() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(spelling), tuple(codes.split())) for spelling, codes in ENDINGS)


def _plain(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def primary(code: str) -> str:
    """A language without its country: "es" for "es-MX"."""
    return code.partition("-")[0].lower()
