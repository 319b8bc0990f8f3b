"""What was changed about a case and by whom: its kind and the like, merges, each end with its reason, each new beginning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reports.evidence.gathering import Dossier
from reports.evidence.packed import Making
from reports.evidence.page import Block, Heading, Line, Table
from reports.evidence.speaking import Speaker
from reports.evidence.telling.owners import who_did
from reports.evidence.telling.verbatim import words_of
from router.promises.incomplete import INCOMPLETE
from ventanilla.words import OWNED_STATES, CaseState, EventKind

_ENDS = (CaseState.RESOLVED, CaseState.CLOSED, CaseState.SPAM)
_WORDS_OF = {"kind": "kind", "priority": "priority"}


def tell_changes(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """Changes of kind, priority and the like with the reasons given, merges and splits; nothing where there were none."""
    kinds = (EventKind.CASE_CHANGED, EventKind.CASE_MERGED, EventKind.CASE_UNMERGED, EventKind.CASE_SPLIT)
    told = dossier.of_kind(*kinds)
    if not told:
        return
    yield Heading(text=speaker.say("changes"), anchor="changes")
    rows = [
        (
            speaker.both(event.at),
            who_did(event.agent or event.actor, dossier, speaker),
            "\n".join([_change(event, dossier, speaker), *_reason(event, dossier, making, speaker)]),
        )
        for event in told
    ]
    titles = [speaker.say(f"changes.{name}") for name in ("when", "who", "what")]
    yield Table(titles=titles, rows=rows, widths=(3, 2.5, 5))


def tell_endings(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """Each time that the case was ended, with the reason that was given, and each time that it was opened again."""
    told = [event for event in dossier.of_kind(EventKind.CASE_STATE) if _matters(event)]
    yield Heading(text=speaker.say("endings"), anchor="endings")
    if not told:
        yield Line(text=speaker.say("endings.none"))
    notes = {note["id"]: note["text"] for note in dossier.document["notes"]}
    for event in told:
        yield Line(text=_ending(event, dossier, speaker))
        reason = notes.get(event.data.get("note"))
        if reason and making.with_notes:
            yield words_of(reason, speaker)
        elif reason:
            yield Line(text=speaker.say("endings.reason_kept"), quiet=True)


def _matters(event: sa.Row[Any]) -> bool:
    return _is_reopening(event) or event.data.get("to") in _ENDS


def _is_reopening(event: sa.Row[Any]) -> bool:
    return event.data.get("from") in _ENDS and event.data.get("to") in OWNED_STATES


def _ending(event: sa.Row[Any], dossier: Dossier, speaker: Speaker) -> str:
    who = who_did(event.agent or event.actor, dossier, speaker)
    values = {"when": speaker.spelled(event.at), "who": who}
    if _is_reopening(event):
        return speaker.say("endings.reopened", **values)
    told = [(group, event.data.get(group)) for group in ("resolution", "upheld") if event.data.get(group)]
    how = ", ".join(speaker.word(group, word) for group, word in told)
    return speaker.say(
        "endings.ended", state=speaker.word("state", event.data["to"]), how=f" ({how})" if how else "", **values
    )


def _change(event: sa.Row[Any], dossier: Dossier, speaker: Speaker) -> str:
    data: Mapping[str, Any] = event.data
    if event.kind == EventKind.CASE_MERGED:
        return speaker.say("changes.merged", key=_key(dossier, data.get("absorbed")))
    if event.kind == EventKind.CASE_UNMERGED:
        return speaker.say("changes.unmerged", key=_key(dossier, data.get("back")))
    if event.kind == EventKind.CASE_SPLIT:
        return speaker.say("changes.split")
    if data.get("field") == INCOMPLETE:
        until = datetime.fromisoformat(data["complete_by"])
        return speaker.say("changes.incomplete", until=speaker.at(until))
    return "\n".join(_field(*changed, speaker) for changed in _fields(data)) or speaker.say("none")


def _fields(data: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Each thing that changed: its name, what it was, what it is. A person's change names one field, others may name several."""
    if "field" in data:
        yield str(data["field"]), data.get("from"), data.get("to")
        if "promise_before" in data:
            yield "promise", data["promise_before"], data.get("promise")
        return
    was = data.get("was") or {}
    yield from ((name, was.get(name), value) for name, value in data.items() if name not in ("was", "note"))


def _reason(event: sa.Row[Any], dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[str]:
    """What was written down as why; not for customers, since it is a note."""
    text = next((note["text"] for note in dossier.document["notes"] if note["id"] == event.data.get("note")), None)
    if text and making.with_notes:
        yield f"{speaker.say('field.reason')}: {text}"


def _field(name: str, before: Any, after: Any, speaker: Speaker) -> str:
    label, was, now = speaker.word("field", name), _value(name, before, speaker), _value(name, after, speaker)
    if was == now:
        return speaker.say("changes.confirmed", name=label, now=now)
    return speaker.say("changes.field", name=label, before=was, after=now)


def _value(name: str, value: Any, speaker: Speaker) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or speaker.say("none")
    return speaker.word(_WORDS_OF.get(name, ""), None if value is None else str(value))


def _key(dossier: Dossier, case_id: Any) -> str:
    return dossier.family.get(case_id, "?")
