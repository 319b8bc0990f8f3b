"""`resolve`, `spam`, `reopen`, `wait`: how a case ends, and how it begins again."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import context
from cli.moves.running import By, Key, do
from cli.moves.telling import tell
from ventanilla.errors import BadInput


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (resolve, spam, reopen, wait):
        app.command()(command)


def resolve(
    key: Key,
    agent: By = None,
    no_reply_needed: Annotated[
        bool, typer.Option("--no-reply-needed", help="The customer waits, and needs no answer.")
    ] = False,
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason", "--text", help="Why it ends so; a note for ourselves. Complaints and claims always need one."
        ),
    ] = None,
    upheld: Annotated[
        str | None,
        typer.Option(help="Of a complaint or a claim: whether its customer was right.", metavar="yes|no|partly"),
    ] = None,
    bodies_told: Annotated[
        bool, typer.Option("--bodies-told", help="The bodies to turn to were named to them in another way.")
    ] = False,
) -> int:
    """End a case. Where its customer still waits, say that no reply is needed, or why it ends without one.

    Example: ventanilla resolve K7M-Q2X-VTR --as ana
    """
    from router.moves import resolve as moves
    from router.moves.reasoned import Upheld
    from ventanilla.words import Resolution

    run = context()
    if upheld is not None and upheld not in list(Upheld):
        raise BadInput(f'--upheld: expected {", ".join(Upheld)}, got "{upheld}"')
    right = Upheld(upheld) if upheld is not None else None
    how = Resolution.NO_REPLY_NEEDED if no_reply_needed else Resolution.ANSWERED
    moved = do(
        run,
        agent,
        lambda move: moves.resolve(move, key, resolution=how, text=reason or "", upheld=right, bodies_told=bodies_told),
        of=key,
    )
    line = f"{moved.key} is resolved"
    if moved.waits_for is not None:
        line = f"{moved.key} is resolved as soon as answer {moved.waits_for} has gone out"
        if not moved.changed and not run.as_json:
            from cli.printing import say

            say(f"{line}: so it was said before, and nothing was changed")
            return 0
    return tell(run, moved, line, waits_for=moved.waits_for)


def spam(
    key: Key,
    agent: By = None,
    reason: Annotated[
        str | None,
        typer.Option("--reason", help="Why; a note for ourselves. Needed where the receipt of a law was given."),
    ] = None,
) -> int:
    """Say that a case was no customer's. What waits to go out by itself is dropped; the sender is not blocked.

    Example: ventanilla spam K7M-Q2X-VTR --as ana
    """
    from router.moves.resolve import mark_spam

    run = context()
    moved = do(run, agent, lambda move: mark_spam(move, key, reason=reason or ""), of=key)
    return tell(run, moved, f"{moved.key} is spam; its sender's next message is looked at like any other")


def reopen(key: Key, agent: By = None) -> int:
    """Open a case again that was resolved, closed or spam; or have mere thanks in an open one wait for an answer after all.

    Example: ventanilla reopen K7M-Q2X-VTR --as ana
    """
    from router.moves.reopen import reopen as open_again

    run = context()
    moved = do(run, agent, lambda move: open_again(move, key), of=key)
    return tell(run, moved, f"{moved.key} is open, {moved.owner} answers for it")


def wait(
    key: Key,
    on: Annotated[str, typer.Option("--for", help="third_party: somebody else; us: it waits no more.", metavar="WHOM")],
    agent: By = None,
    until: Annotated[
        str | None, typer.Option(help="Until when at most; then its owner is reminded.", metavar="TIME")
    ] = None,
) -> int:
    """Say that a case waits for somebody else. The customer's clock goes on.

    Example: ventanilla wait K7M-Q2X-VTR --as ana --for third_party --until 2099-12-01
    """
    from zoneinfo import ZoneInfo

    from router.moves import wait as moves
    from ventanilla.clocks.typed import read_start

    run = context()
    allowed = [str(word) for word in moves.WaitFor]
    if on not in allowed:
        raise BadInput(f'--for: expected {" or ".join(allowed)}, got "{on}"')
    zone = ZoneInfo(run.glimpsed.config.service.timezone)
    moment = read_start(until, zone, now=run.now(), option="--until") if until else None
    moved = do(run, agent, lambda move: moves.wait(move, key, on=moves.WaitFor(on), until=moment), of=key)
    line = f"{moved.key} waits for somebody else" if on == moves.WaitFor.THIRD_PARTY else f"{moved.key} waits no more"
    return tell(run, moved, line, wait_until=moment if on == moves.WaitFor.THIRD_PARTY else None)
