"""`transfer`, `accept`, `decline`: who answers for a case from now on, by a person's word."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import context
from cli.moves.running import As, By, Key, do, move
from ventanilla.errors import BadInput


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(transfer)
    app.command()(accept)
    app.command()(decline)


def transfer(
    key: Key,
    to: Annotated[str, typer.Option("--to", help="Who gets it; yourself, to take it.", metavar="B")],
    agent: By = None,
    note: Annotated[str | None, typer.Option("--note", help="A word for our own people.", metavar="TEXT")] = None,
) -> int:
    """Hand a case over to somebody, or take it. It stays theirs until they go off duty for long, let it lapse or leave.

    Example: ventanilla transfer K7M-Q2X-VTR --to luis --as ana
    """
    from router.moves.base import find_case
    from router.moves.transfer import is_off_duty
    from router.moves.transfer import transfer as hand_over

    run = context()
    if note and agent is None:
        raise BadInput("--note: say whose word it is, with --as")
    with move(run, agent, of=key) as made:
        before = find_case(made, key)
        after = hand_over(made, key, to, note=note, expected_number=before.assignment_number)
        waits = is_off_duty(made.connection, after.owner)
    moved = after.assignment_number != before.assignment_number
    warning = f"{after.owner} is off duty: it waits for them" if waits else None
    if run.as_json:
        from router.moves.documents import owned_document

        run.print_json(owned_document(after) | {"changed": moved, "former_owner": before.owner, "warning": warning})
        return 0
    from cli.printing import say

    say(f"{after.key} is {after.owner}'s{'' if moved else ' already'}{f'; it was {before.owner}' if moved else ''}")
    if warning:
        say(f"{warning} (ventanilla agents)")
    return 0


def accept(key: Key, agent: By = None) -> int:
    """Say that a case is in your hands. Answering it, noting something in it and calling its customer say so as well.

    Example: ventanilla accept K7M-Q2X-VTR --as ana
    """
    from router.moves.accept import accept as take_on

    run = context()
    after = do(run, agent, lambda made: take_on(made, key), of=key)
    if run.as_json:
        from router.moves.documents import owned_document

        run.print_json(owned_document(after))
        return 0
    from cli.printing import say

    say(f"{after.key} is in {after.owner}'s hands")
    return 0


def decline(
    key: Key,
    agent: As,
    reason: Annotated[str, typer.Option("--reason", help="Why it is not yours; for our own people.", metavar="TEXT")],
) -> int:
    """Say that a case is not yours: it goes to somebody else who can take it.

    Example: ventanilla decline K7M-Q2X-VTR --as ana --reason "It is about an invoice"
    """
    from router.moves.decline import decline as give_back

    run = context()
    after = do(run, agent, lambda made: give_back(made, key, reason=reason))
    if run.as_json:
        from router.moves.documents import owned_document

        run.print_json(owned_document(after))
        return 0
    from cli.printing import say

    held = "; nobody can take it now, so it waits in line and a supervisor is told" if after.line_since else ""
    say(f"{after.key} is {after.owner}'s now{held}")
    return 0
