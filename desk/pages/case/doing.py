"""The moves of a case's page by name: each takes what a form says, calls the move, and says where to go and what to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from desk.entry.seeing import may_see
from desk.pages.page import Visit
from router.incoming.matching import survivor
from router.moves.accept import accept
from router.moves.answered_in import answered_in
from router.moves.base import Move, find_case
from router.moves.called import called
from router.moves.classify import set_kind, set_priority, set_tags
from router.moves.collaborate import add_collaborator, remove_collaborator
from router.moves.decline import decline
from router.moves.hold import hold, unhold
from router.moves.merge import merge, unmerge
from router.moves.needs_information import needs_information
from router.moves.note import add_note
from router.moves.reasoned import Upheld
from router.moves.receipt import receipt
from router.moves.refusals import Refused
from router.moves.reopen import reopen
from router.moves.resolve import mark_spam, resolve
from router.moves.split import split
from router.moves.transfer import is_off_duty, transfer
from router.moves.wait import WaitFor, wait
from ventanilla.clocks.zones import first_instant
from ventanilla.errors import BadInput
from ventanilla.words import CallOutcome, Kind, Priority, Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """After a move: the case to go to and what to tell (one of the desk's texts, filled in)."""

    key: str
    told: str
    anchor: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One move. `asks` has a form of its own; `danger` ends or moves something."""

    do: Callable[[Visit, Move, str], Done]
    asks: bool = True
    danger: bool = False


def _done(visit: Visit, to: str, told: str, /, *, anchor: str = "", said: str = "", **values: object) -> Done:
    return Done(key=to, told=visit.say(f"case.told.{told}", **values), anchor=anchor, said=said)


def _note(visit: Visit, move: Move, key: str) -> Done:
    once = visit.given("once")[:64]
    number = add_note(move, key, visit.given("text").replace("\r\n", "\n"), idempotency_key=once or None)
    return _done(visit, key, "noted", anchor=f"n-{number}", said=once)


def _resolve(visit: Visit, move: Move, key: str) -> Done:
    how = Resolution.NO_REPLY_NEEDED if visit.given("no_reply_needed") else Resolution.ANSWERED
    upheld = _word(visit, "upheld", list(Upheld))
    moved = resolve(
        move,
        key,
        resolution=how,
        text=visit.given("reason"),
        upheld=Upheld(upheld) if upheld else None,
        bodies_told=bool(visit.given("bodies_told")),
    )
    return _done(visit, key, "resolves_with" if moved.waits_for is not None else "resolved")


def _spam(visit: Visit, move: Move, key: str) -> Done:
    mark_spam(move, key, reason=visit.given("reason"))
    return _done(visit, key, "spam")


def _reopen(visit: Visit, move: Move, key: str) -> Done:
    moved = reopen(move, key)
    return _done(visit, key, "reopened", owner=_name(visit, moved.owner))


def _transfer(visit: Visit, move: Move, key: str) -> Done:
    after = transfer(
        move,
        key,
        visit.given("to"),
        note=visit.given("note") or None,
        expected_number=visit.number("number"),
    )
    away = is_off_duty(move.connection, after.owner)
    return _done(visit, key, "transferred_away" if away else "transferred", owner=_name(visit, after.owner))


def _take(visit: Visit, move: Move, key: str) -> Done:
    transfer(move, key, move.agent)
    return _done(visit, key, "taken")


def _accept(visit: Visit, move: Move, key: str) -> Done:
    accept(move, key)
    return _done(visit, key, "accepted")


def _decline(visit: Visit, move: Move, key: str) -> Done:
    after = decline(move, key, reason=visit.given("reason"))
    return _done(visit, key, "declined_line" if after.line_since else "declined", owner=_name(visit, after.owner))


def _wait(visit: Visit, move: Move, key: str) -> Done:
    wait(move, key, on=WaitFor.THIRD_PARTY, until=moment_of(visit, "until"))
    return _done(visit, key, "waits")


def _wait_no_more(visit: Visit, move: Move, key: str) -> Done:
    wait(move, key, on=WaitFor.US)
    return _done(visit, key, "waits_no_more")


def _merge(visit: Visit, move: Move, key: str) -> Done:
    into = _seen(visit, move, visit.given("into_key") or visit.given("into"))
    moved = merge(move, key, into, customers_differ=bool(visit.given("customers_differ")))
    return _done(visit, moved.key, "merged", key=key, into=moved.key)


def _seen(visit: Visit, move: Move, typed: str) -> str:
    """The key of another case, as it was typed. Raises Refused alike for one that is not there and one that they may not see."""
    case = find_case(move, typed)
    if not may_see(move.connection, visit.person, case.id):
        raise Refused("no_such_case", key=case.key)
    return typed


def _unmerge(visit: Visit, move: Move, key: str) -> Done:
    moved = unmerge(move, _key_of(move, key, visit.given("which")))
    return _done(visit, moved.key, "unmerged", key=moved.key)


def _key_of(move: Move, key: str, which: str) -> str:
    """The merged case that was named, if it went into this one."""
    case, here = find_case(move, which), find_case(move, key)
    if survivor(move.connection, case).id != here.id:
        raise Refused("no_such_case", key=which)
    return str(case.key)


def _split(visit: Visit, move: Move, key: str) -> Done:
    moved = split(move, key, visit.number("message") or 0, and_after=bool(visit.given("and_after")))
    return _done(visit, moved.key, "split", key=moved.key)


def _answered_in(visit: Visit, move: Move, key: str) -> Done:
    other = _seen(visit, move, visit.given("other_key") or visit.given("other"))
    answered_in(move, key, other)
    return _done(visit, key, "answered_in", other=other)


def _kind(visit: Visit, move: Move, key: str) -> Done:
    kind = Kind(_word(visit, "kind", list(Kind)) or Kind.QUERY)
    set_kind(move, key, kind, reason=visit.given("reason"))
    return _done(visit, key, "kind", kind=visit.say(f"kind.{kind}"))


def _priority(visit: Visit, move: Move, key: str) -> Done:
    priority = Priority(_word(visit, "priority", list(Priority)) or Priority.NORMAL)
    set_priority(move, key, priority, reason=visit.given("reason"))
    return _done(visit, key, "priority", priority=visit.say(f"priority.{priority}"))


def _tags(visit: Visit, move: Move, key: str) -> Done:
    """The form has every tag of the case as a tick box: what is not ticked any more is taken off."""
    before, kept = visit.every("had"), set(visit.every("keep"))
    add = [tag for tag in visit.given("add").split(",") if tag.strip()]
    set_tags(move, key, add=add, remove=[tag for tag in before if tag not in kept])
    return _done(visit, key, "tags")


def _receipt(visit: Visit, move: Move, key: str) -> Done:
    moved = receipt(move, key, by_hand=visit.given("by_hand"))
    return _done(visit, key, "receipt_goes" if moved.waits_for is not None else "receipt")


def _called(visit: Visit, move: Move, key: str) -> Done:
    outcome = CallOutcome(_word(visit, "outcome", list(CallOutcome)) or CallOutcome.NO_ANSWER)
    once = visit.given("once")[:64]
    at = moment_of(visit, "at")
    called(move, key, outcome, visit.given("text"), at=at, idempotency_key=once or None)
    return _done(visit, key, "called" if outcome is CallOutcome.REACHED else "called_in_vain")


def _needs_information(visit: Visit, move: Move, key: str) -> Done:
    asked = needs_information(move, key, visit.given("text"), idempotency_key=visit.given("once")[:64] or None)
    if asked.last_day is None:
        return _done(visit, key, "asked")
    return _done(visit, key, "asked_until", day=asked.last_day.isoformat())


def _collaborate(visit: Visit, move: Move, key: str) -> Done:
    agent = visit.given("agent")
    if visit.given("remove"):
        remove_collaborator(move, key, agent)
        return _done(visit, key, "no_collaborator", agent=_name(visit, agent))
    add_collaborator(move, key, agent)
    return _done(visit, key, "collaborator", agent=_name(visit, agent))


def _hold(visit: Visit, move: Move, key: str) -> Done:
    if visit.given("end"):
        unhold(move, key)
        return _done(visit, key, "unheld")
    hold(move, key, reason=visit.given("reason"), until=moment_of(visit, "until"))
    return _done(visit, key, "held_case")


DOINGS: Mapping[str, Doing] = {
    "note": Doing(do=_note),
    "resolve": Doing(do=_resolve),
    "spam": Doing(do=_spam, danger=True),
    "reopen": Doing(do=_reopen, asks=False),
    "transfer": Doing(do=_transfer),
    "take": Doing(do=_take, asks=False),
    "accept": Doing(do=_accept, asks=False),
    "decline": Doing(do=_decline),
    "wait": Doing(do=_wait),
    "wait_no_more": Doing(do=_wait_no_more, asks=False),
    "merge": Doing(do=_merge, danger=True),
    "unmerge": Doing(do=_unmerge, asks=False),
    "split": Doing(do=_split),
    "answered_in": Doing(do=_answered_in),
    "kind": Doing(do=_kind),
    "priority": Doing(do=_priority),
    "tags": Doing(do=_tags),
    "receipt": Doing(do=_receipt),
    "called": Doing(do=_called),
    "needs_information": Doing(do=_needs_information),
    "collaborate": Doing(do=_collaborate),
    "hold": Doing(do=_hold),
}
"""By the name in the address, /cases/KEY/do/NAME."""


def moment_of(visit: Visit, name: str) -> datetime | None:
    """A moment (UTC) that a form gives on the wall clock of the house; None where it gives none. A day alone begins with its day.
    Raises BadInput."""
    typed = visit.given(name)
    if not typed:
        return None
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise BadInput(visit.say("case.wrong.moment", typed=typed[:40])) from None
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return first_instant(visit.desk.house.zone(), moment)


def _word(visit: Visit, name: str, allowed: list[str]) -> str:
    """One of the words that a field may say; "" for none and for any other."""
    given = visit.given(name)
    return given if given in [str(word) for word in allowed] else ""


def _name(visit: Visit, agent: str) -> str:
    settings = visit.desk.config.agents.get(agent)
    return settings.name or agent if settings is not None else agent
