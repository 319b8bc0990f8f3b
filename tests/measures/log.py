"""A case's events written down by hand, in order, each with its id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from ventanilla.measures.fold import stretches
from ventanilla.measures.stretch import Stretch

OPENED: dict[str, Any] = {
    "team": "atencion",
    "kind": "query",
    "priority": "normal",
    "tags": [],
    "promise": None,
    "origin": "customer",
}


def at(text: str) -> datetime:
    """ "23 09:30": that day of November 2026, UTC."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-11-{int(day):02}T{clock}").replace(tzinfo=UTC)


@dataclass
class Log:
    """The events of one case."""

    events: list[Any] = field(default_factory=list)

    def add(self, kind: str, when: str, *, recorded: str | None = None, **more: Any) -> Log:
        row = {"channel": "soporte", "agent": None, "message_id": None, "outbox_id": None, "data": {}} | more
        told = {"id": len(self.events) + 1, "kind": kind, "at": at(when), "recorded_at": at(recorded or when)}
        self.events.append(SimpleNamespace(**told, **row))
        return self

    def opened(self, when: str, owner: str = "ana", **data: Any) -> Log:
        self.add("case_opened", when, data=OPENED | data)
        if data.get("waits", True):
            self.add("turn_opened", when)
        return self.assigned(when, owner)

    def assigned(self, when: str, agent: str, **data: Any) -> Log:
        return self.add("assigned", when, agent=agent, data={"team": "atencion", **data})

    def asked(self, when: str) -> Log:
        self.state(when, "open")
        return self.add("turn_opened", when)

    def answered(self, when: str, since: str, *, by: str = "ana", message: int = 7, **data: Any) -> Log:
        told = {"outcome": "replied", "since": at(since).isoformat(), **data}
        self.add("turn_closed", when, agent=by, message_id=message, data=told)
        return self.state(when, "waiting_customer")

    def state(self, when: str, to: str, *, recorded: str | None = None, **data: Any) -> Log:
        return self.add("case_state", when, recorded=recorded, data={"to": to, **data}, agent="ana")

    def told(self) -> dict[tuple[str, int], Stretch]:
        return by_place(stretches(self.events))


def by_place(found: Iterable[Stretch]) -> dict[tuple[str, int], Stretch]:
    return {(str(one.metric), one.number): one for one in found}
