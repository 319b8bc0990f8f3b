"""One case as a page for people, made from the same document as `show --json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.clocks_page import print_clocks
from cli.contact_page import restriction_line, suggestion_line, written
from cli.printing import Times, one_line, say
from router.texts import reason_in_words
from ventanilla.words import OWNED_STATES, EventKind

_INDENT = "    "
_Doc = Mapping[str, Any]


def print_case(case: _Doc, times: Times) -> None:
    """The whole page: who and what, the messages, who was responsible, what went out, the events."""
    say(f"{case['key']}  {one_line(case['subject']) or '(no subject)'}")
    say(f"  {_state(case, times)}")
    say(f"  from {_who(case['contact_name'], case['contact'])}, on {case['channel']}, team {case['team']}")
    _print_customer(case["customer"], times)
    _print_forgotten(case, times)
    for link in case["links"]:
        say(f"  see also {link['key']}: {link['reason']}")
    if case["former_keys"]:
        say(f"  merged into it: {', '.join(case['former_keys'])} (to part them: ventanilla unmerge KEY)")
    for each in case["collaborators"]:
        say(f"  {each['agent']} works on it too, added by {each['added_by']} {times.at(each['added_at'])}")
    for entry in sorted([*case["messages"], *case["notes"]], key=_when):
        (_print_message if "direction" in entry else _print_note)(entry, times)
    print_clocks(case["clocks"], times)
    _print_responsible(case["assignments"], times)
    _print_sent(case["sent"], times)
    _print_events(case["events"], times)
    say()


def _state(case: _Doc, times: Times) -> str:
    if case["merged_into"]:
        return f"merged into {case['merged_into']}"
    state = case["state"].replace("_", " ")
    if case["state"] not in OWNED_STATES:
        return _ended(case, state, times)
    until = f" until {times.at(case['wait_until'])}" if case["wait_until"] else ""
    first = f", first answered {times.at(case['first_response_at'])}" if case["first_response_at"] else ""
    state = f"{state}{until}, {case['owner']} answers for it{first}"
    if case["waiting_since"] is None:
        return state
    due = f", due {times.until(case['due_at'])}" if case["due_at"] else ""
    line = ", in line until somebody has room" if case["in_line_since"] else ""
    return f"{state}; the customer has waited {times.since(case['waiting_since'])}{due}{line}"


def _ended(case: _Doc, state: str, times: Times) -> str:
    """How it ended and who had it; opened again by a command, or by its customer while it may be."""
    how = f" ({case['resolution'].replace('_', ' ')})" if case["resolution"] else ""
    when = f" {times.at(case['resolved_at'])}" if case["resolved_at"] else ""
    first = f", first answered {times.at(case['first_response_at'])}" if case["first_response_at"] else ""
    return f"{state}{when}{how}, {case['owner']} answered for it{first}"


def _when(entry: _Doc) -> Any:
    """When a message came or went out, or a note was written."""
    if "direction" not in entry:
        return entry["created_at"]
    return entry["received_at"] or entry["replied_at"] or entry["sent_at"] or entry["routed_at"]


def _print_note(note: _Doc, times: Times) -> None:
    say(f"\n  {times.at(note['created_at'])}  note {note['id']} by {note['agent']}, for our own people")
    for line in note["text"].splitlines():
        say(f"{_INDENT}{line}".rstrip())


def _who(name: str | None, address: str | None) -> str:
    return f"{one_line(name)} <{address}>" if name else address or "(nobody known)"


def _print_customer(customer: _Doc, times: Times) -> None:
    """What the same person wrote elsewhere, and who they may also be; or that they were forgotten."""
    if customer["erased_at"]:
        say(
            f"  the customer was erased on {times.at(customer['erased_at'])}: what was said is gone, times and owners stay"
        )
    if len(customer["addresses"]) > 1:
        say(f"  also at {written(customer['addresses'])}")
    for each in customer["addresses"]:
        if each["opted_out_at"]:
            say(f"  opted out at {each['address']} since {times.at(each['opted_out_at'])}: nothing is sent there")
    restricted = restriction_line(customer, times)
    if restricted:
        say(f"  {restricted}")
    known = [f"owner {customer['owner']}"] if customer["owner"] else []
    known += [f"tags {', '.join(customer['tags'])}"] if customer["tags"] else []
    if known:
        say(f"  {'; '.join(known)}")
    for other in customer["other_cases"]:
        state = other["state"].replace("_", " ")
        when = times.at(other["last_message_at"])
        say(f"  also wrote {other['key']} on {other['channel']}: {state}, with {other['owner']}, last {when}")
    for each in customer["suggestions"]:
        say(f"  {suggestion_line(each)}")


def _print_forgotten(case: _Doc, times: Times) -> None:
    """That what was said here is gone, by whose hand and why."""
    gone = [one for one in case["events"] if one["kind"] == EventKind.CASE_FORGOTTEN]
    if gone and not case["customer"]["erased_at"]:
        last = gone[-1]
        term = last["data"].get("keep")
        why = f"kept for {term}" if term else "at the customer's wish"
        say(f"  its words were forgotten on {times.at(last['at'])} by {last['actor']} ({why}): times and owners stay")


def _print_message(message: _Doc, times: Times) -> None:
    sender = _who(message["from_name"], message["from_address"])
    arrow = f"from {sender}" if message["direction"] == "in" else f"from us ({_author(message)})"
    edited = f", edited {times.at(message['edited_at'])}" if message["edited_at"] else ""
    say(f"\n  {times.at(_when(message))}  message {message['id']}, {arrow}{edited}")
    if message["outcome"]:
        say(f"{_INDENT}call: {message['outcome'].replace('_', ' ')}")
    if message["thanks"]:
        say(f"{_INDENT}mere thanks, nobody waits (to have it wait: ventanilla reopen {message['case']} --as NAME)")
    if message["delivery"]:
        why = f" ({message['delivery_reason']})" if message["delivery_reason"] else ""
        say(f"{_INDENT}delivery: {message['delivery']}{why}")
    for line in (message["reply_text"] or message["text"]).splitlines() or ["(no text)"]:
        say(f"{_INDENT}{line}".rstrip())
    for file in message["attachments"]:
        size = "size not known" if file["size"] is None else f"{file['size']:,} bytes"
        say(f"{_INDENT}attached: {one_line(file['filename'])} ({file['content_type']}, {size}): {_whereabouts(file)}")
    if message["raw"]:
        say(f"{_INDENT}original: {_original(message['raw'])}")


def _author(message: _Doc) -> str:
    """Who of us, and from where: a command, their phone, an ordinary mail client."""
    if message["automatic"]:
        return "automatic"
    side = f", by {message['side']}" if message["side"] else ""
    return f"{message['author'] or 'the shared mailbox'}{side}"


def _whereabouts(file: _Doc) -> str:
    """Where a file is, or why it is not here."""
    if file["state"] == "fetched":
        return str(file["path"]) if file["present"] else f"MISSING at {file['path']}"
    why = f" ({one_line(file['reason'])})" if file["reason"] else ""
    return f"could not be got{why}" if file["state"] == "failed" else f"still at its provider{why}"


def _original(raw: _Doc) -> str:
    if not raw["present"]:
        return f"inbox {raw['inbox_id']}, its bytes are MISSING"
    return f"inbox {raw['inbox_id']}, {raw['size']:,} bytes, {raw['path'] or 'in the store'}"


def _print_responsible(assignments: list[_Doc], times: Times) -> None:
    say("\n  Responsible")
    for each in assignments:
        until = f"until {times.at(each['released_at'])}" if each["released_at"] else "now"
        say(
            f"{_INDENT}{times.at(each['assigned_at'])}  {each['agent']}, {until}: {reason_in_words('en', each['reason'])}"
            f"{accepted(each, times)}"
        )


def accepted(assignment: _Doc, times: Times) -> str:
    """Whether somebody has said that they have the case, or until when they are to; nothing where nobody asked."""
    if assignment["accepted_at"]:
        return f"; accepted {times.at(assignment['accepted_at'])}"
    asked = assignment["accept_by"] and not assignment["released_at"]
    return f"; to be accepted by {times.at(assignment['accept_by'])}" if asked else ""


def _print_sent(letters: list[_Doc], times: Times) -> None:
    if letters:
        say("\n  Sent")
    for letter in letters:
        reason = f" ({letter['reason']})" if letter["reason"] else ""
        when = times.at(letter["sent_at"] or letter["created_at"])
        say(f"{_INDENT}{when}  {letter['kind']} to {letter['recipient']}: {letter['state']}{reason}")


def _print_events(events: list[_Doc], times: Times) -> None:
    say("\n  Events")
    for event in events:
        data = " ".join(f"{name}={value}" for name, value in event["data"].items() if value not in (None, ""))
        about = " ".join(part for part in (event["kind"], event.get("agent", ""), data) if part)
        say(f"{_INDENT}{times.exactly(event['at'])}  {about}")
