"""Which language to write to a customer in: the one they are known to speak, what they wrote in, else the channel's. Pure."""

from __future__ import annotations

import re

from ventanilla.channel import Message

MIN_LETTERS = 20
_TELLING = {  # words that one language uses all the time and the other does not
    "es": """el la los las un una de del que y en por para con no me mi su es está como pero he hemos tengo hola gracias
        buenos buenas días tardes quiero quería ustedes usted pedido cuando desde muy más también""",
    "en": """the a an of and to in for with not my your is are was have has i you we it this that hello hi thanks thank
        please would could when from very more also order regards dear""",
}
_WORDS = {code: frozenset(words.split()) for code, words in _TELLING.items()}


def language_of(message: Message, known: str | None, fallback: str) -> str:
    """A two-letter code. Detection needs 20 letters and a clear majority of telling words; else the fallback stands."""
    if known:
        return known
    return detect(f"{message.subject} {message.reply_text}") or fallback


def detect(text: str) -> str | None:
    """The language a text is clearly in, or None."""
    words = re.findall(r"[^\W\d_]+", text[:4000].lower())
    if sum(map(len, words)) < MIN_LETTERS:
        return None
    counts = sorted(((sum(word in telling for word in words), code) for code, telling in _WORDS.items()), reverse=True)
    (most, language), (second, _) = counts[:2]
    return language if most >= 2 and most >= 2 * second else None


def primary(code: str) -> str:
    """A language without its country: "es" for "es-MX"."""
    return code.partition("-")[0].lower()
