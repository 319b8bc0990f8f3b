"""`staffing`: how many people a stream of calls or chats needs, by Erlang's C formula. Needs no settings file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from reports.erlang import Service

AROUND = 3


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(staffing)


def staffing(
    calls: Annotated[float, typer.Option(help="How many begin in each --per.", min=0.001)],
    handling: Annotated[str, typer.Option(help="How long each takes one person, such as 180s or 4m.")],
    within: Annotated[str, typer.Option(help="How soon they shall be answered, such as 20s.")],
    target: Annotated[float, typer.Option(help="For how many of a hundred.", min=1, max=99.99)] = 80,
    per: Annotated[str, typer.Option(help="The time in which so many begin.")] = "1h",
) -> int:
    """How many people must be there so that so many of a hundred callers are answered in time (Erlang C).

    Example: ventanilla staffing --calls 100 --per 1h --handling 180s --within 180s --target 90
    """
    from reports.erlang import Load, people_needed, service

    load = Load(calls=calls, per=_length("--per", per), handling=_length("--handling", handling))
    wanted = _length("--within", within)
    try:
        needed = people_needed(load, within=wanted, target=target)
    except ValueError as error:
        raise BadInput(f"staffing: {error}") from None
    least = max(1, needed - AROUND)
    table = [service(load, people=people, within=wanted) for people in range(least, needed + AROUND + 1)]
    run = context()
    if run.as_json:
        run.print_json({"erlangs": round(load.erlangs, 4), "people": needed, "table": [_told(one) for one in table]})
    else:
        _print(table, needed=needed, erlangs=load.erlangs, target=target, within=wanted)
    return 0


def _length(option: str, text: str) -> timedelta:
    from pydantic import TypeAdapter, ValidationError

    from config.durations import PositiveDuration

    try:
        found: timedelta = TypeAdapter(PositiveDuration).validate_python(text)
    except ValidationError:
        raise BadInput(f'{option}: expected a time such as 180s, 4m or 1h, got "{text}"') from None
    return found


def _told(one: Service) -> dict[str, Any]:
    average = None if one.average_wait is None else round(one.average_wait.total_seconds(), 2)
    return {
        "people": one.people,
        "waits": round(100 * one.waits, 2),
        "average_wait": average,
        "within": round(100 * one.within, 2),
        "busy": round(100 * one.busy, 1),
    }


def _print(table: list[Service], *, needed: int, erlangs: float, target: float, within: timedelta) -> None:
    from cli.printing import plural, print_table, say, span

    say(f"{plural(needed, 'person', many='people')} answer {target:g} of 100 within {span(within.total_seconds())}")
    say(f"(the work itself keeps {erlangs:.1f} busy)\n")
    rows = []
    for one in table:
        told = _told(one)
        average = "the line grows" if told["average_wait"] is None else f"{told['average_wait']:.1f} s"
        mark = "<-" if one.people == needed else ""
        rows.append(
            (one.people, f"{told['within']:.1f} %", f"{told['waits']:.1f} %", average, f"{told['busy']:.0f} %", mark)
        )
    titles = ("people", "in time", "must wait", "average wait", "busy", "")
    print_table(titles, rows, right=titles[:-1])
