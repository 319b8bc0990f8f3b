"""`note`, `called`, `collaborate`: what is written down beside the answers, and who works on a case beside its owner."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import context
from cli.moves.running import By, Key, Text, do, text_given
from cli.moves.telling import tell
from ventanilla.errors import BadInput

_Once = Annotated[
    str | None, typer.Option("--idempotency-key", help="Repeated with the same key, it is one.", metavar="K")
]


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (note, called, collaborate):
        app.command()(command)


def note(key: Key, agent: By = None, text: Text = None, idempotency_key: _Once = None) -> int:
    """Leave a note for our own people on a case. It never goes out; whoever is named as @luis is told.

    Example: ventanilla note K7M-Q2X-VTR --as ana --text "@luis, the carrier has it"
    """
    from router.moves.note import add_note

    run = context()
    said = text_given(text, wanted="the note")
    number = do(run, agent, lambda move: add_note(move, key, said, idempotency_key=idempotency_key), of=key)
    if run.as_json:
        run.print_json({"key": _shown(key), "note": number})
        return 0
    from cli.printing import say

    say(f"note {number} is on {_shown(key)}; the customer does not see it")
    return 0


def called(
    key: Key,
    outcome: Annotated[str, typer.Option(help="reached, no_answer or message.", metavar="O")],
    agent: By = None,
    text: Annotated[str | None, typer.Option("--text", help="What was said.")] = None,
    at: Annotated[str | None, typer.Option(help="When, if not now.", metavar="TIME")] = None,
    idempotency_key: _Once = None,
) -> int:
    """Write down a call to the customer of a case. One that reached them is an answer, at the time when it was made.

    Example: ventanilla called K7M-Q2X-VTR --as ana --outcome reached --text "Tuesday is fine"
    """
    from zoneinfo import ZoneInfo

    from router.moves.called import called as call
    from ventanilla.clocks.typed import read_start
    from ventanilla.words import CallOutcome

    run = context()
    if outcome not in list(CallOutcome):
        raise BadInput(f'--outcome: expected {", ".join(CallOutcome)}, got "{outcome}"')
    zone = ZoneInfo(run.glimpsed.config.service.timezone)
    moment = read_start(at, zone, now=run.now(), option="--at") if at else None
    moved = do(
        run,
        agent,
        lambda move: call(move, key, CallOutcome(outcome), text or "", at=moment, idempotency_key=idempotency_key),
        of=key,
    )
    reached = outcome == CallOutcome.REACHED
    line = f"{moved.key}: the call is written down" + ("" if reached else "; the customer still waits for an answer")
    return tell(run, moved, line, outcome=outcome)


def collaborate(
    key: Key,
    other: Annotated[str, typer.Option("--with", help="Who works on it too: a name in the file.", metavar="B")],
    agent: By = None,
    remove: Annotated[bool, typer.Option("--remove", help="No more.")] = False,
) -> int:
    """Have somebody work on a case beside its owner: they may answer and note, and the owner stays the same.

    Example: ventanilla collaborate K7M-Q2X-VTR --as ana --with luis
    """
    from router.moves.collaborate import add_collaborator, remove_collaborator

    run = context()
    change = remove_collaborator if remove else add_collaborator
    moved = do(run, agent, lambda move: change(move, key, other), of=key)
    verb = "works on it no more" if remove else "works on it too"
    return tell(run, moved, f"{moved.key}: {other} {verb}; {moved.owner} answers for it", collaborator=other)


def _shown(key: str) -> str:
    from ventanilla.keys import read_key

    return read_key(key) or key
