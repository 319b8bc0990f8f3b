"""Which events of a case are small lines in its stream, and what each says. Knows no messages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from router.texts import reason_in_words
from ventanilla.words import CaseState, EventKind

_Event = Mapping[str, Any]
_STATES = (CaseState.RESOLVED, CaseState.CLOSED, CaseState.SPAM, CaseState.WAITING_THIRD_PARTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: its moment, its text and the picture beside it. `matters` is one that somebody should not miss."""

    id: int
    at: datetime
    text: str
    icon: str
    matters: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """How lines are worded: `say` fills in one of the desk's texts, `name` is what one of us is called, `keys` are cases by id."""

    say: Callable[..., str]
    name: Callable[[str | None], str]
    language: str
    keys: Mapping[int, str]

    def line(self, event: _Event) -> Line | None:
        """What an event says; None for one that messages and notes tell by themselves."""
        told = _TOLD.get(event["kind"])
        found = told(self, event) if told is not None else None
        if found is None:
            return None
        key, icon, values = found
        text = self.say(f"case.line.{key}", **values)
        return Line(
            id=event["id"], at=event["at"], text=text, icon=icon, matters=icon in ("clock-alert", "circle-alert")
        )

    def who(self, event: _Event) -> str:
        """Who did it: one of us by name, else the service itself."""
        return self.name(event.get("actor")) or self.say("case.service")


_Told = tuple[str, str, dict[str, Any]] | None


def _opened(teller: Teller, event: _Event) -> _Told:
    return "opened", "inbox", {"channel": event.get("channel") or "–"}


def _assigned(teller: Teller, event: _Event) -> _Told:
    reason = reason_in_words(teller.language, event["data"].get("reason", ""))
    return "assigned", "user-check", {"agent": teller.name(event.get("agent")), "reason": reason}


def _accepted(teller: Teller, event: _Event) -> _Told:
    if event["data"].get("by") == "acting":
        return None
    return "accepted", "check", {"agent": teller.name(event.get("agent"))}


def _state(teller: Teller, event: _Event) -> _Told:
    to, before = event["data"].get("to"), event["data"].get("from")
    if to not in _STATES and before != CaseState.WAITING_THIRD_PARTY:
        return None
    who = teller.name(event.get("agent")) or teller.who(event)
    values = {"agent": who, "state": teller.say(f"state.{to}"), "how": ""}
    if resolution := event["data"].get("resolution"):
        upheld = event["data"].get("upheld")
        words = [teller.say(f"case.resolution.{resolution}")]
        words += [teller.say(f"case.upheld.{upheld}")] if upheld else []
        values["how"] = f" ({', '.join(words)})"
    return "state", "circle-check" if to in (CaseState.RESOLVED, CaseState.CLOSED) else "hourglass", values


def _changed(teller: Teller, event: _Event) -> _Told:
    data = event["data"]
    field, to = data.get("field"), data.get("to")
    who = teller.name(event.get("agent")) or teller.who(event)
    if data.get("confirmed"):
        return "confirmed", "badge-check", {"agent": who, "to": teller.say(f"kind.{to}")}
    if field in ("kind", "priority"):
        return field, "flag" if field == "priority" else "scale", {"agent": who, "to": teller.say(f"{field}.{to}")}
    if field == "tags":
        return "tags", "tag", {"agent": who, "to": ", ".join(to or ()) or teller.say("case.none")}
    if field == "incomplete":
        return "incomplete", "circle-help", {"agent": who}
    return None


def _by_agent(key: str, icon: str) -> Callable[[Teller, _Event], _Told]:
    def told(teller: Teller, event: _Event) -> _Told:
        agent = teller.name(event.get("agent"))
        return key, icon, {"agent": agent or teller.who(event), "by": teller.who(event)}

    return told


def _joined(key: str, icon: str, field: str) -> Callable[[Teller, _Event], _Told]:
    def told(teller: Teller, event: _Event) -> _Told:
        other = teller.keys.get(event["data"].get(field, 0), "")
        return key, icon, {"by": teller.who(event), "other": other or teller.say("case.another")}

    return told


def _promise(key: str, icon: str) -> Callable[[Teller, _Event], _Told]:
    def told(teller: Teller, event: _Event) -> _Told:
        return key, icon, {"metric": teller.say(f"case.metric.{event['data'].get('metric', 'first_response')}")}

    return told


WITHHELD: Mapping[str, str] = {
    "acknowledge.calls is off: a call gets no text": "calls",
    "acknowledge is off for this channel": "off",
    "released by a person": "released",
    "the message is older than acknowledge.max_age": "old",
    "it came before the store was restored: it may have got one already": "restored",
    "the channel has no way to send": "no_way",
    "the sender has no number to write to": "no_number",
}
"""What the log says of the usual reasons, and the text that each has here. Others are shown as they stand in the log."""
_AS_ASKED = ("calls", "off")


def _withheld(teller: Teller, event: _Event) -> _Told:
    logged = event["data"].get("reason", "")
    why = WITHHELD.get(logged)
    reason = teller.say(f"case.withheld.{why}") if why else logged
    return "withheld", "info" if why in _AS_ASKED else "circle-alert", {"reason": reason}


def _acknowledged(teller: Teller, event: _Event) -> _Told:
    if not event["data"].get("by_hand"):
        return None  # the letter itself is shown
    return "receipt_by_hand", "scale", {"agent": teller.name(event.get("agent"))}


_TOLD: Mapping[str, Callable[[Teller, _Event], _Told]] = {
    EventKind.CASE_OPENED: _opened,
    EventKind.ASSIGNED: _assigned,
    EventKind.ACCEPTED: _accepted,
    EventKind.ACCEPTANCE_LAPSED: _by_agent("lapsed", "user-x"),
    EventKind.DECLINED: _by_agent("declined", "user-x"),
    EventKind.LINE_ENTERED: _by_agent("line_entered", "hourglass"),
    EventKind.CASE_STATE: _state,
    EventKind.CASE_CHANGED: _changed,
    EventKind.CASE_REOPENED: _by_agent("reopened", "refresh-cw"),
    EventKind.CASE_MERGED: _joined("merged", "merge", "absorbed"),
    EventKind.CASE_UNMERGED: _joined("unmerged", "split", "back"),
    EventKind.CASE_SPLIT: _joined("split", "split", "to"),
    EventKind.CASE_LINKED: _joined("linked", "link", "other"),
    EventKind.COLLABORATOR_ADDED: _by_agent("collaborator_added", "user-plus"),
    EventKind.COLLABORATOR_REMOVED: _by_agent("collaborator_removed", "user-x"),
    EventKind.REPLY_WITHDRAWN: _by_agent("withdrawn", "undo-2"),
    EventKind.REPLY_RELEASED: _by_agent("released", "send"),
    EventKind.PROMISE_WARNED: _promise("warned", "clock-alert"),
    EventKind.PROMISE_BREACHED: _promise("breached", "clock-alert"),
    EventKind.ACKNOWLEDGED: _acknowledged,
    EventKind.ACKNOWLEDGEMENT_WITHHELD: _withheld,
    EventKind.LEGAL_HOLD: _by_agent("held", "archive"),
    EventKind.LEGAL_HOLD_ENDED: _by_agent("hold_ended", "archive"),
    EventKind.ERASED: _by_agent("erased", "trash-2"),
    EventKind.CASE_FORGOTTEN: _by_agent("erased", "trash-2"),
}
