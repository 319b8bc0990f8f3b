"""Everything that one of us may do to a case, with arguments that a drawn number decides. Does none of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from router.moves.accept import accept
from router.moves.answered_in import answered_in
from router.moves.base import find_case
from router.moves.called import called
from router.moves.classify import set_kind, set_priority
from router.moves.collaborate import add_collaborator, remove_collaborator
from router.moves.decline import decline
from router.moves.hold import hold, unhold
from router.moves.merge import merge, unmerge
from router.moves.note import add_note
from router.moves.reopen import reopen
from router.moves.reply import Answer, write_reply
from router.moves.resolve import mark_spam, resolve
from router.moves.restrict import block, restrict, unrestrict
from router.moves.split import split
from router.moves.transfer import transfer
from router.moves.wait import WaitFor, wait
from router.moves.write_first import First, write_first
from ventanilla.words import CallOutcome, Kind, Priority, Resolution

PEOPLE = ("ana", "luis", "marta")
SENDERS = ("lucia@clientes.example", "leo@clientes.example", "nil@clientes.example")


@dataclass(frozen=True, slots=True)
class Doing:
    """A move and what it is asked with."""

    move: Callable[..., Any]
    arguments: tuple[Any, ...]
    named: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "reply" if self.move is _answer else self.move.__name__


def moves(case: Any, other: Any, said: list[Any], *, pick: int, once: str, word: str, now: datetime) -> list[Doing]:
    """What may be done to `case`, in which `said` are the messages; `once` and `word` are new, `pick` decides whatever is to be
    chosen."""
    key, person, later = case.key, PEOPLE[pick % 3], now + timedelta(hours=1 + pick)
    answer = partial(Answer, text=f"Sale hoy, {word}.", idempotency_key=once)
    first = First(to=SENDERS[pick % 3], channel="soporte", text="Buenas", subject="Hola", idempotency_key=once)
    return [
        Doing(_answer, (key, answer(then=("", "resolve")[pick % 2]))),
        Doing(_answer, (key, answer())),
        Doing(resolve, (key,), {"resolution": list(Resolution)[pick % len(Resolution)], "text": ("", "ya")[pick % 2]}),
        Doing(reopen, (key,)),
        Doing(mark_spam, (key,)),
        Doing(wait, (key,), {"on": list(WaitFor)[pick % len(WaitFor)], "until": later}),
        Doing(add_note, (key, f"@luis mira {word}"), {"idempotency_key": once}),
        Doing(called, (key, list(CallOutcome)[pick % len(CallOutcome)])),
        Doing(merge, (key, other.key), {"customers_differ": True}),
        Doing(unmerge, (key,)),
        Doing(split, (key, said[pick % len(said)].id if said else 0), {"and_after": bool(pick % 2)}),
        Doing(answered_in, (key, other.key)),
        Doing(add_collaborator, (key, person)),
        Doing(remove_collaborator, (key, person)),
        Doing(transfer, (key, person)),
        Doing(transfer, (key, person), {"expected_number": case.assignment_number}),
        Doing(accept, (key,)),
        Doing(decline, (key,), {"reason": "no es mío"}),
        Doing(set_kind, (key, list(Kind)[pick % len(Kind)]), {"reason": "así es"}),
        Doing(set_priority, (key, list(Priority)[pick % len(Priority)])),
        Doing(restrict, (case.contact_id, person), {"reason": "difícil"}),
        Doing(block, (case.contact_id, later), {"reason": "difícil"}),
        Doing(unrestrict, (case.contact_id,)),
        Doing(write_first, (first,)),
        Doing(hold, (key,), {"reason": "pleito", "until": None}),
        Doing(unhold, (key,)),
    ]


def _answer(move: Any, key: str, answer: Answer) -> object:
    return write_reply(move, find_case(move, key), answer, anyway=True)
