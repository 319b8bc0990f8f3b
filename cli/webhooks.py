"""`webhooks` and what belongs to it: the programs that are told what happens, and what became of each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import MOST, Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa

    from ventanilla.store.events import Journal

_Name = Annotated[str, typer.Argument(help="An endpoint's name in the file.", metavar="NAME")]
_Ids = Annotated[
    list[int], typer.Argument(help="Numbers as `outbox --kind webhook` shows them.", max=MOST, metavar="ID")
]


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(webhooks)
    for command in (test, resend, pause, resume):
        group.command()(command)
    app.add_typer(group, name="webhooks")


def webhooks(called: typer.Context) -> int:
    """List the outbound webhooks of the file: calls waiting, taken and failed, what is paused and why.

    `webhooks test` calls one; `webhooks resend` sends a call again; `webhooks pause` and `webhooks resume` stop one and let it
    go on.

    Example: ventanilla webhooks
    """
    if called.invoked_subcommand is not None:
        return 0
    from router.webhooks_out.overview import overview

    run = context()
    with run.store.read() as connection:
        found = overview(connection, run.house())
    if run.as_json:
        run.print_json(found)
    else:
        _print(run, found)
    return 0


def test(name: _Name) -> int:
    """Call an endpoint with `webhook.test`, though it is paused; the running service does it.

    Example: ventanilla webhooks test crm
    """
    from router.webhooks_out.writing import put_test

    run = context()
    _require(run, name)
    with run.store.write() as connection:
        number = put_test(connection, name, now=run.now())
    return _told(run, {"name": name, "id": number}, f"call {number} to {name} goes out: see `ventanilla webhooks`")


def resend(ids: _Ids) -> int:
    """Send calls once more, under the same `webhook-id`: those that were taken, failed, or are in doubt.

    Example: ventanilla webhooks resend 31
    """
    from cli.journal import writing
    from ventanilla.store.webhook_events import send_once_more

    run = context()
    with writing(run) as (connection, journal):
        changed = send_once_more(connection, ids, journal)
        missing = [number for number in ids if number not in changed]
        if missing:
            listed = ", ".join(map(str, missing))
            raise BadInput(
                f"no call of an outbound webhook that went out, failed or is in doubt: {listed}; nothing was changed"
            )
    return _told(run, {"resent": changed}, f"{len(changed)} to be sent again: the running service does it")


def pause(name: _Name) -> int:
    """Send nothing to an endpoint until `webhooks resume`. What happens meanwhile is not lost.

    Example: ventanilla webhooks pause crm
    """
    from ventanilla.store.webhook_events import pause_endpoint

    def stop(connection: sa.Connection, journal: Journal) -> bool:
        return pause_endpoint(connection, name, journal, problem=None)

    return _switch(name, "paused", stop)


def resume(name: _Name) -> int:
    """Send to an endpoint again: first what waits, then what happened meanwhile.

    Example: ventanilla webhooks resume crm
    """
    from ventanilla.store.webhook_events import resume_endpoint

    def go(connection: sa.Connection, journal: Journal) -> bool:
        return resume_endpoint(connection, name, journal)

    return _switch(name, "resumed", go)


def _switch(name: str, done: str, action: Callable[[sa.Connection, Journal], bool]) -> int:
    from cli.journal import writing
    from ventanilla.store.webhook_events import begin_endpoint

    run = context()
    _require(run, name)
    with writing(run) as (connection, journal):
        begin_endpoint(connection, name, now=run.now())
        changed = action(connection, journal)
    said = f"{name} is {done}" if changed else f"{name} was {done} already"
    return _told(run, {"name": name, "changed": changed}, said)


def _require(run: Context, name: str) -> None:
    from config.plain import nearest

    known = run.glimpsed.config.webhooks
    if name not in known:
        raise BadInput(f"no [webhooks.{name}] in {run.config_path}{nearest(name, known)}")


def _told(run: Context, found: dict[str, Any], said: str) -> int:
    from cli.printing import say

    if run.as_json:
        run.print_json(found)
    else:
        say(said)
    return 0


def _print(run: Context, found: list[dict[str, Any]]) -> None:
    from cli.printing import say

    if not found:
        say("no outbound webhooks: add [webhooks.NAME] to the file (docs/outbound-webhooks.md)")
    for one in found:
        state = "paused" if one["paused_at"] else "ok" if not one["waiting"] or not one["problem"] else "failing"
        say(f"{one['name']}  {state}  {one['url']}")
        say(f"  {one['waiting']} waiting, {one['taken']} taken, {one['failed']} failed, {one['unknown']} unknown")
        if one["problem"]:
            say(f"  {one['problem']}")
        if one["paused_at"]:
            say(f"  go on: ventanilla webhooks resume {one['name']}")
