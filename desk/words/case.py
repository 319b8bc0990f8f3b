"""What the page of a case says: what stands there, and its moves."""

from __future__ import annotations

from desk.words.case_moves import MOVES
from desk.words.case_shown import SHOWN

CASE: dict[str, dict[str, str]] = {language: SHOWN[language] | MOVES[language] for language in SHOWN}
