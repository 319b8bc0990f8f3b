"""Picks the words of a language and fills them in."""

from __future__ import annotations

import os
from collections.abc import Mapping

from demo import english, spanish

_PHRASES = {"es": spanish.PHRASES, "en": english.PHRASES}
LANGUAGES = tuple(_PHRASES)
_SPEAK_SPANISH = ("es", "ca", "gl", "eu")


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """The language of whoever started this, by their locale: es or en."""
    found = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "es" if found[:2].lower() in _SPEAK_SPANISH else "en"


class Words:
    """The texts of one language. A code without words stands for itself."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._phrases = _PHRASES[language]

    def __call__(self, code: str, **values: object) -> str:
        return self._phrases.get(code, code).format_map(values)

    def number(self, value: float) -> str:
        """Seconds to the hundredth, as the language writes them."""
        text = f"{value:.2f}"
        return text.replace(".", ",") if self.language == "es" else text

    def parts(self, code: str) -> list[str]:
        """The parts of a phrase that has `|` between them, not filled in yet."""
        return self._phrases[code].split("|")

    def count(self, code: str, number: int) -> str:
        """`1 caso`, `2 casos`: the phrase has singular and plural, with `|` between."""
        one, _, many = self._phrases[code].partition("|")
        return f"{number} {one if number == 1 else many}"
