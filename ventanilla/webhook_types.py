"""Which events of the log outbound webhooks tell, and what each is called outside. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ventanilla.words import CallOutcome, CaseState, EventKind

TEST = "webhook.test"
_ALWAYS: Mapping[str, str] = {
    EventKind.CASE_OPENED: "case.created",
    EventKind.ASSIGNED: "case.assigned",
    EventKind.MESSAGE_SENT: "case.replied",
    EventKind.PROMISE_WARNED: "promise.warned",
    EventKind.PROMISE_BREACHED: "promise.broken",
}


def type_of(kind: str, data: Mapping[str, Any], *, automatic: bool = False) -> str | None:
    """What an event is called outside; None for one that is not told. `automatic`: of a message that nobody of us wrote."""
    if kind == EventKind.CASE_STATE:
        return "case.resolved" if data.get("to") == CaseState.RESOLVED else None
    if kind == EventKind.CALLED:
        return "case.replied" if data.get("outcome") == CallOutcome.REACHED else None
    if kind == EventKind.MESSAGE_SENT and automatic:
        return None
    return _ALWAYS.get(kind)
