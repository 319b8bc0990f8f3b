"""The numbered cases of docs/faults.md. Knows their sentences, not how they are tried."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_HEADING = re.compile(r"^### (\d+)\. (.+)$", re.MULTILINE)


def read_cases(page: str | None = None) -> dict[int, str]:
    """Each case's sentence by its number, as the page says it."""
    text = PAGE.read_text(encoding="utf-8") if page is None else page
    return {int(number): sentence for number, sentence in _HEADING.findall(text)}
