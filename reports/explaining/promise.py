"""Which promise is a case's and why, what its clocks hold by now, and who was told of one at risk or broken. Prints nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from reports.explaining.rules import FileNow
from router.promises.choosing import APPLIES_TO, BY_RULE, DEFAULT, Chosen, choose_promise
from ventanilla.store.tables import clocks
from ventanilla.words import EventKind, Metric

_Doc = Mapping[str, Any]
_SHOWN = (
    *("metric", "number", "name", "promise", "config_version", "calendar", "started_at", "stopped_at", "ended"),
    *("paused_since", "warn_at", "due_at", "warned_at", "breached_at"),
)
_TOLD = {EventKind.PROMISE_WARNED: "warned", EventKind.PROMISE_BREACHED: "told that it is late"}
NAMES = {
    Metric.FIRST_RESPONSE: "first response",
    Metric.NEXT_RESPONSE: "next response",
    Metric.FIRST_RESOLUTION: "resolution",
    Metric.FULL_RESOLUTION: "full resolution",
    Metric.LEGAL: "by law",
}


def promise_object(
    connection: sa.Connection, case: Any, events: Sequence[sa.Row[Any]], loaded: FileNow | None
) -> dict[str, Any]:
    """The promise that the file as it is now has for the case, and the clocks that run or ran under one, each with its own version
    of the file: a running clock keeps the one it began under."""
    chosen = choose_promise(loaded.config.promises, case, tags=case.tags) if loaded else Chosen()
    query = sa.select(clocks).where(clocks.c.conversation_id == case.id, clocks.c.metric.in_(NAMES))
    found = connection.execute(query.order_by(clocks.c.started_at, clocks.c.metric, clocks.c.number)).all()
    return {
        "name": chosen.name,
        "why": chosen.why,
        "meant_for": _meant_for(chosen),
        "clocks": [{name: getattr(row, name) for name in _SHOWN} for row in found],
        "told": [_told(event) for event in events if event.kind in _TOLD],
    }


def why_in_words(why: str, meant_for: _Doc) -> str:
    """Why a promise is a case's, for people."""
    if why == APPLIES_TO:
        asked = "; ".join(f"{name} {' or '.join(values)}" for name, values in meant_for.items())
        return f"it is meant for {asked}"
    return {BY_RULE: "a rule names it", DEFAULT: "no other is meant for the case"}.get(
        why, "none is meant for the case"
    )


def chosen_in_words(chosen: Chosen) -> str:
    """The same of a promise just chosen."""
    return why_in_words(chosen.why, _meant_for(chosen))


def _meant_for(chosen: Chosen) -> dict[str, list[str]]:
    applies_to = chosen.settings.applies_to if chosen.settings else None
    return {name: list(values) for name, values in applies_to.named().items()} if applies_to else {}


def _told(event: sa.Row[Any]) -> dict[str, Any]:
    data = event.data
    kept = {name: data.get(name) for name in ("metric", "number", "promise", "due_at")}
    return {"at": event.at, "what": _TOLD[EventKind(event.kind)], "to": data.get("told", []), **kept}
