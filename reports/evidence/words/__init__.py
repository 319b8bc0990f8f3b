"""What pages of evidence say, a module a language: Spanish, English. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from reports.evidence.words.en import ENGLISH
from reports.evidence.words.es import SPANISH

WORDS: Mapping[str, Mapping[str, str]] = {"es": SPANISH, "en": ENGLISH}
LANGUAGES = tuple(WORDS)
