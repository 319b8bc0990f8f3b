"""How a rehearsed message is told: as an object, and for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cli.printing import Times, one_line, say
from reports.explaining.promise import chosen_in_words
from reports.explaining.whole import in_words
from router.assigning.rules import Decided, Tried
from router.house import House
from router.rehearsal import Rehearsal
from router.texts import reason_in_words
from ventanilla.channel import Message
from ventanilla.clocks.due import spoken

_Doc = Mapping[str, Any]
_LANGUAGE = "en"
_SOURCES = {
    "contact": "the contact is known to speak it",
    "text": "it is written in it",
    "program": "the sender's program says so",
    "channel": "the channel's, for want of better",
}
_NOTHING: dict[str, Any] = {
    "channel": None,
    "at": None,
    "sender": None,
    "subject": None,
    "screening": None,
    "opens_a_case": False,
    "is_contact": False,
    "language": None,
    "language_from": None,
    "open_hours": None,
    "rules": [],
    "decided": {},
    "team": None,
    "owner": None,
    "why": None,
    "in_line": None,
    "considered": [],
    "promise": None,
    "promise_why": None,
    "due_at": None,
}


def unreadable_object(path: str, error: str) -> dict[str, Any]:
    """What is told of a mail that cannot be read."""
    return {"path": path, "error": error, **_NOTHING}


def rehearsal_object(
    path: str, message: Message, rehearsed: Rehearsal, house: House, *, at: datetime, rules_at: Sequence[str]
) -> dict[str, Any]:
    """All of it as plain JSON."""
    decided, grant = rehearsed.decided, rehearsed.grant
    return {
        "path": path,
        "error": None,
        "channel": rehearsed.facts.channel,
        "at": _utc(at),
        "sender": message.customer.address,
        "subject": message.subject,
        "screening": {"verdict": rehearsed.screening.verdict.value, "reason": rehearsed.screening.reason},
        "opens_a_case": rehearsed.opens,
        "is_contact": rehearsed.is_contact,
        "language": rehearsed.language,
        "language_from": rehearsed.language_from,
        "open_hours": rehearsed.facts.is_open,
        "rules": [_rule(one, decided, rules_at) for one in rehearsed.tried],
        "decided": {name: getattr(decided, name) for name in decided.by},
        "team": rehearsed.team,
        "owner": grant and grant.agent,
        "why": grant and reason_in_words(_LANGUAGE, grant.reason),
        "in_line": grant and grant.in_line,
        "considered": [one | {"why": in_words(one["verdict"])} for one in grant.decision["considered"]]
        if grant
        else [],
        "promise": rehearsed.promise.name,
        "promise_why": chosen_in_words(rehearsed.promise),
        "due_at": rehearsed.due_at and _utc(rehearsed.due_at),
    }


def _rule(one: Tried, decided: Decided, rules_at: Sequence[str]) -> dict[str, Any]:
    return {
        "number": one.number,
        "at": rules_at[one.number - 1],
        "matched": one.matched,
        "failed": list(one.failed),
        "too_slow": one.too_slow,
        "decided": {name: getattr(decided, name) for name in one.decided},
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def print_rehearsal(told: _Doc, house: House, *, at: datetime) -> None:
    """The same for people."""
    say(told["path"])
    if told["error"] is not None:
        say(f"  unreadable: {one_line(told['error'])}\n")
        return
    for name, value in _lines(told, house, at):
        say(f"  {name:<9} {value}")
    for rule in told["rules"]:
        say(f"  rule {rule['number']:<4} {rule['at']}  {_outcome(rule)}")
    for name, value in _ends(told, house, at):
        say(f"  {name:<9} {value}")
    say("")


def _lines(told: _Doc, house: House, at: datetime) -> Iterator[tuple[str, str]]:
    known = "a customer we know" if told["is_contact"] else "nobody we know"
    yield "from", f"{one_line(told['sender'])} ({known})"
    yield "subject", one_line(told["subject"]) or "-"
    hours = "in" if told["open_hours"] else "outside"
    yield "channel", f"{told['channel']}, {Times(house.zone(), at).at(at)}, {hours} opening hours"
    screening = told["screening"]
    rest = "" if told["opens_a_case"] else "; opens no case. Released, it would go on so:"
    yield "screening", f"{screening['verdict']}{_in_brackets(one_line(screening['reason']))}{rest}"
    yield "language", f"{told['language']} ({_SOURCES[told['language_from']]})"


def _outcome(rule: _Doc) -> str:
    if rule["too_slow"]:
        return "took too long: does not count"
    if not rule["matched"]:
        return f"no: {', '.join(rule['failed'])}"
    return f"yes: {_fields(rule['decided'])}" if rule["decided"] else "yes, but what it would decide was decided"


def _fields(decided: _Doc) -> str:
    shown = (
        f"{name} {', '.join(value) if isinstance(value, list | tuple) else value}" for name, value in decided.items()
    )
    return "; ".join(shown)


def _ends(told: _Doc, house: House, at: datetime) -> Iterator[tuple[str, str]]:
    yield "team", told["team"]
    if told["owner"] is None:
        yield "owner", "not asked: there is no store yet"
    else:
        line = "; waits in line until somebody has room" if told["in_line"] else ""
        yield "owner", f"{told['owner']}: {told['why']}{line}"
        for one in told["considered"]:
            if one["agent"] != told["owner"]:
                yield "", f"{one['agent']}: {one['why']}"
    if told["due_at"] is None:
        yield "promise", f"{told['promise'] or 'none'} ({told['promise_why']})"
    else:
        due = spoken(datetime.fromisoformat(told["due_at"]), house.zone(), _LANGUAGE, now=at)
        yield "promise", f"{told['promise']}: an answer {due} ({told['promise_why']})"


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""
