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
Text = Annotated[str | None, typer.Option("--text", help="What to say; else it is read from standard input.")]
Outcome = TypeVar("Outcome")


@contextmanager
def move(run: Context, agent: str) -> Iterator[Move]:
    """A move of this agent in one transaction: committed with its events at the end, undone by any error."""
    from router.moves.base import begin
    from ventanilla.words import Side

    house = run.house()
    with run.store.write() as connection:
        made = begin(connection, house, agent, Side.COMMAND, now=run.now())
        yield made
        made.journal.flush(connection)


def do(run: Context, agent: str, what: Callable[[Move], Outcome]) -> Outcome:
    """The same for a single function."""
    with move(run, agent) as made:
        return what(made)


def text_given(text: str | None, *, wanted: str = "the text") -> str:
    """What was given as an option, else standard input to its end. Raises BadInput where there is nothing."""
    if text is None and not sys.stdin.isatty():
        text = sys.stdin.read()
    if text is None or not text.strip():
        raise BadInput(f"give {wanted} with --text, or on standard input")
    return text
