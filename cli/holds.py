"""`hold`, `unhold`, `holds`: cases of which nothing may be erased, by a supervisor's word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from cli.moves.running import Key, move

if TYPE_CHECKING:
    from router.moves.base import Move

By = Annotated[
    str | None,
    typer.Option("--as", help="Which supervisor acts. Else you do, who run this machine.", metavar="A"),
]


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(hold)
    app.command()(unhold)
    app.command()(holds)


def hold(
    key: Key,
    reason: Annotated[str, typer.Option("--reason", help="Why it must be kept; for our own people.", metavar="TEXT")],
    until: Annotated[
        str | None,
        typer.Option("--until", help='The last day, or "2026-12-31 18:00". Else until `unhold`.', metavar="DAY"),
    ] = None,
    agent: By = None,
) -> int:
    """Keep a case whatever happens: nothing of it is erased until that day. A supervisor may, or who runs this machine.

    Cases that are open, under a legal deadline, or that the law has you keep are never erased, and need no hold.

    Example: ventanilla hold K7M-Q2X-VTR --reason "Lawsuit 123/2026" --until 2029-12-31
    """
    from cli.cases import times_of
    from cli.printing import say
    from router.moves.hold import hold as keep
    from ventanilla.clocks.typed import read_end

    run = context()
    times = times_of(run)
    end = read_end(until, times.zone, now=run.now(), option="--until") if until else None
    with _acting(run, agent) as made:
        case, is_new = keep(made, key, reason=reason, until=end)
    if run.as_json:
        run.print_json({"key": case.key, "changed": is_new, "until": end})
    else:
        last = f"until {times.at(end)}" if end else f"until `ventanilla unhold {case.key}`"
        say(f"{case.key} is kept {last}" if is_new else f"{case.key} was held so already; nothing was changed")
    return 0


def unhold(key: Key, agent: By = None) -> int:
    """End the legal holds of a case. A supervisor may, or who runs this machine. The record of who held it, when and why stays.

    Example: ventanilla unhold K7M-Q2X-VTR
    """
    from cli.printing import plural, say
    from router.moves.hold import unhold as let_go

    run = context()
    with _acting(run, agent) as made:
        case, ended = let_go(made, key)
    if run.as_json:
        run.print_json({"key": case.key, "changed": bool(ended), "ended": ended})
    else:
        say(f"{case.key}: {plural(ended, 'hold')} ended" if ended else f"{case.key} was not held; nothing was changed")
    return 0


def holds(past: Annotated[bool, typer.Option("--past", help="Also those that are over.")] = False) -> int:
    """The cases that are held, by whom, why and until when.

    Example: ventanilla holds --past --json
    """
    from ventanilla.store.holds import list_holds

    run = context()
    with run.store.read() as connection:
        found = list_holds(connection, now=run.now(), past=past)
    if run.as_json:
        run.print_json(found)
    else:
        _print(found, past=past)
    return 0


@contextmanager
def _acting(run: Context, agent: str | None) -> Iterator[Move]:
    from cli.inbox import this_user
    from router.moves.hold import by_hand

    if agent is not None:
        with move(run, agent) as made:
            yield made
        return
    house = run.house()
    with run.store.write() as connection:
        made = by_hand(connection, house, this_user(), now=run.now())
        yield made
        made.journal.flush(connection)


def _print(found: list[dict[str, Any]], *, past: bool) -> None:
    from cli.cases import times_of
    from cli.printing import print_table, say

    if not found:
        say("no case is held" + ("" if past else "; `ventanilla hold KEY --reason TEXT` holds one"))
        return
    times = times_of(context())
    rows = [
        (one["key"], times.at(one["since"]), times.at(one["until"]), one["set_by"], _state(one), one["reason"])
        for one in found
    ]
    print_table(("case", "since", "until", "by", "state", "reason"), rows, folds=("reason",))


def _state(one: dict[str, Any]) -> str:
    if one["in_force"]:
        return "held"
    return f"ended by {one['ended_by']}" if one["ended_at"] else "over"
