"""What an answer by SMS costs, in the words of whoever writes it: how many parts are paid for. In five languages. Pure."""

from __future__ import annotations

from router.texts import spoken_language
from ventanilla.segments import Segments

_PARTS = {
    "es": "Son {count} partes de SMS ({alphabet}).",
    "en": "That is {count} SMS parts ({alphabet}).",
    "ca": "Són {count} parts d'SMS ({alphabet}).",
    "gl": "Son {count} partes de SMS ({alphabet}).",
    "eu": "{count} SMS zati dira ({alphabet}).",
}


def cost_in_words(language: str, cost: Segments | None) -> str:
    """A sentence where an answer is paid for more than once; empty where it is one part, or no SMS."""
    if cost is None or cost.count < 2:
        return ""
    return _PARTS[spoken_language(language)].format(count=cost.count, alphabet=cost.alphabet)
