"""Why something was set aside, held, left out or not delivered: what the service notes down in English, said in Spanish too. What a
provider or another mail server wrote is nobody's to translate: it stays as it came. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from router.texts.reasons.not_possible import CURES, NOT_POSSIBLE
from router.texts.reasons.not_sent import NOT_SENT
from router.texts.reasons.set_aside import SET_ASIDE

_REASONS = tuple((re.compile(pattern, re.DOTALL), said) for pattern, said in (*SET_ASIDE, *NOT_SENT, *NOT_POSSIBLE))
_CURES = tuple((re.compile(f"(.+); {pattern}", re.DOTALL), said) for pattern, said in CURES)
_CODES = {"auto_reply: ": "automatic reply: ", "own: ": "our own: ", "dmarc: ": "no proof of who wrote it: "}
"""How a reason begins that English readers would stumble over."""


@lru_cache(maxsize=512)
def reason_in(language: str, text: str) -> str | None:
    """The same in this language, "es" or "en"; None where the service never says such a thing by itself."""
    if language == "en":
        code = next((code for code in _CODES if text.startswith(code)), "")
        return _CODES.get(code, "") + text.removeprefix(code)
    for pattern, said in _CURES:
        if (found := pattern.fullmatch(text)) and (why := reason_in(language, found[1])):
            return f"{why}; {said.format(*found.groups()[1:])}"
    for pattern, said in _REASONS:
        if found := pattern.fullmatch(text):
            inner = (reason_in(language, part) or part for part in found.groups(default=""))
            return said.format(*inner).strip()
    return None
