"""`digest`: what somebody would be told if their day began now. Sends nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import context


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(digest)


def digest(
    agent: Annotated[
        str | None, typer.Argument(help="A person's name in the file. None: everybody.", metavar="A")
    ] = None,
) -> int:
    """Print the morning digest that somebody would get now: due today, broken, not opened; for the duty person what nobody covers.

    Sends nothing. Everybody gets theirs by themselves as their day begins.

    Example: ventanilla digest ana
    """
    from cli.names import known_agent
    from cli.printing import say
    from router.notices.digests import preview
    from router.timekeeping.keeper import catch_up

    run = context()
    house = run.house()
    catch_up(run.store, house, now=run.now())
    with run.store.read() as connection:
        names = list(house.config.agents) if agent is None else [known_agent(connection, agent)]
        found = {name: preview(connection, house, name, now=run.now()) for name in names}
    if run.as_json:
        run.print_json([_plain(name, told) for name, told in found.items()])
        return 0
    for name, told in found.items():
        if told is None:
            say(f"{name}: nothing to tell")
        else:
            say(f"{name}: {told[0]}\n\n{told[1]}\n")
    return 0


def _plain(name: str, told: tuple[str, str] | None) -> dict[str, str | None]:
    subject, text = told or (None, None)
    return {"agent": name, "subject": subject, "text": text}
