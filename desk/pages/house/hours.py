"""Opening hours as the file has them ("mon-fri"), said in a person's language. Reads no calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from desk.pages.page import Visit
from ventanilla.clocks.hours import WEEKDAYS

_DAY = re.compile("|".join(("daily", *WEEKDAYS)))


def hours_in_words(visit: Visit, hours: Mapping[str, Sequence[str]]) -> list[str]:
    """A line for each part of the week: "lun–vie 09:00–14:00, 15:00–18:00"."""
    return [f"{_days(visit, days)} {_spans(visit, spans)}" for days, spans in hours.items()]


def _days(visit: Visit, days: str) -> str:
    said = _DAY.sub(lambda found: visit.say(f"house.day.{found[0]}"), days.strip().lower())
    return re.sub(r"\s*-\s*", "–", said).replace(",", ", ").replace("  ", " ")


def _spans(visit: Visit, spans: Sequence[str]) -> str:
    return ", ".join(span.replace("-", "–") for span in spans) or visit.say("house.closed")
