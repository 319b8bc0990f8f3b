"""`notify-test`: a test notice by every way of reaching somebody, now, and what became of each."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context

if TYPE_CHECKING:
    import sqlalchemy as sa

    from router.notices.trial import Tried

PATIENCE = 15.0
LOOK = 0.2


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command(name="notify-test")(notify_test)


def notify_test(agent: Annotated[str, typer.Argument(help="A person's name in the file.", metavar="A")]) -> int:
    """Send somebody a test notice by every way there is to reach them, and say which were handed over. 3 if none was.

    Example: ventanilla notify-test ana
    """
    from cli.names import known_agent
    from router.notices.trial import write_tests

    run = context()
    house, now = run.house(), run.now()
    with run.store.write() as connection:
        name = known_agent(connection, agent)
        tried = write_tests(connection, house, name, now=now)
    rows = [one.row_id for one in tried if one.row_id is not None]
    by = _send(run, rows)
    ways = [_outcome(one, row) for one, row in zip(tried, _rows(run, tried), strict=True)]
    reached = any(way["handed_over"] for way in ways)
    if run.as_json:
        run.print_json({"agent": name, "sent_by": by, "ways": ways})
    else:
        _show(name, ways, by)
    return 0 if reached else 3


def _send(run: Context, ids: Sequence[int]) -> str:
    """Have them sent: by the service that runs here, else by ourselves. What is not on its way in time is given up."""
    from daemon.lock import holder

    if holder(run.glimpsed.config.service.data_dir) is not None:
        _wait(run, ids)
        by = "service"
    else:
        _send_here(run, ids)
        by = "command"
    _give_up(run, ids)
    return by


def _wait(run: Context, ids: Sequence[int]) -> None:
    until = time.monotonic() + PATIENCE
    told = False
    while time.monotonic() < until and any(row.state in ("pending", "sending") for row in _found(run, ids).values()):
        if not told:
            typer.echo("waiting for the service to send…", err=True)
            told = True
        time.sleep(LOOK)


def _send_here(run: Context, ids: Sequence[int]) -> None:
    from cli.assembly import Service
    from cli.staffing import deliverer
    from ventanilla.logs import set_up_logs

    set_up_logs()
    typer.echo("no service runs on this data folder; sending from here…", err=True)
    service = Service(loaded=run.loaded, store=run.store, house=run.house())
    deliverer(service, threading.Event()).deliver_these(ids)


def _give_up(run: Context, ids: Sequence[int]) -> None:
    """A test must not arrive hours later."""
    from ventanilla.store.outbox import change_letters
    from ventanilla.words import DeliveryState

    late = [row_id for row_id, row in _found(run, ids).items() if row.state == DeliveryState.PENDING]
    with run.store.write() as connection:
        for row_id in late:
            change_letters(connection, [row_id], (DeliveryState.PENDING,), state=DeliveryState.DROPPED)


def _rows(run: Context, tried: Sequence[Tried]) -> list[sa.Row[Any] | None]:
    found = _found(run, [one.row_id for one in tried if one.row_id is not None])
    return [None if one.row_id is None else found.get(one.row_id) for one in tried]


def _found(run: Context, ids: Sequence[int]) -> dict[int, Any]:
    from ventanilla.store.views.ledgers import letters_by_id

    with run.store.read() as connection:
        return letters_by_id(connection, ids)


def _outcome(one: Tried, row: sa.Row[Any] | None) -> dict[str, Any]:
    told: dict[str, Any] = {"method": one.way.method, "via": None, "recipient": None}
    if one.way.target is not None:
        told |= {"via": one.way.target.via, "recipient": one.way.target.recipient}
    if row is None:
        return told | {"handed_over": False, "reason": one.lacking, "cure": one.way.cure}
    handed_over = row.state in ("sent", "delivered")
    return told | {"handed_over": handed_over, "reason": None if handed_over else _why(row), "cure": ""}


def _why(row: sa.Row[Any]) -> str:
    if row.state == "unknown":
        return "it may have gone out: nobody said"
    if row.state == "sending":
        return f"it is still being sent after {PATIENCE:.0f} s"
    return row.reason or f"nothing has sent it within {PATIENCE:.0f} s: does `deliver` run? `ventanilla status` says"


def _show(name: str, ways: Sequence[dict[str, Any]], by: str) -> None:
    from cli.printing import say

    if not ways:
        say(f"{name} has no way of being reached: `notify` in the file is empty")
    for way in ways:
        where = f"{way['method']}, {way['recipient']}" if way["recipient"] else way["method"]
        if way["handed_over"]:
            say(f"ok  {where}: handed over")
            continue
        say(f"BAD {where}: {way['reason']}")
        if way["cure"]:
            say(f"    cure: {way['cure']}")
    if by == "command" and any(way["handed_over"] for way in ways):
        say("(sent by this command; start the service, or nobody gets notices)")
