"""Every decision about a case with what was considered, how each message found it, and who was told. Prints nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from reports.explaining.promise import promise_object
from reports.explaining.rules import FileNow, rules_behind
from router.texts import reason_in_words
from ventanilla.store.conversations import beside
from ventanilla.store.events import events_of
from ventanilla.store.views.cases import case_document
from ventanilla.store.views.contacts import customer_of
from ventanilla.store.views.whole import assignments_of, letters_of, links_of, receipt_of
from ventanilla.words import EventKind, OutboxKind

_Doc = Mapping[str, Any]
_LANGUAGE = "en"
VERDICTS = {
    "chosen": "chosen",
    "declined": "said it was not theirs, or let it lapse, in this turn",
    "restricted": "the customer is another's alone",
    "off_duty": "off duty",
    "not_in_team": "not in the team",
    "lacks_skill": "lacks a skill that the case demands",
    "lacks_language": "lacks a language that the case demands",
    "full": "no room left",
    "matches_less": "matches the wished languages and skills less well",
    "busier": "held more for their capacity",
    "assigned_later": "as free, but was given a case more recently",
    "by_name": "equal in all; the name decided",
    "eligible": "could have taken it",
}
"""What became of a candidate, by its code."""
CHOICES = ("same_customer", "account_manager", "rule", "last_owner", "balanced", "round_robin", "longest_idle")
"""Why the next owner was chosen; said of the one before, it would be a lie."""


def explanation(connection: sa.Connection, case: sa.Row[Any], loaded: FileNow | None = None) -> dict[str, Any]:
    """All that `explain --json` prints: the decisions, the messages, the notices, the receipt or why there is none.

    `loaded` is the file as it is now: rules are looked up in it. `why` is in English; codes stand beside it for other languages.
    """
    events = events_of(connection, case.id)
    letters = letters_of(connection, case.id)
    told = case_document(case)
    named = ("key", "subject", "state", "owner", "contact", "team", "channel", "kind", "priority", "in_line_since")
    return {name: told[name] for name in named} | {
        "pinned": bool(case.pinned),
        "assignments": [_decision(connection, one, loaded) for one in assignments_of(connection, case.id)],
        "messages": [_matched(event, first=index == 0) for index, event in enumerate(_received(events))],
        "links": links_of(connection, case.id),
        "beside": [{"key": key, "owner": owner} for key, owner in beside(connection, case, limit=20)],
        "restriction": customer_of(connection, case)["restriction"],
        "promise": promise_object(connection, case, events, loaded),
        "notices": [letter for letter in letters if letter["kind"] == OutboxKind.NOTICE],
        "escalations": [
            {"at": event.at, "to": event.data.get("to", [])}
            for event in events
            if event.kind == EventKind.NOTICE_ESCALATED
        ],
        "acknowledgement": _acknowledgement(events, letters),
    }


def in_words(verdict: str) -> str:
    """A candidate's verdict for people; one without words stands for itself."""
    return VERDICTS.get(verdict, verdict)


def _decision(connection: sa.Connection, one: _Doc, loaded: FileNow | None) -> dict[str, Any]:
    decision = one["decision"]
    considered = [{**candidate, "why": in_words(candidate["verdict"])} for candidate in decision.get("considered", [])]
    kept = {name: one[name] for name in ("number", "agent", "assigned_at", "released_at", "reason", "release_reason")}
    kept |= {name: one[name] for name in ("actor", "config_version", "notified_at", "accepted_at", "accept_by")}
    rest = {name: value for name, value in decision.items() if name not in ("considered", "candidates")}
    return kept | {
        "why": reason_in_words(_LANGUAGE, one["reason"]),
        "candidates": decision.get("candidates", len(considered)),
        "considered": considered,
        "rules": rules_behind(connection, decision, one["config_version"], loaded),
        "decision": rest,
    }


def _received(events: Sequence[sa.Row[Any]]) -> list[sa.Row[Any]]:
    return [event for event in events if event.kind == EventKind.MESSAGE_RECEIVED]


def _matched(event: sa.Row[Any], *, first: bool) -> dict[str, Any]:
    how = event.data.get("how")
    if how in (None, "new"):
        how = "opened the case" if first else "matched to the case"
    return {"id": event.message_id, "inbox_id": event.inbox_id, "received_at": event.at, "how": how}


def _acknowledgement(events: Sequence[sa.Row[Any]], letters: Sequence[_Doc]) -> dict[str, Any]:
    receipt = receipt_of(letters)
    if receipt is not None:
        names = ("id", "state", "reason", "recipient", "created_at", "sent_at")
        return {name: receipt[name] for name in names}
    withheld = [event for event in events if event.kind == EventKind.ACKNOWLEDGEMENT_WITHHELD]
    reason = withheld[-1].data.get("reason") if withheld else "none was due"
    return {"id": None, "state": "withheld", "reason": reason, "recipient": None, "created_at": None, "sent_at": None}
