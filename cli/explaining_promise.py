"""Which promise is a case's and why, what its clocks hold by now, and who was told that one was at risk or broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cli.printing import Times, one_line, say
from router.promises.choosing import APPLIES_TO, BY_RULE, DEFAULT, Chosen, choose_promise
from ventanilla.store.tables import clocks
from ventanilla.words import EventKind, Metric

if TYPE_CHECKING:
    from config.load import Loaded

_Doc = Mapping[str, Any]
_SHOWN = (
    *("metric", "number", "name", "promise", "config_version", "calendar", "started_at", "stopped_at", "ended"),
    *("paused_since", "warn_at", "due_at", "warned_at", "breached_at"),
)
_TOLD = {EventKind.PROMISE_WARNED: "warned", EventKind.PROMISE_BREACHED: "told that it is late"}
_NAMES = {
    Metric.FIRST_RESPONSE: "first response",
    Metric.NEXT_RESPONSE: "next response",
    Metric.FIRST_RESOLUTION: "resolution",
    Metric.FULL_RESOLUTION: "full resolution",
    Metric.LEGAL: "by law",
}


def promise_object(
    connection: sa.Connection, case: Any, events: Sequence[sa.Row[Any]], loaded: Loaded | None
) -> dict[str, Any]:
    """The promise that the file as it is now has for the case, and the clocks that run or ran under one, each with its own version
    of the file: a running clock keeps the one it began under."""
    chosen = choose_promise(loaded.config.promises, case, tags=case.tags) if loaded else Chosen()
    query = sa.select(clocks).where(clocks.c.conversation_id == case.id, clocks.c.metric.in_(_NAMES))
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


def print_promise(told: _Doc, times: Times) -> None:
    """The same for people; nothing where nothing was ever promised."""
    if told["name"] is None and not told["clocks"]:
        return
    say("\nWhat is promised")
    say(f"  {told['name'] or 'nothing'}: {why_in_words(told['why'], told['meant_for'])}")
    for clock in told["clocks"]:
        if clock["due_at"] or clock["breached_at"] or clock["paused_since"]:
            say(f"  {_clock(clock, times)}")
    for one in told["told"]:
        whom = ", ".join(one["to"]) or "nobody"
        say(f"  {times.at(one['at'])}  {_NAMES.get(one['metric'], one['metric'])}: {whom} {one['what']}")


def _clock(clock: _Doc, times: Times) -> str:
    name = one_line(clock["name"]) or _NAMES[clock["metric"]]
    number = f" {clock['number']}" if clock["metric"] == Metric.NEXT_RESPONSE else ""
    under = f"promise {clock['promise'] or 'none'}, config version {clock['config_version']}"
    return f"{name}{number}: {'; '.join(_facts(clock, times))} ({under})"


def _facts(clock: _Doc, times: Times) -> Iterator[str]:
    if clock["due_at"]:
        yield f"due {times.at(clock['due_at'])}"
    if clock["paused_since"]:
        yield f"stands still since {times.at(clock['paused_since'])}, waiting on the customer"
    if clock["stopped_at"]:
        yield f"{clock['ended'].replace('_', ' ')} {times.at(clock['stopped_at'])}"
    if clock["breached_at"]:
        yield "broken"


def _meant_for(chosen: Chosen) -> dict[str, list[str]]:
    applies_to = chosen.settings.applies_to if chosen.settings else None
    return {name: list(values) for name, values in applies_to.named().items()} if applies_to else {}


def _told(event: sa.Row[Any]) -> dict[str, Any]:
    data = event.data
    kept = {name: data.get(name) for name in ("metric", "number", "promise", "due_at")}
    return {"at": event.at, "what": _TOLD[EventKind(event.kind)], "to": data.get("told", []), **kept}
