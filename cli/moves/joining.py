"""`merge`, `unmerge`, `split`, `answered-in`: cases that are one thing, or several."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import MOST, context
from cli.moves.running import By, Key, do
from cli.moves.telling import tell


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (merge, unmerge, split, answered_in):
        app.command()(command)


def merge(
    key: Key,
    into: Annotated[str, typer.Option("--into", help="The case that goes on.", metavar="KEY2")],
    agent: By = None,
    yes: Annotated[bool, typer.Option("--yes", help="Though they are two customers' cases.")] = False,
) -> int:
    """Make two cases one. The first key still leads to it, and `unmerge` brings the case back.

    Example: ventanilla merge K7M-Q2X-VTR --into 9FH-2KW-JP8 --as ana
    """
    from router.moves.merge import merge as join

    run = context()
    moved = do(run, agent, lambda move: join(move, key, into, customers_differ=yes), of=key)
    return tell(run, moved, f"{moved.key} goes on with both, and {moved.owner} answers for it")


def unmerge(key: Key, agent: By = None) -> int:
    """Bring a merged case back as it was. What came since stays where it is.

    Example: ventanilla unmerge K7M-Q2X-VTR --as ana
    """
    from router.moves.merge import unmerge as part

    run = context()
    moved = do(run, agent, lambda move: part(move, key), of=key)
    return tell(run, moved, f"{moved.key} is back: {moved.state.replace('_', ' ')}, {moved.owner} answers for it")


def split(
    key: Key,
    message: Annotated[int, typer.Option("--message", help="Its number, as `show` prints it.", max=MOST, metavar="ID")],
    agent: By = None,
    and_after: Annotated[
        bool, typer.Option("--and-after", help="And what the customer sent after it in this case.")
    ] = False,
) -> int:
    """Make a case of its own of one message: same customer, same owner, a clock of its own; the two are linked.

    Example: ventanilla split K7M-Q2X-VTR --message 31 --as ana
    """
    from router.moves.split import split as divide

    run = context()
    moved = do(run, agent, lambda move: divide(move, key, message, and_after=and_after), of=key)
    return tell(run, moved, f"{moved.key} is the new case, and {moved.owner} answers for it")


def answered_in(
    key: Key,
    other: Annotated[str, typer.Argument(help="The case in which the answer was given.", metavar="KEY2")],
    agent: By = None,
) -> int:
    """Say that the answer given in another case of the same customer answers this one too.

    Example: ventanilla answered-in K7M-Q2X-VTR 9FH-2KW-JP8 --as ana
    """
    from router.moves.answered_in import answered_in as settle

    run = context()
    moved = do(run, agent, lambda move: settle(move, key, other), of=key)
    return tell(run, moved, f"{moved.key} is answered, as of the answer given there")
