"""How every move runs as a command: who acts, in one transaction, its text from an option or standard input. Knows no move."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cli.context import Context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from router.moves.base import Move

Key = Annotated[str, typer.Argument(help="The case's key, such as K7M-Q2X-VTR.", metavar="KEY")]
As = Annotated[str, typer.Option("--as", help="Which of us acts: a name in the file.", metavar="A")]
By = Annotated[
    str | None, typer.Option("--as", help="Which of us acts. Else the case's owner does, by your hand.", metavar="A")
]
Text = Annotated[str | None, typer.Option("--text", help="What to say; else it is read from standard input.")]
Outcome = TypeVar("Outcome")


@contextmanager
def move(run: Context, agent: str | None, *, of: str = "") -> Iterator[Move]:
    """A move of this agent in one transaction: committed with its events at the end, undone by any error.

    Without an agent it is the owner of the case `of`, by the hand of whoever runs the command: the log names them.
    """
    from cli.inbox import this_user
    from router.moves.base import begin
    from ventanilla.words import Side

    house = run.house()
    who = agent or _owner_of(run, of)
    with run.store.write() as connection:
        made = begin(connection, house, who, Side.COMMAND, now=run.now())
        if agent is None:
            made.journal.actor = this_user()
        yield made
        made.journal.flush(connection)


def do(run: Context, agent: str | None, what: Callable[[Move], Outcome], *, of: str = "") -> Outcome:
    """The same for a single function."""
    with move(run, agent, of=of) as made:
        return what(made)


def _owner_of(run: Context, key: str) -> str:
    """Whose case it is. Raises Refused for one that is not there."""
    from router.moves.refusals import Refused
    from ventanilla.keys import read_key
    from ventanilla.store.conversations import case_by_key

    shown = read_key(key)
    if shown is None:
        raise Refused("no_key", key=key)
    with run.store.read() as connection:
        case = case_by_key(connection, shown)
    if case is None:
        raise Refused("no_such_case", key=shown)
    return str(case.owner)


def text_given(text: str | None, *, wanted: str = "the text") -> str:
    """What was given as an option, else standard input to its end. Raises BadInput where there is nothing."""
    if text is None and not sys.stdin.isatty():
        text = sys.stdin.read()
    if text is None or not text.strip():
        raise BadInput(f"give {wanted} with --text, or on standard input")
    return text
