"""What a case is about, by a person's word: kind, priority, tags. What the law and the house promise follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from router.automatic.receipts import give_receipt
from router.house import is_first_turn
from router.moves.base import Move, find_case, require_open, require_part
from router.moves.outcome import Moved
from router.moves.refusals import Refused
from router.promises.choosing import APPLIES_TO, choose_promise
from ventanilla.store.conversations import lock_case
from ventanilla.store.notes import put_note
from ventanilla.store.tables import conversations
from ventanilla.words import CaseState, EventKind, Kind, Priority

MOST_TAGS, LONGEST_TAG = 30, 60


def set_kind(move: Move, key: str, kind: Kind, *, reason: str = "") -> Moved:
    """Say what an open case is, legally. Its deadlines are worked out again from its first message, and where the law wants a
    receipt its customer gets one, once. `reason` is a note for our own people. Said of a query that it is one, it is on no list
    of what nobody classified any more. A repeat changes nothing. Raises Refused."""
    case = _mine(move, key)
    if case.kind == kind:
        _confirm(move, case, reason)
        return Moved.of(case, changed=False)
    _change(move, case, "kind", kind, reason)
    changed = lock_case(move.connection, case.id)
    give_receipt(move.connection, move.house, changed, move.journal)
    return Moved.of(changed)


def set_priority(move: Move, key: str, priority: Priority, *, reason: str = "") -> Moved:
    """Say how much an open case may jump the line. A repeat changes nothing. Raises Refused."""
    case = _mine(move, key)
    if case.priority == priority:
        return Moved.of(case, changed=False)
    _change(move, case, "priority", priority, reason)
    return Moved.of(lock_case(move.connection, case.id))


def set_tags(
    move: Move, key: str, *, add: Iterable[str] = (), remove: Iterable[str] = (), reason: str = ""
) -> tuple[Moved, tuple[str, ...]]:
    """Put tags on an open case and take some off; returns the tags that it has then. Capitals make no other tag. Where a tag
    brings a deadline by law its customer gets a receipt, once. Raises Refused."""
    case = _mine(move, key)
    wanted = _tags(case.tags, [_clean(tag) for tag in add], {tag.casefold() for tag in map(_clean, remove)})
    if len(wanted) > MOST_TAGS:
        raise Refused("too_many_tags", key=case.key, most=MOST_TAGS)
    if wanted == list(case.tags):
        return Moved.of(case, changed=False), tuple(wanted)
    _change(move, case, "tags", wanted, reason)
    changed = lock_case(move.connection, case.id)
    give_receipt(move.connection, move.house, changed, move.journal)
    return Moved.of(changed), tuple(wanted)


def _mine(move: Move, key: str) -> sa.Row[Any]:
    case = find_case(move, key)
    require_open(move, case)
    require_part(move, case)
    return case


def _change(move: Move, case: sa.Row[Any], field: str, to: Any, reason: str) -> None:
    """Change one column, and with it when the open turn is due; the event says from what to what, a note says why."""
    values: dict[str, Any] = {field: to}
    data: dict[str, Any] = {"field": field, "from": getattr(case, field), "to": to, field: to}
    about: Any = SimpleNamespace(**{**case._mapping, **values})
    if field == "kind" and _outgrown(move, about):
        values["promise"] = data["promise"] = about.promise = None
        data["promise_before"] = case.promise
    if case.waiting_since is not None:
        values["due_at"] = move.house.due(about, case.waiting_since, first=is_first_turn(case))
    move.connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    _note_change(move, case, data, reason)


def _outgrown(move: Move, about: Any) -> bool:
    """Whether a rule had named a promise that another is meant for now: a person's word about the kind is newer than the rule's."""
    if about.promise is None:
        return False
    unnamed: Any = SimpleNamespace(**{**vars(about), "promise": None})
    chosen = choose_promise(move.house.config.promises, unnamed, tags=about.tags)
    return chosen.why == APPLIES_TO and chosen.name != about.promise


def _confirm(move: Move, case: sa.Row[Any], reason: str) -> None:
    if case.kind == Kind.QUERY and case.state != CaseState.MERGED:
        data = {"field": "kind", "from": case.kind, "to": case.kind, "kind": case.kind, "confirmed": True}
        _note_change(move, case, data, reason)


def _note_change(move: Move, case: sa.Row[Any], data: dict[str, Any], reason: str) -> None:
    if reason.strip():
        note_id, _ = put_note(
            move.connection, case.id, agent=move.agent, side=move.side, text=reason.strip(), now=move.now
        )
        data = {**data, "note": note_id}
    plain = {name: str(value) if isinstance(value, Kind | Priority) else value for name, value in data.items()}
    move.journal.add(EventKind.CASE_CHANGED, conversation_id=case.id, agent=move.agent, data=plain)


def _tags(had: Iterable[str], add: list[str], remove: set[str]) -> list[str]:
    kept = [tag for tag in had if tag.casefold() not in remove]
    known = {tag.casefold() for tag in kept}
    for tag in add:
        if tag.casefold() not in known | remove:
            kept.append(tag)
            known.add(tag.casefold())
    return kept


def _clean(tag: str) -> str:
    clean = " ".join(tag.split())
    if not clean or len(clean) > LONGEST_TAG or not clean.isprintable():
        raise Refused("odd_tag", tag=tag[:LONGEST_TAG], longest=LONGEST_TAG)
    return clean
