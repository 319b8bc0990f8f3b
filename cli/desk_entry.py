"""`desk sessions`, `desk tokens`, `desk unlink`, `desk trail`: who is in, by what, and who looked at what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import MOST, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    import sqlalchemy as sa

PAGE = 50
_AGENT = typer.Option("--agent", help="Only this person's.", metavar="A")


def sessions(
    end: Annotated[
        str | None, typer.Option("--end", help="End all of this person's: they must log in again.", metavar="A")
    ] = None,
) -> int:
    """List who is logged in at the desk, or end somebody's sessions.

    Example: ventanilla desk sessions --end ana
    """
    return _list_sessions() if end is None else _end_sessions(end)


def _end_sessions(agent: str) -> int:
    from cli.journal import writing
    from cli.names import known
    from cli.printing import plural, say
    from ventanilla.store.sessions import end_sessions
    from ventanilla.store.tables import agents

    run = context()
    with writing(run) as (connection, journal):
        name = known("agent", agent, connection.scalars(agents.select().with_only_columns(agents.c.name)))
        ended = end_sessions(connection, name, journal=journal)
    if run.as_json:
        run.print_json({"agent": name, "ended": ended})
    else:
        say(f"ended {plural(ended, 'session')} of {name}")
    return 0


def _list_sessions() -> int:
    from cli.cases import times_of
    from cli.printing import print_table, say
    from ventanilla.store.sessions import open_sessions

    run = context()
    with run.store.read() as connection:
        found = open_sessions(connection, now=run.now(), idle=run.glimpsed.config.web.session_idle)
    if run.as_json:
        columns = ("id", "agent", "way", "browser", "created_at", "seen_at", "expires_at")
        run.print_json([_document(row, columns) for row in found])
        return 0
    if not found:
        say("nobody is logged in")
        return 0
    times = times_of(run)
    rows = [
        (row.id, row.agent, row.way, times.at(row.created_at), times.since(row.seen_at), row.browser or "-")
        for row in found
    ]
    print_table(("id", "agent", "by", "since", "seen", "browser"), rows, right=("id",), folds=("browser",))
    return 0


def tokens(
    agent: Annotated[str | None, _AGENT] = None,
    revoke: Annotated[
        int | None, typer.Option("--revoke", help="The token with this number is good no more.", max=MOST, metavar="ID")
    ] = None,
) -> int:
    """List the tokens by which programs come in, or revoke one. People make theirs at the desk, under "My account".

    Example: ventanilla desk tokens --agent ana
    """
    return _list_tokens(agent) if revoke is None else _revoke(revoke)


def _revoke(number: int) -> int:
    from cli.journal import writing
    from cli.printing import say
    from ventanilla.store.api_tokens import revoke_token

    run = context()
    with writing(run) as (connection, journal):
        if not revoke_token(connection, number, journal=journal):
            raise BadInput(f"no token {number} is good; `ventanilla desk tokens` shows those that are")
    if run.as_json:
        run.print_json({"revoked": number})
    else:
        say(f"token {number} is good no more")
    return 0


def _list_tokens(agent: str | None) -> int:
    from cli.cases import times_of
    from cli.printing import print_table, say
    from ventanilla.store.api_tokens import tokens_of

    run = context()
    now = run.now()
    with run.store.read() as connection:
        found = [
            row
            for row in tokens_of(connection, agent)
            if row.revoked_at is None and (row.expires_at is None or row.expires_at > now)
        ]
    if run.as_json:
        columns = ("id", "agent", "name", "scopes", "made_by", "created_at", "used_at", "expires_at")
        run.print_json([_document(row, columns) for row in found])
        return 0
    if not found:
        say("there is no token")
        return 0
    times = times_of(run)
    rows = [
        (
            row.id,
            row.agent,
            row.name,
            ",".join(row.scopes),
            *map(times.at, (row.created_at, row.used_at, row.expires_at)),
        )
        for row in found
    ]
    print_table(("id", "agent", "name", "scopes", "made", "used", "until"), rows, right=("id",), folds=("name",))
    return 0


def unlink(agent: Annotated[str, typer.Argument(help="A person's name in the file.", metavar="A")]) -> int:
    """Forget who at the OpenID Connect provider somebody is: whoever next comes from there with their address is them.

    For when somebody's account at the provider was made anew.

    Example: ventanilla desk unlink ana
    """
    from cli.journal import writing
    from cli.names import known_agent
    from cli.printing import say
    from ventanilla.store.accounts import unlink_subject
    from ventanilla.store.sessions import end_sessions

    run = context()
    with writing(run) as (connection, journal):
        name = known_agent(connection, agent)
        was = unlink_subject(connection, name)
        ended = end_sessions(connection, name, journal=journal) if was else 0
    if run.as_json:
        run.print_json({"agent": name, "unlinked": was, "ended": ended})
    else:
        say(f"{name} is nobody at the provider now, until they come in again" if was else f"{name} was not linked")
    return 0


def trail(
    agent: Annotated[str | None, _AGENT] = None,
    case: Annotated[str | None, typer.Option("--case", help="Only who looked at this case.", metavar="KEY")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=MOST, metavar="N")] = PAGE,
    after: Annotated[int | None, typer.Option(help="The next page: after this number.", max=MOST, metavar="ID")] = None,
) -> int:
    """List who looked at what at the desk, the newest first. What was done stands in `show`.

    Example: ventanilla desk trail --case K7M-Q2X-VTR
    """
    from ventanilla.store.looks import looks_at

    run = context()
    with run.store.read() as connection:
        case_id = _case_id(connection, case) if case is not None else None
        found = looks_at(connection, agent=agent, case_id=case_id, before=after, limit=limit)
    if run.as_json:
        columns = ("id", "at", "agent", "what", "key", "contact_id", "detail", "session_id", "token_id")
        run.print_json([_document(row, columns) for row in found])
    else:
        _print_trail(found, limit)
    return 0


def _case_id(connection: sa.Connection, typed: str) -> int:
    import sqlalchemy as sa

    from cli.names import case_keys
    from ventanilla.store.tables import conversations

    (key,) = case_keys([typed])
    number = connection.scalar(sa.select(conversations.c.id).where(conversations.c.key == key))
    if number is None:
        raise BadInput(f"there is no case {typed}")
    return int(number)


def _print_trail(found: list[sa.Row[Any]], limit: int) -> None:
    from cli.cases import times_of
    from cli.printing import plural, print_table, say

    if not found:
        say("nobody has looked yet")
        return
    times = times_of(context())
    rows = [(row.id, times.exactly(row.at), row.agent, row.what, row.key or "-", _said(row)) for row in found]
    print_table(("id", "at", "agent", "looked at", "case", "which"), rows, right=("id",), folds=("which",))
    if len(found) == limit:
        say(f"\n{plural(limit, 'row')} shown; the next ones: --after {found[-1].id}")


def _said(row: sa.Row[Any]) -> str:
    """What tells this look from others of its kind."""
    about = {**({"contact": row.contact_id} if row.contact_id else {}), **row.detail}
    by = f" (token {row.token_id})" if row.token_id else ""
    return (", ".join(f"{name} {value}" for name, value in about.items()) or "-") + by


def _document(row: sa.Row[Any], columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns}
