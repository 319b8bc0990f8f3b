"""Why a case belongs to its owner: every decision with what was considered, how each message found it, and who was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cli.case_page import accepted
from cli.contact_page import restriction_line
from cli.explaining_promise import print_promise, promise_object
from cli.explaining_rules import print_rules, rules_behind
from cli.printing import Times, one_line, plural, print_table, say
from router.texts import reason_in_words
from ventanilla.store.conversations import beside
from ventanilla.store.events import events_of
from ventanilla.store.views.cases import case_document
from ventanilla.store.views.contacts import customer_of
from ventanilla.store.views.whole import assignments_of, letters_of, links_of, receipt_of
from ventanilla.words import EventKind, OutboxKind

if TYPE_CHECKING:
    from config.load import Loaded

_Doc = Mapping[str, Any]
_LANGUAGE = "en"
_VERDICTS = {
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


def explanation(connection: sa.Connection, case: sa.Row[Any], loaded: Loaded | None = None) -> dict[str, Any]:
    """All that `explain --json` prints: the decisions, the messages, the notices, the receipt or why there is none.

    `loaded` is the file as it is now: rules are looked up in it.
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
    return _VERDICTS.get(verdict, verdict)


def print_explanation(told: _Doc, times: Times) -> None:
    """The same for people."""
    say(f"{told['key']}  {one_line(told['subject']) or '(no subject)'}")
    held = "; it waits in line until somebody has room" if told["in_line_since"] else ""
    pinned = "; a person gave it to them, so it stays" if told["pinned"] else ""
    say(f"  {told['state'].replace('_', ' ')}, {told['owner']} answers for it{held}{pinned}")
    for one in told["assignments"]:
        _print_decision(one, times)
    say("\nHow its messages found it")
    for message in told["messages"]:
        say(f"  {times.at(message['received_at'])}  message {message['id']}: {message['how']}")
    for link in told["links"]:
        say(f"  see also {link['key']}: {link['reason']}")
    for other in told["beside"]:
        say(f"  {other['owner']} has {other['key']} of the same customer")
    restricted = restriction_line(told, times)
    if restricted:
        say(f"  the customer is {restricted}")
    print_promise(told["promise"], times)
    _print_told(told, times)


def _decision(connection: sa.Connection, one: _Doc, loaded: Loaded | None) -> dict[str, Any]:
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


_CHOICES = ("same_customer", "account_manager", "rule", "last_owner", "balanced", "round_robin", "longest_idle")
"""Why the next owner was chosen; said of the one before, it would be a lie."""


def _print_decision(one: _Doc, times: Times) -> None:
    until = f"until {times.at(one['released_at'])}" if one["released_at"] else "until now"
    say(f"\n{one['number']}. {one['agent']}, from {times.at(one['assigned_at'])} {until}: {one['why']}")
    say(f"   decided by {one['actor']} under config version {one['config_version']}{_beside(one['decision'])}")
    print_rules(one["rules"])
    if acceptance := accepted(one, times):
        say(f"   {acceptance.removeprefix('; ')}")
    if one["release_reason"]:
        code = one["release_reason"]
        why = "somebody else could take it" if code in _CHOICES else reason_in_words(_LANGUAGE, code)
        say(f"   released: {why}")
    if one["considered"]:
        print_table(
            ("candidate", "why", "held", "capacity"),
            [(each["agent"], each["why"], each["load"], each["capacity"]) for each in one["considered"]],
            right=("held", "capacity"),
            folds=("why",),
            indent=3,
        )
    unseen = one["candidates"] - len(one["considered"])
    if unseen > 0:
        say(f"   and {plural(unseen, 'more candidate')} not kept")


def _beside(decision: _Doc) -> str:
    """What else the decision wrote down, in words."""
    parts = []
    if decision.get("silent"):
        parts.append("nobody was there to be told")
    if decision.get("policy_would_say"):
        parts.append(f"the policy alone would have said {decision['policy_would_say']}")
    if decision.get("policy"):
        parts.append(f"chosen because: {reason_in_words(_LANGUAGE, decision['policy'])}")
    return "".join(f"; {part}" for part in parts)


def _print_told(told: _Doc, times: Times) -> None:
    say("\nWho was told")
    for notice in told["notices"]:
        reason = f" ({notice['reason']})" if notice["reason"] else ""
        when = times.at(notice["sent_at"] or notice["created_at"])
        say(f"  {when}  {notice['agent']} by {notice['via']}: {notice['state']}{reason}")
    for escalation in told["escalations"]:
        say(f"  {times.at(escalation['at'])}  escalated to {', '.join(escalation['to']) or 'nobody'}")
    receipt = told["acknowledgement"]
    reason = f" ({receipt['reason']})" if receipt["reason"] else ""
    to = f" to {receipt['recipient']}" if receipt["recipient"] else ""
    say(f"  {times.at(receipt['sent_at'] or receipt['created_at'])}  receipt{to}: {receipt['state']}{reason}")
